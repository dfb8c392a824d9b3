/* line.c: a command line of lsm with other options, to be pasted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paste.h"
#include "tracing.h"

/* Where a line is broken, with a backslash. */
#define WIDTH 78

struct writer {
	char *line;
	size_t size, length, column;
};

/* Adds words that belong together, an option and its value, say. */
static void add(struct writer *writer, const char *words)
{
	size_t width = strlen(words);
	const char *before = " ";
	int n;

	if (writer->length == 0) {
		before = "";
	} else if (writer->column + width + 3 > WIDTH) {
		before = " \\\n         ";
		writer->column = 9;
	}
	n = snprintf(writer->line + writer->length, writer->size - writer->length, "%s%s", before,
		     words);
	writer->length += (size_t)n;
	if (writer->length >= writer->size)
		writer->length = writer->size - 1;
	writer->column += width + 1;
}

static void add_pair(struct writer *writer, const char *option, const char *value)
{
	char both[5000], *quoted = paste_word(value);

	snprintf(both, sizeof(both), "%s %s", option, quoted);
	free(quoted);
	add(writer, both);
}

static void add_word(struct writer *writer, const char *word)
{
	char *quoted = paste_word(word);

	add(writer, quoted);
	free(quoted);
}

void lsm_line(const struct lsm_trace *trace, const struct lsm_wants *wants, const char *more,
	      char *line, size_t size)
{
	struct writer writer = { line, size, 0, 7 };
	char *const *word = trace->words;
	int i = 1;

	*line = '\0';
	add_word(&writer, word[0]);
	for (; i < trace->rest && strcmp(word[i], "--") != 0; i++) {
		if (strcmp(word[i], "--learn") == 0 || strcmp(word[i], "--trace-denials") == 0)
			continue;
		if (*word[i] == '-' && i + 1 < trace->rest && *word[i + 1] != '-') {
			add_pair(&writer, word[i], word[i + 1]);
			i++;
		} else {
			add_word(&writer, word[i]);
		}
	}
	for (size_t j = 0; j < wants->count; j++)
		if (!wants->list[j]->left_out)
			add_pair(&writer, lsm_option_for(wants->list[j]->rights),
				 wants->list[j]->path);
	while (*more) {
		char pair[200];

		/* "--bind-tcp 80 --connect-tcp 443": two words at a time. */
		size_t length = strcspn(more, " ");

		length += more[length] ? 1 + strcspn(more + length + 1, " ") : 0;
		snprintf(pair, sizeof(pair), "%.*s", (int)length, more);
		add(&writer, pair);
		more += length + strspn(more + length, " ");
	}
	if (!word[trace->rest])
		return;
	add(&writer, "--");
	for (i = trace->rest; word[i]; i++)
		if (i > trace->rest || strcmp(word[i], "--") != 0)
			add_word(&writer, word[i]);
}
