/* missing.h: at which part of a path the way ends.
 *
 * The kernel says of a whole path that it is not there, or that some part of
 * it is no directory. Which part, one has to go and see. */
#ifndef STRATA_MISSING_H
#define STRATA_MISSING_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "why.h"

struct missing {
	enum missing_kind {
		PATH_FINE,
		PATH_GONE,     /* `part` is not there */
		PATH_DANGLING, /* `part` is a symbolic link to `other`, and that can't be reached */
		PATH_LOOP,     /* `part` is a symbolic link that leads to itself, or may
				      not be followed */
		PATH_NO_DIRECTORY, /* `part` is a file of the kind `other` */
		PATH_CLOSED,	   /* `part` may not be searched by us */
	} kind;
	char part[PATH_MAX]; /* as it was written, up to the end of that part */
	char other[256];     /* GONE: a name in the same place that is much like it, as
				`part` would be then; or "" */
	mode_t mode;	     /* CLOSED: of that directory, */
	uid_t owner;	     /* and whose it is */
};

/* Walks along `path` and notes where that ends. With a `top` (--root) paths
 * and symbolic links begin there and do not leave it, and `part` has it in
 * front. Where `directory`, the last part must be one too. openat2(2). */
void missing_find(const char *top, const char *path, int directory, struct missing *missing);

/* The same in words, for a 'why': "'/nope' is not there". The string is
 * overwritten by the next call. */
const char *missing_words(const struct missing *missing);

/* Decides what to do about it: PATH-ACCESS for what we may not search, else `id`,
 * with `what` in front of the words ("of --bind, "; or ""). Returns false when
 * all is there. Reads nothing of the machine. */
bool missing_decide(const char *id, const char *what, const struct missing *missing,
		    const struct state *state, struct reason *reason);

#endif
