/* climb.c: the way from our cgroup to the one that lacks a controller.
 *
 * v2 has one tree, and a cgroup has a controller if the one above it hands it
 * on: cgroup.controllers is what it has, cgroup.subtree_control what it hands
 * on. So a controller that we lack ends at one cgroup above us, and there one
 * word has to be written. v1 has a tree for each controller. A kernel that
 * does not have one at all was built or started without it, and /proc/cgroups
 * and /proc/cmdline tell. Read on: cgroups(7), the kernel's cgroup-v2.rst. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "climb.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "refusal.h"

static void read_level(const char *directory, const char *controller, struct cgroup_level *level)
{
	char *path = print_text("%s/cgroup.subtree_control", directory);

	snprintf(level->directory, sizeof(level->directory), "%s", directory);
	level->has = cgroup_lists(directory, "cgroup.controllers", controller);
	cgroup_read_line(directory, "cgroup.subtree_control", level->enabled,
			 sizeof(level->enabled));
	level->hands_on = cgroup_listed(level->enabled, controller);
	level->ours = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
	cgroup_read_line(directory, "cgroup.type", level->type, sizeof(level->type));
	/* The root has no type. */
	level->root = !*level->type;
	free(path);
	cgroup_members(directory, level->members, sizeof(level->members));
}

/* Its line in /proc/cgroups: "memory 4 17 1", with the hierarchy's number. */
static void read_kernel(struct cgroup_climb *climb)
{
	char text[8192], name[80];
	const char *line;

	climb->disabled = cgroup_is_disabled(climb->controller);
	cgroup_boot_file(climb->boot_file, sizeof(climb->boot_file));
	if (read_file("/proc/cgroups", text, sizeof(text)) < 0)
		return;
	snprintf(name, sizeof(name), "\n%.60s\t", climb->controller);
	line = strstr(text, name);
	climb->listed = line != NULL;
	if (line)
		climb->number = atoi(line + strlen(name));
}

void cgroup_climb(const char *controller, struct cgroup_climb *climb)
{
	struct cgroup_layout layout;

	memset(climb, 0, sizeof(*climb));
	climb->controller = controller;
	climb->uid = geteuid();
	read_kernel(climb);
	if (cgroup_find(&layout) != 0)
		die_errno("cannot find our own cgroups: /proc/self/cgroup can't be read");
	climb->nothing_mounted = layout.count == 0;
	climb->namespace_outside = layout.outside;
	for (int i = 0; i < layout.count; i++) {
		struct cgroup_hierarchy *hierarchy = &layout.all[i];
		size_t n = strlen(climb->v1_list), top = strlen(hierarchy->mount);
		char *directory = copy_text(hierarchy->own);

		if (hierarchy->version == 1) {
			snprintf(climb->v1_list + n, sizeof(climb->v1_list) - n, "%s%s",
				 n ? " " : "", hierarchy->controllers);
			if (cgroup_listed(hierarchy->controllers, controller)) {
				snprintf(climb->mount, sizeof(climb->mount), "%s",
					 hierarchy->mount);
				snprintf(climb->own, sizeof(climb->own), "%s", hierarchy->own);
			}
			free(directory);
			continue;
		}
		while (climb->count < CLIMB_MAX) {
			read_level(directory, controller, &climb->levels[climb->count++]);
			if (strlen(directory) <= top)
				break;
			*strrchr(directory, '/') = '\0';
		}
		cgroup_read_line(directory, "cgroup.controllers", climb->v2_list,
				 sizeof(climb->v2_list));
		free(directory);
	}
}

/* Each cgroup on the way, so that one sees where the controller ends. */
static void print_levels(const struct cgroup_climb *climb)
{
	int width = 0;

	for (int i = 0; i < climb->count; i++) {
		int length = (int)strlen(climb->levels[i].directory);

		width = length > width ? length : width;
	}
	for (int i = 0; i < climb->count; i++)
		printf("  %-*s  %s%s\n", width, climb->levels[i].directory, i ? "" : "(ours) ",
		       !climb->levels[i].has	   ? "lacks it"
		       : !i			   ? "has it"
		       : climb->levels[i].hands_on ? "has it, and hands it on"
						   : "has it, and does not hand it on");
}

void cgroup_why(const char *controller)
{
	static struct cgroup_climb climb;
	struct reason found = { 0 }, *reason = &found;
	char text[2400] = "";
	bool here;

	cgroup_climb(controller, &climb);
	here = cgroup_lack(&climb, reason);
	if (!here && !cgroup_is_word(&climb) && strcmp(reason->id, "CG-UNKNOWN") == 0)
		why_refuse(reason, "--why takes the name of a controller, such as memory");
	if (here)
		printf("✓ cgroup: '%s' is here: %s\n", controller, reason->why);
	else
		printf("✗ cgroup: '%s' is not in our cgroup [%s]\n", controller, reason->id);
	/* On the way there is something to see only where it is v2's. */
	if (!*climb.own && climb.count && climb.levels[climb.count - 1].has)
		print_levels(&climb);
	if (!here) {
		why_add(text, sizeof(text), reason);
		fputs(text, stdout);
	}
	exit(fflush(stdout) == 0 ? !here : EXIT_TOOL_FAILED);
}
