/* pty.h: -t, a terminal of the container's own. */
#ifndef STRATA_PTY_H
#define STRATA_PTY_H

#include <stdbool.h>

/* Makes a new terminal (a pty), and forks. The process that is to run the chain
 * returns, in a session of its own whose terminal this is; so whatever it does
 * to its terminal, ours is out of its reach (TIOCSTI, CVE-2017-5226). The other
 * one carries keys and output between the two terminals, tells the new one when
 * ours changes its size, passes signals on, and ends as the chain did. Ends with
 * 125 when input is no terminal. pty(7), termios(3). */
void run_on_pty(void);

/* The parts of it, for a terminal that somebody else holds (hold.h).
 *
 * Makes a new terminal: both sides, the master non-blocking. It has the modes and the
 * size of ours, if our input is a terminal. Ends with 125 when that fails. */
void pty_open(int *master, int *slave);

/* Whether our input is a terminal; its modes are kept, to be given back. */
bool pty_has_terminal(void);

/* Takes ours: all keys come as they are typed, for the other one to make sense of.
 * In the background this waits for the foreground; all signals must be blocked. And
 * gives it back as it was. */
void pty_take(void);
void pty_give_back(void);

/* Gives the other one the size of ours. */
void pty_copy_size(int master);

#endif
