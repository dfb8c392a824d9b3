/* pty.h: -t, a terminal of the container's own. */
#ifndef STRATA_PTY_H
#define STRATA_PTY_H

/* Makes a new terminal (a pty), and forks. The process that is to run the chain
 * returns, in a session of its own whose terminal this is; so whatever it does
 * to its terminal, ours is out of its reach (TIOCSTI, CVE-2017-5226). The other
 * one carries keys and output between the two terminals, tells the new one when
 * ours changes its size, passes signals on, and ends as the chain did. Ends with
 * 125 when input is no terminal. pty(7), termios(3). */
void run_on_pty(void);

#endif
