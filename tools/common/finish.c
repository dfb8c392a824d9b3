/* finish.c: a supervisor ends as its child did. See supervise.h.
 *
 * A supervisor that is itself PID 1 can't die by a signal: it says with its
 * status which one it was, and the supervisor behind it, outside, dies by it. */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fate.h"
#include "supervising.h"
#include "terminal.h"

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

_Noreturn void finish(struct supervisor *supervisor, struct child *child, const siginfo_t *end)
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
	supervisor->status = signal ? 128 + signal : end->si_status;
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
