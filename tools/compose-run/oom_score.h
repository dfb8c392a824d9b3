/* oom_score.h: who is killed first when the machine has no memory left, as
 * process.oomScoreAdj of a config.json says it. In the chain it is a link of
 * its own, choom(1). */
#ifndef STRATA_OOM_SCORE_H
#define STRATA_OOM_SCORE_H

#include "config.h"

/* Sets what the words of a row say ("choom", "-n", "100", "--"), for this
 * process and what it becomes; reads it back. proc_pid_oom_score_adj(5). Ends
 * with 125 when it can't be had. */
void oom_score_set(const struct words *row);

#endif
