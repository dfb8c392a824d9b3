/* refusal.c: why a step of ns-uts failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "paste.h"
#include "refusal.h"

bool ns_uts_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)argument;
	if (error != EPERM || !(strstr(call, "sethostname(") || strstr(call, "setdomainname(")))
		return false;
	if (state->owner_elsewhere) {
		FIX("ns-user before ns-uts:  %s", paste_line("ns-user", NULL));
		return REASON(
			"UTS-OWNER", "uts_namespaces(7)",
			"this UTS namespace belongs to an outer user namespace, and its names "
			"to that one's root");
	}
	/* It is ours, so it is not the kernel's own rules. */
	if (why_has(state, CAP_SYS_ADMIN)) {
		FIX("see which it is:  lsm --status\n"
		    "and if it is lsm's own, put lsm last in the chain");
		return REASON(
			"UTS-DENIED", "seccomp(2)",
			"the namespace is ours, and we have CAP_SYS_ADMIN in it: %s refuses the "
			"call",
			state->seccomp == 2 ? "a seccomp filter or a security module"
					    : "a security module (AppArmor, SELinux)");
	}
	return false;
}
