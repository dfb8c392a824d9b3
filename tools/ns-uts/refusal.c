/* refusal.c: why a step of ns-uts failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "refusal.h"

bool ns_uts_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)argument;
	if (error == EPERM && strstr(call, "hostname(") && why_has(state, CAP_SYS_ADMIN)) {
		FIX("ns-user before ns-uts:  ns-user ns-uts --hostname NAME -- sh");
		return REASON("UTS-OWNER", "uts_namespaces(7)",
			      "this UTS namespace belongs to an outer user namespace");
	}
	return false;
}
