/* account_refusal.c: why a process could not become another user. See account.h. */
#include <errno.h>
#include <string.h>

#include "account.h"

bool account_decide(const char *call, int error, const struct state *state, struct reason *reason)
{
	if (error == EPERM && strstr(call, "setgroups(") && state->setgroups_denied)
		return REASON("SETGROUPS-DENIED", "user_namespaces(7)",
			      "/proc/self/setgroups is 'deny' in this user namespace");
	if (error == EINVAL && (strstr(call, "setresuid(") || strstr(call, "setresgid(")) &&
	    state->in_user_namespace)
		return REASON(
			"ID-UNMAPPED", "user_namespaces(7)",
			"that id has no mapping in this user namespace; see /proc/self/uid_map");
	return false;
}
