/* refusal.h: why a step of ns-mnt failed. */
#ifndef STRATA_NS_MNT_REFUSAL_H
#define STRATA_NS_MNT_REFUSAL_H

#include "why.h"

/* As struct failing wants it (why.h). */
bool ns_mnt_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument);

#endif
