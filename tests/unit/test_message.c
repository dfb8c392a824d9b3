/* 'Did you mean', and errno in words and by name. */
#include <errno.h>
#include <string.h>

#include "message.h"
#include "unit.h"

static void finds_the_closest_word(void **state)
{
	static const char *const words[] = { "hostname", "domainname", "join", "help", NULL };

	(void)state;
	assert_string_equal(closest("hostnam", words), "hostname");
	assert_string_equal(closest("hsotname", words), "hostname");
	assert_string_equal(closest("domain-name", words), "domainname");
	assert_string_equal(closest("help", words), "help");
	assert_null(closest("zzzzzz", words));
	assert_null(closest(
		"a-word-that-is-far-longer-than-anything-that-we-have-in-the-table-of-options",
		words));
}

static void names_errno(void **state)
{
	(void)state;
	assert_string_equal(errno_text(EPERM), "Operation not permitted (EPERM)");
	assert_string_equal(errno_text(ENOSPC), "No space left on device (ENOSPC)");
	assert_non_null(strstr(errno_text(9999), "(?)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_closest_word),
		cmocka_unit_test(names_errno),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
