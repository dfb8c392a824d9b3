/* target.h: the place that a mount is put on, and how a path is opened that an image
 * may have a say in. */
#ifndef STRATA_TARGET_H
#define STRATA_TARGET_H

#include "mounts.h"

/* What follows is for this order. */
void target_begin(const struct mount_order *order);

/* Opens path (O_PATH) below root without leaving it, or as it is without a root;
 * `resolve` are RESOLVE_ flags, 0 in the first. Returns a descriptor, or -1 with errno
 * set. openat2(2). */
int open_below(const char *root, const char *path);
int open_below_with(const char *root, const char *path, unsigned long long resolve);

/* A directory below --root, as a descriptor (O_PATH); or -1 with errno set. */
int mount_open_directory(const char *root, const char *path);

/* Closes a descriptor that a dry run does not have. */
void drop_fd(int fd);

/* The mount point of an order as a descriptor (O_PATH). Below --root a missing
 * one is made, a directory or an empty file; without a root it has to be there.
 * Ends with 125 when a step fails, and so do the next two. openat2(2). */
int mount_open_target(const struct mount_order *order, bool folder);

/* Puts a mount that is nowhere yet on its place, and closes `target`, the
 * descriptor of the place; `order` is for messages. move_mount(2). */
void mount_put(int mount, int target, const struct mount_order *order);

/* The same for the one that stays on top: when its place is "/", it becomes our
 * root directory. */
void mount_attach(int mount, int target, const struct mount_order *order);

#endif
