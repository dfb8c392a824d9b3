/* subid.h: the ids that the machine lends to a user, in /etc/subuid and
 * /etc/subgid. subuid(5). */
#ifndef STRATA_SUBID_H
#define STRATA_SUBID_H

#include <stdio.h>
#include <sys/types.h>

/* Adds to a map all ranges that a file, such as /etc/subuid, lends to a user;
 * `name` is his, or "", and `uid` his number, since a line may begin with
 * either. The ids inside follow one another from `inner` on. Returns how many
 * ranges there were; sets *beyond to the first id above all that the file lends
 * to anybody. A line that is none lends nothing. */
int subid_add(FILE *file, const char *name, uid_t uid, unsigned long inner, char *map,
	      unsigned long *beyond);

/* Fills the two maps: our own id becomes 0, and the lent ones follow from 1
 * on. Ends with 125 when nothing is lent to us. */
void subid_maps(char *uid_map, char *gid_map);

#endif
