/* Where ns-ipc --list looks for message queues. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* The mount table of a machine of our own. */
static char mount_table[512];
#define fopen(path, mode) fmemopen(mount_table, strlen(mount_table), "r")
#include "../../tools/ns-ipc/list.c"
#undef fopen

static void expect(const char *lines, const char *where)
{
	char *found;

	snprintf(mount_table, sizeof(mount_table), "%s", lines);
	found = find_mount();
	if (where) {
		assert_non_null(found);
		assert_string_equal(found, where);
	} else {
		assert_null(found);
	}
	free(found);
}

static void finds_the_mount(void **state)
{
	(void)state;
	expect("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	       "30 22 0:26 / /dev/mqueue rw,nosuid shared:4 - mqueue mqueue rw\n",
	       "/dev/mqueue");
	expect("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", NULL);
	expect("22 1 8:1 / /mqueue rw - tmpfs mqueue rw\n", NULL);
}

static void finds_one_with_a_blank_in_its_name(void **state)
{
	(void)state;
	expect("30 22 0:26 / /my\\040queues rw - mqueue none rw\n", "/my queues");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_mount),
		cmocka_unit_test(finds_one_with_a_blank_in_its_name),
	};

	return cmocka_run_group_tests_name("ipc_list", tests, NULL, NULL);
}
