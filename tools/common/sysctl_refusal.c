/* sysctl_refusal.c: why ns-net or ns-ipc could not change a setting below
 * /proc/sys. See sysctl.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "paste.h"
#include "sysctl.h"

/* What a tool that makes a namespace needs in front, typed where we began. */
static const char *with_rights(const struct state *state)
{
	return paste_first(state->uid != 0 || state->in_user_namespace);
}

/* It may not be written to. */
static bool decide_denied(bool net, const struct sysctl *sysctl, const struct state *state,
			  struct reason *reason)
{
	const char *page = net ? "network_namespaces(7)" : "ipc_namespaces(7)";

	if (state->owner_elsewhere) {
		FIX("enter that user namespace as well, first:  %s",
		    paste_line("ns-user --join PID", NULL));
		return REASON("SYSCTL-OWNER", "user_namespaces(7)",
			      "the %s namespace we are in belongs to another user namespace, and "
			      "its settings to that one's root",
			      net ? "network" : "IPC");
	}
	if (net && !why_has(state, CAP_NET_ADMIN)) {
		if (state->bounding >> CAP_NET_ADMIN & 1)
			FIX("put ns-user first:  %s", paste_line("ns-user", NULL));
		else
			FIX("put capdrop behind it:  %sns-net --sysctl %s=%s capdrop -- sh",
			    paste_directory(), sysctl->key, paste_word(sysctl->value));
		return REASON("SYSCTL-PRIV", page,
			      "the settings of a network namespace take CAP_NET_ADMIN, and you are "
			      "uid %u without it%s",
			      state->uid,
			      state->bounding >> CAP_NET_ADMIN & 1 ? "" : ": it was dropped");
	}
	if (net) {
		FIX("change it outside, as root, for all of them:  sysctl -w %s=%s", sysctl->key,
		    paste_word(sysctl->value));
		return REASON("SYSCTL-GLOBAL", page,
			      "%s can only be read here: the machine has one for all network "
			      "namespaces",
			      sysctl->key);
	}
	if (state->uid != 0) {
		FIX("be uid 0 inside:  %s", paste_line("ns-user --map-root", NULL));
		return REASON("SYSCTL-PRIV", page,
			      "the settings of an IPC namespace belong to uid 0 of its user "
			      "namespace, and you are uid %u",
			      state->uid);
	}
	if (state->in_user_namespace) {
		FIX("as the machine's root, without ns-user:  %s\n"
		    "or use a newer kernel",
		    paste_line("sudo", NULL));
		return REASON(
			"SYSCTL-KERNEL", page,
			"older kernels (before Linux 6.9, or an update of that time) let only "
			"the machine's root change the settings of an IPC namespace");
	}
	return false;
}

static bool decide_missing(bool net, const struct sysctl *sysctl, const struct state *state,
			   struct reason *reason)
{
	const char *tool = net ? "ns-net" : "ns-ipc";
	/* The directory that it would be in. */
	int length = (int)(strrchr(sysctl->path, '/') - sysctl->path);

	if (!state->proc_visible) {
		FIX("put %s before chroot:  %s --sysctl %s=%s chroot DIR\n"
		    "or mount /proc in there, with ns-mnt --proc DIR/proc before chroot",
		    tool, tool, sysctl->key, paste_word(sysctl->value));
		return REASON("SYSCTL-PROC", "proc(5)",
			      "settings are files below /proc/sys, and there is no /proc here");
	}
	FIX("see which there are:  %s%s -- ls %.*s", with_rights(state), tool, length,
	    sysctl->path);
	return REASON(
		"SYSCTL-NONE", net ? "network_namespaces(7)" : "ipc_namespaces(7)",
		"there is no %s in this namespace: its name is mistyped, or its kernel module "
		"is not loaded%s",
		sysctl->path,
		net ? ", or the machine has one for all network namespaces and shows it in "
		      "the first only"
		    : "");
}

bool sysctl_decide(const char *tool, const struct sysctl *sysctl, int error,
		   const struct state *state, struct reason *reason)
{
	bool net = strcmp(tool, "ns-net") == 0;
	const char *page = net ? "network_namespaces(7)" : "ipc_namespaces(7)";

	switch (error) {
	case 0:
		FIX("if what it holds means the same, ask for it as the kernel prints it");
		return REASON("SYSCTL-HELD", page,
			      "the kernel took the value without an error, and "
			      "reading it back gives another one");
	case EACCES:
	case EPERM: return decide_denied(net, sysctl, state, reason);
	case ENOENT:
	case ENOTDIR: return decide_missing(net, sysctl, state, reason);
	case EISDIR:
		FIX("name one of them:  ls %s", sysctl->path);
		return REASON("SYSCTL-FOLDER", "proc(5)",
			      "%s is not one setting but a directory of settings", sysctl->path);
	case EROFS:
		FIX("start that container with:  docker run --privileged ...\n"
		    "or use a virtual machine");
		return REASON(
			"SYSCTL-READONLY", "proc(5)",
			"/proc/sys is mounted read-only: you are probably inside a container");
	case EIO: /* a write that ended early */
	case EINVAL:
	case ERANGE:
	case ENOSPC:
		FIX("see what it looks like:  %s%s -- cat %s", with_rights(state), tool,
		    sysctl->path);
		return REASON("SYSCTL-VALUE", page,
			      "the kernel does not take '%.100s' for it: that is of another kind "
			      "(number, list, name), or too large or small",
			      sysctl->value);
	}
	return false;
}
