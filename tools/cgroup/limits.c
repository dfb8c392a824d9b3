/* limits.c: the knobs.
 *
 * A limit is a file in the directory of a cgroup, and one sets it by writing
 * a number or "max" there. v1 and v2 name them differently, and count swap
 * differently: v1's memory.memsw is memory and swap together, v2's
 * memory.swap is swap alone. We take the words of docker run, where
 * --memory-swap is both together, and the same again as --memory if it is not
 * given.
 *
 * The kernel takes some values and keeps others (it rounds memory down to
 * pages), so each is read back and compared.
 * Read on: the kernel's admin-guide/cgroup-v2.rst and cgroup-v1/. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "message.h"
#include "number.h"
#include "step.h"

#define NO_LIMIT ULLONG_MAX
#define PERIOD 100000ULL	/* microseconds; the kernel's own default */
#define CPU_MAX 8192

/* "64M" or "max". */
static bool read_size(const char *text, unsigned long long *bytes)
{
	*bytes = NO_LIMIT;
	return strcmp(text, "max") == 0 || parse_size(text, bytes);
}

/* Reads "1.5" as the microseconds of CPU time in each period. */
static bool read_cpus(const char *text, unsigned long long *quota)
{
	unsigned long long whole = 0, part = 0, unit = PERIOD;
	const char *c = text;

	*quota = NO_LIMIT;
	if (strcmp(text, "max") == 0)
		return true;
	for (; isdigit((unsigned char)*c) && c - text < 6; c++)
		whole = whole * 10 + (unsigned)(*c - '0');
	if (*c == '.' && isdigit((unsigned char)c[1]))
		for (c++; isdigit((unsigned char)*c) && unit > 1; c++)
			part += (unsigned)(*c - '0') * (unit /= 10);
	*quota = whole * PERIOD + part;
	return c != text && !*c;
}

/* Reads "0-2,5" into a set of CPUs. */
static bool read_cpu_list(const char *text, bool set[CPU_MAX])
{
	memset(set, 0, CPU_MAX * sizeof(*set));
	for (;;) {
		char *end;
		unsigned long first, last;

		if (!isdigit((unsigned char)*text))
			return false;
		first = last = strtoul(text, &end, 10);
		if (*end == '-') {
			if (!isdigit((unsigned char)*++end))
				return false;
			last = strtoul(end, &end, 10);
		}
		if (first > last || last >= CPU_MAX)
			return false;
		while (first <= last)
			set[first++] = true;
		if (!*end)
			return true;
		if (*end != ',')
			return false;
		text = end + 1;
	}
}

void cgroup_check_limits(const struct cgroup_limits *limits)
{
	unsigned long long memory, number;
	bool cpus[CPU_MAX];

	if (limits->memory && (!read_size(limits->memory, &memory) || memory < 4096))
		die("--memory takes a size such as 64M (k, m, g or t; at least one page, 4k) or "
		    "max, and not '%s' [CG-VALUE]", limits->memory);
	if (limits->swap) {
		if (!read_size(limits->swap, &number))
			die("--memory-swap takes a size such as 128M, for memory and swap together, "
			    "or max, and not '%s' [CG-VALUE]", limits->swap);
		if (!limits->memory)
			die("--memory-swap is memory and swap together, so it needs --memory as "
			    "well [CG-VALUE]");
		if (number < memory)
			die("--memory-swap is memory and swap together, so %s can't be less than "
			    "--memory %s [CG-VALUE]", limits->swap, limits->memory);
	}
	if (limits->cpus && (!read_cpus(limits->cpus, &number) || number < 1000))
		die("--cpus takes a number of CPUs such as 0.5 or 2 (0.01 is the least), or max, "
		    "and not '%s' [CG-VALUE]", limits->cpus);
	if (limits->pids && strcmp(limits->pids, "max") != 0 &&
	    (!parse_number(limits->pids, 4194304, &number) || number == 0))
		die("--pids-limit takes a number of processes from 1 to 4194304, or max, and not "
		    "'%s' [CG-VALUE]", limits->pids);
	if (limits->cpuset && !read_cpu_list(limits->cpuset, cpus))
		die("--cpuset-cpus takes a list of CPUs such as 0 or 0-2,5, and not '%s' [CG-VALUE]",
		    limits->cpuset);
}

void cgroup_add_knob(struct cgroup_limits *limits, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : 0;

	if (length == 0 || length > 100 || !equals[1] || strlen(equals) > 1000)
		die("--set takes KNOB=VALUE, such as memory.high=32M, and not '%.60s' [CG-VALUE]",
		    text);
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			die("--set: a knob is the name of a file in the cgroup, such as memory.high, "
			    "and has no '%c' [CG-VALUE]", text[i]);
	if (*text == '.' || !memchr(text, '.', length))
		die("--set: a knob begins with its controller and a dot, as memory.high does; "
		    "'%.*s' does not [CG-VALUE]", (int)length, text);
	if (limits->knob_count == 64)
		die("--set can be given 64 times, and not more");
	limits->knobs[limits->knob_count] = strndup(text, length);
	limits->values[limits->knob_count] = strdup(equals + 1);
	/* These two move processes, and so do no good in a limit. */
	if (cgroup_listed("cgroup.procs cgroup.threads", limits->knobs[limits->knob_count]))
		die("--set: %.*s is no limit; to enter a cgroup there is --join", (int)length, text);
	limits->knob_count++;
}

static void want(const char *wanted[], int *count, const char *controller)
{
	for (int i = 0; i < *count; i++)
		if (strcmp(wanted[i], controller) == 0)
			return;
	wanted[(*count)++] = controller;
	wanted[*count] = NULL;
}

void cgroup_wanted(const struct cgroup_limits *limits, const char *wanted[static 70])
{
	int count = 0;

	wanted[0] = NULL;
	if (limits->memory)
		want(wanted, &count, "memory");
	if (limits->cpus)
		want(wanted, &count, "cpu");
	if (limits->pids)
		want(wanted, &count, "pids");
	if (limits->cpuset)
		want(wanted, &count, "cpuset");
	for (int i = 0; i < limits->knob_count; i++)
		want(wanted, &count, strndup(limits->knobs[i], strcspn(limits->knobs[i], ".")));
}

static int write_knob(const struct cgroup_hierarchy *cgroup, const char *knob, const char *value)
{
	int fd = openat(cgroup->fd, knob, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int error;

	if (fd < 0)
		return -1;
	n = write(fd, value, strlen(value));
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

/* Reads a knob, without the line end. Returns the length, or -1. */
static ssize_t read_knob(int directory, const char *knob, char *value, size_t size)
{
	int fd = openat(directory, knob, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, value, size - 1);
	close(fd);
	if (n < 0)
		return -1;
	while (n > 0 && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	return n;
}

static bool is_no_limit(const char *text)
{
	unsigned long long number;

	/* v1 shows none as the largest number of pages, in bytes. */
	return strcmp(text, "max") == 0 || strcmp(text, "-1") == 0 ||
	       (parse_number(text, NO_LIMIT, &number) && number >= LLONG_MAX - 0xfffffULL);
}

/* Whether what the kernel holds is what was asked for. */
static bool is_same(const char *knob, const char *asked, const char *held)
{
	unsigned long long want_bytes, held_bytes, unit = 1;
	bool want_cpus[CPU_MAX], held_cpus[CPU_MAX];
	char *words, *position;
	bool all = true;

	if (strcmp(asked, held) == 0 || (is_no_limit(asked) && is_no_limit(held)))
		return true;
	if (strncmp(knob, "memory.", 7) == 0)
		unit = (unsigned long long)sysconf(_SC_PAGESIZE);
	if (parse_size(asked, &want_bytes) && parse_size(held, &held_bytes))
		return held_bytes == want_bytes / unit * unit;
	if (strncmp(knob, "cpuset.", 7) == 0)
		return read_cpu_list(asked, want_cpus) && read_cpu_list(held, held_cpus) &&
		       memcmp(want_cpus, held_cpus, sizeof(want_cpus)) == 0;
	/* "8:0 rbps=1000" is kept as "8:0 rbps=1000 wbps=max ...". */
	words = strdup(asked);
	for (char *word = strtok_r(words, " ", &position); word;
	     word = strtok_r(NULL, " ", &position))
		all = all && cgroup_listed(held, word);
	free(words);
	return all;
}

static void compare(const struct cgroup_hierarchy *cgroup, const char *knob, const char *asked)
{
	char held[4096];

	if (dry_run)
		return;
	/* Some can be written only. */
	if (read_knob(cgroup->fd, knob, held, sizeof(held)) < 0 || is_same(knob, asked, held))
		return;
	errno = 0;
	step_fail("read(knob)", "set %s to %s: the kernel holds '%s'", knob, asked, held);
}

/* One limit, in the words and with the file of whichever version is here. */
static void limit(struct cgroup_work *work, const char *controller, const char *what,
		  const char *typed, const char *const knobs[2], const char *const values[2])
{
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, controller);
	int version = cgroup->version;
	const char *knob = knobs[version - 1], *value = values[version - 1];

	work->at = knob;
	STEP(write_knob(cgroup, knob, value), "limit %s to %s (%s; on v%d %s)", what, typed, knob,
	     3 - version, strcmp(knobs[0], knobs[1]) == 0 ? "as well" : knobs[2 - version]);
	compare(cgroup, knob, value);
}

/* Whether the machine has swap at all. */
static bool has_swap(void)
{
	char text[512];

	return read_file("/proc/swaps", text, sizeof(text)) > 0 && strchr(text, '/');
}

static void limit_swap(struct cgroup_work *work)
{
	static const char *const knobs[] = { "memory.memsw.limit_in_bytes", "memory.swap.max" };
	struct cgroup_limits *limits = &work->limits;
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, "memory");
	unsigned long long memory, both;
	char value[32] = "max";
	const char *knob = knobs[cgroup->version - 1];

	read_size(limits->memory, &memory);
	if (limits->swap)
		read_size(limits->swap, &both);
	else
		both = memory > LLONG_MAX ? NO_LIMIT : 2 * memory;
	/* Nothing but the default is asked for. */
	if (both == NO_LIMIT && !limits->swap)
		return;
	if (both != NO_LIMIT)
		snprintf(value, sizeof(value), "%llu", cgroup->version == 1 ? both : both - memory);
	else if (cgroup->version == 1)
		strcpy(value, "-1");

	/* The file is there only when the kernel was told to count swap. */
	work->at = knob;
	if (limits->swap) {
		STEP(write_knob(cgroup, knob, value), "limit memory and swap to %s (%s; on v%d %s)",
		     limits->swap, knob, 3 - cgroup->version, knobs[2 - cgroup->version]);
	} else if (STEP_UNLESS(ENOENT, write_knob(cgroup, knob, value),
			       "limit memory and swap to twice that (%s; on v%d %s)", knob,
			       3 - cgroup->version, knobs[2 - cgroup->version]) < 0) {
		if (!dry_run && has_swap())
			note("this kernel does not count swap: over the memory limit the program "
			     "swaps, as much as it likes [CG-SWAP]");
		return;
	}
	compare(cgroup, knob, value);
}

/* v1: in a new cpuset nobody can live, since it has no CPU and no memory node
 * (ENOSPC). So it gets those of its parent first. */
static void fill_cpuset(struct cgroup_hierarchy *cgroup)
{
	static const char *const knobs[] = { "cpuset.mems", "cpuset.cpus" };

	for (int i = 0; i < 2; i++) {
		char path[PATH_MAX], value[4096] = "";

		snprintf(path, sizeof(path), "%s/%s", cgroup->place, knobs[i]);
		read_file(path, value, sizeof(value));
		value[strcspn(value, "\n")] = '\0';
		STEP(write_knob(cgroup, knobs[i], value), "copy %s (%s) from the parent", knobs[i],
		     value);
	}
}

static void limit_cpuset(struct cgroup_work *work)
{
	static const char *const knobs[] = { "cpuset.cpus", "cpuset.cpus" };
	const char *const values[] = { work->limits.cpuset, work->limits.cpuset };
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, "cpuset");
	char held[4096];

	limit(work, "cpuset", "the CPUs", work->limits.cpuset, knobs, values);
	/* v2 takes CPUs that one can't have, and uses others. */
	if (cgroup->version == 1 || dry_run ||
	    read_knob(cgroup->fd, "cpuset.cpus.effective", held, sizeof(held)) < 0 ||
	    is_same("cpuset.cpus", work->limits.cpuset, held))
		return;
	errno = 0;
	step_fail("read(cpuset.cpus.effective)",
		  "limit the CPUs to %s: of these the parent has not all; we would have %s",
		  work->limits.cpuset, held);
}

void cgroup_write_limits(struct cgroup_work *work)
{
	static const char *const memory_knobs[] = { "memory.limit_in_bytes", "memory.max" };
	static const char *const cpu_knobs[] = { "cpu.cfs_quota_us", "cpu.max" };
	static const char *const pids_knobs[] = { "pids.max", "pids.max" };
	struct cgroup_limits *limits = &work->limits;
	char number[2][48];
	const char *const values[] = { number[0], number[1] };
	unsigned long long value;

	for (int i = 0; i < work->layout.count; i++)
		if (work->layout.all[i].used &&
		    cgroup_listed(work->layout.all[i].controllers, "cpuset"))
			fill_cpuset(&work->layout.all[i]);

	if (limits->memory) {
		read_size(limits->memory, &value);
		snprintf(number[0], sizeof(*number), "%llu", value);
		snprintf(number[1], sizeof(*number), "%llu", value);
		if (value == NO_LIMIT) {
			strcpy(number[0], "-1");
			strcpy(number[1], "max");
		}
		limit(work, "memory", "memory", limits->memory, memory_knobs, values);
		/* v1 wants memory.memsw never below memory, so it is second. */
		limit_swap(work);
	}
	if (limits->cpus) {
		/* So many microseconds of CPU time in each 100,000. */
		read_cpus(limits->cpus, &value);
		snprintf(number[0], sizeof(*number), "%llu", value);
		snprintf(number[1], sizeof(*number), "%llu %llu", value, PERIOD);
		if (value == NO_LIMIT) {
			strcpy(number[0], "-1");
			snprintf(number[1], sizeof(*number), "max %llu", PERIOD);
		}
		limit(work, "cpu", "the CPUs' time", limits->cpus, cpu_knobs, values);
	}
	if (limits->pids) {
		const char *const same[] = { limits->pids, limits->pids };

		limit(work, "pids", "the number of processes", limits->pids, pids_knobs, same);
	}
	if (limits->cpuset)
		limit_cpuset(work);
	for (int i = 0; i < limits->knob_count; i++) {
		char *knob = limits->knobs[i], *typed = limits->values[i], *dot = strchr(knob, '.');
		struct cgroup_hierarchy *cgroup;

		*dot = '\0';
		cgroup = cgroup_with(&work->layout, knob);
		*dot = '.';
		work->at = knob;
		STEP(write_knob(cgroup, knob, typed), "set %s to %s", knob, typed);
		compare(cgroup, knob, typed);
	}
}
