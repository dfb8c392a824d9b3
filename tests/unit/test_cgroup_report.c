/* What the kernel has counted, in words: no more than a counter proves. */
#include <stdio.h>
#include <string.h>

#include "../../tools/cgroup/report.h"
#include "unit.h"

static void refused(struct cgroup_counters counters, const char *wanted)
{
	char text[400];

	cgroup_tell_refused(&counters, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void forks(void **unused)
{
	/* Since 6.11 v2 knows whose limit it was. */
	struct cgroup_counters v2 = { .pids_limit = "20", .refused = 3, .refused_by_ours = 3 };
	struct cgroup_counters v1 = {
		.pids_limit = "20", .refused = 3, .refused_by_ours = -1, .pids_peak = -1
	};

	(void)unused;
	refused(v2, "the pids limit 20 refused 3 forks [CG-PIDS]");
	v2.refused_by_ours = 1;
	refused(v2,
		"the pids limit 20 refused 1 fork; a pids limit of a cgroup below refused 2 forks "
		"[CG-PIDS]");
	v2.refused_by_ours = 0;
	refused(v2, "a pids limit of a cgroup below refused 3 forks [CG-PIDS]");
	v2.refused = 0;
	refused(v2, "");
	v2.refused = -1;
	refused(v2, "");

	/* Others count where the process was: it may be any limit from there up. */
	refused(v1, "the pids limit 20 refused 3 forks [CG-PIDS]");
	v1.limit_above = true;
	refused(v1, "the pids limit 20, or one of a cgroup above, refused 3 forks [CG-PIDS]");
	v1.pids_peak = 20;
	refused(v1, "the pids limit 20, or one of a cgroup above, refused 3 forks [CG-PIDS]");
	v1.pids_peak = 19;
	refused(v1,
		"a pids limit of a cgroup above refused 3 forks; not the limit 20: at most 19 were "
		"here at once [CG-PIDS]");
	v1.pids_limit = NULL;
	refused(v1, "a pids limit of a cgroup above refused 3 forks [CG-PIDS]");
}

static void killed(struct cgroup_counters counters, const char *wanted)
{
	char text[900];

	cgroup_tell_killed(&counters, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void processes(void **unused)
{
	struct cgroup_counters counters = { .memory_limit = "50M",
					    .killed = 1,
					    .limit_reached = true };

	(void)unused;
	strcpy(counters.pattern, "/a/box");
	killed(counters,
	       "the memory limit 50M was hit; the kernel killed 1 process [CG-OOM]; its log "
	       "says who:  sudo dmesg | grep 'task_memcg=.*/a/box'");
	counters.log_read = true;
	killed(counters,
	       "the memory limit 50M was hit; the kernel killed 1 process [CG-OOM]; its log "
	       "does not say who");
	/* The log knows better than the counters whose limit it was. */
	strcpy(counters.victims, "pid 812 (hog)");
	counters.log_found = counters.log_ours = 1;
	killed(counters, "the memory limit 50M was hit; the kernel killed pid 812 (hog) [CG-OOM]");
	counters.limit_reached = false;
	killed(counters, "the memory limit 50M was hit; the kernel killed pid 812 (hog) [CG-OOM]");
	counters.log_ours = 0;
	counters.log_below = 1;
	killed(counters,
	       "a memory limit of a cgroup below was hit; the kernel killed pid 812 (hog) "
	       "[CG-OOM]");
	counters.log_below = 0;
	killed(counters,
	       "the kernel killed pid 812 (hog) for want of memory: not by a limit of this "
	       "cgroup, but by one of a cgroup above, or since the machine had none left "
	       "[CG-OOM]");
	counters.killed = 0;
	killed(counters, "");
}

static const char kernel_log[] =
	"<4>[ 1.0] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
	"oom_memcg=/a/box,task_memcg=/a/box,task=old,pid=7,uid=0\n"
	"<4>[ 2.0] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
	"oom_memcg=/a/box,task_memcg=/a/box/in,task=h o g,pid=812,uid=0\n"
	"<3>[ 2.0] Memory cgroup out of memory: Killed process 812 (hog) total-vm:78008kB\n"
	"<4>[ 2.1] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
	"oom_memcg=/a/boxer,task_memcg=/a/boxer,task=other,pid=9,uid=0\n"
	"<4>[ 2.2] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
	"oom_memcg=/a,task_memcg=/a/box,task=hog,pid=813,uid=0\n"
	"<4>[ 2.3] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,"
	"global_oom,task_memcg=/b/a/box,task=far,pid=10,uid=0\n";

static void the_log(void **unused)
{
	struct cgroup_counters counters = { .killed = 2 };

	(void)unused;
	cgroup_find_victims(kernel_log, "/a/box", true, &counters);
	assert_string_equal(counters.victims, "pid 812 (h o g), pid 813 (hog)");
	assert_int_equal(counters.log_found, 2);
	assert_int_equal(counters.log_ours, 1);
	assert_int_equal(counters.log_below, 0);
	/* In a cgroup namespace we know only the end of the path. */
	cgroup_find_victims(kernel_log, "/a/box", false, &counters);
	assert_string_equal(counters.victims, "pid 813 (hog), pid 10 (far)");
	counters.killed = 9;
	cgroup_find_victims(kernel_log, "/a/box", true, &counters);
	assert_string_equal(counters.victims,
			    "pid 7 (old), pid 812 (h o g), pid 813 (hog) and 6 more");
	counters.killed = 1;
	cgroup_find_victims(kernel_log, "/c", true, &counters);
	assert_string_equal(counters.victims, "");
	assert_int_equal(counters.log_found, 0);
	cgroup_find_victims("", "/c", true, &counters);
	cgroup_find_victims("\n\noom-kill:constraint=,task=", "/c", true, &counters);
	assert_string_equal(counters.victims, "");
}

static void line(const struct cgroup_counters *counters, const char *wanted)
{
	char text[2048];

	cgroup_tell_all(counters, text, sizeof(text));
	if (!strstr(text, wanted))
		fail_msg("no '%s' in: %s", wanted, text);
}

static void all(void **unused)
{
	struct cgroup_counters counters = {
		.memory_limit = "50M",
		.memory_on = true,
		.memory_peak = 20 << 20,
		.pids_on = true,
		.pids_limit = "20",
		.pids_peak = 7,
		.cpu = 1250000,
		.user = 1000000,
		.system = 250000,
		.periods = 40,
		.throttled_periods = 34,
		.throttled = 3400,
	};

	(void)unused;
	line(&counters, "memory:     at most 20.0M at once; the limit is 50M\n");
	line(&counters, "processes:  at most 7 at once, threads counted; the limit is 20\n");
	line(&counters, "CPU time:   1.25 s: 1.00 s in programs, 250.0 ms in the kernel\n");
	line(&counters, "throttled:  3.4 ms, all CPUs together, in 34 of 40 periods\n");
	line(&counters, "forks:      none refused\n");
	line(&counters, "killed:     nobody for want of memory");
	counters.memory_hits = 5;
	line(&counters, "reached 5 times without a kill");
	counters.memory_v1 = counters.pids_v1 = true;
	line(&counters, "none of this cgroup's own refused");
	line(&counters, "nobody of this cgroup itself");
	counters.memory_peak = counters.pids_peak = counters.cpu = counters.throttled = -1;
	line(&counters, "memory:     not known: this kernel keeps no peak");
	line(&counters, "processes:  not known");
	line(&counters, "CPU time:   not counted");
	line(&counters, "throttled:  not counted");
	counters.memory_on = counters.pids_on = false;
	counters.killed = -1;
	line(&counters, "memory:     not counted: the controller 'memory'");
	line(&counters, "forks:      not counted");
	line(&counters, "killed:     not counted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forks),
		cmocka_unit_test(processes),
		cmocka_unit_test(the_log),
		cmocka_unit_test(all),
	};

	return cmocka_run_group_tests_name("report of cgroup", tests, NULL, NULL);
}
