/* Where the hierarchies of cgroups are, on machines of all kinds; and limits
 * as people write them. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#include "../../tools/cgroup/find.c"
#include "../../tools/cgroup/limits.c"

/* Fills *layout as on a machine where the two files hold this. */
static void on_machine(struct cgroup_layout *layout, const char *cgroup, const char *mountinfo)
{
	char names[2][32] = { "/tmp/cgroup.XXXXXX", "/tmp/mountinfo.XXXXXX" };
	const char *const texts[] = { cgroup, mountinfo };

	for (int i = 0; i < 2; i++) {
		int fd = mkstemp(names[i]);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
		close(fd);
	}
	assert_int_equal(find_in(layout, names[0], names[1]), 0);
	unlink(names[0]);
	unlink(names[1]);
}

static void forget(struct cgroup_layout *layout)
{
	for (int i = 0; i < layout->count; i++) {
		free(layout->all[i].controllers);
		free(layout->all[i].mount);
		free(layout->all[i].own);
	}
}

static void expect(const char *cgroup, const char *mountinfo, const char *controller, int version,
		   const char *own)
{
	struct cgroup_layout layout;
	struct cgroup_hierarchy *found;

	on_machine(&layout, cgroup, mountinfo);
	found = cgroup_with(&layout, controller);
	if (own) {
		assert_non_null(found);
		assert_int_equal(found->version, version);
		assert_string_equal(found->own, own);
	} else {
		assert_null(found);
	}
	forget(&layout);
}

static void unified(void **state)
{
	static const char mount[] =
		"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
		"30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

	(void)state;
	expect("0::/user.slice/a.scope\n", mount, "memory", 2, "/sys/fs/cgroup/user.slice/a.scope");
	expect("0::/\n", mount, "memory", 2, "/sys/fs/cgroup");
	/* Not mounted at all. */
	expect("0::/a\n", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "memory", 2, NULL);
}

static void hybrid(void **state)
{
	static const char own[] = "5:name=systemd:/s\n4:memory:/m/n\n3:cpu,cpuacct:/c\n0::/u\n";
	static const char mounts[] = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
				     "32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
				     "33 31 0:30 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"
				     "34 31 0:31 / /cg/mem\\040ory rw - cgroup cgroup rw,memory\n"
				     "35 31 0:32 / /cg/unified rw - cgroup2 cgroup2 rw\n";

	(void)state;
	expect(own, mounts, "memory", 1, "/cg/mem ory/m/n");
	expect(own, mounts, "cpu", 1, "/cg/cpu/c");
	expect(own, mounts, "cpuacct", 1, "/cg/cpu/c");
	expect(own, mounts, "pids", 2, "/cg/unified/u");
	expect(own, mounts, "cgroup", 2, "/cg/unified/u");
}

/* A part of the tree is mounted, as in a container. */
static void subtree(void **state)
{
	static const char mount[] = "30 22 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw\n";

	(void)state;
	expect("0::/docker/ab/x\n", mount, "pids", 2, "/sys/fs/cgroup/x");
	expect("0::/docker/ab\n", mount, "pids", 2, "/sys/fs/cgroup");
	expect("0::/docker/abc\n", mount, "pids", 2, NULL);
	expect("0::/other\n", mount, "pids", 2, NULL);
	/* A second mount, of the whole. The last one that shows us counts. */
	expect("0::/other\n",
	       "30 22 0:26 / /one rw - cgroup2 cgroup rw\n"
	       "31 22 0:26 /docker /two rw - cgroup2 cgroup rw\n",
	       "pids", 2, "/one/other");
}

/* In a cgroup namespace, the mounts from before it begin above its root. */
static void outside(void **state)
{
	struct cgroup_layout layout;

	(void)state;
	on_machine(&layout, "0::/\n", "30 22 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
	assert_int_equal(layout.count, 0);
	assert_true(layout.outside);
	forget(&layout);
	/* We are outside of it, and it is what is mounted. */
	expect("0::/../x\n", "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "pids", 2,
	       NULL);
	/* Both outside, and we below what is mounted. */
	expect("0::/../x\n", "30 22 0:26 /.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "pids", 2,
	       "/sys/fs/cgroup/x");
}

static void cpus(void **state)
{
	static const struct {
		const char *text;
		unsigned long long quota;
	} good[] = { { "1", 100000 },	    { "0.5", 50000 },	      { ".25", 25000 },
		     { "2.00001", 200001 }, { "0.123456789", 12345 }, { "max", CGROUP_NO_LIMIT } };
	static const char *const bad[] = { "",	  ".",	 "1.", "-1",	  "+1", "1.2.3",
					   "1e3", "0x1", " 1", "1234567", "1,5" };
	unsigned long long quota;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!cgroup_read_cpus(good[i].text, &quota))
			fail_msg("'%s' is a number of CPUs", good[i].text);
		assert_true(quota == good[i].quota);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (cgroup_read_cpus(bad[i], &quota))
			fail_msg("'%s' is no number of CPUs", bad[i]);
}

static void cpu_lists(void **state)
{
	static const char *const bad[] = { "",	  ",", "0,",  "0-",   "-1",
					   "2-1", "a", "0 1", "8192", "99999999999999999999" };
	static bool set[CGROUP_CPU_MAX];

	(void)state;
	assert_true(cgroup_read_cpu_list("0-2,5,8191", set));
	assert_true(set[0] && set[2] && set[5] && set[8191]);
	assert_false(set[3] || set[6]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (cgroup_read_cpu_list(bad[i], set))
			fail_msg("'%s' is no list of CPUs", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unified), cmocka_unit_test(hybrid), cmocka_unit_test(subtree),
		cmocka_unit_test(outside), cmocka_unit_test(cpus),   cmocka_unit_test(cpu_lists),
	};

	return cmocka_run_group_tests_name("cgroup_find", tests, NULL, NULL);
}
