/* message.c: what a tool says to people. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

const char *tool_name = "strata";
char *const *tool_words;

const char *errno_text(int error)
{
	static char text[160];
	const char *name = strerrorname_np(error);

	snprintf(text, sizeof(text), "%s (%s)", strerror(error), name ? name : "?");
	return text;
}

static void say(const char *kind, const char *format, va_list values, const char *tail)
{
	char message[2048];

	/* One write(2), so that the lines of two links do not mix. */
	vsnprintf(message, sizeof(message), format, values);
	dprintf(2, "%s: %s%s%s\n", tool_name, kind, message, tail);
}

void die(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say("", format, values, "");
	va_end(values);
	_Exit(EXIT_TOOL_FAILED);
}

void die_errno(const char *format, ...)
{
	char tail[200];
	va_list values;

	snprintf(tail, sizeof(tail), ": %s", errno_text(errno));
	va_start(values, format);
	say("", format, values, tail);
	va_end(values);
	_Exit(EXIT_TOOL_FAILED);
}

bool notes_said;

void note(const char *format, ...)
{
	va_list values;

	if (notes_said)
		return;
	va_start(values, format);
	say("note: ", format, values, "");
	va_end(values);
}

/* How many letters must be put in, left out or changed to make b of a. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (n >= 63 || strlen(a) >= 63)
		return 64;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			size_t other = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);

			diagonal = row[j];
			row[j] = change < other ? change : other;
		}
	}
	return row[n];
}

const char *closest(const char *typed, const char *const words[])
{
	const char *best = NULL;
	size_t least = strlen(typed) / 3 + 2;

	for (; *words; words++) {
		size_t distance = edit_distance(typed, *words);

		if (distance < least) {
			least = distance;
			best = *words;
		}
	}
	return best;
}
