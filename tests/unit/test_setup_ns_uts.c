/* What ns-uts asks the kernel for. */
#define main ns_uts_main
#include "../../tools/ns-uts/ns-uts.c"
#undef main
#include "record.h"
#include "unit.h"

static void makes_the_namespace_and_names(void **state)
{
	(void)state;
	record(ns_uts_main, "ns-uts -- sh");
	assert_string_equal(recorded, "unshare(CLONE_NEWUTS) exec(sh)");
	record(ns_uts_main, "ns-uts --hostname box --domainname lab sh");
	assert_string_equal(recorded,
			    "unshare(CLONE_NEWUTS) sethostname(box) setdomainname(lab) exec(sh)");
}

static void options_stop_at_the_first_word(void **state)
{
	(void)state;
	record(ns_uts_main, "ns-uts ls --hostname box");
	assert_string_equal(recorded, "unshare(CLONE_NEWUTS) exec(ls)");
}

static void joins_and_makes_none(void **state)
{
	(void)state;
	record(ns_uts_main, "ns-uts --join /proc/self/ns/uts sh");
	assert_string_equal(recorded, "setns(fd,CLONE_NEWUTS) exec(sh)");
}

static void dry_run_makes_no_call(void **state)
{
	(void)state;
	record(ns_uts_main, "ns-uts -n --hostname box sh");
	assert_string_equal(recorded, "exec(sh)");
	dry_run = false;
}

static void bad_name(void *name)
{
	char *words[] = { "ns-uts", "--hostname", name, "sh", NULL };

	ns_uts_main(4, words);
}

static void refuses_bad_names_before_the_namespace(void **state)
{
	char long_name[302] = "";
	char *names[] = { "-x", "a b", "a_b", "", long_name };

	(void)state;
	memset(long_name, 'a', 300);
	for (size_t i = 0; i < 5; i++) {
		*recorded = '\0';
		assert_int_equal(outcome_of(bad_name, names[i]).status, 125);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_namespace_and_names),
		cmocka_unit_test(options_stop_at_the_first_word),
		cmocka_unit_test(joins_and_makes_none),
		cmocka_unit_test(dry_run_makes_no_call),
		cmocka_unit_test(refuses_bad_names_before_the_namespace),
	};

	return cmocka_run_group_tests_name("ns-uts", tests, NULL, NULL);
}
