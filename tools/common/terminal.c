/* terminal.c: the terminal, when the child has a process group of its own.
 *
 * In a new PID namespace the caller's process group has no number: a shell
 * there sees itself in group 0 and can't hand the terminal back when it ends
 * ("Cannot set tty process group"). So the first process there gets a group
 * of its own, in the foreground. From then on ^C, ^\ and ^Z go to that group
 * and not to ours; and the kernel drops them for a PID 1 without a handler.
 * The ear is a process of ours in that group: it hears the key, and tells the
 * supervisor, who stands outside and can do what PID 1 is spared. */
#include <signal.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

bool terminal_is_ours(void)
{
	return tcgetpgrp(0) == getpgrp() && tcgetpgrp(1) == getpgrp();
}

int terminal_take(void)
{
	if (setpgid(0, 0) != 0)
		return -1;
	/* getpid() is 1 beyond the border, and that is the right number: the
	 * kernel looks it up in the caller's PID namespace. */
	return tcsetpgrp(0, getpid());
}

void terminal_give(pid_t group)
{
	tcsetpgrp(0, group);
}

pid_t terminal_ear(void)
{
	pid_t parent = getpid();
	pid_t ear = fork();
	siginfo_t info;
	sigset_t keys;

	if (ear != 0)
		return ear;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	sigfillset(&keys);
	sigprocmask(SIG_SETMASK, &keys, NULL);
	sigemptyset(&keys);
	sigaddset(&keys, SIGINT);
	sigaddset(&keys, SIGQUIT);
	sigaddset(&keys, SIGTSTP);
	for (;;) {
		int key = sigwaitinfo(&keys, &info);

		/* What came from another process came to the group as well. */
		if (key > 0 && info.si_code > 0)
			kill(parent, key);
	}
}
