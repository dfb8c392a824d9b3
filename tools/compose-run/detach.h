/* detach.h: -d, a container that goes on when the launcher is gone. */
#ifndef STRATA_DETACH_H
#define STRATA_DETACH_H

#include "plan.h"

/* Forks a shim, which stands behind the container for as long as it runs, holds
 * its output and keeps its exit status (store.h), and returns in the process
 * that is to run the chain. The launcher prints the name and ends with 0 when
 * the program runs; when it could not be started it ends as it would have
 * without -d, and nothing is left of the container. With
 * `tty` the program has a terminal, which the shim holds (hold.h);
 * with `remove` nothing is kept once the program has ended. */
void detach(const struct chain *chain, const char *name, bool tty, bool remove);

/* A name for a container that was given none. */
const char *detach_choose_name(void);

#endif
