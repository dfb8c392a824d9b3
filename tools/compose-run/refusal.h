/* refusal.h: why a step of compose-run's own failed. */
#ifndef STRATA_COMPOSE_RUN_REFUSAL_H
#define STRATA_COMPOSE_RUN_REFUSAL_H

#include <sys/resource.h>

#include "why.h"

/* The limit under way, and what it was before. */
struct ulimit_facts {
	const char *name;
	__rlimit_resource_t resource;
	rlim_t hard;	   /* what was asked for */
	struct rlimit now; /* what holds */
};

/* As struct failing wants it (why.h); the argument is a struct ulimit_facts. */
bool compose_run_decide(const char *call, int error, const struct state *state,
			struct reason *reason, void *argument);

#endif
