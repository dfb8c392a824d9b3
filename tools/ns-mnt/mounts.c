/* mounts.c: the mounts that ns-mnt makes in its namespace.
 *
 * They are made with the file-descriptor interface (5.2): a mount exists as a
 * descriptor first, gets its flags, and is put into its place in one step,
 * complete. The place: target.c. Read on: open_tree(2), fsopen(2), fsmount(2),
 * mount_setattr(2).
 *
 * All descriptors are close-on-exec. Those that are not needed any more are
 * closed nevertheless, as a container may have many mounts and few descriptors
 * (RLIMIT_NOFILE). */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dev.h"
#include "message.h"
#include "mounts.h"
#include "overlay.h"
#include "readonly.h"
#include "step.h"
#include "target.h"
#include "text.h"

bool mount_parse_options(const char *options, unsigned long long *flags, char *values,
			 unsigned long size)
{
	static const struct {
		const char *name;
		unsigned long long set, clear;
	} words[] = {
		{ "ro", MOUNT_ATTR_RDONLY, 0 },
		{ "readonly", MOUNT_ATTR_RDONLY, 0 },
		{ "rw", 0, MOUNT_ATTR_RDONLY },
		{ "nosuid", MOUNT_ATTR_NOSUID, 0 },
		{ "suid", 0, MOUNT_ATTR_NOSUID },
		{ "nodev", MOUNT_ATTR_NODEV, 0 },
		{ "dev", 0, MOUNT_ATTR_NODEV },
		{ "noexec", MOUNT_ATTR_NOEXEC, 0 },
		{ "exec", 0, MOUNT_ATTR_NOEXEC },
		{ "noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR_STRICTATIME },
		{ "strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_NOATIME },
		/* How the kernel does it without a word. */
		{ "relatime", 0, MOUNT_ATTR__ATIME },
		{ "nodiratime", MOUNT_ATTR_NODIRATIME, 0 },
		{ "diratime", 0, MOUNT_ATTR_NODIRATIME },
		{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
		{ "symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW },
	};
	size_t used = 0;

	*values = '\0';
	if (!options)
		return true;
	while (*options) {
		size_t length = strcspn(options, ","), i;

		if (length == 0 || used + length + 2 > size)
			return false;
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (strlen(words[i].name) == length &&
			    strncmp(words[i].name, options, length) == 0)
				break;
		if (i < sizeof(words) / sizeof(*words)) {
			*flags = (*flags & ~words[i].clear) | words[i].set;
		} else {
			used += (size_t)snprintf(values + used, size - used, "%s%.*s",
						 used ? "," : "", (int)length, options);
		}
		options += length;
		if (*options == ',' && !*++options)
			return false;
	}
	return true;
}

int mount_new(const char *type, const char *source, const char *options, unsigned long long flags)
{
	char values[4096], *save = NULL;
	int fs, mount;

	if (!mount_parse_options(options, &flags, values, sizeof(values)))
		die("mount options are words with commas between them, not '%s'", options);
	fs = STEP(fsopen(type, FSOPEN_CLOEXEC), "open a new file system of type '%s'", type);
	/* What the kernel has to say about a refusal is read from here. */
	step_kernel_log = fs;
	if (source)
		STEP(fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0), "set the source '%s'",
		     source);
	for (char *word = strtok_r(values, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		char *value = strchr(word, '=');

		if (value) {
			*value++ = '\0';
			STEP(fsconfig(fs, FSCONFIG_SET_STRING, word, value, 0), "set %s=%s", word,
			     value);
		} else {
			STEP(fsconfig(fs, FSCONFIG_SET_FLAG, word, NULL, 0), "set %s", word);
		}
	}
	STEP(fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "create the file system (%s)", type);
	mount = STEP(fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)flags), "make a mount of the %s", type);
	step_kernel_log = -1;
	drop_fd(fs);
	return mount;
}

static void make_fs(struct mount_order *order)
{
	unsigned long long flags = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	int mount;

	if (strcmp(order->type, "proc") == 0 || strcmp(order->type, "mqueue") == 0)
		flags |= MOUNT_ATTR_NOEXEC;
	/* The switches of the machine: to be seen, and not to be touched. */
	if (strcmp(order->type, "sysfs") == 0 || strncmp(order->type, "cgroup", 6) == 0)
		flags |= MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
	mount = mount_new(order->type, order->source ? order->source : order->type, order->options,
			  flags);
	mount_attach(mount, mount_open_target(order, true), order);
	order->mount = mount;
}

/* Which mounts of others this one hears of. mount_namespaces(7), "SHARED
 * SUBTREES". A mount of ours is never shared with the outside. */
static const struct {
	const char *name;
	unsigned long long kind;
} propagations[] = {
	{ "private", MS_PRIVATE },
	{ "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE },
};

static unsigned long long propagation_of(const char *word)
{
	for (size_t i = 0; i < sizeof(propagations) / sizeof(*propagations); i++)
		if (strcmp(word + (*word == 'r'), propagations[i].name) == 0)
			return propagations[i].kind;
	return 0;
}

bool mount_is_propagation(const char *word)
{
	return propagation_of(word) != 0;
}

/* Returns whether it is set; before Linux 5.12 it can't be, as long as the mount is
 * nowhere. */
static bool set_mount_propagation(int tree, const struct mount_order *order)
{
	struct mount_attr attr = { .propagation = propagation_of(order->propagation) };
	int result;

	if (*order->propagation == 'r')
		result = STEP_UNLESS(ENOSYS,
				     mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
						   sizeof(attr)),
				     "make '%s' and all below it %s", order->source,
				     order->propagation + 1);
	else
		result = STEP_UNLESS(ENOSYS,
				     mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)),
				     "make '%s' %s", order->source, order->propagation);
	return result >= 0 || dry_run;
}

/* The same once it is in its place, by its descriptor: its name may lead elsewhere. */
static void settle_propagation(int tree, const struct mount_order *order)
{
	unsigned long kind = (unsigned long)propagation_of(order->propagation);
	char link[32];

	if (*order->propagation == 'r')
		kind |= MS_REC;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", tree);
	STEP(mount(NULL, link, NULL, kind, NULL), "make '%s' %s", order->target,
	     order->propagation);
}

/* Takes what is to be bound, as a mount that is nowhere yet. */
static int take_source(const struct mount_order *order)
{
	int source, tree;

	if (order->alone && !order->no_symlinks)
		return STEP(open_tree(AT_FDCWD, order->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC),
			    "take '%s' alone", order->source);
	if (!order->no_symlinks)
		return STEP(open_tree(AT_FDCWD, order->source,
				      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE),
			    "take '%s' and what is mounted below it", order->source);
	source = STEP(open_below_with(NULL, order->source, RESOLVE_NO_SYMLINKS),
		      "find '%s', with no symbolic link on the way", order->source);
	tree = STEP(open_tree(source, "",
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
				      (order->alone ? 0 : AT_RECURSIVE)),
		    "take it%s", order->alone ? " alone" : " and what is mounted below it");
	drop_fd(source);
	return tree;
}

static void make_bind(struct mount_order *order)
{
	unsigned long long flags = 0;
	char values[256];
	struct stat source;
	bool done, propagates = true;
	int tree;

	if (!mount_parse_options(order->options, &flags, values, sizeof(values)) || *values)
		die("a bind mount takes options like ro and noexec, not '%s'", order->options);
	tree = take_source(order);
	if (!dry_run && fstat(tree, &source) != 0)
		die_errno("cannot look at '%s'", order->source);
	/* All before it is in its place: nobody gets to see it otherwise. */
	if (order->idmap)
		idmap_set(tree, order->idmap, order->source);
	done = set_flags(tree, flags, order->source);
	if (order->propagation)
		propagates = set_mount_propagation(tree, order);
	mount_attach(tree, mount_open_target(order, dry_run || S_ISDIR(source.st_mode)), order);
	if (order->idmap)
		idmap_verify(tree, order->source);
	if (!done)
		settle_flags(tree, order->target, flags);
	if (!propagates)
		settle_propagation(tree, order);
	order->mount = tree;
}

/* Opens what is to be covered. In a mount of ours, /proc for one, it is looked
 * up in the mount itself: by name, a symbolic link of the image's, or somebody
 * who renames the mount point meanwhile, could lead elsewhere. */
static int open_covered(const struct mount_order *order)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	const char *rest;

	if (!order->inside)
		return open_below(order->root, order->target);
	rest = order->target + strlen(order->inside->target);
	/* That mount itself, which may be a file. */
	if (!*rest)
		return fcntl(order->inside->mount, F_DUPFD_CLOEXEC, 3);
	return (int)syscall(SYS_openat2, order->inside->mount, rest, &how, sizeof(how));
}

/* The same as a step: it has to be there, unless the order says that it need
 * not. Then this is -1. */
static int find_covered(const struct mount_order *order)
{
	return STEP_UNLESS(order->if_there ? ENOENT : 0, open_covered(order), "find '%s'",
			   order->target);
}

/* Whether a dry run covers this: what is masked are the kernel's own files, and
 * the machine's are the same. */
static bool would_cover(const struct mount_order *order)
{
	return dry_run && (!order->if_there || access(order->target, F_OK) == 0);
}

static void make_remount_ro(const struct mount_order *order)
{
	int target = find_covered(order), tree;
	bool done;

	if (target < 0 && !would_cover(order))
		return;
	tree = STEP(open_tree(target, "",
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH),
		    "take '%s' and what is mounted below it", order->target);

	/* The same again, read-only, on top of itself: it need not have been
	 * a mount point. */
	done = set_flags(tree, MOUNT_ATTR_RDONLY, order->target);
	mount_attach(tree, target, order);
	if (!done)
		settle_flags(tree, order->target, MOUNT_ATTR_RDONLY);
	drop_fd(tree);
}

static void make_mask(const struct mount_order *order)
{
	int target = find_covered(order), cover;
	struct stat status = { 0 };

	if (target < 0 && !would_cover(order))
		return;
	if (dry_run)
		(void)stat(order->target, &status);
	else if (fstat(target, &status) != 0)
		die_errno("cannot look at '%s'", order->target);
	/* For a file, the device of the machine, and not one that lies in the
	 * image: that may be something else by this name (CVE-2025-31133). */
	if (S_ISDIR(status.st_mode))
		cover = mount_new("tmpfs", "tmpfs", "ro,nr_inodes=1", MOUNT_ATTR_NOEXEC);
	else
		cover = take_device("/dev/null");
	mount_attach(cover, target, order);
	drop_fd(cover);
}

/* For a root that will be read-only when the mount comes. */
static void make_point(const struct mount_order *order)
{
	drop_fd(mount_open_target(order, order->kind == MOUNT_MAKE_DIR));
}

void mount_make(struct mount_order *order)
{
	target_begin(order);
	switch (order->kind) {
	case MOUNT_BIND: make_bind(order); break;
	case MOUNT_FS: make_fs(order); break;
	case MOUNT_DEV: mount_dev(order); break;
	case MOUNT_DEVICES: mount_devices(order); break;
	case MOUNT_CONSOLE: mount_console(order); break;
	case MOUNT_OVERLAY: mount_overlay(order); break;
	case MOUNT_REMOUNT_RO: make_remount_ro(order); break;
	case MOUNT_MASK: make_mask(order); break;
	case MOUNT_LINES:
	case MOUNT_HOSTS: mount_text(order); break;
	case MOUNT_MAKE_DIR:
	case MOUNT_MAKE_FILE: make_point(order); break;
	}
}
