/* supervise.c: standing behind a child. See supervise.h.
 *
 * There is no signal handler here: all signals are blocked and read one by
 * one from a signalfd(2), so there is no moment at which one is missed. (Not
 * with sigwaitinfo(2): while that waits, /proc shows the signals as if they
 * were not blocked, and fate.c could not tell that they are awaited.)
 *
 * What is done about a signal is in signals.c, and the end in finish.c. */
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "planned.h"
#include "step.h"
#include "supervising.h"
#include "terminal.h"

void (*standing_behind)(void);

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
	static const int endings[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t pending;

	/* What came while all was blocked would be dropped now, if we are
	 * PID 1. The supervisor knows what it passed on, and ends by that. */
	sigpending(&pending);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings) && getpid() == 1; i++) {
		struct sigaction action;

		sigaction(endings[i], NULL, &action);
		if (sigismember(&pending, endings[i]) && !sigismember(&old->mask, endings[i]) &&
		    action.sa_handler == SIG_DFL)
			_Exit(128 + endings[i]);
	}
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

/* One SIGCHLD may stand for several events. As PID 1 we have the orphans of
 * the whole namespace for children. */
static void look_after_children(struct supervisor *supervisor, struct child *child)
{
	siginfo_t event;

	for (;;) {
		event.si_pid = 0;
		if (waitid(P_ALL, 0, &event, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) != 0 ||
		    event.si_pid == 0)
			return;
		if (event.si_pid == child->pid && event.si_code != CLD_STOPPED)
			finish(supervisor, child, &event);
		if (event.si_pid == supervisor->ear && event.si_code != CLD_STOPPED)
			supervisor->ear = 0;
		if (event.si_pid == supervisor->beside && event.si_code != CLD_STOPPED) {
			supervisor->beside = 0;
			supervisor->beside_ended(supervisor->argument,
						 event.si_code == CLD_EXITED
							 ? event.si_status
							 : 128 + event.si_status);
		}
		/* Take the event that we saw, and no other. */
		waitid(P_PID, (id_t)event.si_pid, &event,
		       (event.si_code == CLD_STOPPED ? WSTOPPED : WEXITED) | WNOHANG);
		if (event.si_pid == child->pid)
			stop_too(supervisor, child, event.si_status);
	}
}

/* A signal that we caused ourselves: a hang-up passed on to our group, or a
 * note that nobody reads any more. */
static bool is_our_own(const struct signalfd_siginfo *info)
{
	return (info->ssi_signo == SIGHUP || info->ssi_signo == SIGPIPE) &&
	       info->ssi_code == SI_USER && info->ssi_pid == (unsigned)getpid();
}

/* Does what the child asks for, if it is not the end of the socket that has woken
 * us. Until then we still have something to say to who started us. */
static void answer(struct supervisor *supervisor, int signals)
{
	struct pollfd events[] = { { .fd = signals, .events = POLLIN },
				   { .fd = supervisor->socket, .events = POLLIN } };

	if (poll(events, 2, -1) < 0 || !events[1].revents)
		return;
	if (events[1].revents & POLLIN)
		supervisor->asked(supervisor->argument);
	supervisor->asked = NULL;
	if (standing_behind)
		standing_behind();
}

static _Noreturn void stand_behind(struct supervisor *supervisor, struct child *child, int signals)
{
	struct signalfd_siginfo info;

	if (standing_behind && !supervisor->asked)
		standing_behind();
	for (;;) {
		if (supervisor->asked) {
			struct pollfd waiting = { .fd = signals, .events = POLLIN };

			answer(supervisor, signals);
			if (poll(&waiting, 1, 0) <= 0)
				continue;
		}
		if (read(signals, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGCHLD)
			look_after_children(supervisor, child);
		else if (info.ssi_signo == SIGCONT)
			go_on(supervisor, child);
		else if (!is_our_own(&info))
			hand_on(supervisor, child, &info);
	}
}

void supervise_prepare(struct supervisor *supervisor)
{
	supervisor->terminal = supervisor->border && terminal_is_ours();
	if (!supervisor->terminal)
		return;
	supervisor->in_front = terminal_is_in_front();
	supervisor->ear = STEP(terminal_ear(), "fork a listener for the terminal's keys");
}

void supervise(struct supervisor *supervisor)
{
	struct inherited old = block_signals();
	struct pollfd parent = { .events = POLLIN };
	struct child child = { 0 };
	sigset_t all, go;
	int signals;

	sigfillset(&all);
	sigemptyset(&go);
	sigaddset(&go, SIGCONT);
	signals = STEP(signalfd(-1, &all, SFD_CLOEXEC), "open a descriptor to read signals from");
	parent.fd =
		STEP((int)syscall(SYS_pidfd_open, getpid(), 0), "open a pidfd of the supervisor");
	child.pid = STEP(fork_into(supervisor->cgroup), "fork");
	planned_add("a supervisor");
	if (child.pid > 0) {
		child.pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);
		if (supervisor->terminal) {
			setpgid(child.pid, child.pid);
			setpgid(supervisor->ear, child.pid);
			kill(child.pid, SIGCONT);
		}
		stand_behind(supervisor, &child, signals);
	}

	/* The child from here on (and with --dry-run, the only one). */
	STEP(prctl(PR_SET_PDEATHSIG, SIGKILL), "ask to be killed with the supervisor");
	/* Had it died before that, we would not have been told. getppid(2) is
	 * 0 beyond the border, so ask the pidfd. */
	if (STEP(poll(&parent, 1, 0), "ask whether it is alive") > 0)
		_Exit(EXIT_TOOL_FAILED);
	close(parent.fd);
	close(signals);
	if (supervisor->terminal)
		STEP(setpgid(0, 0), "be a process group of our own");
	/* The terminal comes when the ear is there, so that no key is lost:
	 * the supervisor then sends SIGCONT. */
	if (supervisor->ear > 0)
		sigwait(&go, &(int){ 0 });
	/* getpid() is 1 beyond the border, and that is the right number: the
	 * kernel looks it up in the caller's PID namespace. */
	if (supervisor->in_front)
		STEP(tcsetpgrp(0, getpid()), "put it into the foreground of the terminal");
	restore_signals(&old);
}

void reap(void)
{
	struct supervisor supervisor = { .cgroup = -1 };

	/* The init stays as it is now, with what it has open and with the file
	 * that it was executed from: nobody in here is to look into it, trace
	 * it, or write to that file (CVE-2019-5736). For the program, exec puts
	 * this back. */
	STEP(prctl(PR_SET_DUMPABLE, 0), "let nobody look into the init");
	/* Orphans come to PID 1 unasked. Whoever is another process has to ask
	 * for those below it: a subreaper, as a shim is. */
	STEP(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "take the orphans below us as children");
	supervise(&supervisor);
}
