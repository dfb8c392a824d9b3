/* enter.h: a program more in a container that runs. */
#ifndef STRATA_ENTER_H
#define STRATA_ENTER_H

#include "plan.h"
#include "store.h"

/* Compiles the chain that runs a program in a container: a link with --join for
 * each namespace that is not ours, then what confines the first program too.
 * `args` are its words, ended by NULL. Ends with 125 when the container can't be
 * looked at. */
void enter_compile(const struct stored *stored, char *args[], struct chain *chain);

#endif
