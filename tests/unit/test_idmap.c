/* The value of idmap=. */
#include <stdio.h>
#include <string.h>

#include "../../tools/ns-mnt/idmap.h"
#include "unit.h"

static struct idmap map;

static void reads_ranges(void **state)
{
	(void)state;
	idmap_read("0:100000:65536", &map);
	assert_null(map.target);
	assert_string_equal(map.users, "0 100000 65536\n");
	assert_string_equal(map.groups, "0 100000 65536\n");
	idmap_read("b:0:1:2 u:5:6:1 g:7:8:1", &map);
	assert_string_equal(map.users, "0 1 2\n5 6 1\n");
	assert_string_equal(map.groups, "0 1 2\n7 8 1\n");
}

static void leaves_the_other_kind(void **state)
{
	(void)state;
	idmap_read("u:5:6:1", &map);
	assert_string_equal(map.users, "5 6 1\n");
	assert_true(*map.groups != '\0');
	for (char *line = map.groups; *line; line = strchr(line, '\n') + 1) {
		unsigned long inner, outer, count;

		assert_int_equal(sscanf(line, "%lu %lu %lu", &inner, &outer, &count), 3);
		assert_true(inner == outer);
	}
}

static void reads_namespaces(void **state)
{
	(void)state;
	idmap_read("4711", &map);
	assert_string_equal(map.target, "4711");
	idmap_read("/proc/1/ns/user", &map);
	assert_string_equal(map.target, "/proc/1/ns/user");
	idmap_read("./a:b", &map);
	assert_string_equal(map.target, "./a:b");
}

static void read_value(void *value)
{
	idmap_read(value, &map);
}

static void refuses_the_rest(void **state)
{
	static char values[][12] = {
		"", "0:1", "x:0:1:2", "u:0:1", "0:1:0", "0:1:2;", "u:", " : "
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		assert_int_equal(outcome_of(read_value, values[i]).status, 125);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_ranges),
		cmocka_unit_test(leaves_the_other_kind),
		cmocka_unit_test(reads_namespaces),
		cmocka_unit_test(refuses_the_rest),
	};

	return cmocka_run_group_tests_name("idmap", tests, NULL, NULL);
}
