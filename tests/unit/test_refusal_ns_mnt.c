/* Why a mount was refused, from states and facts. */
#include <errno.h>
#include <string.h>

#include "../../tools/ns-mnt/refusal.h"
#include "reason.h"
#include "unit.h"

#define ALL 0x1ffffffffffULL
#define CREATE "fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)"
#define FSOPEN "fsopen(type, FSOPEN_CLOEXEC)"
#define FSMOUNT "fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)flags)"
#define SOURCE "open_tree(AT_FDCWD, order->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)"
#define TARGET "open_below_with(NULL, order->target, order->no_symlinks ? RESOLVE_NO_SYMLINKS : 0)"
#define MAKE "make_below(order->root, order->target, folder)"
#define ATTACH "move_mount(mount, \"\", target, \"\", MOVE_MOUNT_F_EMPTY_PATH)"
#define PRIVATE "mount(NULL, \"/\", NULL, MS_REC | MS_PRIVATE, NULL)"
#define IDMAP "mount_setattr(tree, \"\", AT_EMPTY_PATH | AT_RECURSIVE, &idmap, sizeof(idmap))"
#define FLAGS "mount_setattr(tree, \"\", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr))"

static struct mount_order order;
static struct mnt_facts facts;
static struct state state;
static struct reason reason;
static struct idmap map;

static int begin(void **unused)
{
	(void)unused;
	order = (struct mount_order){ .kind = MOUNT_FS, .type = "proc", .target = "/proc" };
	memset(&facts, 0, sizeof(facts));
	facts.order = &order;
	state = (struct state){ .effective = ALL, .bounding = ALL, .proc_visible = true };
	return 0;
}

static void expect(const char *call, int error, const char *id, const char *why, const char *fix)
{
	bool known;

	memset(&reason, 0, sizeof(reason));
	known = ns_mnt_reason(call, error, &state, &facts, &reason);
	reason_expect(call, known, &reason, id, why, fix);
}

static void owners(void **unused)
{
	(void)unused;
	expect(CREATE, EPERM, "PROC-PIDNS", "PID namespace", "ns-pid behind ns-user");
	order.type = "sysfs";
	expect(FSOPEN, EPERM, "SYSFS-NETNS", "network", "ns-net behind ns-user");
	order.type = "mqueue";
	expect(CREATE, EPERM, "MNT-OWNER", "IPC", "ns-ipc");
	order.type = "cgroup2";
	expect(CREATE, EPERM, "MNT-OWNER", "cgroup namespace", "a cgroup namespace");
	order.type = "ext4";
	expect(CREATE, EPERM, "MNT-BLOCKDEV", "ext4", "as root there");
	expect(CREATE, EIO, NULL, "", "");
	/* On the machine itself, it is something else. */
	facts.first_user = true;
	expect(CREATE, EPERM, NULL, "", "");
	expect(FSOPEN, ENODEV, "MNT-TYPE", "'ext4'", "modprobe ext4");
	strcpy(facts.type_near, "ext3");
	expect(FSOPEN, ENODEV, "MNT-TYPE", "'ext4'", "did you mean");
	state.effective = 0;
	state.uid = 1000;
	expect(CREATE, EPERM, "MNT-PRIV", "uid 1000", "ns-user first");
}

static void revealing(void **unused)
{
	(void)unused;
	expect(FSMOUNT, EPERM, "PROC-NONE", "none can be seen", "before the old root goes");
	facts.visible = true;
	expect(FSMOUNT, EPERM, NULL, "", "");
	facts.read_only = true;
	expect(FSMOUNT, EPERM, "PROC-MASKED", "read-only", "show the old one");
	/* Of a /sys, Docker's systempaths=unconfined changes nothing. */
	order.type = "sysfs";
	expect(FSMOUNT, EPERM, "PROC-MASKED", "read-only", "docker run --privileged");
	order.type = "proc";
	strcpy(facts.covered, "'/proc/sys', '/proc/kcore'");
	expect(FSMOUNT, EPERM, "PROC-MASKED", "covered: '/proc/sys', '/proc/kcore'", "docker run");
	state.proc_visible = false;
	expect(FSMOUNT, EPERM, "PROC-NONE", "none can be seen", "");
}

static void paths(void **unused)
{
	(void)unused;
	order = (struct mount_order){ .kind = MOUNT_BIND, .source = "/a/b", .target = "/x/y" };
	expect(SOURCE, ENOENT, NULL, "", "");
	facts.source.kind = facts.target.kind = PATH_GONE;
	strcpy(facts.source.part, "/a");
	strcpy(facts.target.part, "/x");
	expect(SOURCE, ENOENT, "MNT-SRC", "the source: '/a' is not there", "ls /");
	expect(TARGET, ENOENT, "MNT-DST", "the mount point: '/x' is not there",
	       "mkdir -p /x && touch /x/y");
	facts.source_is_directory = true;
	expect(TARGET, ENOENT, "MNT-DST", "'/x'", "mkdir -p /x/y");
	expect(MAKE, EROFS, "MNT-DST", "read-only", "--rootfs");
	expect(MAKE, EACCES, "MNT-DST", "may not write", "mkdir -p /x");
	/* What is masked has to be there already. */
	order.kind = MOUNT_MASK;
	expect("open_covered(order)", ENOENT, "MNT-DST", "'/x'", "ls /");
	order.kind = MOUNT_BIND;
	facts.target.kind = PATH_FINE;
	facts.target_is_directory = true;
	expect(ATTACH, EINVAL, NULL, "", "");
	facts.source_is_directory = false;
	expect(ATTACH, EINVAL, "MNT-DST", "'/x/y' is a directory, and what goes there is a file",
	       "touch /tmp/place");
	expect(ATTACH, ENOTDIR, "MNT-DST", "is a directory", "");
	expect("open_below_with(order->root, order->target, 0)", ELOOP, "MNT-DST", "CVE-2019-19921",
	       "ls -ld /x/y");
	facts.source.kind = PATH_CLOSED;
	facts.source.mode = 0700;
	state.uid = 1000;
	expect(SOURCE, EACCES, "PATH-ACCESS", "belongs to uid 0", "become root");
}

static void namespaces(void **unused)
{
	(void)unused;
	facts.order = NULL;
	expect(PRIVATE, EINVAL, "MNT-NOTMOUNT", "not a mount point", "ns-mnt before");
	expect(PRIVATE, EPERM, "LL-MOUNT", "Landlock", "lsm last");
	expect(PRIVATE, EIO, NULL, "", "");
	state.effective = 0;
	expect("chroot(\".\")", EPERM, "CHROOT-PRIV", "CAP_SYS_CHROOT", "capdrop behind");
	facts.order = &order;
	state.effective = ALL;
	order.kind = MOUNT_BIND;
	expect(FLAGS, EPERM, "MNT-LOCKED", "locked", "noatime");
	facts.first_user = true;
	expect(FLAGS, EPERM, NULL, "", "");
}

static void idmaps(void **unused)
{
	(void)unused;
	order = (struct mount_order){ .kind = MOUNT_BIND, .source = "/a", .idmap = &map };
	expect(IDMAP, ENOSYS, "MNT-IDMAP", "5.12", "chown");
	expect(IDMAP, EPERM, "MNT-IDMAP", "mounted outside of the user namespace", "as root there");
	facts.first_user = true;
	expect(IDMAP, EPERM, NULL, "", "");
	expect(IDMAP, EINVAL, NULL, "", "");
	facts.mapped = true;
	expect(IDMAP, EPERM, "MNT-IDMAP", "mapped already", "bind the directory");
	strcpy(facts.refuses, "/a/below");
	strcpy(facts.refuses_type, "nfs");
	expect(IDMAP, EINVAL, "MNT-IDMAP", "'/a/below' takes no map: its type, nfs",
	       "no such mount below it");
	facts.map_is_first = true;
	expect(IDMAP, EPERM, "MNT-IDMAP", "first user namespace", "idmap=0:100000");
	expect("write_file(path, map->users)", EINVAL, "MAP-FORMAT", "overlap", "ranges");
	expect("write_file(path, map->users)", EPERM, NULL, "", "");
	facts.lacks_id = true;
	facts.missing_id = 5;
	expect("write_file(path, map->groups)", EPERM, "MAP-OUTER", "id 5", "--show-map");
}

static void overlays(void **unused)
{
	static const char upperdir[] = "fsconfig(fs, FSCONFIG_SET_STRING, \"upperdir\", upper, 0)";
	static char upper[] = "/u", work[] = "/w";

	(void)unused;
	order = (struct mount_order){ .kind = MOUNT_OVERLAY, .source = "/a", .target = "/x" };
	expect(CREATE, EINVAL, NULL, "", "");
	facts.stacked = true;
	expect(CREATE, EINVAL, "OVL-UPPER", "no more than two", "layers of the lower");
	facts.upper = upper;
	facts.work = work;
	facts.work_path.kind = PATH_GONE;
	strcpy(facts.work_path.part, "/w");
	expect(upperdir, ENOENT, "OVL-UPPER", "'/w' is not there", "mkdir -p /u /w");
	facts.work_path.kind = PATH_FINE;
	expect(CREATE, EROFS, "OVL-UPPER", "read-only", "upper=/mnt/u");
	expect(CREATE, EBUSY, "OVL-UPPER", "another overlay", "upper=/mnt/u");
	expect(CREATE, EIO, NULL, "", "");
	expect(CREATE, EINVAL, "OVL-UPPER", "same mount", "side by side");
	facts.one_mount = true;
	expect(CREATE, EINVAL, "OVL-UPPER", "lies in the other", "side by side");
	facts.apart = true;
	expect(CREATE, EINVAL, "OVL-UPPER", "dmesg", "memory");
	strcpy(facts.upper_type, "overlay");
	expect(CREATE, EINVAL, "OVL-UPPER", "type overlay", "memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(owners, begin), cmocka_unit_test_setup(revealing, begin),
		cmocka_unit_test_setup(paths, begin),  cmocka_unit_test_setup(namespaces, begin),
		cmocka_unit_test_setup(idmaps, begin), cmocka_unit_test_setup(overlays, begin),
	};

	return cmocka_run_group_tests_name("refusal_ns_mnt", tests, NULL, NULL);
}
