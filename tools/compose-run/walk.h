/* walk.h: --step, a chain that is walked through link by link. */
#ifndef STRATA_WALK_H
#define STRATA_WALK_H

#include "plan.h"

/* From now on, before each link of the chain begins, says what it will change
 * and why it stands there, and waits for an answer on the terminal: to go on,
 * to look around with a shell in what has been built so far, to leave the
 * layer out, or to stop, which ends the process with 125. Ends with 125 at
 * once when input or messages are no terminal. `chain` has to stay. */
void walk_through(const struct chain *chain);

#endif
