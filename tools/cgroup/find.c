/* find.c: where the hierarchies of cgroups are, and which cgroups we are in.
 *
 * /proc/self/cgroup has a line for each hierarchy, "4:memory:/a/b", and for v2
 * "0::/a/b". The path begins at the root of our cgroup namespace. Where in
 * the file system that is, /proc/self/mountinfo tells: each mount has the path
 * of its own top directory in the hierarchy, seen from the same root. With a
 * mount of "/a" on /mnt, "/a/b" is /mnt/b. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "memory.h"
#include "mountinfo.h"
#include "paste.h"

bool cgroup_listed(const char *list, const char *word)
{
	static const char between[] = ", \n";
	size_t length = strcspn(word, ",");

	while (*(list += strspn(list, between))) {
		size_t n = strcspn(list, between);

		if (n == length && strncmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

bool cgroup_lists(const char *directory, const char *file, const char *word)
{
	char *path = print_text("%s/%s", directory, file), text[1024];
	bool listed = read_file(path, text, sizeof(text)) > 0 && cgroup_listed(text, word);

	free(path);
	return listed;
}

/* Closes a file that was read to its end. If it was not, because reading
 * failed, returns -1 with errno: a hierarchy left out would be a layer lost. */
static int end_reading(FILE *file)
{
	int error = ferror(file) ? errno : 0;

	fclose(file);
	errno = error;
	return error ? -1 : 0;
}

/* Reads the lines of /proc/self/cgroup; `own` is at first the path in it. */
static int read_own(struct cgroup_layout *layout, const char *path_of_own)
{
	FILE *file = fopen(path_of_own, "re");
	char *line = NULL;
	size_t size = 0;

	layout->count = 0;
	layout->outside = false;
	if (!file)
		return -1;
	while (layout->count < 16 && getline(&line, &size, file) > 0) {
		struct cgroup_hierarchy *hierarchy = &layout->all[layout->count];
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(++controllers, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		/* A hierarchy with a name has no controller: nothing in it
		 * can be limited, and it belongs to somebody. */
		if (strncmp(controllers, "name=", 5) == 0)
			continue;
		memset(hierarchy, 0, sizeof(*hierarchy));
		hierarchy->version = *controllers ? 1 : 2;
		hierarchy->controllers = copy_text(controllers);
		hierarchy->own = copy_text(path);
		hierarchy->fd = -1;
		layout->count++;
	}
	free(line);
	return end_reading(file);
}

/* What of a path lies below root, "" for root itself; NULL when it does not. */
static const char *below(const char *path, const char *root)
{
	size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(path, root, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	path += length;
	/* Our cgroup, or the top of the mount, is outside of our cgroup
	 * namespace, and how the two meet can't be told. */
	if (strncmp(path, "/..", 3) == 0)
		return NULL;
	return strcmp(path, "/") == 0 ? "" : path;
}

/* A line of mountinfo. A later mount hides an earlier one: it wins. */
static void take_mount(struct cgroup_layout *layout, char *own[], char *line)
{
	char *words[6], *rest = strstr(line, " - "), *kind, *options, *position;
	int n = 0;

	if (!rest)
		return;
	*rest = '\0';
	kind = strtok_r(rest + 3, " ", &position);
	if (!kind || strncmp(kind, "cgroup", 6) != 0 || !strtok_r(NULL, " ", &position))
		return;
	options = strtok_r(NULL, " \n", &position);
	for (char *word = strtok_r(line, " ", &position); word && n < 6;
	     word = strtok_r(NULL, " ", &position))
		words[n++] = word;
	if (n < 6 || !options)
		return;
	mountinfo_unescape(words[3]);
	mountinfo_unescape(words[4]);

	for (int i = 0; i < layout->count; i++) {
		struct cgroup_hierarchy *hierarchy = &layout->all[i];
		const char *path;

		if (hierarchy->version == 2
			    ? strcmp(kind, "cgroup2") != 0
			    : strcmp(kind, "cgroup") != 0 ||
				      !cgroup_listed(options, hierarchy->controllers))
			continue;
		path = below(own[i], words[3]);
		if (!path) {
			layout->outside = true;
			continue;
		}
		free(hierarchy->mount);
		free(hierarchy->own);
		hierarchy->mount = copy_text(words[4]);
		hierarchy->own = print_text("%s%s", words[4], path);
	}
}

/* The two files have other names in the unit tests. */
static int find_in(struct cgroup_layout *layout, const char *cgroup, const char *mountinfo)
{
	FILE *file;
	char *own[16] = { NULL }, *line = NULL;
	size_t size = 0;
	int count = 0;

	if (read_own(layout, cgroup) != 0)
		return -1;
	for (int i = 0; i < layout->count; i++) {
		own[i] = layout->all[i].own;
		layout->all[i].own = NULL;
	}
	file = fopen(mountinfo, "re");
	if (!file)
		return -1;
	while (getline(&line, &size, file) > 0)
		if (strstr(line, " - cgroup"))
			take_mount(layout, own, line);
	free(line);
	if (end_reading(file) != 0)
		return -1;

	/* A hierarchy that can't be seen from here is of no use. */
	for (int i = 0; i < layout->count; i++) {
		free(own[i]);
		if (layout->all[i].own)
			layout->all[count++] = layout->all[i];
		else
			free(layout->all[i].controllers);
	}
	layout->count = count;
	return 0;
}

int cgroup_find(struct cgroup_layout *layout)
{
	return cgroup_find_of(layout, "/proc/self/cgroup");
}

int cgroup_find_of(struct cgroup_layout *layout, const char *cgroup)
{
	return find_in(layout, cgroup, "/proc/self/mountinfo");
}

void cgroup_own_path(const struct cgroup_hierarchy *in, char *path, size_t size)
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

struct cgroup_hierarchy *cgroup_with(struct cgroup_layout *layout, const char *controller)
{
	struct cgroup_hierarchy *unified = NULL;

	for (int i = 0; i < layout->count; i++) {
		struct cgroup_hierarchy *hierarchy = &layout->all[i];

		if (hierarchy->version == 2)
			unified = hierarchy;
		else if (cgroup_listed(hierarchy->controllers, controller))
			return hierarchy;
	}
	return unified;
}

int cgroup_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	int error;

	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs) == 0) {
		if (fs.f_type == CGROUP2_SUPER_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC)
			return fd;
		errno = ENOTDIR;
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int cgroup_open_new(const char *path)
{
	int fd = cgroup_open(path), locked, error;

	if (fd < 0)
		return -1;
	/* Who takes it for a leftover holds the lock only to look and remove. */
	for (int tries = 5000; (locked = flock(fd, LOCK_SH | LOCK_NB)) != 0 && tries > 0; tries--)
		usleep(100);
	if (locked == 0 && faccessat(fd, "cgroup.procs", F_OK, 0) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

bool cgroup_can_create(char *why, size_t size)
{
	struct cgroup_layout layout;
	struct cgroup_hierarchy *hierarchy;
	char *procs;
	int fd, error;
	bool can, systemd = access("/run/systemd/system", F_OK) == 0;

	if (cgroup_find(&layout) != 0) {
		snprintf(why, size, "there is no /proc to find our cgroup with");
		return false;
	}
	hierarchy = cgroup_with(&layout, "pids");
	for (int i = 0; i < layout.count; i++)
		if (layout.all[i].version == 2)
			hierarchy = &layout.all[i];
	if (!hierarchy) {
		snprintf(
			why, size,
			layout.outside
				? "we are in a cgroup namespace, and only the cgroups outside are mounted"
				: "no hierarchy of cgroups is mounted here");
		return false;
	}
	fd = cgroup_open(hierarchy->own);
	if (fd < 0) {
		snprintf(why, size, "%s can't be opened as a cgroup", hierarchy->own);
		return false;
	}
	close(fd);
	/* Joining takes the right to write to cgroup.procs of the nearest
	 * cgroup that holds both the old and the new one: our own. */
	procs = print_text("%s/cgroup.procs", hierarchy->own);
	can = faccessat(AT_FDCWD, hierarchy->own, W_OK, AT_EACCESS) == 0 &&
	      faccessat(AT_FDCWD, procs, W_OK, AT_EACCESS) == 0;
	error = errno;
	free(procs);
	if (can)
		return true;
	if (error == EROFS)
		snprintf(why, size, "%s is mounted read-only", hierarchy->mount);
	else
		snprintf(why, size, "the cgroup %s is not yours%s%s%s", hierarchy->own,
			 systemd ? "; to get one:  systemd-run --user --scope -p Delegate=yes "
				 : ", and root would have to give you one",
			 systemd ? paste_line(NULL, NULL) : "", systemd ? " " : "");
	return false;
}
