/* overlay.c: directories laid over each other.
 *
 * An overlay shows lower layers, which are only read, as one directory, and puts
 * all that is written into an upper layer: a file of a lower one is copied
 * there first, and one that is deleted is covered by a mark ("whiteout"). So a
 * hundred containers can share an image. The work directory, on the file system
 * of the upper layer, is where the kernel prepares what has to appear there in
 * one step. Read on: Documentation/filesystems/overlayfs.rst of the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "namespace.h"
#include "overlay.h"
#include "path.h"
#include "planned.h"
#include "step.h"
#include "target.h"

/* Whether our user namespace is the machine's own, whose number is fixed
 * (PROC_USER_INIT_INO). */
static bool in_first_user_namespace(void)
{
	struct stat status;

	if (planned("ns-user"))
		return false;
	if (stat("/proc/self/ns/user", &status) != 0) {
		if (!dry_run)
			step_fail("stat(\"/proc/self/ns/user\", &status)",
				  "tell in which user namespace we are");
		return true;
	}
	return status.st_ino == FIRST_USER_NAMESPACE;
}

/* All that fsconfig(2) takes as one value. */
#define VALUE_SIZE 256

/* Adds one layer as the kernel wants it, ':' and '\' escaped. A directory that the
 * new mount will cover (the one on `covered`, NULL for a new place) is named
 * by a descriptor, and so is one whose name takes too much of the room. */
static void add_lower(char list[VALUE_SIZE], const char *folder, const char *covered)
{
	char *path = realpath(folder, NULL);
	size_t used = strlen(list);

	if (!path)
		step_fail("realpath(folder, NULL)", "find the layer '%s'", folder);
	if ((covered && path_is_below(path, covered)) || used + strlen(path) > VALUE_SIZE / 2) {
		free(path);
		path = print_text("/proc/self/fd/%d",
				  STEP(open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC),
				       "open the layer '%s'", folder));
	}
	if (used)
		list[used++] = ':';
	for (const char *c = path; *c; c++) {
		if (used + 3 > VALUE_SIZE)
			die("this overlay has more layers than the kernel takes at once");
		if (*c == ':' || *c == '\\')
			list[used++] = '\\';
		list[used++] = *c;
	}
	list[used] = '\0';
	free(path);
}

/* The value of "NAME=value" in a list of options, as a copy; or NULL. */
char *overlay_value(const char *options, const char *name)
{
	size_t length = strlen(name);

	while (options && *options) {
		if (strncmp(options, name, length) == 0 && options[length] == '=')
			return copy_part(options + length + 1, strcspn(options + length + 1, ","));
		options = strchr(options, ',');
		options = options ? options + 1 : NULL;
	}
	return NULL;
}

void mount_overlay(const struct mount_order *order)
{
	char *upper = overlay_value(order->options, "upper");
	char *work = overlay_value(order->options, "work");
	char *place = print_text("%s%s%s", order->root ? order->root : "", order->root ? "/" : "",
				 order->target);
	char layers[VALUE_SIZE] = "", *copy = copy_text(order->source), *save = NULL, *covered;
	int fs, mount, target, before = -1;
	bool own_tmpfs = !upper;

	if (!upper != !work)
		die("an overlay takes upper= and work= together, or none of them");
	covered = realpath(place, NULL);
	if (!covered && errno != ENOENT)
		step_fail("realpath(place, NULL)", "find the mount point '%s'", order->target);
	for (char *layer = strtok_r(copy, ":", &save); layer; layer = strtok_r(NULL, ":", &save))
		add_lower(layers, layer, covered);
	free(copy);
	free(covered);
	free(place);
	target = mount_open_target(order, true);

	/* Without an upper layer of one's own: a tmpfs, thrown away with the
	 * namespace. It is put where the overlay will go, which covers it. */
	if (own_tmpfs) {
		mount = mount_new("tmpfs", "overlay", "mode=0755",
				  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
		mount_put(mount, target, order);
		STEP(mkdirat(mount, "upper", 0755), "make the directory for what is written");
		STEP(mkdirat(mount, "work", 0755), "make the overlay's own directory");
		upper = copy_text("upper");
		work = copy_text("work");
		before = STEP(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC),
			      "open the current directory");
		STEP(fchdir(mount), "go to the tmpfs");
		target = mount;
	}

	fs = STEP(fsopen("overlay", FSOPEN_CLOEXEC), "open a new overlay");
	step_kernel_log = fs;
	STEP(fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0),
	     "name it in the mount table");
	STEP(fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", layers, 0), "set lowerdir=%s", layers);
	STEP(fsconfig(fs, FSCONFIG_SET_STRING, "upperdir", upper, 0), "set upperdir=%s", upper);
	STEP(fsconfig(fs, FSCONFIG_SET_STRING, "workdir", work, 0), "set workdir=%s", work);
	/* What the overlay notes about files it keeps in extended attributes;
	 * those named trusted.* belong to the machine's root (5.11). */
	if (!in_first_user_namespace())
		STEP(fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0), "set userxattr");
	STEP(fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "create the overlay");
	mount = STEP(fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV), "make a mount of the overlay");
	step_kernel_log = -1;
	if (own_tmpfs) {
		STEP(fchdir(before), "go back to the current directory");
		if (!dry_run)
			close(before);
	}
	mount_attach(mount, target, order);
	free(upper);
	free(work);
}
