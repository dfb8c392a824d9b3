/* terminal.h: the terminal, when the child has a process group of its own. */
#ifndef STRATA_TERMINAL_H
#define STRATA_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether a person sits in front of us: stdin and stdout are our terminal.
 * (With one of them a pipe, others of the pipeline may need the terminal, so
 * their process group, which is ours, keeps it.) */
bool terminal_is_ours(void);

/* Whether our process group is the one in the foreground. */
bool terminal_is_in_front(void);

/* Whether the child's process group is there. */
bool terminal_is_lent_to(pid_t child);

/* Puts the child's process group into the foreground, if ours is there.
 * For this and the next, SIGTTOU is to be blocked. */
void terminal_lend(pid_t child);

/* Puts our process group into the foreground, if the child's is there, or
 * one that nobody is left in. A shell that took the terminal keeps it. */
void terminal_take_back(pid_t child);

/* Forks a process, the ear, that hears what is typed at the terminal once it
 * is put into the child's process group, and passes the signals on to us. If
 * we are killed, it kills that group. Returns its pid, or -1 with errno as
 * fork(2) set it. */
pid_t terminal_ear(void);

/* Ends the ear, when it has passed on all that it heard. */
void terminal_end_ear(pid_t ear);

#endif
