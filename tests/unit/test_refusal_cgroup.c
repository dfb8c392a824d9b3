/* Why a step of cgroup failed, and why a controller is not here: from the state
 * of the machine to the reason. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/cgroup/climb.h"
#include "../../tools/cgroup/refusal.h"
#include "message.h"
#include "reason.h"
#include "unit.h"

#define MKDIR "mkdir(cgroup->path, 0755)"
#define WRITE "write_knob(cgroup, knob, value)"
#define READ "read_knob(cgroup->fd, knob, held, sizeof(held))"
#define ENABLE "write_in(directory, \"cgroup.subtree_control\", word)"
#define BORN "fork_into(supervisor->cgroup)"
#define JOIN "join(cgroup)"

static const struct state root = { .proc_visible = true };
static const struct state user = { .uid = 1000, .proc_visible = true };
static const struct state root_inside = { .in_user_namespace = true, .proc_visible = true };

/* A machine with v2, or with v1; and what a user has typed there. */
static struct cgroup_hierarchy v2 = {
	.version = 2,
	.controllers = (char *)"",
	.mount = (char *)"/sys/fs/cgroup",
	.own = (char *)"/sys/fs/cgroup/a",
	.place = (char *)"/sys/fs/cgroup/a",
	.path = (char *)"/sys/fs/cgroup/a/box",
	.used = true,
}, v1 = {
	.version = 1,
	.controllers = (char *)"memory",
	.mount = (char *)"/sys/fs/cgroup/memory",
	.own = (char *)"/sys/fs/cgroup/memory/a",
	.place = (char *)"/sys/fs/cgroup/memory/a",
	.path = (char *)"/sys/fs/cgroup/memory/a/box",
	.used = true,
};

static char *typed[16];

/* "bin/cgroup --name box -- sh": our words end before `next`. */
static void type(const char *line, const char *next)
{
	static char text[300];
	int n = 0;

	snprintf(text, sizeof(text), "%s", line);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		if (strcmp(word, next) == 0)
			optind = n;
		typed[n++] = word;
	}
	typed[n] = NULL;
	tool_words = typed;
	tool_name = "cgroup";
}

static void has(const struct reason *reason, const char *id, const char *why, const char *fix)
{
	reason_expect("cgroup", true, reason, id, why, fix);
	assert_null(strstr(reason->fix, "..."));
}

static void expect(const char *call, int error, const struct cgroup_work *work,
		   const struct state *state, const struct cgroup_facts *facts, const char *id,
		   const char *why, const char *fix)
{
	struct reason reason = { 0 };

	if (!cgroup_reason(call, error, work, state, facts, &reason))
		fail_msg("%s, error %d: expected %s, got nothing", call, error, id);
	has(&reason, id, why, fix);
}

static void the_place(void **unused)
{
	struct cgroup_work work = { .in = &v2, .name = "box" }, other = { .in = &v1 };
	struct cgroup_facts facts = { .parent = 812, .owner_of = "/sys/fs/cgroup/a" };

	(void)unused;
	type("bin/cgroup --name box --pids-limit 5 -- sh", "sh");
	expect(MKDIR, EACCES, &work, &user, &facts, "CG-DELEGATE",
	       "belongs to uid 0, and you are uid 1000",
	       "give your shell (812) one:  d=/sys/fs/cgroup/a/yours; mkdir $d;\nchown 1000 $d "
	       "$d/cgroup.procs $d/cgroup.subtree_control $d/cgroup.threads; echo 812 > "
	       "$d/cgroup.procs");
	facts.systemd = true;
	expect(MKDIR, EACCES, &work, &user, &facts, "CG-DELEGATE", "uid 1000",
	       "systemd-run --user --scope -p Delegate=yes bin/cgroup --name box --pids-limit 5 -- "
	       "sh\nor become root:  sudo bin/cgroup --name box");
	expect(MKDIR, EACCES, &work, &root_inside, &facts, "CG-DELEGATE", "user namespace",
	       "put cgroup before ns-user:  bin/cgroup --name box --pids-limit 5 -- ns-user -- sh");
	expect(MKDIR, EACCES, &work, &root, &facts, "CG-DELEGATE", "security module",
	       "cat /proc/self/attr/current");
	expect(MKDIR, EACCES, &other, &user, &facts, "CG-DELEGATE", "uid 1000",
	       "sudo bin/cgroup --name box --pids-limit 5 -- sh");
	expect(MKDIR, EROFS, &work, &root, &facts, "CG-READONLY", "read-only",
	       "mount -o remount,rw /sys/fs/cgroup\n");
	expect(MKDIR, EEXIST, &work, &root, &facts, "CG-EXISTS", "/sys/fs/cgroup/a/box",
	       "bin/cgroup --name box2 --pids-limit 5 -- sh\nor enter it:  bin/cgroup --join "
	       "/sys/fs/cgroup/a/box -- sh\nor, when nobody uses it:  rmdir /sys/fs/cgroup/a/box");
	expect(MKDIR, EAGAIN, &work, &root, &facts, "CG-DEPTH", "allows no more",
	       "grep . /sys/fs/cgroup/a/cgroup.max.*");
	strcpy(facts.full, "/sys/fs/cgroup/a/cgroup.max.depth");
	strcpy(facts.full_value, "0");
	expect(MKDIR, EAGAIN, &work, &root, &facts, "CG-DEPTH", "a/cgroup.max.depth is 0",
	       "echo max > /sys/fs/cgroup/a/cgroup.max.depth");
	expect("cgroup_open(cgroup->place)", ENOTDIR, &work, &root, &facts, "CG-NOMOUNT",
	       "is no cgroup", "findmnt -T /sys/fs/cgroup/a");
	expect("cgroup_open(cgroup->place)", ENOENT, &work, &root, &facts, "CG-NOMOUNT",
	       "there is no cgroup", "bin/cgroup --name box --pids-limit 5 -- sh");
}

static void without_proc(void **unused)
{
	struct cgroup_work work = { 0 };
	struct cgroup_facts facts = { 0 };
	struct state state = { .root_changed = true };

	(void)unused;
	type("bin/cgroup -- sh", "sh");
	expect("cgroup_find(&work->layout)", ENOENT, &work, &state, &facts, "CG-NOMOUNT",
	       "the root was changed", "cgroup before chroot");
	state.root_changed = false;
	expect("cgroup_find(&work->layout)", ENOENT, &work, &state, &facts, "CG-NOMOUNT",
	       "there is no /proc here", "mount -t proc proc /proc");
}

static void knobs(void **unused)
{
	struct cgroup_work work = { .in = &v1, .at = "memory.max" };
	struct cgroup_facts facts = { .cpus = "0-1", .mems = "0" };

	(void)unused;
	type("bin/cgroup --set memory.max=64M -- sh", "sh");
	expect(WRITE, ENOENT, &work, &root, &facts, "CG-HYBRID",
	       "is cgroup v1's here, and has no knob memory.max; that is its name in v2",
	       "v1 calls it memory.limit_in_bytes:  bin/cgroup --set memory.limit_in_bytes=64M -- sh");
	type("bin/cgroup --set memory.hihg=64M -- sh", "sh");
	work.in = &v2;
	work.at = "memory.hihg";
	strcpy(facts.close, "memory.high");
	expect(WRITE, ENOENT, &work, &root, &facts, "CG-VALUE", "has no knob memory.hihg",
	       "did you mean 'memory.high'?  ");
	*facts.close = '\0';
	expect(WRITE, ENOENT, &work, &root, &facts, "CG-VALUE", "has no knob",
	       "ls /sys/fs/cgroup/a");
	work.at = "memory.swap.max";
	expect(WRITE, ENOENT, &work, &root, &facts, "CG-SWAP", "does not count swap",
	       "leave --memory-swap away");
	work.at = "pids.max";
	strcpy(facts.held, "max");
	expect(WRITE, EINVAL, &work, &root, &facts, "CG-VALUE",
	       "does not take this value for pids.max, which holds 'max'",
	       "cat /sys/fs/cgroup/a/pids.max");
	expect(READ, 0, &work, &root, &facts, "CG-VALUE", "keeps another for pids.max",
	       "cat /sys/fs/cgroup/a/pids.max");
	expect(WRITE, EPERM, &work, &root, &facts, "CG-VALUE", "can't be written to",
	       "leave this knob");
	expect(WRITE, EOPNOTSUPP, &work, &root, &facts, "CG-VALUE", "does not support", "ls ");
	type("bin/cgroup --cpuset-cpus 8 -- sh", "sh");
	work.at = "cpuset.cpus";
	work.limits.cpuset = "8";
	expect(WRITE, EINVAL, &work, &root, &facts, "CG-CPUSET", "the CPUs 0-1",
	       "bin/cgroup --cpuset-cpus 0-1 -- sh");
	expect(READ, 0, &work, &root, &facts, "CG-CPUSET", "the CPUs 0-1",
	       "bin/cgroup --cpuset-cpus 0-1 -- sh");
}

static void entering(void **unused)
{
	struct cgroup_work work = { .in = &v2, .join = "box" };
	struct cgroup_facts facts = { .processes_of_user = 700 };

	(void)unused;
	type("bin/cgroup --join box -- sh", "sh");
	expect(JOIN, EBUSY, &work, &root, &facts, "CG-BUSY", "only in leaves",
	       "mkdir /sys/fs/cgroup/a/box/leaf;  bin/cgroup --join /sys/fs/cgroup/a/box/leaf -- sh");
	strcpy(facts.child, "/sys/fs/cgroup/a/box/x y");
	expect(JOIN, EBUSY, &work, &root, &facts, "CG-BUSY", "only in leaves",
	       "bin/cgroup --join '/sys/fs/cgroup/a/box/x y' -- sh");
	expect(JOIN, EOPNOTSUPP, &work, &root, &facts, "CG-THREADED", "'domain invalid'",
	       "cat /sys/fs/cgroup/a/box/cgroup.type");
	strcpy(facts.threader, "/sys/fs/cgroup/a");
	strcpy(facts.threader_type, "domain threaded");
	strcpy(facts.threaded, "/sys/fs/cgroup/a/t");
	expect(JOIN, EOPNOTSUPP, &work, &root, &facts, "CG-THREADED", "makes /sys/fs/cgroup/a a",
	       "rmdir /sys/fs/cgroup/a/t");
	strcpy(facts.threader_enabled, "cpu pids");
	expect(BORN, EOPNOTSUPP, &work, &root, &facts, "CG-THREADED",
	       "/sys/fs/cgroup/a hands on 'cpu pids' and holds processes itself",
	       "echo '-cpu -pids' > /sys/fs/cgroup/a/cgroup.subtree_control");
	expect(BORN, EAGAIN, &work, &root, &facts, "CG-PIDS", "(700,\nulimit -u)", "ulimit -u;");
	facts.processes_of_user = -1;
	expect(BORN, EAGAIN, &work, &root, &facts, "CG-PIDS", "the machine's limit", "pid_max");
	strcpy(facts.full, "/sys/fs/cgroup/pids.max");
	strcpy(facts.full_value, "100");
	expect(BORN, EAGAIN, &work, &root, &facts, "CG-PIDS", "/sys/fs/cgroup/pids.max is 100",
	       "echo max > /sys/fs/cgroup/pids.max");
	expect(JOIN, ENODEV, &work, &root, &facts, "CG-GONE", "somebody has removed",
	       "bin/cgroup --join box -- sh");
	expect(JOIN, EACCES, &work, &user, &facts, "CG-DELEGATE", "uid 1000", "chown 1000");
	work.in = &v1;
	strcpy(facts.cpus, "0-3");
	strcpy(facts.mems, "0");
	expect(JOIN, ENOSPC, &work, &root, &facts, "CG-CPUSET", "has no CPU",
	       "echo 0 > /sys/fs/cgroup/memory/a/box/cpuset.mems; echo 0-3 > "
	       "/sys/fs/cgroup/memory/a/box/cpuset.cpus");
}

static void handing_on(void **unused)
{
	struct cgroup_work work = { .in = &v2,
				    .at = "/sys/fs/cgroup/a\\x2d",
				    .controller = "pids" };
	struct cgroup_facts facts = { .members = "2 processes (812 bash, 900 sleep)" };

	(void)unused;
	type("bin/cgroup --pids-limit 5 -- sh", "sh");
	expect(ENABLE, EBUSY, &work, &root, &facts, "CG-BUSY",
	       "holds 2 processes (812 bash, 900 sleep)",
	       "d='/sys/fs/cgroup/a\\x2d'; mkdir -p $d/leaf; for p in $(cat $d/cgroup.procs); do "
	       "echo $p > $d/leaf/cgroup.procs; done\nbin/cgroup --pids-limit 5 -- sh");
	expect(ENABLE, EACCES, &work, &user, &facts, "CG-PARENT",
	       "belongs to uid 0; you are uid 1000",
	       "echo +pids | sudo tee '/sys/fs/cgroup/a\\x2d'/cgroup.subtree_control");
	expect(ENABLE, EACCES, &work, &root_inside, &facts, "CG-PARENT", "uid 0",
	       "bin/cgroup --pids-limit 5 -- ns-user -- sh");
	expect(ENABLE, EOPNOTSUPP, &work, &root, &facts, "CG-THREADED", "'threaded'",
	       "cgroup.type");
}

static void left(struct cgroup_left cgroup, int error, const char *why, const char *fix)
{
	struct reason reason = { 0 };

	cgroup.path = "/c/box";
	assert_true(cgroup_left_reason(&cgroup, error, &reason));
	has(&reason, "CG-RMDIR", why, fix);
}

static void what_is_left(void **unused)
{
	struct cgroup_left cgroup = { .version = 2,
				      .members = "1 process (812 cat)",
				      .below = "a, b" };

	(void)unused;
	left(cgroup, EBUSY,
	     "in it is 1 process (812 cat): killed, and not gone after 3 s; below it are a, b",
	     "echo 1 > /c/box/cgroup.kill; sleep 1; find /c/box -depth -type d -exec rmdir {} +");
	cgroup.version = 1;
	left(cgroup, EBUSY, "1 process (812 cat)", "kill -KILL $(cat /c/box/cgroup.procs)");
	strcpy(cgroup.frozen, "/f/x/freezer.state");
	left(cgroup, EBUSY, "frozen by v1's freezer: /f/x/freezer.state",
	     "echo THAWED > /f/x/freezer.state; sleep 1; find /c/box -depth");
	*cgroup.members = *cgroup.frozen = '\0';
	left(cgroup, EBUSY, "other cgroups are below it: a, b", "find /c/box -depth");
	left(cgroup, EACCES, "does not let us", "sudo rmdir /c/box");
}

/* --why, and the same where a limit is to be set. */

static void here(const struct cgroup_climb *climb, const char *why)
{
	struct reason reason = { 0 };

	assert_true(cgroup_lack(climb, &reason));
	assert_non_null(strstr(reason.why, why));
	assert_true(!*reason.fix);
}

static void lacks(const struct cgroup_climb *climb, const char *id, const char *why,
		  const char *fix)
{
	struct reason reason = { 0 };

	assert_false(cgroup_lack(climb, &reason));
	has(&reason, id, why, fix);
}

static void a_controller_of_v2(void **unused)
{
	static struct cgroup_climb climb;

	(void)unused;
	type("bin/cgroup --why memory", "");
	climb = (struct cgroup_climb){
		.controller = "memory",
		.uid = 1000,
		.levels = { { .directory = "/c/a/b", .type = "domain" },
			    { .directory = "/c/a", .type = "domain" },
			    { .directory = "/c",
			      .root = true,
			      .has = true,
			      .enabled = "cpu pids",
			      .members = "80 processes (1 init)" } },
		.count = 3,
		.v2_list = "cpu memory pids",
	};
	lacks(&climb, "CG-PARENT", "lists cpu pids;\nthat file is not yours",
	      "echo +memory | sudo tee /c/cgroup.subtree_control\n"
	      "echo +memory | sudo tee /c/a/cgroup.subtree_control");
	climb.uid = 0;
	lacks(&climb, "CG-PARENT", "/c has it and does not hand it on",
	      "echo +memory > /c/cgroup.subtree_control\necho +memory > /c/a/cgroup.subtree_control");
	/* The root may hold processes, others not. */
	climb.levels[1].has = climb.levels[2].hands_on = true;
	strcpy(climb.levels[1].members, "1 process (5 sh)");
	lacks(&climb, "CG-PARENT", "while it holds 1 process (5 sh)",
	      "d=/c/a; mkdir -p $d/leaf; for p in $(cat $d/cgroup.procs); do echo $p > "
	      "$d/leaf/cgroup.procs; done\necho +memory > /c/a/cgroup.subtree_control");
	strcpy(climb.levels[1].type, "domain threaded");
	lacks(&climb, "CG-THREADED", "is 'domain threaded'", "grep -rx threaded /c/a");
	climb.levels[0].has = true;
	here(&climb, "v2, mounted at /c; ours is /c/a/b");
	/* A container: its topmost cgroup is not the root. */
	climb.levels[0].has = climb.levels[1].has = climb.levels[2].has = climb.levels[2].root =
		false;
	lacks(&climb, "CG-PARENT", "/c, the topmost cgroup that can be seen here",
	      "Delegate=memory");
}

static void a_controller_of_v1_or_none(void **unused)
{
	static struct cgroup_climb climb;

	(void)unused;
	climb = (struct cgroup_climb){ .controller = "memory",
				       .mount = "/c/memory",
				       .own = "/c/memory/a" };
	here(&climb, "v1, mounted at /c/memory; ours is /c/memory/a");
	*climb.own = '\0';
	climb.listed = true;
	climb.number = 4;
	lacks(&climb, "CG-NOMOUNT", "hierarchy 4",
	      "mount -t cgroup -o memory none /sys/fs/cgroup/memory");
	climb.number = 0;
	lacks(&climb, "CG-NOMOUNT", "in use", "mount -t cgroup -o memory none");
	climb.nothing_mounted = true;
	lacks(&climb, "CG-NOMOUNT", "no hierarchy", "mount -t cgroup2 none /sys/fs/cgroup");
	climb.namespace_outside = true;
	lacks(&climb, "CG-NOMOUNT", "cgroup namespace", "mount -t cgroup2");
	climb.limits = true;
	type("bin/cgroup --memory 64M -- sh", "sh");
	lacks(&climb, "CG-NOMOUNT", "cgroup namespace", "bin/cgroup --cgroupns --memory 64M -- sh");
	climb.disabled = true;
	lacks(&climb, "CG-DISABLED", "cgroup_disable=memory", "cat /proc/cmdline");
	strcpy(climb.boot_file, "/etc/default/grub");
	lacks(&climb, "CG-DISABLED", "switched off",
	      "sudo sed -i 's/cgroup_disable=memory//' /etc/default/grub\nsudo update-grub");
	strcpy(climb.boot_file, "/boot/firmware/cmdline.txt");
	lacks(&climb, "CG-DISABLED", "switched off",
	      "sudo sed -i 's/$/ cgroup_enable=memory/' /boot/firmware/cmdline.txt\nsudo reboot");

	climb = (struct cgroup_climb){ .controller = "misc",
				       .v1_list = "cpu blkio",
				       .v2_list = "" };
	lacks(&climb, "CG-UNKNOWN", "built without CONFIG_CGROUP_MISC. Here are: cpu blkio",
	      "grep CONFIG_CGROUP_MISC /boot/config-$(uname -r)");
	climb.controller = "io";
	lacks(&climb, "CG-HYBRID", "calls it blkio", "bin/cgroup --why blkio");
	climb = (struct cgroup_climb){ .controller = "blkio",
				       .levels = { { .directory = "/c", .root = true } },
				       .count = 1,
				       .v2_list = "cpu io",
				       .listed = true };
	lacks(&climb, "CG-UNKNOWN", "only v1 has", "bin/cgroup --why io");
	type("bin/cgroup --set memroy.high=1 -- sh", "sh");
	climb.controller = "memroy";
	climb.listed = false;
	lacks(&climb, "CG-UNKNOWN", "no kernel has a controller 'memroy'",
	      "did you mean 'memory'?  bin/cgroup --set memory.high=1 -- sh");
	climb.controller = "xyzzy";
	lacks(&climb, "CG-UNKNOWN", "can be had here are: cpu io", "bin/cgroup --why memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_place),
		cmocka_unit_test(without_proc),
		cmocka_unit_test(knobs),
		cmocka_unit_test(entering),
		cmocka_unit_test(handing_on),
		cmocka_unit_test(what_is_left),
		cmocka_unit_test(a_controller_of_v2),
		cmocka_unit_test(a_controller_of_v1_or_none),
	};

	return cmocka_run_group_tests_name("refusal of cgroup", tests, NULL, NULL);
}
