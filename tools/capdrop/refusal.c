/* refusal.c: why a step of capdrop failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "account.h"
#include "refusal.h"

bool capdrop_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument)
{
	(void)argument;
	if (error == EPERM && strstr(call, "PR_CAPBSET_DROP") && !why_has(state, CAP_SETPCAP)) {
		FIX("ns-user capdrop -- sh   or use sudo");
		return REASON("CAP-SETPCAP", "capabilities(7)",
			      "taking capabilities out of the bounding set needs CAP_SETPCAP");
	}
	return account_decide(call, error, state, reason);
}
