/* dev.h: a /dev of one's own. */
#ifndef STRATA_DEV_H
#define STRATA_DEV_H

#include "mounts.h"

/* Each makes the mounts of an order, and ends with 125 when a step fails: a new /dev
 * (MOUNT_DEV), what is in it, put into a directory that is there (MOUNT_DEVICES), and
 * the terminal that is our input (MOUNT_CONSOLE). */
void mount_dev(struct mount_order *order);
void mount_devices(const struct mount_order *order);
void mount_console(const struct mount_order *order);

/* A device of the machine, to be bound: a mount that is nowhere yet. In a /dev that
 * somebody has made, a file of that name may be something else: then it ends with 125. */
int take_device(const char *path);

#endif
