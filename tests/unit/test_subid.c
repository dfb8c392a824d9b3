/* What /etc/subuid lends to a user. subuid(5). */
#include <stdio.h>
#include <string.h>

#include "maps.h"
#include "../../tools/ns-user/subid.h"
#include "unit.h"

static char map[MAP_SIZE];
static unsigned long beyond;

static int lent(const char *text, const char *name, unsigned uid)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ranges;

	assert_non_null(file);
	*map = '\0';
	beyond = 0;
	ranges = subid_add(file, name, uid, 1, map, &beyond);
	fclose(file);
	return ranges;
}

static void ranges_follow_one_another(void **unused)
{
	static const char text[] = "ann:100000:65536\nsam:200000:10\n1000:300000:5\nsamuel:1:1\n";

	(void)unused;
	/* A line begins with the name or with the number. */
	assert_int_equal(lent(text, "sam", 1000), 2);
	assert_string_equal(map, "1 200000 10\n11 300000 5\n");
	assert_int_equal(beyond, 300005);
	assert_int_equal(lent(text, "ann", 1001), 1);
	assert_string_equal(map, "1 100000 65536\n");
	assert_int_equal(lent(text, "eve", 1002), 0);
	assert_int_equal(lent(text, "", 1000), 1);
}

static void lines_that_are_none(void **unused)
{
	(void)unused;
	assert_int_equal(lent("\n:\n::\nsam\nsam:1\nsam:x:5\nsam:5:x\nsam:5:0\nsam:-1:5\n"
			      "# sam:1:5\nsam:4294967295:1\nsam:1:2:3\n:7:7\n",
			      "sam", 1000),
			 0);
	assert_string_equal(map, "");
	/* No name is no empty name. */
	assert_int_equal(lent(":7:7\n", "", 1000), 0);
	/* Without the newline at the end. */
	assert_int_equal(lent("sam:7:8", "sam", 1000), 1);
	assert_string_equal(map, "1 7 8\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_follow_one_another),
		cmocka_unit_test(lines_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
