/* knobs.c: setting limits.
 *
 * A limit is a file in the directory of a cgroup, and one sets it by writing
 * a number or "max" there. v1 and v2 name them differently, and count swap
 * differently: v1's memory.memsw is memory and swap together, v2's
 * memory.swap is swap alone. As with docker run, swap is as much again as
 * --memory if --memory-swap is not given.
 *
 * The kernel takes some values and keeps others (it rounds memory down to
 * pages), so each is read back and compared.
 * Read on: the kernel's admin-guide/cgroup-v2.rst and cgroup-v1/. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "number.h"
#include "step.h"

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

/* Reads a knob, without the line end. Returns the length, or -1 with errno. */
static ssize_t read_knob(int directory, const char *knob, char *value, size_t size)
{
	int fd = openat(directory, knob, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int error;

	if (fd < 0)
		return -1;
	n = read(fd, value, size - 1);
	error = errno;
	close(fd);
	errno = error;
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
	       (parse_number(text, CGROUP_NO_LIMIT, &number) && number >= LLONG_MAX - 0xfffffULL);
}

/* What of a text lies behind the given words, when it begins with them in that
 * order; otherwise NULL. */
static const char *behind_words(const char *text, const char *words)
{
	static const char between[] = " \t\n";

	for (;;) {
		size_t n;

		text += strspn(text, between);
		words += strspn(words, between);
		n = strcspn(words, between);
		if (n == 0)
			return text;
		if (n != strcspn(text, between) || strncmp(text, words, n) != 0)
			return NULL;
		text += n;
		words += n;
	}
}

static bool has_same_words(const char *one, const char *other)
{
	const char *rest = behind_words(one, other);

	return rest && !*rest;
}

/* "8:0 rbps=1000" is kept as "8:0 rbps=1000 wbps=max ...": the first word says
 * which line, and the others stand anywhere in it. */
static bool has_keys(const char *line, const char *asked)
{
	char *words = copy_text(asked), *position;
	char *word = strtok_r(words, " \t\n", &position);
	bool all = behind_words(line, word) != NULL;

	while (all && (word = strtok_r(NULL, " \t\n", &position)))
		all = cgroup_listed(line, word);
	free(words);
	return all;
}

/* Whether a line of what the kernel holds is what was asked for. */
static bool is_in_line(const char *knob, const char *line, const char *asked)
{
	const char *weight = behind_words(line, "default");

	if (strchr(asked, '='))
		return has_keys(line, asked);
	/* The period may be left away, and so may the word "default". */
	if (strcmp(knob, "cpu.max") == 0 && !has_same_words(asked, ""))
		return behind_words(line, asked) != NULL;
	return has_same_words(line, asked) || (weight && has_same_words(weight, asked));
}

/* Whether what the kernel holds is what was asked for. */
static bool is_same(const char *knob, const char *asked, const char *held)
{
	unsigned long long want_bytes, held_bytes, unit = 1;
	bool want_cpus[CGROUP_CPU_MAX], held_cpus[CGROUP_CPU_MAX];
	char *lines, *position;
	bool same = false;

	if (strcmp(asked, held) == 0 || (is_no_limit(asked) && is_no_limit(held)))
		return true;
	if (strncmp(knob, "memory.", 7) == 0)
		unit = (unsigned long long)sysconf(_SC_PAGESIZE);
	/* Nobody who asks for 1, as in memory.oom.group, wants a 0. */
	if (parse_size(asked, &want_bytes) && parse_size(held, &held_bytes))
		return held_bytes == (want_bytes < unit ? want_bytes : want_bytes / unit * unit);
	if (strncmp(knob, "cpuset.", 7) == 0 && cgroup_read_cpu_list(asked, want_cpus) &&
	    cgroup_read_cpu_list(held, held_cpus))
		return memcmp(want_cpus, held_cpus, sizeof(want_cpus)) == 0;
	/* Many files have a line for each device, others just one. */
	lines = copy_text(held);
	for (char *line = strtok_r(lines, "\n", &position); line && !same;
	     line = strtok_r(NULL, "\n", &position))
		same = is_in_line(knob, line, asked);
	free(lines);
	return same || has_same_words(held, asked);
}

static void compare(const struct cgroup_hierarchy *cgroup, const char *knob, const char *asked)
{
	char held[4096];

	STEP(read_knob(cgroup->fd, knob, held, sizeof(held)), "read %s back", knob);
	if (dry_run || is_same(knob, asked, held))
		return;
	errno = 0;
	step_fail("read_knob(cgroup->fd, knob, held, sizeof(held))",
		  "set %s to %s: the kernel holds '%s'", knob, asked, held);
}

/* One limit, in the words and with the file of whichever version is here. */
static void limit(struct cgroup_work *work, const char *controller, const char *what,
		  const char *typed, const char *const knobs[2], const char *const values[2])
{
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, controller);
	int version = cgroup->version;
	const char *knob = knobs[version - 1], *value = values[version - 1];

	work->in = cgroup;
	work->at = knob;
	STEP(write_knob(cgroup, knob, value), "limit %s to %s (write '%s' to %s/%s; on v%d %s)",
	     what, typed, value, cgroup->path, knob, 3 - version,
	     strcmp(knobs[0], knobs[1]) == 0 ? "as well" : knobs[2 - version]);
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

	cgroup_read_size(limits->memory, &memory);
	if (limits->swap)
		cgroup_read_size(limits->swap, &both);
	else
		both = memory > LLONG_MAX ? CGROUP_NO_LIMIT : 2 * memory;
	/* Nothing but the default is asked for. */
	if (both == CGROUP_NO_LIMIT && !limits->swap)
		return;
	if (both != CGROUP_NO_LIMIT)
		snprintf(value, sizeof(value), "%llu", cgroup->version == 1 ? both : both - memory);
	else if (cgroup->version == 1)
		strcpy(value, "-1");

	/* The file is there only when the kernel was told to count swap. */
	work->in = cgroup;
	work->at = knob;
	if (limits->swap) {
		STEP(write_knob(cgroup, knob, value),
		     "limit memory and swap to %s (write '%s' to %s/%s; on v%d %s)", limits->swap,
		     value, cgroup->path, knob, 3 - cgroup->version, knobs[2 - cgroup->version]);
	} else if (STEP_UNLESS(ENOENT, write_knob(cgroup, knob, value),
			       "limit memory and swap to twice that (write '%s' to %s/%s; on v%d "
			       "%s)",
			       value, cgroup->path, knob, 3 - cgroup->version,
			       knobs[2 - cgroup->version]) < 0) {
		if (!dry_run && has_swap())
			note("this kernel does not count swap: over the memory limit the program "
			     "swaps, as much as it likes, unless the kernel is started with swapaccount=1 "
			     "[CG-SWAP]");
		if (!dry_run)
			return;
	}
	compare(cgroup, knob, value);
}

/* v1: in a new cpuset nobody can live, since it has no CPU and no memory node
 * (ENOSPC). So it gets those of its parent first. */
void cgroup_fill_cpuset(struct cgroup_work *work, const char *directory)
{
	static const char *const knobs[] = { "cpuset.mems", "cpuset.cpus" };

	work->in = cgroup_with(&work->layout, "cpuset");
	for (int i = 0; i < 2; i++) {
		char *above = print_text("%s/../%s", directory, knobs[i]);
		char *path = print_text("%s/%s", directory, knobs[i]), value[4096] = "";

		if (read_file(above, value, sizeof(value)) < 0 && !dry_run)
			step_fail("read_file(above, value, sizeof(value))", "read %s", above);
		value[strcspn(value, "\n")] = '\0';
		work->at = knobs[i];
		STEP(write_file(path, value), "have what the parent has (write '%s' to %s)", value,
		     path);
		free(above);
		free(path);
	}
}

static void limit_cpuset(struct cgroup_work *work)
{
	static const char *const knobs[] = { "cpuset.cpus", "cpuset.cpus" };
	const char *const values[] = { work->limits.cpuset, work->limits.cpuset };
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, "cpuset");
	char held[4096];

	limit(work, "cpuset", "the CPUs", work->limits.cpuset, knobs, values);
	if (cgroup->version == 1)
		return;
	/* v2 takes CPUs that one can't have, and uses others. */
	STEP(read_knob(cgroup->fd, "cpuset.cpus.effective", held, sizeof(held)),
	     "read cpuset.cpus.effective, the CPUs that we really have");
	if (dry_run || is_same("cpuset.cpus", work->limits.cpuset, held))
		return;
	errno = 0;
	step_fail("read_knob(cgroup->fd, \"cpuset.cpus.effective\", held, sizeof(held))",
		  "limit the CPUs to %s: of these the parent has not all; we would have %s",
		  work->limits.cpuset, held);
}

/* Some knobs are there only to be written to. */
static bool can_be_read(int directory, const char *knob)
{
	struct stat file;

	return fstatat(directory, knob, &file, 0) != 0 || file.st_mode & S_IRUSR;
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
			cgroup_fill_cpuset(work, work->layout.all[i].path);

	if (limits->memory) {
		cgroup_read_size(limits->memory, &value);
		snprintf(number[0], sizeof(*number), "%llu", value);
		snprintf(number[1], sizeof(*number), "%llu", value);
		if (value == CGROUP_NO_LIMIT) {
			strcpy(number[0], "-1");
			strcpy(number[1], "max");
		}
		limit(work, "memory", "memory", limits->memory, memory_knobs, values);
		/* v1 wants memory.memsw never below memory, so it is second. */
		limit_swap(work);
	}
	if (limits->cpus) {
		/* So many microseconds of CPU time in each 100,000. */
		cgroup_read_cpus(limits->cpus, &value);
		snprintf(number[0], sizeof(*number), "%llu", value);
		snprintf(number[1], sizeof(*number), "%llu %llu", value, CGROUP_PERIOD);
		if (value == CGROUP_NO_LIMIT) {
			strcpy(number[0], "-1");
			snprintf(number[1], sizeof(*number), "max %llu", CGROUP_PERIOD);
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
		char *knob = limits->knobs[i], *typed = limits->values[i];
		char *controller = copy_part(knob, strcspn(knob, "."));
		struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, controller);

		free(controller);
		work->in = cgroup;
		work->at = knob;
		STEP(write_knob(cgroup, knob, typed), "write '%s' to %s/%s", typed, cgroup->path,
		     knob);
		if (can_be_read(cgroup->fd, knob))
			compare(cgroup, knob, typed);
	}
}
