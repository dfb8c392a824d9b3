/* compose-run --compare: what is judged the same, the words that facts are
 * told in, and limits on cgroups of both versions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tools/compose-run/compare.h"
#include "../../tools/compose-run/who.h"
#include "unit.h"

#include "../../tools/compose-run/limits.c"

/* Those of lsm, whose files need more than this test. */
bool lsm_apparmor_runs(void);
bool lsm_selinux_runs(void);
bool lsm_apparmor_runs(void)
{
	return false;
}
bool lsm_selinux_runs(void)
{
	return false;
}

static void cleans_what_others_have_chosen(void **state)
{
	static const char *const texts[][2] = {
		{ "plain /a b", "plain /a b" },
		{ "tab\tline\nescape\033[31m", "tab?line?escape?[31m" },
		{ "del\177", "del?" },
		{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3",
		  "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3" },
		{ "\xff\xc3", "??" },	   /* no UTF-8, and cut off */
		{ "\xc0\xaf", "??" },	   /* longer than it need be */
		{ "\xed\xa0\x80", "???" }, /* half of UTF-16 */
		{ "\xc2\x9b"
		  "31m",
		  "??31m" },			/* a control character of 8 bits */
		{ "\xe2\x80\xae", "???" },	/* turns the writing around */
		{ "\xf4\x90\x80\x80", "????" }, /* above all characters */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char *clean = clean_text(texts[i][0]);

		assert_string_equal(clean, texts[i][1]);
		free(clean);
	}
}

static void tells_maps_in_words(void **state)
{
	static const char *const maps[][2] = {
		{ "         0          0 4294967295\n", "all as outside" },
		{ "0 1000 1\n", "0 is 1000 outside" },
		{ "0 100000 65536\n", "0-65535 are 100000-165535 outside" },
		{ "0 1000 1\n1 100000 65535\n", "0 is 1000, 1-65535 are 100000-165534 outside" },
		{ "0 9 1\n1 8 1\n2 7 1\n3 6 1\n4 5 1\n",
		  "0 is 9, 1 is 8, 2 is 7, and 2 ranges more outside" },
		{ "", "none has one outside" },
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		map_in_words(maps[i][0], text, sizeof(text));
		assert_string_equal(text, maps[i][1]);
		/* However little room there is. */
		for (size_t size = 1; size < 60; size++) {
			memset(text, 'x', sizeof(text));
			map_in_words(maps[i][0], text, size);
			assert_true(strlen(text) < size);
			assert_int_equal(text[size], 'x');
		}
	}
}

/* ---- judging ---- */

static enum verdict judged(const char *a, const char *b, const char *doubt, bool decides,
			   pid_t other)
{
	static struct comparison comparison;
	struct facts *facts = comparison.facts;

	memset(&comparison, 0, sizeof(comparison));
	comparison.process[0].pid = 1;
	comparison.process[1].pid = other;
	for (int side = 0; side < 2; side++) {
		const char *value = side ? b : a;
		struct layer *layer = &facts[side].layers[LAYER_LSM];
		struct fact *fact = value ? fact_add(layer, "fact", "%s", value)
					  : fact_add_unknown(layer, "fact", "a reason");

		fact->doubt = doubt;
		fact->decides = decides;
	}
	compare_judge(&comparison);
	assert_int_equal(comparison.layers[LAYER_UTS].verdict, SAME);
	return comparison.layers[LAYER_LSM].verdict;
}

static void never_takes_the_unknown_for_equal(void **state)
{
	(void)state;
	assert_int_equal(judged("a", "a", NULL, true, 2), SAME);
	assert_int_equal(judged("a", "b", NULL, true, 2), DIFFERENT);
	assert_int_equal(judged("a", NULL, NULL, true, 2), UNKNOWN);
	assert_int_equal(judged(NULL, "a", NULL, true, 2), UNKNOWN);
	assert_int_equal(judged(NULL, NULL, NULL, true, 2), UNKNOWN);
	/* Not even of one process: nothing was read. */
	assert_int_equal(judged(NULL, NULL, NULL, true, 1), UNKNOWN);
}

static void an_equal_number_of_filters_is_no_proof(void **state)
{
	(void)state;
	assert_int_equal(judged("1 filter", "1 filter", "not shown", true, 2), UNKNOWN);
	assert_int_equal(judged("1 filter", "2 filters", "not shown", true, 2), DIFFERENT);
	assert_int_equal(judged("1 filter", "1 filter", "not shown", true, 1), SAME);
}

static void what_decides_nothing_changes_no_verdict(void **state)
{
	(void)state;
	assert_int_equal(judged("a", "b", NULL, false, 2), SAME);
	assert_int_equal(judged("a", NULL, NULL, false, 2), SAME);
}

static void one_difference_is_enough(void **state)
{
	static struct comparison comparison;

	(void)state;
	memset(&comparison, 0, sizeof(comparison));
	for (int side = 0; side < 2; side++) {
		struct layer *layer = &comparison.facts[side].layers[LAYER_CHROOT];

		fact_add_unknown(layer, "first", "a reason")->decides = true;
		fact_add(layer, "second", "%d", side)->decides = true;
		fact_add_unknown(layer, "third", "a reason")->decides = true;
	}
	/* Only one of the two has this: who knows. */
	fact_add(&comparison.facts[1].layers[LAYER_LSM], "alone", "a")->decides = true;
	compare_judge(&comparison);
	assert_int_equal(comparison.layers[LAYER_CHROOT].verdict, DIFFERENT);
	assert_int_equal(comparison.layers[LAYER_LSM].verdict, UNKNOWN);
}

/* ---- limits ---- */

static void write_in(const char *directory, const char *name, const char *text)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* A hierarchy of three cgroups, one in the other, in a directory of ours. */
static struct cgroup_hierarchy made_hierarchy(int version, char *top, char *middle, char *own)
{
	struct cgroup_hierarchy hierarchy = { .version = version };

	strcpy(top, "/tmp/limits.XXXXXX");
	assert_non_null(mkdtemp(top));
	sprintf(middle, "%s/middle", top);
	sprintf(own, "%s/own", middle);
	mkdir(middle, 0700);
	mkdir(own, 0700);
	hierarchy.mount = top;
	hierarchy.own = own;
	return hierarchy;
}

static void remove_hierarchy(const char *top)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r '%s'", top);
	assert_int_equal(system(command), 0);
}

static void the_lowest_limit_on_the_way_up_counts(void **state)
{
	char top[32], middle[64], own[96];
	struct cgroup_hierarchy hierarchy = made_hierarchy(2, top, middle, own);

	(void)state;
	/* The top of v2 has no such files, and neither has a cgroup for which
	 * the controller is not switched on. */
	assert_true(lowest(&hierarchy, read_memory) >= NO_LIMIT);
	assert_true(lowest(&hierarchy, read_cpu) >= NO_LIMIT);
	write_in(own, "memory.max", "max\n");
	assert_true(lowest(&hierarchy, read_memory) >= NO_LIMIT);
	write_in(middle, "memory.max", "67108864\n");
	assert_string_equal(memory_in_words(lowest(&hierarchy, read_memory)), "64M");
	write_in(own, "memory.max", "134217728\n");
	assert_string_equal(memory_in_words(lowest(&hierarchy, read_memory)), "64M");
	write_in(own, "memory.max", "1000\n");
	assert_string_equal(memory_in_words(lowest(&hierarchy, read_memory)), "1000");
	write_in(own, "cpu.max", "max 100000\n");
	write_in(middle, "cpu.max", "50000 100000\n");
	assert_true(lowest(&hierarchy, read_cpu) > 0.49 && lowest(&hierarchy, read_cpu) < 0.51);
	write_in(own, "pids.max", "20\n");
	write_in(middle, "pids.max", "max\n");
	assert_true(lowest(&hierarchy, read_pids) > 19.9 && lowest(&hierarchy, read_pids) < 20.1);
	remove_hierarchy(top);
}

static void limits_of_version_1_have_other_files(void **state)
{
	char top[32], middle[64], own[96];
	struct cgroup_hierarchy hierarchy = made_hierarchy(1, top, middle, own);

	(void)state;
	write_in(top, "memory.limit_in_bytes", "9223372036854771712\n");
	write_in(own, "memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(lowest(&hierarchy, read_memory) >= NO_LIMIT);
	write_in(own, "memory.limit_in_bytes", "1073741824\n");
	assert_string_equal(memory_in_words(lowest(&hierarchy, read_memory)), "1G");
	write_in(own, "cpu.cfs_quota_us", "-1\n");
	write_in(own, "cpu.cfs_period_us", "100000\n");
	assert_true(lowest(&hierarchy, read_cpu) >= NO_LIMIT);
	write_in(own, "cpu.cfs_quota_us", "150000\n");
	assert_true(lowest(&hierarchy, read_cpu) > 1.49 && lowest(&hierarchy, read_cpu) < 1.51);
	remove_hierarchy(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans_what_others_have_chosen),
		cmocka_unit_test(tells_maps_in_words),
		cmocka_unit_test(never_takes_the_unknown_for_equal),
		cmocka_unit_test(an_equal_number_of_filters_is_no_proof),
		cmocka_unit_test(what_decides_nothing_changes_no_verdict),
		cmocka_unit_test(one_difference_is_enough),
		cmocka_unit_test(the_lowest_limit_on_the_way_up_counts),
		cmocka_unit_test(limits_of_version_1_have_other_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
