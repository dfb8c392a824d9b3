/* sysctl_refusal.c: why ns-net or ns-ipc could not change a setting below
 * /proc/sys. See sysctl.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "sysctl.h"

bool sysctl_decide(const char *tool, int error, const struct state *state, struct reason *reason)
{
	bool net = strcmp(tool, "ns-net") == 0;
	const char *kind = net ? "network" : "IPC";
	const char *page = net ? "network_namespaces(7)" : "ipc_namespaces(7)";

	switch (error) {
	case 0:
		FIX("if that means the same, ask for it as the kernel prints it");
		return REASON("SYSCTL-HELD", page,
			      "the kernel took the value without an error, and "
			      "reading it back gives another one");
	case EACCES:
	case EPERM:
		if (state->owner_elsewhere) {
			FIX("enter that one as well, first:  ns-user --join PID %s --join PID "
			    "--sysctl KEY=VALUE -- sh",
			    tool);
			return REASON(
				"SYSCTL-OWNER", "user_namespaces(7)",
				"the %s namespace we are in belongs to another user namespace, "
				"and its settings to that one's root",
				kind);
		}
		if (net && !why_has(state, CAP_NET_ADMIN)) {
			FIX("put ns-user first, or leave CAP_NET_ADMIN:  ns-user ns-net ... -- sh");
			return REASON("SYSCTL-PRIV", page,
				      "the settings of a network namespace take "
				      "CAP_NET_ADMIN, and you are uid %u without it",
				      state->uid);
		}
		if (net) {
			FIX("change it outside, as root, for all:  sysctl -w KEY=VALUE");
			return REASON("SYSCTL-GLOBAL", page,
				      "this setting can only be read here: the machine has one for "
				      "all network namespaces");
		}
		if (state->uid != 0) {
			FIX("be uid 0 inside:  ns-user --map-root ns-ipc --sysctl KEY=VALUE -- sh");
			return REASON("SYSCTL-PRIV", page,
				      "the settings of an IPC namespace belong "
				      "to uid 0 of its user namespace, and you are uid %u",
				      state->uid);
		}
		if (state->in_user_namespace) {
			FIX("use sudo, without ns-user; or a newer kernel");
			return REASON("SYSCTL-KERNEL", page,
				      "older kernels (before Linux 6.9, or an update of that time) "
				      "let only the machine's root change the settings of an IPC "
				      "namespace");
		}
		return false;
	case ENOENT:
		if (!state->proc_visible) {
			FIX("put %s before chroot, or mount /proc there", tool);
			return REASON(
				"SYSCTL-PROC", "proc(5)",
				"settings are files below /proc/sys, and there is no /proc here");
		}
		FIX("see which there are:  %s -- find /proc/sys/%s", tool,
		    net ? "net" : "kernel /proc/sys/fs/mqueue");
		return REASON(
			"SYSCTL-NONE", page,
			"there is no such setting in this namespace: its name is mistyped, or "
			"its kernel module is not loaded%s",
			net ? ", or the machine has one for all network namespaces and "
			      "shows it in the first only"
			    : "");
	case EISDIR:
		FIX("name one of them; 'ls' lists the folder");
		return REASON("SYSCTL-FOLDER", "proc(5)",
			      "this is not one setting but a folder of settings");
	case EROFS:
		FIX("docker run --privileged ..., or a virtual machine");
		return REASON(
			"SYSCTL-READONLY", "proc(5)",
			"/proc/sys is mounted read-only: you are probably inside a container");
	case EIO: /* a write that ended early */
	case EINVAL:
	case ERANGE:
	case ENOSPC:
		return REASON("SYSCTL-VALUE", page,
			      "the kernel does not take this value: it is "
			      "of another kind (number, list, name), or too large or small");
	}
	return false;
}
