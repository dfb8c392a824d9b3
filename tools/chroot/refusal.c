/* refusal.c: why a step of chroot failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "account.h"
#include "refusal.h"

bool chroot_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)argument;
	if (error == EPERM && (strstr(call, "mount") || strstr(call, "pivot_root"))) {
		if (!why_has(state, CAP_SYS_ADMIN)) {
			FIX("put ns-user first:  ns-user ns-mnt ... -- sh   or use sudo");
			return REASON("MNT-PRIV", "mount_namespaces(7)",
				      "mounting takes CAP_SYS_ADMIN, and you are uid %u without it",
				      state->uid);
		}
		/* Nothing but the namespace can be another's. */
		FIX("put ns-mnt first:  ns-user ns-mnt chroot --pivot DIR ...");
		return REASON("PIVOT-OWNER", "mount_namespaces(7)",
			      "this mount namespace is not ours: it belongs to an outer user "
			      "namespace; or Landlock (lsm) forbids all changes of mounts");
	}
	if (error == EPERM && strstr(call, "chroot(")) {
		FIX("put ns-user first:  ns-user chroot DIR ...   or use sudo");
		return REASON("CHROOT-PRIV", "chroot(2)",
			      "chroot takes CAP_SYS_CHROOT, and you are "
			      "uid %u without it",
			      state->uid);
	}
	return account_decide(call, error, state, reason);
}
