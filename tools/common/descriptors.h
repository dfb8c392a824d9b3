/* descriptors.h: the open descriptors, when the root changes.
 *
 * From that moment an open directory of the outside is a way out: openat(FD,
 * ".."), or a symbolic link of the new root's to /proc/self/fd/FD. That is
 * CVE-2024-21626, and CVE-2016-9962 before it. */
#ifndef STRATA_DESCRIPTORS_H
#define STRATA_DESCRIPTORS_H

#include <stddef.h>

/* Ends with 125 when descriptor 0, 1 or 2 is a directory. They may well be a
 * file or a terminal of the outside. */
void refuse_directories(void);

/* Closes all descriptors from 3 on but for `count` kept ones, in ascending
 * order. Now and not at exec: a working directory may be named by one, and an
 * init (ns-pid --reap) never executes anything. close_range(2), 5.9. */
void close_descriptors(const unsigned kept[], size_t count);

/* The descriptors of --keep-fd, in ascending order. */
#define KEPT_MAX 64
struct kept {
	unsigned fds[KEPT_MAX];
	size_t count;
};

/* Reads the value of --keep-fd, and adds it. Ends with 125 when it is no open
 * descriptor from 3 on. */
void kept_parse(struct kept *kept, const char *text);

/* Adds one. Ends with 125 when there are too many. */
void kept_add(struct kept *kept, unsigned fd);

/* Keeps one more from being closed so: one that closes at exec, and that must be
 * there until then. */
void keep_descriptor(int fd);

/* Opens /dev/null for each of 0, 1 and 2 that is closed, until the next exec:
 * else a file that a tool opens gets that number, and messages go there. */
void fill_standard_descriptors(void);

#endif
