/* supervise.c: standing behind a child. See supervise.h.
 *
 * There is no signal handler here: all signals are blocked and taken one by
 * one with sigwaitinfo(2), so there is no moment at which one is missed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "file.h"
#include "message.h"
#include "step.h"
#include "supervise.h"
#include "terminal.h"

/* What the child gets back before it goes on. */
struct inherited {
	sigset_t mask;
	bool ignores_children;
};

static struct inherited block_signals(void)
{
	struct inherited old;
	struct sigaction action;
	sigset_t all;

	/* Inherited as ignored, SIGCHLD would never come and the wait never
	 * end. */
	sigaction(SIGCHLD, NULL, &action);
	old.ignores_children = action.sa_handler == SIG_IGN;
	if (old.ignores_children)
		signal(SIGCHLD, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old.mask);
	return old;
}

static void restore_signals(const struct inherited *old)
{
	if (old->ignores_children)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

/* Forks; with cgroup >= 0 the child is born in that cgroup. */
static pid_t fork_into(int cgroup)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)cgroup,
	};

	if (cgroup < 0)
		return fork();
	/* No libc function for it; as _Fork(3), it runs no handlers. */
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* What a process does with a signal, by /proc/PID/status. */
enum treatment { TREATS_UNKNOWN, TREATS_DEFAULT, TREATS_OWN };

static enum treatment treatment_of(pid_t pid, int signal)
{
	char path[40], text[4096];
	const char *const fields[] = { "\nSigBlk:\t", "\nSigIgn:\t", "\nSigCgt:\t" };
	unsigned long long set = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, text, sizeof(text)) < 0)
		return TREATS_UNKNOWN;
	for (size_t i = 0; i < 3; i++) {
		const char *field = strstr(text, fields[i]);

		if (!field)
			return TREATS_UNKNOWN;
		set |= strtoull(field + strlen(fields[i]), NULL, 16);
	}
	return set >> (signal - 1) & 1 ? TREATS_OWN : TREATS_DEFAULT;
}

/* A key was typed: ^C, ^\ or ^Z. The child has heard it as well, and if it
 * is PID 1 and has no handler the kernel dropped it there. From outside we
 * may do what the terminal asked for. Returns the signal to end by, if the
 * child was ended. */
static int key_typed(const struct supervisor *supervisor, pid_t child, int key)
{
	if (!supervisor->border || treatment_of(child, key) != TREATS_DEFAULT)
		return 0;
	if (key == SIGTSTP) {
		kill(supervisor->terminal ? -child : child, SIGSTOP);
		return 0;
	}
	kill(child, SIGKILL);
	return key;
}

/* A signal came to us alone: it was meant for the program. */
static void pass_on(const struct supervisor *supervisor, pid_t child, int signal)
{
	kill(child, signal);
	if (supervisor->border && signal != SIGCONT && signal != SIGCHLD && signal != SIGURG &&
	    signal != SIGWINCH && treatment_of(child, signal) == TREATS_DEFAULT)
		note("PID 1 has no handler for SIG%s, so the kernel dropped it; only SIGKILL "
		     "ends it. An init passes signals on: put 'ns-pid --reap' before the program "
		     "(compose-run --init) [PID-TERM]",
		     sigabbrev_np(signal) ? sigabbrev_np(signal) : "RT");
}

/* The child has stopped: so do we, and the shell that started us sees it.
 * SIGCONT, from `fg` or `bg`, wakes us, and we wake the child. */
static void stop_too(const struct supervisor *supervisor, pid_t child)
{
	if (supervisor->terminal)
		terminal_give(getpgrp());
	kill(getpid(), SIGSTOP);
	if (supervisor->terminal && tcgetpgrp(0) == getpgrp())
		terminal_give(child);
	kill(supervisor->terminal ? -child : child, SIGCONT);
}

/* Ends as the child did, so that the caller sees the same. */
static _Noreturn void end_as(const struct supervisor *supervisor, const siginfo_t *info, int key)
{
	struct rlimit no_core = { 0, 0 };
	int signal = key ? key : info->si_status;
	sigset_t mask;

	if (info->si_code == CLD_EXITED)
		_Exit(info->si_status);

	/* The terminal would have told our whole group, the script that
	 * started us as well. */
	if (supervisor->terminal && (signal == SIGINT || signal == SIGQUIT))
		kill(0, signal);
	setrlimit(RLIMIT_CORE, &no_core);	/* the child dumped one already */
	if (signal != SIGKILL)
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	kill(getpid(), signal);
	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	_Exit(128 + signal);	/* we are PID 1 ourselves, and were spared */
}

static _Noreturn void wait_for(const struct supervisor *supervisor, pid_t child)
{
	siginfo_t info;
	sigset_t all;
	int key = 0;

	sigfillset(&all);
	for (;;) {
		int signal = sigwaitinfo(&all, &info);

		if (signal < 0)
			continue;
		if (signal != SIGCHLD) {
			bool typed = info.si_code > 0 ||
				     (supervisor->ear > 0 && info.si_pid == supervisor->ear);

			if (!typed)
				pass_on(supervisor, child, signal);
			else if (signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP)
				key = key_typed(supervisor, child, signal);
			continue;
		}
		/* One SIGCHLD may stand for several events. */
		for (;;) {
			info.si_pid = 0;
			if (waitid(P_PID, (id_t)child, &info, WEXITED | WSTOPPED | WNOHANG) != 0 ||
			    info.si_pid == 0)
				break;
			if (info.si_code == CLD_STOPPED) {
				stop_too(supervisor, child);
				continue;
			}
			if (supervisor->terminal)
				terminal_give(getpgrp());
			if (supervisor->ear > 0)
				kill(supervisor->ear, SIGKILL);
			if (supervisor->ended)
				supervisor->ended(supervisor->argument);
			end_as(supervisor, &info, key);
		}
	}
}

void supervise_prepare(struct supervisor *supervisor)
{
	supervisor->terminal = supervisor->border && terminal_is_ours();
	if (supervisor->terminal)
		supervisor->ear = STEP(terminal_ear(), "fork a listener for the terminal's keys");
}

void supervise(struct supervisor *supervisor)
{
	struct inherited old = block_signals();
	struct pollfd parent = { .events = POLLIN };
	pid_t child;

	parent.fd = STEP((int)syscall(SYS_pidfd_open, getpid(), 0), "open a pidfd of the supervisor");
	child = STEP(fork_into(supervisor->cgroup), "fork");
	if (child > 0) {
		if (supervisor->ear > 0) {
			setpgid(child, child);
			setpgid(supervisor->ear, child);
		}
		wait_for(supervisor, child);
	}

	/* The child from here on (and with --dry-run, the only one). */
	STEP(prctl(PR_SET_PDEATHSIG, SIGKILL), "ask to be killed with the supervisor");
	/* Had it died before that, we would not have been told. getppid(2) is
	 * 0 beyond the border, so ask the pidfd. */
	if (poll(&parent, 1, 0) != 0 && !dry_run)
		_Exit(EXIT_TOOL_FAILED);
	close(parent.fd);
	if (supervisor->terminal)
		STEP(terminal_take(), "take the terminal");
	restore_signals(&old);
}

struct tie tie_read(void)
{
	struct tie tie = { 0, getppid() };

	if (prctl(PR_GET_PDEATHSIG, &tie.signal) != 0)
		tie.signal = 0;
	return tie;
}

void tie_again(struct tie tie)
{
	if (!tie.signal)
		return;
	STEP(prctl(PR_SET_PDEATHSIG, tie.signal), "ask again to be killed with the supervisor");
	if (getppid() != tie.parent && !dry_run)
		_Exit(EXIT_TOOL_FAILED);
}

/* A signal that a handler catches is back at its default after exec, and
 * counts as cared for meanwhile: the supervisor outside leaves it to us. */
static void heard(int signal)
{
	(void)signal;
}

void reap(void)
{
	struct inherited old = block_signals();
	pid_t child = STEP(fork(), "fork the program");
	sigset_t all;
	siginfo_t info;

	if (child <= 0) {
		STEP(prctl(PR_SET_PDEATHSIG, SIGKILL), "ask to be killed with the init");
		restore_signals(&old);
		return;
	}
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = heard }, NULL);
	sigaction(SIGQUIT, &(struct sigaction){ .sa_handler = heard }, NULL);
	sigfillset(&all);
	for (;;) {
		int signal = sigwaitinfo(&all, &info);

		if (signal > 0 && signal != SIGCHLD && info.si_code <= 0)
			kill(child, signal);
		for (;;) {
			info.si_pid = 0;
			if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
				break;
			if (info.si_pid == child)
				_Exit(info.si_code == CLD_EXITED ? info.si_status :
								   128 + info.si_status);
		}
	}
}
