/* dev.c: a /dev of one's own: the devices that every program may expect, terminals,
 * shared memory; and the console.
 *
 * No device is made: those of the machine are bound, since an ordinary user can't
 * make one, and so that none reaches hardware. Read on: devpts(5) of the kernel's
 * Documentation/filesystems, null(4), pts(4). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dev.h"
#include "message.h"
#include "step.h"
#include "target.h"

int take_device(const char *path)
{
	int tree = STEP(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), "take %s",
			path);
	struct stat status;

	if (!dry_run && (fstat(tree, &status) != 0 || !S_ISCHR(status.st_mode)))
		die("'%s' is no device here", path);
	return tree;
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
		drop_fd(taken[i]);
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

void mount_console(const struct mount_order *order)
{
	int mount = STEP(take_terminal(), "take the terminal that is our input");

	mount_attach(mount, mount_open_target(order, false), order);
}

void mount_devices(const struct mount_order *order)
{
	int taken[DEVICES];

	take_devices(taken);
	put_devices(mount_open_target(order, true), taken);
}

void mount_dev(struct mount_order *order)
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
	drop_fd(mount);

	/* POSIX shared memory is files here (shm_overview(7)). */
	STEP(mkdirat(dev, "shm", 01777), "make the directory shm");
	mount = mount_new("tmpfs", "shm", "mode=1777,size=64m",
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	STEP(move_mount(mount, "", dev, "shm", MOVE_MOUNT_F_EMPTY_PATH), "put the tmpfs in place");
	drop_fd(mount);
}
