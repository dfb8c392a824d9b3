/* planned.h: what the earlier links of a dry run would have done.
 *
 * In a dry run nothing is made, so a later link can't see it: that ns-pid has
 * changed what /proc shows, or that ns-mnt has put a mount where chroot is to
 * go. Each link leaves word for those behind it, in the environment, which no
 * program gets to see: a dry run ends before it. */
#ifndef STRATA_PLANNED_H
#define STRATA_PLANNED_H

#include <stdbool.h>

/* Leaves word of a thing, such as "ns-pid" or "mount /mnt". Nothing happens
 * when this is no dry run. */
void planned_add(const char *thing);

/* Whether an earlier link has left word of it. */
bool planned(const char *thing);

#endif
