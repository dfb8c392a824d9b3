/* root.h: where "/" and "." are when a mount has covered them. */
#ifndef STRATA_ROOT_H
#define STRATA_ROOT_H

#include "mounts.h"

/* Whether `target`, the mount point of an order as a descriptor, is our root
 * directory; in a dry run by its name. */
bool root_is(int target, const struct mount_order *order);

/* Makes a mount that was just put on "/" our root directory, and goes to the
 * current directory in there, or to its top when there is none of that name.
 * Ends with 125 when that fails. chroot(2). */
void root_follow(int mount);

/* Goes to the current directory by its name, where that is another one by now:
 * a mount lies over it. Ends with 125 when that fails. */
void directory_follow(void);

#endif
