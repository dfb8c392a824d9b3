/* why_namespace.h: why a namespace could not be made or entered. */
#ifndef STRATA_WHY_NAMESPACE_H
#define STRATA_WHY_NAMESPACE_H

#include <stdbool.h>

#include "why.h"

/* Which kind of namespace a call names by its flag (CLONE_NEWUTS, ...); -1 for
 * none. namespaces(7). */
int why_namespace_kind(const char *call);

/* The limit on that kind, "user.max_uts_namespaces". namespaces(7). */
const char *why_namespace_sysctl(int kind);

/* As why_decide(), for unshare(2) and setns(2). */
bool why_namespace(const char *tool, const char *call, int error, const struct state *state,
		   struct reason *reason);

#endif
