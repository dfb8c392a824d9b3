/* print.c: numbers of a call as a person reads them: flags, signals, families
 * of sockets. Those that have no say in what is allowed are left out. */
#include <asm/ioctls.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"

void lsm_put(struct lsm_details *details, const char *format, ...)
{
	size_t n = strlen(details->text);
	va_list values;

	va_start(values, format);
	vsnprintf(details->text + n, sizeof(details->text) - n, format, values);
	va_end(values);
}

/* In quotes, and without anything that a terminal would obey. */
void lsm_put_quoted(struct lsm_details *details, const char *text)
{
	lsm_put(details, "\"");
	for (const char *c = text; *c; c++)
		if (*c == '"' || *c == '\\')
			lsm_put(details, "\\%c", *c);
		else if ((unsigned char)*c < ' ' || *c == 127)
			lsm_put(details, "\\%03o", (unsigned char)*c);
		else
			lsm_put(details, "%c", *c);
	lsm_put(details, "\"");
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
			lsm_put(details, "%s%s", between, names[i].name);
			flags &= ~names[i].bits;
			between = "|";
		}
	if (flags || !*between)
		lsm_put(details, "%s0x%llx", between, (unsigned long long)flags);
}

/* O_CLOEXEC, O_NOCTTY and the like have no say in what is allowed. */
void lsm_put_open_flags(struct lsm_details *details, uint64_t flags)
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
	lsm_put(details, "%s", modes[flags & O_ACCMODE]);
	if (flags & told) {
		lsm_put(details, "|");
		put_flags(details, flags & told, names, sizeof(names) / sizeof(*names));
	}
}

void lsm_put_namespaces(struct lsm_details *details, uint64_t flags)
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

void lsm_put_family(struct lsm_details *details, int family)
{
	static const char *const names[] = {
		[AF_UNIX] = "AF_UNIX",	     [AF_INET] = "AF_INET",	[AF_INET6] = "AF_INET6",
		[AF_NETLINK] = "AF_NETLINK", [AF_PACKET] = "AF_PACKET", [AF_ALG] = "AF_ALG",
		[AF_VSOCK] = "AF_VSOCK",
	};

	if (family >= 0 && (size_t)family < sizeof(names) / sizeof(*names) && names[family])
		lsm_put(details, "%s", names[family]);
	else
		lsm_put(details, "family %d", family);
}

void lsm_put_request(struct lsm_details *details, uint32_t request)
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
			lsm_put(details, "%s", names[i].name);
			return;
		}
	lsm_put(details, "0x%x", request);
}

void lsm_put_signal(struct lsm_details *details, int signal)
{
	if (sigabbrev_np(signal))
		lsm_put(details, "SIG%s", sigabbrev_np(signal));
	else
		lsm_put(details, "%d", signal);
}

void lsm_put_access(struct lsm_details *details, unsigned int mode)
{
	static const struct flag names[] = { { R_OK, "R_OK" }, { W_OK, "W_OK" }, { X_OK, "X_OK" } };

	if (mode == 0)
		lsm_put(details, "F_OK");
	else
		put_flags(details, mode, names, 3);
}
