/* refusal.h: why a step of ns-user failed. */
#ifndef STRATA_NS_USER_REFUSAL_H
#define STRATA_NS_USER_REFUSAL_H

#include "why.h"

/* As struct failing wants it (why.h). */
bool ns_user_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument);

#endif
