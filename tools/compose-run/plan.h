/* plan.h: the chain that a config is compiled to. */
#ifndef STRATA_PLAN_H
#define STRATA_PLAN_H

#include "config.h"

/* A link of the chain: its words, and what it is for. */
struct row {
	struct words words;
	const char *comment;
};

#define CHAIN_ROWS 48

struct chain {
	struct row rows[CHAIN_ROWS];
	size_t count;
	/* A file that a link reads as this descriptor, or NULL. */
	const char *file;
	unsigned file_fd;
	/* What it held when it was read, if it was read: it may be another by now. */
	const char *text;
	size_t size;
};

/* Begins the next link, and returns its words. Ends with 125 when there are too
 * many. A NULL comment is that of the program's row. */
struct words *row_add(struct chain *chain, const char *tool, const char *comment);

/* Adds "--sysctl KEY=VALUE" for each. */
void row_add_sysctls(struct words *words, const struct words *settings);

/* Whether groups may be set: an ordinary user can't drop its groups, nor can who
 * is root in a user namespace of such a one. user_namespaces(7), "setgroups". */
bool row_may_set_groups(void);

/* Whether a row is a program of the machine, prlimit(1) or choom(1), whose work
 * we do ourselves when the links are not run as programs. */
bool row_is_outside(const struct row *row);

/* Compiles a config to a chain. The first row is env(1), the second
 * prlimit(1) if there are such limits, the last the program. Reads the machine (which paths exist), and changes nothing. Ends
 * with 125 when the config asks for what can't be had. */
void plan_compile(const struct config *config, struct chain *chain);

#endif
