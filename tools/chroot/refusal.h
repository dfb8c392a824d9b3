/* refusal.h: why a step of chroot failed. */
#ifndef STRATA_CHROOT_REFUSAL_H
#define STRATA_CHROOT_REFUSAL_H

#include "why.h"

/* As struct failing wants it (why.h). */
bool chroot_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument);

#endif
