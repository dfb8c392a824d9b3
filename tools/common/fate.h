/* fate.h: what becomes of a signal that a child gets. */
#ifndef STRATA_FATE_H
#define STRATA_FATE_H

enum fate {
	TAKEN,	 /* it does what it does in any process, or we can't tell */
	DROPPED, /* nothing: the child is PID 1, and has no handler for it */
	AWAITED, /* the child blocks it, to take it in its own time: an init */
};

/* Tells it for the child behind a pidfd, which may be a zombie, but must not
 * have been waited for. Takes 40 ms to be sure of AWAITED. Reads
 * /proc/PID/status: proc(5), pid_namespaces(7). */
enum fate fate_of_signal(int pidfd, int signal);

#endif
