/* process.h: another process, held so that its number can't become that of
 * a later one while we look at it. */
#ifndef STRATA_PROCESS_H
#define STRATA_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
	pid_t pid;
	bool ours;     /* it is this process */
	int pidfd;     /* for setns(2), and to see it end */
	int proc;      /* its directory in /proc, open */
	char *command; /* its name, as ps(1) shows it */
};

/* Takes hold of the process that `text` is the number of; NULL for this one.
 * Ends with 125 when there is none, or when /proc does not show it.
 * pidfd_open(2), proc(5). */
void process_hold(struct process *process, const char *text);

/* Ends with 125 when the process has ended in the meantime: what was read of
 * it may then be half of the truth. */
void process_check_alive(const struct process *process);

/* The path of one of its files in /proc, "ns/uts", by the directory that is
 * held: once the process is gone, it leads nowhere. The string is overwritten
 * by the fourth call behind this one. */
const char *process_path(const struct process *process, const char *file);

/* Where a symbolic link in its directory points, into text. Returns false
 * with errno as readlink(2) set it. */
bool process_link(const struct process *process, const char *file, char *text, size_t size);

/* Text that somebody else has chosen (a name, a path) as it may go to a
 * terminal or into JSON: a control character, or what is no UTF-8, becomes a
 * question mark. A new string. */
char *clean_text(const char *text);

#endif
