/* unit.h: what the unit tests share: cmocka, and running what ends its
 * process. */
#ifndef STRATA_UNIT_H
#define STRATA_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct outcome {
	int status;	 /* the exit status, or 256 + a signal */
	char said[8192]; /* to stdout and stderr */
};

/* Runs a function in a child and tells how it ended. */
struct outcome outcome_of(void (*function)(void *), void *argument);

#endif
