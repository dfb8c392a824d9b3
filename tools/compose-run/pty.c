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

static void give_terminal_back(void)
{
	tcsetattr(0, TCSADRAIN, &saved);
}

/* All keys come as they are typed, for the other terminal to make sense of. */
static void take_terminal(void)
{
	struct termios raw = saved;

	cfmakeraw(&raw);
	tcsetattr(0, TCSADRAIN, &raw);
}

static void copy_size(int master)
{
	struct winsize size;

	if (ioctl(0, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}

/* Carries what is there from one to the other. Returns false at its end. */
static bool carry(int from, int to)
{
	char bytes[16384];
	ssize_t got = read(from, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	for (ssize_t done = 0, n; done < got; done += n) {
		n = write(to, bytes + done, (size_t)(got - done));
		if (n < 0 && errno != EINTR)
			return false;
		n = n < 0 ? 0 : n;
	}
	return got > 0;
}

/* The chain was stopped: so are we, until somebody lets us go on. */
static void stop_too(pid_t child)
{
	give_terminal_back();
	raise(SIGSTOP);
	take_terminal();
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
		copy_size(master);
	else if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGCONT)
		kill(child, (int)info.ssi_signo);
}

static _Noreturn void carry_until_end(int master, int signals, pid_t child)
{
	struct pollfd fds[] = {
		{ .fd = 0, .events = POLLIN },
		{ .fd = master, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int status;

	while (!has_ended(child, &status)) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			break;
		if (fds[2].revents)
			take_signal(signals, master, child);
		if (fds[0].revents && !carry(0, master))
			fds[0].fd = -1;
		if (fds[1].revents && !carry(master, 1))
			fds[1].fd = -1;
		fds[0].revents = fds[1].revents = fds[2].revents = 0;
	}
	/* What was printed last. */
	fds[1].fd = master;
	while (poll(fds + 1, 1, 0) > 0 && carry(master, 1))
		;
	give_terminal_back();
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

void run_on_pty(void)
{
	int master, slave, signals;
	sigset_t all, old;
	pid_t child;

	if (tcgetattr(0, &saved) != 0)
		refuse();
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		die_errno("cannot make a terminal");
	/* By the descriptor: a path could be another's (Linux 4.13). */
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || tcsetattr(slave, TCSANOW, &saved) != 0)
		die_errno("cannot open the new terminal");
	copy_size(master);
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	signals = signalfd(-1, &all, SFD_CLOEXEC);
	child = signals < 0 ? -1 : fork();
	if (child < 0)
		die_errno("cannot fork for the new terminal");
	if (child > 0) {
		close(slave);
		take_terminal();
		carry_until_end(master, signals, child);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(master);
	close(signals);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || setsid() < 0 ||
	    ioctl(slave, TIOCSCTTY, 0) != 0)
		die_errno("cannot make the new terminal ours");
	if (dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
		die_errno("cannot make the new terminal input and output");
	close(slave);
}
