/* machine.c: what there is on the machine's own root. See machine.h.
 *
 * One overlay over "/" would be enough, if there were no mounts below it: in a
 * user namespace those of the machine are locked together, and the kernel
 * refuses such a tree as a layer. So each directory gets an overlay of its
 * own, where nothing is mounted below. mount_namespaces(7), "locked". */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine.h"
#include "memory.h"
#include "message.h"
#include "mountinfo.h"
#include "path.h"

/* Whether something is mounted below a directory, not on it. */
static bool has_mounts_below(const char *directory)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (!mounts)
		die_errno("cannot tell what is mounted");
	while (!found && getline(&line, &size, mounts) >= 0) {
		const char *point = mountinfo_target(line);

		found = point && strcmp(point, directory) != 0 && path_is_below(point, directory);
	}
	free(line);
	fclose(mounts);
	return found;
}

static bool is_covered(const char *path, const char *home)
{
	static const char *const covered[] = { "/proc", "/sys", "/dev", "/tmp", "/run" };

	for (size_t i = 0; i < sizeof(covered) / sizeof(*covered); i++)
		if (strcmp(path, covered[i]) == 0)
			return true;
	return strcmp(path, home) == 0;
}

/* A symbolic link, such as /bin, leads to one that has its overlay. */
static int is_directory(const struct dirent *entry)
{
	char *path = print_text("/%s", entry->d_name);
	struct stat status;
	bool is = *entry->d_name != '.' && lstat(path, &status) == 0 && S_ISDIR(status.st_mode);

	free(path);
	return is;
}

void machine_overlays(struct words *words, const char *home, const char *place)
{
	struct dirent **entries;
	char *stay = copy_text("");
	int count = scandir("/", &entries, is_directory, alphasort);

	if (count < 0)
		die_errno("cannot look into /");
	for (int i = 0; i < count; i++) {
		char *path = print_text("/%s", entries[i]->d_name);
		const char *why = NULL;

		if (is_covered(path, home))
			continue;
		if (strcmp(path, place) == 0)
			why = "the new root is put together on it";
		else if (has_mounts_below(path))
			why = "it has mounts in it";
		else if (strpbrk(path, ":,"))
			why = "its name can't be that of a layer";
		else if (access(path, R_OK | X_OK) != 0)
			why = "you may not look into it";
		else
			words_add_option(words, "--overlay", "%s:%s", path, path);
		if (why)
			stay = print_text("%s%s%s (%s)", stay, *stay ? ", " : "", path, why);
	}
	if (*stay)
		note("--overlay /: read-only stay %s", stay);
}

bool machine_find_below(const char *root, const char *path, char *found, size_t size)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT };
	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
	char link[32];
	ssize_t n;

	if (top < 0)
		die_errno("cannot look into '%s'", root);
	fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		die_errno("cannot look at '%s' in the root", path);
	close(top);
	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, found, size - 1);
	if (n <= 0)
		die_errno("cannot tell where '%s' is", path);
	close(fd);
	found[n] = '\0';
	if (strpbrk(found, ":,"))
		die("what is at '%s' can't be a layer of an overlay, since there is ':' or ',' in its "
		    "name: %s",
		    path, found);
	return true;
}
