/* file.h: small files of the kernel's, read and written whole. */
#ifndef STRATA_FILE_H
#define STRATA_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Reads up to size - 1 bytes of a file into text, as a string. Returns the
 * number of bytes, or -1 with errno as open(2) or read(2) set it. */
ssize_t read_file(const char *path, char *text, size_t size);

/* Writes text to a file that exists, in one write(2), as the files of /proc
 * and of cgroups want it. Returns 0, or -1 with errno as open(2) or write(2)
 * set it. */
int write_file(const char *path, const char *text);

/* The value behind "NAME:" and blanks in text whose lines are so, as those of
 * /proc/PID/status are; NULL when there is no such line. It ends where the
 * line ends. proc_pid_status(5). */
const char *find_field(const char *text, const char *name);

#endif
