/* why_namespace.c: why a namespace could not be made or entered. See why.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "paste.h"
#include "why_namespace.h"

static const struct {
	const char *flag, *name, *sysctl, *man;
} namespaces[] = {
	{ "CLONE_NEWUTS", "UTS", "user.max_uts_namespaces", "uts_namespaces(7)" },
	{ "CLONE_NEWPID", "PID", "user.max_pid_namespaces", "pid_namespaces(7)" },
	{ "CLONE_NEWNS", "mount", "user.max_mnt_namespaces", "mount_namespaces(7)" },
	{ "CLONE_NEWIPC", "IPC", "user.max_ipc_namespaces", "ipc_namespaces(7)" },
	{ "CLONE_NEWNET", "network", "user.max_net_namespaces", "network_namespaces(7)" },
	{ "CLONE_NEWUSER", "user", "user.max_user_namespaces", "user_namespaces(7)" },
	{ "CLONE_NEWCGROUP", "cgroup", "user.max_cgroup_namespaces", "cgroup_namespaces(7)" },
};

int why_namespace_kind(const char *call)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++)
		if (strstr(call, namespaces[i].flag))
			return (int)i;
	return -1;
}

const char *why_namespace_sysctl(int kind)
{
	return namespaces[kind].sysctl;
}

static bool decide_unshare(const char *tool, const char *call, int error, const struct state *state,
			   struct reason *reason, int kind)
{
	bool user = strstr(call, "CLONE_NEWUSER") != NULL;

	if (error == ENOSPC) {
		if (state->namespaces_max >= 0 && state->namespaces_max < 64) {
			FIX("sysctl -w %s=10000   (as root)", state->namespaces_name);
			return REASON(
				"NS-LIMIT", "namespaces(7)",
				"'no space' means the limit on namespaces, not the disk: %s = %lld",
				state->namespaces_name, state->namespaces_max);
		}
		FIX("leave one of the namespaces, or raise %s", state->namespaces_name);
		return REASON("NS-DEPTH", namespaces[kind].man,
			      "namespaces are nested too deep (32 levels), or %s = %lld is reached",
			      state->namespaces_name, state->namespaces_max);
	}
	if (error == EINVAL && strstr(call, "CLONE_NEWPID")) {
		FIX("put a program between the two, or drop one");
		return REASON("PID-TWICE", "pid_namespaces(7)",
			      "our children are already directed to a new PID namespace");
	}
	if (error != EPERM)
		return false;
	if (state->seccomp == 2 && state->unshare_refused) {
		FIX("start that container with:  docker run --security-opt "
		    "seccomp=unconfined ...\n"
		    "or use a virtual machine");
		return REASON("NS-SECCOMP", "seccomp(2)",
			      "a seccomp filter refuses unshare() itself, even unshare(0): you are "
			      "probably inside a container");
	}
	if (user && state->root_changed) {
		FIX("move ns-user before chroot:  ns-user chroot DIR ...");
		return REASON(
			"USERNS-CHROOT", "user_namespaces(7)",
			"a process whose root was changed by chroot may not create user namespaces");
	}
	if (user && state->userns_clone == 0 && !why_has(state, CAP_SYS_ADMIN)) {
		FIX("sysctl -w kernel.unprivileged_userns_clone=1   (as root), or use sudo");
		return REASON("USERNS-DEBIAN", "user_namespaces(7)",
			      "kernel.unprivileged_userns_clone = 0: this machine lets only root "
			      "create user namespaces");
	}
	if (!user && state->proc_visible && !(state->bounding >> CAP_SYS_ADMIN & 1)) {
		FIX("put capdrop behind it:  %s capdrop -- sh", tool);
		return REASON("NS-PRIV", "capabilities(7)",
			      "CAP_SYS_ADMIN was dropped, for good: it is not in our bounding set "
			      "either");
	}
	if (!user && !why_has(state, CAP_SYS_ADMIN)) {
		FIX("put ns-user first:  %s\n"
		    "or become root:  %s",
		    paste_line("ns-user", NULL), paste_line("sudo", NULL));
		return REASON("NS-PRIV", "user_namespaces(7)",
			      "you are uid %u without CAP_SYS_ADMIN; without it only user "
			      "namespaces may be created",
			      state->uid);
	}
	return false;
}

static bool decide_setns(const char *tool, int error, struct reason *reason, int kind)
{
	if (error == EPERM) {
		FIX("join its user namespace first:  ns-user --join PID %s --join PID -- sh", tool);
		return REASON("NS-JOIN-PRIV", "setns(2)",
			      "joining a namespace takes CAP_SYS_ADMIN in the user namespace "
			      "that owns it");
	}
	if (error == EINVAL)
		return REASON("NS-JOIN-TYPE", "setns(2)",
			      "that is not a %s namespace, or it is the one we are in",
			      namespaces[kind].name);
	return false;
}

bool why_namespace(const char *tool, const char *call, int error, const struct state *state,
		   struct reason *reason)
{
	int kind = why_namespace_kind(call);

	if (kind >= 0 && strncmp(call, "unshare", 7) == 0)
		return decide_unshare(tool, call, error, state, reason, kind);
	if (kind >= 0 && strncmp(call, "setns", 5) == 0)
		return decide_setns(tool, error, reason, kind);
	return false;
}
