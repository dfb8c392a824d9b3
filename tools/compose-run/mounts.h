/* mounts.h: the options that say what files the container has. Each reads one
 * option's value, which it may cut up, and ends with 125 at a mistake. */
#ifndef STRATA_COMPOSE_MOUNTS_H
#define STRATA_COMPOSE_MOUNTS_H

#include "config.h"

/* The real path of a file outside, which the new root must not cover. A new
 * string; `option` is for messages. realpath(3). */
char *mounts_outer_path(struct config *config, const char *path, const char *option);

/* --rootfs DIR[:rw] */
void mounts_set_rootfs(struct config *config, char *value);

/* --volume SRC:DST[:ro], or DST alone: a directory that is thrown away */
void mounts_add_volume(struct config *config, char *value);

/* --tmpfs DST[:OPTION,...] */
void mounts_add_tmpfs(struct config *config, char *value);

/* --mount type=bind|tmpfs|volume,..., with the words of docker run */
void mounts_add_mount(struct config *config, char *value);

/* --overlay [LOWER[:LOWER...]:]DST[,upper=DIR,work=DIR]; DST alone: over what
 * is there already */
void mounts_add_overlay(struct config *config, char *value);

/* --device HOST[:DST][:PERMISSIONS] */
void mounts_add_device(struct config *config, char *value);

#endif
