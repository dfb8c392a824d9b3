/* why_namespace.c: why a namespace could not be made or entered. See why.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "namespace.h"
#include "paste.h"
#include "why_namespace.h"

static const struct {
	const char *flag, *type, *sysctl, *man; /* the type as lsns(8) has it */
} namespaces[] = {
	{ "CLONE_NEWUTS", "uts", "user.max_uts_namespaces", "uts_namespaces(7)" },
	{ "CLONE_NEWPID", "pid", "user.max_pid_namespaces", "pid_namespaces(7)" },
	{ "CLONE_NEWNS", "mnt", "user.max_mnt_namespaces", "mount_namespaces(7)" },
	{ "CLONE_NEWIPC", "ipc", "user.max_ipc_namespaces", "ipc_namespaces(7)" },
	{ "CLONE_NEWNET", "net", "user.max_net_namespaces", "network_namespaces(7)" },
	{ "CLONE_NEWUSER", "user", "user.max_user_namespaces", "user_namespaces(7)" },
	{ "CLONE_NEWCGROUP", "cgroup", "user.max_cgroup_namespaces", "cgroup_namespaces(7)" },
	{ "CLONE_NEWTIME", "time", "user.max_time_namespaces", "time_namespaces(7)" },
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
			FIX("raise it, as root:  sysctl -w %s=10000", state->namespaces_name);
			return REASON(
				"NS-LIMIT", "namespaces(7)",
				"'no space' means the limit on namespaces, not the disk: %s = %lld",
				state->namespaces_name, state->namespaces_max);
		}
		FIX("see which:  lsns -t %s; cat /proc/sys/user/%s\n"
		    "then leave a namespace, or raise the limit as root:  sysctl -w %s=%lld",
		    namespaces[kind].type, state->namespaces_name + 5, state->namespaces_name,
		    2 * state->namespaces_max);
		return REASON(
			"NS-DEPTH", namespaces[kind].man,
			"'no space' is not about the disk. One of two: namespaces of this kind are "
			"nested too deep\n(32 levels); or a limit is reached, which is %s\n= %lld "
			"here and may be less outside%s",
			state->namespaces_name, state->namespaces_max,
			user ? " (ns-user --no-more makes it 1)" : "");
	}
	if (error == EINVAL && strstr(call, "CLONE_NEWPID")) {
		FIX("put a program between the two, or drop one");
		return REASON("PID-TWICE", "pid_namespaces(7)",
			      "our children are already directed to a new PID namespace");
	}
	if (error == EINVAL && user && state->no_user_namespaces) {
		FIX("boot another kernel; or, as root, leave ns-user away");
		return REASON("USERNS-OFF", "user_namespaces(7)",
			      "this kernel was built without user namespaces (CONFIG_USER_NS): "
			      "there is no /proc/self/ns/user");
	}
	if (error == EINVAL && user && state->threads > 1) {
		FIX("report it as an error of Strata's, with the line that you typed");
		return REASON("USERNS-THREADS", "unshare(2)",
			      "only a process with one thread may make a user namespace, and this "
			      "one has %d: a fault of ours",
			      state->threads);
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
		FIX("move ns-user before chroot:  %sns-user chroot DIR", paste_directory());
		return REASON(
			"USERNS-CHROOT", "user_namespaces(7)",
			"a process whose root was changed by chroot may not create user namespaces");
	}
	if (user && state->id_unmapped) {
		FIX("let the ns-user before this one map your own id:  ns-user --map-root\n"
		    "the ids that there are here:  %sns-user --show-map",
		    paste_directory());
		return REASON("USERNS-UNMAPPED", "user_namespaces(7)",
			      "we have no user or group id in the user namespace that we are in "
			      "(%u stands for none),\nand a new one needs an owner",
			      state->uid);
	}
	if (user && state->userns_clone == 0 && !why_has(state, CAP_SYS_ADMIN)) {
		FIX("sudo sysctl -w kernel.unprivileged_userns_clone=1\nor become root:  %s",
		    paste_line("sudo", NULL));
		return REASON("USERNS-DEBIAN", "user_namespaces(7)",
			      "kernel.unprivileged_userns_clone = 0: this machine lets only root "
			      "create user namespaces");
	}
	if (!user && state->proc_visible && !(state->bounding >> CAP_SYS_ADMIN & 1)) {
		bool inside = state->in_user_namespace;

		FIX("put capdrop behind %s:  %s%s%s capdrop -- sh", tool, paste_first(inside),
		    inside ? "" : paste_directory(), tool);
		return REASON("NS-PRIV", "capabilities(7)",
			      "CAP_SYS_ADMIN was dropped, for good: it is not in our bounding set "
			      "either");
	}
	if (!user && !why_has(state, CAP_SYS_ADMIN)) {
		FIX("put ns-user first:  %s\n"
		    "or become root:  %s",
		    paste_line("ns-user", NULL), paste_line("sudo", NULL));
		return REASON("NS-PRIV", "user_namespaces(7)",
			      "you are uid %u without CAP_SYS_ADMIN, a part of root's power; "
			      "without it only user namespaces may be created",
			      state->uid);
	}
	return false;
}

/* Why the file of a namespace could not be opened. */
static bool decide_open(int error, const struct state *state, struct reason *reason)
{
	if (error == ENOENT) {
		FIX("name a process that runs, or a file that a namespace was bound to");
		return REASON("NS-JOIN-GONE", "namespaces(7)",
			      "there is no such file: the process has ended, or there is no /proc "
			      "of this PID namespace here");
	}
	if ((error == EACCES || error == EPERM) && joining.pid > 0) {
		if (state->in_user_namespace)
			FIX("do it from outside of this user namespace, without ns-user");
		else
			FIX("become root:  %s", paste_line("sudo", NULL));
		if (joining.uid != (uid_t)-1 && joining.uid != state->uid)
			return REASON("NS-JOIN-PRIV", "ptrace(2)",
				      "process %d belongs to uid %u%s, and you are uid %u: only "
				      "who could trace a process may enter its namespaces",
				      joining.pid, joining.uid,
				      state->in_user_namespace && joining.uid == 65534
					      ? " (which stands for all that have no number here)"
					      : "",
				      state->uid);
		return REASON("NS-JOIN-PRIV", "ptrace(2)",
			      "only who could trace a process may enter its namespaces, and "
			      "process %d has more capabilities than we have, or lets nobody look "
			      "into it (see 'Ptrace access mode checking')",
			      joining.pid);
	}
	return false;
}

static bool decide_setns(const char *tool, const char *call, int error, struct reason *reason)
{
	if (error == EPERM) {
		FIX("enter its user namespace first:  ns-user --join %s %s\n"
		    "or become root:  %s",
		    joining.target, paste_line(NULL, NULL), paste_line("sudo", NULL));
		return REASON("NS-JOIN-PRIV", "setns(2)",
			      "entering a namespace takes CAP_SYS_ADMIN in the user namespace that "
			      "owns it");
	}
	if (error == EINVAL && strstr(call, "CLONE_NEWUSER") && joining.is_ours) {
		FIX("leave %s --join away: we are where you want to be", tool);
		return REASON("NS-JOIN-SELF", "setns(2)",
			      "it is the user namespace that we are in already, and the kernel "
			      "lets nobody enter that again");
	}
	if (error == EINVAL && strstr(call, "CLONE_NEWPID")) {
		FIX("run it outside, before ns-pid:  %s", paste_line(NULL, NULL));
		return REASON("NS-JOIN-UP", "pid_namespaces(7)",
			      "one can only enter a PID namespace below one's own, and this one "
			      "is above or beside it");
	}
	return false;
}

bool why_namespace(const char *tool, const char *call, int error, const struct state *state,
		   struct reason *reason)
{
	int kind = why_namespace_kind(call);

	if (kind >= 0 && strncmp(call, "unshare", 7) == 0)
		return decide_unshare(tool, call, error, state, reason, kind);
	if (kind >= 0 && strncmp(call, "setns", 5) == 0)
		return decide_setns(tool, call, error, reason);
	if (strncmp(call, "open(path, O_RDONLY", 19) == 0 && *joining.target)
		return decide_open(error, state, reason);
	return false;
}
