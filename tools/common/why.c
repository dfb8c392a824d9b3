/* why.c: from an errno and the machine's state to the reason and the fix. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "namespace.h"
#include "step.h"
#include "why.h"
#include "why_namespace.h"

struct failing failing;

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

/* The kernel names an owner only to those that could see it. */
bool why_owned_elsewhere(const char *type)
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

/* Whether a map, as /proc/self/uid_map has it, does not have an id that we have
 * in here: then it is the number that stands for those without one. */
static bool is_unmapped(const char *map, unsigned id)
{
	unsigned long inner, outer, count;

	for (; map && sscanf(map, "%lu %lu %lu", &inner, &outer, &count) == 3;
	     map = strchr(map, '\n'), map += map != NULL)
		if (id >= inner && id - inner < count)
			return false;
	return true;
}

/* Our effective capabilities, from the kernel. capget(2). */
static unsigned long long read_effective(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (syscall(SYS_capget, &header, data) != 0)
		return 0;
	return (unsigned long long)data[1].effective << 32 | data[0].effective;
}

void why_read_state(const char *call, struct state *state)
{
	char text[4096] = "";
	int kind = why_namespace_kind(call);
	struct statx root;

	memset(state, 0, sizeof(*state));
	state->uid = geteuid();
	state->proc_visible = read_file("/proc/self/status", text, sizeof(text)) > 0;
	state->effective = strtoull(field(text, "CapEff"), NULL, 16);
	/* Where there is no /proc. */
	if (!state->proc_visible)
		state->effective = read_effective();
	state->bounding = strtoull(field(text, "CapBnd"), NULL, 16);
	state->seccomp = atoi(field(text, "Seccomp"));
	state->threads = atoi(field(text, "Threads"));
	state->unshare_refused = unshare(0) != 0;
	/* After a chroot "/" is mostly a plain directory (statx(2), 5.8). */
	state->root_changed = statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &root) == 0 &&
			      !(root.stx_attributes & STATX_ATTR_MOUNT_ROOT);
	state->in_user_namespace = in_user_namespace();
	if (read_file("/proc/self/uid_map", text, sizeof(text)) > 0)
		state->id_unmapped = is_unmapped(text, geteuid());
	if (read_file("/proc/self/gid_map", text, sizeof(text)) > 0)
		state->id_unmapped |= is_unmapped(text, getegid());
	state->no_user_namespaces = state->proc_visible && access("/proc/self/ns", F_OK) == 0 &&
				    access("/proc/self/ns/user", F_OK) != 0;
	state->setgroups_denied = read_file("/proc/self/setgroups", text, sizeof(text)) > 0 &&
				  strncmp(text, "deny", 4) == 0;
	state->userns_clone = (int)read_long("/proc/sys/kernel/unprivileged_userns_clone");
	state->apparmor_userns =
		(int)read_long("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	if (strncmp(tool_name, "ns-", 3) == 0)
		state->owner_elsewhere = why_owned_elsewhere(tool_name + 3);
	state->namespaces_max = -1;
	if (kind >= 0) {
		char path[128];

		snprintf(state->namespaces_name, sizeof(state->namespaces_name), "%s",
			 why_namespace_sysctl(kind));
		snprintf(path, sizeof(path), "/proc/sys/user/%s", state->namespaces_name + 5);
		state->namespaces_max = read_long(path);
	}
}

bool why_has(const struct state *state, int capability)
{
	return state->effective >> capability & 1;
}

bool why_decide(const char *tool, const char *call, int error, const struct state *state,
		struct reason *reason)
{
	memset(reason, 0, sizeof(*reason));
	if (error == ENOMEM && strstr(call, "fork")) {
		FIX("leave --no-fork away; or keep PID 1 alive:  ns-pid ns-pid --reap -- sh");
		return REASON(
			"PID-DEAD", "pid_namespaces(7)",
			"this is not about memory: PID 1, the first process of the PID namespace, "
			"has ended,\nand the kernel allows no new process in it");
	}
	if (error == EMFILE) {
		struct rlimit files = { 0, 0 };

		getrlimit(RLIMIT_NOFILE, &files);
		FIX("allow more, in the shell or by compose-run:  ulimit -n 1024;  --ulimit nofile=1024");
		return REASON(
			"FILES-MANY", "getrlimit(2)",
			"this process may have %llu files open (RLIMIT_NOFILE), and needs more: "
			"about\n20 while a container is put together",
			(unsigned long long)files.rlim_cur);
	}
	return why_namespace(tool, call, error, state, reason);
}

/* What the kernel says of a file system that it did not make, as lines of the
 * message; each begins with a letter for its kind, "e overlay: ...". fsopen(2). */
static void kernel_words(char *text, size_t size)
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
}

/* A line of 100 columns, without "  why: ". */
#define WHY_WIDTH 93

/* How much of a line of text fits into `width`: up to its end, or up to the last
 * blank that leaves it no wider; a word that is wider stays whole. */
static size_t fitting(const char *line, size_t width)
{
	size_t end = strcspn(line, "\n"), fits = width;

	if (end <= width)
		return end;
	while (fits > 0 && line[fits] != ' ')
		fits--;
	return fits > 0 ? fits : strcspn(line, " \n");
}

/* Adds a text behind "  why: "; its further lines are set in as far, and those
 * wider than `width` are broken. */
static int add_lines(char *text, size_t size, const char *label, const char *lines, size_t width)
{
	int n = 0;

	while (*lines && n < (int)size) {
		size_t length = fitting(lines, width);

		n += snprintf(text + n, size - (size_t)n, "  %-4s %.*s\n", label, (int)length,
			      lines);
		label = "";
		lines += length + (lines[length] == '\n' || lines[length] == ' ');
	}
	return n < (int)size ? n : (int)size - 1;
}

void why_add(char *text, size_t size, const struct reason *reason)
{
	size_t n = strlen(text);

	n += (size_t)add_lines(text + n, size - n, "why:", reason->why, WHY_WIDTH);
	/* What can be pasted stays in one piece. */
	n += (size_t)add_lines(text + n, size - n, "fix:", reason->fix, sizeof(reason->fix));
	add_lines(text + n, size - n, "see:", reason->see, sizeof(reason->see));
}

void why_die(const char *call, const char *phrase)
{
	int error = errno;
	struct state state;
	struct reason reason;
	char text[4096];
	int n;

	why_read_state(call, &state);
	memset(&reason, 0, sizeof(reason));
	if (!(failing.decide && failing.decide(call, error, &state, &reason, failing.argument)) &&
	    !why_decide(tool_name, call, error, &state, &reason))
		memset(&reason, 0, sizeof(reason));
	n = snprintf(text, sizeof(text), "%s: cannot %s: %s%s%s%s\n  call: %s\n", tool_name, phrase,
		     error ? errno_text(error) : "it did not take effect", *reason.id ? " [" : "",
		     reason.id, *reason.id ? "]" : "", call);
	kernel_words(text + n, sizeof(text) - (size_t)n);
	why_add(text, sizeof(text), &reason);
	/* One write, so that the lines of two links do not mix. */
	dprintf(2, "%s", text);
	if (failing.undo)
		failing.undo(failing.argument);
	_Exit(EXIT_TOOL_FAILED);
}

static void say(const struct reason *reason, const char *format, va_list values)
{
	char text[4096];
	int n = snprintf(text, sizeof(text), "%s: ", tool_name);

	vsnprintf(text + n, 1024, format, values);
	n = (int)strlen(text);
	snprintf(text + n, sizeof(text) - (size_t)n, " [%s]\n", reason->id);
	why_add(text, sizeof(text), reason);
	dprintf(2, "%s", text);
}

void why_refuse(const struct reason *reason, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(reason, format, values);
	va_end(values);
	_Exit(EXIT_TOOL_FAILED);
}

void why_end(int status, const struct reason *reason, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(reason, format, values);
	va_end(values);
	_Exit(status);
}
