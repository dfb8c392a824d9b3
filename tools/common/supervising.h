/* supervising.h: the parts of a supervisor (supervise.c), and what they share. */
#ifndef STRATA_SUPERVISING_H
#define STRATA_SUPERVISING_H

#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "supervise.h"

/* The child, and what has happened between it and us. */
struct child {
	pid_t pid;
	int pidfd;
	int last;	 /* the last signal that it got */
	int killed_for;	 /* the signal that we killed it for, as it was spared it */
	int stopped_for; /* the signal that we stopped it for, likewise */
	bool stopped;	 /* we have seen it stop, and not sent SIGCONT since */
	bool noted;
};

/* signals.c */

/* A signal: the child gets it. If it is PID 1 and the kernel spares it that,
 * we, who stand outside, do what the terminal asked for. */
void hand_on(const struct supervisor *supervisor, struct child *child,
	     const struct signalfd_siginfo *info);

/* SIGCONT, from `fg` or `bg`, has woken us; and we wake the child. */
void go_on(const struct supervisor *supervisor, struct child *child);

/* The child has stopped by this signal: so do we, and the shell that started
 * us sees it. */
void stop_too(const struct supervisor *supervisor, struct child *child, int signal);

/* finish.c */

/* The child has ended: a zombie that is not waited for yet. Ends as it did. */
_Noreturn void finish(struct supervisor *supervisor, struct child *child, const siginfo_t *end);

#endif
