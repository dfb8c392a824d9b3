/* refusal.c: why a step of ns-net failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "refusal.h"
#include "sysctl.h"

bool ns_net_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)argument;
	if (strstr(call, "sysctl->path"))
		return sysctl_decide("ns-net", error, state, reason);
	if (error == EPERM && strstr(call, "receive_ack(") && !why_has(state, CAP_NET_ADMIN)) {
		FIX("ns-user first, which gives it over a new one:  ns-user ns-net -- sh   or --no-lo");
		return REASON("NET-ADMIN", "network_namespaces(7)",
			      "changing a network device takes CAP_NET_ADMIN, and you are uid %u "
			      "without it",
			      state->uid);
	}
	return false;
}
