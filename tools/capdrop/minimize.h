/* minimize.h: the smallest set of capabilities with which a program works. */
#ifndef STRATA_MINIMIZE_H
#define STRATA_MINIMIZE_H

#include <stdint.h>

struct minimize {
	uint64_t start; /* the set to begin with */
	char **words;	/* the program's, as exec_next() takes them */
	/* Gives this process the set, and what else was asked for. */
	void (*setup)(uint64_t set, void *argument);
	/* The options that do so, as one writes them. */
	const char *(*options)(uint64_t set, void *argument);
	void *argument;
};

/* Runs the program again and again, each time with fewer capabilities, prints
 * the command line with the smallest set with which it still exits 0 to
 * stdout, and ends the process: with 0, or with 125 when there is none. No
 * capability of that set can be left out; another set, with others in it, may
 * do as well. */
_Noreturn void minimize(const struct minimize *what);

#endif
