/* environment.c: the variables of the container's environment. See environment.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "memory.h"
#include "message.h"

/* No environment is longer; a file without an end would be. */
#define FILE_BYTES_MAX 2097152

static void add(struct words *env, const char *text)
{
	const char *set;

	if (strchr(text, '='))
		words_add(env, "%s", text);
	else if ((set = getenv(text)))
		words_add(env, "%s=%s", text, set);
}

void environment_add(struct config *config, const char *value)
{
	if (*value == '=')
		die("--env takes NAME=VALUE or NAME, not '%s'", value);
	add(&config->process.env, value);
}

static void add_line(struct config *config, char *line, const char *path, unsigned long number)
{
	size_t name;

	line += strspn(line, " \t\v\f\r");
	if (!*line || *line == '#')
		return;
	name = strcspn(line, "=");
	/* A name alone may have blanks behind it. */
	if (!line[name])
		while (name && isspace((unsigned char)line[name - 1]))
			line[--name] = '\0';
	if (name == 0)
		die("--env-file: line %lu of '%s' has no name before its '='", number, path);
	for (size_t i = 0; i < name; i++)
		if (isblank((unsigned char)line[i]))
			die("--env-file: line %lu of '%s' has a blank in the name of its variable: "
			    "'%.*s'",
			    number, path, (int)(name < 60 ? name : 60), line);
	add(&config->process.env_file, line);
}

/* The whole file as a string. */
static char *read_whole(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = resize(NULL, FILE_BYTES_MAX + 1, 1);
	size_t n;

	if (!file)
		die_errno("--env-file: cannot open '%s'", path);
	n = fread(text, 1, FILE_BYTES_MAX + 1, file);
	if (ferror(file))
		die_errno("--env-file: cannot read '%s'", path);
	if (n > FILE_BYTES_MAX)
		die("--env-file: '%s' is too long for an environment", path);
	text[n] = '\0';
	if (strlen(text) != n)
		die("--env-file: '%s' is no text: there is a byte 0 in it", path);
	fclose(file);
	return text;
}

void environment_add_file(struct config *config, const char *path)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* with which some editors begin a file */
	char *text = read_whole(path), *line = text;
	unsigned long number = 0;

	if (strncmp(line, mark, 3) == 0)
		line += 3;
	while (*line) {
		size_t length = strcspn(line, "\n");
		char *next = line + length + (line[length] == '\n');

		line[length] = '\0';
		/* A line's end may be that of Windows. */
		if (length && line[length - 1] == '\r')
			line[length - 1] = '\0';
		add_line(config, line, path, ++number);
		line = next;
	}
	free(text);
}
