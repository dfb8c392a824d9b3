/* Which files exec_next() tries, and in which order. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "memory.h"
#include "unit.h"

/* The candidates for a line, with blanks between. */
static const char *candidates(char *words[])
{
	static char all[3 * PATH_MAX];
	char file[PATH_MAX];

	*all = '\0';
	for (int n = 0; chain_candidate(words, n, file, sizeof(file)); n++) {
		strcat(all, n ? " " : "");
		strcat(all, *file ? file : "''");
	}
	return all;
}

#define LINE(...) candidates((char *[]){ __VA_ARGS__, NULL })

static void bare_names_are_looked_for_in_path(void **state)
{
	char *none[] = { NULL }, *dashes[] = { "--", NULL };

	(void)state;
	setenv("PATH", "/a::/b", 1);
	assert_string_equal(LINE("prog", "x"), "/a/prog prog /b/prog");
	assert_string_equal(LINE("--", "prog"), "/a/prog prog /b/prog");
	/* Only the first of them is an option. */
	assert_string_equal(LINE("--", "--", "prog"), "/a/-- -- /b/--");
	setenv("PATH", "", 1);
	assert_non_null(strstr(LINE("prog"), "/usr/bin/prog"));
	assert_string_equal(LINE("./prog"), "./prog");
	assert_string_equal(LINE("/x/ns-uts"), "/x/ns-uts");
	assert_string_equal(LINE(""), "");
	setenv("SHELL", "/no/such/shell", 1);
	assert_string_equal(candidates(none), "/bin/sh");
	unsetenv("SHELL");
	assert_string_equal(candidates(dashes), "/bin/sh");
}

static void tools_are_looked_for_beside_us_first(void **state)
{
	char *expected = print_text("%s/ns-uts /a/ns-uts", tool_directory());

	(void)state;
	setenv("PATH", "/a", 1);
	assert_string_equal(LINE("ns-uts", "sh"), expected);
	assert_string_equal(LINE("--", "ns-uts"), expected);
	free(expected);
}

static void a_path_that_does_not_fit_is_no_file(void **state)
{
	char path[PATH_MAX + 8] = "/";

	(void)state;
	memset(path + 1, 'a', PATH_MAX - 1);
	strcpy(path + PATH_MAX, ":/b");
	setenv("PATH", path, 1);
	assert_string_equal(LINE("prog"), "'' /b/prog");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_names_are_looked_for_in_path),
		cmocka_unit_test(tools_are_looked_for_beside_us_first),
		cmocka_unit_test(a_path_that_does_not_fit_is_no_file),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
