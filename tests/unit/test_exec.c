/* What executing a file makes of the five sets: capabilities(7). */
#include <linux/securebits.h>

#include "../../tools/capdrop/exec.h"
#include "unit.h"

#define CHOWN (UINT64_C(1) << 0)
#define KILL (UINT64_C(1) << 5)
#define RAW (UINT64_C(1) << 13)
#define ALL ((UINT64_C(1) << 41) - 1)

static const struct exec root = { .sets = { CHOWN, CHOWN, 0, 0, CHOWN | KILL } };
static const struct exec user = {
	.sets = { CHOWN | RAW, CHOWN | RAW, CHOWN | RAW, RAW, ALL },
	.real = 1000,
	.effective = 1000,
	.group = 1000,
};

static void expect(struct exec exec, uint64_t permitted, uint64_t effective, uint64_t ambient)
{
	struct sets after;

	assert_true(exec_foresee(&exec, &after));
	assert_true(after.permitted == permitted);
	assert_true(after.effective == effective);
	assert_true(after.ambient == ambient);
	assert_true(after.inheritable == exec.sets.inheritable);
	assert_true(after.bounding == exec.sets.bounding);
}

static void user_0_gets_its_bounding_set(void **state)
{
	struct exec exec = root;

	(void)state;
	expect(exec, CHOWN | KILL, CHOWN | KILL, 0);
	exec.sets.inheritable = RAW;
	expect(exec, CHOWN | KILL | RAW, CHOWN | KILL | RAW, 0);
	/* But no more than it had, with no_new_privs. */
	exec.no_new_privs = true;
	expect(exec, CHOWN, CHOWN, 0);
	/* With the real id only, it is not in use. */
	exec = root;
	exec.effective = 1000;
	expect(exec, CHOWN | KILL, 0, 0);
}

static void a_securebit_makes_user_0_as_any_other(void **state)
{
	struct exec exec = root;

	(void)state;
	exec.securebits = SECBIT_NOROOT;
	expect(exec, 0, 0, 0);
}

static void others_keep_what_is_ambient(void **state)
{
	(void)state;
	expect(user, RAW, RAW, RAW);
}

static void file_capabilities_empty_the_ambient_set(void **state)
{
	struct exec exec = user;

	(void)state;
	exec.has_capabilities = true;
	expect(exec, 0, 0, 0);
	exec.file_permitted = KILL;
	expect(exec, KILL, 0, 0);
	exec.begins_effective = true;
	expect(exec, KILL, KILL, 0);
	exec.file_inheritable = CHOWN | KILL;
	expect(exec, CHOWN | KILL, CHOWN | KILL, 0);
	exec.is_nosuid = true;
	expect(exec, RAW, RAW, RAW);
	exec.is_nosuid = false;
	exec.no_new_privs = true;
	expect(exec, CHOWN, CHOWN, 0);
}

static void a_program_that_counts_on_them_is_not_started_with_fewer(void **state)
{
	struct exec exec = user;
	struct sets after;

	(void)state;
	exec.sets.bounding = 0;
	exec.has_capabilities = exec.begins_effective = true;
	exec.file_permitted = KILL;
	assert_false(exec_foresee(&exec, &after));
	exec.begins_effective = false;
	assert_true(exec_foresee(&exec, &after));
}

static void set_user_id_root_is_root(void **state)
{
	struct exec exec = user;

	(void)state;
	exec.has_user_bit = true;
	expect(exec, ALL, ALL, 0);
	/* Not where the bit counts for nothing. */
	exec.no_new_privs = true;
	expect(exec, RAW, RAW, RAW);
	exec.no_new_privs = false;
	exec.is_unmapped = true;
	expect(exec, RAW, RAW, RAW);
	exec.is_unmapped = false;
	exec.is_nosuid = true;
	expect(exec, RAW, RAW, RAW);
	exec.is_nosuid = false;
	/* With capabilities of its own it gets those only. */
	exec.has_capabilities = true;
	exec.file_permitted = KILL;
	expect(exec, KILL, 0, 0);
	/* Of another user: it is no root, and loses what is ambient. */
	exec = user;
	exec.has_user_bit = true;
	exec.file_user = 7;
	expect(exec, 0, 0, 0);
}

static void a_group_bit_empties_the_ambient_set(void **state)
{
	struct exec exec = user;

	(void)state;
	exec.has_group_bit = true;
	exec.file_group = 5;
	expect(exec, 0, 0, 0);
	exec.file_group = 1000;
	expect(exec, RAW, RAW, RAW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_0_gets_its_bounding_set),
		cmocka_unit_test(a_securebit_makes_user_0_as_any_other),
		cmocka_unit_test(others_keep_what_is_ambient),
		cmocka_unit_test(file_capabilities_empty_the_ambient_set),
		cmocka_unit_test(a_program_that_counts_on_them_is_not_started_with_fewer),
		cmocka_unit_test(set_user_id_root_is_root),
		cmocka_unit_test(a_group_bit_empties_the_ambient_set),
	};

	return cmocka_run_group_tests_name("exec", tests, NULL, NULL);
}
