/* readonly.h: the flags of a mount and of all mounts below it. */
#ifndef STRATA_READONLY_H
#define STRATA_READONLY_H

#include <stdbool.h>

/* Sets MOUNT_ATTR_ flags on a mount that is nowhere yet, and on what is below
 * it, all or none (mount_setattr(2), 5.12). `name` is for messages. Returns
 * whether it is done; a kernel before 5.12 needs settle_flags() later. */
bool set_flags(int tree, unsigned long long flags, const char *name);

/* After the mount `tree` is in its place, `target` by name: where the kernel is
 * older than 5.12 and set_flags could do nothing, does it here the old way,
 * mount by mount. Ends with 125 when that fails. mount(2). */
void settle_flags(int tree, const char *target, unsigned long long flags);

#endif
