/* root.h: the link that puts the new root together: ns-mnt. */
#ifndef STRATA_ROOT_H
#define STRATA_ROOT_H

#include "config.h"

/* Where the new root is put together, until it becomes "/": an old directory
 * that covers nothing we still need. Ends with 125 when there is none. */
const char *root_place(const struct config *config);

/* Adds the options of ns-mnt. `home` is the home inside; `user` says whether
 * there is a user namespace. Reads the machine, and changes nothing. Ends with
 * 125 for what can't be had. */
void root_plan(const struct config *config, struct words *words, const char *home,
	       const char *place, bool user);

#endif
