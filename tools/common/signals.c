/* signals.c: signals and stops, between a supervisor and its child. See
 * supervise.h.
 *
 * A supervisor may itself be PID 1, with another one behind it outside: then
 * it can't stop itself, and the other one does that for it. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fate.h"
#include "message.h"
#include "supervising.h"
#include "terminal.h"

static void change_mask(int how, int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(how, &set, NULL);
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

void hand_on(const struct supervisor *supervisor, struct child *child,
	     const struct signalfd_siginfo *info)
{
	int signal = (int)info->ssi_signo;

	child->last = signal;
	if (supervisor->terminal && (signal == SIGTTIN || signal == SIGTTOU)) {
		/* The ear tells us late: by now the child has what it wanted. */
		if (terminal_is_lent_to(child->pid) && child_heard(supervisor, info))
			return;
		if (terminal_is_in_front()) {
			terminal_lend(child->pid);
			kill(-child->pid, SIGCONT);
			return;
		}
	}
	/* `fg` has put us there, and sends no SIGCONT to a job that was running. */
	if (supervisor->terminal)
		terminal_lend(child->pid);
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

/* Whether somebody else has continued the child since it stopped: it has news
 * then, and be it that it stopped again. */
static bool was_continued(const struct child *child)
{
	siginfo_t news = { 0 };

	return child->stopped &&
	       waitid(P_PID, (id_t)child->pid, &news, WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT) ==
		       0 &&
	       news.si_pid != 0;
}

/* If the child is in our process group, it may have heard SIGCONT itself: a
 * second one from us, who may be late, would undo a ^Z that came in between. */
void go_on(const struct supervisor *supervisor, struct child *child)
{
	change_mask(SIG_BLOCK, SIGTSTP);
	child->stopped_for = 0;
	if (supervisor->terminal) {
		terminal_lend(child->pid);
		kill(-child->pid, SIGCONT);
	} else if (!was_continued(child)) {
		kill(child->pid, SIGCONT);
	}
	child->stopped = false;
}

void stop_too(const struct supervisor *supervisor, struct child *child, int signal)
{
	sigset_t pending;

	child->stopped = true;
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
