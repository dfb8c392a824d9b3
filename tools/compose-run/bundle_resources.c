/* bundle_resources.c: the limits in a config.json: "linux.resources". See
 * bundle.h. */
#include <stdio.h>
#include <string.h>

#include "bundle.h"

/* ---- memory ---- */

/* Bytes, or -1. */
static int64_t read_bytes(const struct at *at)
{
	int64_t bytes = strict_number(at, -1, INT64_MAX);

	if (bytes == 0)
		strict_wrong(at, "0 would leave no memory at all; no limit is -1");
	return bytes;
}

static void read_memory_limit(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.memory = read_bytes(at);
}

static void read_swap(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.swap = read_bytes(at);
}

static void read_reservation(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.reservation = read_bytes(at);
}

static void read_swappiness(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.swappiness = strict_number(at, 0, 100);
}

/* "kernel" and "kernelTCP", whose limits the kernel has given up (5.16). */
static void read_kernel_memory(const struct at *at, void *into)
{
	(void)into;
	if (strict_number(at, -1, INT64_MAX) > 0)
		strict_missing(at, "the kernel has no such limit any more (since 5.16)");
}

static void read_no_killer(const struct at *at, void *into)
{
	(void)into;
	if (strict_bool(at))
		strict_missing(at, "a program over its limit is killed; it can't be made to wait");
}

static void read_hierarchy(const struct at *at, void *into)
{
	(void)into;
	if (!strict_bool(at))
		strict_missing(at, "a cgroup counts for those above it, always (since 5.11)");
}

static void read_check(const struct at *at, void *into)
{
	/* Of a new cgroup nothing is in use yet. */
	(void)into;
	strict_bool(at);
}

static void read_memory(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "limit", read_memory_limit, false },
		{ "reservation", read_reservation, false },
		{ "swap", read_swap, false },
		{ "kernel", read_kernel_memory, false },
		{ "kernelTCP", read_kernel_memory, false },
		{ "swappiness", read_swappiness, false },
		{ "disableOOMKiller", read_no_killer, false },
		{ "useHierarchy", read_hierarchy, false },
		{ "checkBeforeUpdate", read_check, false },
		{ NULL, NULL, false },
	};
	struct bundle *bundle = into;
	const struct bundle_resources *resources = &bundle->linux_.resources;

	strict_object(at, keys, bundle);
	if (resources->swap == BUNDLE_UNSET)
		return;
	if (resources->memory == BUNDLE_UNSET)
		strict_wrong(at, "\"swap\" is memory and swap together, so it goes with \"limit\"");
	if (resources->swap >= 0 && (resources->memory < 0 || resources->swap < resources->memory))
		strict_wrong(
			at, "\"swap\" is memory and swap together, so it can't be below \"limit\"");
}

/* ---- CPU ---- */

static void read_shares(const struct at *at, void *into)
{
	int64_t shares = strict_number(at, 0, 262144);

	if (shares == 1)
		strict_wrong(at, "it must be from 2 to 262144");
	/* Docker writes 0 into each bundle, and means that nothing was said. */
	if (shares != 0)
		((struct bundle *)into)->linux_.resources.shares = shares;
}

static void read_quota(const struct at *at, void *into)
{
	int64_t quota = strict_number(at, -1, INT64_MAX);

	if (quota >= 0 && quota < 1000)
		strict_wrong(at, "the kernel takes no less than 1000 microseconds; no limit is -1");
	((struct bundle *)into)->linux_.resources.quota = quota;
}

static void read_period(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.period = strict_number(at, 1000, 1000000);
}

static void read_burst(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.burst = strict_number(at, 0, INT64_MAX);
}

static void read_idle(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.idle = strict_number(at, 0, 1);
}

static const char *read_cpu_list(const struct at *at)
{
	const char *list = strict_string(at);

	if (list[strspn(list, "0123456789,-")])
		strict_wrong(at, "it must be a list of numbers and ranges, such as 0-3,7");
	return *list ? list : NULL;
}

static void read_cpus(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.cpus = read_cpu_list(at);
}

static void read_mems(const struct at *at, void *into)
{
	((struct bundle *)into)->linux_.resources.mems = read_cpu_list(at);
}

static void read_cpu(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "shares", read_shares, false },
		{ "quota", read_quota, false },
		{ "period", read_period, false },
		{ "burst", read_burst, false },
		{ "realtimeRuntime", bundle_read_rt_runtime, false },
		{ "realtimePeriod", bundle_read_rt_period, false },
		{ "cpus", read_cpus, false },
		{ "mems", read_mems, false },
		{ "idle", read_idle, false },
		{ NULL, NULL, false },
	};
	struct bundle *bundle = into;
	const struct bundle_resources *resources = &bundle->linux_.resources;

	strict_object(at, keys, bundle);
	if (resources->burst > 0 && resources->quota > 0 && resources->burst > resources->quota)
		strict_wrong(at, "\"burst\" can't be above \"quota\"");
}

/* ---- the rest ---- */

static void read_pids_limit(const struct at *at, void *into)
{
	int64_t limit = strict_number(at, -1, INT64_MAX);

	if (limit == 0)
		strict_wrong(at, "0 means no process to some runtimes, and no limit to others; no "
				 "limit is -1");
	((struct bundle *)into)->linux_.resources.pids = limit;
}

static void read_pids(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "limit", read_pids_limit, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

static void read_knob(const struct at *at, void *into)
{
	const char *value = strict_string(at), *dot = strchr(at->key, '.');

	if (!dot || dot == at->key || strpbrk(at->key, "/=\n"))
		strict_wrong(at, "it must be the name of a file of a cgroup, such as memory.high");
	if (strncmp(at->key, "cgroup.", 7) == 0)
		strict_missing(at, "cgroup itself looks after these");
	words_add(into, "%s=%s", at->key, value);
}

static void read_unified(const struct at *at, void *into)
{
	strict_map(at, read_knob, &((struct bundle *)into)->linux_.resources.unified);
}

void bundle_read_resources(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "devices", bundle_read_device_rules, false },
		{ "memory", read_memory, false },
		{ "cpu", read_cpu, false },
		{ "pids", read_pids, false },
		{ "blockIO", bundle_read_block_io, false },
		{ "hugepageLimits", bundle_read_huge_pages, false },
		{ "network", bundle_read_network, false },
		{ "rdma", bundle_read_rdma, false },
		{ "unified", read_unified, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}
