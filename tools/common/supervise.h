/* supervise.h: standing behind a child.
 *
 * Most links become the next one. Two need somebody who stays outside: the
 * one that makes a PID namespace (its child is PID 1 there), and the one that
 * makes a cgroup (somebody has to remove it). That somebody should not be
 * noticed: signals, job control and the exit status behave as if the child
 * stood in its place. */
#ifndef STRATA_SUPERVISE_H
#define STRATA_SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

struct supervisor {
	/* The child stands beyond the border of a PID namespace: it is PID 1
	 * there, and our process group has no number there. */
	bool border;
	/* A cgroup v2 directory to be born in (clone3(2)), or -1. */
	int cgroup;
	/* Called with `argument` when the child has ended, however it did. */
	void (*ended)(void *argument);
	/* Another child of ours that should not end before this one, or 0; called
	 * with its exit status (128+n for a signal) when it has. */
	pid_t beside;
	void (*beside_ended)(void *argument, int status);
	/* Called once when something can be read from `socket`: the child needs
	 * a thing done out here. NULL for none. */
	void (*asked)(void *argument);
	int socket;
	void *argument;

	/* How the child has ended, before ended() is called: its exit status, or
	 * 128+n for a signal. */
	int status;

	/* The rest is for supervise.c and its parts: whether the child has a process group
	 * of its own at our terminal, whether that is to be in the foreground
	 * from the start, and who listens there (terminal.h). */
	bool terminal;
	bool in_front;
	pid_t ear;
};

/* Before the namespace is made: a helper that must stay outside is forked
 * here. Call it once; it changes no signal of the caller. */
void supervise_prepare(struct supervisor *supervisor);

/* Forks, and returns in the child only. The parent waits for the child and
 * ends as it did: with the same status, or by the same signal. The child
 * dies with the parent (PR_SET_PDEATHSIG). Ends with 125 when the fork
 * fails.
 *
 * What the terminal asks for (SIGINT, SIGQUIT, SIGHUP, and SIGTSTP, SIGTTIN,
 * SIGTTOU), whoever sent it, happens to a PID 1 without a handler as well:
 * the kernel spares it the signal, so it is killed or stopped from here, and
 * we end or stop as if it had been by that signal. Any other signal is passed
 * on, and a note says when the kernel dropped it.
 * signal(7), waitid(2), credentials(7), pid_namespaces(7). */
void supervise(struct supervisor *supervisor);

/* Being PID 1 of the namespace we are in: forks, and returns in the child.
 * The parent passes signals on, reaps orphans, and ends with the child's
 * status, 128+n when a signal n ended it. It is supervise() without a border:
 * who supervises gets the orphans of its namespace when it is PID 1 there. */
void reap(void);

/* What a supervisor calls when it begins to stand behind its child, or NULL
 * (compose-run -d). */
extern void (*standing_behind)(void);

#endif
