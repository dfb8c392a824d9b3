/* step.h: the one way to make a kernel call that builds the container.
 *
 *	STEP(unshare(CLONE_NEWUTS), "create a UTS namespace");
 *
 * The source, the narration of --explain and the error are the same text:
 * the call as it stands here, and a phrase that reads on after "cannot". The
 * phrase is a printf(3) format, and holds the values that went in.
 *
 * A call that fails, returning a negative number, ends the process with
 * status 125 after saying why. Otherwise STEP is what the call returned. With
 * --dry-run the call is not made, and STEP is -1. */
#ifndef STRATA_STEP_H
#define STRATA_STEP_H

#include <stdbool.h>
#include <stddef.h>

#define STEP(call, ...)                                              \
	(step_noted && !step_begin(#call, __VA_ARGS__) ? -1          \
	 : step_went_well((long)(call), 0)	       ? step_result \
						       : (step_fail(#call, __VA_ARGS__), -1))

/* The same for a call that may fail in one way that is no fault: when errno
 * is then `allowed`, STEP_UNLESS is -1 and the tool goes on. (Written out
 * twice, since in a macro within a macro #call would show CLONE_NEWUTS as its
 * number.) */
#define STEP_UNLESS(allowed, call, ...)                              \
	(step_noted && !step_begin(#call, __VA_ARGS__) ? -1          \
	 : step_went_well((long)(call), allowed)       ? step_result \
						       : (step_fail(#call, __VA_ARGS__), -1))

/* Whether --explain and --dry-run are in force. `explaining` is of one link;
 * `explaining_chain` of all that run in this process (compose-run -x); then
 * only what changed something is told, at most five lines for a link.
 * `dry_run` goes down the chain, and all is told. */
extern bool explaining;
extern bool explaining_chain;
extern bool dry_run;

/* What --explain is to show of a tool's construct: look() writes it as one
 * line, "host name box", and is called before and after each step; where the
 * two differ, they are shown. NULL for no more. It must change nothing, and
 * write "" when it can't tell. */
void step_watch(void (*look)(char *text, size_t size));

/* A descriptor of fsopen(2), from which the kernel's own words about a
 * failure can be read; -1 without one. */
extern int step_kernel_log;

/* The parts of STEP. step_noted is whether steps are told or traced: else the
 * phrase is never put together, and a step costs nothing but its call.
 * step_begin tells the step, and whether the call is to be made;
 * step_went_well keeps the result, and tells whether it is one to go on with. */
extern bool step_noted;
extern int step_result;
bool step_begin(const char *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool step_went_well(long result, int allowed);

/* Around the steps of one link: when it begins, when its options have been
 * read, and when it hands over. */
void step_begin_link(void);
void step_ready(void);
void step_end_link(void);

/* Ends the process as a failed STEP does, errno as it is: for what is no
 * call, such as a value read back that is not the one asked for. The phrase
 * reads on after "cannot". */
_Noreturn void step_fail(const char *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
