/* paste.c: command lines that a reader can paste. See paste.h. */
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "memory.h"
#include "message.h"
#include "paste.h"

/* What fits beside the rest of a message. */
#define LINE_SIZE 400

/* Whether a shell takes the word as it is, without quotes. */
static bool is_plain(const char *word)
{
	return *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_./:,=+@%")] == '\0';
}

char *paste_word(const char *word)
{
	char *quoted, *end;

	if (is_plain(word))
		return copy_text(word);
	/* The longest is one of quotes only, each written as '\''. */
	quoted = end = resize(NULL, 4 * strlen(word) + 3, 1);
	*end++ = '\'';
	for (; *word; word++)
		if (*word == '\'')
			end = stpcpy(end, "'\\''");
		else
			*end++ = *word;
	*end++ = '\'';
	*end = '\0';
	return quoted;
}

/* Adds a word and a blank before it to a line. */
static void add(char line[LINE_SIZE], const char *word)
{
	size_t n = strlen(line);

	snprintf(line + n, LINE_SIZE - n, "%s%s", n ? " " : "", word);
}

/* The same, quoted. */
static void add_quoted(char line[LINE_SIZE], const char *text)
{
	char *word = paste_word(text);

	add(line, word);
	free(word);
}

/* The same, where there is room for it and for what ends a line that is cut off.
 * Returns whether there was. */
static bool add_fitting(char line[LINE_SIZE], const char *text)
{
	char *word = paste_word(text);
	bool fits = strlen(line) + strlen(word) < LINE_SIZE - 8;

	if (fits)
		add(line, word);
	free(word);
	return fits;
}

/* The directory to put before a tool's name, with a slash at the end: the one
 * that was typed; none when the shell finds the tool; else ours. */
static const char *directory_to_type(const char *typed)
{
	static char path[PATH_MAX];
	const char *slash = strrchr(typed, '/'), *ours = tool_directory();

	if (slash) {
		snprintf(path, sizeof(path), "%.*s/", (int)(slash - typed), typed);
		return path;
	}
	for (const char *at = getenv("PATH"), *end; at && *at; at = end + (*end == ':')) {
		end = strchrnul(at, ':');
		snprintf(path, sizeof(path), "%.*s/ns-user", (int)(end - at), at);
		if (access(path, X_OK) == 0)
			return "";
	}
	snprintf(path, sizeof(path), "%s%s", ours ? ours : "", ours ? "/" : "");
	return path;
}

/* Adds the words from `i` on, quoted; "..." for those that don't fit, and for
 * what a link inside compose-run leads on to, which was not typed. */
static void add_words(char line[LINE_SIZE], int i)
{
	int end = chain_name ? optind : -1;

	while (tool_words[i] && i != end && add_fitting(line, tool_words[i]))
		i++;
	if (tool_words[i])
		add(line, "...");
}

/* So many may stand in one message. */
static char *next_line(void)
{
	static char lines[4][LINE_SIZE];
	static unsigned turn;
	char *line = lines[turn++ % 4];

	*line = '\0';
	return line;
}

static bool was_typed(void)
{
	return tool_words && tool_words[0];
}

/* A line that begins with the link's name, found as it was typed. */
static char *begin_line(void)
{
	char *line = next_line();

	snprintf(line, LINE_SIZE, "%.200s%s", directory_to_type(tool_words[0]), tool_name);
	return line;
}

/* Whether a word is one of the link's own, and there is room for it and the rest. */
static bool is_own(int i, const char *line)
{
	return i < optind && tool_words[i] && strlen(line) < LINE_SIZE / 2;
}

const char *paste_directory(void)
{
	return was_typed() ? directory_to_type(tool_words[0]) : "";
}

const char *paste_first(bool in_user_namespace)
{
	static char text[PATH_MAX + 16];

	snprintf(text, sizeof(text), "%s%s", in_user_namespace ? paste_directory() : "",
		 in_user_namespace ? "ns-user " : "");
	return text;
}

/* The whole line with compose-run, of which a link inside runs: since that does
 * it without execve(2), the kernel still knows the words. Returns whether they
 * could be read, and fit. */
static bool add_typed(char line[LINE_SIZE])
{
	char words[LINE_SIZE];
	FILE *file = fopen("/proc/self/cmdline", "re");
	size_t length = file ? fread(words, 1, sizeof(words) - 1, file) : 0;

	if (file)
		fclose(file);
	words[length] = '\0';
	if (length == 0 || length == sizeof(words) - 1)
		return false;
	snprintf(line, LINE_SIZE, "sudo");
	for (const char *at = words; at < words + length; at += strlen(at) + 1)
		if (!add_fitting(line, at)) {
			*line = '\0';
			return false;
		}
	return true;
}

const char *paste_line(const char *before, const char *option)
{
	return paste_between(before, option, NULL);
}

const char *paste_between(const char *before, const char *option, const char *behind)
{
	char *line = next_line();
	int i = 1;
	const char *directory;

	if (!was_typed())
		return "...";
	if (chain_name && before && strcmp(before, "sudo") == 0 && add_typed(line))
		return line;
	directory = directory_to_type(tool_words[0]);
	if (before && strcmp(before, "sudo") != 0)
		snprintf(line, LINE_SIZE, "%.200s%.80s %s", directory, before, tool_name);
	else
		snprintf(line, LINE_SIZE, "%s%s%.200s%s", before ? before : "", before ? " " : "",
			 directory, tool_name);
	if (option)
		add(line, option);
	for (; behind && is_own(i, line); i++)
		if (strcmp(tool_words[i], "--") != 0)
			add_quoted(line, tool_words[i]);
	if (behind)
		add(line, behind);
	add_words(line, i);
	return line;
}

const char *paste_edit(const char *old, const char *new)
{
	char *line;
	int i;

	if (!was_typed())
		return "...";
	line = begin_line();
	for (i = 1; tool_words[i] && strlen(line) < LINE_SIZE / 2; i++) {
		char *at = strstr(tool_words[i], old), *edited;

		/* The first place only, and as a whole part of a path. */
		if (at && at[strlen(old)] && !strchr("/:,", at[strlen(old)]))
			at = NULL;
		if (!at)
			edited = copy_text(tool_words[i]);
		else
			edited = print_text("%.*s%s%s", (int)(at - tool_words[i]), tool_words[i],
					    new, at + strlen(old));
		add_quoted(line, edited);
		free(edited);
		if (at)
			old = "\n";
	}
	add_words(line, i);
	return line;
}

const char *paste_swap(const char *old, const char *new)
{
	char *line;
	int i;

	if (!was_typed())
		return "...";
	line = begin_line();
	for (i = 1; is_own(i, line); i++) {
		const char *value = strchr(tool_words[i], '=');

		if (strcmp(tool_words[i], old) == 0) {
			add(line, new);
		} else if (value && strcmp(value + 1, old) == 0) {
			size_t n = strlen(line);

			snprintf(line + n, LINE_SIZE - n, " %.*s=%s", (int)(value - tool_words[i]),
				 tool_words[i], new);
		} else {
			add_quoted(line, tool_words[i]);
		}
	}
	add_words(line, i);
	return line;
}

const char *paste_instead(const char *option, const char *value, const char *new)
{
	char *line, *whole;
	int i;

	if (!was_typed())
		return "...";
	line = begin_line();
	whole = print_text("%s=%s", option, value ? value : "");
	if (*new)
		add(line, new);
	for (i = 1; is_own(i, line); i++) {
		bool named = strcmp(tool_words[i], option) == 0;

		if (named && value && tool_words[i + 1] && strcmp(tool_words[i + 1], value) == 0) {
			i++;
			continue;
		}
		if ((named && !value) || strcmp(tool_words[i], whole) == 0)
			continue;
		add_quoted(line, tool_words[i]);
	}
	free(whole);
	add_words(line, i);
	return line;
}

const char *paste_only(const char *options)
{
	char *line;

	if (!was_typed())
		return "...";
	line = begin_line();
	add(line, options);
	add_words(line, optind);
	return line;
}

/* How many words an option takes here, its value counted, when it is in a list
 * as paste_without() has it; else 0. */
static int words_of(const char *option, const char *list)
{
	size_t length = strcspn(option, "=");

	for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strncmp(at, option, length) == 0 && strchr("= ", at[length]))
			return at[length] == '=' && !option[length] ? 2 : 1;
	return 0;
}

const char *paste_without(const char *before, const char *options)
{
	char *line = next_line();
	int i = 1;

	if (!was_typed()) {
		snprintf(line, LINE_SIZE, "%.200s ...", before);
		return line;
	}
	snprintf(line, LINE_SIZE, "%.200s%.80s %s", directory_to_type(tool_words[0]), before,
		 tool_name);
	while (is_own(i, line)) {
		int skipped = words_of(tool_words[i], options);

		if (skipped == 0)
			add_quoted(line, tool_words[i++]);
		while (skipped-- > 0 && tool_words[i])
			i++;
	}
	add_words(line, i);
	return line;
}

const char *paste_program(void)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	return length > 0 ? path : tool_words[0];
}
