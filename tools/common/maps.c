/* maps.c: which ids inside stand for which outside. See maps.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "maps.h"
#include "message.h"
#include "number.h"
#include "step.h"

struct range {
	unsigned long inner, outer, count;
};

/* Takes the first range off a text. Returns whether there was one. */
static bool next_range(const char **text, struct range *range)
{
	int used;

	if (sscanf(*text, "%lu %lu %lu %n", &range->inner, &range->outer, &range->count, &used) !=
	    3)
		return false;
	*text += used;
	return true;
}

static size_t count_ranges(const char *map)
{
	size_t n = 0;

	while ((map = strchr(map, '\n'))) {
		map++;
		n++;
	}
	return n;
}

void map_append(char *map, unsigned long inner, unsigned long outer, unsigned long count)
{
	size_t used = strlen(map);

	if (count_ranges(map) == MAP_RANGES_MAX)
		die("a map has at most %d ranges [MAP-FORMAT]", MAP_RANGES_MAX);
	used += (size_t)snprintf(map + used, MAP_SIZE - used, "%lu %lu %lu\n", inner, outer, count);
	/* It has to be written at once, and the kernel takes no whole page. */
	if (used >= (size_t)sysconf(_SC_PAGESIZE))
		die("a map has to be shorter than %ld bytes, and with so long numbers this one is "
		    "not [MAP-FORMAT]",
		    sysconf(_SC_PAGESIZE));
}

void map_add(char *map, const char *range)
{
	char copy[128], *field[3] = { copy, NULL, NULL };
	unsigned long long number[3];
	bool good = strlen(range) < sizeof(copy);

	if (good) {
		strcpy(copy, range);
		for (int i = 1; i < 3 && good; i++) {
			field[i] = strchr(field[i - 1], ':');
			good = field[i] != NULL;
			if (good)
				*field[i]++ = '\0';
		}
	}
	for (int i = 0; i < 3 && good; i++)
		good = parse_number(field[i], 4294967295ULL, &number[i]);
	if (!good || number[2] == 0)
		die("a map is INNER:OUTER:COUNT, three numbers such as 0:100000:65536; got '%.100s' "
		    "[MAP-FORMAT]",
		    range);
	map_append(map, number[0], number[1], number[2]);
}

void map_onto_itself(char *map, const char *of)
{
	struct range range;

	*map = '\0';
	while (next_range(&of, &range))
		map_append(map, range.inner, range.inner, range.count);
}

/* What fills its buffer goes on behind it. */
static void refuse_cut(const char *path, const char *text)
{
	if (strlen(text) == MAP_SIZE - 1)
		die("%s has more than %d ranges [MAP-FORMAT]", path, MAP_RANGES_MAX);
}

static void map_all(char *map, const char *path)
{
	char text[MAP_SIZE];

	/* Without /proc the maps can't be written either, but making the
	 * namespace may fail before that, and for a better reason. */
	if (read_file(path, text, sizeof(text)) < 0)
		snprintf(text, sizeof(text), "%s", MAP_EVERYBODY);
	refuse_cut(path, text);
	map_onto_itself(map, text);
}

void map_complete(char *map, int mode, unsigned own, const char *path)
{
	if (*map)
		return;
	if (mode == MAP_ALL)
		map_all(map, path);
	else
		map_append(map, mode == MAP_ROOT ? 0 : own, own, 1);
}

bool map_takes_root(const char *map)
{
	struct range range;

	while (next_range(&map, &range))
		if (range.outer == 0)
			return true;
	return false;
}

bool map_translate(const char *map, unsigned long id, bool inwards, unsigned long *other)
{
	struct range range;

	while (next_range(&map, &range)) {
		unsigned long from = inwards ? range.outer : range.inner;

		if (id >= from && id - from < range.count) {
			*other = (inwards ? range.inner : range.outer) + (id - from);
			return true;
		}
	}
	return false;
}

/* Whether one range of our own map holds them all: else the kernel refuses. */
static bool covers(const char *own, const struct range *wanted)
{
	struct range range;

	while (next_range(&own, &range))
		if (wanted->outer >= range.inner &&
		    wanted->outer - range.inner + wanted->count <= range.count)
			return true;
	return false;
}

bool map_covers(const char *own, const char *wanted, unsigned long *missing)
{
	unsigned long other;
	struct range range;

	while (next_range(&wanted, &range)) {
		if (covers(own, &range))
			continue;
		*missing = range.outer;
		while (*missing < range.outer + range.count - 1 &&
		       map_translate(own, *missing, false, &other))
			(*missing)++;
		return false;
	}
	return true;
}

static int compare_inner(const void *a, const void *b)
{
	const struct range *one = a, *two = b;

	return (one->inner > two->inner) - (one->inner < two->inner);
}

/* Reads a text into ranges, in the order of their inner ids. Returns their
 * number. */
static size_t sort_ranges(const char *text, struct range ranges[MAP_RANGES_MAX])
{
	size_t n = 0;

	while (n < MAP_RANGES_MAX && next_range(&text, &ranges[n]))
		n++;
	qsort(ranges, n, sizeof(*ranges), compare_inner);
	return n;
}

void map_verify(const char *path, const char *wanted)
{
	struct range want[MAP_RANGES_MAX], got[MAP_RANGES_MAX];
	char text[MAP_SIZE];
	size_t count;

	STEP(read_file(path, text, sizeof(text)), "read %s back", path);
	if (dry_run)
		return;
	refuse_cut(path, text);
	/* The kernel sorts them when they are more than five. */
	count = sort_ranges(wanted, want);
	if (sort_ranges(text, got) != count || memcmp(want, got, count * sizeof(*want)) != 0) {
		errno = 0;
		step_fail("read_file(path, text, sizeof(text))", "map the ids as asked (%s)", path);
	}
}
