/* readonly.h: the flags of a mount and of all mounts below it. */
#ifndef STRATA_READONLY_H
#define STRATA_READONLY_H

/* Sets MOUNT_ATTR_ flags on a mount that is nowhere yet, and on what is below
 * it, all or none (mount_setattr(2), 5.12). `name` is for messages. */
void set_flags(int tree, unsigned long long flags, const char *name);

/* After the mount is in its place at `target` below `root` (or NULL): where
 * the kernel is older than 5.12 and set_flags could do nothing, does it here
 * the old way, mount by mount; elsewhere nothing. */
void settle_flags(const char *target, const char *root, unsigned long long flags);

#endif
