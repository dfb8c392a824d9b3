/* root.h: where "/" and "." are when a mount has covered them. */
#ifndef STRATA_ROOT_H
#define STRATA_ROOT_H

#include "mounts.h"

/* Whether `root` (--root) is another directory than "/"; NULL is not. Ends with
 * 125 when it can't be found. */
bool root_is_elsewhere(const char *root);

/* Whether the mount point of an order is our root directory. Ends with 125 when
 * that can't be told. */
bool root_is_target(const struct mount_order *order);

/* Makes a mount that was just put on "/" our root directory, and goes to the
 * current directory in there, or to its top when there is none of that name.
 * Ends with 125 when that fails. chroot(2). */
void root_follow(int mount);

/* Goes to the current directory by its name, where one of the orders has put a
 * mount over it; where it is gone by that, stays. Ends with 125 when that fails. */
void directory_follow(const struct mount_order orders[], size_t count);

#endif
