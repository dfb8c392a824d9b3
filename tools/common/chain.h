/* chain.h: handing over to the next link.
 *
 * A chain is a command line: TOOL [OPTION]... [--] TOOL ... PROGRAM [ARG]...
 * Each link changes its own process and executes the rest. */
#ifndef STRATA_CHAIN_H
#define STRATA_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

/* A tool that a program carries inside: its name, and its main(). A name may be
 * two words, "compose-run time": one of the links that compose-run adds to the
 * ten, for what only a config.json asks for. */
struct link {
	const char *name;
	int (*main)(int argc, char *argv[]);
};

/* The ten tools, by name, ended by NULL. */
extern const char *const tool_names[];

/* The links that this program carries, ended by a NULL name. Empty in most
 * tools; chroot and compose-run are linked with the ten (links.c), since
 * after the root has changed none of them can be executed any more. */
extern const struct link carried_links[];

/* Whether the next link is looked for among the carried ones first. chroot
 * sets it once the root has changed, compose-run for its whole chain. */
extern bool use_carried_links;

/* The directory that chroot has made the root, or NULL. For messages. */
extern const char *new_root;

/* In whose name the program's own failure to start is told: that of the link
 * before it, or of compose-run, which is all that its user has typed. */
extern const char *chain_name;

/* Whether this is a --check: then the chain ends here, with status 0. */
extern bool checking;

/* What exec_next() calls first, or NULL: it is given the rest of the chain, and
 * returns what to go on with (compose-run --step). */
extern char **(*before_link)(char *words[]);

/* What is called when the program could not be executed, before the reason is
 * told; or NULL (compose-run -d). */
extern void (*exec_failed)(void);

/* Executes the rest of the chain and does not return. A first word "--" is
 * passed over; with no word left the program is $SHELL, or /bin/sh. The bare
 * name of one of the ten is looked for among the carried links, then beside
 * the running tool, then in PATH; another bare name in PATH; a word with a
 * slash is what it says. Ends with 126 or 127 when that fails. execve(2). */
_Noreturn void exec_next(char *words[]);

/* The files that exec_next(words) tries, one after the other: writes the n-th,
 * from 0 on, into file. Those that are not there or may not be executed are
 * passed over; the first of the others is executed. Returns false behind the
 * last, and at once when there is none, since a carried link is called. A path
 * that does not fit is "", which is no file. */
bool chain_candidate(char *words[], int n, char *file, size_t size);

/* Whether the next link is one that this program calls in the same process. */
bool chain_is_carried(char *const words[]);

/* How many of the words name the link: 2 for "compose-run time", else 1. The
 * words may be a row that is not run yet. */
int chain_name_words(char *const words[]);

/* The directory that the running executable lies in, without a slash at the
 * end; NULL when it can't be told. */
const char *tool_directory(void);

#endif
