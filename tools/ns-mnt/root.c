/* root.c: where "/" and "." are when a mount has covered them.
 *
 * A process has its root and its current directory by themselves, not by their
 * names. A mount that is put on top of them changes what the names lead to for
 * everybody who comes along; who is there already stays below, and with
 * --remount-ro / could go on writing. So we step onto the new mount. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "path.h"
#include "root.h"
#include "step.h"

bool root_is_elsewhere(const char *root)
{
	char *path = root ? realpath(root, NULL) : NULL;
	bool elsewhere = path && strcmp(path, "/") != 0;

	if (root && !path && !dry_run)
		step_fail("realpath(root, NULL)", "find the directory '%s'", root);
	free(path);
	return elsewhere;
}

bool root_is_target(const struct mount_order *order)
{
	char *path;
	bool is_root;

	if (order->elsewhere)
		return false;
	path = realpath(order->target, NULL);
	/* Below --root / it was found by another way. */
	if (!path && !dry_run && !order->root)
		step_fail("realpath(order->target, NULL)", "tell whether '%s' is our root",
			  order->target);
	is_root = path && strcmp(path, "/") == 0;
	free(path);
	return is_root;
}

/* The name of the current directory; false when it has none: it was deleted, or
 * is outside of our root. getcwd(2); the function of the C library hides that. */
static bool name_directory(char directory[PATH_MAX])
{
	struct stat status;

	if (syscall(SYS_getcwd, directory, PATH_MAX) > 0)
		return directory[0] == '/';
	/* A deleted one has no links. */
	if (errno != ENOENT || fstatat(AT_FDCWD, ".", &status, 0) != 0 || status.st_nlink != 0)
		step_fail("syscall(SYS_getcwd, directory, PATH_MAX)", "tell the current directory");
	return false;
}

/* Goes there by name. Where it is gone, we stay; but that must be so. */
static void go_to(const char *directory)
{
	if (STEP_UNLESS(ENOENT, chdir(directory), "go to the current directory '%s' anew",
			directory) < 0 &&
	    !dry_run && access(directory, F_OK) == 0) {
		errno = ENOENT;
		step_fail("chdir(directory)", "go to the current directory '%s' anew", directory);
	}
}

void root_follow(int mount)
{
	char directory[PATH_MAX];

	if (!name_directory(directory))
		strcpy(directory, "/");
	STEP(fchdir(mount), "go to the mount that now covers '/'");
	STEP(chroot("."), "make it our root directory");
	go_to(directory);
}

/* Whether an order has put a mount over a directory, or may have done. */
static bool covers(const struct mount_order *order, const char *directory)
{
	char *path = realpath(order->root ? order->root : order->target, NULL);
	bool covered = path ? path_is_below(directory, path) : !order->if_there;

	free(path);
	return covered;
}

void directory_follow(const struct mount_order orders[], size_t count)
{
	char directory[PATH_MAX];
	bool covered = false;

	if (count == 0 || !name_directory(directory))
		return;
	for (size_t i = 0; i < count && !covered; i++)
		/* All that are below the same directory are one. */
		if (i == 0 || !orders[i].root || orders[i].root != orders[i - 1].root)
			covered = covers(&orders[i], directory);
	if (covered)
		go_to(directory);
}
