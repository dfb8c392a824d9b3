/* sealed.h: being a copy of ourselves that nobody can write to. */
#ifndef STRATA_SEALED_H
#define STRATA_SEALED_H

#include "plan.h"

/* A copy of the words that we were called with, for sealed_again: reading the
 * options takes them apart. */
char **sealed_keep(char *argv[]);

/* Executes a sealed copy of our file with these words, which comes back here and
 * goes on. Ends with 125 when that fails. memfd_create(2), F_ADD_SEALS. */
void sealed_again(char *argv[]);

/* Whether we are that copy. */
bool sealed_is(void);

/* Whether a process of our own file is there as long as the container: while it
 * runs, the kernel lets nobody write to it (ETXTBSY). */
bool sealed_by_supervisor(const struct chain *chain);

#endif
