/* terminal.h: the terminal, when the child has a process group of its own. */
#ifndef STRATA_TERMINAL_H
#define STRATA_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether a person sits in front of us: stdin and stdout are our terminal,
 * and our process group is in the foreground. (With stdout or stdin a pipe,
 * others of the pipeline may need the terminal, so it stays as it is.) */
bool terminal_is_ours(void);

/* Puts the caller into a process group of its own, in the foreground. All
 * signals are to be blocked. Returns 0, or -1 with errno set. */
int terminal_take(void);

/* Puts another process group into the foreground. SIGTTOU is to be blocked. */
void terminal_give(pid_t group);

/* Forks a process that hears what is typed to the process group it is put
 * into: ^C, ^\ and ^Z, and passes it on to us. Returns its pid, or -1. */
pid_t terminal_ear(void);

#endif
