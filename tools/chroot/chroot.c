/* chroot: where "/" is.
 *
 * Each process has a root: the directory where its absolute paths begin, and
 * where ".." ends. chroot(2) sets it, and nothing else. It is no prison: who
 * is root inside can leave (chroot again without chdir), and an open directory,
 * a current directory or a descriptor that was kept leads outside.
 * pivot_root(2) (--pivot) moves the mount that is "/" instead, for the whole
 * mount namespace; the old root is then unmounted, and what is not there
 * can't be reached. That takes a mount namespace of one's own: ns-mnt first.
 *
 * After this there is nothing outside left to execute, so this program
 * carries the other tools inside, and calls them in its own process. To take
 * a descriptor along for them is how CVE-2024-21626 came about.
 *
 * Needs CAP_SYS_CHROOT, --pivot CAP_SYS_ADMIN; an ordinary user puts ns-user
 * first. Takes the options of GNU chroot, and has its exit statuses.
 * Read on: chroot(2), pivot_root(2), path_resolution(7). */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "account.h"
#include "chain.h"
#include "descriptors.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "namespace.h"
#include "option.h"
#include "paste.h"
#include "planned.h"
#include "refusal.h"
#include "step.h"
#include "tie.h"

static const char usage[] =
	"Usage: chroot [OPTION]... NEWROOT [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM with NEWROOT as its root directory. Options and exit statuses of GNU\n"
	"chroot, and some more; unlike there, no descriptor but 0, 1, 2 gets inside.\n"
	"\n"
	"      --pivot            swap the root mount with pivot_root, and unmount the\n"
	"                         old one (in a mount namespace of one's own: ns-mnt)\n"
	"      --wd DIR           begin in DIR, a path inside (default: /)\n"
	"      --keep-fd N        keep descriptor N; the others from 3 on are closed\n"
	"      --userspec U[:G]   user and group, each a name of NEWROOT's or a number\n"
	"      --groups G,...     supplementary groups\n"
	"      --skip-chdir       keep the current directory (only when NEWROOT is /)\n"
	"  -x, --explain          say each kernel call and what it changed\n"
	"  -n, --dry-run          say the calls of the whole chain, and make none\n"
	"      --check            say whether this works here, and why not\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Example, as any user, in a directory made by lab/rootfs:\n"
	"  ns-user ns-mnt chroot --pivot ./root -- sh\n";

enum { PIVOT = OPTION_OWN, WD, KEEP_FD, USERSPEC, GROUPS, SKIP_CHDIR };

static const struct option table[] = {
	{ "pivot", no_argument, NULL, PIVOT },
	{ "wd", required_argument, NULL, WD },
	{ "keep-fd", required_argument, NULL, KEEP_FD },
	{ "userspec", required_argument, NULL, USERSPEC },
	{ "groups", required_argument, NULL, GROUPS },
	{ "skip-chdir", no_argument, NULL, SKIP_CHDIR },
	COMMON_OPTIONS,
};

struct plan {
	const char *root, *wd, *userspec, *groups;
	const char *name; /* of the root, for messages: what "." is now */
	bool pivot, skip_chdir;
	struct kept kept;
};

/* Our parent, by the number that it has in this /proc. */
static int parent_in_proc(void)
{
	char text[4096];
	const char *parent = NULL;

	if (read_file("/proc/self/status", text, sizeof(text)) > 0)
		parent = find_field(text, "PPid");
	return parent ? atoi(parent) : 0;
}

/* Whether a directory is the root of a mount (statx(2), 5.8). */
static bool is_mount_point(const char *folder)
{
	struct statx status;
	char mount[PATH_MAX + 8];

	snprintf(mount, sizeof(mount), "mount %s", folder);
	return planned(mount) || (statx(AT_FDCWD, folder, 0, STATX_BASIC_STATS, &status) == 0 &&
				  status.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Behind another chroot there is mostly no /proc. */
static _Noreturn void refuse_chrooted(const struct plan *plan)
{
	struct chroot_facts facts = { .root = plan->root, .root_before = new_root };
	struct state state = { .root_changed = true };
	struct reason reason = { 0 };

	(void)chroot_reason("pivot_root", EINVAL, &state, &facts, &reason);
	why_refuse(&reason, "cannot make '%s' the root mount", plan->root);
}

/* Says what must come before --pivot, and ends. */
static _Noreturn void refuse_pivot(const char *why, const char *fix, const char *message)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	FIX("%s", fix);
	(void)REASON("PIVOT-HOST", "mount_namespaces(7)", "%s", why);
	why_refuse(reason, "%s", message);
}

/* pivot_root changes the root of every process in the mount namespace. In one
 * that we share with PID 1 that is the machine's, and not ours alone. Where
 * PID 1 can't be looked at, our parent has to do: who has put ns-mnt first is
 * not in its namespace. */
static void refuse_shared_namespace(const struct plan *plan)
{
	const char *const unsure = "cannot tell whether this mount namespace is ours alone";
	struct stat ours, other, user;
	char self[32] = "", path[64] = "/proc/1/ns/mnt";

	/* With --dry-run ns-mnt has only said what it would do. */
	if (dry_run)
		return;
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0 ||
	    stat("/proc/self/ns/mnt", &ours) != 0 || stat("/proc/self/ns/user", &user) != 0) {
		/* The kernel would refuse anyway, for a better reason. */
		if (new_root && !is_mount_point("/"))
			refuse_chrooted(plan);
		refuse_pivot("that is seen below /proc, and there is none here: --pivot would "
			     "change the root of all\nwho share the namespace",
			     "put --pivot where there is a /proc, before another chroot; or mount "
			     "one:\nns-user ns-pid ns-mnt --proc /proc ...",
			     unsure);
	}
	/* A /proc in which we are number 1 ourselves was mounted for us. */
	if (strcmp(self, "1") == 0)
		return;
	if (stat(path, &other) != 0) {
		/* PID 1 is outside of a user namespace of our own (the first has
		 * this number), and there the kernel refuses to pivot what we do
		 * not own. */
		if (user.st_ino != FIRST_USER_NAMESPACE)
			return;
		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", parent_in_proc());
		if (stat(path, &other) != 0)
			refuse_pivot("neither PID 1 nor our parent can be looked at: that takes "
				     "their capabilities, and\nno Landlock",
				     "put capdrop and lsm last", unsure);
	}
	if (ours.st_ino == other.st_ino)
		refuse_pivot("this mount namespace is shared with others: --pivot would change the "
			     "root of the\nwhole machine",
			     print_text("put ns-mnt first:  %s",
					paste_line(geteuid() == 0 ? "ns-mnt" : "ns-user ns-mnt",
						   NULL)),
			     "--pivot takes a mount namespace of one's own");
}

/* "." is what it was before something was mounted there: only a path that comes
 * from above leads onto the new mount. */
static const char *from_above(const char *root)
{
	char *path = root[strspn(root, "./")] ? NULL : realpath(root, NULL);

	return path ? path : root;
}

static void pivot(const char *root)
{
	/* The new root has to be a mount. A bind of a directory onto itself is. What was
	 * one before is not looked for by another name: that may lead elsewhere. */
	if (!is_mount_point(root)) {
		STEP(mount(root, root, NULL, MS_BIND | MS_REC, NULL), "bind '%s' onto itself",
		     root);
		root = from_above(root);
	}
	STEP(chdir(root), "go to '%s'", root);

	/* With the same directory twice the old root lands on top of the new one,
	 * and no directory is needed for it to be put in; "." is still the new
	 * root, so what is unmounted here is what covers it. */
	STEP((int)syscall(SYS_pivot_root, ".", "."), "make '%s' the root mount", root);
	STEP(umount2(".", MNT_DETACH), "unmount the old root");
	STEP(chdir("/"), "go to the new root");
}

static void become(const struct plan *plan)
{
	struct account account = { .uid = (uid_t)-1 };
	struct tie tie = tie_read();

	if (plan->userspec)
		account_find("/", plan->userspec, &account);
	/* As GNU chroot: our own group is none of a user's that nobody knows. */
	if (account.has_uid && !account.has_gid)
		die("--userspec %s: the new root's /etc/passwd has no such user, so say the group "
		    "too: --userspec %s:GROUP",
		    plan->userspec, plan->userspec);
	if (plan->groups)
		account_find_groups(plan->groups, &account);
	if (plan->groups || account.has_gid)
		STEP(setgroups(account.group_count, account.groups), "set %zu supplementary groups",
		     account.group_count);
	if (account.has_gid)
		STEP(setresgid(account.gid, account.gid, account.gid), "become group %u",
		     account.gid);
	if (account.has_uid)
		STEP(setresuid(account.uid, account.uid, account.uid), "become user %u",
		     account.uid);
	tie_again(tie);
	if (!dry_run && !account_is_ours(&account, plan->groups || account.has_gid)) {
		errno = 0;
		step_fail("getresuid(&user[0], &user[1], &user[2])",
			  "become this user, with these groups");
	}
}

/* getcwd(2) of a directory outside of the root begins with "(unreachable)".
 * The function of the C library hides that. */
static bool is_inside(void)
{
	char path[PATH_MAX];

	return syscall(SYS_getcwd, path, sizeof(path)) > 0 && *path == '/';
}

/* For --explain: which directory is "/". statx(2). */
static void look(char *text, size_t size)
{
	struct statx root;

	*text = '\0';
	if (statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &root) == 0)
		snprintf(text, size, "/ is inode %llu of mount %llu",
			 (unsigned long long)root.stx_ino, (unsigned long long)root.stx_mnt_id);
}

static void setup(const struct plan *plan)
{
	step_watch(look);
	refuse_directories();
	close_descriptors(plan->kept.fds, plan->kept.count);

	if (plan->pivot) {
		refuse_shared_namespace(plan);
		pivot(plan->root);
	} else {
		STEP(chroot(plan->root), "make '%s' the root directory", plan->root);
		/* Until here the current directory is outside, and stays a way
		 * out. */
		if (!plan->skip_chdir)
			STEP(chdir("/"), "go to the new root");
	}
	use_carried_links = true;
	new_root = plan->name;

	if (plan->wd) {
		STEP(chdir(plan->wd), "go to the working directory '%s'", plan->wd);
		/* A symbolic link through /proc/PID/cwd or fd may lead out of
		 * the root, and what is there has no path in it. */
		if (!is_inside() && !dry_run)
			die("the working directory '%s' is outside of the new root", plan->wd);
	}
	if (plan->userspec || plan->groups)
		become(plan);
}

int main(int argc, char *argv[])
{
	struct chroot_facts facts = { 0 };
	struct plan plan = { 0 };
	int c;

	tool_start("chroot", usage, argv);
	failing = (struct failing){ chroot_decide, NULL, &facts };
	while ((c = next_option(argc, argv, "", table)) != -1)
		switch (c) {
		case PIVOT: plan.pivot = true; break;
		case WD: plan.wd = optarg; break;
		case KEEP_FD: kept_parse(&plan.kept, optarg); break;
		case USERSPEC: plan.userspec = optarg; break;
		case GROUPS: plan.groups = optarg; break;
		case SKIP_CHDIR: plan.skip_chdir = true; break;
		}
	if (optind >= argc)
		die("needs the new root directory:  chroot [OPTION]... NEWROOT [PROGRAM [ARG]...]");
	plan.root = argv[optind++];
	if (!*plan.root)
		die("the new root directory's name is empty");
	if (plan.skip_chdir && (plan.pivot || strcmp(plan.root, "/") != 0))
		die("--skip-chdir goes with NEWROOT / only: else the current directory would be a way "
		    "out");
	plan.name = plan.root;
	if (strcmp(plan.root, ".") == 0 && !(plan.name = getcwd(NULL, 0)))
		plan.name = ".";
	facts.root = plan.root;
	facts.wd = plan.wd;
	facts.root_before = new_root;
	tool_ready(NULL);
	setup(&plan);
	exec_next(argv + optind);
}
