/* row.c: the links of a chain, one by one. See plan.h. */
#include <string.h>

#include "file.h"
#include "message.h"
#include "plan.h"

struct words *row_add(struct chain *chain, const char *tool, const char *comment)
{
	struct row *row;

	if (chain->count == CHAIN_ROWS)
		die("the chain would have more than %d links", CHAIN_ROWS);
	row = &chain->rows[chain->count++];
	row->comment = comment;
	words_add(&row->words, "%s", tool);
	return &row->words;
}

void row_add_sysctls(struct words *words, const struct words *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		words_add_option(words, "--sysctl", "%s", settings->word[i]);
}

bool row_may_set_groups(void)
{
	char text[16];

	return read_file("/proc/self/setgroups", text, sizeof(text)) < 0 ||
	       strncmp(text, "deny", 4) != 0;
}

bool row_is_outside(const struct row *row)
{
	const char *name = row->words.word[0];

	return row->comment && (strcmp(name, "prlimit") == 0 || strcmp(name, "choom") == 0);
}
