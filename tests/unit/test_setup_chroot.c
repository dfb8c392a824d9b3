/* What chroot asks the kernel for. */
#define main chroot_main
#include "../../tools/chroot/chroot.c"
#undef main
#include "record.h"
#include "unit.h"

static void changes_root_then_directory(void **state)
{
	(void)state;
	record(chroot_main, "chroot /somewhere sh");
	assert_string_equal(recorded, "close_range(3,end) chroot(/somewhere) chdir(/) exec(sh)");
}

static void pivots_and_detaches_the_old_root(void **state)
{
	(void)state;
	/* "/proc" is a mount point; "/usr/bin" is none, and has to become one. */
	record(chroot_main, "chroot --pivot --wd /tmp /proc -- sh");
	assert_string_equal(recorded, "close_range(3,end) chdir(/proc) pivot_root(.,.) "
				      "umount2(.,detach) chdir(/) chdir(/tmp) exec(sh)");
}

static void binds_what_is_no_mount(void **state)
{
	(void)state;
	record(chroot_main, "chroot --pivot /usr/bin sh");
	assert_string_equal(recorded, "close_range(3,end) mount(/usr/bin,/usr/bin,rec,bind) "
				      "chdir(/usr/bin) pivot_root(.,.) umount2(.,detach) chdir(/) "
				      "exec(sh)");
}

static void becomes_the_user_behind_the_root(void **state)
{
	(void)state;
	record(chroot_main, "chroot --userspec 77:88 --groups 5,6 /x sh");
	assert_string_equal(recorded, "close_range(3,end) chroot(/x) chdir(/) setgroups(2,5,6) "
				      "setresgid(88,88,88) setresuid(77,77,77) exec(sh)");
}

static void line(void *words)
{
	char **argv = words;
	int argc = 0;

	while (argv[argc])
		argc++;
	chroot_main(argc, argv);
}

static void refuses_nonsense(void **state)
{
	char *lines[][6] = {
		{ "chroot", NULL },
		{ "chroot", "", NULL },
		{ "chroot", "--skip-chdir", "/x", "sh", NULL },
		{ "chroot", "--keep-fd", "2", "/x", NULL },
		{ "chroot", "--keep-fd", "999", "/x", NULL },
		{ "chroot", "--userspec", "nobody-of-this-name", "/x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_int_equal(outcome_of(line, lines[i]).status, 125);
}

/* The check that guards a real pivot would refuse here, in the namespace of
 * the machine; the calls are recorded, so it is told that PID 1 is ours. */
ssize_t __wrap_readlink(const char *path, char *text, size_t size);
ssize_t __real_readlink(const char *path, char *text, size_t size);
ssize_t __wrap_readlink(const char *path, char *text, size_t size)
{
	if (strcmp(path, "/proc/self") == 0) {
		*text = '1';
		return 1;
	}
	return __real_readlink(path, text, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_root_then_directory),
		cmocka_unit_test(pivots_and_detaches_the_old_root),
		cmocka_unit_test(binds_what_is_no_mount),
		cmocka_unit_test(becomes_the_user_behind_the_root),
		cmocka_unit_test(refuses_nonsense),
	};

	return cmocka_run_group_tests_name("chroot", tests, NULL, NULL);
}
