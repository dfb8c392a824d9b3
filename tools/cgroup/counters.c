/* counters.c: what the kernel has counted in our cgroup. See report.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "memory.h"
#include "report.h"

static ssize_t read_at(const struct cgroup_hierarchy *cgroup, const char *name, char *text,
		       size_t size)
{
	int fd = cgroup && cgroup->fd >= 0 ? openat(cgroup->fd, name, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n;

	*text = '\0';
	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return n;
}

/* A file with one number. */
static long long number_in(const struct cgroup_hierarchy *cgroup, const char *name)
{
	char text[64];

	return read_at(cgroup, name, text, sizeof(text)) > 0 ? atoll(text) : -1;
}

/* A file with a line "NAME NUMBER" for each counter. */
static long long counter_in(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			return atoll(line + length + 1);
	return -1;
}

/* The hierarchy that counts for a controller, if our cgroup is in it. */
static struct cgroup_hierarchy *counting(struct cgroup_work *work, const char *controller)
{
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, controller);

	return cgroup && cgroup->made ? cgroup : NULL;
}

/* A limit as it was typed: by an option, or by --set. */
static const char *typed(const struct cgroup_limits *limits, const char *option, const char *knob,
			 const char *knob_v1)
{
	for (int i = limits->knob_count - 1; i >= 0; i--)
		if (strcmp(limits->knobs[i], knob) == 0 || strcmp(limits->knobs[i], knob_v1) == 0)
			return limits->values[i];
	return option;
}

/* Whether a cgroup above has a limit on processes, or one that can't be seen
 * may have: the one at the top of all has no such file. */
static bool is_limited_above(const struct cgroup_hierarchy *cgroup)
{
	char *above = copy_text(cgroup->place), text[64];
	size_t top = strlen(cgroup->mount);
	bool limited = false;

	while (!limited) {
		char *path = print_text("%s/pids.max", above);
		ssize_t n = read_file(path, text, sizeof(text));

		free(path);
		if (n < 0 && errno == ENOENT)
			break;
		limited = n < 0 || strncmp(text, "max", 3) != 0 || strlen(above) <= top;
		*strrchr(above, '/') = '\0';
	}
	free(above);
	return limited;
}

/* Since 6.11, v2 counts what a limit refuses in the cgroup that has the limit;
 * before that, in v1, and with the mount option pids_localevents, in the one
 * that the process was in, whichever limit it was. */
static bool counts_by_limit(const struct cgroup_hierarchy *cgroup)
{
	char *mounts, *line;
	bool old = false;

	if (cgroup->version == 1 || faccessat(cgroup->fd, "pids.events.local", R_OK, 0) != 0)
		return false;
	mounts = resize(NULL, 65536, 1);
	if (read_file("/proc/self/mountinfo", mounts, 65536) > 0)
		for (line = mounts; (line = strstr(line, " - cgroup2 ")); line++) {
			const char *option = strstr(line, "pids_localevents");

			old = old || (option && option < line + strcspn(line, "\n"));
		}
	free(mounts);
	return !old;
}

static void read_pids(struct cgroup_work *work, bool all, struct cgroup_counters *counters)
{
	struct cgroup_hierarchy *cgroup = counting(work, "pids");
	char text[256];

	if (!cgroup || read_at(cgroup, "pids.events", text, sizeof(text)) <= 0)
		return;
	counters->refused = counter_in(text, "max");
	counters->pids_on = counters->refused >= 0;
	if (!counters->pids_on)
		return;
	counters->pids_v1 = cgroup->version == 1;
	if (all || counters->refused > 0)
		counters->pids_peak = number_in(cgroup, "pids.peak");
	if (counters->refused == 0)
		return;
	if (counts_by_limit(cgroup)) {
		read_at(cgroup, "pids.events.local", text, sizeof(text));
		counters->refused_by_ours = counter_in(text, "max");
	}
	counters->limit_above = is_limited_above(cgroup);
}

/* v1: whether this cgroup's own limit was in the way. Some kernels (6.18) keep
 * no memory.memsw.failcnt; so whether all of it was in use, as well. */
static void read_limit_v1(const struct cgroup_hierarchy *cgroup, struct cgroup_counters *counters)
{
	static const char *const kinds[] = { "memory", "memory.memsw" };

	counters->memory_hits = number_in(cgroup, "memory.failcnt");
	counters->limit_reached = counters->memory_hits > 0;
	for (size_t i = 0; i < 2; i++) {
		char name[64];
		long long limit, peak;

		snprintf(name, sizeof(name), "%s.limit_in_bytes", kinds[i]);
		limit = number_in(cgroup, name);
		snprintf(name, sizeof(name), "%s.max_usage_in_bytes", kinds[i]);
		peak = number_in(cgroup, name);
		counters->limit_reached = counters->limit_reached || (limit > 0 && peak >= limit);
	}
}

static void read_memory(struct cgroup_work *work, bool all, struct cgroup_counters *counters)
{
	struct cgroup_hierarchy *cgroup = counting(work, "memory");
	bool v1 = cgroup && cgroup->version == 1;
	char text[512];

	/* v1's has it since 4.13. */
	if (read_at(cgroup, v1 ? "memory.oom_control" : "memory.events", text, sizeof(text)) <= 0)
		return;
	counters->memory_on = true;
	counters->memory_v1 = v1;
	counters->killed = counter_in(text, "oom_kill");
	if (all || counters->killed > 0) {
		if (v1) {
			read_limit_v1(cgroup, counters);
		} else {
			long long oom = counter_in(text, "oom");

			/* These are of the cgroups below as well; the others
			 * (5.2) of this one alone. */
			read_at(cgroup, "memory.events.local", text, sizeof(text));
			counters->memory_hits = counter_in(text, "max");
			counters->oom_here = *text ? counter_in(text, "oom") : oom;
			counters->oom_below = oom - counters->oom_here;
			counters->limit_reached = counters->oom_here > 0;
		}
	}
	if (all)
		counters->memory_peak =
			number_in(cgroup, v1 ? "memory.max_usage_in_bytes" : "memory.peak");
	if (counters->killed > 0)
		cgroup_read_victims(cgroup, counters);
}

static long long to_microseconds(long long nanoseconds)
{
	return nanoseconds < 0 ? -1 : nanoseconds / 1000;
}

static void read_cpu(struct cgroup_work *work, struct cgroup_counters *counters)
{
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, "cgroup");
	char text[1024];

	/* Each cgroup of v2 has it, with the controller `cpu` or without. */
	if (cgroup && cgroup->made && read_at(cgroup, "cpu.stat", text, sizeof(text)) > 0) {
		counters->cpu = counter_in(text, "usage_usec");
		counters->user = counter_in(text, "user_usec");
		counters->system = counter_in(text, "system_usec");
	} else if ((cgroup = counting(work, "cpuacct"))) {
		counters->cpu = to_microseconds(number_in(cgroup, "cpuacct.usage"));
		counters->user = to_microseconds(number_in(cgroup, "cpuacct.usage_user"));
		counters->system = to_microseconds(number_in(cgroup, "cpuacct.usage_sys"));
	}
	cgroup = counting(work, "cpu");
	if (read_at(cgroup, "cpu.stat", text, sizeof(text)) > 0) {
		counters->periods = counter_in(text, "nr_periods");
		counters->throttled_periods = counter_in(text, "nr_throttled");
		counters->throttled = cgroup->version == 1
					      ? to_microseconds(counter_in(text, "throttled_time"))
					      : counter_in(text, "throttled_usec");
	}
}

void cgroup_read_counters(struct cgroup_work *work, bool all, struct cgroup_counters *counters)
{
	const struct cgroup_limits *limits = &work->limits;

	*counters = (struct cgroup_counters){
		.memory_limit =
			typed(limits, limits->memory, "memory.max", "memory.limit_in_bytes"),
		.pids_limit = typed(limits, limits->pids, "pids.max", "pids.max"),
		.memory_peak = -1,
		.memory_hits = -1,
		.oom_here = -1,
		.oom_below = -1,
		.killed = -1,
		.pids_peak = -1,
		.refused = -1,
		.refused_by_ours = -1,
		.cpu = -1,
		.user = -1,
		.system = -1,
		.periods = -1,
		.throttled_periods = -1,
		.throttled = -1,
	};
	if (all || counters->memory_limit)
		read_memory(work, all, counters);
	if (all || counters->pids_limit)
		read_pids(work, all, counters);
	if (all)
		read_cpu(work, counters);
}
