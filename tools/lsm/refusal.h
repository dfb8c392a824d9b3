/* refusal.h: why a step of lsm failed.
 *
 * As why.h, in two halves: machine.c reads, refusal.c decides and reads nothing. */
#ifndef STRATA_LSM_REFUSAL_H
#define STRATA_LSM_REFUSAL_H

#include "lsm.h"
#include "why.h"

/* What lsm was asked for, for the reason of a failure. */
struct lsm_work {
	const char *apparmor, *selinux;
	const struct lsm_landlock *landlock;
	pid_t program; /* the process that becomes the program */
};

/* What is read of the machine for a failure of lsm's. */
struct lsm_machine {
	bool no_new_privs;
	int filters;	   /* seccomp filters that we are under; -1: can't be told */
	char kernel[66];   /* "6.1.0" */
	char modules[400]; /* "capability,yama,..."; "" when it can't be told */

	/* Of the rule for a path that is under way. */
	const char *option, *path;
	bool is_directory;
	char missing[300]; /* the first part of the path that is not there */
	char closed[300];  /* the directory on the way that may not be searched */

	const char *profile, *context; /* asked for */
	char label[300];	       /* what AppArmor or SELinux has us under */
	bool confined, enforcing;

	int tracer; /* who traces the program already; 0: nobody */
	char tracer_name[32];
	int ptrace_scope; /* kernel.yama.ptrace_scope; -1 without Yama */
	bool seen;	  /* the program is in the tracer's PID namespace */
};

void lsm_read_machine(const struct lsm_work *work, struct lsm_machine *machine);
bool lsm_decide_from(const char *call, int error, const struct state *state,
		     const struct lsm_machine *machine, struct reason *reason);

/* Both, as struct failing wants it (why.h); the argument is a struct lsm_work. */
bool lsm_decide(const char *call, int error, const struct state *state, struct reason *reason,
		void *argument);

#endif
