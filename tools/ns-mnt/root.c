/* root.c: where "/" and "." are when a mount has covered them.
 *
 * A process has its root and its current directory by themselves, not by their
 * names. A mount that is put on top of them changes what the names lead to for
 * everybody who comes along; who is there already stays below, and with
 * --remount-ro / could go on writing. So we step onto the new mount. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "root.h"
#include "step.h"

/* Whether two places are one: the same file, reached through the same mount.
 * statx(2), STATX_MNT_ID (5.8). */
static bool are_one(const struct statx *a, const struct statx *b)
{
	return a->stx_mnt_id == b->stx_mnt_id && a->stx_ino == b->stx_ino &&
	       a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

bool root_is(int target, const struct mount_order *order)
{
	struct statx root, place;

	if (dry_run)
		return strcmp(order->target, "/") == 0 && !order->root;
	return statx(target, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &place) == 0 &&
	       statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &root) == 0 &&
	       are_one(&root, &place);
}

void root_follow(int mount)
{
	char directory[PATH_MAX];

	if (!getcwd(directory, sizeof(directory)))
		strcpy(directory, "/");
	STEP(fchdir(mount), "go to the mount that now covers '/'");
	STEP(chroot("."), "make it our root directory");
	STEP_UNLESS(ENOENT, chdir(directory), "go to the current directory '%s' in there",
		    directory);
}

void directory_follow(void)
{
	struct statx here, named;
	char directory[PATH_MAX];

	if (dry_run || !getcwd(directory, sizeof(directory)) || directory[0] != '/' ||
	    statx(AT_FDCWD, ".", 0, STATX_INO | STATX_MNT_ID, &here) != 0 ||
	    statx(AT_FDCWD, directory, 0, STATX_INO | STATX_MNT_ID, &named) != 0 ||
	    are_one(&here, &named))
		return;
	STEP(chdir(directory), "go to the current directory '%s' as it is seen now", directory);
}
