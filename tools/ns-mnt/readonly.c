/* readonly.c: the flags of a mount and of all mounts below it.
 *
 * MS_REMOUNT|MS_BIND changes one mount and not those below: a tree that looked
 * read-only had writable corners, for years, in every container engine.
 * mount_setattr(2) with AT_RECURSIVE (5.12) changes all of them or none. For
 * the kernels before it, we go through /proc/self/mountinfo. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "message.h"
#include "readonly.h"
#include "step.h"

/* The flags that statfs(2) shows; both interfaces number them alike. */
#define SHOWN (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

bool set_flags(int tree, unsigned long long flags, const char *name)
{
	struct mount_attr attr = { .attr_set = flags };
	struct statvfs status;

	if (!flags)
		return true;
	if (STEP_UNLESS(ENOSYS,
			mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)),
			"set the flags%s%s%s%s on '%s' and all below it",
			flags & MOUNT_ATTR_RDONLY ? " read-only" : "",
			flags & MOUNT_ATTR_NOSUID ? " nosuid" : "",
			flags & MOUNT_ATTR_NODEV ? " nodev" : "",
			flags & MOUNT_ATTR_NOEXEC ? " noexec" : "", name) < 0)
		return dry_run;
	if (fstatvfs(tree, &status) != 0 || flags & SHOWN & ~status.f_flag) {
		errno = 0;
		step_fail("fstatvfs(tree, &status)", "set the flags on '%s'", name);
	}
	return true;
}

/* The flags of mount(2) for those of mount_setattr(2), and for those that a
 * mount has already and must not lose (the kernel refuses that inside a user
 * namespace). */
static unsigned long old_flags(unsigned long long flags, unsigned long have)
{
	unsigned long all = 0;

	if (flags & MOUNT_ATTR_RDONLY || have & ST_RDONLY)
		all |= MS_RDONLY;
	if (flags & MOUNT_ATTR_NOSUID || have & ST_NOSUID)
		all |= MS_NOSUID;
	if (flags & MOUNT_ATTR_NODEV || have & ST_NODEV)
		all |= MS_NODEV;
	if (flags & MOUNT_ATTR_NOEXEC || have & ST_NOEXEC)
		all |= MS_NOEXEC;
	if (have & ST_NOATIME)
		all |= MS_NOATIME;
	if (have & ST_NODIRATIME)
		all |= MS_NODIRATIME;
	if (have & ST_RELATIME)
		all |= MS_RELATIME;
	return all;
}

static void remount(const char *path, unsigned long long flags)
{
	struct statvfs status;
	unsigned long wanted;

	/* A mount that a later one covers can't be reached, by nobody. */
	if (statvfs(path, &status) != 0)
		return;
	wanted = old_flags(flags, status.f_flag);
	STEP(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | wanted, NULL),
	     "set the flags of the mount on '%s'", path);
	if (flags & MOUNT_ATTR_RDONLY &&
	    (statvfs(path, &status) != 0 || !(status.f_flag & ST_RDONLY))) {
		errno = 0;
		step_fail("mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | wanted, NULL)",
			  "make '%s' read-only", path);
	}
}

/* "\040" and the like in mountinfo stand for blanks in a path. */
static void unescape(char *path)
{
	char *to = path;

	for (; *path; path++, to++) {
		if (path[0] == '\\' && path[1] && path[2] && path[3]) {
			*to = (char)((path[1] - '0') << 6 | (path[2] - '0') << 3 | (path[3] - '0'));
			path += 3;
		} else {
			*to = *path;
		}
	}
	*to = '\0';
}

void settle_flags(const char *target, const char *root, unsigned long long flags)
{
	char top[PATH_MAX], path[PATH_MAX], joined[2 * PATH_MAX], *line = NULL;
	size_t size = 0, length;
	FILE *mounts;

	snprintf(joined, sizeof(joined), "%s%s%s", root ? root : "", root ? "/" : "", target);
	mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts || !realpath(joined, top))
		die_errno("cannot set the flags of the mounts below '%s'", target);
	length = strcmp(top, "/") == 0 ? 0 : strlen(top);
	while (getline(&line, &size, mounts) >= 0) {
		if (sscanf(line, "%*s %*s %*s %*s %4095s", path) != 1)
			continue;
		unescape(path);
		if (strncmp(path, top, length) == 0 &&
		    (path[length] == '/' || path[length] == '\0'))
			remount(path, flags);
	}
	free(line);
	fclose(mounts);
}
