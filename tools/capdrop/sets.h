/* sets.h: sets of capabilities, a bit for each, as /proc/PID/status has them. */
#ifndef STRATA_SETS_H
#define STRATA_SETS_H

#include <stdint.h>

struct sets {
	uint64_t permitted, effective, inheritable, ambient, bounding;
};

/* Reads "CAP,CAP,...", or "all": with or without CAP_, in any case. Ends with
 * 125 at an unknown name. */
uint64_t sets_parse(const char *list);

/* docker, none or all; ends with 125 at another name. */
uint64_t sets_preset(const char *name);

/* A set as names with commas between, or "none", or "all"; overwritten by the
 * fourth call after this one. */
const char *sets_in_words(uint64_t set);

/* The sets of the calling process. Of the bounding set only the bits in
 * `bounding` are asked for: that takes a call for each. capget(2), prctl(2). */
void sets_read_own(struct sets *sets, uint64_t bounding);

/* Prints the five sets of a process, a number or "self", to stdout. */
void sets_print(const char *process);

#endif
