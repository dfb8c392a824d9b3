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
#include "mountinfo.h"
#include "path.h"
#include "readonly.h"
#include "step.h"

/* The C library does not know it yet (Linux 5.10). */
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif

/* A flag of a mount for mount_setattr(2), for mount(2), as statvfs(3) shows it,
 * and for people. */
static const struct {
	unsigned long long attr;
	unsigned long old, shown;
	const char *name;
} kinds[] = {
	{ MOUNT_ATTR_RDONLY, MS_RDONLY, ST_RDONLY, "read-only" },
	{ MOUNT_ATTR_NOSUID, MS_NOSUID, ST_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, MS_NODEV, ST_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, MS_NOEXEC, ST_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NOATIME, MS_NOATIME, ST_NOATIME, "noatime" },
	{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME, ST_NODIRATIME, "nodiratime" },
	{ MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW, ST_NOSYMFOLLOW, "nosymfollow" },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* The names of flags, each with a blank in front. */
static const char *name_flags(unsigned long long flags, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < KINDS; i++)
		if (flags & kinds[i].attr)
			used += (size_t)snprintf(text + used, size - used, " %s", kinds[i].name);
	if (flags & MOUNT_ATTR_STRICTATIME)
		snprintf(text + used, size - used, " strictatime");
	return text;
}

/* Whether a mount has all these flags. */
static bool has_flags(const struct statvfs *status, unsigned long long flags)
{
	for (size_t i = 0; i < KINDS; i++)
		if (flags & kinds[i].attr && !(status->f_flag & kinds[i].shown))
			return false;
	/* strictatime shows as none of the others. */
	return !(flags & MOUNT_ATTR_STRICTATIME) || !(status->f_flag & (ST_NOATIME | ST_RELATIME));
}

bool set_flags(int tree, unsigned long long flags, const char *name)
{
	struct mount_attr attr = { .attr_set = flags };
	struct statvfs status;
	char names[128];

	if (!flags)
		return true;
	/* noatime and strictatime are values of one setting, and have to take the
	 * place of the one that is there. */
	if (flags & (MOUNT_ATTR_NOATIME | MOUNT_ATTR_STRICTATIME))
		attr.attr_clr = MOUNT_ATTR__ATIME;
	if (STEP_UNLESS(ENOSYS,
			mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)),
			"set the flags%s on '%s' and all below it",
			name_flags(flags, names, sizeof(names)), name) < 0)
		return dry_run;
	if (fstatvfs(tree, &status) != 0)
		step_fail("fstatvfs(tree, &status)", "read the flags of '%s' back", name);
	if (!has_flags(&status, flags)) {
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

	for (size_t i = 0; i < KINDS; i++)
		if (flags & kinds[i].attr || have & kinds[i].shown)
			all |= kinds[i].old;
	if (flags & MOUNT_ATTR_STRICTATIME)
		all = (all & ~(unsigned long)MS_NOATIME) | MS_STRICTATIME;
	else if (have & ST_RELATIME && !(all & MS_NOATIME))
		all |= MS_RELATIME;
	return all;
}

static void remount(const char *path, unsigned long long flags)
{
	struct statvfs status;
	unsigned long wanted;

	if (statvfs(path, &status) != 0) {
		/* A mount that a later one covers can't be reached, by nobody.
		 * Anything else would leave it as it is. */
		if (errno == ENOENT || errno == ENOTDIR)
			return;
		step_fail("statvfs(path, &status)", "look at the mount on '%s'", path);
	}
	wanted = old_flags(flags, status.f_flag);
	STEP(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | wanted, NULL),
	     "set the flags of the mount on '%s'", path);
	if (statvfs(path, &status) != 0)
		step_fail("statvfs(path, &status)", "read the flags of '%s' back", path);
	if (!has_flags(&status, flags)) {
		char names[128];

		errno = 0;
		step_fail("mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | wanted, NULL)",
			  "set the flags%s on '%s'", name_flags(flags, names, sizeof(names)), path);
	}
}

void settle_flags(int tree, const char *target, unsigned long long flags)
{
	char link[32], top[PATH_MAX] = "", *line = NULL;
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	struct statvfs status;
	size_t size = 0;

	/* Where the mount is now. Its name may lead elsewhere, by a symbolic
	 * link in the new root. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", tree);
	if (!mounts || readlink(link, top, sizeof(top) - 1) < 0)
		die_errno("cannot set the flags of the mounts below '%s'", target);
	while (getline(&line, &size, mounts) >= 0) {
		const char *path = mountinfo_target(line);

		if (!path)
			die("cannot set the flags of the mounts below '%s': a line of "
			    "/proc/self/mountinfo is none",
			    target);
		if (path_is_below(path, top))
			remount(path, flags);
	}
	if (ferror(mounts))
		die_errno("cannot read /proc/self/mountinfo to its end");
	free(line);
	fclose(mounts);
	if (fstatvfs(tree, &status) != 0)
		step_fail("fstatvfs(tree, &status)", "read the flags of '%s' back", target);
	errno = 0;
	if (!has_flags(&status, flags))
		step_fail("fstatvfs(tree, &status)", "set the flags on '%s'", target);
}
