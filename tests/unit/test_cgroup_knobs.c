/* Whether the kernel holds what it was asked for; and what happens when it
 * can't be asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "../../tools/cgroup/find.c"
#include "../../tools/cgroup/limits.c"
#include "../../tools/cgroup/knobs.c"

struct pair {
	const char *knob, *asked, *held;
};

static void expect(const struct pair *pairs, size_t count, bool same)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(pairs[i].knob, pairs[i].asked, pairs[i].held) != same)
			fail_msg("%s: '%s' and '%s' are %s", pairs[i].knob, pairs[i].asked,
				 pairs[i].held, same ? "the same" : "not the same");
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void numbers(void **state)
{
	static const struct pair same[] = {
		{ "pids.max", "7", "7" },
		{ "memory.max", "64M", "67108864" },
		{ "memory.max", "5000001", "4997120" },
		{ "memory.max", "max", "max" },
		{ "memory.limit_in_bytes", "-1", "9223372036854771712" },
		{ "cpu.cfs_quota_us", "-1", "-1" },
	};
	static const struct pair others[] = {
		{ "pids.max", "7", "8" },
		{ "pids.max", "7", "max" },
		{ "memory.max", "64M", "max" },
		{ "memory.max", "5000001", "4993024" },
		/* Less than a page, but no size. */
		{ "memory.oom.group", "1", "0" },
		{ "memory.swappiness", "60", "0" },
	};

	(void)state;
	if (sysconf(_SC_PAGESIZE) != 4096)
		skip();
	expect(same, COUNT(same), true);
	expect(others, COUNT(others), false);
}

static void words_count_in_their_order(void **state)
{
	static const struct pair same[] = {
		{ "cpu.max", "50000 100000", "50000 100000" },
		{ "cpu.max", "50000", "50000 100000" },
		{ "cpu.max", "max", "max 100000" },
		{ "io.weight", "50", "default 50\n8:0 70" },
		{ "io.weight", "default 50", "default 50" },
		{ "io.weight", "8:0 70", "default 50\n8:0 70" },
		{ "blkio.throttle.read_bps_device", "8:0  1000", "8:16 2000\n8:0 1000" },
		{ "cpuset.cpus", " ", "" },
		{ "some.knob", "a b", "a\nb" },
	};
	static const struct pair others[] = {
		{ "cpu.max", "100000 50000", "50000 100000" },
		{ "cpu.max", "100000", "50000 100000" },
		{ "cpu.max", "50000 20000", "50000 100000" },
		{ "cpu.max", "50000 100000", "50000" },
		{ "cpu.max", "5000", "50000 100000" },
		{ "io.weight", "50", "default 70\n8:0 50" },
		{ "io.weight", "8:0 70", "default 70\n8:0 50\n8:16 70" },
		{ "cpuset.cpus.partition", "root", "root invalid (Parent is not one)" },
		{ "some.knob", "a", "b a" },
		{ "some.knob", "a a", "a" },
		/* Blanks alone are not there in each value. */
		{ "cpu.max", "  ", "max 100000" },
		{ "some.knob", " ", "a" },
		{ "io.max", " ", "8:0 rbps=1000" },
	};

	(void)state;
	expect(same, COUNT(same), true);
	expect(others, COUNT(others), false);
}

static void keys_belong_to_their_line(void **state)
{
	static const char held[] = "8:16 rbps=1000 wbps=max riops=max wiops=5\n"
				   "8:0 rbps=max wbps=max riops=max wiops=10";
	const struct pair same[] = {
		{ "io.max", "8:16 rbps=1000", held },
		{ "io.max", "8:16 wiops=5 rbps=1000", held },
		{ "io.max", "8:0 wiops=10 rbps=max", held },
		{ "rdma.max", "mlx4_0 hca_object=2000", "mlx4_0 hca_handle=max hca_object=2000\n" },
	};
	const struct pair others[] = {
		{ "io.max", "8:0 rbps=1000", held }, { "io.max", "8:0 rbps=1000 wiops=10", held },
		{ "io.max", "8:16 wiops=10", held }, { "io.max", "8:1 rbps=1000", held },
		{ "io.max", "rbps=1000", held },     { "io.max", "rbps=1000 8:16", held },
		{ "io.max", "8:0 wiops=1", held },   { "io.max", "8:0 rbps=1000", "" },
	};

	(void)state;
	expect(same, COUNT(same), true);
	expect(others, COUNT(others), false);
}

/* Limits the CPUs in a directory that stands for a cgroup of v2. */
static void limit_to_cpu_0(void *directory)
{
	struct cgroup_work work = { .limits.cpuset = "0", .layout.count = 1 };
	char none[] = "";

	work.layout.all[0] = (struct cgroup_hierarchy){ .version = 2,
							.controllers = none,
							.path = directory,
							.fd = open(directory, O_RDONLY) };
	limit_cpuset(&work);
	printf("went on");
}

static void write_to(const char *directory, const char *name, const char *value)
{
	char *path = print_text("%s/%s", directory, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(value, file);
	fclose(file);
	free(path);
}

static void effective_cpus_are_looked_at(void **state)
{
	char directory[] = "/tmp/cgroup.XXXXXX";
	struct outcome outcome;

	(void)state;
	assert_non_null(mkdtemp(directory));
	write_to(directory, "cpuset.cpus", "");
	outcome = outcome_of(limit_to_cpu_0, directory);
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "(ENOENT)"));
	assert_non_null(strstr(outcome.said, "call: read_knob(cgroup->fd, "
					     "\"cpuset.cpus.effective\""));
	write_to(directory, "cpuset.cpus.effective", "1-3\n");
	outcome = outcome_of(limit_to_cpu_0, directory);
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "we would have 1-3"));
	write_to(directory, "cpuset.cpus.effective", "0\n");
	outcome = outcome_of(limit_to_cpu_0, directory);
	assert_string_equal(outcome.said, "went on");

	unlinkat(AT_FDCWD, print_text("%s/cpuset.cpus.effective", directory), 0);
	unlinkat(AT_FDCWD, print_text("%s/cpuset.cpus", directory), 0);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(words_count_in_their_order),
		cmocka_unit_test(keys_belong_to_their_line),
		cmocka_unit_test(effective_cpus_are_looked_at),
	};

	return cmocka_run_group_tests_name("cgroup_knobs", tests, NULL, NULL);
}
