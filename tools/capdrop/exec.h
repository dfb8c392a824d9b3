/* exec.h: what executing a file makes of the five sets. */
#ifndef STRATA_EXEC_H
#define STRATA_EXEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "sets.h"

/* All that execve(2) looks at: the process, and the file. */
struct exec {
	struct sets sets;
	uid_t real, effective;
	gid_t group;
	unsigned securebits;
	bool no_new_privs;

	/* The set-user-ID and set-group-ID bits, and what they would make of us. */
	bool has_user_bit, has_group_bit;
	uid_t file_user;
	gid_t file_group;
	/* The file's own capabilities, and whether they are to be in use at once. */
	bool has_capabilities, begins_effective;
	uint64_t file_permitted, file_inheritable;
	bool is_nosuid;	  /* on a mount where all this counts for nothing */
	bool is_unmapped; /* by an owner without a number here, so the bits count for nothing */
};

/* Tells the sets after it, by the rules in capabilities(7), "Transformation of
 * capabilities during execve()". Returns false when the kernel would refuse. */
bool exec_foresee(const struct exec *exec, struct sets *after);

/* Prints, for --explain, the sets `before` capdrop, `now`, and after executing
 * what exec_next(words) will execute, for user `uid`; and why. What was foreseen is
 * then compared with what a child really gets that executes the file and is
 * stopped before its first instruction; not with --dry-run. */
void exec_explain(const struct sets *before, const struct sets *now, uid_t uid, bool no_new_privs,
		  char *words[]);

#endif
