/* facts.c: what matters of the machine when a step of chroot has failed. See
 * refusal.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "mountinfo.h"
#include "refusal.h"

/* The number that a mount has in mountinfo; 0 when it can't be had. */
static int mount_id(const char *path)
{
	struct statx status;

	return statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status) == 0 ? (int)status.stx_mnt_id : 0;
}

/* Finds the line of a mount. `mount` points into a line that is kept. */
static bool find_mount(int id, struct mountinfo *mount)
{
	FILE *list = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (list && !found && getline(&line, &size, list) >= 0) {
		found = mountinfo_parse(line, mount) && mount->id == id;
		if (found)
			line = NULL;
	}
	if (list)
		fclose(list);
	free(line);
	return found;
}

/* pivot_root refuses when the mount that is to go, or the one that the new root
 * is on, passes changes on: the others would lose their root as well. */
static void read_shared(struct chroot_facts *facts)
{
	struct mountinfo mount, parent;

	if (!find_mount(mount_id("."), &mount))
		return;
	if (strstr(mount.peers, "shared:"))
		snprintf(facts->shared, sizeof(facts->shared), "%s", mount.target);
	else if (find_mount(mount.parent, &parent) && strstr(parent.peers, "shared:"))
		snprintf(facts->shared, sizeof(facts->shared), "%s", parent.target);
}

static void read_pivot(struct chroot_facts *facts)
{
	struct mountinfo root;

	read_shared(facts);
	facts->same = mount_id("/") != 0 && mount_id("/") == mount_id(".");
	facts->initramfs = find_mount(mount_id("/"), &root) && strcmp(root.type, "rootfs") == 0;
	/* It is in use, by us, so that it can't be taken away by this: a mount
	 * that is locked answers EINVAL, another one EBUSY. umount(2). */
	facts->locked = umount2(".", MNT_EXPIRE) != 0 && errno == EINVAL;
}

void chroot_facts_read(const char *call, struct chroot_facts *facts)
{
	/* What is going on below "." is known only after we went there. */
	if (strstr(call, "pivot_root"))
		read_pivot(facts);
	else if (facts->wd && strstr(call, "plan->wd"))
		missing_find(NULL, facts->wd, true, &facts->wd_path);
	else
		missing_find(NULL, facts->root, true, &facts->root_path);
	facts->mounts_are_others = why_owned_elsewhere("mnt");
}
