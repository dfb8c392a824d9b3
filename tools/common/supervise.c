/* supervise.c: standing behind a child. See supervise.h.
 *
 * There is no signal handler here: all signals are blocked and read one by
 * one from a signalfd(2), so there is no moment at which one is missed. (Not
 * with sigwaitinfo(2): while that waits, /proc shows the signals as if they
 * were not blocked, and fate.c could not tell that they are awaited.)
 *
 * A supervisor may itself be PID 1, with another one behind it outside: then
 * it can neither stop itself nor die by a signal, and the other one does that
 * for it. */
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chain.h"
#include "fate.h"
#include "message.h"
#include "planned.h"
#include "step.h"
#include "supervise.h"
#include "terminal.h"

void (*standing_behind)(void);

/* The child, and what has happened between it and us. */
struct child {
	pid_t pid;
	int pidfd;
	int last;	 /* the last signal that it got */
	int killed_for;	 /* the signal that we killed it for, as it was spared it */
	int stopped_for; /* the signal that we stopped it for, likewise */
	bool noted;
};

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

static void change_mask(int how, int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(how, &set, NULL);
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

/* Whether the terminal sent this signal, to a whole process group. */
static bool is_key(const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGWINCH: return info->ssi_code > 0; /* from the kernel */
	default: return false;
	}
}

/* Whether the child has got this signal as well. */
static bool child_heard(const struct supervisor *supervisor, const struct signalfd_siginfo *info)
{
	if (supervisor->terminal)
		return supervisor->ear > 0 && info->ssi_code == SI_QUEUE &&
		       info->ssi_pid == (unsigned)supervisor->ear;
	return is_key(info);
}

/* A signal: the child gets it. If it is PID 1 and the kernel spares it that,
 * we, who stand outside, do what the terminal asked for. */
static void hand_on(const struct supervisor *supervisor, struct child *child,
		    const struct signalfd_siginfo *info)
{
	int signal = (int)info->ssi_signo;

	child->last = signal;
	if (supervisor->terminal && terminal_is_in_front()) {
		/* `fg` has put us there, and sends no SIGCONT to a job that
		 * was running. A child that wanted the terminal now has it. */
		terminal_lend(child->pid);
		if (signal == SIGTTIN || signal == SIGTTOU) {
			kill(-child->pid, SIGCONT);
			return;
		}
	}
	if (!child_heard(supervisor, info))
		kill(supervisor->terminal && is_key(info) ? -child->pid : child->pid, signal);
	else if (signal == SIGHUP)
		kill(0, SIGHUP); /* a hang-up is for our group as well */
	if (!supervisor->border || fate_of_signal(child->pidfd, signal) != DROPPED)
		return;

	switch (signal) {
	case SIGINT:
	case SIGQUIT:
	case SIGHUP:
		child->killed_for = signal;
		kill(child->pid, SIGKILL);
		break;
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		child->stopped_for = signal;
		kill(child->pid, SIGSTOP);
		break;
	case SIGURG:
	case SIGWINCH: break; /* ignored by default in any process */
	default:
		if (child->noted)
			break;
		child->noted = true;
		note("PID 1 has no handler for SIG%s, so the kernel dropped it; only SIGKILL "
		     "ends it. An init passes signals on: put 'ns-pid --reap' before the program "
		     "(compose-run --init) [PID-TERM]",
		     sigabbrev_np(signal) ? sigabbrev_np(signal) : "RT");
	}
}

/* SIGCONT, from `fg` or `bg`, has woken us; and we wake the child. */
static void go_on(const struct supervisor *supervisor, struct child *child)
{
	change_mask(SIG_BLOCK, SIGTSTP);
	child->stopped_for = 0;
	if (supervisor->terminal)
		terminal_lend(child->pid);
	kill(supervisor->terminal ? -child->pid : child->pid, SIGCONT);
}

/* The child has stopped by this signal: so do we, and the shell that started
 * us sees it. */
static void stop_too(const struct supervisor *supervisor, struct child *child, int signal)
{
	sigset_t pending;

	if (supervisor->terminal)
		terminal_take_back(child->pid);
	if (getpid() == 1) {
		/* Nor can PID 1 stop itself. But it can tell its group, in
		 * which the supervisor outside has its ear, or is itself; and
		 * leave the signal unblocked until SIGCONT comes, so that it
		 * sees that this is for it to do. */
		change_mask(SIG_UNBLOCK, SIGTSTP);
		kill(0, SIGTSTP);
		return;
	}
	/* With a group of its own for the child, the terminal has not told
	 * ours: a script that started us has to stop as well. */
	kill(supervisor->terminal ? 0 : getpid(), SIGTSTP);
	change_mask(SIG_UNBLOCK, SIGTSTP);
	/* Here we are stopped, until SIGCONT, which go_on() hears of. If we
	 * are not, there is no shell that could continue us (our group is
	 * orphaned), and a key does not stop the child either. */
	change_mask(SIG_BLOCK, SIGTSTP);
	sigpending(&pending);
	if (!sigismember(&pending, SIGCONT) &&
	    (signal == SIGSTOP ? child->stopped_for : signal) == SIGTSTP)
		go_on(supervisor, child);
}

/* Ends by a signal, so that the caller sees what happened to the child. */
static _Noreturn void end_by(int signal)
{
	sigset_t none;

	/* PID 1 is spared that, and says it with its status. All signals stay
	 * blocked, so that finish() of the one behind us knows what is meant. */
	if (getpid() == 1)
		_Exit(128 + signal);
	prctl(PR_SET_DUMPABLE, 0); /* the child dumped its core already */
	if (signal != SIGKILL)
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	kill(getpid(), signal);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	_Exit(128 + signal); /* by default this signal ends nobody: SIGWINCH, say */
}

/* The child has ended: a zombie that is not waited for yet. Ends as it did. */
static _Noreturn void finish(struct supervisor *supervisor, struct child *child,
			     const siginfo_t *end)
{
	bool exited = end->si_code == CLD_EXITED;
	int signal = exited ? 0 : end->si_status;

	if (supervisor->ear > 0) {
		siginfo_t info;
		sigset_t keys;

		/* The ear may have heard a key that we know nothing of: then
		 * a child that is spared it was quicker to end by itself. */
		terminal_end_ear(supervisor->ear);
		sigemptyset(&keys);
		sigaddset(&keys, SIGINT);
		sigaddset(&keys, SIGQUIT);
		while (sigtimedwait(&keys, &info, &(struct timespec){ 0, 0 }) > 0) {
			child->last = info.si_signo;
			if (fate_of_signal(child->pidfd, info.si_signo) == DROPPED)
				child->killed_for = info.si_signo;
		}
	}
	/* A key was to end it. Or it says with 128+n that the signal that it
	 * got last has ended it: as an init does for its program, or a program
	 * that has put its handler away and sent itself the signal again, and
	 * was spared it as PID 1. */
	if (child->killed_for)
		signal = child->killed_for;
	else if (exited && end->si_status == 128 + child->last && supervisor->border &&
		 fate_of_signal(child->pidfd, child->last) != TAKEN)
		signal = child->last;

	waitid(P_PID, (id_t)child->pid, &(siginfo_t){ 0 }, WEXITED);
	if (supervisor->terminal)
		terminal_take_back(child->pid);
	if (supervisor->ended)
		supervisor->ended(supervisor->argument);
	if (!signal)
		_Exit(end->si_status);
	/* The terminal would have told our whole group, the script that
	 * started us as well. */
	if (supervisor->terminal && signal == child->last &&
	    (signal == SIGINT || signal == SIGQUIT))
		kill(0, signal);
	end_by(signal);
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

static _Noreturn void stand_behind(struct supervisor *supervisor, struct child *child, int signals)
{
	struct signalfd_siginfo info;

	if (standing_behind)
		standing_behind();
	for (;;) {
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
	supervise(&supervisor);
}
