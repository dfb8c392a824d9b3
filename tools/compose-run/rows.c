/* rows.c: a comparison as a table for people: a row for each layer. See
 * compare.h.
 *
 *	ns-uts   different  4711: uts:[4026532410]; host name strata
 *	                    4700: uts:[4026531838]; host name tux
 *
 * Facts that have a group are told together when they have the same value, and
 * in a row that is different only those that differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "compare.h"
#include "memory.h"

#define WIDTH 80
#define TEXT_COLUMN 20

/* A text that grows. */
struct text {
	char *bytes;
	size_t length;
};

static void append(struct text *text, const char *more)
{
	size_t length = strlen(more);

	text->bytes = resize(text->bytes, text->length + length + 1, 1);
	memcpy(text->bytes + text->length, more, length + 1);
	text->length += length;
}

static void append_between(struct text *text, const char *between)
{
	if (text->length)
		append(text, between);
}

/* How many columns the terminal takes for a text: one for each character. */
static size_t columns(const char *text, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* Prints a text from the column `at` on, broken at blanks, and where a list
 * without blanks (of capabilities) is long, behind a comma. Further lines are
 * set in to `indent`. */
static void print_wrapped(const char *text, size_t at, size_t indent)
{
	while (*text) {
		size_t piece = strcspn(text, " ,"), blanks;

		piece += text[piece] == ',';
		if (at > indent && at + columns(text, piece) > WIDTH) {
			printf("\n%*s", (int)indent, "");
			at = indent;
		}
		printf("%.*s", (int)piece, text);
		at += columns(text, piece);
		text += piece;
		blanks = strspn(text, " ");
		piece = strcspn(text + blanks, " ,");
		piece += text[blanks + piece] == ',';
		/* No blanks at the end of a line. */
		if (blanks && at + blanks + columns(text + blanks, piece) <= WIDTH) {
			printf("%*s", (int)blanks, "");
			at += blanks;
		} else if (blanks && text[blanks]) {
			printf("\n%*s", (int)indent, "");
			at = indent;
		}
		text += blanks;
	}
	putchar('\n');
}

static bool equal(const struct fact *a, const struct fact *b)
{
	return a == b || (a && b && a->value && b->value && strcmp(a->value, b->value) == 0);
}

/* What is told of one fact: "host name box", "31 mounts". */
static void append_fact(struct text *text, const struct fact *fact)
{
	append_between(text, "; ");
	if (!fact->value) {
		append(text, fact->name);
		append(text, " unknown");
		return;
	}
	if (!fact->bare) {
		append(text, fact->name);
		append(text, " ");
	}
	append(text, fact->value);
}

static const struct fact *any_of(const struct pair *pair)
{
	return pair->of[0] ? pair->of[0] : pair->of[1];
}

static bool is_told(const struct pair *pair, enum verdict row)
{
	/* Where the row is the same, or nobody knows, all helps. */
	return row != DIFFERENT || pair->verdict != SAME;
}

/* Appends all facts of a group that have the value of pairs[first] on this
 * side, as one. When an earlier one has done so, there is nothing to do. */
static void append_group(struct text *text, const struct pair *pairs, size_t count, size_t first,
			 enum verdict row, int side)
{
	const struct fact_group *group = any_of(&pairs[first])->group;
	const struct fact *fact = pairs[first].of[side];
	size_t all = 0, alike = 0;
	struct text names = { NULL, 0 };

	for (size_t i = 0; i < count; i++) {
		if (any_of(&pairs[i])->group != group)
			continue;
		all++;
		if (!is_told(&pairs[i], row) || !equal(pairs[i].of[side], fact))
			continue;
		if (i < first) {
			free(names.bytes);
			return;
		}
		alike++;
		append_between(&names, ", ");
		append(&names, any_of(&pairs[i])->name);
	}
	append_between(text, "; ");
	if (alike == all && all > 1) {
		append(text, group->all);
	} else {
		append(text, group->some);
		append(text, names.bytes ? names.bytes : "");
		append(text, ": ");
	}
	append(text, fact && fact->value ? fact->value : fact ? "unknown" : "none");
	free(names.bytes);
}

/* What is told of one side of a row. */
static char *side_in_words(const struct pair *pairs, size_t count, enum verdict row, int side)
{
	struct text text = { NULL, 0 };

	for (size_t i = 0; i < count; i++) {
		const struct fact *fact = pairs[i].of[side];

		if (any_of(&pairs[i])->group) {
			if (is_told(&pairs[i], row))
				append_group(&text, pairs, count, i, row, side);
		} else if (fact) {
			append_fact(&text, fact);
		}
	}
	return text.bytes ? text.bytes : copy_text("");
}

char *compare_words(const struct comparison *comparison, int layer, int side)
{
	return side_in_words(comparison->layers[layer].pairs, comparison->layers[layer].count,
			     comparison->layers[layer].verdict, side);
}

/* What is told of a row that is the same: what differs all the same, such as
 * the number of a process, is told of both. */
static char *both_in_words(const struct pair *pairs, size_t count)
{
	struct text text = { NULL, 0 };

	for (size_t i = 0; i < count; i++) {
		const struct fact *a = pairs[i].of[0], *b = pairs[i].of[1];

		if (any_of(&pairs[i])->group) {
			append_group(&text, pairs, count, i, SAME, 0);
			continue;
		}
		append_fact(&text, any_of(&pairs[i]));
		if (a && b && !equal(a, b) && (a->value || b->value)) {
			append(&text, " beside ");
			append(&text, b->value ? b->value : "unknown");
		}
	}
	return text.bytes ? text.bytes : copy_text("");
}

/* Why a row is unknown: each reason once. */
static char *reasons(const struct pair *pairs, size_t count)
{
	struct text text = { NULL, 0 };

	for (size_t i = 0; i < count; i++) {
		const char *why[3] = { NULL };

		if (!any_of(&pairs[i])->decides || pairs[i].verdict != UNKNOWN)
			continue;
		for (int side = 0; side < 2; side++)
			why[side] = pairs[i].of[side] ? pairs[i].of[side]->unknown
						      : "only one of them can be read";
		why[2] = why[0] || why[1] ? NULL : any_of(&pairs[i])->doubt;
		for (int n = 0; n < 3; n++)
			if (why[n] && !(text.bytes && strstr(text.bytes, why[n]))) {
				append_between(&text, "; ");
				append(&text, why[n]);
			}
	}
	return text.bytes ? text.bytes : copy_text("not all could be read");
}

static void print_row(const struct comparison *comparison, int layer, bool colored)
{
	static const char *const colors[] = { "\033[32m", "\033[1;33m", "\033[31m" };
	const struct pair *pairs = comparison->layers[layer].pairs;
	size_t count = comparison->layers[layer].count;
	enum verdict verdict = comparison->layers[layer].verdict;
	size_t column = TEXT_COLUMN;
	char *text;

	printf("%-9s%s%s%s%s%*s", tool_names[layer], colored ? colors[verdict] : "",
	       verdict_names[verdict], verdict == UNKNOWN ? ":" : "", colored ? "\033[0m" : "",
	       TEXT_COLUMN - 9 - (int)strlen(verdict_names[verdict]) - (verdict == UNKNOWN), "");
	if (verdict == SAME) {
		text = both_in_words(pairs, count);
		print_wrapped(text, column, TEXT_COLUMN);
		free(text);
		return;
	}
	if (verdict == UNKNOWN) {
		text = reasons(pairs, count);
		print_wrapped(text, column, TEXT_COLUMN);
		free(text);
		column = 0;
	}
	for (int side = 0; side < 2; side++) {
		char number[16];

		if (column == 0)
			printf("%*s", TEXT_COLUMN, "");
		snprintf(number, sizeof(number), "%d: ", comparison->process[side].pid);
		printf("%s", number);
		text = side_in_words(pairs, count, verdict, side);
		print_wrapped(*text ? text : "nothing", TEXT_COLUMN + strlen(number),
			      TEXT_COLUMN + strlen(number));
		free(text);
		column = 0;
	}
}

void compare_print_rows(const struct comparison *comparison)
{
	const struct process *a = &comparison->process[0], *b = &comparison->process[1];
	const char *no_color = getenv("NO_COLOR");
	bool colored = isatty(1) && !(no_color && *no_color);

	printf("%d (%s%s) beside %d (%s%s)\n", a->pid, a->command, a->ours ? ", our own" : "",
	       b->pid, b->command, b->ours ? ", our own" : "");
	for (int layer = 0; layer < LAYERS; layer++)
		print_row(comparison, layer, colored);
}
