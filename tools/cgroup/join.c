/* join.c: entering a cgroup that exists.
 *
 * A process is moved by writing its number to a file of the cgroup; 0 means
 * the one that writes. It is allowed to whoever may write to that file, and on
 * v2 also to the one in the cgroup that is above both the old and the new. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "memory.h"
#include "message.h"
#include "step.h"

/* Where to write to. On v1, `tasks` moves the one thread that writes "0" to it,
 * and nobody has to wait for that; we have no other thread. */
static const char *knob_of(const struct cgroup_hierarchy *cgroup)
{
	return cgroup->version == 1 ? "tasks" : "cgroup.procs";
}

/* Takes the calling process into a cgroup. The slow way on v2: all processes
 * of the machine have to stand still for it, which may take 10 ms. */
static int join(const struct cgroup_hierarchy *cgroup)
{
	int fd = openat(cgroup->fd, knob_of(cgroup), O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int error;

	if (fd < 0)
		return -1;
	n = write(fd, "0", 1);
	error = errno;
	close(fd);
	errno = error;
	return n == 1 ? 0 : -1;
}

/* Whether we are where we wanted to be, by /proc/self/cgroup. */
static bool is_in(const struct cgroup_hierarchy *cgroup, struct cgroup_layout *now)
{
	struct stat wanted, found;

	for (int i = 0; i < now->count; i++)
		if (strcmp(now->all[i].controllers, cgroup->controllers) == 0)
			return stat(now->all[i].own, &found) == 0 &&
			       fstat(cgroup->fd, &wanted) == 0 && found.st_dev == wanted.st_dev &&
			       found.st_ino == wanted.st_ino;
	return false;
}

void cgroup_join(struct cgroup_work *work, int version)
{
	struct cgroup_layout now = { .count = 0 };

	for (int i = 0; i < work->layout.count; i++) {
		struct cgroup_hierarchy *cgroup = &work->layout.all[i];

		if (!cgroup->used || (version && cgroup->version != version))
			continue;
		work->in = cgroup;
		STEP(join(cgroup), "enter the cgroup %s (write '0' to its %s)", cgroup->path,
		     knob_of(cgroup));
	}
	for (int i = 0; i < work->layout.count && !dry_run; i++) {
		struct cgroup_hierarchy *cgroup = &work->layout.all[i];

		if (!cgroup->used || (version && cgroup->version != version))
			continue;
		if (now.count == 0 && cgroup_find(&now) != 0)
			step_fail("cgroup_find(&now)", "see which cgroups we are in");
		errno = 0;
		if (!is_in(cgroup, &now))
			step_fail("is_in(cgroup, &now)", "enter the cgroup %s", cgroup->path);
	}
}

/* Opens the named cgroup in one hierarchy, as cgroup->path. */
static int open_named(struct cgroup_hierarchy *cgroup, const char *name)
{
	size_t length = strlen(cgroup->mount);
	char *above;

	if (*name == '/') {
		bool is_directory = strncmp(name, cgroup->mount, length) == 0 &&
				    (!name[length] || name[length] == '/');

		cgroup->path = print_text("%s%s", is_directory ? "" : cgroup->mount, name);
		return cgroup_open(cgroup->path);
	}
	/* Below our own cgroup, or beside it or one above it, where --name may
	 * have made it (place.c). */
	above = copy_text(cgroup->own);
	while (above) {
		int fd;

		cgroup->path = print_text("%s/%s", above, name);
		fd = cgroup_open(cgroup->path);
		if (fd >= 0 || strlen(above) <= length)
			return fd;
		*strrchr(above, '/') = '\0';
	}
	return -1;
}

void cgroup_find_joined(struct cgroup_work *work)
{
	int found = 0;

	for (int i = 0; i < work->layout.count; i++) {
		struct cgroup_hierarchy *cgroup = &work->layout.all[i];

		cgroup->fd = open_named(cgroup, work->join);
		cgroup->used = cgroup->fd >= 0;
		cgroup->place = cgroup->path;
		found += cgroup->used;
	}
	if (!found)
		die("--join: there is no cgroup '%s': it takes a directory below a mounted hierarchy, "
		    "a path as in /proc/PID/cgroup, or a name below our own cgroup or one above it",
		    work->join);
}
