/* namespace.h: naming a namespace that exists already. */
#ifndef STRATA_NAMESPACE_H
#define STRATA_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

/* Opens a namespace for setns(2). `target` is a process id, or a file that a
 * namespace was bound to; `type` is the name under /proc/PID/ns ("uts").
 * Returns the descriptor; ends with 125 when it can't be had, or when it is
 * none of that type. With --dry-run it is -1. namespaces(7). */
int open_namespace(const char *type, const char *target);

/* The inode number of the machine's own user namespace: PROC_USER_INIT_INO, which
 * is the same on all machines. */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDU

/* Whether we are in another user namespace than the machine's own; without
 * /proc, no. A map of all ids onto themselves is no sign: root's has it too. */
bool in_user_namespace(void);

/* What is known of the namespace that was asked for, for why_namespace.c. */
struct joining {
	char target[64];    /* as it was named */
	pid_t pid;	    /* of the process it was named by; 0 for a file */
	uid_t uid;	    /* whose that process is; -1 when that is not known */
	bool is_ours;	    /* it is the one we are in */
	const char *option; /* by which it was named, for messages; NULL: --join */
};
extern struct joining joining;

#endif
