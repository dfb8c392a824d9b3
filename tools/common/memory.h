/* memory.h: memory, or the end. Nothing here returns NULL: without memory it
 * ends the process with 125. Most of what a tool takes is freed by exec. */
#ifndef STRATA_MEMORY_H
#define STRATA_MEMORY_H

#include <stddef.h>

/* A copy of a string; of its first `length` bytes at most. strdup(3). */
char *copy_text(const char *text);
char *copy_part(const char *text, size_t length);

/* A new string, printed by a format. asprintf(3). */
char *print_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes an array of `count` elements of `size` bytes longer or shorter.
 * reallocarray(3). */
void *resize(void *array, size_t count, size_t size);

#endif
