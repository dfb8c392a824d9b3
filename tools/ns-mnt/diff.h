/* diff.h: the mount table before and after, in words (--diff). */
#ifndef STRATA_DIFF_H
#define STRATA_DIFF_H

#include <stdio.h>

#include "table.h"

/* Writes what is new, gone, hidden and changed, a line each, set in by two
 * blanks; nothing when the two are alike. Which mounts of the two are the same
 * is told by their places and file systems: the copy of a table has other
 * numbers. (It is noted in
 * their rows.) mount_namespaces(7). */
void table_compare(struct mount_table *before, struct mount_table *after, FILE *out);

#endif
