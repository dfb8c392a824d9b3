/* run.h: what is done with a chain. */
#ifndef STRATA_RUN_H
#define STRATA_RUN_H

#include "plan.h"

/* Prints the chain to stdout as a command line for the shell, a link on each
 * row, with comments. */
void run_print(const struct chain *chain);

/* Runs the chain in this process, calling the links that we carry; or, with
 * `separate`, as the programs that a shell would start. Does not return. */
_Noreturn void run_chain(const struct chain *chain, bool separate);

/* Tries each layer, prints a line for each to stdout, and ends with 0 when
 * all work, 1 otherwise. */
_Noreturn void run_check(void);

#endif
