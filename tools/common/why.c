/* why.c: from an errno and the machine's state to the reason and the fix. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "step.h"
#include "why.h"

struct failing failing;

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
	const char *value = find_field(text, name);

	return value ? value : "0";
}

/* Whether a namespace of ours belongs to another user namespace than ours.
 * The kernel names an owner only to those that could see it. ioctl_ns(2). */
static bool is_owned_elsewhere(const char *type)
{
	struct stat owner, our;
	char path[64];
	bool elsewhere;
	int fd, owner_fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%.20s", type);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	owner_fd = ioctl(fd, NS_GET_USERNS);
	elsewhere = owner_fd < 0 && errno == EPERM;
	if (owner_fd >= 0) {
		elsewhere = fstat(owner_fd, &owner) == 0 && stat("/proc/self/ns/user", &our) == 0 &&
			    (owner.st_ino != our.st_ino || owner.st_dev != our.st_dev);
		close(owner_fd);
	}
	close(fd);
	return elsewhere;
}

void why_read_state(const char *call, struct state *state)
{
	char text[4096] = "";
	int kind = namespace_index(call);
	struct statx root;

	memset(state, 0, sizeof(*state));
	state->uid = geteuid();
	state->proc_visible = read_file("/proc/self/status", text, sizeof(text)) > 0;
	state->effective = strtoull(field(text, "CapEff"), NULL, 16);
	state->bounding = strtoull(field(text, "CapBnd"), NULL, 16);
	state->seccomp = atoi(field(text, "Seccomp"));
	state->unshare_refused = unshare(0) != 0;
	/* After a chroot "/" is mostly a plain folder (statx(2), 5.8). */
	state->root_changed = statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &root) == 0 &&
			      !(root.stx_attributes & STATX_ATTR_MOUNT_ROOT);
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
	if (strncmp(tool_name, "ns-", 3) == 0)
		state->owner_elsewhere = is_owned_elsewhere(tool_name + 3);
	state->namespaces_max = -1;
	if (kind >= 0) {
		char path[128];

		snprintf(state->namespaces_name, sizeof(state->namespaces_name), "%s",
			 namespaces[kind].sysctl);
		snprintf(path, sizeof(path), "/proc/sys/user/%s", namespaces[kind].sysctl + 5);
		state->namespaces_max = read_long(path);
	}
}

#define REASON(name, page, ...)                                  \
	(snprintf(reason->id, sizeof(reason->id), "%s", name),   \
	 snprintf(reason->see, sizeof(reason->see), "%s", page), \
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
		FIX("docker run --security-opt seccomp=unconfined ...   or a virtual machine");
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
	if (user && state->userns_clone == 0 && !has(state, CAP_SYS_ADMIN)) {
		FIX("sysctl -w kernel.unprivileged_userns_clone=1   (as root), or use sudo");
		return REASON("USERNS-DEBIAN", "user_namespaces(7)",
			      "kernel.unprivileged_userns_clone = 0: this machine lets only root "
			      "create user namespaces");
	}
	if (!user && state->proc_visible && !(state->bounding >> CAP_SYS_ADMIN & 1)) {
		FIX("put capdrop behind:  %s capdrop -- sh", tool);
		return REASON("NS-PRIV", "capabilities(7)",
			      "CAP_SYS_ADMIN was dropped, for good: it is not in our bounding set "
			      "either");
	}
	if (!user && !has(state, CAP_SYS_ADMIN)) {
		FIX("put ns-user first:  ns-user %s -- sh   or use sudo", tool);
		return REASON("NS-PRIV", "user_namespaces(7)",
			      "you are uid %u without CAP_SYS_ADMIN; without it only user "
			      "namespaces may be created",
			      state->uid);
	}
	return false;
}

/* A setting below /proc/sys that ns-net or ns-ipc was asked to change. */
static bool decide_sysctl(const char *tool, int error, const struct state *state,
			  struct reason *reason)
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
		if (net && !has(state, CAP_NET_ADMIN)) {
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
			return REASON(
				"NS-JOIN-PRIV", "setns(2)",
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
	if (error == EPERM && strstr(call, "hostname(") && has(state, CAP_SYS_ADMIN)) {
		FIX("ns-user before ns-uts:  ns-user ns-uts --hostname NAME -- sh");
		return REASON("UTS-OWNER", "uts_namespaces(7)",
			      "this UTS namespace belongs to an outer user namespace");
	}
	if (strstr(call, "sysctl->path"))
		return decide_sysctl(tool, error, state, reason);
	if (error == EPERM && strstr(call, "receive_ack(") && !has(state, CAP_NET_ADMIN)) {
		FIX("ns-user first, which gives it over a new one:  ns-user ns-net -- sh   or --no-lo");
		return REASON("NET-ADMIN", "network_namespaces(7)",
			      "changing a network device takes CAP_NET_ADMIN, and you are uid %u "
			      "without it",
			      state->uid);
	}
	if (error == EPERM && strstr(call, "setgroups(") && state->setgroups_denied)
		return REASON("SETGROUPS-DENIED", "user_namespaces(7)",
			      "/proc/self/setgroups is 'deny' in this user namespace");
	if (error == EINVAL && (strstr(call, "setresuid(") || strstr(call, "setresgid(")) &&
	    state->in_user_namespace)
		return REASON(
			"ID-UNMAPPED", "user_namespaces(7)",
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
		if (!has(state, CAP_SYS_ADMIN)) {
			FIX("put ns-user first:  ns-user ns-mnt ... -- sh   or use sudo");
			return REASON("MNT-PRIV", "mount_namespaces(7)",
				      "mounting takes CAP_SYS_ADMIN, and you are uid %u without it",
				      state->uid);
		}
		/* chroot --pivot: nothing but the namespace can be another's. */
		if (strcmp(tool, "chroot") == 0) {
			FIX("put ns-mnt first:  ns-user ns-mnt chroot --pivot DIR ...");
			return REASON(
				"PIVOT-OWNER", "mount_namespaces(7)",
				"this mount namespace is not ours: it belongs to an outer user "
				"namespace; or Landlock (lsm) forbids all changes of mounts");
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
	if (error == EPERM && strstr(call, "chroot(")) {
		FIX("put ns-user first:  ns-user chroot DIR ...   or use sudo");
		return REASON("CHROOT-PRIV", "chroot(2)",
			      "chroot takes CAP_SYS_CHROOT, and you are "
			      "uid %u without it",
			      state->uid);
	}
	return false;
}

/* What the kernel says of a file system that it did not make, as lines of the
 * message; each begins with a letter for its kind, "e overlay: ...". fsopen(2). */
static int kernel_words(char *text, size_t size)
{
	char line[512];
	int n = 0;
	ssize_t got;

	while (step_kernel_log >= 0 && n < (int)size &&
	       (got = read(step_kernel_log, line, sizeof(line) - 1)) > 2) {
		line[got] = '\0';
		line[strcspn(line, "\n")] = '\0';
		n += snprintf(text + n, size - (size_t)n, "  kernel: %s\n", line + 2);
	}
	return n < (int)size ? n : (int)size - 1;
}

void why_die(const char *call, const char *phrase)
{
	int error = errno;
	struct state state;
	struct reason reason;
	char text[3000];
	int n;

	why_read_state(call, &state);
	memset(&reason, 0, sizeof(reason));
	if (!(failing.decide && failing.decide(call, error, &reason, failing.argument)) &&
	    !why_decide(tool_name, call, error, &state, &reason))
		*reason.id = '\0';
	n = snprintf(text, sizeof(text), "%s: cannot %s: %s%s%s%s\n  call: %s\n", tool_name, phrase,
		     error ? errno_text(error) : "it did not take effect", *reason.id ? " [" : "",
		     reason.id, *reason.id ? "]" : "", call);
	n += kernel_words(text + n, sizeof(text) - (size_t)n);
	if (*reason.id && n < (int)sizeof(text))
		n += snprintf(text + n, sizeof(text) - (size_t)n, "  why: %s\n", reason.why);
	if (*reason.fix && n < (int)sizeof(text))
		n += snprintf(text + n, sizeof(text) - (size_t)n, "  fix: %s\n", reason.fix);
	if (*reason.see && n < (int)sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, "  see: %s\n", reason.see);
	dprintf(2, "%s", text);
	if (failing.undo)
		failing.undo(failing.argument);
	_Exit(EXIT_TOOL_FAILED);
}
