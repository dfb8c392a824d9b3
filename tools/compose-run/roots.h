/* roots.h: facts about what a process sees of files and of processes: all of
 * it hangs on its root directory. */
#ifndef STRATA_ROOTS_H
#define STRATA_ROOTS_H

#include "facts.h"

/* The mounts that it sees, and what its / is one of. proc_pid_mountinfo(5) */
void facts_of_mounts(const struct process *process, struct layer *layer);

/* Its root directory: where, which, and whether it can be written to.
 * proc_pid_root(5), statvfs(3) */
void facts_of_root(const struct process *process, struct layer *layer);

/* Its number in its PID namespace (status is /proc/PID/status), and how many
 * processes its own /proc shows it. pid_namespaces(7) */
void facts_of_pid(const struct process *process, const char *status, struct layer *layer);

#endif
