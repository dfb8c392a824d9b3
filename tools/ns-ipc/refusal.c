/* refusal.c: why a step of ns-ipc failed. See refusal.h. */
#include <string.h>

#include "refusal.h"
#include "sysctl.h"

bool ns_ipc_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	const struct sysctl *const *sysctl = argument;

	if (*sysctl && strstr(call, "sysctl->path"))
		return sysctl_decide("ns-ipc", *sysctl, error, state, reason);
	return false;
}
