/* cgroup: how much memory, CPU and how many processes a group may have.
 *
 * A cgroup is a directory in a file system of the kernel's, and who is in it
 * is counted and limited together: children are born into the cgroup of their
 * parent, and a limit that was set once holds for all that will ever be in
 * it. mkdir(2) makes one, writing to its files sets the limits, and rmdir(2)
 * removes it when the last process has gone.
 *
 * There are two versions. v2 is one tree for all controllers; v1 has a tree
 * for each, and a process is in one cgroup of every tree. Many machines have
 * both (hybrid). On v2 our child is born in the new cgroup (clone3(2)), on v1
 * it enters before it becomes the program. We stay outside, so that we count
 * for nothing, and remove the cgroup at the end with everything in it.
 *
 * It is made below our own cgroup; with limits, v2 often does not allow that,
 * and place.c says where it is made then. Needs the right to write there:
 * root has it, an ordinary user where it was delegated.
 * Read on: cgroups(7), cgroup_namespaces(7), the kernel's cgroup-v2.rst. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "chain.h"
#include "climb.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "option.h"
#include "refusal.h"
#include "report.h"
#include "started.h"
#include "step.h"
#include "supervise.h"

static const char usage[] =
	"Usage: cgroup [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new cgroup: it and all its children are counted and limited\n"
	"together. At the end whatever is left in it is killed, and the cgroup removed.\n"
	"\n"
	"      --memory SIZE       at most so much memory: 64M, 1g, or max\n"
	"      --memory-swap SIZE  memory and swap together (default: twice --memory)\n"
	"      --cpus N            at most so much CPU time: 0.5 is half of one CPU\n"
	"      --pids-limit N      at most so many processes and threads at once\n"
	"      --cpuset-cpus LIST  run only on these CPUs: 0-2,5\n"
	"      --set KNOB=VALUE    write VALUE to any file of the cgroup; can be repeated\n"
	"      --deny-device RULE  --allow-device RULE  which devices may be used: 'a' is\n"
	"                          all, 'c 1:3 rwm' is /dev/null; the last rule decides\n"
	"      --name NAME         call it so; fails if there is one of that name\n"
	"      --parent PATH       make it there, in /docker say, and not below our own\n"
	"      --join PATH         make none, enter that one: its directory, path or name\n"
	"      --keep              do not remove it at the end\n"
	"      --cgroupns          a cgroup namespace as well: the cgroup looks like the\n"
	"                          root from inside. Alone: only that, no new cgroup\n"
	"      --report            at the end, say how much was used, refused and killed\n"
	"      --why CONTROLLER    run none: say which cgroup lacks memory (pids, ...)\n"
	"  -x, --explain   -n, --dry-run   --check   -h, --help   -V, --version\n"
	"\n"
	"Example, as root:  cgroup --memory 50M --pids-limit 20 -- sh\n";

enum {
	MEMORY = OPTION_OWN,
	SWAP,
	CPUS,
	PIDS,
	CPUSET,
	SET,
	ALLOW_DEVICE,
	DENY_DEVICE,
	NAME,
	PARENT,
	JOIN,
	KEEP,
	CGROUPNS,
	REPORT,
	WHY,
};

static const struct option table[] = {
	{ "memory", required_argument, NULL, MEMORY },
	{ "memory-swap", required_argument, NULL, SWAP },
	{ "cpus", required_argument, NULL, CPUS },
	{ "pids-limit", required_argument, NULL, PIDS },
	{ "cpuset-cpus", required_argument, NULL, CPUSET },
	{ "set", required_argument, NULL, SET },
	{ "allow-device", required_argument, NULL, ALLOW_DEVICE },
	{ "deny-device", required_argument, NULL, DENY_DEVICE },
	{ "name", required_argument, NULL, NAME },
	{ "parent", required_argument, NULL, PARENT },
	{ "join", required_argument, NULL, JOIN },
	{ "keep", no_argument, NULL, KEEP },
	{ "cgroupns", no_argument, NULL, CGROUPNS },
	{ "report", no_argument, NULL, REPORT },
	{ "why", required_argument, NULL, WHY },
	COMMON_OPTIONS,
};

/* "strata-PID-STARTTIME": no two processes have both alike. */
static void make_tag(struct cgroup_work *work)
{
	int number;
	unsigned long long started = own_start(&number);

	snprintf(work->tag, sizeof(work->tag), "strata-%d-%llu", number, started);
}

static void make(struct cgroup_work *work, struct cgroup_hierarchy *cgroup)
{
	int place;

	work->in = cgroup;
	work->at = cgroup->place;
	place = STEP(cgroup_open(cgroup->place), "open the cgroup %s", cgroup->place);
	if (place >= 0) {
		cgroup_sweep(place);
		close(place);
	}
	cgroup->path = print_text("%s/%s", cgroup->place, work->name);
	for (int tries = 0; tries < 5; tries++) {
		STEP(mkdir(cgroup->path, 0755), "make the cgroup %s", cgroup->path);
		cgroup->made = !dry_run;
		cgroup->fd = STEP_UNLESS(ENOENT, cgroup_open_new(cgroup->path), "open and lock it");
		if (dry_run || cgroup->fd >= 0)
			return;
	}
	errno = ENOENT;
	step_fail("cgroup_open_new(cgroup->path)", "keep the cgroup %s: it is removed each time",
		  cgroup->path);
}

/* With --keep we may be in it ourselves, and would be killed with the rest:
 * back to where we came from. */
static bool leave(const struct cgroup_work *work, const struct cgroup_hierarchy *cgroup)
{
	bool aside = cgroup->version == 2 && work->aside;
	char *file = print_text("%s/%s", aside ? work->aside : cgroup->own,
				cgroup->version == 1 ? "tasks" : "cgroup.procs");
	int result = write_file(file, "0");

	free(file);
	return result == 0;
}

/* At the end; and when a step fails before. */
static void remove_made(void *argument)
{
	struct cgroup_work *work = argument;

	if (getpid() != work->owner)
		return;
	/* v2 first: there, all that is in it is killed at once. */
	for (int version = 2; version >= 1; version--)
		for (int i = 0; i < work->layout.count; i++) {
			struct cgroup_hierarchy *cgroup = &work->layout.all[i];

			if (!cgroup->made || cgroup->version != version)
				continue;
			if ((work->keep && !leave(work, cgroup)) ||
			    cgroup_remove(cgroup->path) != 0)
				cgroup_tell_left(work, cgroup);
		}
	for (int i = 0; i < work->layout.count && !work->keep; i++)
		cgroup_remove_parent(&work->layout.all[i]);
	cgroup_step_back(work);
}

/* After the end of the program, in the supervisor. */
static void end(void *argument)
{
	struct cgroup_work *work = argument;

	if (work->report || work->limits.memory || work->limits.pids || work->limits.knob_count)
		cgroup_report(work, work->report);
	remove_made(work);
}

/* Makes a cgroup in each hierarchy that needs one. Returns the one of v2 that
 * a child can be born in, or -1. */
static int make_all(struct cgroup_work *work, const char *const wanted[])
{
	int born_in = -1;

	for (int i = 0; i < work->layout.count; i++) {
		struct cgroup_hierarchy *cgroup = &work->layout.all[i];
		const char *here[CGROUP_WANTED];
		int count = 0;

		if (!cgroup->used)
			continue;
		/* Of the controllers, those that v2 has to enable. */
		for (int j = 0; wanted[j]; j++)
			if (cgroup->version == 2 && strcmp(wanted[j], "cgroup") != 0 &&
			    strcmp(wanted[j], "devices") != 0 &&
			    cgroup_with(&work->layout, wanted[j]) == cgroup)
				here[count++] = wanted[j];
		here[count] = NULL;
		work->in = cgroup;
		cgroup_choose_place(work, cgroup, here);
		make(work, cgroup);
		/* Before 6.4 the kernel forgets the CPUs of a cgroup that a
		 * process is born in; so with those, our child enters it. */
		if (cgroup->version == 2 && !work->limits.cpuset)
			born_in = cgroup->fd;
	}
	return born_in;
}

/* Makes the cgroups with their limits, and goes on inside of them. */
static void live_in_new(struct cgroup_work *work)
{
	struct supervisor supervisor = { .ended = end, .argument = work };
	const char *wanted[CGROUP_WANTED];

	cgroup_wanted(&work->limits, wanted);
	if (work->report)
		cgroup_want_counters(work, wanted);
	cgroup_choose_hierarchies(work, wanted);
	make_tag(work);
	if (!work->name)
		work->name = work->tag + (work->keep ? strlen("strata-") : 0);
	supervisor.cgroup = make_all(work, wanted);
	cgroup_write_limits(work);
	cgroup_set_devices(work);
	if (supervisor.cgroup >= 0)
		work->in = cgroup_with(&work->layout, "cgroup");

	/* With nobody left to remove it, nobody has to stay outside. */
	if (work->keep) {
		cgroup_join(work, 0);
		if (work->aside)
			STEP(rmdir(work->aside), "remove the leaf %s", work->aside);
		work->aside = NULL;
		return;
	}
	supervise(&supervisor);
	failing.undo = NULL;
	cgroup_join(work, work->limits.cpuset ? 0 : 1);
}

static void setup(struct cgroup_work *work)
{
	cgroup_watch(work);
	if (!work->alone) {
		work->owner = getpid();
		failing = (struct failing){ cgroup_decide, remove_made, work };
		if (cgroup_find(&work->layout) != 0)
			step_fail("cgroup_find(&work->layout)", "find our own cgroups");
		if (work->join) {
			cgroup_find_joined(work);
			cgroup_join(work, 0);
		} else {
			live_in_new(work);
		}
	}
	/* Which cgroups we are in now is what will look like the root. */
	if (work->namespace)
		STEP(unshare(CLONE_NEWCGROUP), "create a cgroup namespace");
}

/* What the program does not need: it would keep the lock. */
static void close_all(struct cgroup_work *work)
{
	for (int i = 0; i < work->layout.count; i++)
		if (work->layout.all[i].fd >= 0)
			close(work->layout.all[i].fd);
	if (work->aside_fd >= 0)
		close(work->aside_fd);
	failing = (struct failing){ NULL, NULL, NULL };
}

static const char *check_name(const char *name)
{
	if (strlen(name) > 200)
		die("--name takes at most 200 bytes, and this one has %zu", strlen(name));
	if (*name == '.' || strchr(name, '/') || strchr(name, '\n'))
		die("--name takes the name of one directory, without '/' and with no '.' in front, "
		    "and not '%s'",
		    name);
	if (strncmp(name, "strata-", 7) == 0)
		die("--name: names that begin with 'strata-' are removed by the next run; take "
		    "another");
	return name;
}

int main(int argc, char *argv[])
{
	struct cgroup_work work = { .aside_fd = -1 };
	struct cgroup_limits *limits = &work.limits;
	bool limited;
	int c;

	tool_start("cgroup", usage, argv);
	while ((c = next_option(argc, argv, "", table)) != -1)
		switch (c) {
		case MEMORY: limits->memory = optarg; break;
		case SWAP: limits->swap = optarg; break;
		case CPUS: limits->cpus = optarg; break;
		case PIDS: limits->pids = optarg; break;
		case CPUSET: limits->cpuset = optarg; break;
		case SET: cgroup_add_knob(limits, optarg); break;
		case ALLOW_DEVICE: device_rules_add(&limits->devices, true, optarg); break;
		case DENY_DEVICE: device_rules_add(&limits->devices, false, optarg); break;
		case NAME: work.name = check_name(optarg); break;
		case PARENT: work.parent = cgroup_check_parent(optarg); break;
		case JOIN: work.join = optarg; break;
		case KEEP: work.keep = true; break;
		case CGROUPNS: work.namespace = true; break;
		case REPORT: work.report = true; break;
		case WHY: work.why = optarg; break;
		}
	cgroup_check_limits(limits);
	limited = limits->memory || limits->cpus || limits->pids || limits->cpuset ||
		  limits->knob_count || limits->devices.count;
	if (work.join && (limited || work.name || work.parent || work.keep))
		die("--join makes no cgroup, so it takes no limits, no --name, no --parent and no "
		    "--keep");
	if (work.report && (work.join || work.keep))
		die("--report needs somebody who stays until the end, so it goes with a new cgroup, "
		    "and not with %s",
		    work.join ? "--join" : "--keep");
	if (work.why) {
		if (limited || work.name || work.parent || work.join || work.keep ||
		    work.namespace || work.report)
			die("--why only looks; the options for a new cgroup go without it");
		if (check_wanted)
			die("--why says itself whether a controller is here; --check goes without it");
		if (argv[optind])
			die("--why runs no program, and '%s' is one", argv[optind]);
		cgroup_why(work.why);
	}
	work.alone = work.namespace && !work.report && !limited && !work.name && !work.parent &&
		     !work.join && !work.keep;
	tool_ready(work.join ? "--join" : work.keep ? "--keep" : NULL);

	setup(&work);
	close_all(&work);
	if (work.keep)
		for (int i = 0; i < work.layout.count; i++)
			if (work.layout.all[i].made)
				note("the cgroup stays: %s", work.layout.all[i].path);
	exec_next(argv + optind);
}
