/* emit.h: from a chain to an OCI bundle, for other runtimes. */
#ifndef STRATA_EMIT_H
#define STRATA_EMIT_H

#include "plan.h"

/* Writes DIRECTORY/config.json, which says what the chain does; makes the
 * directory if it is not there. Ends with 125 when there is such a file
 * already, and at whatever the runtime-spec has no words for. `terminal`: the
 * program has one of its own. */
void emit_bundle(const struct chain *chain, bool terminal, const char *directory);

#endif
