/* Which paths lie below a folder. */
#include "path.h"
#include "unit.h"

static void goes_by_whole_names(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a/b"));
	assert_true(path_is_below("/a/b/c", "/a/b"));
	assert_false(path_is_below("/a/bc", "/a/b"));
	assert_false(path_is_below("/a", "/a/b"));
	assert_false(path_is_below("/", "/a"));
}

static void all_is_below_the_root(void **state)
{
	(void)state;
	assert_true(path_is_below("/", "/"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/a/b", "/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_by_whole_names),
		cmocka_unit_test(all_is_below_the_root),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
