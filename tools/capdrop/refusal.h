/* refusal.h: why a step of capdrop failed. */
#ifndef STRATA_CAPDROP_REFUSAL_H
#define STRATA_CAPDROP_REFUSAL_H

#include "why.h"

/* As struct failing wants it (why.h). */
bool capdrop_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument);

#endif
