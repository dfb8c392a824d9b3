/* target.c: the place that a mount is put on.
 *
 * It is a descriptor, found with openat2(2): below --root no symbolic link of a
 * hostile image can lead it outside (CVE-2021-30465, CVE-2019-16884 and their
 * family). Read on: openat2(2), move_mount(2). */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "root.h"
#include "step.h"
#include "target.h"

void drop_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The directory of --root, as a descriptor, and its name: opened by that once,
 * since another time the name may lead elsewhere. A mount that covers it takes
 * its place. */
static struct {
	const char *name;
	int fd;
} top = { NULL, -1 };

/* Whether paths outside are to have no symbolic link in them, in the order under
 * way. */
static bool no_symlinks;

void target_begin(const struct mount_order *order)
{
	no_symlinks = order->no_symlinks;
}

static int open_root(const char *root)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = no_symlinks ? RESOLVE_NO_SYMLINKS : 0 };

	/* The same words, and not just the same letters: another --root begins
	 * anew. */
	if (top.name == root)
		return top.fd;
	drop_fd(top.fd);
	top.fd = (int)syscall(SYS_openat2, AT_FDCWD, root, &how, sizeof(how));
	top.name = top.fd < 0 ? NULL : root;
	return top.fd;
}

int open_below_with(const char *root, const char *path, unsigned long long resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = resolve };
	int from = AT_FDCWD;

	if (root) {
		how.resolve |= RESOLVE_IN_ROOT;
		from = open_root(root);
		if (from < 0)
			return -1;
	}
	return (int)syscall(SYS_openat2, from, path, &how, sizeof(how));
}

int open_below(const char *root, const char *path)
{
	return open_below_with(root, path, 0);
}

/* Makes what is missing of a mount point: directories, and at its end a directory or
 * an empty file. Returns a descriptor of it, or -1 with errno set. */
static int make_below(const char *root, const char *path, bool folder)
{
	const char *end = path;
	int parent = open_below(root, *path == '/' ? "/" : "."), fd = parent;

	while (fd >= 0 && *(end += strspn(end, "/"))) {
		const char *name = end;
		char *part;
		bool last;

		end += strcspn(end, "/");
		last = end[strspn(end, "/")] == '\0';
		part = copy_part(path, (size_t)(end - path));
		fd = open_below(root, part);
		if (fd < 0 && errno == ENOENT) {
			char *word = copy_part(name, (size_t)(end - name));

			/* A dangling symbolic link is there, and is not
			 * followed: EEXIST. */
			if (last && !folder ? mknodat(parent, word, S_IFREG | 0644, 0)
					    : mkdirat(parent, word, 0755))
				return -1;
			free(word);
			fd = open_below(root, part);
		}
		free(part);
		parent = fd;
	}
	return fd;
}

static bool is_kernels(const struct mount_order *order)
{
	return order->kind == MOUNT_DEV || order->kind == MOUNT_DEVICES ||
	       order->kind == MOUNT_CONSOLE ||
	       (order->kind == MOUNT_FS &&
		(strcmp(order->type, "proc") == 0 || strcmp(order->type, "sysfs") == 0));
}

static bool is_in_proc(int fd)
{
	struct statfs status;

	return fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

int mount_open_target(const struct mount_order *order, bool folder)
{
	int fd;

	/* Below --root a missing one is made, as container engines do;
	 * without, it would be made on the machine, and stay. */
	if (!order->root)
		return STEP(open_below_with(NULL, order->target,
					    order->no_symlinks ? RESOLVE_NO_SYMLINKS : 0),
			    "find the mount point '%s'", order->target);
	/* Where the kernel's own files go, and the masks over them, an image
	 * has no say: no link at all on the way (CVE-2019-19921, CVE-2025-52565). */
	fd = STEP_UNLESS(ENOENT,
			 open_below_with(order->root, order->target,
					 is_kernels(order) ? RESOLVE_NO_SYMLINKS : 0),
			 "find the mount point '%s'", order->target);
	if (fd < 0)
		fd = STEP(make_below(order->root, order->target, folder),
			  "make the mount point '%s'", order->target);
	/* Nor does a link of the image's lead another mount over the files in a
	 * /proc, to which labels are written (CVE-2019-16884, CVE-2025-52881). */
	if (fd >= 0 && is_in_proc(fd)) {
		close(fd);
		fd = STEP(open_below_with(order->root, order->target, RESOLVE_NO_SYMLINKS),
			  "find the mount point '%s' with no symbolic link on the way",
			  order->target);
	}
	return fd;
}

int mount_open_directory(const char *root, const char *path)
{
	return open_below_with(root, path, 0);
}

/* Whether a mount point is the directory of --root itself. */
static bool covers_top(int target, const struct mount_order *order)
{
	struct statx one, other;

	if (!order->root || top.name != order->root)
		return false;
	/* If that can't be told, what follows might go below the cover. (The C library
	 * has a statx(2) of its own where the kernel has none, without the number.) */
	errno = 0;
	if (statx(target, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &one) != 0 ||
	    statx(top.fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &other) != 0 ||
	    !(one.stx_mask & other.stx_mask & STATX_MNT_ID)) {
		errno = errno ? errno : ENOSYS;
		step_fail("statx(target, \"\", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &one)",
			  "tell whether '%s' covers the directory of --root itself", order->target);
	}
	return one.stx_ino == other.stx_ino && one.stx_mnt_id == other.stx_mnt_id;
}

void mount_put(int mount, int target, const struct mount_order *order)
{
	bool covers = !dry_run && covers_top(target, order);

	STEP(move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
	     "put the mount on '%s'", order->target);
	drop_fd(target);
	if (!covers)
		return;
	close(top.fd);
	top.fd = fcntl(mount, F_DUPFD_CLOEXEC, 3);
	if (top.fd < 0)
		die_errno("cannot keep the mount on '%s'", order->target);
}

void mount_attach(int mount, int target, const struct mount_order *order)
{
	bool root = root_is_target(order);

	mount_put(mount, target, order);
	if (root)
		root_follow(mount);
}
