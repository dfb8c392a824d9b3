/* call.c: the system calls that the tracer knows more of than the name.
 *
 * The kernel gives us numbers. Which of them is a path, a descriptor or the
 * address of a socket depends on the call, and stands in the table below, by
 * name: so the table is the same for all machines, and for the 32-bit
 * programs that some of them run. A call that is not in it is printed with
 * its name only. Read on: syscalls(2). */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "call.h"

#define NONE (-1)

static const struct lsm_shape shapes[] = {
	{ "open", "po", OP_OPEN, NONE },
	{ "openat", "dpo", OP_OPEN, NONE },
	{ "openat2", "dph", OP_OPEN, NONE },
	{ "creat", "p", OP_OPEN, NONE },
	{ "stat stat64 statfs statfs64 readlink chdir listxattr", "p", OP_LOOK, NONE },
	{ "lstat lstat64 llistxattr", "l", OP_LOOK, NONE },
	{ "newfstatat fstatat64 statx", "dp", OP_LOOK, NONE },
	{ "readlinkat", "dl", OP_LOOK, NONE },
	{ "access", "pA", OP_LOOK, NONE },
	{ "faccessat faccessat2", "dpA", OP_LOOK, NONE },
	{ "getxattr", "ps", OP_LOOK, NONE },
	{ "lgetxattr", "ls", OP_LOOK, NONE },
	{ "fchdir", "f", OP_LOOK, NONE },
	{ "inotify_add_watch", "-p", OP_LOOK, NONE },
	{ "chroot", "p", OP_LOOK, CAP_SYS_CHROOT },
	{ "execve", "p", OP_EXECUTE, NONE },
	{ "execveat", "dp", OP_EXECUTE, NONE },
	{ "truncate truncate64", "p", OP_TRUNCATE, NONE },
	{ "ftruncate ftruncate64", "f", OP_TRUNCATE, NONE },
	{ "chmod", "pm", OP_ATTRIBUTES, CAP_FOWNER },
	{ "fchmodat fchmodat2", "dpm", OP_ATTRIBUTES, CAP_FOWNER },
	{ "fchmod", "fm", OP_ATTRIBUTES, CAP_FOWNER },
	{ "chown chown32", "pii", OP_ATTRIBUTES, CAP_CHOWN },
	{ "lchown lchown32", "lii", OP_ATTRIBUTES, CAP_CHOWN },
	{ "fchownat", "dpii", OP_ATTRIBUTES, CAP_CHOWN },
	{ "fchown fchown32", "fii", OP_ATTRIBUTES, CAP_CHOWN },
	{ "utime utimes", "p", OP_ATTRIBUTES, CAP_FOWNER },
	{ "utimensat utimensat_time64 futimesat", "dp", OP_ATTRIBUTES, CAP_FOWNER },
	{ "setxattr removexattr", "ps", OP_ATTRIBUTES, NONE },
	{ "lsetxattr lremovexattr", "ls", OP_ATTRIBUTES, NONE },
	{ "fsetxattr fremovexattr", "fs", OP_ATTRIBUTES, NONE },
	{ "mkdir", "lm", OP_MAKE, NONE },
	{ "mkdirat", "dlm", OP_MAKE, NONE },
	{ "mknod", "lm", OP_MAKE, CAP_MKNOD },
	{ "mknodat", "dlm", OP_MAKE, CAP_MKNOD },
	{ "symlink", "sl", OP_MAKE, NONE },
	{ "symlinkat", "sdl", OP_MAKE, NONE },
	{ "link", "ll", OP_LINK, NONE },
	{ "linkat", "dldl", OP_LINK, NONE },
	{ "unlink rmdir", "l", OP_REMOVE, NONE },
	{ "unlinkat", "dl", OP_REMOVE, NONE },
	{ "rename", "ll", OP_RENAME, NONE },
	{ "renameat renameat2", "dldl", OP_RENAME, NONE },
	{ "mount", "sps", OP_MOUNT, CAP_SYS_ADMIN },
	{ "umount umount2", "p", OP_MOUNT, CAP_SYS_ADMIN },
	{ "pivot_root", "pp", OP_MOUNT, CAP_SYS_ADMIN },
	{ "move_mount", "dpdp", OP_MOUNT, CAP_SYS_ADMIN },
	{ "open_tree mount_setattr", "dp", OP_OTHER, CAP_SYS_ADMIN },
	{ "fsopen", "s", OP_OTHER, CAP_SYS_ADMIN },
	{ "fsmount fsconfig fspick", "", OP_OTHER, CAP_SYS_ADMIN },
	{ "ioctl", "fR", OP_DEVICE, NONE },
	{ "bind", "-a", OP_BIND, CAP_NET_BIND_SERVICE },
	{ "connect", "-a", OP_CONNECT, NONE },
	{ "sendto", "----a", OP_CONNECT, NONE },
	{ "sendmsg", "-M", OP_CONNECT, NONE },
	{ "socket", "Fi", OP_OTHER, CAP_NET_RAW },
	{ "setsockopt", "-ii", OP_OTHER, CAP_NET_ADMIN },
	{ "kill tkill rt_sigqueueinfo", "iS", OP_SIGNAL, CAP_KILL },
	{ "tgkill rt_tgsigqueueinfo", "-iS", OP_SIGNAL, CAP_KILL },
	{ "pidfd_send_signal", "-S", OP_SIGNAL, CAP_KILL },
	{ "ptrace", "xi", OP_TRACE, CAP_SYS_PTRACE },
	{ "process_vm_readv process_vm_writev", "i", OP_TRACE, CAP_SYS_PTRACE },
	{ "pidfd_getfd process_madvise", "", OP_TRACE, CAP_SYS_PTRACE },
	{ "kcmp", "ii", OP_TRACE, CAP_SYS_PTRACE },
	{ "unshare clone", "n", OP_OTHER, CAP_SYS_ADMIN },
	{ "setns", "-n", OP_OTHER, CAP_SYS_ADMIN },
	{ "sethostname setdomainname", "s", OP_OTHER, CAP_SYS_ADMIN },
	{ "swapon swapoff", "p", OP_OTHER, CAP_SYS_ADMIN },
	{ "quotactl quotactl_fd fanotify_init lookup_dcookie", "", OP_OTHER, CAP_SYS_ADMIN },
	{ "bpf", "i", OP_OTHER, CAP_BPF },
	{ "perf_event_open", "", OP_OTHER, CAP_PERFMON },
	{ "syslog", "i", OP_OTHER, CAP_SYSLOG },
	{ "setuid setuid32 setfsuid setfsuid32", "i", OP_OTHER, CAP_SETUID },
	{ "setreuid setreuid32", "ii", OP_OTHER, CAP_SETUID },
	{ "setresuid setresuid32", "iii", OP_OTHER, CAP_SETUID },
	{ "setgid setgid32 setfsgid setfsgid32 setgroups setgroups32", "i", OP_OTHER, CAP_SETGID },
	{ "setregid setregid32", "ii", OP_OTHER, CAP_SETGID },
	{ "setresgid setresgid32", "iii", OP_OTHER, CAP_SETGID },
	{ "capset", "", OP_OTHER, CAP_SETPCAP },
	{ "reboot kexec_load kexec_file_load", "", OP_OTHER, CAP_SYS_BOOT },
	{ "settimeofday stime clock_settime clock_settime64 adjtimex clock_adjtime clock_adjtime64",
	  "", OP_OTHER, CAP_SYS_TIME },
	{ "init_module finit_module delete_module", "", OP_OTHER, CAP_SYS_MODULE },
	{ "iopl ioperm", "i", OP_OTHER, CAP_SYS_RAWIO },
	{ "setpriority", "iii", OP_OTHER, CAP_SYS_NICE },
	{ "sched_setscheduler sched_setparam sched_setattr sched_setaffinity ioprio_set move_pages "
	  "migrate_pages",
	  "i", OP_OTHER, CAP_SYS_NICE },
	{ "setrlimit prlimit64", "", OP_OTHER, CAP_SYS_RESOURCE },
	{ "acct", "p", OP_OTHER, CAP_SYS_PACCT },
	{ "vhangup", "", OP_OTHER, CAP_SYS_TTY_CONFIG },
	{ "open_by_handle_at", "", OP_OTHER, CAP_DAC_READ_SEARCH },
	{ "mlock mlock2 mlockall", "", OP_OTHER, CAP_IPC_LOCK },
	{ "personality", "x", OP_OTHER, NONE },
	{ "seccomp prctl landlock_restrict_self", "i", OP_RULES, NONE },
};

static const struct lsm_shape unknown = { "", "", OP_OTHER, NONE };

/* What was looked up already, of the architecture that was asked for last. */
#define NUMBERS 512
static struct {
	uint32_t arch;
	const char *name[NUMBERS];
	const struct lsm_shape *shape[NUMBERS];
} known;

static bool can_be_known(uint32_t arch, int number)
{
	if (arch != known.arch) {
		memset(&known, 0, sizeof(known));
		known.arch = arch;
	}
	return number >= 0 && number < NUMBERS;
}

const char *lsm_call_name(uint32_t arch, int number)
{
	static char text[32];
	const char *name;

	if (can_be_known(arch, number) && known.name[number])
		return known.name[number];
	name = lsm_filter_name(arch, number);
	if (!name) {
		snprintf(text, sizeof(text), "call %d", number);
		return text;
	}
	if (can_be_known(arch, number))
		known.name[number] = name;
	return name;
}

static bool is_among(const char *name, const char *names)
{
	size_t length = strlen(name);

	for (; *names; names += strcspn(names, " "), names += *names == ' ')
		if (strncmp(names, name, length) == 0 && (names[length] == ' ' || !names[length]))
			return true;
	return false;
}

const struct lsm_shape *lsm_call_shape(uint32_t arch, int number)
{
	const struct lsm_shape *shape = &unknown;
	const char *name;

	if (can_be_known(arch, number) && known.shape[number])
		return known.shape[number];
	name = lsm_call_name(arch, number);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		if (is_among(name, shapes[i].names)) {
			shape = &shapes[i];
			break;
		}
	if (can_be_known(arch, number))
		known.shape[number] = shape;
	return shape;
}

enum lsm_operation lsm_call_operation(const struct lsm_call *call)
{
	return lsm_call_shape(call->data.arch, call->data.nr)->operation;
}
