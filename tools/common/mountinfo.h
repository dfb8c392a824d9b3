/* mountinfo.h: the lines of /proc/self/mountinfo, one for each mount that can
 * be seen from here. proc_pid_mountinfo(5), in older manuals proc(5). */
#ifndef STRATA_MOUNTINFO_H
#define STRATA_MOUNTINFO_H

#include <stdbool.h>

/* The kernel writes a blank in a path as "\040", and in the same way a tab, a
 * newline and a backslash: the byte as three octal digits. Turns `path` back,
 * in place; it gets no longer. */
void mountinfo_unescape(char *path);

/* The mount point, the fifth word of a line: cut out of `line`, which it
 * overwrites, and turned back. Returns NULL when the line has no such word. */
char *mountinfo_target(char *line);

/* A whole line. The paths are turned back. */
struct mountinfo {
	int id, parent;	    /* numbers of this mount, and of the one that it is on */
	const char *device; /* of the file system, "254:0" */
	const char *root;   /* the path in the file system that is shown */
	const char *target; /* where */
	const char *flags;  /* "rw,nosuid,...": of this mount */
	const char *peers;  /* "shared:1 master:2": who gets its changes; or "" */
	const char *type;   /* "ext4" */
	const char *source; /* "/dev/vda" */
};

/* Takes a line apart, overwriting it; what is found points into it. Returns
 * whether it is a line of mountinfo. */
bool mountinfo_parse(char *line, struct mountinfo *mount);

/* Whether a list such as `flags` has a word. */
bool mountinfo_has(const char *flags, const char *word);

#endif
