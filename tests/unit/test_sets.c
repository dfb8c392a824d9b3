/* Capability sets by name. */
#include <stdio.h>
#include <string.h>

#include "../../tools/capdrop/sets.h"
#include "message.h"
#include "unit.h"

static void reads_names_as_people_write_them(void **state)
{
	(void)state;
	assert_true(sets_parse("chown") == 1);
	assert_true(sets_parse("CAP_CHOWN,cap_kill,NET_RAW") == (1 | 1 << 5 | 1 << 13));
	assert_true(sets_parse("all") == sets_preset("all"));
	assert_true(sets_preset("none") == 0);
}

static void docker_set_is_docker_s(void **state)
{
	(void)state;
	/* The CapEff of a container, as /proc/PID/status shows it. */
	assert_true(sets_preset("docker") == 0xa80425fbULL);
}

static void words_read_back(void **state)
{
	(void)state;
	assert_string_equal(sets_in_words(0), "none");
	assert_string_equal(sets_in_words(sets_preset("all")), "all");
	assert_string_equal(sets_in_words(1 | 1 << 13), "chown,net_raw");
	assert_true(sets_parse(sets_in_words(sets_preset("docker"))) == 0xa80425fbULL);
}

static void short_words(void **state)
{
	(void)state;
	assert_string_equal(sets_in_short(0), "none");
	assert_string_equal(sets_in_short(sets_preset("all")), "all");
	assert_string_equal(sets_in_short(sets_preset("all") & ~UINT64_C(2)),
			    "all but dac_override");
	assert_string_equal(sets_in_short(1 | 1 << 13), "chown,net_raw");
	assert_non_null(strstr(sets_in_short(sets_preset("docker")), "14 of "));
}

static void parse(void *list)
{
	sets_parse(list);
}

static void parse_in_line(void *list)
{
	char word[64], *words[] = { "capdrop", word, "--", "true", NULL };

	snprintf(word, sizeof(word), "--keep=%s", (char *)list);
	tool_name = "capdrop";
	tool_words = words;
	sets_parse(word + 7);
}

static void unknown_names_get_a_proposal(void **state)
{
	struct outcome outcome = outcome_of(parse, "sys_amdin");

	(void)state;
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "did you mean sys_admin?"));
	/* The proposal is put into the line, where the list is one of its words. */
	outcome = outcome_of(parse_in_line, "kill,CAP_sys_amdin,chown");
	assert_non_null(strstr(outcome.said, "capdrop --keep=kill,sys_admin,chown -- true"));
	assert_int_equal(outcome_of(parse, "CAP_").status, 125);
	assert_int_equal(outcome_of(parse, "all-of-them").status, 125);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_as_people_write_them),
		cmocka_unit_test(docker_set_is_docker_s),
		cmocka_unit_test(words_read_back),
		cmocka_unit_test(short_words),
		cmocka_unit_test(unknown_names_get_a_proposal),
	};

	return cmocka_run_group_tests_name("sets", tests, NULL, NULL);
}
