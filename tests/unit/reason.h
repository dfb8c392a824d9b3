/* reason.h: whether a reason is the expected one. */
#ifndef STRATA_REASON_H
#define STRATA_REASON_H

#include <stdbool.h>

#include "why.h"

/* `known` and `reason` are what a deciding function has answered about `call`. The
 * reason must have this id, the words `why` and `fix` in its texts, and something to
 * see; without an id there must be none. NULL for any text. */
void reason_expect(const char *call, bool known, const struct reason *reason, const char *id,
		   const char *why, const char *fix);

#endif
