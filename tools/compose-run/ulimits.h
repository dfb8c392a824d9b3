/* ulimits.h: the limits that a process has for itself, as --ulimit says them.
 * In the chain they are a link of their own, prlimit(1). */
#ifndef STRATA_ULIMITS_H
#define STRATA_ULIMITS_H

#include "config.h"

/* --ulimit NAME=SOFT[:HARD], docker's names. A later one of the same name
 * takes the place of an earlier one. Ends with 125 at a mistake. */
void ulimits_add(struct words *ulimits, const char *value);

/* Sets what the words of a row say ("prlimit", "--nofile=1024:2048", ...), for
 * this process and what it becomes; reads it back. prlimit(2). Ends with 125
 * when a limit can't be had. */
void ulimits_set(const struct words *row);

/* Ends with 125 when the stack would be too small for links that are programs of
 * their own (--chain): they have that limit as well. */
void ulimits_check_separate(const struct words *ulimits);

#endif
