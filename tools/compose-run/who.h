/* who.h: facts about who a process is, and what it may do. */
#ifndef STRATA_WHO_H
#define STRATA_WHO_H

#include "facts.h"

/* Which ids inside of its user namespace stand for which outside.
 * user_namespaces(7), "User and group ID mappings" */
void facts_of_maps(const struct process *process, struct layer *layer);

/* Its ids, its five sets of capabilities, and no_new_privs; status is
 * /proc/PID/status. proc_pid_status(5), capabilities(7) */
void facts_of_powers(const char *status, struct layer *layer);

/* An id map, in words: "0-65535 are 100000-165535 outside". Writes at most
 * size bytes into text. */
void map_in_words(const char *map, char *text, size_t size);

#endif
