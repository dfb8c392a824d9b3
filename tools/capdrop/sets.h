/* sets.h: sets of capabilities, a bit for each, as /proc/PID/status has them. */
#ifndef STRATA_SETS_H
#define STRATA_SETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/capability.h>

struct sets {
	uint64_t permitted, effective, inheritable, ambient, bounding;
};

/* Reads "CAP,CAP,...", or "all": with or without CAP_, in any case. Ends with
 * 125 at an unknown name; the fix is shown in the command line, if the list is
 * one of its words. */
uint64_t sets_parse(const char *list);

/* docker, none or all; ends with 125 at another name. */
uint64_t sets_preset(const char *name);

/* A set as names with commas between, or "none", or "all"; overwritten by the
 * fourth call after this one. */
const char *sets_in_words(uint64_t set);

/* For a reader: those names, or "all but" the ones that are missing, whichever are
 * fewer. sets_parse() does not take that. */
const char *sets_in_fewest(uint64_t set);

/* The same, short enough for a row of a table: "chown,kill", "14 of 41", "all
 * but sys_resource". */
const char *sets_in_short(uint64_t set);

/* One of the sets that libcap holds. cap_get_flag(3). */
uint64_t sets_of(cap_t caps, cap_flag_t flag);

/* The sets of the calling process. Of the bounding set only the bits in
 * `bounding` are asked for: that takes a call for each. capget(2), prctl(2). */
void sets_read_own(struct sets *sets, uint64_t bounding);

/* The sets of a process, a number or "self", and whether it has no_new_privs.
 * Returns false with errno as read_file() when there is none such, or no
 * /proc. proc_pid_status(5). */
bool sets_read(const char *process, struct sets *sets, bool *no_new_privs);

/* Prints the five sets of a process, a number or "self", to stdout. */
void sets_print(const char *process);

#endif
