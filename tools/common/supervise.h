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
	void *argument;

	/* The rest is for supervise.c and terminal.c. */
	pid_t ear;
	bool terminal;
};

/* Before the namespace is made: a helper that must stay outside is forked
 * here. Call it once; it changes no signal of the caller. */
void supervise_prepare(struct supervisor *supervisor);

/* Forks, and returns in the child only. The parent waits for the child and
 * ends as it did: with the same status, or by the same signal. The child
 * dies with the parent (PR_SET_PDEATHSIG). Ends with 125 when the fork
 * fails. signal(7), waitid(2), credentials(7). */
void supervise(struct supervisor *supervisor);

/* The kernel forgets to kill us with our parent when we change ids or gain
 * capabilities (commit_creds). Whoever does that calls the first before, and
 * the second with its result afterwards. */
struct tie { int signal; pid_t parent; };
struct tie tie_read(void);
void tie_again(struct tie tie);

/* Being PID 1 of the namespace we are in: forks, and returns in the child.
 * The parent passes signals on, reaps orphans, and ends with the child's
 * status, 128+n when a signal n ended it. */
void reap(void);

#endif
