/* table.h: a mount table, taken apart. */
#ifndef STRATA_TABLE_H
#define STRATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "mountinfo.h"

struct row {
	struct mountinfo mount;
	const struct row *parent; /* the mount that it is on; NULL when that is not here */
	bool seen;		  /* a path leads to it: no other mount covers or hides it */
	struct row *match;	  /* the same mount in another table, or NULL (diff.c) */
};

struct mount_table {
	struct row *rows;
	size_t count;
};

/* Takes a text like /proc/self/mountinfo apart, which it keeps and overwrites.
 * Returns NULL with errno EBADMSG when a line of it is none.
 * proc_pid_mountinfo(5). */
struct mount_table *table_parse(char *text);

/* Reads self/mountinfo below `proc`, a descriptor of /proc, which may be covered
 * by then. Returns NULL with errno as openat(2) or read(2) set it. */
struct mount_table *table_read(int proc);

#endif
