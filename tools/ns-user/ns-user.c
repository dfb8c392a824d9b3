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
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "namespace.h"
#include "ns-user.h"
#include "option.h"
#include "order.h"
#include "step.h"
#include "subid.h"
#include "tie.h"
#include "why.h"

static const char usage[] =
	"Usage: ns-user [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new user namespace: with all capabilities over what is made in\n"
	"it, and none over what is outside. Root keeps its ids; others are root inside.\n"
	"\n"
	"  -r, --map-root         we become 0 inside\n"
	"  -c, --map-current      our ids stay as they are\n"
	"      --map-auto         we become 0; from 1 on follow the ids that /etc/subuid\n"
	"                         and /etc/subgid lend us\n"
	"      --uid-map INNER:OUTER:COUNT   map a range of user ids (may be repeated)\n"
	"      --gid-map INNER:OUTER:COUNT   map a range of group ids (may be repeated)\n"
	"      --setgroups allow|deny        whether setgroups(2) works inside\n"
	"      --keep-caps        keep the capabilities over an exec when not root inside\n"
	"      --no-more          no user namespace can be made below this one\n"
	"      --show-map [PID]   show the ids of a process in words, and run nothing\n"
	"  -j, --join PID|FILE    enter that process's user namespace, make none\n"
	"  -x, --explain          say each kernel call and what it changed\n"
	"  -n, --dry-run          say the calls of the whole chain, and make none\n"
	"      --check            say whether this works here, and why not\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Example, as any user:  ns-user -- id -u\n";

enum { UID_MAP = OPTION_OWN, GID_MAP, SETGROUPS, KEEP_CAPS, MAP_AUTO, NO_MORE, SHOW_MAP };

static const struct option table[] = {
	{ "map-root", no_argument, NULL, MAP_ROOT },
	{ "map-current", no_argument, NULL, MAP_CURRENT },
	{ "uid-map", required_argument, NULL, UID_MAP },
	{ "gid-map", required_argument, NULL, GID_MAP },
	{ "setgroups", required_argument, NULL, SETGROUPS },
	{ "keep-caps", no_argument, NULL, KEEP_CAPS },
	{ "map-auto", no_argument, NULL, MAP_AUTO },
	{ "no-more", no_argument, NULL, NO_MORE },
	{ "show-map", no_argument, NULL, SHOW_MAP },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

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

/* Whether a map has no number for our own id, and has a 0 that we can be. */
static bool is_left_out(const char *map, unsigned own)
{
	unsigned long other;

	return !map_translate(map, own, true, &other) && map_translate(map, 0, false, &other);
}

static void setup(struct plan *plan)
{
	struct tie tie = tie_read();
	bool uid_lost = is_left_out(plan->uid_map, geteuid());
	bool gid_lost = is_left_out(plan->gid_map, getegid());

	step_watch(look_at_ids);
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
		make_namespace(plan);
		/* Where the maps leave our own ids out: the same. */
		if (gid_lost)
			STEP(setresgid(0, 0, 0), "become group 0 in there");
		if (uid_lost)
			STEP(setresuid(0, 0, 0), "become user 0 in there");
		errno = 0;
		if (gid_lost && getegid() != 0 && !dry_run)
			step_fail("getegid()", "become group 0 in there");
		if (uid_lost && geteuid() != 0 && !dry_run)
			step_fail("geteuid()", "become user 0 in there");
		if (plan->no_more)
			allow_no_more(plan);
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
	plan->uid = geteuid();
	plan->gid = getegid();
	plan->privileged = may_map_others(&plan->setfcap);
	plan->helped = plan->privileged || plan->automatic;
	if (plan->automatic && (mode == MAP_CURRENT || *plan->uid_map || *plan->gid_map))
		die("--map-auto does not go with another map");
	if (plan->automatic)
		subid_maps(plan->uid_map, plan->gid_map);
	else if (mode && (*plan->uid_map || *plan->gid_map))
		die("--map-root and --map-current do not go with --uid-map and --gid-map");
	if (!mode && !*plan->uid_map && !*plan->gid_map)
		mode = plan->privileged && plan->uid == 0 ? MAP_ALL : MAP_ROOT;
	map_complete(plan->uid_map, mode, plan->uid, "/proc/self/uid_map");
	map_complete(plan->gid_map, mode, plan->gid, "/proc/self/gid_map");
	if (!plan->setgroups && !plan->helped)
		plan->setgroups = "deny";
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	bool show = false;
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
		case MAP_AUTO: plan.automatic = true; break;
		case NO_MORE: plan.no_more = true; break;
		case SHOW_MAP: show = true; break;
		}
	if (show && argv[optind] && argv[optind + 1])
		die("--show-map takes one process, and runs nothing: what is '%s' for?",
		    argv[optind + 1]);
	if (show)
		exit(show_map(argv[optind] ? argv[optind] : "self") ? 0 : EXIT_TOOL_FAILED);
	if (plan.join && (mode || plan.automatic || plan.no_more || *plan.uid_map ||
			  *plan.gid_map || plan.setgroups))
		die("--join enters a namespace whose maps are written already, and makes none");
	if (!plan.join)
		complete(&plan, mode);
	tool_ready(plan.join ? "--join" : NULL);
	setup(&plan);
	exec_next(argv + optind);
}
