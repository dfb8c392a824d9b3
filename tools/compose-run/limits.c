/* limits.c: the cgroups of a process, and the limits that they set.
 *
 * A process is in one cgroup of each hierarchy: /proc/PID/cgroup has a line
 * for each, "4:memory:/a/b", and for v2 "0::/a/b", seen from the root of our
 * own cgroup namespace. A limit counts for all cgroups below the one that it
 * was set in, so the lowest on the way up is the one in force.
 * Read on: cgroups(7), and the kernel's documents cgroup-v1 and cgroup-v2. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cgroup/cgroup.h"
#include "facts.h"
#include "file.h"
#include "memory.h"
#include "message.h"

static const struct fact_group places = { "cgroup of ", "cgroup " };
static const struct fact_group limits = { "limit of ", "limits: " };

#define NO_LIMIT 1e18 /* v1 says so with a number near 2^63 */

/* What one cgroup allows: a number, or NO_LIMIT. */
static double read_memory(const char *directory, int version)
{
	char path[4200], text[64];

	snprintf(path, sizeof(path), "%s/%s", directory,
		 version == 2 ? "memory.max" : "memory.limit_in_bytes");
	/* No such file: the controller is not switched on there. */
	if (read_file(path, text, sizeof(text)) <= 0 || *text == 'm')
		return NO_LIMIT;
	return strtod(text, NULL);
}

static double read_cpu(const char *directory, int version)
{
	char path[4200], text[64];
	double quota, period = 0;

	snprintf(path, sizeof(path), "%s/%s", directory,
		 version == 2 ? "cpu.max" : "cpu.cfs_quota_us");
	if (read_file(path, text, sizeof(text)) <= 0 || *text == 'm' || *text == '-')
		return NO_LIMIT;
	if (version == 2)
		return sscanf(text, "%lf %lf", &quota, &period) == 2 ? quota / period : NO_LIMIT;
	quota = strtod(text, NULL);
	snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", directory);
	if (read_file(path, text, sizeof(text)) > 0)
		period = strtod(text, NULL);
	return period > 0 ? quota / period : NO_LIMIT;
}

static double read_pids(const char *directory, int version)
{
	char path[4200], text[64];

	(void)version;
	snprintf(path, sizeof(path), "%s/pids.max", directory);
	if (read_file(path, text, sizeof(text)) <= 0 || *text == 'm')
		return NO_LIMIT;
	return strtod(text, NULL);
}

/* The lowest of the limits from the cgroup up to where the hierarchy is
 * mounted. */
static double lowest(const struct cgroup_hierarchy *hierarchy, double (*read)(const char *, int))
{
	char *directory = copy_text(hierarchy->own);
	size_t top = strlen(hierarchy->mount);
	double least = NO_LIMIT;

	for (;;) {
		double limit = read(directory, hierarchy->version);
		char *slash = strrchr(directory, '/');

		if (limit < least)
			least = limit;
		if (strlen(directory) <= top || !slash)
			break;
		*slash = '\0';
	}
	free(directory);
	return least;
}

static const char *memory_in_words(double bytes)
{
	static char text[32];
	static const char units[] = "\0KMGT";
	int unit = 0;

	for (; unit < 4 && bytes >= 1024 && (double)(long long)(bytes / 1024) * 1024 == bytes;
	     unit++)
		bytes /= 1024;
	snprintf(text, sizeof(text), "%.0f%.1s", bytes, units + unit);
	return text;
}

/* Adds the path in each hierarchy. */
static void add_places(const struct process *process, struct layer *layer)
{
	FILE *file = fopen(process_path(process, "cgroup"), "re");
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		struct fact *fact = fact_add_unknown(layer, "all", "/proc/%d/cgroup: %s",
						     process->pid, errno_text(errno));

		fact->decides = true;
		return;
	}
	while (getline(&line, &size, file) > 0) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(++controllers, ':') : NULL;
		struct fact *fact;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		fact = fact_add(layer, *controllers ? controllers : "v2", "%s", path);
		fact->group = &places;
		fact->decides = true;
	}
	free(line);
	fclose(file);
}

/* Whether a controller is bound to a hierarchy of v1, by the names of the
 * places. */
static bool is_of_v1(const struct layer *layer, const char *controller)
{
	for (size_t i = 0; i < layer->count; i++)
		if (layer->facts[i].group == &places &&
		    cgroup_listed(layer->facts[i].name, controller))
			return true;
	return false;
}

/* The places differ wherever the limits do, so no limit decides. */
static void add_limit(struct layer *layer, struct cgroup_layout *layout, const char *controller,
		      double (*read)(const char *, int))
{
	struct cgroup_hierarchy *hierarchy = cgroup_with(layout, controller);
	bool seen = hierarchy && hierarchy->version == (is_of_v1(layer, controller) ? 1 : 2);
	double limit = seen ? lowest(hierarchy, read) : NO_LIMIT;
	struct fact *fact;

	if (!seen)
		fact = fact_add_unknown(layer, controller, "its cgroup is not mounted here");
	else if (limit >= NO_LIMIT)
		fact = fact_add(layer, controller, "none");
	else if (read == read_memory)
		fact = fact_add(layer, controller, "%s", memory_in_words(limit));
	else if (read == read_cpu)
		fact = fact_add(layer, controller, "%.4g CPU%s", limit, limit == 1 ? "" : "s");
	else
		fact = fact_add(layer, controller, "%.0f", limit);
	fact->group = &limits;
}

void facts_of_cgroup(const struct process *process, struct layer *layer)
{
	struct cgroup_layout layout;

	add_places(process, layer);
	if (cgroup_find_of(&layout, process_path(process, "cgroup")) != 0)
		layout.count = 0;
	add_limit(layer, &layout, "memory", read_memory);
	add_limit(layer, &layout, "cpu", read_cpu);
	add_limit(layer, &layout, "pids", read_pids);
}
