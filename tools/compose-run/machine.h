/* machine.h: what there is on the machine's own root, for a container that has
 * it as its image. */
#ifndef STRATA_MACHINE_H
#define STRATA_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

/* Adds an overlay for each directory of "/" that can have one, so that what is
 * in it may be changed, and notes which stay read-only. Not for those that are
 * covered anyway: /proc, /sys, /dev, /tmp, /run, the home, and `place`, where
 * the new root is put together. */
void machine_overlays(struct words *words, const char *home, const char *place);

/* Finds a directory below a root, whose symbolic links lead nowhere else
 * (openat2(2), RESOLVE_IN_ROOT), and writes its path outside. Returns false
 * when there is none; ends with 125 when that can't be told, or when its name
 * can't be a layer of an overlay. */
bool machine_find_below(const char *root, const char *path, char *found, size_t size);

#endif
