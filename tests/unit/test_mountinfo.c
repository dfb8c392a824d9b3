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

static void takes_a_line_apart(void **state)
{
	char plain[] = "31 23 0:28 / / rw,noatime - tmpfs a\\040b rw\n";
	char shared[] = "32 31 8:1 /x\\040y /m ro shared:1 master:22 - ext4 /dev/sda1 rw\n";
	char cut[] = "32 31 8:1 / /m rw shared:1\n", few[] = "32 31 8:1\n", empty[] = "";
	struct mountinfo mount;

	(void)state;
	assert_true(mountinfo_parse(plain, &mount));
	assert_int_equal(mount.id, 31);
	assert_int_equal(mount.parent, 23);
	assert_string_equal(mount.target, "/");
	assert_string_equal(mount.flags, "rw,noatime");
	assert_string_equal(mount.peers, "");
	assert_string_equal(mount.type, "tmpfs");
	assert_string_equal(mount.source, "a b");
	assert_true(mountinfo_parse(shared, &mount));
	assert_string_equal(mount.device, "8:1");
	assert_string_equal(mount.root, "/x y");
	assert_string_equal(mount.peers, "shared:1 master:22");
	assert_string_equal(mount.type, "ext4");
	assert_string_equal(mount.source, "/dev/sda1");
	assert_false(mountinfo_parse(cut, &mount));
	assert_false(mountinfo_parse(few, &mount));
	assert_false(mountinfo_parse(empty, &mount));
}

static void finds_a_flag_as_a_whole(void **state)
{
	(void)state;
	assert_true(mountinfo_has("rw,noatime,idmapped", "idmapped"));
	assert_true(mountinfo_has("ro", "ro"));
	assert_false(mountinfo_has("rw,noatime", "atime"));
	assert_false(mountinfo_has("rw,noatime", "no"));
	assert_false(mountinfo_has("", "ro"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_escapes_back),
		cmocka_unit_test(finds_the_mount_point),
		cmocka_unit_test(takes_a_line_apart),
		cmocka_unit_test(finds_a_flag_as_a_whole),
	};

	return cmocka_run_group_tests_name("mountinfo", tests, NULL, NULL);
}
