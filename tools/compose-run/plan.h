/* plan.h: the chain that a config is compiled to. */
#ifndef STRATA_PLAN_H
#define STRATA_PLAN_H

#include "config.h"

/* A link of the chain: its words, and what it is for. */
struct row {
	struct words words;
	const char *comment;
};

struct chain {
	struct row rows[48];
	size_t count;
	/* A file that a link reads as this descriptor, or NULL. */
	const char *file;
	unsigned file_fd;
};

/* Whether a row is a program of the machine, prlimit(1) or choom(1), whose work
 * we do ourselves when the links are not run as programs. */
bool row_is_outside(const struct row *row);

/* Compiles a config to a chain. The first row is env(1), the second
 * prlimit(1) if there are such limits, the last the program. Reads the machine (which paths exist), and changes nothing. Ends
 * with 125 when the config asks for what can't be had. */
void plan_compile(const struct config *config, struct chain *chain);

#endif
