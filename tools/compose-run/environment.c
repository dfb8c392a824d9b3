/* environment.c: the variables of the container's environment. See environment.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "message.h"

/* What execve(2) takes as one word, MAX_ARG_STRLEN in the kernel. */
#define LINE_MAX_BYTES 131072
/* No file of variables is longer; one without an end would be. */
#define FILE_MAX_BYTES 2097152

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

void environment_add_file(struct config *config, const char *path)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* with which some editors begin a file */
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0, all = 0;
	unsigned long number = 0;
	ssize_t n;

	if (!file)
		die_errno("--env-file: cannot open '%s'", path);
	errno = 0;
	/* Byte by byte up to a newline, so one without any is stopped too. */
	while ((n = getdelim(&line, &size, '\n', file)) >= 0) {
		char *text = line;

		all += (size_t)n;
		number++;
		if (n > LINE_MAX_BYTES || all > FILE_MAX_BYTES)
			die("--env-file: '%s' is too long for an environment (line %lu)", path,
			    number);
		if (strlen(line) != (size_t)n)
			die("--env-file: line %lu of '%s' has a byte 0 in it, so it is no text",
			    number, path);
		/* A line's end may be Windows'. */
		if (n && line[n - 1] == '\n')
			line[--n] = '\0';
		if (n && line[n - 1] == '\r')
			line[--n] = '\0';
		if (number == 1 && strncmp(text, mark, 3) == 0)
			text += 3;
		add_line(config, text, path, number);
	}
	if (ferror(file))
		die_errno("--env-file: cannot read '%s'", path);
	free(line);
	fclose(file);
}
