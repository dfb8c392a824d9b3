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

const char *paste_directory(void)
{
	return directory_to_type(tool_words[0]);
}

const char *paste_line(const char *before, const char *option)
{
	/* So many may stand in one message. */
	static char lines[4][LINE_SIZE];
	static unsigned turn;
	char *line = lines[turn++ % 4];
	const char *directory;
	int i = 1, end = -1;

	*line = '\0';
	if (!tool_words || !tool_words[0])
		return "...";
	directory = directory_to_type(tool_words[0]);
	if (before && strcmp(before, "sudo") != 0) {
		snprintf(line, LINE_SIZE, "%.200s%.80s %s", directory, before, tool_name);
	} else {
		snprintf(line, LINE_SIZE, "%s%s%.200s%s", before ? before : "", before ? " " : "",
			 directory, tool_name);
	}
	if (option)
		add(line, option);
	/* What a link inside compose-run leads on to was not typed. */
	if (chain_name)
		end = optind;
	for (; tool_words[i] && i != end; i++) {
		char *word = paste_word(tool_words[i]);
		bool fits = strlen(line) + strlen(word) < LINE_SIZE - 8;

		if (fits)
			add(line, word);
		free(word);
		if (!fits)
			break;
	}
	if (tool_words[i])
		add(line, "...");
	return line;
}
