/* process.c: another process, held while we look at it. See process.h.
 *
 * A number is no name for a process: when it ends, the kernel may give the
 * number to the next one, and half of what we read would be of another. A
 * descriptor of pidfd_open(2), and one of the directory /proc/PID, are of one
 * process for ever. Both are opened, and then the process is asked for again:
 * if it still runs, both are of the same. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "memory.h"
#include "message.h"
#include "number.h"
#include "paste.h"
#include "process.h"
#include "why.h"

static _Noreturn void refuse_gone(pid_t pid, const char *why)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	FIX("list the processes and their numbers:  ps -e");
	(void)REASON("COMPARE-GONE", "pid_namespaces(7)", "%s", why);
	why_refuse(reason, "there is no process %d here", pid);
}

/* The numbers in /proc are those of the PID namespace that it was mounted in.
 * It may be another than ours, or may hide what is not ours. */
static _Noreturn void refuse_proc(const char *fix, const char *why)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	FIX("%s", fix);
	(void)REASON("COMPARE-PROC", "proc(5)", "%s", why);
	why_refuse(reason, "/proc does not show the process");
}

static void check_proc(void)
{
	char text[32];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	if (n <= 0)
		refuse_proc("mount one:  mount -t proc proc /proc", "no /proc is mounted here");
	text[n] = '\0';
	if (atoi(text) != getpid())
		refuse_proc(
			"put ns-mnt, which mounts a fresh /proc, behind ns-pid",
			"the /proc here is of another PID namespace than ours:\nits numbers are not "
			"those of our processes");
}

/* Threads have numbers and directories too, but no namespace is theirs alone. */
static _Noreturn void refuse_thread(pid_t pid)
{
	char path[32], status[4096];
	const char *leader = NULL;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, status, sizeof(status)) > 0)
		leader = find_field(status, "Tgid");
	if (leader && atoi(leader) != pid)
		die("%d is a thread of process %d; compare that", pid, atoi(leader));
	refuse_gone(pid, "no process of ours has this number");
}

static bool has_ended(const struct process *process)
{
	struct pollfd end = { process->pidfd, POLLIN, 0 };

	/* Readable from the moment it ends, fetched by its parent or not. */
	return poll(&end, 1, 0) != 0;
}

void process_hold(struct process *process, const char *text)
{
	unsigned long long number = 0;
	char path[32], name[64] = "?";

	memset(process, 0, sizeof(*process));
	/* No process has a number over 2^22: proc(5), pid_max. */
	if (text && (!parse_number(text, 1 << 22, &number) || number == 0))
		die("a process is a number, as ps shows it, not '%s'", text);
	check_proc();
	process->pid = text ? (pid_t)number : getpid();
	process->ours = process->pid == getpid();
	process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (process->pidfd < 0 && errno == ESRCH)
		refuse_gone(
			process->pid,
			"no process has this number in the PID namespace that we are in: it has "
			"ended, or the number is from another PID namespace");
	if (process->pidfd < 0 && (errno == EINVAL || errno == ENOENT))
		refuse_thread(process->pid);
	if (process->pidfd < 0)
		die_errno("cannot take hold of process %d", process->pid);

	snprintf(path, sizeof(path), "/proc/%d", process->pid);
	process->proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (has_ended(process))
		refuse_gone(process->pid, "it has ended");
	if (process->proc < 0 && errno == ENOENT)
		refuse_proc(print_text("as root it is shown:  %s", paste_line("sudo", NULL)),
			    "the process is there, but /proc is mounted so that it hides\nthe "
			    "processes of others (hidepid)");
	if (process->proc < 0)
		die_errno("cannot open %s", path);
	(void)read_file(process_path(process, "comm"), name, sizeof(name));
	name[strcspn(name, "\n")] = '\0';
	process->command = clean_text(name);
}

void process_check_alive(const struct process *process)
{
	if (has_ended(process))
		refuse_gone(process->pid, "it has ended while we looked at it");
}

const char *process_path(const struct process *process, const char *file)
{
	static char paths[4][128];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "/proc/self/fd/%d/%s", process->proc, file);
	return path;
}

bool process_link(const struct process *process, const char *file, char *text, size_t size)
{
	ssize_t n = readlinkat(process->proc, file, text, size - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	return true;
}

/* How many bytes the character at `text` takes, 0 when it is not to be shown. */
static size_t good_character(const unsigned char *text)
{
	size_t length = *text < 0x80 ? 1 : *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	unsigned long code = length == 1 ? *text : *text & (0xffU >> (length + 1));

	if (length == 1)
		return *text >= 0x20 && *text != 0x7f;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	/* Longer than it need be, halves of UTF-16, control characters (0x80
	 * to 0x9f), and those that turn the direction of writing around. */
	if (*text < 0xc2 || *text > 0xf4 || code < 0xa0 || (length == 3 && code < 0x800) ||
	    (length == 4 && code < 0x10000) || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000) || (code >= 0x200e && code <= 0x200f) ||
	    (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
		return 0;
	return length;
}

char *clean_text(const char *text)
{
	char *clean = copy_text(text), *to = clean;

	while (*text) {
		size_t length = good_character((const unsigned char *)text);

		if (!length)
			*to++ = '?';
		for (size_t i = 0; i < length; i++)
			*to++ = text[i];
		text += length ? length : 1;
	}
	*to = '\0';
	return clean;
}
