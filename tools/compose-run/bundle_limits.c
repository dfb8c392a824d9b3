/* bundle_limits.c: "linux.resources" as options of cgroup, in the words of the
 * version that is here. See bundle.h. */
#include <stdio.h>
#include <unistd.h>

#include "bundle.h"

bool bundle_on_v2(void)
{
	return access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
}

static void add_knob(struct words *words, bool v2, const char *old, const char *new, int64_t value)
{
	words_add_option(words, "--set", "%s=%lld", v2 ? new : old, (long long)value);
}

static void plan_cpu_time(const struct bundle_resources *resources, bool v2, struct words *words)
{
	int64_t quota = resources->quota, period = resources->period;
	char limit[24] = "max";

	if (quota == BUNDLE_UNSET && period == BUNDLE_UNSET)
		return;
	/* --cpus counts in periods of 100,000 microseconds. */
	if (quota > 0 && (period == BUNDLE_UNSET || period == 100000)) {
		words_add_option(words, "--cpus", "%lld.%05lld", (long long)quota / 100000,
				 (long long)quota % 100000);
		return;
	}
	if (period == BUNDLE_UNSET)
		return;
	if (quota > 0)
		snprintf(limit, sizeof(limit), "%lld", (long long)quota);
	if (v2) {
		words_add_option(words, "--set", "cpu.max=%s %lld", limit, (long long)period);
		return;
	}
	words_add_option(words, "--set", "cpu.cfs_period_us=%lld", (long long)period);
	if (quota > 0)
		words_add_option(words, "--set", "cpu.cfs_quota_us=%s", limit);
}

void bundle_plan_limits(const struct bundle *bundle, struct words *words)
{
	const struct bundle_resources *resources = &bundle->linux_.resources;
	bool v2 = bundle_on_v2();

	if (resources->memory > 0)
		words_add_option(words, "--memory", "%lld", (long long)resources->memory);
	else if (resources->memory == -1)
		words_add_option(words, "--memory", "max");
	if (resources->swap > 0)
		words_add_option(words, "--memory-swap", "%lld", (long long)resources->swap);
	else if (resources->swap == -1)
		words_add_option(words, "--memory-swap", "max");
	if (resources->reservation > 0)
		add_knob(words, v2, "memory.soft_limit_in_bytes", "memory.low",
			 resources->reservation);
	if (resources->swappiness != BUNDLE_UNSET) {
		if (v2)
			strict_missing_path(bundle->file, "linux.resources.memory.swappiness",
					    "cgroup v2 has no such setting");
		add_knob(words, v2, "memory.swappiness", NULL, resources->swappiness);
	}
	plan_cpu_time(resources, v2, words);
	/* v1's 2 to 262144 for v2's 1 to 10000, as all runtimes count. */
	if (resources->shares != BUNDLE_UNSET)
		add_knob(words, v2, "cpu.shares", "cpu.weight",
			 v2 ? 1 + (resources->shares - 2) * 9999 / 262142 : resources->shares);
	if (resources->burst != BUNDLE_UNSET)
		add_knob(words, v2, "cpu.cfs_burst_us", "cpu.max.burst", resources->burst);
	if (resources->idle > 0) {
		if (!v2)
			strict_missing_path(bundle->file, "linux.resources.cpu.idle",
					    "cgroup v1 has no such setting");
		add_knob(words, v2, NULL, "cpu.idle", resources->idle);
	}
	/* The period first: the other is compared with it. */
	if (resources->rt_period)
		add_knob(words, false, "cpu.rt_period_us", NULL, resources->rt_period);
	if (resources->rt_runtime)
		add_knob(words, false, "cpu.rt_runtime_us", NULL, resources->rt_runtime);
	if (resources->cpus)
		words_add_option(words, "--cpuset-cpus", "%s", resources->cpus);
	if (resources->mems)
		words_add_option(words, "--set", "cpuset.mems=%s", resources->mems);
	if (resources->pids > 0)
		words_add_option(words, "--pids-limit", "%lld", (long long)resources->pids);
	else if (resources->pids == -1)
		words_add_option(words, "--pids-limit", "max");
	for (size_t i = 0; i < resources->knobs.count; i++)
		words_add_option(words, "--set", "%s", resources->knobs.word[i]);
	if (resources->unified.count && !v2)
		strict_missing_path(
			bundle->file, "linux.resources.unified",
			"these are files of cgroup v2, and this machine has v1, or both");
	for (size_t i = 0; i < resources->unified.count; i++)
		words_add_option(words, "--set", "%s", resources->unified.word[i]);
}
