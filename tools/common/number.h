/* number.h: numbers, sizes and truth values as people write them. */
#ifndef STRATA_NUMBER_H
#define STRATA_NUMBER_H

#include <stdbool.h>

/* Reads a whole decimal number, nothing before or behind it, at most max.
 * Returns whether text was one. */
bool parse_number(const char *text, unsigned long long max, unsigned long long *number);

/* Reads a number of bytes with k, m, g or t (powers of 1024, any case, also
 * kb or kib), as docker run does; with such a unit also 1.5g. Returns whether
 * text was one. */
bool parse_size(const char *text, unsigned long long *bytes);

/* Reads true or false, as docker run does: also t, 1, True and so on. Returns
 * whether text was one. */
bool parse_truth(const char *text, bool *truth);

#endif
