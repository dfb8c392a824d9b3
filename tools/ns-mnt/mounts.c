/* mounts.c: the mounts that ns-mnt makes in its namespace.
 *
 * They are made with the file-descriptor interface (5.2): a mount exists as a
 * descriptor first, gets its flags, and is put into its place in one step,
 * complete. The place is a descriptor as well, found with openat2(2): below
 * --root no symbolic link of a hostile image can lead it outside
 * (CVE-2021-30465, CVE-2019-16884 and their family). Read on: open_tree(2),
 * fsopen(2), move_mount(2), mount_setattr(2), openat2(2).
 *
 * All descriptors are close-on-exec. Those that are not needed any more are
 * closed nevertheless, as a container may have many mounts and few descriptors
 * (RLIMIT_NOFILE). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "mounts.h"
#include "overlay.h"
#include "readonly.h"
#include "root.h"
#include "step.h"

/* Closes a descriptor that a dry run does not have. */
static void drop(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Opens path below root without leaving it, or as it is without a root. */
static int open_below_with(const char *root, const char *path, unsigned long long resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = resolve };
	int top = AT_FDCWD, fd, error;

	if (root) {
		how.resolve |= RESOLVE_IN_ROOT;
		/* Opened anew each time: a mount may have covered it. */
		top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (top < 0)
			return -1;
	}
	fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
	error = errno;
	if (root)
		close(top);
	errno = error;
	return fd;
}

static int open_below(const char *root, const char *path)
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
	       (order->kind == MOUNT_FS &&
		(strcmp(order->type, "proc") == 0 || strcmp(order->type, "sysfs") == 0));
}

int mount_open_target(const struct mount_order *order, bool folder)
{
	int fd;

	/* Below --root a missing one is made, as container engines do;
	 * without, it would be made on the machine, and stay. */
	if (!order->root)
		return STEP(open_below(NULL, order->target), "find the mount point '%s'",
			    order->target);
	/* Where the kernel's own files go, and the masks over them, an image
	 * has no say: no link at all on the way (CVE-2019-19921). */
	fd = STEP_UNLESS(ENOENT,
			 open_below_with(order->root, order->target,
					 is_kernels(order) ? RESOLVE_NO_SYMLINKS : 0),
			 "find the mount point '%s'", order->target);
	if (fd < 0)
		fd = STEP(make_below(order->root, order->target, folder),
			  "make the mount point '%s'", order->target);
	return fd;
}

void mount_put(int mount, int target, const struct mount_order *order)
{
	STEP(move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
	     "put the mount on '%s'", order->target);
	drop(target);
}

void mount_attach(int mount, int target, const struct mount_order *order)
{
	bool root = root_is_target(order);

	mount_put(mount, target, order);
	if (root)
		root_follow(mount);
}

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
	drop(fs);
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

static void set_mount_propagation(int tree, const struct mount_order *order)
{
	struct mount_attr attr = { .propagation = propagation_of(order->propagation) };

	if (*order->propagation == 'r')
		STEP(mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)),
		     "make '%s' and all below it %s", order->source, order->propagation + 1);
	else
		STEP(mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)), "make '%s' %s",
		     order->source, order->propagation);
}

static void make_bind(struct mount_order *order)
{
	unsigned long long flags = 0;
	char values[256];
	struct stat source;
	bool done;
	int tree;

	if (!mount_parse_options(order->options, &flags, values, sizeof(values)) || *values)
		die("a bind mount takes options like ro and noexec, not '%s'", order->options);
	if (order->alone)
		tree = STEP(open_tree(AT_FDCWD, order->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC),
			    "take '%s' alone", order->source);
	else
		tree = STEP(open_tree(AT_FDCWD, order->source,
				      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE),
			    "take '%s' and what is mounted below it", order->source);
	if (!dry_run && fstat(tree, &source) != 0)
		die_errno("cannot look at '%s'", order->source);
	/* Both before it is in its place: nobody gets to see it otherwise. */
	if (order->idmap)
		idmap_set(tree, order->idmap, order->source);
	done = set_flags(tree, flags, order->source);
	if (order->propagation)
		set_mount_propagation(tree, order);
	mount_attach(tree, mount_open_target(order, dry_run || S_ISDIR(source.st_mode)), order);
	if (order->idmap)
		idmap_verify(tree, order->source);
	if (!done)
		settle_flags(tree, order->target, flags);
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
	drop(tree);
}

/* A device of the machine, to be bound. In a /dev that somebody has made, a file
 * of that name may be something else. */
static int take_device(const char *path)
{
	int tree = STEP(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), "take %s",
			path);
	struct stat status;

	if (!dry_run && (fstat(tree, &status) != 0 || !S_ISCHR(status.st_mode)))
		die("'%s' is no device here", path);
	return tree;
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
	drop(cover);
}

static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty" };
#define DEVICES (sizeof(devices) / sizeof(*devices))

/* Takes the devices that every program may expect, and none that reaches
 * hardware: before /dev is covered, which may be the place of the new one. An
 * ordinary user can't make device nodes, so the machine's are bound. */
static void take_devices(int taken[DEVICES])
{
	char path[32];

	for (size_t i = 0; i < DEVICES; i++) {
		snprintf(path, sizeof(path), "/dev/%.20s", devices[i]);
		taken[i] = take_device(path);
	}
}

/* Puts them into the directory `dev`, with the links beside them. */
static void put_devices(int dev, const int taken[DEVICES])
{
	static const char *const links[][2] = {
		{ "/proc/self/fd", "fd" },	 { "/proc/self/fd/0", "stdin" },
		{ "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" },
		{ "pts/ptmx", "ptmx" },
	};

	for (size_t i = 0; i < DEVICES; i++) {
		STEP(mknodat(dev, devices[i], S_IFREG | 0666, 0), "make a file to put /dev/%s on",
		     devices[i]);
		STEP(move_mount(taken[i], "", dev, devices[i], MOVE_MOUNT_F_EMPTY_PATH),
		     "put /dev/%s in place", devices[i]);
		drop(taken[i]);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		STEP(symlinkat(links[i][0], dev, links[i][1]), "make the link %s", links[i][1]);
}

/* The terminal that is our input, as a mount. By its name: the descriptor is of
 * a mount of the namespace that we come from, and that can't be taken from here.
 * ttyname(3) compares the two. */
static int take_terminal(void)
{
	char name[64];
	int error = ttyname_r(0, name, sizeof(name));

	if (error) {
		errno = error;
		return -1;
	}
	return open_tree(AT_FDCWD, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

static void make_console(const struct mount_order *order)
{
	int mount = STEP(take_terminal(), "take the terminal that is our input");

	mount_attach(mount, mount_open_target(order, false), order);
}

static void make_devices(const struct mount_order *order)
{
	int taken[DEVICES];

	take_devices(taken);
	put_devices(mount_open_target(order, true), taken);
}

static void make_dev(struct mount_order *order)
{
	int dev, mount, taken[DEVICES];

	take_devices(taken);
	/* Its own files are no devices: who may make a node here, root without a
	 * user namespace, must not open the disk by it. The devices below are
	 * mounts of their own. */
	dev = mount_new("tmpfs", "tmpfs", "mode=0755,size=64k",
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	mount_attach(dev, mount_open_target(order, true), order);
	order->mount = dev;
	put_devices(dev, taken);

	/* Terminals of one's own: nobody opens those of the machine. */
	STEP(mkdirat(dev, "pts", 0755), "make the directory pts");
	mount = mount_new("devpts", "devpts", "newinstance,ptmxmode=0666,mode=0620",
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	STEP(move_mount(mount, "", dev, "pts", MOVE_MOUNT_F_EMPTY_PATH), "put the devpts in place");
	drop(mount);

	/* POSIX shared memory is files here (shm_overview(7)). */
	STEP(mkdirat(dev, "shm", 01777), "make the directory shm");
	mount = mount_new("tmpfs", "shm", "mode=1777,size=64m",
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	STEP(move_mount(mount, "", dev, "shm", MOVE_MOUNT_F_EMPTY_PATH), "put the tmpfs in place");
	drop(mount);
}

void mount_make(struct mount_order *order)
{
	switch (order->kind) {
	case MOUNT_BIND: make_bind(order); break;
	case MOUNT_FS: make_fs(order); break;
	case MOUNT_DEV: make_dev(order); break;
	case MOUNT_DEVICES: make_devices(order); break;
	case MOUNT_CONSOLE: make_console(order); break;
	case MOUNT_OVERLAY: mount_overlay(order); break;
	case MOUNT_REMOUNT_RO: make_remount_ro(order); break;
	case MOUNT_MASK: make_mask(order); break;
	}
}
