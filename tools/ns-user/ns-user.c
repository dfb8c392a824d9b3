/* ns-user: user and group ids of one's own, and the powers that go with them.
 *
 * In a new user namespace the process has all capabilities, whoever it was,
 * and they count for what belongs to this namespace only: the namespaces that
 * are made after it. That is how an ordinary user builds a container, and why
 * this link comes before the others. The maps say which id inside stands for
 * which outside; they are written once. An id without a mapping is shown as
 * 65534 ("nobody").
 *
 * Needs no privilege. Without any, one may map only one's own id, and only
 * after giving up setgroups(2): else a group that keeps somebody out of a
 * file could be dropped (CVE-2014-8989).
 * Read on: user_namespaces(7), capabilities(7), unshare(2). */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "file.h"
#include "maps.h"
#include "message.h"
#include "namespace.h"
#include "option.h"
#include "order.h"
#include "refusal.h"
#include "step.h"
#include "tie.h"
#include "why.h"

static const char usage[] =
	"Usage: ns-user [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new user namespace: with all capabilities over what is made in\n"
	"it, and none over what is outside. Root keeps its ids, and anyone else is root\n"
	"inside (--map-root), unless an option says otherwise.\n"
	"\n"
	"  -r, --map-root         we become 0 inside\n"
	"  -c, --map-current      our ids stay as they are\n"
	"      --uid-map INNER:OUTER:COUNT   map a range of user ids (may be repeated)\n"
	"      --gid-map INNER:OUTER:COUNT   map a range of group ids (may be repeated)\n"
	"      --setgroups allow|deny        whether setgroups(2) works inside\n"
	"      --keep-caps        keep the capabilities over the next exec when we are\n"
	"                         not root inside (as ambient ones)\n"
	"  -j, --join PID|FILE    enter that process's user namespace, make none\n"
	"  -x, --explain          say each kernel call and what it changed\n"
	"  -n, --dry-run          say the calls of the whole chain, and make none\n"
	"      --check            say whether this works here, and why not\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Example, as any user:  ns-user -- id -u\n";

enum { UID_MAP = OPTION_OWN, GID_MAP, SETGROUPS, KEEP_CAPS };

static const struct option table[] = {
	{ "map-root", no_argument, NULL, MAP_ROOT },
	{ "map-current", no_argument, NULL, MAP_CURRENT },
	{ "uid-map", required_argument, NULL, UID_MAP },
	{ "gid-map", required_argument, NULL, GID_MAP },
	{ "setgroups", required_argument, NULL, SETGROUPS },
	{ "keep-caps", no_argument, NULL, KEEP_CAPS },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct plan {
	char uid_map[MAP_SIZE], gid_map[MAP_SIZE]; /* as the kernel takes them */
	const char *setgroups, *join;
	bool keep_caps;
	bool helped;  /* the maps are written from outside, by a helper */
	bool setfcap; /* CAP_SETFCAP, outside */
};

/* Why the map is refused, where only we know: since 5.12 whoever maps the
 * outer user 0 needs CAP_SETFCAP outside. Otherwise it could make files with
 * capabilities that count there. */
static bool decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	const struct plan *plan = argument;

	if (error != EPERM || !strstr(call, "uid_map") || plan->setfcap ||
	    !map_takes_root(plan->uid_map))
		return ns_user_decide(call, error, state, reason, NULL);
	*reason = (struct reason){
		.id = "MAP-SETFCAP",
		.why = "user 0 may only be mapped with CAP_SETFCAP outside (since Linux 5.12), and "
		       "that capability was dropped before",
		.fix = "put ns-user before capdrop:  ns-user capdrop -- sh",
		.see = "user_namespaces(7)",
	};
	return true;
}

static void write_maps(const struct plan *plan, const char *process)
{
	char path[64];

	/* Before the group map, which the kernel otherwise refuses to an
	 * ordinary user. */
	if (plan->setgroups) {
		snprintf(path, sizeof(path), "/proc/%s/setgroups", process);
		STEP(write_file(path, plan->setgroups), "write '%s' to %s", plan->setgroups, path);
	}
	snprintf(path, sizeof(path), "/proc/%s/uid_map", process);
	STEP(write_file(path, plan->uid_map), "write the user id map (%.*s) to %s",
	     (int)strcspn(plan->uid_map, "\n"), plan->uid_map, path);
	snprintf(path, sizeof(path), "/proc/%s/gid_map", process);
	STEP(write_file(path, plan->gid_map), "write the group id map (%.*s) to %s",
	     (int)strcspn(plan->gid_map, "\n"), plan->gid_map, path);
}

/* Mapping more than one's own id takes CAP_SETUID outside, which we lose by
 * going in. So a helper stays, waits until we are inside (the end of the pipe
 * closes), and writes our maps. Returns its pid. */
static pid_t start_helper(const struct plan *plan, int pipe_ends[2])
{
	char process[32] = "", byte;
	ssize_t got;
	pid_t helper;

	STEP(pipe(pipe_ends), "make a pipe to the helper");
	/* Our number in the PID namespace that /proc is of. After ns-pid that
	 * is not what getpid(2) says, but still the one from outside. */
	if (readlink("/proc/self", process, sizeof(process) - 1) < 0)
		snprintf(process, sizeof(process), "%d", getpid());
	helper = STEP(fork(), "fork a helper that stays outside and writes the maps");
	if (helper != 0)
		return helper;
	close(pipe_ends[1]);
	got = read(pipe_ends[0], &byte, 1);
	if (got < 0)
		die_errno("cannot wait for the process that gets its maps");
	if (got == 0)
		_Exit(EXIT_TOOL_FAILED); /* it never got inside, and has said why */
	write_maps(plan, process);
	_Exit(0);
}

static void let_helper_write(const struct plan *plan, pid_t helper, int pipe_ends[2])
{
	int status = 0;

	STEP(write(pipe_ends[1], "", 1), "tell the helper to write the maps");
	if (dry_run) {
		write_maps(plan, "PID");
		return;
	}
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	/* Where SIGCHLD was inherited as ignored there is no status to wait
	 * for; the maps are read back in any case. */
	if (waitpid(helper, &status, 0) == helper && status != 0)
		_Exit(EXIT_TOOL_FAILED); /* the helper has said why */
}

/* Reads the one word in /proc/self/setgroups back, and compares it. */
static void verify_setgroups(const char *wanted)
{
	char text[16];

	STEP(read_file("/proc/self/setgroups", text, sizeof(text)), "read setgroups back");
	if (dry_run)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, wanted) != 0) {
		errno = 0;
		step_fail("read_file(\"/proc/self/setgroups\", text, sizeof(text))",
			  "write '%s' to setgroups", wanted);
	}
}

/* Makes every capability that we have survive an exec as a user other than
 * root: it has to be inheritable and ambient as well. Returns 0, or -1 with
 * errno set. capabilities(7), "Transformation of capabilities". */
static int raise_ambient(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) != 0)
		return -1;
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	if (syscall(SYS_capset, &header, data) != 0)
		return -1;
	for (unsigned cap = 0; cap < 64; cap++) {
		if (!(data[cap / 32].permitted & (1U << cap % 32)))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) != 0)
			return -1;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) != 1) {
			errno = 0; /* it did not take effect */
			return -1;
		}
	}
	return 0;
}

/* A new user namespace comes with all capabilities, the dropped ones too. Who
 * has typed capdrop before it may not know. */
static void warn_of_capdrop(void)
{
	int cap = 0, has = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 1 : -1;

	/* Unless the first link of this chain has said it. */
	while (has == 1 && !order_has_warned())
		has = prctl(PR_CAPBSET_READ, cap++, 0, 0, 0);
	if (has == 0)
		note("capabilities were dropped before this (capdrop), and the new user namespace "
		     "comes with all of them again: put capdrop behind ns-user");
}

/* For --explain: who we are here, and how our ids are mapped. */
static void look(char *text, size_t size)
{
	char map[64] = "";
	unsigned inner = 0, outer = 0, count = 0;

	if (read_file("/proc/self/uid_map", map, sizeof(map)) > 0 &&
	    sscanf(map, "%u %u %u", &inner, &outer, &count) == 3)
		snprintf(text, size, "uid %u, map %u %u %u", geteuid(), inner, outer, count);
	else
		snprintf(text, size, "uid %u, no map", geteuid());
}

static void setup(const struct plan *plan)
{
	struct tie tie = tie_read();
	int pipe_ends[2] = { -1, -1 };
	pid_t helper = 0;

	step_watch(look);
	if (plan->join) {
		int other = open_namespace("user", plan->join);

		STEP(setns(other, CLONE_NEWUSER), "enter the user namespace of %s", plan->join);
		/* Who comes from outside may have no number in there, and would
		 * lose the capabilities at the next exec; so we become its
		 * root, as with nsenter, where it has one. */
		STEP_UNLESS(EINVAL, setresgid(0, 0, 0), "become group 0 in there");
		STEP_UNLESS(EINVAL, setresuid(0, 0, 0), "become user 0 in there");
	} else {
		warn_of_capdrop();
		failing = (struct failing){ decide, NULL, (void *)plan };
		if (plan->helped)
			helper = start_helper(plan, pipe_ends);

		/* From here on we have all capabilities, in there, and none
		 * outside; and no ids yet, until the maps are written. */
		STEP(unshare(CLONE_NEWUSER), "create a user namespace");

		if (plan->helped)
			let_helper_write(plan, helper, pipe_ends);
		else
			write_maps(plan, "self");
		failing.decide = NULL;
		map_verify("/proc/self/uid_map", plan->uid_map);
		map_verify("/proc/self/gid_map", plan->gid_map);
		if (plan->setgroups)
			verify_setgroups(plan->setgroups);
	}
	tie_again(tie);

	if (plan->keep_caps)
		STEP(raise_ambient(), "make the capabilities ambient");
}

/* Whether we may map ids other than our own, and user 0. */
static bool may_map_others(bool *setfcap)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	unsigned both = 1U << CAP_SETUID | 1U << CAP_SETGID;

	if (syscall(SYS_capget, &header, data) != 0)
		die_errno("cannot read our capabilities");
	*setfcap = data[0].effective & 1U << CAP_SETFCAP;
	return (data[0].effective & both) == both;
}

/* Fills in what was not asked for. */
static void complete(struct plan *plan, int mode)
{
	plan->helped = may_map_others(&plan->setfcap);
	if (mode && (*plan->uid_map || *plan->gid_map))
		die("--map-root and --map-current do not go with --uid-map and --gid-map");
	if (!mode && !*plan->uid_map && !*plan->gid_map)
		mode = plan->helped && geteuid() == 0 ? MAP_ALL : MAP_ROOT;
	map_complete(plan->uid_map, mode, geteuid(), "/proc/self/uid_map");
	map_complete(plan->gid_map, mode, getegid(), "/proc/self/gid_map");
	if (!plan->setgroups && !plan->helped)
		plan->setgroups = "deny";
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	int c, mode = 0;

	tool_start("ns-user", usage, argv);
	while ((c = next_option(argc, argv, "rcj:", table)) != -1)
		switch (c) {
		case MAP_ROOT:
		case MAP_CURRENT:
			if (mode && mode != c)
				die("--map-root and --map-current exclude each other");
			mode = c;
			break;
		case UID_MAP: map_add(plan.uid_map, optarg); break;
		case GID_MAP: map_add(plan.gid_map, optarg); break;
		case SETGROUPS:
			if (strcmp(optarg, "allow") != 0 && strcmp(optarg, "deny") != 0)
				die("--setgroups is allow or deny, not '%s'", optarg);
			plan.setgroups = optarg;
			break;
		case KEEP_CAPS: plan.keep_caps = true; break;
		case 'j': plan.join = optarg; break;
		}
	if (plan.join && (mode || *plan.uid_map || *plan.gid_map || plan.setgroups))
		die("--join enters a namespace whose maps are written already");
	if (!plan.join)
		complete(&plan, mode);
	tool_ready(plan.join ? "--join" : NULL);
	setup(&plan);
	exec_next(argv + optind);
}
