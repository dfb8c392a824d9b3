/* lock.h: one at a time changes the bridge and the rules. */
#ifndef STRATA_LOCK_H
#define STRATA_LOCK_H

/* Takes the lock, which is in /run; or, for root of a user namespace, who may
 * write nothing there, on the network namespace that we are in, which is his own.
 * It is held until the descriptor is closed, or its process ends, however it does.
 * Returns the descriptor, or -1 with errno: ETIMEDOUT when somebody has held it for
 * ten seconds. flock(2). */
int lock_take(void);

#endif
