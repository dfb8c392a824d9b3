/* Maps of ids: as people write them, and as the kernel shows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maps.h"
#include "unit.h"

/* `count` ranges of one id, `step` apart from 1000 on. */
static void fill(char *map, int count, int step)
{
	char range[64];

	*map = '\0';
	for (int i = 0; i < count; i++) {
		snprintf(range, sizeof(range), "%d:%d:1", i, 1000 + i * step);
		map_add(map, range);
	}
}

static void fill_one_more(void *unused)
{
	char map[MAP_SIZE];

	(void)unused;
	fill(map, MAP_RANGES_MAX + 1, 2);
}

static void fill_with_long_numbers(void *unused)
{
	char map[MAP_SIZE] = "", range[64];

	(void)unused;
	for (unsigned i = 0; i < MAP_RANGES_MAX; i++) {
		snprintf(range, sizeof(range), "%u:%u:1000000000", 3000000000U + i,
			 3000000000U + i);
		map_add(map, range);
	}
}

static void takes_as_many_ranges_as_the_kernel(void **state)
{
	char map[MAP_SIZE];
	struct outcome outcome;

	(void)state;
	fill(map, MAP_RANGES_MAX, 2);
	assert_non_null(strstr(map, "\n339 1678 1\n"));
	outcome = outcome_of(fill_one_more, NULL);
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "at most 340"));
	if (sysconf(_SC_PAGESIZE) == 4096)
		assert_int_equal(outcome_of(fill_with_long_numbers, NULL).status, 125);
}

static void is_full_with_the_longest_ranges(void **state)
{
	char line[64];

	(void)state;
	assert_int_equal(snprintf(line, sizeof(line), "%10u %10u %10u\n", ~0U, ~0U, ~0U), MAP_LINE);
}

/* A file of the kernel's, and what is looked for in it. */
static struct {
	char name[32];
	const char *wanted;
} shown;

static void verify(void *unused)
{
	(void)unused;
	map_verify(shown.name, shown.wanted);
}

static void complete_by_all(void *unused)
{
	char map[MAP_SIZE] = "";

	(void)unused;
	map_complete(map, MAP_ALL, 0, shown.name);
	fputs(map, stdout);
}

/* Runs a function while the file holds this. */
static struct outcome while_shown(const char *text, const char *wanted, void (*function)(void *))
{
	struct outcome outcome;
	int fd;

	strcpy(shown.name, "/tmp/map.XXXXXX");
	shown.wanted = wanted;
	fd = mkstemp(shown.name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	outcome = outcome_of(function, NULL);
	unlink(shown.name);
	return outcome;
}

static void verifies_every_range(void **state)
{
	static const char *const wrong[] = { "", "0 100 10\n", "0 100 10\n20 7 6\n",
					     "0 100 10\n20 7 5\n30 8 1\n" };

	(void)state;
	assert_int_equal(
		while_shown("         0        100         10\n        20          7          5\n",
			    "0 100 10\n20 7 5\n", verify)
			.status,
		0);
	/* More than five are shown in another order. */
	assert_int_equal(while_shown("0 100 10\n20 7 5\n", "20 7 5\n0 100 10\n", verify).status, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(while_shown(wrong[i], "0 100 10\n20 7 5\n", verify).status, 125);
}

/* As the kernel prints it, which takes more room than what was written. */
static void print_wide(char *text, int count)
{
	for (int i = 0; i < count; i++)
		text += sprintf(text, "%10d %10d %10d\n", i, 1000 + i * 2, 1);
}

static void reads_a_full_map_and_no_cut_one(void **state)
{
	char text[2 * MAP_SIZE], map[MAP_SIZE];
	struct outcome outcome;

	(void)state;
	fill(map, MAP_RANGES_MAX, 2);
	print_wide(text, MAP_RANGES_MAX);
	assert_int_equal(while_shown(text, map, verify).status, 0);
	outcome = while_shown(text, NULL, complete_by_all);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.said, "\n339 339 1\n"));

	print_wide(text, MAP_RANGES_MAX + 1);
	assert_int_equal(while_shown(text, map, verify).status, 125);
	assert_int_equal(while_shown(text, NULL, complete_by_all).status, 125);
}

static void completes_what_was_not_asked_for(void **state)
{
	char map[MAP_SIZE] = "";

	(void)state;
	map_complete(map, MAP_ROOT, 77, "");
	assert_string_equal(map, "0 77 1\n");
	assert_false(map_takes_root(map));
	map_complete(map, MAP_CURRENT, 5, "");
	assert_string_equal(map, "0 77 1\n");
	*map = '\0';
	map_complete(map, MAP_CURRENT, 5, "");
	assert_string_equal(map, "5 5 1\n");
	map_add(map, "7:0:1");
	assert_true(map_takes_root(map));
}

static void map_knows_what_it_covers(void **unused)
{
	static const char own[] = "0 1000 1\n1 100000 10\n11 200000 10\n";
	char map[MAP_SIZE];
	unsigned long other;

	(void)unused;
	assert_true(map_covers(MAP_EVERYBODY, own, &other));
	assert_true(map_covers(own, "0 0 1\n5 1 10\n", &other));
	assert_false(map_covers(own, "0 21 1\n", &other));
	assert_int_equal(other, 21);
	assert_false(map_covers(own, "0 15 10\n", &other));
	assert_int_equal(other, 21);
	/* Two neighbors are not one range. */
	assert_false(map_covers(own, "0 5 10\n", &other));
	assert_false(map_covers("", "0 0 1\n", &other));

	assert_true(map_translate(own, 3, false, &other));
	assert_int_equal(other, 100002);
	assert_true(map_translate(own, 200009, true, &other));
	assert_int_equal(other, 20);
	assert_false(map_translate(own, 21, false, &other));
	assert_false(map_translate(own, 999, true, &other));

	map_onto_itself(map, own);
	assert_string_equal(map, "0 0 1\n1 1 10\n11 11 10\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_knows_what_it_covers),
		cmocka_unit_test(takes_as_many_ranges_as_the_kernel),
		cmocka_unit_test(is_full_with_the_longest_ranges),
		cmocka_unit_test(verifies_every_range),
		cmocka_unit_test(reads_a_full_map_and_no_cut_one),
		cmocka_unit_test(completes_what_was_not_asked_for),
	};

	return cmocka_run_group_tests_name("maps", tests, NULL, NULL);
}
