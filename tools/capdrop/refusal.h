/* refusal.h: why a step of capdrop failed. */
#ifndef STRATA_CAPDROP_REFUSAL_H
#define STRATA_CAPDROP_REFUSAL_H

#include <stdint.h>

#include "sets.h"
#include "why.h"

/* What tells the reason, beside what is read for any failure. */
struct capdrop_facts {
	struct sets before;	  /* the sets at the beginning */
	struct sets wanted, held; /* what was asked for, and what the kernel holds */
	unsigned securebits;	  /* prctl(2), PR_GET_SECUREBITS */
	char confined_by[128];	  /* what a security module calls us; "" when none does */
};

/* As struct failing wants it (why.h); argument is a struct capdrop_facts,
 * the last two of which it reads itself. */
bool capdrop_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument);

/* The half of it that reads nothing. */
bool capdrop_reason(const char *call, int error, const struct state *state,
		    const struct capdrop_facts *facts, struct reason *reason);

/* Why capabilities that are not permitted can't be kept (CAP-REGAIN) or made
 * ambient (CAP-AMBIENT), for user uid. Is true. */
bool capdrop_missing(const char *id, uid_t uid, uint64_t permitted, struct reason *reason);

#endif
