/* tie.h: dying with the supervisor, over a change of credentials. */
#ifndef STRATA_TIE_H
#define STRATA_TIE_H

#include <sys/types.h>

/* The kernel forgets to kill us with our parent when we change ids or gain
 * capabilities (commit_creds). Whoever does that calls the first before, and
 * the second with its result afterwards. prctl(2), PR_SET_PDEATHSIG. */
struct tie {
	int signal;
	pid_t parent;
};
struct tie tie_read(void);
void tie_again(struct tie tie);

#endif
