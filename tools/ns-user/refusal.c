/* refusal.c: why a step of ns-user failed. See refusal.h. */
#include <errno.h>
#include <string.h>

#include "refusal.h"

bool ns_user_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument)
{
	(void)argument;
	if (strstr(call, "uid_map") || strstr(call, "gid_map")) {
		if (state->apparmor_userns == 1 && (error == EPERM || error == EACCES)) {
			FIX("use sudo; or, until the next boot (weakens the machine):  sudo sysctl -w "
			    "kernel.apparmor_restrict_unprivileged_userns=0");
			return REASON(
				"USERNS-APPARMOR", "apparmor(7)",
				"the namespace was created, then AppArmor took its powers away "
				"(kernel.apparmor_restrict_unprivileged_userns = 1)");
		}
		if (error == EPERM) {
			FIX("map your own id (--map-root or --map-current)");
			return REASON(
				"MAP-OUTER", "user_namespaces(7)",
				"without CAP_SETUID and CAP_SETGID out here, one may map only "
				"one's own id");
		}
		if (error == EINVAL)
			return REASON("MAP-FORMAT", "user_namespaces(7)",
				      "the kernel does not take these ranges: they overlap, or are "
				      "more than 340");
	}
	return false;
}
