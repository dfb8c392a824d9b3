/* sysctl.c: one setting of the kernel's. See sysctl.h. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "message.h"
#include "step.h"
#include "sysctl.h"

/* Turns a key into the path below /proc/sys. */
static void key_to_path(const char *key, char *path)
{
	const char *separator = strpbrk(key, "./");
	bool swap = separator && *separator == '.';

	for (; *key; key++)
		*path++ = !swap ? *key : *key == '.' ? '/' : *key == '/' ? '.' : *key;
	*path = '\0';
}

/* No name in the path may be empty, "." or "..": it would lead elsewhere. */
static bool stays_below(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/");

		if (length == 0 || (length == 1 && path[0] == '.') ||
		    (length == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		if (!path[length])
			return true;
		path += length + 1;
	}
}

void sysctl_parse(struct sysctl *sysctl, const char *text, const char *example)
{
	static const char root[] = "/proc/sys/";
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : 0;

	if (!equals || !equals[1 + strspn(equals + 1, " \t")])
		die("--sysctl takes KEY=VALUE, such as %s; this is '%.200s'", example, text);
	if (length >= sizeof(sysctl->key))
		die("the name of a setting has at most %zu bytes, and this one %zu",
		    sizeof(sysctl->key) - 1, length);
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)text[i]))
			die("the name of a setting has no blanks and no odd characters; expected "
			    "KEY=VALUE, such as %s",
			    example);
	/* A setting is written in one go, and read back by the page. */
	if (strlen(equals + 1) > 4000 || strchr(equals, '\n'))
		die("the value of a setting is one line of at most 4000 bytes");

	memcpy(sysctl->key, text, length);
	sysctl->key[length] = '\0';
	memcpy(sysctl->path, root, sizeof(root));
	key_to_path(sysctl->key, sysctl->path + sizeof(root) - 1);
	if (!stays_below(sysctl->path + sizeof(root) - 1))
		die("'%s' is not the name of a setting; expected one such as %.*s", sysctl->key,
		    (int)strcspn(example, "="), example);
	sysctl->value = equals + 1;
}

/* Whether two words are the same, or the same number: the kernel takes 0x10
 * and prints 16. */
static bool same_word(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned long long numbers[2];
	const char *words[2] = { a, b };
	size_t lengths[2] = { a_length, b_length };

	if (a_length == b_length && memcmp(a, b, a_length) == 0)
		return true;
	if ((*a == '-') != (*b == '-'))
		return false;
	for (int i = 0; i < 2; i++) {
		char *end;

		errno = 0;
		numbers[i] = strtoull(words[i], &end, 0);
		if (errno != 0 || end != words[i] + lengths[i])
			return false;
	}
	return numbers[0] == numbers[1];
}

/* Whether the kernel holds what was asked for. It prints tabs where people
 * write blanks, and all the numbers of a list when only the first were set. */
static bool same_value(const char *asked, const char *held)
{
	for (;;) {
		size_t length, held_length;

		asked += strspn(asked, " \t\n");
		held += strspn(held, " \t\n");
		if (!*asked)
			return true;
		length = strcspn(asked, " \t\n");
		held_length = strcspn(held, " \t\n");
		if (!held_length || !same_word(asked, length, held, held_length))
			return false;
		asked += length;
		held += held_length;
	}
}

/* Makes one line of what the kernel prints, with blanks for its tabs. */
static void one_line(char *text)
{
	for (char *c = text; *c; c++)
		if (*c == '\t' || *c == '\n')
			*c = c[1] ? ' ' : '\0';
}

/* The setting under way, for --explain. */
static const struct sysctl *shown;

static void look(char *text, size_t size)
{
	char held[256] = "";

	if (read_file(shown->path, held, sizeof(held)) < 0)
		*held = '\0';
	one_line(held);
	snprintf(text, size, "%s%s%s", *held ? shown->key : "", *held ? " = " : "", held);
}

void sysctl_write(const struct sysctl *sysctl)
{
	char held[8192] = "";

	shown = sysctl;
	step_watch(look);
	STEP(write_file(sysctl->path, sysctl->value), "set %s to '%s'", sysctl->key, sysctl->value);
	step_watch(NULL);
	STEP(read_file(sysctl->path, held, sizeof(held)), "read %s back", sysctl->key);
	if (dry_run || same_value(sysctl->value, held))
		return;
	one_line(held);
	errno = 0;
	step_fail("write_file(sysctl->path, sysctl->value)",
		  "set %s to '%.100s': the kernel holds '%.100s' afterwards", sysctl->key,
		  sysctl->value, held);
}
