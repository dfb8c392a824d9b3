/* watch.c: the cgroup that we are in, and the limits of the new one, as
 * --explain shows them before and after a step. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "step.h"

static const struct cgroup_work *watched;

/* What there is to be limited, of both versions. */
static const char *const knobs[][2] = {
	{ "memory", "memory.max" },    { "memory", "memory.limit_in_bytes" },
	{ "swap", "memory.swap.max" }, { "with swap", "memory.memsw.limit_in_bytes" },
	{ "cpu", "cpu.max" },	       { "cpu", "cpu.cfs_quota_us" },
	{ "pids", "pids.max" },	       { "cpus", "cpuset.cpus" },
};

/* "67108864" -> "64M", when nothing is lost by that. */
static void shorten(char *value, size_t size)
{
	char *end;
	unsigned long long number = strtoull(value, &end, 10);
	static const char units[] = "kMGT";
	int unit = -1;

	if (*end || number == 0)
		return;
	while (number % 1024 == 0 && units[unit + 1]) {
		number /= 1024;
		unit++;
	}
	if (unit >= 0)
		snprintf(value, size, "%llu%c", number, units[unit]);
}

/* Adds "memory 64M, pids 20": what is no limit is left out. Returns how many
 * there might have been. */
static int add_limits(const struct cgroup_hierarchy *in, char *text, size_t size)
{
	const char *before = "";
	int count = 0;

	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		int fd = openat(in->fd, knobs[i][1], O_RDONLY | O_CLOEXEC);
		char value[64];
		ssize_t n;
		size_t length = strlen(text);

		if (fd < 0)
			continue;
		count++;
		n = read(fd, value, sizeof(value) - 1);
		close(fd);
		value[n > 0 ? n : 0] = '\0';
		value[strcspn(value, "\n")] = '\0';
		/* v1 shows none as the largest number of pages. */
		if (!*value || strncmp(value, "max", 3) == 0 || strcmp(value, "-1") == 0 ||
		    strtoull(value, NULL, 10) >= 1ULL << 62)
			continue;
		if (strncmp(knobs[i][1], "memory.", 7) == 0)
			shorten(value, sizeof(value));
		snprintf(text + length, size - length, "%s%s %s", before, knobs[i][0], value);
		before = ", ";
	}
	return count;
}

static void look(char *text, size_t size)
{
	const struct cgroup_hierarchy *in = watched->in;
	char path[4096];
	const char *name, *new;
	size_t n, limits;

	if (!in)
		return;
	/* The last part of the path is enough to know it by. */
	cgroup_own_path(in, path, sizeof(path));
	name = strrchr(path, '/');
	name = name && name[1] ? name + 1 : "/";
	new = in->path ? strrchr(in->path, '/') + 1 : "";
	n = (size_t)snprintf(text, size, "in %.24s%s%s", name, in->version == 1 ? " of " : "",
			     in->controllers);
	if (in->fd < 0 || n >= size)
		return;
	snprintf(text + n, size - n, "%s: ",
		 strcmp(name, new) == 0 ? ""
		 : watched->join	? "; there"
					: "; new");
	limits = n + strlen(text + n);
	/* Beside v1, v2 may have nothing to limit. */
	if (add_limits(in, text, size) == 0)
		text[n] = '\0';
	else if (!text[limits])
		snprintf(text + limits, size - limits, "no limit");
}

void cgroup_watch(const struct cgroup_work *work)
{
	watched = work;
	step_watch(look);
}
