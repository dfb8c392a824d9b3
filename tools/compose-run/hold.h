/* hold.h: a terminal with nobody at it (-d -t), and somebody who comes (attach).
 *
 * The shim holds the other side of the program's terminal, and writes what the
 * program prints to the log. Who attaches gets that side, and the log, as
 * descriptors, through a socket in the container's directory: from then on he
 * reads, types, and writes the log, until he closes the socket. pty(7), unix(7). */
#ifndef STRATA_HOLD_H
#define STRATA_HOLD_H

#include <sys/types.h>

#define HOLD_SOCKET "attach"

struct held {
	int master, slave, log, listener;
};

/* Makes a terminal, of the size and with the modes of ours, if our input is one;
 * and the socket. Ends with 125 when that fails. */
void hold_open(struct held *held, int directory, int log);

/* Holds it until the child has ended. Returns its status, 128 + n for a signal. */
int hold(struct held *held, pid_t child);

/* The other side: `compose-run attach`. Returns when the user leaves (^P ^Q), or
 * when the container has ended; `directory` is the container's. Ends with 125 when
 * there is no such terminal, or somebody is at it. */
void hold_attach(int directory, const char *name);

#endif
