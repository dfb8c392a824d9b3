/* compare.h: --compare, the ten layers of one process beside another's. */
#ifndef STRATA_COMPARE_H
#define STRATA_COMPARE_H

#include <stdbool.h>

#include "facts.h"

enum verdict { SAME, DIFFERENT, UNKNOWN };

/* A fact of the one process, and that of the other with the same name: NULL
 * where it has none. */
struct pair {
	const struct fact *of[2];
	enum verdict verdict;
};

struct comparison {
	struct process process[2];
	struct facts facts[2];
	struct {
		enum verdict verdict;
		struct pair *pairs;
		size_t count;
	} layers[LAYERS];
};

/* Compares the process that `first` is the number of with that of words[0],
 * or with ours when words is empty; "--json" and "--alike" may stand among them.
 * Prints a row for each layer to stdout and ends with 0 when all is equal, 1
 * when something is not, or may not be, and 125 when it can't be done. */
_Noreturn void compare_run(const char *first, char *const words[], bool json, bool alike);

/* alike.c: has the facts, which have been read, judged by what one sees in the
 * layers, and not by whose they are. */
void compare_alike(struct comparison *comparison);

/* Judges the facts, which have been read. */
void compare_judge(struct comparison *comparison);

/* rows.c and json.c: the same as a table for people, and as JSON. */
void compare_print_rows(const struct comparison *comparison);
void compare_print_json(const struct comparison *comparison);

/* What the table tells of one side (0 or 1) of a layer, on one line. A new
 * string. */
char *compare_words(const struct comparison *comparison, int layer, int side);

/* "same" (or "alike"), "different", "unknown". */
extern const char *verdict_names[];

#endif
