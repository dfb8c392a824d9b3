/* parent.c: --parent, a cgroup in another place than below our own.
 *
 * Docker makes one for each container below /docker, whoever asked for it: "who
 * pays" is then not who typed. The cgroups in between are made when they are
 * missing, and those that were made are removed at the end, unless somebody
 * else's are in them by then. A path begins at the top of each hierarchy, as in
 * /proc/PID/cgroup. cgroups(7). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "memory.h"
#include "message.h"
#include "step.h"

const char *cgroup_check_parent(const char *path)
{
	const char *part = path;

	if (*path != '/' || strlen(path) > 1000 || strchr(path, '\n'))
		die("--parent takes the path of a cgroup from the top, such as /docker, and not '%s'",
		    path);
	while (*(part += strspn(part, "/"))) {
		size_t length = strcspn(part, "/");

		if (*part == '.' || length > 200)
			die("--parent: no part of the path begins with a '.', or has more than 200 "
			    "bytes: '%s'",
			    path);
		part += length;
	}
	return path;
}

void cgroup_make_parent(struct cgroup_work *work, struct cgroup_hierarchy *hierarchy)
{
	const char *part = work->parent;
	char *place = copy_text(hierarchy->mount);

	while (*(part += strspn(part, "/"))) {
		int length = (int)strcspn(part, "/");
		char *below = print_text("%s/%.*s", place, length, part);

		free(place);
		place = below;
		part += length;
		work->in = hierarchy;
		work->at = place;
		if (access(place, F_OK) == 0)
			continue;
		/* Another one who is starting may have made it meanwhile. */
		if (STEP_UNLESS(EEXIST, mkdir(place, 0755),
				"make the cgroup %s, for what comes below it", place) != 0)
			continue;
		if (!hierarchy->made_from && !dry_run)
			hierarchy->made_from = strlen(place);
		hierarchy->place = place;
		if (hierarchy->version == 1 && cgroup_listed(hierarchy->controllers, "cpuset"))
			cgroup_fill_cpuset(work, place);
	}
	hierarchy->place = place;
}

void cgroup_remove_parent(const struct cgroup_hierarchy *hierarchy)
{
	char *place;

	if (!hierarchy->made_from)
		return;
	place = copy_text(hierarchy->place);
	while (strlen(place) >= hierarchy->made_from && rmdir(place) == 0)
		*strrchr(place, '/') = '\0';
	free(place);
}
