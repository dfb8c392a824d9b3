/* Lists of mount options. */
#include <string.h>
#include <sys/mount.h>

#include "../../tools/ns-mnt/mounts.h"
#include "unit.h"

static void tells_flags_from_values(void **state)
{
	unsigned long long flags = MOUNT_ATTR_NOSUID;
	char values[64];

	(void)state;
	assert_true(mount_parse_options("size=64m,ro,mode=1777,noexec", &flags, values,
					sizeof(values)));
	assert_true(flags == (MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC));
	assert_string_equal(values, "size=64m,mode=1777");

	assert_true(mount_parse_options("suid,rw", &flags, values, sizeof(values)));
	assert_true(flags == MOUNT_ATTR_NOEXEC);
	assert_string_equal(values, "");

	assert_true(mount_parse_options(NULL, &flags, values, sizeof(values)));
	assert_string_equal(values, "");
}

static void refuses_lists_with_holes(void **state)
{
	unsigned long long flags = 0;
	char values[16];

	(void)state;
	assert_false(mount_parse_options("ro,,noexec", &flags, values, sizeof(values)));
	assert_false(mount_parse_options(",ro", &flags, values, sizeof(values)));
	assert_false(mount_parse_options("ro,", &flags, values, sizeof(values)));
	assert_false(
		mount_parse_options("a-value-that-does-not-fit=1", &flags, values, sizeof(values)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_flags_from_values),
		cmocka_unit_test(refuses_lists_with_holes),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
