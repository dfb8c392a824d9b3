/* pty.c: -t, a terminal of the container's own. See pty.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "message.h"
#include "paste.h"
#include "pty.h"
#include "why.h"

static struct termios saved; /* how our terminal was */

/* Also where it is not our session's: then there is no front. */
static bool is_in_front(void)
{
	pid_t front = tcgetpgrp(0);

	return front <= 0 || front == getpgrp();
}

void pty_give_back(void)
{
	if (is_in_front())
		tcsetattr(0, TCSADRAIN, &saved);
}

/* In the background, keys and the modes of the terminal are for the one in
 * front. So our group stops, as one does that reads there, until it is brought
 * to the front. All signals are blocked; termios(3). */
static void wait_for_front(void)
{
	sigset_t one, pending;

	sigemptyset(&one);
	sigaddset(&one, SIGTTIN);
	while (!is_in_front()) {
		void (*action)(int) = signal(SIGTTIN, SIG_DFL);

		kill(0, SIGTTIN);
		sigprocmask(SIG_UNBLOCK, &one, NULL);
		sigprocmask(SIG_BLOCK, &one, NULL);
		signal(SIGTTIN, action);
		/* We did not stop: there is no shell that could go on with us. */
		sigpending(&pending);
		if (!sigismember(&pending, SIGCONT))
			return;
	}
}

void pty_take(void)
{
	struct termios raw = saved;

	wait_for_front();
	cfmakeraw(&raw);
	tcsetattr(0, TCSADRAIN, &raw);
}

void pty_copy_size(int master)
{
	struct winsize size;

	if (ioctl(0, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}

/* Carries what is there from one to the other. Returns false at its end, or when
 * nobody takes it any more. */
static bool carry(int from, int to)
{
	char bytes[16384];
	ssize_t got = read(from, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	for (ssize_t done = 0, n; done < got; done += n) {
		n = write(to, bytes + done, (size_t)(got - done));
		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = to, .events = POLLOUT }, 1, -1);
		else if (n < 0 && errno != EINTR)
			return false;
		n = n < 0 ? 0 : n;
	}
	return got > 0;
}

/* The chain was stopped: so are we, until somebody lets us go on. */
static void stop_too(pid_t child)
{
	pty_give_back();
	raise(SIGSTOP);
	pty_take();
	kill(child, SIGCONT);
}

/* Ends as the chain did. */
static _Noreturn void end_as(int status)
{
	if (WIFSIGNALED(status)) {
		sigset_t one;

		signal(WTERMSIG(status), SIG_DFL);
		sigemptyset(&one);
		sigaddset(&one, WTERMSIG(status));
		sigprocmask(SIG_UNBLOCK, &one, NULL);
		raise(WTERMSIG(status));
	}
	_Exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* Returns whether the chain has ended, with its status. */
static bool has_ended(pid_t child, int *status)
{
	while (waitpid(child, status, WNOHANG | WUNTRACED) == child) {
		if (!WIFSTOPPED(*status))
			return true;
		stop_too(child);
	}
	return false;
}

static void take_signal(int signals, int master, pid_t child)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH)
		pty_copy_size(master);
	else if (info.ssi_signo == SIGCONT) /* the shell had it meanwhile */
		pty_take();
	else if (info.ssi_signo != SIGCHLD)
		kill(child, (int)info.ssi_signo);
}

/* Keys that the other terminal has no room for yet, since its program does not
 * read. Nobody waits for that: signals and output go on. */
struct keys {
	bool ended;
	size_t count;
	char bytes[4096];
};

static void read_keys(struct keys *keys)
{
	ssize_t got = read(0, keys->bytes, sizeof(keys->bytes));

	if (got > 0)
		keys->count = (size_t)got;
	else if (got == 0 || (errno != EINTR && errno != EAGAIN))
		keys->ended = true;
}

static void type_keys(struct keys *keys, int master)
{
	ssize_t typed = write(master, keys->bytes, keys->count);

	if (typed > 0) {
		keys->count -= (size_t)typed;
		memmove(keys->bytes, keys->bytes + typed, keys->count);
	}
}

static _Noreturn void carry_until_end(int master, int signals, pid_t child)
{
	struct pollfd fds[] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = master },
		{ .fd = signals, .events = POLLIN },
	};
	struct keys keys = { .ended = false };
	int status;

	while (!has_ended(child, &status)) {
		fds[0].fd = keys.ended || keys.count ? -1 : 0;
		fds[1].events = keys.count ? POLLIN | POLLOUT : POLLIN;
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			break;
		if (fds[2].revents)
			take_signal(signals, master, child);
		if (fds[0].revents)
			read_keys(&keys);
		if (keys.count)
			type_keys(&keys, master);
		/* Nobody sees it any more: that is a hang-up, which closing our
		 * end is for the other. */
		if (fds[1].revents & ~POLLOUT && !carry(master, 1)) {
			close(master);
			fds[1].fd = master = -1;
			keys.ended = true;
			keys.count = 0;
		}
		fds[0].revents = fds[1].revents = fds[2].revents = 0;
	}
	/* What was printed last. */
	fds[1].events = POLLIN;
	while (poll(fds + 1, 1, 0) > 0 && carry(master, 1))
		;
	pty_give_back();
	end_as(status);
}

static _Noreturn void refuse(void)
{
	struct reason no_terminal = { .id = "TTY-NONE", .see = "tty(4)" }, *reason = &no_terminal;
	char *line = paste_word(paste_line(NULL, NULL));

	snprintf(no_terminal.why, sizeof(no_terminal.why),
		 "-t gives the program a terminal of its own, which takes its keys from ours; and "
		 "our input is no terminal");
	FIX("leave -t away, or let script(1) make a terminal:  script -qec %.700s /dev/null", line);
	why_refuse(reason, "-t: the input is no terminal");
}

bool pty_has_terminal(void)
{
	return tcgetattr(0, &saved) == 0;
}

void pty_open(int *master, int *slave)
{
	struct winsize usual = { .ws_row = 24, .ws_col = 80 };
	bool ours = pty_has_terminal();

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0 || grantpt(*master) != 0 || unlockpt(*master) != 0)
		die_errno("cannot make a terminal");
	/* By the descriptor: a path could be another's (Linux 4.13). */
	*slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || (ours && tcsetattr(*slave, TCSANOW, &saved) != 0))
		die_errno("cannot open the new terminal");
	if (ours)
		pty_copy_size(*master);
	else
		ioctl(*master, TIOCSWINSZ, &usual);
	if (fcntl(*master, F_SETFL, O_RDWR | O_NONBLOCK) != 0)
		die_errno("cannot keep the new terminal from making us wait");
}

void run_on_pty(void)
{
	int master, slave, signals;
	sigset_t all, old;
	pid_t child, parent;

	if (!pty_has_terminal())
		refuse();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	wait_for_front();
	pty_open(&master, &slave); /* as ours is now: the shell in front may have changed it */
	signal(SIGCHLD, SIG_DFL);
	signals = signalfd(-1, &all, SFD_CLOEXEC);
	parent = getpid();
	child = signals < 0 ? -1 : fork();
	if (child < 0)
		die_errno("cannot fork for the new terminal");
	if (child > 0) {
		/* The slave stays open here: were it closed for a moment, we
		 * would take that for the end. */
		signal(SIGPIPE, SIG_IGN);
		pty_take();
		carry_until_end(master, signals, child);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(master);
	close(signals);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || setsid() < 0 ||
	    ioctl(slave, TIOCSCTTY, 0) != 0)
		die_errno("cannot make the new terminal ours");
	/* Had the other one died before that, we would not have been told. */
	if (getppid() != parent)
		_Exit(EXIT_TOOL_FAILED);
	if (dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
		die_errno("cannot make the new terminal input and output");
	close(slave);
}
