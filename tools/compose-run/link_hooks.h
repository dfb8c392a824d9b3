/* link_hooks.h: the parts of "compose-run hooks". See link_hooks.c. */
#ifndef STRATA_LINK_HOOKS_H
#define STRATA_LINK_HOOKS_H

#include <jansson.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

struct hook {
	const char *path;
	char **args, **env; /* ended by NULL */
	int timeout;	    /* seconds; 0: as long as it takes */
};

/* ---- link_hooks_run.c ---- */

/* Reads a hook as the config.json has it: {"path": ..., "args": [...]}. Ends with
 * 125 at anything else; `option` is for the message. */
void hook_read(const char *option, const char *text, struct hook *hook);

/* Runs one in a child: `state` on its input, what it prints to our messages, and
 * `mask` as its blocked signals, in `directory` (NULL: this one). Returns 0 when
 * it ended with status 0, else -1; hook_failure() then says what was wrong. */
int hook_run(const struct hook *hook, const char *state, const sigset_t *mask,
	     const char *directory);
const char *hook_failure(void);

/* How many went well in this process. */
unsigned hook_count(void);

/* ---- link_hooks_state.c ---- */

/* What all moments have of the state in common: each may be NULL for a usual value.
 * Ends with 125 when `annotations` is no object in JSON. */
json_t *hooks_state(const char *version, const char *id, const char *bundle,
		    const char *annotations);

/* What a hook gets to read: that with a status, and a process if there is one (pid not
 * 0). A new string. */
char *hooks_state_text(json_t *common, const char *status, pid_t pid);

/* ---- between the links inside and the one outside, over a socket: link_hooks_talk.c ---- */

/* What is said inside. */
enum {
	HOOKS_CREATED = 'c',  /* namespaces and mounts are made: run what is due */
	HOOKS_LAST = 'l',     /* the same, and nobody asks again */
	HOOKS_STATE = 'g',    /* no more than the answer, please */
	HOOKS_STARTING = 's', /* the program is executed next; no answer */
};

/* Asks, and returns the answer: the part of the state that stays. A new string,
 * or NULL when there is nobody, or a hook has failed. */
char *hooks_ask(int fd, char what);

/* Sends what was asked for. Returns 0, or -1 with errno. */
int hooks_answer(int fd, const char *text);

/* Says HOOKS_STARTING, with a pipe that ends when the program is executed or the
 * process has ended. Returns our end of it, or -1 with errno. */
int hooks_say_starting(int fd);

/* Waits for the next word. Returns it, or 0 when nobody is left. `pid` is who
 * says it, as we count processes here; `pipe` is what came with it, or -1. */
char hooks_hear(int fd, pid_t *pid, int *pipe);

#endif
