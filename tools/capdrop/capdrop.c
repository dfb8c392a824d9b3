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
#include <linux/securebits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "chain.h"
#include "exec.h"
#include "message.h"
#include "option.h"
#include "plan.h"
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
	"      --inheritable CAP,...  let these reach programs whose file takes them\n"
	"      --bounding CAP,...  let these stay in the bounding set, and only there\n"
	"      --user U[:G]       become this user and group, names or numbers\n"
	"      --groups G,...   --clear-groups   with these supplementary groups, or none\n"
	"      --umask MODE       make no files with these permissions, such as 027\n"
	"      --allow-new-privs  do not set no_new_privs\n"
	"      --print [PID]      show the five sets of a process, and run nothing\n"
	"      --minimize         find the fewest with which PROGRAM still exits 0\n"
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
	INHERITABLE,
	BOUNDING,
	USER,
	GROUPS,
	CLEAR_GROUPS,
	UMASK,
	ALLOW_NEW_PRIVS,
	PRINT,
	MINIMIZE
};

static const struct option table[] = {
	{ "keep", required_argument, NULL, KEEP },
	{ "drop", required_argument, NULL, DROP },
	{ "preset", required_argument, NULL, PRESET },
	{ "add", required_argument, NULL, ADD },
	{ "ambient", required_argument, NULL, AMBIENT },
	{ "inheritable", required_argument, NULL, INHERITABLE },
	{ "bounding", required_argument, NULL, BOUNDING },
	{ "user", required_argument, NULL, USER },
	{ "groups", required_argument, NULL, GROUPS },
	{ "clear-groups", no_argument, NULL, CLEAR_GROUPS },
	{ "umask", required_argument, NULL, UMASK },
	{ "allow-new-privs", no_argument, NULL, ALLOW_NEW_PRIVS },
	{ "print", no_argument, NULL, PRINT },
	{ "minimize", no_argument, NULL, MINIMIZE },
	COMMON_OPTIONS,
};

static bool changes_ids(const struct plan *plan)
{
	return plan->user || plan->groups || plan->clear_groups;
}

uid_t plan_user(const struct plan *plan)
{
	return plan->account.has_uid ? plan->account.uid : geteuid();
}

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
static void become(const struct account *account)
{
	/* In this order: each of the three needs what the next takes away. */
	STEP(setgroups(account->group_count, account->groups), "set %zu supplementary groups",
	     account->group_count);
	if (account->has_gid)
		STEP(setresgid(account->gid, account->gid, account->gid), "become group %u",
		     account->gid);
	if (account->has_uid) {
		STEP(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep the permitted set over setuid");
		STEP(setresuid(account->uid, account->uid, account->uid), "become user %u",
		     account->uid);
		STEP(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0), "and do not keep it over further ones");
	}
	if (!dry_run && !account_is_ours(account, true)) {
		errno = 0;
		step_fail("getresuid(&user[0], &user[1], &user[2])",
			  "become this user, with these groups");
	}
}

/* For --explain: who we are, and how many capabilities are in the sets. */
static void look(char *text, size_t size)
{
	struct sets sets;
	bool no_new_privs;
	int n;

	*text = '\0';
	if (!sets_read("self", &sets, &no_new_privs))
		return;
	n = snprintf(text, size, "uid %u, effective %d, bounding %d", geteuid(),
		     __builtin_popcountll(sets.effective), __builtin_popcountll(sets.bounding));
	if (sets.inheritable)
		n += snprintf(text + n, size - (size_t)n, ", inheritable %d",
			      __builtin_popcountll(sets.inheritable));
	if (sets.ambient)
		n += snprintf(text + n, size - (size_t)n, ", ambient %d",
			      __builtin_popcountll(sets.ambient));
	snprintf(text + n, size - (size_t)n, "%s", no_new_privs ? ", no_new_privs" : "");
}

/* Reads back what the kernel holds now. A step that did not take effect must
 * not go unnoticed. */
static void verify(const struct plan *plan, uint64_t permitted)
{
	struct sets *held = &plan->facts->held;

	if (dry_run)
		return;
	errno = 0;
	/* libcap asked the kernel how many there are. The next is none. */
	if (prctl(PR_CAPBSET_READ, cap_max_bits(), 0, 0, 0) >= 0)
		step_fail("prctl(PR_CAPBSET_READ, cap_max_bits(), 0, 0, 0)",
			  "drop all capabilities: this kernel has more than the %d we know",
			  cap_max_bits());
	sets_read_own(held, ~plan->bounding);
	errno = 0;
	if (held->permitted != permitted || held->effective != permitted ||
	    held->inheritable != plan->inheritable || held->ambient != plan->ambient ||
	    held->bounding & ~plan->bounding)
		step_fail("cap_get_proc()", "drop the capabilities");
	if (!plan->allow_new_privs && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		step_fail("prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)", "set no_new_privs");
}

/* What can't be had is refused before anything is dropped. */
static void refuse_missing(const struct plan *plan, const struct sets *before)
{
	struct reason reason = { 0 };
	uint64_t wanted = plan_user(plan) == 0 ? plan->named & plan->keep : 0;

	if (plan->ambient & ~before->permitted) {
		capdrop_missing("CAP-AMBIENT", geteuid(), before->permitted, &reason);
		why_refuse(&reason, "cannot make %s ambient",
			   sets_in_words(plan->ambient & ~before->permitted));
	}
	if (wanted & ~before->permitted) {
		capdrop_missing("CAP-REGAIN", geteuid(), before->permitted, &reason);
		why_refuse(&reason, "cannot keep %s", sets_in_words(wanted & ~before->permitted));
	}
}

/* Where no_new_privs is not set, user 0 gets its bounding set at exec, even if
 * that is its real id only. */
static void warn_of_root(uint64_t permitted)
{
	struct sets now;

	sets_read_own(&now, sets_preset("all"));
	if ((getuid() == 0 || geteuid() == 0) && now.bounding & ~permitted &&
	    !(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & SECBIT_NOROOT) &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
		note("user 0 gets its bounding set back when it executes a program, and here that "
		     "means: %s; without --allow-new-privs it does not [CAP-UID0]",
		     sets_in_short(now.bounding & ~permitted));
}

static void setup(const struct plan *plan)
{
	struct tie tie = tie_read();
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	struct sets before;
	uint64_t permitted;

	step_watch(look);
	sets_read_own(&before, explaining ? sets_preset("all") : 0);
	/* A new user namespace comes with all; in a dry run it is not there. */
	if (planned("ns-user"))
		before.permitted = before.bounding = sets_preset("all");
	if (!dry_run)
		refuse_missing(plan, &before);

	/* Bounding first: it takes CAP_SETPCAP, which may be among those that
	 * go. Where there is nothing left to drop, it takes nothing. */
	for (int cap = 0; cap < cap_max_bits(); cap++)
		if (!(plan->bounding >> cap & 1) &&
		    (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0 || planned("ns-user")))
			STEP(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0), "drop %s from the bounding set",
			     sets_in_words(UINT64_C(1) << cap));

	if (changes_ids(plan))
		become(&plan->account);

	/* What a process other than root's has is lost at exec, except for the
	 * ambient ones; so it is dropped here already. */
	permitted = before.permitted & plan->keep;
	if (plan_user(plan) != 0)
		permitted &= plan->ambient;

	plan->facts->before = before;
	plan->facts->wanted = (struct sets){ permitted, permitted, plan->inheritable, plan->ambient,
					     plan->bounding };

	STEP(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "empty the ambient set");
	fill_sets(data, permitted, plan->inheritable);
	STEP(capset(&header, data), "set permitted and effective to %s, inheritable to %s",
	     sets_in_fewest(permitted), sets_in_fewest(plan->inheritable));
	for (int cap = 0; cap < cap_max_bits(); cap++)
		if (plan->ambient >> cap & 1)
			STEP(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0),
			     "make %s ambient", sets_in_words(UINT64_C(1) << cap));

	if (!plan->allow_new_privs)
		STEP(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs");
	if (plan->umask)
		STEP((int)umask((mode_t)strtoul(plan->umask, NULL, 8)), "set the umask to %s",
		     plan->umask);
	tie_again(tie);
	verify(plan, permitted);
	if (plan->allow_new_privs && !dry_run)
		warn_of_root(permitted);
}

/* What the program will have, which is not what capdrop leaves. */
static void explain(const struct plan *plan, char *words[])
{
	struct capdrop_facts *facts = plan->facts;
	struct sets now = facts->wanted;
	bool no_new_privs = !plan->allow_new_privs;

	now.bounding &= facts->before.bounding;
	if (!dry_run && !sets_read("self", &now, &no_new_privs))
		return;
	exec_explain(&facts->before, &now, plan_user(plan), no_new_privs, words);
}

static _Noreturn void print(const char *process)
{
	sets_print(process);
	exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
}

/* Whose the ids of --user and --groups are, before anything is done. */
static void find_account(struct plan *plan)
{
	struct account *account = &plan->account;

	if (plan->groups && plan->clear_groups)
		die("--groups and --clear-groups exclude each other");
	if (plan->user)
		account_find("/", plan->user, account);
	/* Our own group is none of a user's that nobody knows. */
	if (account->has_uid && !account->has_gid)
		die("--user %s: /etc/passwd here has no such user, so say the group too: --user "
		    "%s:GROUP",
		    plan->user, plan->user);
	if (plan->groups)
		account_find_groups(plan->groups, account);
	if (plan->clear_groups)
		account->group_count = 0;
}

/* Permissions in octal, as umask(1) of the shell takes them. */
static const char *check_umask(const char *text)
{
	if (!*text || strspn(text, "01234567") != strlen(text) || strtoul(text, NULL, 8) > 0777)
		die("--umask takes permissions in octal, from 0 to 777, not '%s'", text);
	return text;
}

/* A list of capabilities, and those in it that were named one by one. */
static uint64_t parse_named(const char *list, struct plan *plan)
{
	uint64_t set = sets_parse(list);

	if (set != sets_preset("all"))
		plan->named |= set;
	return set;
}

int main(int argc, char *argv[])
{
	struct capdrop_facts facts = { 0 };
	struct plan plan = { .facts = &facts };
	uint64_t add = 0, drop = 0, base = 0;
	bool kept = false, dropped = false, preset = false, print_wanted = false;
	int c;

	tool_start("capdrop", usage, argv);
	failing.decide = capdrop_decide;
	failing.argument = &facts;
	while ((c = next_option(argc, argv, "", table)) != -1)
		switch (c) {
		case KEEP:
			kept = true;
			add |= parse_named(optarg, &plan);
			break;
		case ADD: add |= parse_named(optarg, &plan); break;
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
		case INHERITABLE: plan.inheritable |= sets_parse(optarg); break;
		case BOUNDING: plan.bounding |= sets_parse(optarg); break;
		case USER: plan.user = optarg; break;
		case GROUPS: plan.groups = optarg; break;
		case CLEAR_GROUPS: plan.clear_groups = true; break;
		case UMASK: plan.umask = check_umask(optarg); break;
		case ALLOW_NEW_PRIVS: plan.allow_new_privs = true; break;
		case PRINT: print_wanted = true; break;
		case MINIMIZE: plan.minimize = true; break;
		}
	if (print_wanted)
		print(argv[optind] ? argv[optind] : "self");
	find_account(&plan);
	/* With --drop alone, all others stay; and one begins to search with all. */
	if ((dropped || (plan.minimize && !plan.ambient)) && !kept && !preset)
		base = sets_preset("all");
	plan.keep = ((base | add) & ~drop) | plan.ambient;
	if (plan.inheritable & ~plan.keep)
		die("--inheritable %s: keep it as well, with --keep or --preset",
		    sets_in_words(plan.inheritable & ~plan.keep));
	plan.inheritable |= plan.ambient;
	plan.bounding |= plan.keep;
	tool_ready(plan.minimize ? "--minimize" : NULL);
	if (plan.minimize)
		plan_find_fewest(&plan, setup, argv + optind);
	setup(&plan);
	if (explaining && !explaining_chain)
		explain(&plan, argv + optind);
	exec_next(argv + optind);
}
