/* tracer.h: the tracer's state, which task.c, follow.c and attach.c share. */
#ifndef STRATA_LSM_TRACER_H
#define STRATA_LSM_TRACER_H

#include "tracing.h"

/* A thread that is traced. */
struct lsm_task {
	pid_t pid, process;
	struct lsm_call call;	    /* the one that it is in */
	struct lsm_details *before; /* for --learn */
	const struct lsm_under *under;
	bool own_rules;
	bool held; /* new, and its parent has not told us yet */
	bool ending;
};

/* The tracer's state; there is one tracer to a process. */
struct lsm_tracer {
	const struct lsm_trace *trace;
	struct lsm_report *report;
	struct lsm_learn *learn;
	struct lsm_task *tasks;
	size_t count, room;
	pid_t program;
	size_t loaded; /* filters of ours that the program has loaded */
	bool begun;    /* lsm has tried to execute what it is to run */
	bool searches; /* it has not found it yet, and goes from directory to directory of PATH */
	int status;    /* the program's, once it ends */
};

/* ---- task.c ---- */

/* The thread of that number, or NULL; a new one; one that has ended. Pointers
 * to threads are good until the next of these calls. */
struct lsm_task *lsm_task_find(struct lsm_tracer *tracer, pid_t pid);
struct lsm_task *lsm_task_add(struct lsm_tracer *tracer, pid_t pid);
void lsm_task_forget(struct lsm_tracer *tracer, struct lsm_task *task);

/* Lets a stopped thread go on to its next stop. It may be gone already. */
void lsm_task_go_on(pid_t pid, int signal);

/* A child has the filters and rules of its parent. */
void lsm_task_adopt(struct lsm_tracer *tracer, const struct lsm_task *parent, pid_t pid);

/* A parent that was killed in the middle of fork tells nothing any more. Its
 * child must not wait for ever. */
void lsm_task_release_held(struct lsm_tracer *tracer, const struct lsm_task *gone);

/* After a call of the kind OP_RULES that went well: the thread may have a
 * filter, or Landlock rules, more. */
void lsm_task_rules(struct lsm_tracer *tracer, struct lsm_task *task);

/* ---- follow.c ---- */

/* Follows all that is traced, to the end of the last, and ends. */
_Noreturn void lsm_tracer_follow(struct lsm_tracer *tracer);

#endif
