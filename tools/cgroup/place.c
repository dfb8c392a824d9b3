/* place.c: where on v2 a cgroup with limits can be made.
 *
 * A v2 cgroup has a controller's knobs only if its parent lists the controller
 * in cgroup.subtree_control, and a cgroup that lists one there may hold no
 * process of its own (the root of all may): otherwise processes and cgroups
 * would compete with each other. But our own cgroup holds at least us. So,
 * the first of these that fits:
 *
 * - Our own cgroup is the root: here.
 * - We are the only process in it, as under
 *   `systemd-run --user --scope -p Delegate=yes cgroup --memory 50m sh`: we
 *   step aside into a leaf below it, and come back at the end.
 * - Others are in it: the shell that started us, or a whole session. They are
 *   not ours to move. Then beside our own cgroup, or beside the nearest above
 *   it, in a parent without processes that we may write to: for root in a
 *   terminal /user.slice/user-1000.slice, for an ordinary user in the terminal
 *   of a desktop app.slice. The limits of that parent hold for us as before;
 *   so we go only where no limit is left behind.
 * - Otherwise we say who is in the way, and how to move them.
 *
 * What is enabled in a parent that others use stays enabled. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "memory.h"
#include "step.h"

/* Reads a file of a cgroup. Returns the length; or -1 with errno, and the text
 * is "". */
static ssize_t read_in(const char *directory, const char *name, char *text, size_t size)
{
	char *path = print_text("%s/%s", directory, name);
	ssize_t n = read_file(path, text, size);
	int error = errno;

	if (n < 0)
		*text = '\0';
	free(path);
	errno = error;
	return n;
}

static bool enables_all(const char *directory, const char *const wanted[])
{
	for (; *wanted; wanted++)
		if (!cgroup_lists(directory, "cgroup.subtree_control", *wanted))
			return false;
	return true;
}

/* The root of the whole hierarchy is the one without a type. */
static bool is_root(const char *directory)
{
	char *path = print_text("%s/cgroup.type", directory);
	bool root = access(path, F_OK) != 0 && errno == ENOENT;

	free(path);
	return root;
}

enum members { NOBODY, ONLY_US, OTHERS };

static enum members members_of(const char *directory)
{
	char text[64], us[32];

	/* Of a threaded cgroup nobody may read it (EOPNOTSUPP), and enabling a
	 * controller there will say so better. */
	if (read_in(directory, "cgroup.procs", text, sizeof(text)) < 0 && errno != EOPNOTSUPP)
		return OTHERS;
	snprintf(us, sizeof(us), "%d\n", getpid());
	return !*text ? NOBODY : strcmp(text, us) == 0 ? ONLY_US : OTHERS;
}

/* Whether leaving a cgroup would leave a limit. The number of processes that
 * systemd gives to each of its units is no one's wish, and is let go. */
static bool is_limited(const char *directory)
{
	static const char *const knobs[] = { "memory.max", "memory.high", "memory.swap.max",
					     "cpu.max",	   "cpuset.cpus", "pids.max" };
	const char *end = strrchr(directory, '.');
	bool unit = end && (strcmp(end, ".scope") == 0 || strcmp(end, ".service") == 0);
	char text[256];

	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs) - unit; i++) {
		/* Without the controller there is no such file. */
		if (read_in(directory, knobs[i], text, sizeof(text)) < 0 && errno != ENOENT)
			return true;
		if (*text && *text != '\n' && strncmp(text, "max", 3) != 0)
			return true;
	}
	return false;
}

static _Noreturn void fail_busy(struct cgroup_work *work, const char *own)
{
	static struct reason reason;

	cgroup_busy(own, &reason);
	work->known = &reason;
	errno = EBUSY;
	step_fail("write_in(directory, \"cgroup.subtree_control\", word)", "set limits below %s",
		  own);
}

/* Our own cgroup, or the nearest above it where limits can be set. */
static char *find_place(struct cgroup_work *work, const struct cgroup_hierarchy *hierarchy,
			const char *const wanted[])
{
	char *place = copy_text(hierarchy->own);

	if (is_root(place) || enables_all(place, wanted))
		return place;
	if (members_of(place) == ONLY_US && faccessat(AT_FDCWD, place, W_OK, AT_EACCESS) == 0)
		return place;
	while (strlen(place) > strlen(hierarchy->mount)) {
		if (is_limited(place))
			break;
		*strrchr(place, '/') = '\0';
		/* Making a cgroup there and taking a process to it. */
		if (faccessat(AT_FDCWD, place, W_OK, AT_EACCESS) != 0)
			break;
		if (is_root(place) || enables_all(place, wanted) || members_of(place) == NOBODY)
			return place;
	}
	/* Not ours at all: let mkdir(2) say so. */
	if (faccessat(AT_FDCWD, hierarchy->own, W_OK, AT_EACCESS) != 0)
		return copy_text(hierarchy->own);
	fail_busy(work, hierarchy->own);
}

static int write_in(const char *directory, const char *name, const char *text)
{
	char *path = print_text("%s/%s", directory, name);
	int result = write_file(path, text);
	int error = errno;

	free(path);
	errno = error;
	return result;
}

/* Lets the cgroups below a directory have a controller. It has to have it
 * itself, so this begins at the top. */
static void enable(struct cgroup_work *work, const struct cgroup_hierarchy *hierarchy,
		   const char *directory, const char *controller)
{
	char *word;

	if (cgroup_lists(directory, "cgroup.subtree_control", controller))
		return;
	if (!cgroup_lists(directory, "cgroup.controllers", controller)) {
		char *parent = copy_text(directory);

		if (strlen(directory) <= strlen(hierarchy->mount)) {
			struct reason reason = { 0 };

			cgroup_missing(controller, &reason);
			work->known = &reason;
			errno = ENOENT;
			step_fail("write_in(directory, \"cgroup.subtree_control\", word)",
				  "limit anything with the controller '%s'", controller);
		}
		*strrchr(parent, '/') = '\0';
		enable(work, hierarchy, parent, controller);
		free(parent);
	}
	word = print_text("+%s", controller);
	work->at = directory;
	work->controller = controller;
	STEP(write_in(directory, "cgroup.subtree_control", word),
	     "enable %s for the cgroups below (write '%s' to %s/cgroup.subtree_control)",
	     controller, word, directory);
	free(word);
}

/* Leaves our own cgroup empty, so that limits can be set below it. */
static void step_aside(struct cgroup_work *work, const char *place)
{
	work->aside = print_text("%s/%s-outside", place, work->tag);
	work->at = work->aside;
	STEP(mkdir(work->aside, 0755), "make a leaf to step aside into, %s", work->aside);
	work->aside_fd = STEP(cgroup_open_new(work->aside), "open and lock it");
	STEP(write_in(work->aside, "cgroup.procs", "0"),
	     "step aside, since a cgroup with limits below it holds no process itself (write '0' "
	     "to %s/cgroup.procs)",
	     work->aside);
}

void cgroup_choose_place(struct cgroup_work *work, struct cgroup_hierarchy *hierarchy,
			 const char *const wanted[])
{
	char *place;

	/* A place that was asked for; what it can't give, enable() says. */
	if (work->parent) {
		cgroup_make_parent(work, hierarchy);
		for (const char *const *name = wanted; *name; name++)
			enable(work, hierarchy, hierarchy->place, *name);
		return;
	}
	hierarchy->place = hierarchy->own;
	if (!wanted[0])
		return;
	place = find_place(work, hierarchy, wanted);
	hierarchy->place = place;
	if (faccessat(AT_FDCWD, place, W_OK, AT_EACCESS) != 0)
		return;
	/* What has to be enabled above comes first: if that fails, we have
	 * not moved yet. */
	for (const char *const *name = wanted; *name; name++)
		if (!cgroup_lists(place, "cgroup.controllers", *name)) {
			char *parent = copy_text(place);

			if (strlen(place) <= strlen(hierarchy->mount)) {
				enable(work, hierarchy, place, *name);
				continue;
			}
			*strrchr(parent, '/') = '\0';
			enable(work, hierarchy, parent, *name);
			free(parent);
		}
	if (strcmp(place, hierarchy->own) == 0 && !is_root(place) && !enables_all(place, wanted))
		step_aside(work, place);
	for (const char *const *name = wanted; *name; name++)
		enable(work, hierarchy, place, *name);
}

/* Whether there is another cgroup in a directory than the named one. */
static bool has_other(const char *directory, const char *name)
{
	DIR *open_directory = opendir(directory);
	struct dirent *entry;
	bool other = false;

	if (!open_directory)
		return true;
	while ((entry = readdir(open_directory)))
		other = other || (entry->d_type == DT_DIR && *entry->d_name != '.' &&
				  strcmp(entry->d_name, name) != 0);
	closedir(open_directory);
	return other;
}

/* Takes all controllers away from the cgroups below: "memory pids" is in the
 * file, "-memory -pids" is written. */
static int disable_all(const char *directory)
{
	char text[512], words[1024] = "", *position;

	read_in(directory, "cgroup.subtree_control", text, sizeof(text));
	for (char *word = strtok_r(text, " \n", &position); word;
	     word = strtok_r(NULL, " \n", &position)) {
		size_t n = strlen(words);

		snprintf(words + n, sizeof(words) - n, "-%s ", word);
	}
	return *words ? write_in(directory, "cgroup.subtree_control", words) : 0;
}

void cgroup_step_back(struct cgroup_work *work)
{
	char *own;

	if (!work->aside)
		return;
	own = copy_part(work->aside, (size_t)(strrchr(work->aside, '/') - work->aside));
	/* If somebody has made a cgroup there meanwhile, it keeps its limits:
	 * we end in the leaf, and the next run removes that. */
	if (own && !has_other(own, strrchr(work->aside, '/') + 1) && disable_all(own) == 0 &&
	    write_in(own, "cgroup.procs", "0") == 0)
		rmdir(work->aside);
	free(own);
	work->aside = NULL;
}
