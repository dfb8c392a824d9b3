/* ns-mnt: a mount table of one's own, and mounts in it.
 *
 * A new mount namespace starts as a copy of the table. What is mounted or
 * unmounted afterwards is not seen outside, except where mounts are 'shared':
 * those pass changes on to their copies, in both directions, and on most
 * machines all are (systemd makes them so). So the first thing to do in here
 * is to make them private, or the container's mounts leak out.
 *
 * The namespace is of the process, and of its children to come; when the last
 * of them ends, its mounts are gone.
 *
 * Needs CAP_SYS_ADMIN; an ordinary user puts ns-user first. In a user
 * namespace only proc, sysfs, tmpfs, devpts, mqueue, cgroup and overlay can be
 * mounted anew, and what came from outside can't be taken apart.
 * Read on: mount_namespaces(7), mount(2), proc(5). The mounts: mounts.c, overlay.c. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

#include "chain.h"
#include "descriptors.h"
#include "diff.h"
#include "memory.h"
#include "message.h"
#include "mounts.h"
#include "namespace.h"
#include "option.h"
#include "planned.h"
#include "refusal.h"
#include "root.h"
#include "path.h"
#include "spec.h"
#include "step.h"
#include "target.h"

static const char usage[] =
	"Usage: ns-mnt [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new mount namespace. Mounts are made in the order given; when\n"
	"/proc shows another PID namespace than ours, a fresh one is mounted first.\n"
	"\n"
	"  --root DIR              mount points of the options behind it are below DIR\n"
	"  --bind SRC:DST   --ro-bind SRC:DST    show SRC, and all below it, at DST too\n"
	"  --tmpfs DST[:OPTION,...]              an empty file system in memory\n"
	"  --proc DST   --sys DST   --dev DST    processes; devices; a minimal /dev\n"
	"  --devices DST   --console DST         what --dev has in it; our terminal\n"
	"  --overlay LOWER[:LOWER...]:DST[,upper=DIR,work=DIR]  layers, the top writable\n"
	"                          (in memory, thrown away, without upper= and work=)\n"
	"  --mount type=TYPE,dst=DST[,src=SRC][,OPTION...]  others; type=bind,idmap=\n"
	"                          0:100000:65536 or PID|FILE changes the files' owners\n"
	"  --make-dir DST   --make-file DST      a mount point below --root, if missing\n"
	"  --remount-ro DST   --mask PATH        read-only; hidden behind an empty one\n"
	"                          (-PATH, for these two: only if it is there)\n"
	"  --line DST:TEXT   --hosts DST         a file with this line; with our names\n"
	"  --propagation private|slave|shared|unchanged  default: private\n"
	"  --no-symlinks   --cd DIR   an error in --root and SRC; go to DIR at the end\n"
	"  --no-proc   --diff      leave /proc as it is; say what has changed\n"
	"  -j, --join PID|FILE   --keep-fd N     enter its mount namespace; N stays open\n"
	"  -x, --explain   -n, --dry-run   --check   -h, --help   -V, --version\n"
	"\n"
	"Example, as any user:  ns-user ns-mnt --tmpfs /mnt -- findmnt /mnt\n";

enum {
	ROOT = OPTION_OWN,
	BIND,
	RO_BIND,
	TMPFS,
	PROC,
	SYS,
	DEV,
	DEVICES,
	CONSOLE,
	OVERLAY,
	MOUNT,
	MAKE_DIR,
	MAKE_FILE,
	REMOUNT_RO,
	MASK,
	LINE,
	HOSTS,
	PROPAGATION,
	NO_SYMLINKS,
	CD,
	NO_PROC,
	DIFF,
	KEEP_FD
};

static const struct option table[] = {
	{ "root", required_argument, NULL, ROOT },
	{ "bind", required_argument, NULL, BIND },
	{ "ro-bind", required_argument, NULL, RO_BIND },
	{ "tmpfs", required_argument, NULL, TMPFS },
	{ "proc", required_argument, NULL, PROC },
	{ "sys", required_argument, NULL, SYS },
	{ "dev", required_argument, NULL, DEV },
	{ "devices", required_argument, NULL, DEVICES },
	{ "console", required_argument, NULL, CONSOLE },
	{ "overlay", required_argument, NULL, OVERLAY },
	{ "mount", required_argument, NULL, MOUNT },
	{ "make-dir", required_argument, NULL, MAKE_DIR },
	{ "make-file", required_argument, NULL, MAKE_FILE },
	{ "remount-ro", required_argument, NULL, REMOUNT_RO },
	{ "mask", required_argument, NULL, MASK },
	{ "line", required_argument, NULL, LINE },
	{ "hosts", required_argument, NULL, HOSTS },
	{ "propagation", required_argument, NULL, PROPAGATION },
	{ "no-symlinks", no_argument, NULL, NO_SYMLINKS },
	{ "cd", required_argument, NULL, CD },
	{ "no-proc", no_argument, NULL, NO_PROC },
	{ "diff", no_argument, NULL, DIFF },
	{ "join", required_argument, NULL, 'j' },
	{ "keep-fd", required_argument, NULL, KEEP_FD },
	COMMON_OPTIONS,
};

struct plan {
	const char *join, *propagation, *root, *cd;
	bool no_proc, diff, no_symlinks;
	struct kept kept;
	struct mount_order *mounts;
	size_t count;
	struct mnt_facts facts; /* for when a step fails */
};

/* Whether /proc is of another PID namespace than ours: there, /proc/self has
 * our number in that one, or is nothing for who is not in it. */
static bool proc_is_foreign(void)
{
	struct statfs status;
	char self[32] = "";

	if (planned("ns-pid") && !planned("a fresh /proc"))
		return true;
	if (statfs("/proc", &status) != 0) {
		if (errno == ENOENT)
			return false;
		die_errno("cannot look at /proc");
	}
	if (status.f_type != PROC_SUPER_MAGIC)
		return false;
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0) {
		if (errno == ENOENT)
			return true;
		die_errno("cannot tell whose /proc this is (/proc/self)");
	}
	return atoi(self) != getpid();
}

/* For --explain: how many mounts there are, and how many pass changes on.
 * proc_pid_mountinfo(5). */
static void look(char *text, size_t size)
{
	FILE *list = fopen("/proc/self/mountinfo", "re");
	int mounts = 0, shared = 0;
	char *line = NULL;
	size_t room = 0;

	while (list && getline(&line, &room, list) >= 0) {
		mounts++;
		shared += strstr(line, " shared:") != NULL;
	}
	if (list)
		fclose(list);
	free(line);
	snprintf(text, size, "%d mounts, %d shared", mounts, shared);
}

/* For --diff: the table, through a descriptor of /proc that we opened first.
 * What can't be read is an error: the words would lie. */
static struct mount_table *read_table(int proc)
{
	struct mount_table *mounts = table_read(proc);

	if (!mounts)
		die_errno("--diff: cannot read the mount table (/proc/self/mountinfo)");
	return mounts;
}

static void tell_diff(struct mount_table *before, struct mount_table *after)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die_errno("--diff: cannot write what has changed");
	table_compare(before, after, out);
	if (fclose(out) != 0)
		die_errno("--diff: cannot write what has changed");
	dprintf(2, "%s: the mount table, before and after:%s\n%s", tool_name,
		*text ? "" : " no difference", text);
	free(text);
}

/* For a chroot --pivot behind this in a dry run: where a mount would be. */
static void plan_mount(const struct mount_order *order)
{
	const char *root = order->root;
	bool whole = root && strcmp(order->target, "/") == 0;
	char *place;

	if (order->kind == MOUNT_MAKE_DIR || order->kind == MOUNT_MAKE_FILE)
		return;
	place = print_text("mount %s%s", root ? root : "", whole ? "" : order->target);

	planned_add(place);
	free(place);
}

static void set_propagation(const char *kind)
{
	if (strcmp(kind, "private") == 0)
		STEP(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make all mounts private");
	else if (strcmp(kind, "slave") == 0)
		STEP(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL),
		     "let mounts come in from outside, and none go out");
	else if (strcmp(kind, "shared") == 0)
		STEP(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL), "share all mounts");
}

/* Finds the last of our mounts that the path of a mask lies in. */
static void find_inside(struct plan *plan, size_t i)
{
	struct mount_order *order = &plan->mounts[i];

	if (order->kind != MOUNT_REMOUNT_RO && order->kind != MOUNT_MASK)
		return;
	for (size_t j = 0; j < i; j++) {
		const struct mount_order *earlier = &plan->mounts[j];
		bool makes = earlier->kind == MOUNT_FS || earlier->kind == MOUNT_BIND ||
			     earlier->kind == MOUNT_DEV;

		if (makes && earlier->root == order->root && strcmp(earlier->target, "/") != 0 &&
		    path_is_below(order->target, earlier->target))
			order->inside = earlier;
	}
}

/* What the next link calls "." is then the very directory, and no name can lead
 * it elsewhere meanwhile. */
static void go_to_cd(const struct plan *plan)
{
	int directory = STEP(mount_open_directory(plan->root, plan->cd), "find '%s' below '%s'",
			     plan->cd, plan->root);

	STEP(fchdir(directory), "go there");
	if (directory >= 0)
		close(directory);
	if (strcmp(plan->cd, "/") == 0)
		planned_add("mount .");
}

static void setup(struct plan *plan)
{
	/* The mode of the mount points that are made is ours to say. */
	mode_t before = umask(022);
	bool compare = plan->diff && !dry_run && !checking;
	int proc = compare ? open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	struct mount_table *mounts = compare ? read_table(proc) : NULL;

	step_watch(look);
	if (plan->join) {
		int other = open_namespace("mnt", plan->join);

		/* The root changes with it: as in chroot. */
		refuse_directories();
		if (other >= 3)
			kept_add(&plan->kept, (unsigned)other);
		close_descriptors(plan->kept.fds, plan->kept.count);
		proc = compare ? open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
		STEP(setns(other, CLONE_NEWNS), "enter the mount namespace of %s", plan->join);
	} else {
		/* The first kind of namespace there was, so its flag is just
		 * "new namespace". */
		STEP(unshare(CLONE_NEWNS), "create a mount namespace");
		set_propagation(plan->propagation ? plan->propagation : "private");
	}

	if (!plan->no_proc && !plan->root && !plan->join && proc_is_foreign()) {
		struct mount_order fresh = { .kind = MOUNT_FS, .type = "proc", .target = "/proc" };

		plan->facts.order = &fresh;
		mount_make(&fresh);
		planned_add("a fresh /proc");
	}

	for (size_t i = 0; i < plan->count; i++) {
		find_inside(plan, i);
		/* Most often one --root is for all of them. */
		if (i > 0 && plan->mounts[i].root == plan->mounts[i - 1].root)
			plan->mounts[i].elsewhere = plan->mounts[i - 1].elsewhere;
		else
			plan->mounts[i].elsewhere = root_is_elsewhere(plan->mounts[i].root);
		plan->facts.order = &plan->mounts[i];
		mount_make(&plan->mounts[i]);
		plan_mount(&plan->mounts[i]);
	}
	plan->facts.order = NULL;
	directory_follow(plan->mounts, plan->count);
	if (plan->cd)
		go_to_cd(plan);
	umask(before);
	if (compare) {
		tell_diff(mounts, read_table(proc));
		close(proc);
	}
}

static void add(struct plan *plan, struct mount_order order)
{
	plan->mounts = resize(plan->mounts, plan->count + 1, sizeof(*plan->mounts));
	order.root = plan->root;
	order.no_symlinks = plan->no_symlinks;
	plan->mounts[plan->count++] = order;
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	struct mount_order line;
	int c;

	tool_start("ns-mnt", usage, argv);
	failing = (struct failing){ ns_mnt_decide, NULL, &plan.facts };
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case ROOT: plan.root = optarg; break;
		case BIND: add(&plan, spec_bind(copy_text(optarg), NULL, "--bind")); break;
		case RO_BIND: add(&plan, spec_bind(copy_text(optarg), "ro", "--ro-bind")); break;
		case TMPFS: add(&plan, spec_tmpfs(copy_text(optarg))); break;
		case PROC:
			add(&plan, (struct mount_order){
					   .kind = MOUNT_FS, .type = "proc", .target = optarg });
			break;
		case SYS:
			add(&plan, (struct mount_order){
					   .kind = MOUNT_FS, .type = "sysfs", .target = optarg });
			break;
		case DEV:
			add(&plan, (struct mount_order){ .kind = MOUNT_DEV, .target = optarg });
			break;
		case DEVICES:
			add(&plan, (struct mount_order){ .kind = MOUNT_DEVICES, .target = optarg });
			break;
		case CONSOLE:
			add(&plan, (struct mount_order){ .kind = MOUNT_CONSOLE, .target = optarg });
			break;
		case OVERLAY: add(&plan, spec_overlay(copy_text(optarg))); break;
		case MOUNT: add(&plan, spec_mount(copy_text(optarg))); break;
		case MAKE_DIR:
		case MAKE_FILE:
			if (!plan.root)
				die("--make-%s is for a root of the container's own, and goes behind "
				    "--root DIR: else the mount point would be made on the machine, "
				    "and stay",
				    c == MAKE_DIR ? "dir" : "file");
			add(&plan, (struct mount_order){ .kind = c == MAKE_DIR ? MOUNT_MAKE_DIR
									       : MOUNT_MAKE_FILE,
							 .target = optarg });
			break;
		case REMOUNT_RO: add(&plan, spec_covered(MOUNT_REMOUNT_RO, optarg)); break;
		case MASK: add(&plan, spec_covered(MOUNT_MASK, optarg)); break;
		case LINE:
			if (spec_line(copy_text(optarg), plan.root,
				      plan.count ? &plan.mounts[plan.count - 1] : NULL, &line))
				add(&plan, line);
			break;
		case HOSTS:
			add(&plan, (struct mount_order){ .kind = MOUNT_HOSTS, .target = optarg });
			break;
		case PROPAGATION:
			plan.propagation = optarg;
			if (strcmp(optarg, "private") != 0 && strcmp(optarg, "slave") != 0 &&
			    strcmp(optarg, "shared") != 0 && strcmp(optarg, "unchanged") != 0)
				die("--propagation is private, slave, shared or unchanged, not '%s'",
				    optarg);
			break;
		case NO_SYMLINKS: plan.no_symlinks = true; break;
		case CD: plan.cd = optarg; break;
		case NO_PROC: plan.no_proc = true; break;
		case DIFF: plan.diff = true; break;
		case 'j': plan.join = optarg; break;
		case KEEP_FD: kept_parse(&plan.kept, optarg); break;
		}
	if (plan.kept.count && !plan.join)
		die("--keep-fd goes with --join, which closes the others; a new mount namespace "
		    "leaves all open");
	if (plan.cd && !plan.root)
		die("--cd goes with --root DIR; to go to another directory there is the shell's cd");
	tool_ready(plan.join ? "--join" : plan.root ? "--root" : NULL);
	setup(&plan);
	exec_next(argv + optind);
}
