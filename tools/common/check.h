/* check.h: does this work here, as this user? (--check) */
#ifndef STRATA_CHECK_H
#define STRATA_CHECK_H

/* Forks. In the child it returns, and the tool goes on as always; where the
 * program would be executed the child ends instead (exec_next). The parent
 * reads what the child says, prints "✓ TOOL" or "✗ TOOL" with the reason and
 * the fix to stdout, and ends with 0 or 1. */
void check(void);

#endif
