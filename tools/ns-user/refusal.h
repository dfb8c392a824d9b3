/* refusal.h: why a step of ns-user failed. */
#ifndef STRATA_NS_USER_REFUSAL_H
#define STRATA_NS_USER_REFUSAL_H

#include "ns-user.h"
#include "why.h"

/* What is read of the machine when a map was refused. */
struct ns_user_facts {
	const struct plan *plan;
	bool written;		/* the map has ranges already */
	char own_map[MAP_SIZE]; /* our own, outside: of users or of groups */

	char mapper[400]; /* where newuidmap(1) or newgidmap(1) is; "" for nowhere */
	unsigned mode;	  /* its permissions, and its owner */
	uid_t owner;
	bool file_capability; /* it has capabilities as setuid's stead: capabilities(7) */
	bool nosuid;	      /* it is on a file system where setuid does nothing */
	bool no_new_privs;    /* and so it is for us: prctl(2) */
};

/* As struct failing wants it (why.h); `argument` is the plan. Reads the facts. */
bool ns_user_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument);

/* The half of it that reads nothing. */
bool ns_user_reason(const char *call, int error, const struct state *state,
		    const struct ns_user_facts *facts, struct reason *reason);

#endif
