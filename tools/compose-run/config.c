/* config.c: lists of words, and the layers that were left out. See config.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memory.h"
#include "message.h"

static void add_word(struct words *words, const char *format, va_list values)
{
	char *word;

	if (vasprintf(&word, format, values) < 0)
		die_errno("cannot put the chain together");
	words->word = resize(words->word, words->count + 2, sizeof(*words->word));
	words->word[words->count++] = word;
	words->word[words->count] = NULL;
}

void words_add(struct words *words, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add_word(words, format, values);
	va_end(values);
}

void words_add_option(struct words *words, const char *option, const char *format, ...)
{
	va_list values;

	words_add(words, "%s", option);
	va_start(values, format);
	add_word(words, format, values);
	va_end(values);
}

bool config_without(const struct config *config, const char *layer)
{
	for (size_t i = 0; i < config->without.count; i++)
		if (strcmp(config->without.word[i], layer) == 0)
			return true;
	return false;
}

bool config_has_limits(const struct config *config)
{
	return config->linux_.memory || config->linux_.memory_swap || config->linux_.cpus ||
	       config->linux_.cpuset || config->linux_.pids;
}
