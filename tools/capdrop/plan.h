/* plan.h: what capdrop is asked for. */
#ifndef STRATA_CAPDROP_PLAN_H
#define STRATA_CAPDROP_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "account.h"
#include "refusal.h"

struct plan {
	uint64_t keep, ambient, inheritable; /* inheritable: those that are ambient among them */
	uint64_t bounding;		     /* those that are kept among them */
	uint64_t named;			     /* those that --keep and --add have named one by one */
	const char *user, *groups;
	const char *umask;
	bool clear_groups, allow_new_privs, minimize;
	struct account account; /* what user and groups mean */
	struct capdrop_facts *facts;
};

/* The user that the program will run as. */
uid_t plan_user(const struct plan *plan);

/* --minimize: searches the fewest capabilities with which the program, `words`, still
 * works, and ends the process. setup() does as a plan says. See minimize.h. */
_Noreturn void plan_find_fewest(const struct plan *plan, void (*setup)(const struct plan *),
				char *words[]);

#endif
