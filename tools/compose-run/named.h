/* named.h: --name without -d: a container in the foreground that can be found. */
#ifndef STRATA_NAMED_H
#define STRATA_NAMED_H

#include "plan.h"

/* Forks, and returns in the process that is to run the chain. The other one stays as
 * a supervisor does (supervise.h), and keeps in the store what is known of the
 * container; with `remove` nothing once it has ended, otherwise its exit status. Ends
 * with 125 when the name is in use. */
void run_named(const struct chain *chain, const char *name, bool remove);

#endif
