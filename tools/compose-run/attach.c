/* attach.c: sitting down at the terminal of a container that goes on. See hold.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hold.h"
#include "message.h"
#include "pass.h"
#include "pty.h"

/* The keys that leave, docker's: ^P ^Q. */
#define FIRST_KEY 0x10
#define SECOND_KEY 0x11

static int connect_to(int directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory,
		 HOLD_SOCKET);
	if (fd < 0)
		die_errno("cannot make a socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (errno == ENOENT)
		die("the container '%s' has no terminal: it was started without -t; what it prints "
		    "is in  compose-run logs %s",
		    name, name);
	die_errno("cannot reach the shim of '%s'", name);
}

/* Gets the other side of its terminal, and its log. */
static void take_over(int shim, int fds[2], const char *name)
{
	char byte = 0;

	if (take_descriptors(shim, &byte, fds, 2) == 0)
		return;
	if (errno == EBADMSG)
		die("the shim of '%s' does not hand its terminal over", name);
	die("somebody else is at the terminal of '%s'", name);
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (n < 0 && errno != EINTR)
			return false;
		bytes += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Shows what it prints, and writes it down, as the shim does without us. Returns
 * whether there was something. */
static bool show(const int fds[2])
{
	char bytes[16384];
	ssize_t got = read(fds[0], bytes, sizeof(bytes));

	if (got <= 0)
		return false;
	write_all(fds[1], bytes, (size_t)got);
	return write_all(1, bytes, (size_t)got);
}

/* Types what is typed. Returns false when that was to leave. `half` tells whether the
 * first of the two keys was. */
static bool type(int master, bool *half, bool *ended)
{
	char keys[4096], typed[2 * sizeof(keys)];
	ssize_t got = read(0, keys, sizeof(keys));
	size_t n = 0;

	*ended = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
	for (ssize_t i = 0; i < got; i++) {
		if (*half && keys[i] == SECOND_KEY)
			return false;
		if (*half)
			typed[n++] = FIRST_KEY;
		*half = keys[i] == FIRST_KEY;
		if (!*half)
			typed[n++] = keys[i];
	}
	/* Nobody waits long for a program that does not read: what has no room is lost,
	 * as on a line without flow control. */
	if (n > 0 && write(master, typed, n) < 0 && errno != EAGAIN)
		*ended = true;
	return true;
}

/* Returns the signal that ended it, or 0. */
static int sit(int shim, const int fds[2], int signals, bool terminal, bool *left)
{
	struct pollfd events[] = { { .fd = 0, .events = POLLIN },
				   { .fd = fds[0], .events = POLLIN },
				   { .fd = shim, .events = POLLIN },
				   { .fd = signals, .events = POLLIN } };
	bool half = false, ended = false;
	struct signalfd_siginfo info;

	while (poll(events, 4, -1) >= 0 || errno == EINTR) {
		if (events[3].revents && read(signals, &info, sizeof(info)) == sizeof(info)) {
			if (info.ssi_signo == SIGWINCH)
				pty_copy_size(fds[0]);
			else if (info.ssi_signo == SIGCONT && terminal)
				pty_take();
			else if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGCONT)
				return (int)info.ssi_signo;
		}
		if (events[0].revents && !type(fds[0], &half, &ended)) {
			*left = true;
			return 0;
		}
		if (ended)
			events[0].fd = -1;
		if (events[1].revents && !show(fds) && events[2].revents)
			return 0;
		/* The shim has gone: its program has ended. The rest is still there. */
		if (events[2].revents && !events[1].revents)
			return 0;
		for (int i = 0; i < 4; i++)
			events[i].revents = 0;
	}
	return 0;
}

void hold_attach(int directory, const char *name)
{
	bool terminal = pty_has_terminal(), left = false;
	int shim = connect_to(directory, name), fds[2], signals, signal_number;
	sigset_t all;

	take_over(shim, fds, name);
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signals = signalfd(-1, &all, SFD_CLOEXEC);
	if (signals < 0)
		die_errno("cannot open a descriptor to read signals from");
	if (terminal) {
		pty_take();
		pty_copy_size(fds[0]);
	}
	signal_number = sit(shim, fds, signals, terminal, &left);
	if (terminal)
		pty_give_back();
	if (signal_number)
		_Exit(128 + signal_number);
	if (left) {
		note("left '%s', which goes on", name);
		_Exit(0);
	}
}
