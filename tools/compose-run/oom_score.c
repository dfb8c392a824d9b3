/* oom_score.c: who is killed first when the machine has no memory left. See
 * oom_score.h.
 *
 * The kernel kills the process that has the most memory, as a part of 1000 of
 * what there is. oom_score_adj is added to that: 1000 is first of all, and -1000
 * is never. Children inherit it. Anybody may raise the own one; to lower it
 * below what somebody with the right has set takes CAP_SYS_RESOURCE on the
 * machine, and not in a user namespace only: so this link is before ns-user. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "oom_score.h"
#include "step.h"
#include "why.h"

#define SCORE "/proc/self/oom_score_adj"

static bool decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)call;
	if (error != EACCES)
		return false;
	FIX("a higher process.oomScoreAdj%s", state->uid ? "   or use sudo" : "");
	return REASON("OOM-LOWER", "proc_pid_oom_score_adj(5)",
		      "it is %s here, and only who has CAP_SYS_RESOURCE on the machine itself may "
		      "lower it; you are uid %u%s",
		      (const char *)argument, state->uid,
		      why_has(state, CAP_SYS_RESOURCE) ? ", and have it in a user namespace only"
						       : " without it");
}

/* For --explain. */
static void look(char *text, size_t size)
{
	char score[16];

	*text = '\0';
	if (read_file(SCORE, score, sizeof(score)) > 0)
		snprintf(text, size, "oom_score_adj %d", atoi(score));
}

void oom_score_set(const struct words *row)
{
	const char *wanted = row->word[2];
	char before[16] = "", now[16];

	step_ready();
	(void)read_file(SCORE, before, sizeof(before));
	before[strcspn(before, "\n")] = '\0';
	failing = (struct failing){ decide, NULL, before };
	step_watch(look);
	STEP(write_file(SCORE, wanted), "write '%s' to " SCORE, wanted);
	step_watch(NULL);
	STEP(read_file(SCORE, now, sizeof(now)), "read it back");
	if (!dry_run && atoi(now) != atoi(wanted)) {
		errno = 0;
		step_fail("read_file(SCORE, now, sizeof(now))", "write '%s' to " SCORE, wanted);
	}
	failing = (struct failing){ NULL, NULL, NULL };
}
