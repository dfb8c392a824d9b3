/* readonly.h: the flags of a mount and of all mounts below it. */
#ifndef STRATA_READONLY_H
#define STRATA_READONLY_H

#include <stdbool.h>

/* Sets MOUNT_ATTR_ flags on a mount that is nowhere yet, and on what is below
 * it, all or none (mount_setattr(2), 5.12). `name` is for messages. Returns
 * whether it is done; a kernel before 5.12 needs settle_flags() later. */
bool set_flags(int tree, unsigned long long flags, const char *name);

/* The old way, mount by mount, after the mount is in its place at `target`
 * below `root` (or NULL). */
void settle_flags(const char *target, const char *root, unsigned long long flags);

#endif
