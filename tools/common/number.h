/* number.h: numbers and sizes as people write them. */
#ifndef STRATA_NUMBER_H
#define STRATA_NUMBER_H

#include <stdbool.h>

/* Reads a whole decimal number, nothing before or behind it, at most max.
 * Returns whether text was one. */
bool parse_number(const char *text, unsigned long long max, unsigned long long *number);

/* Reads a number of bytes with k, m, g or t (powers of 1024, any case, also
 * kb or kib), as docker run does. Returns whether text was one. */
bool parse_size(const char *text, unsigned long long *bytes);

#endif
