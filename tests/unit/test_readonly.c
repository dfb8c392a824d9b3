/* The flags of mounts on a kernel before 5.12: one by one, and none may be
 * left as it was. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "unit.h"

/* A machine of our own: its mount table, what asking for a mount gives, and
 * what has been set. */
static struct {
	char table[8192];
	const char *broken; /* asking for this one fails, with this errno */
	int error;
	unsigned long ignored; /* flags that are claimed to be set, and are not */
	unsigned long first;   /* flags that each mount has before */
	char done[512];
	unsigned long set;
} machine;

static int look(const char *path, struct statvfs *status)
{
	errno = strlen(path) >= 4096 ? ENAMETOOLONG : machine.error;
	if (strlen(path) >= 4096 || (machine.broken && strcmp(path, machine.broken) == 0))
		return -1;
	memset(status, 0, sizeof(*status));
	status->f_flag = (strstr(machine.done, path) ? machine.set : 0) | machine.first;
	return 0;
}

static int set(const char *path, unsigned long flags)
{
	size_t used = strlen(machine.done);

	snprintf(machine.done + used, sizeof(machine.done) - used, "%s ", path);
	machine.set = flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC) & ~machine.ignored;
	return 0;
}

#define fopen(path, mode) fmemopen(machine.table, strlen(machine.table), "r")
#define statvfs(path, status) look(path, status)
#define fstatvfs(tree, status) look("/", status)
#define mount(source, path, type, flags, data) set(path, flags)
#include "../../tools/ns-mnt/readonly.c"
#undef fopen
#undef statvfs
#undef fstatvfs
#undef mount

#define MOUNTS                                      \
	"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"     \
	"23 22 0:5 / /a rw - tmpfs tmpfs rw\n"      \
	"24 22 0:6 / /a\\040b rw - tmpfs none rw\n" \
	"25 22 0:7 / /c rw - tmpfs none rw\n"

static void on_machine(const char *table, const char *broken, int error)
{
	memset(&machine, 0, sizeof(machine));
	snprintf(machine.table, sizeof(machine.table), "%s", table);
	machine.broken = broken;
	machine.error = error;
}

static void settle(void *flags)
{
	/* The mount that was just made, and is now on "/". */
	settle_flags(open("/", O_PATH), "/", *(unsigned long long *)flags);
	puts(machine.done);
}

/* Runs it on the machine, which goes on being what it was. */
static struct outcome settled(unsigned long long flags)
{
	return outcome_of(settle, &flags);
}

static void sets_them_on_every_mount(void **state)
{
	(void)state;
	on_machine(MOUNTS, NULL, 0);
	assert_string_equal(settled(MOUNT_ATTR_RDONLY).said, "/ /a /a b /c \n");
}

static void passes_over_what_is_covered(void **state)
{
	static const int errors[] = { ENOENT, ENOTDIR };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		on_machine(MOUNTS, "/a", errors[i]);
		assert_string_equal(settled(MOUNT_ATTR_RDONLY).said, "/ /a b /c \n");
	}
}

static void fails_where_a_mount_cannot_be_looked_at(void **state)
{
	static const int errors[] = { EACCES, EIO, ENAMETOOLONG, ELOOP, ENOMEM };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		struct outcome outcome;

		on_machine(MOUNTS, "/c", errors[i]);
		outcome = settled(MOUNT_ATTR_RDONLY);
		assert_int_equal(outcome.status, 125);
		assert_non_null(strstr(outcome.said, "the mount on '/c'"));
	}
}

static void fails_where_any_flag_is_not_set(void **state)
{
	static const unsigned long flags[] = { MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		on_machine(MOUNTS, NULL, 0);
		machine.ignored = flags[i];
		assert_int_equal(settled(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					 MOUNT_ATTR_NOEXEC)
					 .status,
				 125);
	}
	/* What was not asked for need not be there. */
	on_machine(MOUNTS, NULL, 0);
	machine.ignored = MS_NOEXEC;
	assert_int_equal(settled(MOUNT_ATTR_NOSUID).status, 0);
}

static void fails_where_a_path_is_too_long(void **state)
{
	char table[8192];

	(void)state;
	snprintf(table, sizeof(table), MOUNTS "26 22 0:8 / /%05000d rw - tmpfs none rw\n", 0);
	on_machine(table, NULL, 0);
	assert_int_equal(settled(MOUNT_ATTR_RDONLY).status, 125);
}

static void keeps_the_flags_that_are_there(void **state)
{
	unsigned long all = old_flags(MOUNT_ATTR_RDONLY, ST_NOSUID | ST_NODEV | ST_RELATIME);

	(void)state;
	assert_int_equal(all, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_RELATIME);
	/* One of the two. */
	assert_int_equal(old_flags(MOUNT_ATTR_NOATIME, ST_RELATIME), MS_NOATIME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_them_on_every_mount),
		cmocka_unit_test(passes_over_what_is_covered),
		cmocka_unit_test(fails_where_a_mount_cannot_be_looked_at),
		cmocka_unit_test(fails_where_any_flag_is_not_set),
		cmocka_unit_test(fails_where_a_path_is_too_long),
		cmocka_unit_test(keeps_the_flags_that_are_there),
	};

	return cmocka_run_group_tests_name("readonly", tests, NULL, NULL);
}
