/* why.c: from an errno and the machine's state to the reason and the fix. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "why.h"

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

static int namespace_index(const char *call)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++)
		if (strstr(call, namespaces[i].flag))
			return (int)i;
	return -1;
}

static long long read_long(const char *path)
{
	char text[64];

	return read_file(path, text, sizeof(text)) > 0 ? atoll(text) : -1;
}

static const char *field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : "0";
}

void why_read_state(const char *call, struct state *state)
{
	char text[4096] = "";
	int kind = namespace_index(call);
	struct stat root;
	char *c;

	memset(state, 0, sizeof(*state));
	state->uid = geteuid();
	state->proc_visible = read_file("/proc/self/status", text, sizeof(text)) > 0;
	state->effective = strtoull(field(text, "\nCapEff:\t"), NULL, 16);
	state->seccomp = atoi(field(text, "\nSeccomp:\t"));
	state->unshare_refused = unshare(0) != 0;
	/* The top directory of a file system is mostly number 2 (ext4), 1
	 * (tmpfs, overlay) or 128 and 256 (xfs, btrfs); mountinfo is surer: a
	 * chrooted process sees no mount on "/". */
	if (read_file("/proc/self/mountinfo", text, sizeof(text)) > 0)
		state->root_changed = !strstr(text, " / / ") && stat("/", &root) == 0;
	if (state->root_changed)
		for (c = text; (c = strchr(c, '\n')); c++) {
			int skip = 0;

			sscanf(c, " %*d %*d %*s %*s %n", &skip);
			if (skip && strncmp(c + skip, "/ ", 2) == 0)
				state->root_changed = false;
		}
	if (read_file("/proc/self/uid_map", text, sizeof(text)) > 0) {
		unsigned long inner = 0, outer = 0, count = 0;

		sscanf(text, "%lu %lu %lu", &inner, &outer, &count);
		state->in_user_namespace = inner != outer || count != 4294967295UL;
	}
	state->setgroups_denied = read_file("/proc/self/setgroups", text, sizeof(text)) > 0 &&
				  strncmp(text, "deny", 4) == 0;
	state->userns_clone = (int)read_long("/proc/sys/kernel/unprivileged_userns_clone");
	state->apparmor_userns =
		(int)read_long("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	state->namespaces_max = -1;
	if (kind >= 0) {
		char path[128];

		snprintf(state->namespaces_name, sizeof(state->namespaces_name), "%s",
			 namespaces[kind].sysctl);
		snprintf(path, sizeof(path), "/proc/sys/user/%s", namespaces[kind].sysctl + 5);
		state->namespaces_max = read_long(path);
	}
}

#define REASON(name, page, ...)                                                \
	(snprintf(reason->id, sizeof(reason->id), "%s", name),                 \
	 snprintf(reason->see, sizeof(reason->see), "%s", page),               \
	 snprintf(reason->why, sizeof(reason->why), __VA_ARGS__), true)
#define FIX(...) snprintf(reason->fix, sizeof(reason->fix), __VA_ARGS__)

static bool has(const struct state *state, int capability)
{
	return state->effective >> capability & 1;
}

static bool decide_namespace(const char *tool, const char *call, int error,
			     const struct state *state, struct reason *reason, int kind)
{
	bool user = strstr(call, "CLONE_NEWUSER") != NULL;

	if (error == ENOSPC) {
		if (state->namespaces_max >= 0 && state->namespaces_max < 64) {
			FIX("sysctl -w %s=10000   (as root)", state->namespaces_name);
			return REASON("NS-LIMIT", "namespaces(7)",
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
		FIX("docker run --security-opt seccomp=unconfined ...   or a virtual machine");
		return REASON("NS-SECCOMP", "seccomp(2)",
			      "a seccomp filter refuses unshare() itself, even unshare(0): you are "
			      "probably inside a container");
	}
	if (user && state->root_changed) {
		FIX("move ns-user before chroot:  ns-user chroot DIR ...");
		return REASON("USERNS-CHROOT", "user_namespaces(7)",
			      "a process whose root was changed by chroot may not create user namespaces");
	}
	if (user && state->userns_clone == 0 && !has(state, CAP_SYS_ADMIN)) {
		FIX("sysctl -w kernel.unprivileged_userns_clone=1   (as root), or use sudo");
		return REASON("USERNS-DEBIAN", "user_namespaces(7)",
			      "kernel.unprivileged_userns_clone = 0: this machine lets only root "
			      "create user namespaces");
	}
	if (!user && !has(state, CAP_SYS_ADMIN)) {
		FIX("put ns-user first:  ns-user %s -- sh   or use sudo", tool);
		return REASON("NS-PRIV", "user_namespaces(7)",
			      "you are uid %u without CAP_SYS_ADMIN; without it only user "
			      "namespaces may be created", state->uid);
	}
	return false;
}

bool why_decide(const char *tool, const char *call, int error, const struct state *state,
		struct reason *reason)
{
	int kind = namespace_index(call);

	memset(reason, 0, sizeof(*reason));
	if (kind >= 0 && strncmp(call, "unshare", 7) == 0)
		return decide_namespace(tool, call, error, state, reason, kind);
	if (kind >= 0 && strncmp(call, "setns", 5) == 0) {
		if (error == EPERM) {
			FIX("join its user namespace first:  ns-user --join PID %s --join PID -- sh",
			    tool);
			return REASON("NS-JOIN-PRIV", "setns(2)",
				      "joining a namespace takes CAP_SYS_ADMIN in the user namespace "
				      "that owns it");
		}
		if (error == EINVAL)
			return REASON("NS-JOIN-TYPE", "setns(2)",
				      "that is not a %s namespace, or it is the one we are in",
				      namespaces[kind].name);
	}
	if (strstr(call, "uid_map") || strstr(call, "gid_map")) {
		if (state->apparmor_userns == 1 && (error == EPERM || error == EACCES)) {
			FIX("use sudo; or, until the next boot (weakens the machine):  sudo sysctl -w "
			    "kernel.apparmor_restrict_unprivileged_userns=0");
			return REASON("USERNS-APPARMOR", "apparmor(7)",
				      "the namespace was created, then AppArmor took its powers away "
				      "(kernel.apparmor_restrict_unprivileged_userns = 1)");
		}
		if (error == EPERM) {
			FIX("map your own id (--map-root or --map-current)");
			return REASON("MAP-OUTER", "user_namespaces(7)",
				      "without CAP_SETUID and CAP_SETGID out here, one may map only "
				      "one's own id");
		}
		if (error == EINVAL)
			return REASON("MAP-FORMAT", "user_namespaces(7)",
				      "the kernel does not take these ranges: they overlap, or are "
				      "more than 340");
	}
	if (error == EPERM && strstr(call, "hostname(") && has(state, CAP_SYS_ADMIN)) {
		FIX("ns-user before ns-uts:  ns-user ns-uts --hostname NAME -- sh");
		return REASON("UTS-OWNER", "uts_namespaces(7)",
			      "this UTS namespace belongs to an outer user namespace");
	}
	if (error == EPERM && strstr(call, "setgroups(") && state->setgroups_denied)
		return REASON("SETGROUPS-DENIED", "user_namespaces(7)",
			      "/proc/self/setgroups is 'deny' in this user namespace");
	if (error == EINVAL && (strstr(call, "setresuid(") || strstr(call, "setresgid(")) &&
	    state->in_user_namespace)
		return REASON("ID-UNMAPPED", "user_namespaces(7)",
			      "that id has no mapping in this user namespace; see /proc/self/uid_map");
	if (error == ENOMEM && strstr(call, "fork")) {
		FIX("keep PID 1 alive, or leave --no-fork away");
		return REASON("PID-DEAD", "pid_namespaces(7)",
			      "this is not about memory: PID 1 of the namespace has ended, and the "
			      "kernel allows no new process in it");
	}
	if (error == EPERM && strstr(call, "PR_CAPBSET_DROP") && !has(state, CAP_SETPCAP)) {
		FIX("ns-user capdrop -- sh   or use sudo");
		return REASON("CAP-SETPCAP", "capabilities(7)",
			      "taking capabilities out of the bounding set needs CAP_SETPCAP");
	}
	if (error == EPERM && (strstr(call, "mount") || strstr(call, "open_tree") ||
			       strstr(call, "fsopen") || strstr(call, "pivot_root"))) {
		if (!has(state, CAP_SYS_ADMIN)) {
			FIX("put ns-user first:  ns-user ns-mnt ... -- sh   or use sudo");
			return REASON("MNT-PRIV", "mount_namespaces(7)",
				      "mounting takes CAP_SYS_ADMIN, and you are uid %u without it",
				      state->uid);
		}
		FIX("put the tools in this order: ns-user ns-pid ns-net ns-mnt chroot; and mount "
		    "before the old root goes");
		return REASON("MNT-OWNER", "user_namespaces(7)",
			      "you have CAP_SYS_ADMIN, but not where it counts: a mount namespace, "
			      "a /proc or a /sys of an outer user namespace is involved, or no other "
			      "/proc is visible any more");
	}
	if (error == EINVAL && strstr(call, "MS_PRIVATE")) {
		FIX("run ns-mnt before chroot, or with --propagation unchanged");
		return REASON("MNT-NOTMOUNT", "mount_namespaces(7)",
			      "'/' is not a mount point: after a chroot it is a plain folder");
	}
	if (error == EPERM && strstr(call, "chroot(")) {
		FIX("put ns-user first:  ns-user chroot DIR ...   or use sudo");
		return REASON("CHROOT-PRIV", "chroot(2)", "chroot takes CAP_SYS_CHROOT, and you are "
			      "uid %u without it", state->uid);
	}
	return false;
}

void why_die(const char *call, const char *phrase)
{
	int error = errno;
	struct state state;
	struct reason reason;
	char text[3000];
	int n;

	why_read_state(call, &state);
	if (!why_decide(tool_name, call, error, &state, &reason))
		*reason.id = '\0';
	n = snprintf(text, sizeof(text), "%s: cannot %s: %s%s%s%s\n  call: %s\n", tool_name, phrase,
		     error ? errno_text(error) : "it did not take effect", *reason.id ? " [" : "", reason.id, *reason.id ? "]" : "",
		     call);
	if (*reason.id && n < (int)sizeof(text))
		n += snprintf(text + n, sizeof(text) - (size_t)n, "  why: %s\n", reason.why);
	if (*reason.fix && n < (int)sizeof(text))
		n += snprintf(text + n, sizeof(text) - (size_t)n, "  fix: %s\n", reason.fix);
	if (*reason.see && n < (int)sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, "  see: %s\n", reason.see);
	dprintf(2, "%s", text);
	_Exit(EXIT_TOOL_FAILED);
}
