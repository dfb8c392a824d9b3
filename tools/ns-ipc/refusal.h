/* refusal.h: why a step of ns-ipc failed. */
#ifndef STRATA_NS_IPC_REFUSAL_H
#define STRATA_NS_IPC_REFUSAL_H

#include "why.h"

/* As struct failing wants it (why.h); argument points to a pointer to the
 * setting under way (struct sysctl), or to a NULL. */
bool ns_ipc_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument);

#endif
