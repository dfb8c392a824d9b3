/* Why a root could not be changed, from states and facts. */
#include <errno.h>
#include <string.h>

#include "../../tools/chroot/refusal.h"
#include "reason.h"
#include "unit.h"

#define ALL 0x1ffffffffffULL
#define CHROOT "chroot(plan->root)"
#define BIND "mount(root, root, NULL, MS_BIND | MS_REC, NULL)"
#define PIVOT "(int)syscall(SYS_pivot_root, \".\", \".\")"

static struct chroot_facts facts;
static struct state state;
static struct reason reason;

static int begin(void **unused)
{
	(void)unused;
	facts = (struct chroot_facts){ .root = "./root" };
	state = (struct state){ .effective = ALL, .bounding = ALL, .proc_visible = true };
	return 0;
}

static void expect(const char *call, int error, const char *id, const char *why, const char *fix)
{
	bool known;

	memset(&reason, 0, sizeof(reason));
	known = chroot_reason(call, error, &state, &facts, &reason);
	reason_expect(call, known, &reason, id, why, fix);
}

static void privilege(void **unused)
{
	(void)unused;
	expect(CHROOT, EPERM, NULL, "", "");
	facts.mounts_are_others = true;
	expect(BIND, EPERM, "PIVOT-OWNER", "outer user namespace", "ns-mnt first");
	facts.mounts_are_others = false;
	expect(PIVOT, EPERM, "LL-MOUNT", "Landlock", "lsm last");
	state.uid = 1000;
	state.effective = 0;
	expect(CHROOT, EPERM, "CHROOT-PRIV", "uid 1000 without it", "ns-user first");
	expect(BIND, EPERM, "MNT-PRIV", "CAP_SYS_ADMIN", "ns-user first");
	state.bounding = 0;
	expect(CHROOT, EPERM, "CHROOT-PRIV", "dropped, for good", "capdrop behind");
	expect("setgroups(account.group_count, account.groups)", EIO, NULL, "", "");
	state.setgroups_denied = true;
	expect("setgroups(account.group_count, account.groups)", EPERM, "SETGROUPS-DENIED", "deny",
	       "");
}

static void paths(void **unused)
{
	(void)unused;
	expect(CHROOT, ENOENT, NULL, "", "");
	facts.root_path.kind = PATH_GONE;
	strcpy(facts.root_path.part, "./root");
	expect(CHROOT, ENOENT, "CHROOT-NOENT", "'./root' is not there", "lab/rootfs ./root");
	strcpy(facts.root_path.other, "./roof");
	expect(BIND, ENOENT, "CHROOT-NOENT", "'./root' is not there", "did you mean './roof'");
	facts.root_path.kind = PATH_DANGLING;
	expect(CHROOT, ENOENT, "CHROOT-NOENT", "'./roof', where it leads", "ls -ld ./root");
	facts.root_path.kind = PATH_CLOSED;
	facts.root_path.mode = 0700;
	expect(CHROOT, EACCES, "PATH-ACCESS", "mode is 0700", "chmod a+x");
	facts.root_path.kind = PATH_NO_DIRECTORY;
	strcpy(facts.root_path.other, "an ordinary file");
	expect("chdir(root)", ENOTDIR, "CHROOT-NOTDIR", "an ordinary file", "ls -ld");
	facts.root = "image.tar.gz";
	expect(CHROOT, ENOTDIR, "CHROOT-NOTDIR", "an ordinary file", "tar -xf image.tar.gz");
	facts.wd_path.kind = PATH_GONE;
	strcpy(facts.wd_path.part, "/nope");
	expect("chdir(plan->wd)", ENOENT, "CHROOT-NOENT", "inside the new root, '/nope'", "ls");
}

static void pivots(void **unused)
{
	(void)unused;
	expect(PIVOT, EINVAL, NULL, "", "");
	expect(PIVOT, EIO, NULL, "", "");
	expect(PIVOT, EBUSY, "PIVOT-SAME", "nothing to swap", "--bind /:/mnt");
	facts.locked = true;
	expect(PIVOT, EINVAL, "MNT-LOCKED", "locked to its place", "onto itself");
	facts.initramfs = true;
	expect(PIVOT, EINVAL, "PIVOT-INITRAMFS", "rootfs", "weaker");
	state.root_changed = true;
	facts.root_before = "outer";
	expect(PIVOT, EINVAL, "PIVOT-CHROOTED", "plain directory", "swap the root once");
	/* The kernel looks at this first. */
	strcpy(facts.shared, "/somewhere");
	expect(PIVOT, EINVAL, "PIVOT-SHARED", "'/somewhere' is shared", "private");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(privilege, begin),
		cmocka_unit_test_setup(paths, begin),
		cmocka_unit_test_setup(pivots, begin),
	};

	return cmocka_run_group_tests_name("refusal_chroot", tests, NULL, NULL);
}
