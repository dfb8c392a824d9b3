/* mountinfo.h: the lines of /proc/self/mountinfo, one for each mount that can
 * be seen from here. proc_pid_mountinfo(5), in older manuals proc(5). */
#ifndef STRATA_MOUNTINFO_H
#define STRATA_MOUNTINFO_H

/* The kernel writes a blank in a path as "\040", and in the same way a tab, a
 * newline and a backslash: the byte as three octal digits. Turns `path` back,
 * in place; it gets no longer. */
void mountinfo_unescape(char *path);

/* The mount point, the fifth word of a line: cut out of `line`, which it
 * overwrites, and turned back. Returns NULL when the line has no such word. */
char *mountinfo_target(char *line);

#endif
