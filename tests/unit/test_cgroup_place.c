/* Choosing a place fails closed: what can't be read is no proof. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "../../tools/cgroup/find.c"
#include "../../tools/cgroup/place.c"

/* What facts.c has. */
bool cgroup_busy(const char *directory, struct reason *reason)
{
	(void)directory, (void)reason;
	return false;
}

bool cgroup_missing(const char *controller, struct reason *reason)
{
	(void)controller, (void)reason;
	return false;
}

/* What parent.c has: nobody asks for --parent here. */
void cgroup_make_parent(struct cgroup_work *work, struct cgroup_hierarchy *hierarchy)
{
	(void)work, (void)hierarchy;
	fail();
}

/* A path that does not fit would name another directory if it were cut. */
static void a_long_path_is_not_the_root(void **state)
{
	/* Without the last letters it ends between two slashes. */
	for (size_t cut = 0; cut < 14; cut++) {
		char path[PATH_MAX + 8] = "/tmp";

		memset(path + 4, '/', PATH_MAX - 4 - cut);
		strcpy(path + PATH_MAX - cut, ".");
		assert_false(is_root(path));
		assert_true(is_limited(path));
		assert_int_equal(members_of(path), OTHERS);
		assert_int_equal(write_in(path, "cgroup.procs", "0"), -1);
		assert_int_equal(errno, ENAMETOOLONG);
	}
	(void)state;
}

static void what_is_there_is_read(void **state)
{
	char directory[] = "/tmp/cgroup.XXXXXX";
	char *procs, *type, *memory;

	(void)state;
	assert_non_null(mkdtemp(directory));
	procs = print_text("%s/cgroup.procs", directory);
	type = print_text("%s/cgroup.type", directory);
	memory = print_text("%s/memory.max", directory);
	assert_true(is_root(directory));
	assert_false(is_limited(directory));
	fclose(fopen(type, "w"));
	fclose(fopen(procs, "w"));
	fclose(fopen(memory, "w"));
	assert_false(is_root(directory));
	assert_int_equal(members_of(directory), NOBODY);
	assert_int_equal(write_in(directory, "cgroup.procs", "12345678\n"), 0);
	assert_int_equal(members_of(directory), OTHERS);
	assert_int_equal(write_in(directory, "memory.max", "max\n"), 0);
	assert_false(is_limited(directory));
	assert_int_equal(write_in(directory, "memory.max", "4096\n"), 0);
	assert_true(is_limited(directory));
	unlink(procs);
	unlink(type);
	unlink(memory);
	rmdir(directory);
	free(procs);
	free(type);
	free(memory);
}

static void aside(void *place)
{
	struct cgroup_work work = { .tag = "strata-1-2" };

	step_aside(&work, place);
}

/* A leaf without a lock is taken for a leftover by the next run. */
static void the_leaf_is_opened_and_locked(void **state)
{
	char directory[] = "/tmp/cgroup.XXXXXX", *leaf;
	struct outcome outcome;

	(void)state;
	assert_non_null(mkdtemp(directory));
	leaf = print_text("%s/strata-1-2-outside", directory);
	/* It is no cgroup, so opening it fails. */
	outcome = outcome_of(aside, directory);
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "call: cgroup_open_new(work->aside)"));
	assert_int_equal(rmdir(leaf), 0);
	step_noted = explaining = dry_run = true;
	outcome = outcome_of(aside, directory);
	step_noted = explaining = dry_run = false;
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.said, "cgroup_open_new(work->aside)"));
	rmdir(directory);
	free(leaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_path_is_not_the_root),
		cmocka_unit_test(what_is_there_is_read),
		cmocka_unit_test(the_leaf_is_opened_and_locked),
	};

	return cmocka_run_group_tests_name("cgroup_place", tests, NULL, NULL);
}
