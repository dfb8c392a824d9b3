/* overlay.h: directories laid over each other. */
#ifndef STRATA_OVERLAY_H
#define STRATA_OVERLAY_H

#include "mounts.h"

/* Makes the overlay of `order` (MOUNT_OVERLAY), its mount point below --root
 * when that is given. Without upper= and work= in the options the
 * upper layer is a new tmpfs. Ends with 125 when a step fails. The kernel's
 * Documentation/filesystems/overlayfs.rst. */
void mount_overlay(const struct mount_order *order);

/* The value of "NAME=value" in a list of options, as a new string; or NULL. */
char *overlay_value(const char *options, const char *name);

#endif
