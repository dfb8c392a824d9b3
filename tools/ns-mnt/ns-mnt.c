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
#include "memory.h"
#include "message.h"
#include "mounts.h"
#include "namespace.h"
#include "option.h"
#include "planned.h"
#include "refusal.h"
#include "path.h"
#include "step.h"

static const char usage[] =
	"Usage: ns-mnt [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new mount namespace. Mounts are made in the order given; when\n"
	"/proc shows another PID namespace than ours, a fresh one is mounted first.\n"
	"\n"
	"  --root DIR              mount points of the options behind it are below DIR\n"
	"  --bind SRC:DST   --ro-bind SRC:DST    show SRC, and all below it, at DST too\n"
	"  --tmpfs DST[:OPTION,...]              an empty file system in memory\n"
	"  --proc DST   --sys DST   --dev DST    processes; devices; a minimal /dev\n"
	"  --devices DST           the files of --dev alone, for a /dev that is there\n"
	"  --console DST           the terminal that is our input, as for /dev/console\n"
	"  --overlay LOWER[:LOWER...]:DST[,upper=DIR,work=DIR]  layers, the top writable\n"
	"                          (in memory, thrown away, without upper= and work=)\n"
	"  --mount type=TYPE,dst=DST[,src=SRC][,OPTION...]  others, as docker says it\n"
	"  --remount-ro DST        make DST and what is below it read-only\n"
	"  --mask PATH             hide a file or a folder behind an empty one\n"
	"                          (-PATH, for these two: only if it is there)\n"
	"  --propagation private|slave|shared|unchanged  default: private\n"
	"  --no-proc               leave /proc as it is\n"
	"  -j, --join PID|FILE     enter that process's mount namespace, make none\n"
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
	REMOUNT_RO,
	MASK,
	PROPAGATION,
	NO_PROC
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
	{ "remount-ro", required_argument, NULL, REMOUNT_RO },
	{ "mask", required_argument, NULL, MASK },
	{ "propagation", required_argument, NULL, PROPAGATION },
	{ "no-proc", no_argument, NULL, NO_PROC },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct plan {
	const char *join, *propagation, *root;
	bool no_proc;
	struct {
		struct mount_order order;
		const char *root;
	} * mounts;
	size_t count;
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
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0)
		return true;
	return atoi(self) != getpid();
}

/* For --explain: how many mounts there are. proc_pid_mountinfo(5). */
static void look(char *text, size_t size)
{
	FILE *list = fopen("/proc/self/mountinfo", "re");
	int mounts = 0, c;

	while (list && (c = getc(list)) != EOF)
		mounts += c == '\n';
	if (list)
		fclose(list);
	snprintf(text, size, "%d mounts", mounts);
}

/* For a chroot --pivot behind this in a dry run: where a mount would be. */
static void plan_mount(const struct mount_order *order, const char *root)
{
	bool whole = root && strcmp(order->target, "/") == 0;
	char *place = print_text("mount %s%s", root ? root : "", whole ? "" : order->target);

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
	struct mount_order *order = &plan->mounts[i].order;

	if (order->kind != MOUNT_REMOUNT_RO && order->kind != MOUNT_MASK)
		return;
	for (size_t j = 0; j < i; j++) {
		const struct mount_order *earlier = &plan->mounts[j].order;
		bool makes = earlier->kind == MOUNT_FS || earlier->kind == MOUNT_BIND ||
			     earlier->kind == MOUNT_DEV;

		if (makes && plan->mounts[j].root == plan->mounts[i].root &&
		    strcmp(earlier->target, "/") != 0 &&
		    path_is_below(order->target, earlier->target))
			order->inside = earlier;
	}
}

static void setup(struct plan *plan)
{
	/* The mode of the mount points that are made is ours to say. */
	mode_t before = umask(022);

	step_watch(look);
	if (plan->join) {
		int other = open_namespace("mnt", plan->join);

		/* The root changes with it: as in chroot. */
		refuse_directories();
		close_descriptors(&(unsigned){ (unsigned)other }, other >= 3);
		STEP(setns(other, CLONE_NEWNS), "enter the mount namespace of %s", plan->join);
	} else {
		/* The first kind of namespace there was, so its flag is just
		 * "new namespace". */
		STEP(unshare(CLONE_NEWNS), "create a mount namespace");
		set_propagation(plan->propagation ? plan->propagation : "private");
	}

	if (!plan->no_proc && !plan->root && !plan->join && proc_is_foreign()) {
		mount_make(&(struct mount_order){ .kind = MOUNT_FS,
						  .type = "proc",
						  .target = "/proc" },
			   NULL);
		planned_add("a fresh /proc");
	}

	for (size_t i = 0; i < plan->count; i++) {
		find_inside(plan, i);
		mount_make(&plan->mounts[i].order, plan->mounts[i].root);
		plan_mount(&plan->mounts[i].order, plan->mounts[i].root);
	}
	umask(before);
}

static void add(struct plan *plan, struct mount_order order)
{
	plan->mounts = resize(plan->mounts, plan->count + 1, sizeof(*plan->mounts));
	plan->mounts[plan->count].order = order;
	plan->mounts[plan->count++].root = plan->root;
}

/* With '-' before it, the path need not be there. */
static void add_covered(struct plan *plan, enum mount_kind kind, const char *path)
{
	bool if_there = strncmp(path, "-/", 2) == 0;

	add(plan,
	    (struct mount_order){ .kind = kind, .target = path + if_there, .if_there = if_there });
}

/* Splits "SRC:DST" at its last colon. */
static void add_bind(struct plan *plan, char *spec, const char *options, const char *name)
{
	char *target = strrchr(spec, ':');

	if (!target || target == spec || !target[1])
		die("%s takes SRC:DST, not '%s' (a path with a colon: --mount type=bind,src=,dst=)",
		    name, spec);
	*target++ = '\0';
	add(plan,
	    (struct mount_order){
		    .kind = MOUNT_BIND, .source = spec, .target = target, .options = options });
}

static void add_tmpfs(struct plan *plan, char *spec)
{
	char *options = strchr(spec, ':');

	if (options)
		*options++ = '\0';
	if (!*spec)
		die("--tmpfs takes DST[:OPTION,...], such as /tmp:size=64m,mode=1777");
	add(plan, (struct mount_order){
			  .kind = MOUNT_FS, .type = "tmpfs", .target = spec, .options = options });
}

static void add_overlay(struct plan *plan, char *spec)
{
	char *options = NULL, *target;

	/* The options come last: ",upper=DIR,work=DIR". */
	for (char *comma = spec; (comma = strchr(comma, ',')); comma++)
		if (strncmp(comma, ",upper=", 7) == 0 || strncmp(comma, ",work=", 6) == 0) {
			options = comma;
			break;
		}
	if (options)
		*options++ = '\0';
	target = strrchr(spec, ':');
	if (!target || target == spec || !target[1])
		die("--overlay takes LOWER[:LOWER...]:DST[,upper=DIR,work=DIR], not '%s'", spec);
	*target++ = '\0';
	add(plan,
	    (struct mount_order){
		    .kind = MOUNT_OVERLAY, .source = spec, .target = target, .options = options });
}

/* Whether the first `length` bytes of a word are this key. */
static bool is_key(const char *word, size_t length, const char *key)
{
	return length == strlen(key) && strncmp(word, key, length) == 0;
}

/* docker's "--mount type=...,src=...,dst=...,OPTION,...". */
static void add_mount(struct plan *plan, char *spec)
{
	struct mount_order order = { .kind = MOUNT_FS };
	char *rest = copy_text(""), *save = NULL;
	const char *whole = copy_text(spec);

	for (char *word = strtok_r(spec, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		char *value = strchr(word, '=');
		/* A word without a value is an option of the mount. */
		size_t length = value ? (size_t)(value - word) : 0;

		if (is_key(word, length, "type"))
			order.type = value + 1;
		else if (is_key(word, length, "src") || is_key(word, length, "source"))
			order.source = value + 1;
		else if (is_key(word, length, "dst") || is_key(word, length, "destination") ||
			 is_key(word, length, "target"))
			order.target = value + 1;
		else if (strcmp(word, "bind-recursive=disabled") == 0)
			order.alone = true;
		else if (mount_is_propagation(word))
			order.propagation = word;
		else if (strcmp(word, "bind-recursive=enabled") == 0)
			order.alone = false;
		else
			rest = print_text("%s%s%s", rest, *rest ? "," : "", word);
	}
	order.options = *rest ? rest : NULL;
	if (!order.type || !*order.type || !order.target || !*order.target)
		die("--mount takes type=TYPE,dst=DST[,src=SRC][,OPTION...], not '%s'", whole);
	if (strcmp(order.type, "bind") == 0)
		order.kind = MOUNT_BIND;
	if (order.kind == MOUNT_BIND && (!order.source || !*order.source))
		die("--mount type=bind needs src=SRC: '%s'", whole);
	if (order.kind != MOUNT_BIND && (order.alone || order.propagation))
		die("--mount: bind-recursive and %s are for type=bind: '%s'",
		    order.propagation ? order.propagation : "private, slave, unbindable", whole);
	add(plan, order);
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	int c;

	tool_start("ns-mnt", usage, argv);
	failing.decide = ns_mnt_decide;
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case ROOT: plan.root = optarg; break;
		case BIND: add_bind(&plan, optarg, NULL, "--bind"); break;
		case RO_BIND: add_bind(&plan, optarg, "ro", "--ro-bind"); break;
		case TMPFS: add_tmpfs(&plan, optarg); break;
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
		case OVERLAY: add_overlay(&plan, optarg); break;
		case MOUNT: add_mount(&plan, optarg); break;
		case REMOUNT_RO: add_covered(&plan, MOUNT_REMOUNT_RO, optarg); break;
		case MASK: add_covered(&plan, MOUNT_MASK, optarg); break;
		case PROPAGATION:
			plan.propagation = optarg;
			if (strcmp(optarg, "private") != 0 && strcmp(optarg, "slave") != 0 &&
			    strcmp(optarg, "shared") != 0 && strcmp(optarg, "unchanged") != 0)
				die("--propagation is private, slave, shared or unchanged, not '%s'",
				    optarg);
			break;
		case NO_PROC: plan.no_proc = true; break;
		case 'j': plan.join = optarg; break;
		}
	tool_ready(plan.join ? "--join" : plan.root ? "--root" : NULL);
	setup(&plan);
	exec_next(argv + optind);
}
