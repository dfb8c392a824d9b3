/* watch.c: the cgroup that we are in, and the limits of the new one, as
 * --explain shows them before and after a step. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "step.h"

static const struct cgroup_work *watched;

/* What there is to be limited, of both versions. */
static const char *const knobs[][2] = {
	{ "memory", "memory.max" },    { "memory", "memory.limit_in_bytes" },
	{ "swap", "memory.swap.max" }, { "with swap", "memory.memsw.limit_in_bytes" },
	{ "cpu", "cpu.max" },	       { "cpu", "cpu.cfs_quota_us" },
	{ "pids", "pids.max" },	       { "cpus", "cpuset.cpus" },
};

/* The path of our cgroup in one hierarchy. */
static void find_path(const struct cgroup_hierarchy *in, char *path, size_t size)
{
	char text[4096] = "", *line, *position;

	*path = '\0';
	read_file("/proc/self/cgroup", text, sizeof(text));
	for (line = strtok_r(text, "\n", &position); line; line = strtok_r(NULL, "\n", &position)) {
		char *controllers = strchr(line, ':');
		char *own = controllers ? strchr(++controllers, ':') : NULL;

		if (!own)
			continue;
		*own++ = '\0';
		if (strcmp(controllers, in->controllers) == 0)
			snprintf(path, size, "%s", own);
	}
}

/* Adds "memory 67108864, pids 20": what is no limit is left out. */
static void add_limits(const struct cgroup_hierarchy *in, char *text, size_t size)
{
	const char *before = "";

	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		int fd = openat(in->fd, knobs[i][1], O_RDONLY | O_CLOEXEC);
		char value[64];
		ssize_t n;
		size_t length = strlen(text);

		if (fd < 0)
			continue;
		n = read(fd, value, sizeof(value) - 1);
		close(fd);
		value[n > 0 ? n : 0] = '\0';
		value[strcspn(value, "\n")] = '\0';
		if (!*value || strncmp(value, "max", 3) == 0 || strcmp(value, "-1") == 0 ||
		    strtoull(value, NULL, 10) >= 1ULL << 62)
			continue;
		snprintf(text + length, size - length, "%s%s %s", before, knobs[i][0], value);
		before = ", ";
	}
}

/* A long path is shown by its end. */
static const char *end_of(const char *path, size_t most)
{
	size_t length = strlen(path);

	return length > most ? path + length - most : path;
}

static void look(char *text, size_t size)
{
	const struct cgroup_hierarchy *in = watched->in;
	char path[4096];
	const char *name, *shown;
	bool inside;
	size_t n;

	if (!in)
		return;
	find_path(in, path, sizeof(path));
	shown = end_of(path, 24);
	name = in->path ? strrchr(in->path, '/') : NULL;
	inside = name && strlen(path) >= strlen(name) &&
		 strcmp(path + strlen(path) - strlen(name), name) == 0;
	n = (size_t)snprintf(text, size, "in %s%s%s%s", shown == path ? "" : "...", shown,
			     in->version == 1 ? " of " : "", in->controllers);
	if (in->fd < 0 || n >= size)
		return;
	n += (size_t)snprintf(text + n, size - n, "%s: ", inside ? "" : "; new one");
	add_limits(in, text, size);
	if (!text[n])
		snprintf(text + n, size - n, "no limit");
}

void cgroup_watch(const struct cgroup_work *work)
{
	watched = work;
	step_watch(look);
}
