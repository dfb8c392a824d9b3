/* who.c: who a process is, and what it may do. See who.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../capdrop/sets.h"
#include "file.h"
#include "message.h"
#include "who.h"

#define SHOWN_RANGES 3
#define ALL_IDS 4294967295UL /* (uid_t)-1 is no id */

static const struct fact_group ids = { "ids of ", "ids: " };
static const struct fact_group sets = { "", "all five sets: " };

void map_in_words(const char *map, char *text, size_t size)
{
	unsigned long inner, outer, count;
	size_t end = 0, ranges = 0;
	int used;

	*text = '\0';
	for (; sscanf(map, "%lu %lu %lu %n", &inner, &outer, &count, &used) == 3; map += used) {
		const char *between = ranges ? ", " : "";

		if (++ranges > SHOWN_RANGES || end >= size)
			continue;
		if (inner == 0 && outer == 0 && count == ALL_IDS) {
			snprintf(text, size, "all as outside");
			return;
		}
		if (count == 1)
			end += (size_t)snprintf(text + end, size - end, "%s%lu is %lu", between,
						inner, outer);
		else
			end += (size_t)snprintf(text + end, size - end, "%s%lu-%lu are %lu-%lu",
						between, inner, inner + count - 1, outer,
						outer + count - 1);
	}
	if (end >= size)
		end = size - 1;
	if (ranges > SHOWN_RANGES)
		end += (size_t)snprintf(text + end, size - end, ", and %zu ranges more",
					ranges - SHOWN_RANGES);
	if (end < size)
		snprintf(text + end, size - end, "%s",
			 ranges ? " outside" : "none has one outside");
}

void facts_of_maps(const struct process *process, struct layer *layer)
{
	static const char *const files[][2] = { { "uid_map", "users" }, { "gid_map", "groups" } };
	static char map[65536];
	char text[300];

	for (int i = 0; i < 2; i++) {
		struct fact *fact;

		if (read_file(process_path(process, files[i][0]), map, sizeof(map)) < 0) {
			fact = fact_add_unknown(layer, files[i][1], "/proc/%d/%s: %s", process->pid,
						files[i][0], errno_text(errno));
		} else {
			map_in_words(map, text, sizeof(text));
			fact = fact_add(layer, files[i][1], "%s", text);
		}
		fact->group = &ids;
	}
}

/* Whether a line of ids has the number that stands for all those that have
 * none in our user namespace (65534): which id it is can't be told then. */
static bool has_unmapped(const char *line, const char *map_file, const char *overflow_file)
{
	unsigned long inner = 1, outer = 1, count = 0, overflow;
	char map[256], number[32];

	if (read_file(map_file, map, sizeof(map)) > 0 &&
	    sscanf(map, "%lu %lu %lu", &inner, &outer, &count) == 3 && inner == 0 &&
	    count == ALL_IDS)
		return false;
	if (read_file(overflow_file, number, sizeof(number)) <= 0)
		strcpy(number, "65534");
	overflow = strtoul(number, NULL, 10);
	while (*line && *line != '\n') {
		char *end;

		if (strtoul(line, &end, 10) == overflow && end != line)
			return true;
		line = end + (end == line);
	}
	return false;
}

/* The ids of a line "Uid:", of which each process has four. */
static void add_ids(const char *status, struct layer *layer, const char *field, const char *name,
		    bool unmapped)
{
	const char *line = find_field(status, field);
	unsigned real, effective, saved, files;
	struct fact *fact;

	if (unmapped)
		fact = fact_add_unknown(layer, name,
					"%s: an id that has none in our user namespace", name);
	else if (!line || sscanf(line, "%u %u %u %u", &real, &effective, &saved, &files) != 4)
		fact = fact_add_unknown(layer, name, "%s: not in /proc/PID/status", name);
	else if (real == effective && real == saved && real == files)
		fact = fact_add(layer, name, "%u", real);
	else
		fact = fact_add(layer, name, "%u (effective %u, saved %u, for files %u)", real,
				effective, saved, files);
	fact->decides = true;
}

static void add_groups(const char *status, struct layer *layer, bool unmapped)
{
	const char *line = find_field(status, "Groups");
	int length = line ? (int)strcspn(line, "\n") : 0;
	struct fact *fact;

	while (length > 0 && line[length - 1] == ' ')
		length--;
	if (unmapped || !line)
		fact = fact_add_unknown(layer, "groups",
					"groups: an id that has none in our user namespace");
	else
		fact = fact_add(layer, "groups", "%.*s", length ? length : 4,
				length ? line : "none");
	fact->decides = true;
}

void facts_of_powers(const char *status, struct layer *layer)
{
	static const char *const fields[][2] = {
		{ "CapPrm", "permitted" }, { "CapEff", "effective" }, { "CapInh", "inheritable" },
		{ "CapAmb", "ambient" },   { "CapBnd", "bounding" },
	};
	static const char uid_map[] = "/proc/self/uid_map", gid_map[] = "/proc/self/gid_map",
			  no_uid[] = "/proc/sys/kernel/overflowuid",
			  no_gid[] = "/proc/sys/kernel/overflowgid";
	const char *uids = find_field(status, "Uid"), *gids = find_field(status, "Gid"),
		   *groups = find_field(status, "Groups");
	const char *barred = find_field(status, "NoNewPrivs"); /* 4.10 */
	struct fact *fact;

	add_ids(status, layer, "Uid", "uid", uids && has_unmapped(uids, uid_map, no_uid));
	add_ids(status, layer, "Gid", "gid", gids && has_unmapped(gids, gid_map, no_gid));
	add_groups(status, layer, groups && has_unmapped(groups, gid_map, no_gid));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const char *set = find_field(status, fields[i][0]);

		if (set)
			fact = fact_add(layer, fields[i][1], "%s",
					sets_in_fewest(strtoull(set, NULL, 16)));
		else
			fact = fact_add_unknown(layer, fields[i][1], "%s: not in /proc/PID/status",
						fields[i][0]);
		fact->decides = true;
		fact->group = &sets;
	}
	if (barred) {
		fact = fact_add(layer, "no_new_privs", "%s", *barred == '1' ? "yes" : "no");
		fact->decides = true;
	}
}
