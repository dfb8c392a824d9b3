/* Lines of mountinfo, and what stands in them for a blank. */
#include <stdio.h>
#include <string.h>

#include "mountinfo.h"
#include "unit.h"

static void turns_escapes_back(void **state)
{
	static const char *const texts[][2] = {
		{ "/plain", "/plain" },
		{ "/a\\040b", "/a b" },
		{ "\\040\\011\\012\\134", " \t\n\\" },
		/* A backslash is one itself: what follows it is text. */
		{ "/a\\134040", "/a\\040" },
		{ "/\\303\\251", "/\xc3\xa9" },
		/* None of the kernel's. */
		{ "/a\\", "/a\\" },
		{ "/a\\04", "/a\\04" },
		{ "/a\\0x40", "/a\\0x40" },
		{ "/a\\777", "/a\\777" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		snprintf(text, sizeof(text), "%s", texts[i][0]);
		mountinfo_unescape(text);
		assert_string_equal(text, texts[i][1]);
	}
}

static void finds_the_mount_point(void **state)
{
	char line[] = "31 23 0:28 / /a\\040b rw shared:1 - tmpfs tmpfs rw\n";
	char last[] = "31 23 0:28 / /end\n";
	char none[] = "31 23 0:28 /\n", empty[] = "";

	(void)state;
	assert_string_equal(mountinfo_target(line), "/a b");
	assert_string_equal(mountinfo_target(last), "/end");
	assert_null(mountinfo_target(none));
	assert_null(mountinfo_target(empty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_escapes_back),
		cmocka_unit_test(finds_the_mount_point),
	};

	return cmocka_run_group_tests_name("mountinfo", tests, NULL, NULL);
}
