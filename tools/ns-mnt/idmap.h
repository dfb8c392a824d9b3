/* idmap.h: a bind whose files have other owners than on the disk. */
#ifndef STRATA_IDMAP_H
#define STRATA_IDMAP_H

#include "maps.h"

/* Which id of a file is shown as which: by two maps, or by those of a user
 * namespace that is there. */
struct idmap {
	const char *target;   /* the process or file, or NULL */
	char users[MAP_SIZE]; /* "" with a target */
	char groups[MAP_SIZE];
	int namespace;	 /* the user namespace, once it is open */
	char number[32]; /* of the child that is in it, in this /proc */
};

/* Reads the value of idmap=: PID, FILE, or ranges as of mount(8)'s
 * X-mount.idmap: [u:|g:|b:]FILE-ID:SHOWN-ID:COUNT, with blanks between them.
 * Ids of a kind for which there is no range stay as they are. Ends with 125
 * when it is none of that. */
void idmap_read(const char *value, struct idmap *map);

/* Maps the ids of a mount that is nowhere yet, and of all below it; `source`
 * is for messages. Ends with 125 when that fails. mount_setattr(2), "ID-mapped
 * mounts" (Linux 5.12). */
void idmap_set(int tree, struct idmap *map, const char *source);

/* Reads back that a mount which is in its place has mapped ids. Ends with 125
 * when it has not. proc_pid_mountinfo(5). */
void idmap_verify(int tree, const char *source);

#endif
