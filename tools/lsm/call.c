/* call.c: a system call of a traced process: its name, its arguments, and how
 * it is printed.
 *
 * The kernel gives us numbers. Which of them is a path, a descriptor or the
 * address of a socket depends on the call, and stands in the table below, by
 * name: so the table is the same for all machines, and for the 32-bit
 * programs that some of them run. A call that is not in it is printed with
 * its name only. Read on: syscalls(2). */
#include <arpa/inet.h>
#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "trace.h"

/* What an argument is, a letter each:
 *
 *	d  the directory that the path behind it is relative to; not printed
 *	p  a path; l the same, and a link at its end is not followed
 *	f  a descriptor, printed as the path that it is open on
 *	o  flags of open; h the address of a struct open_how
 *	s  a text; m a mode; i a number; x a number in hexadecimal
 *	R  a request of ioctl; S a signal; A what access(2) asks; n flags of namespaces; F a family
 *	a  the address of a socket, and behind it its length; M a struct msghdr
 *	-  not printed */
struct shape {
	const char *names, *arguments;
	enum lsm_operation operation;
	int capability;
};

#define NONE (-1)

static const struct shape shapes[] = {
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

static const struct shape unknown = { "", "", OP_OTHER, NONE };

/* What was looked up already, of the architecture that was asked for last. */
#define NUMBERS 512
static struct {
	uint32_t arch;
	const char *name[NUMBERS];
	const struct shape *shape[NUMBERS];
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

static const struct shape *find_shape(uint32_t arch, int number)
{
	const struct shape *shape = &unknown;
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
	return find_shape(call->data.arch, call->data.nr)->operation;
}

/* ---- printing ---- */

static void put(struct lsm_details *details, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void put(struct lsm_details *details, const char *format, ...)
{
	size_t n = strlen(details->text);
	va_list values;

	va_start(values, format);
	vsnprintf(details->text + n, sizeof(details->text) - n, format, values);
	va_end(values);
}

/* In quotes, and without anything that a terminal would obey. */
static void put_quoted(struct lsm_details *details, const char *text)
{
	put(details, "\"");
	for (const char *c = text; *c; c++)
		if (*c == '"' || *c == '\\')
			put(details, "\\%c", *c);
		else if ((unsigned char)*c < ' ' || *c == 127)
			put(details, "\\%03o", (unsigned char)*c);
		else
			put(details, "%c", *c);
	put(details, "\"");
}

struct flag {
	uint64_t bits;
	const char *name;
};

static void put_flags(struct lsm_details *details, uint64_t flags, const struct flag *names,
		      size_t count)
{
	const char *between = "";

	for (size_t i = 0; i < count; i++)
		if ((flags & names[i].bits) == names[i].bits) {
			put(details, "%s%s", between, names[i].name);
			flags &= ~names[i].bits;
			between = "|";
		}
	if (flags || !*between)
		put(details, "%s0x%llx", between, (unsigned long long)flags);
}

/* O_CLOEXEC, O_NOCTTY and the like have no say in what is allowed. */
static void put_open_flags(struct lsm_details *details, uint64_t flags)
{
	static const struct flag names[] = {
		{ O_CREAT, "O_CREAT" },		{ O_TRUNC, "O_TRUNC" },	    { O_EXCL, "O_EXCL" },
		{ O_APPEND, "O_APPEND" },	{ O_TMPFILE, "O_TMPFILE" }, { O_PATH, "O_PATH" },
		{ O_DIRECTORY, "O_DIRECTORY" }, { O_NOATIME, "O_NOATIME" },
	};
	static const char *const modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "3" };
	uint64_t told = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		told |= names[i].bits;
	put(details, "%s", modes[flags & O_ACCMODE]);
	if (flags & told) {
		put(details, "|");
		put_flags(details, flags & told, names, sizeof(names) / sizeof(*names));
	}
}

static void put_namespaces(struct lsm_details *details, uint64_t flags)
{
	static const struct flag names[] = {
		{ CLONE_NEWUSER, "CLONE_NEWUSER" },
		{ CLONE_NEWNS, "CLONE_NEWNS" },
		{ CLONE_NEWPID, "CLONE_NEWPID" },
		{ CLONE_NEWNET, "CLONE_NEWNET" },
		{ CLONE_NEWUTS, "CLONE_NEWUTS" },
		{ CLONE_NEWIPC, "CLONE_NEWIPC" },
		{ CLONE_NEWCGROUP, "CLONE_NEWCGROUP" },
		{ CLONE_VM, "CLONE_VM" },
		{ CLONE_VFORK, "CLONE_VFORK" },
		{ CLONE_THREAD, "CLONE_THREAD" },
		{ SIGCHLD, "SIGCHLD" },
	};

	put_flags(details, flags & UINT32_MAX, names, sizeof(names) / sizeof(*names));
}

static void put_family(struct lsm_details *details, int family)
{
	static const char *const names[] = {
		[AF_UNIX] = "AF_UNIX",	     [AF_INET] = "AF_INET",	[AF_INET6] = "AF_INET6",
		[AF_NETLINK] = "AF_NETLINK", [AF_PACKET] = "AF_PACKET", [AF_ALG] = "AF_ALG",
		[AF_VSOCK] = "AF_VSOCK",
	};

	if (family >= 0 && (size_t)family < sizeof(names) / sizeof(*names) && names[family])
		put(details, "%s", names[family]);
	else
		put(details, "family %d", family);
}

static void put_request(struct lsm_details *details, uint32_t request)
{
	static const struct {
		uint32_t number;
		const char *name;
	} names[] = {
		{ TCGETS, "TCGETS" },	      { TCSETS, "TCSETS" },
		{ TCSETSW, "TCSETSW" },	      { TIOCGPGRP, "TIOCGPGRP" },
		{ TIOCSPGRP, "TIOCSPGRP" },   { TIOCSTI, "TIOCSTI" },
		{ TIOCGWINSZ, "TIOCGWINSZ" }, { TIOCSCTTY, "TIOCSCTTY" },
		{ TIOCLINUX, "TIOCLINUX" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].number == request) {
			put(details, "%s", names[i].name);
			return;
		}
	put(details, "0x%x", request);
}

static void put_signal(struct lsm_details *details, int signal)
{
	if (sigabbrev_np(signal))
		put(details, "SIG%s", sigabbrev_np(signal));
	else
		put(details, "%d", signal);
}

static void put_access(struct lsm_details *details, int mode)
{
	static const struct flag names[] = { { R_OK, "R_OK" }, { W_OK, "W_OK" }, { X_OK, "X_OK" } };

	if (mode == 0)
		put(details, "F_OK");
	else
		put_flags(details, (unsigned)mode, names, 3);
}

/* ---- reading the arguments ---- */

static void look_at_address(const struct lsm_call *call, uint64_t at, uint64_t size,
			    struct lsm_details *details)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
		struct sockaddr_un local;
		char bytes[sizeof(struct sockaddr_storage)];
	} address;
	char text[INET6_ADDRSTRLEN];

	memset(&address, 0, sizeof(address));
	if (size > sizeof(address))
		size = sizeof(address);
	/* send() on a socket that is connected names nobody. */
	if (at == 0 || size < sizeof(sa_family_t))
		return;
	if (!lsm_tracee_read(call->pid, at, &address, (size_t)size)) {
		details->looked = false;
		return;
	}
	switch (address.any.sa_family) {
	case AF_INET:
		details->port = ntohs(address.four.sin_port);
		put(details, "%s:%d",
		    inet_ntop(AF_INET, &address.four.sin_addr, text, sizeof(text)), details->port);
		break;
	case AF_INET6:
		details->port = ntohs(address.six.sin6_port);
		put(details, "[%s]:%d",
		    inet_ntop(AF_INET6, &address.six.sin6_addr, text, sizeof(text)), details->port);
		break;
	case AF_UNIX:
		details->abstract = size > sizeof(sa_family_t) && !*address.local.sun_path;
		address.bytes[sizeof(address.bytes) - 1] = '\0';
		if (details->abstract) {
			address.local.sun_path[0] = '@';
			put_quoted(details, address.local.sun_path);
		} else if (size > sizeof(sa_family_t)) {
			lsm_tracee_place(call->pid, AT_FDCWD, address.local.sun_path, true,
					 &details->place[details->places]);
			put_quoted(details, details->place[details->places++].given);
		}
		break;
	default: put_family(details, address.any.sa_family);
	}
	if (details->port >= 0)
		details->tcp = lsm_tracee_is_tcp(call->process, (int)call->data.args[0]);
}

/* The first two fields of a struct msghdr, of a 64-bit program. */
static void look_at_message(const struct lsm_call *call, uint64_t at, struct lsm_details *details)
{
	struct {
		uint64_t name;
		uint32_t size;
	} head = { 0, 0 };

	if ((call->data.arch & __AUDIT_ARCH_64BIT) &&
	    lsm_tracee_read(call->pid, at, &head, sizeof(head)))
		look_at_address(call, head.name, head.size, details);
}

static void look_at_path(const struct lsm_call *call, int folder, uint64_t at, bool follow,
			 struct lsm_details *details)
{
	struct lsm_place *place = &details->place[details->places];
	char path[PATH_MAX] = "";

	/* utimensat() without a path is about the descriptor itself. */
	if (at && !lsm_tracee_string(call->pid, at, path, sizeof(path)) &&
	    !lsm_tracee_read(call->pid, at, path, 1)) {
		details->looked = false;
		put(details, "?");
		return;
	}
	lsm_tracee_place(call->pid, folder, path, follow, place);
	put_quoted(details, place->given);
	details->places++;
}

static void look_at_argument(const struct lsm_call *call, char kind, int i, int folder,
			     struct lsm_details *details)
{
	uint64_t value = call->data.args[i];
	struct open_how how = { .flags = 0 };
	char text[200];

	switch (kind) {
	case 'p': look_at_path(call, folder, value, true, details); break;
	case 'l': look_at_path(call, folder, value, false, details); break;
	case 'f':
		lsm_tracee_place(call->pid, (int)value, "", true, &details->place[details->places]);
		put_quoted(details, details->place[details->places++].given);
		break;
	case 'h':
		lsm_tracee_read(call->pid, value, &how, sizeof(how));
		details->flags = how.flags;
		put_open_flags(details, details->flags);
		break;
	case 'o':
		details->flags = value & UINT32_MAX;
		put_open_flags(details, details->flags);
		break;
	case 's':
		if (lsm_tracee_string(call->pid, value, text, sizeof(text)))
			put_quoted(details, text);
		else
			put(details, value ? "?" : "NULL");
		break;
	case 'a': look_at_address(call, value, call->data.args[i + 1], details); break;
	case 'M': look_at_message(call, value, details); break;
	case 'm':
		details->mode = (unsigned)value;
		put(details, "%04o", details->mode);
		break;
	case 'i': put(details, "%d", (int)value); break;
	case 'x': put(details, "0x%x", (unsigned)value); break;
	case 'R': put_request(details, (uint32_t)value); break;
	case 'S': put_signal(details, (int)value); break;
	case 'A':
		details->mode = (unsigned)value;
		put_access(details, (int)value);
		break;
	case 'n': put_namespaces(details, value); break;
	case 'F': put_family(details, (int)value); break;
	}
}

static const struct shape *begin(const struct lsm_call *call, struct lsm_details *details)
{
	const struct shape *shape = find_shape(call->data.arch, call->data.nr);

	details->name = lsm_call_name(call->data.arch, call->data.nr);
	details->operation = shape->operation;
	details->capability = shape->capability;
	details->places = 0;
	details->flags = details->mode = 0;
	details->tcp = details->abstract = false;
	details->port = -1;
	details->looked = true;
	*details->text = '\0';
	if (strcmp(details->name, "creat") == 0)
		details->flags = O_WRONLY | O_CREAT | O_TRUNC;
	return shape;
}

void lsm_call_look_flags(const struct lsm_call *call, struct lsm_details *details)
{
	const char *kinds = begin(call, details)->arguments;

	for (int i = 0; kinds[i]; i++)
		if (strchr("oh", kinds[i]))
			look_at_argument(call, kinds[i], i, AT_FDCWD, details);
}

void lsm_call_look(const struct lsm_call *call, struct lsm_details *details)
{
	const char *kinds = begin(call, details)->arguments;
	int folder = AT_FDCWD;
	bool first = true;

	put(details, "%s(", details->name);
	for (int i = 0; kinds[i]; i++) {
		if (kinds[i] == 'd')
			folder = (int)call->data.args[i];
		if (strchr("d-", kinds[i]))
			continue;
		put(details, "%s", first ? "" : ", ");
		first = false;
		look_at_argument(call, kinds[i], i, folder, details);
		folder = AT_FDCWD;
	}
	put(details, ")");
}
