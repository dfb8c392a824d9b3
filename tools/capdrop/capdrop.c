/* capdrop: which of root's powers are left, and who the process is.
 *
 * Root's power is cut into about 40 capabilities, and a process has five sets
 * of them: permitted (may use), effective (uses now), inheritable and ambient
 * (what an exec may hand on), and bounding (what can never be had again).
 * Emptying permitted and effective is not enough: at exec, user 0 gets its
 * bounding set back. So all five are cut, and no_new_privs is set, which
 * makes set-user-ID programs and file capabilities count for nothing.
 *
 * Needs CAP_SETPCAP, which root has, and anyone in a user namespace just made:
 * ns-user first. Not before ns-user, though: a new user namespace comes with
 * all capabilities again.
 * Read on: capabilities(7), credentials(7), prctl(2), capset(2). */
#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "account.h"
#include "chain.h"
#include "file.h"
#include "message.h"
#include "option.h"
#include "planned.h"
#include "refusal.h"
#include "sets.h"
#include "step.h"
#include "tie.h"

static const char usage[] =
	"Usage: capdrop [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM with fewer capabilities: with none, unless an option says which\n"
	"stay, in all five sets, and with no way to get them back (no_new_privs).\n"
	"\n"
	"      --keep CAP,...     keep these\n"
	"      --drop CAP,...|all  drop these (alone: from all there are)\n"
	"      --preset docker|none|all   begin with this set; then --add and --drop\n"
	"      --add CAP,...      add these to the preset\n"
	"      --ambient CAP,...  let these survive an exec by a user other than root\n"
	"      --user U[:G]       become this user and group, names or numbers\n"
	"      --groups G,...     with these supplementary groups\n"
	"      --clear-groups     with no supplementary groups\n"
	"      --allow-new-privs  do not set no_new_privs\n"
	"      --print [PID]      show the five sets of a process, and run nothing\n"
	"  -x, --explain          say each kernel call and what it changed\n"
	"  -n, --dry-run          say the calls of the whole chain, and make none\n"
	"      --check            say whether this works here, and why not\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Example, as any user:  ns-user capdrop --keep chown -- capdrop --print\n";

enum {
	KEEP = OPTION_OWN,
	DROP,
	PRESET,
	ADD,
	AMBIENT,
	USER,
	GROUPS,
	CLEAR_GROUPS,
	ALLOW_NEW_PRIVS,
	PRINT
};

static const struct option table[] = {
	{ "keep", required_argument, NULL, KEEP },
	{ "drop", required_argument, NULL, DROP },
	{ "preset", required_argument, NULL, PRESET },
	{ "add", required_argument, NULL, ADD },
	{ "ambient", required_argument, NULL, AMBIENT },
	{ "user", required_argument, NULL, USER },
	{ "groups", required_argument, NULL, GROUPS },
	{ "clear-groups", no_argument, NULL, CLEAR_GROUPS },
	{ "allow-new-privs", no_argument, NULL, ALLOW_NEW_PRIVS },
	{ "print", no_argument, NULL, PRINT },
	COMMON_OPTIONS,
};

struct plan {
	uint64_t keep, ambient;
	const char *user, *groups;
	bool clear_groups, allow_new_privs;
};

/* The sets as capset(2) takes them: in two halves of 32. */
static void fill_sets(struct __user_cap_data_struct data[2], uint64_t permitted,
		      uint64_t inheritable)
{
	for (int half = 0; half < 2; half++) {
		data[half].permitted = (uint32_t)(permitted >> 32 * half);
		data[half].effective = (uint32_t)(permitted >> 32 * half);
		data[half].inheritable = (uint32_t)(inheritable >> 32 * half);
	}
}

/* Becomes another user, keeping the permitted set over it. Otherwise the
 * kernel empties it when the last id leaves 0. */
static void become(const struct plan *plan)
{
	struct account account = { .uid = getuid() };

	if (plan->user)
		account_find("/", plan->user, &account);
	/* Our own group is none of a user's that nobody knows. */
	if (account.has_uid && !account.has_gid)
		die("--user %s: /etc/passwd here has no such user, so say the group too: --user "
		    "%s:GROUP",
		    plan->user, plan->user);
	if (plan->groups)
		account_find_groups(plan->groups, &account);
	if (plan->clear_groups)
		account.group_count = 0;

	/* In this order: each of the three needs what the next takes away. */
	if (plan->groups || plan->clear_groups || plan->user)
		STEP(setgroups(account.group_count, account.groups), "set %zu supplementary groups",
		     account.group_count);
	if (account.has_gid)
		STEP(setresgid(account.gid, account.gid, account.gid), "become group %u",
		     account.gid);
	if (account.has_uid) {
		STEP(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep the permitted set over setuid");
		STEP(setresuid(account.uid, account.uid, account.uid), "become user %u",
		     account.uid);
		STEP(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0), "and do not keep it over further ones");
	}
	if (!dry_run &&
	    !account_is_ours(&account, plan->groups || plan->clear_groups || plan->user)) {
		errno = 0;
		step_fail("getresuid(&user[0], &user[1], &user[2])",
			  "become this user, with these groups");
	}
}

/* For --explain: who we are, and how many capabilities are in the sets.
 * proc_pid_status(5). */
static void look(char *text, size_t size)
{
	static const char *const sets[][2] = {
		{ "CapEff", "effective" },
		{ "CapInh", "inheritable" },
		{ "CapBnd", "bounding" },
		{ "CapAmb", "ambient" },
	};
	char status[4096];
	int n;

	*text = '\0';
	if (read_file("/proc/self/status", status, sizeof(status)) < 0)
		return;
	n = snprintf(text, size, "uid %u", geteuid());
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		const char *set = find_field(status, sets[i][0]);

		n += snprintf(text + n, size - (size_t)n, ", %d %s",
			      set ? __builtin_popcountll(strtoull(set, NULL, 16)) : 0, sets[i][1]);
	}
	snprintf(text + n, size - (size_t)n, "%s",
		 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? ", no_new_privs" : "");
}

/* Reads back what the kernel holds now. A step that did not take effect must
 * not go unnoticed. */
static void verify(const struct plan *plan, uint64_t permitted)
{
	struct sets now;

	if (dry_run)
		return;
	errno = 0;
	/* libcap asked the kernel how many there are. The next is none. */
	if (prctl(PR_CAPBSET_READ, cap_max_bits(), 0, 0, 0) >= 0)
		step_fail("prctl(PR_CAPBSET_READ, cap_max_bits(), 0, 0, 0)",
			  "drop all capabilities: this kernel has more than the %d we know",
			  cap_max_bits());
	sets_read_own(&now, ~plan->keep);
	errno = 0;
	if (now.permitted != permitted || now.effective != permitted ||
	    now.inheritable != plan->ambient || now.ambient != plan->ambient ||
	    now.bounding & ~plan->keep)
		step_fail("cap_get_proc()",
			  "drop the capabilities: wanted %s, and permitted is %s; bounding has %s "
			  "too many [CAP-NOTAPPLIED]",
			  sets_in_words(permitted), sets_in_words(now.permitted),
			  sets_in_words(now.bounding & ~plan->keep));
	if (!plan->allow_new_privs && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		step_fail("prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)", "set no_new_privs");
}

static void setup(const struct plan *plan)
{
	struct tie tie = tie_read();
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	struct sets before;
	uint64_t permitted;

	step_watch(look);
	/* Bounding first: it takes CAP_SETPCAP, which may be among those that
	 * go. Where there is nothing left to drop, it takes nothing. (A new user
	 * namespace comes with all; in a dry run it is not there.) */
	for (int cap = 0; cap < cap_max_bits(); cap++)
		if (!(plan->keep >> cap & 1) &&
		    (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0 || planned("ns-user")))
			STEP(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0), "drop %s from the bounding set",
			     sets_in_words(UINT64_C(1) << cap));

	if (plan->user || plan->groups || plan->clear_groups)
		become(plan);

	/* What a process other than root's has is lost at exec, except for the
	 * ambient ones; so it is dropped here already. */
	sets_read_own(&before, 0);
	permitted = before.permitted & plan->keep;
	if (geteuid() != 0)
		permitted &= plan->ambient;
	if (plan->ambient & ~permitted && !dry_run)
		die("cannot make %s ambient: not in our permitted set [CAP-AMBIENT]",
		    sets_in_words(plan->ambient & ~permitted));

	STEP(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "empty the ambient set");
	fill_sets(data, permitted, plan->ambient);
	STEP(capset(&header, data), "set permitted and effective to %s, inheritable to %s",
	     sets_in_words(permitted), sets_in_words(plan->ambient));
	for (int cap = 0; cap < cap_max_bits(); cap++)
		if (plan->ambient >> cap & 1)
			STEP(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0),
			     "make %s ambient", sets_in_words(UINT64_C(1) << cap));

	if (!plan->allow_new_privs)
		STEP(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs");
	tie_again(tie);
	verify(plan, permitted);
}

static _Noreturn void print(const char *process)
{
	sets_print(process);
	exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	uint64_t add = 0, drop = 0, base = 0;
	bool kept = false, dropped = false, preset = false, print_wanted = false;
	int c;

	tool_start("capdrop", usage, argv);
	failing.decide = capdrop_decide;
	while ((c = next_option(argc, argv, "", table)) != -1)
		switch (c) {
		case KEEP:
			kept = true;
			add |= sets_parse(optarg);
			break;
		case ADD: add |= sets_parse(optarg); break;
		case DROP:
			/* "all" is where the others begin. */
			if (strcasecmp(optarg, "all") == 0)
				kept = true;
			else
				drop |= sets_parse(optarg);
			dropped = true;
			break;
		case PRESET:
			preset = true;
			base = sets_preset(optarg);
			break;
		case AMBIENT: plan.ambient |= sets_parse(optarg); break;
		case USER: plan.user = optarg; break;
		case GROUPS: plan.groups = optarg; break;
		case CLEAR_GROUPS: plan.clear_groups = true; break;
		case ALLOW_NEW_PRIVS: plan.allow_new_privs = true; break;
		case PRINT: print_wanted = true; break;
		}
	if (print_wanted)
		print(argv[optind] ? argv[optind] : "self");
	if (plan.groups && plan.clear_groups)
		die("--groups and --clear-groups exclude each other");
	/* With --drop alone, all others stay. */
	if (dropped && !kept && !preset)
		base = sets_preset("all");
	plan.keep = ((base | add) & ~drop) | plan.ambient;
	tool_ready(NULL);
	setup(&plan);
	exec_next(argv + optind);
}
