/* planned.c: what the earlier links of a dry run would have done. See
 * planned.h. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "message.h"
#include "planned.h"
#include "step.h"

/* Each thing stands between two newlines, which no name of a file in a
 * command line of ours is likely to have. */
#define NAME "STRATA_DRY_RUN"

void planned_add(const char *thing)
{
	const char *before = getenv(NAME);
	char *all;

	if (!dry_run)
		return;
	all = print_text("%s%s\n", before ? before : "\n", thing);
	if (setenv(NAME, all, 1) != 0)
		die_errno("cannot note what a dry run would do");
	free(all);
}

bool planned(const char *thing)
{
	const char *all = getenv(NAME);
	char *line;
	bool found;

	if (!dry_run || !all)
		return false;
	line = print_text("\n%s\n", thing);
	found = strstr(all, line) != NULL;
	free(line);
	return found;
}
