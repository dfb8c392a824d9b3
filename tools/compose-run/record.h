/* record.h: what of a chain is kept with a container that has a name (store.h), for
 * those who come later. */
#ifndef STRATA_RECORD_H
#define STRATA_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "plan.h"

/* The program, as a line that can be read. */
void record_describe(const struct chain *chain, char *text, size_t size);

/* Whether a cgroup is made for the container. */
bool record_has_cgroup(const struct chain *chain);

/* Keeps the links that confine another program in it, and the profile that one of
 * them reads. Ends with 125 when that fails, and then nothing of it is left. */
void record_links(int directory, const char *name, const struct chain *chain);

#endif
