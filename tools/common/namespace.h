/* namespace.h: naming a namespace that exists already. */
#ifndef STRATA_NAMESPACE_H
#define STRATA_NAMESPACE_H

/* Opens a namespace for setns(2). `target` is a process id, or a file that a
 * namespace was bound to; `type` is the name under /proc/PID/ns ("uts").
 * Returns the descriptor; ends with 125 when it can't be had. With --dry-run
 * it is -1. namespaces(7). */
int open_namespace(const char *type, const char *target);

#endif
