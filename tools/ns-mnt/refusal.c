/* refusal.c: why a step of ns-mnt failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "refusal.h"

bool ns_mnt_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)argument;
	if (error == EPERM && strstr(call, "FSCONFIG_CMD_CREATE")) {
		FIX("put ns-user first:  ns-user ns-pid ns-net ns-mnt ... -- sh");
		return REASON("PROC-PIDNS", "user_namespaces(7)",
			      "in a user namespace /proc may be mounted only for a PID namespace "
			      "that it owns, /sys for a network namespace that it owns, and the "
			      "file system of a disk not at all");
	}
	if (error == EPERM && (strstr(call, "mount") || strstr(call, "open_tree") ||
			       strstr(call, "fsopen") || strstr(call, "pivot_root"))) {
		if (strstr(call, "fsmount") && !state->proc_visible) {
			FIX("mount /proc and /sys before the old root goes: ns-mnt before chroot");
			return REASON("PROC-NONE", "mount_namespaces(7)",
				      "in a user namespace the kernel shows as much of /proc or "
				      "/sys as one can see already, and here none can be seen any "
				      "more");
		}
		if (!why_has(state, CAP_SYS_ADMIN)) {
			FIX("put ns-user first:  ns-user ns-mnt ... -- sh   or use sudo");
			return REASON("MNT-PRIV", "mount_namespaces(7)",
				      "mounting takes CAP_SYS_ADMIN, and you are uid %u without it",
				      state->uid);
		}
		/* ns-mnt has just made this namespace, so it is ours. */
		if (strstr(call, "MS_REC | MS_")) {
			FIX("put lsm last in the chain");
			return REASON("LL-MOUNT", "landlock(7)",
				      "a security module forbids it: under Landlock (lsm) no mount "
				      "can be changed");
		}
		FIX("put the tools in this order: ns-user ns-pid ns-net ns-mnt chroot lsm; and "
		    "mount before the old root goes");
		return REASON(
			"MNT-OWNER", "user_namespaces(7)",
			"you have CAP_SYS_ADMIN, but not where it counts: a mount namespace, "
			"a /proc or a /sys of an outer user namespace is involved, or no other "
			"/proc is visible any more; or Landlock (lsm) forbids all mounts");
	}
	if (error == EROFS && strstr(call, "make_below(")) {
		FIX("choose one that is there, as /mnt; or take a root of your own: compose-run "
		    "--rootfs DIR");
		return REASON(
			"MNT-DST", "mount(2)",
			"the mount point does not exist, and can't be made: the root it would "
			"be in is read-only");
	}
	if (error == EINVAL && strstr(call, "MS_PRIVATE")) {
		FIX("run ns-mnt before chroot, or with --propagation unchanged");
		return REASON("MNT-NOTMOUNT", "mount_namespaces(7)",
			      "'/' is not a mount point: after a chroot it is a plain folder");
	}
	return false;
}
