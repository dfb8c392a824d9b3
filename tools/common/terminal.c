/* terminal.c: the terminal, when the child has a process group of its own.
 *
 * In a new PID namespace the caller's process group has no number: a shell
 * there sees itself in group 0 and can't hand the terminal back when it ends
 * ("Cannot set tty process group"). So the first process there gets a group
 * of its own, in the foreground if ours was. From then on ^C, ^\ and ^Z go to
 * that group and not to ours; and the kernel drops them for a PID 1 without a
 * handler. We can't join that group, since the shell outside knows us by
 * ours. So the ear does: a process of ours that hears the key, and tells the
 * supervisor, who stands outside and can do what PID 1 is spared.
 * Read on: tcsetpgrp(3), setpgid(2), credentials(7), tty_ioctl(4). */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "terminal.h"

bool terminal_is_ours(void)
{
	/* tcgetpgrp(3) knows only the caller's own terminal. In a namespace,
	 * 0 stands for a group outside that has no number here: as our own we
	 * could not bring it back to the foreground. */
	return tcgetpgrp(0) >= 0 && tcgetpgrp(1) >= 0 && getpgrp() != 0;
}

bool terminal_is_in_front(void)
{
	return tcgetpgrp(0) == getpgrp();
}

bool terminal_is_lent_to(pid_t child)
{
	return tcgetpgrp(0) == child;
}

void terminal_lend(pid_t child)
{
	if (terminal_is_in_front())
		tcsetpgrp(0, child);
}

void terminal_take_back(pid_t child)
{
	pid_t front = tcgetpgrp(0);

	if (front == child || (front > 0 && kill(-front, 0) != 0 && errno == ESRCH))
		tcsetpgrp(0, getpgrp());
}

/* The ear's life. The group is the supervisor's. */
static _Noreturn void listen_for(pid_t supervisor, pid_t group)
{
	static const int signals[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU
	};
	siginfo_t info;
	sigset_t heard;

	/* Whoever waits for the end of a pipe or socket need not wait for us. */
	syscall(SYS_close_range, 3, ~0U, 0);
	sigemptyset(&heard);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&heard, signals[i]);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	while (getppid() == supervisor) {
		int signal = sigwaitinfo(&heard, &info);

		if (signal < 0 || getppid() != supervisor)
			continue;
		/* Not si_pid but sigqueue(3) tells who sent it: a process in a
		 * namespace that signals its group is named by the number it
		 * has in there. */
		if (signal != SIGTERM)
			sigqueue(supervisor, signal, (union sigval){ 0 });
		else if (info.si_code == SI_QUEUE)
			_exit(0);
	}

	/* The supervisor was killed. The child should have been as well, but
	 * the kernel forgets that when a program changes its uid. */
	if (getpgrp() != group)
		kill(0, SIGKILL);
	_exit(0);
}

pid_t terminal_ear(void)
{
	pid_t supervisor = getpid(), group = getpgrp();
	sigset_t all, old;
	pid_t ear;

	/* No moment at which a key would end the ear. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	ear = fork();
	if (ear == 0)
		listen_for(supervisor, group);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ear;
}

void terminal_end_ear(pid_t ear)
{
	/* sigwaitinfo(2) returns the lowest number first, so SIGTERM comes
	 * after the keys. */
	sigqueue(ear, SIGTERM, (union sigval){ 0 });
	kill(ear, SIGCONT);
	waitpid(ear, NULL, 0);
}
