/* Why a step of capdrop failed: from the state of the machine to the reason. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>

#include "../../tools/capdrop/refusal.h"
#include "account.h"
#include "reason.h"
#include "unit.h"

#define ALL 0x1ffffffffffULL
#define DROP "prctl(PR_CAPBSET_DROP, cap, 0, 0, 0)"
#define RAISE "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0)"
#define CAPSET "capset(&header, data)"

static const struct state root = { .effective = ALL, .bounding = ALL, .apparmor_userns = -1 };
static const struct state user = { .uid = 1000, .bounding = ALL, .apparmor_userns = -1 };

static void expect(const char *call, int error, struct state machine, struct capdrop_facts facts,
		   const char *id, const char *why, const char *fix)
{
	struct reason reason = { 0 };
	bool known = capdrop_reason(call, error, &machine, &facts, &reason);

	reason_expect(call, known, &reason, id, why, fix);
}

static void the_bounding_set(void **unused)
{
	struct capdrop_facts facts = { 0 };
	struct state state = root;

	(void)unused;
	expect(DROP, EPERM, user, facts, "CAP-SETPCAP", "uid 1000 without it", "ns-user first");
	state.effective &= ~(1ULL << CAP_SETPCAP);
	expect(DROP, EPERM, state, facts, "CAP-SETPCAP", "uid 0 without it", "in one capdrop");
	/* We have it, and yet. */
	expect(DROP, EPERM, root, facts, "CAP-SETPCAP", "there is none now", "attr/current");
	strcpy(facts.confined_by, "unprivileged_userns (enforce)");
	expect(DROP, EPERM, root, facts, "CAP-SETPCAP", "as 'unprivileged_userns (enforce)'",
	       "attr/current");
	state = root;
	state.apparmor_userns = 1;
	state.in_user_namespace = true;
	expect(DROP, EPERM, state, facts, "CAP-SETPCAP", "AppArmor lets them count for nothing",
	       "apparmor_restrict_unprivileged_userns=0");
}

static void the_other_sets(void **unused)
{
	struct capdrop_facts facts = { .wanted.permitted = 3, .held.permitted = 1 };

	(void)unused;
	expect(CAPSET, EPERM, user, facts, "CAP-REGAIN", "can only shrink", "ns-user");
	expect(CAPSET, EPERM, root, facts, "CAP-REGAIN", "uid 0 here is: chown", "--print");
	facts.held.permitted = 3;
	expect(CAPSET, EPERM, root, facts, "CAP-REGAIN", "security module", "attr/current");
	facts.securebits = SECBIT_NO_CAP_AMBIENT_RAISE;
	expect(RAISE, EPERM, root, facts, "CAP-AMBIENT", "NO_CAP_AMBIENT_RAISE", "setpriv --dump");
	facts.securebits = 0;
	expect(RAISE, EPERM, root, facts, "CAP-AMBIENT", "security module", "attr/current");
}

static void what_was_read_back(void **unused)
{
	struct capdrop_facts facts = {
		.wanted = { 1, 1, 0, 0, 1 },
		.held = { 3, 1, 0, 0, 1 << 5 },
	};

	(void)unused;
	expect("cap_get_proc()", 0, root, facts, "CAP-NOTAPPLIED",
	       "permitted    wanted 0000000000000001 (chown), is 0000000000000003 "
	       "(chown,dac_override)\nbounding     wanted 0000000000000001 (chown), is "
	       "0000000000000021 (chown,kill)",
	       "attr/current");
	facts.held = facts.wanted;
	facts.held.bounding = 0;
	expect("prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)", 0, root, facts, "CAP-NOTAPPLIED",
	       "no_new_privs is not set", "attr/current");
	expect("prctl(PR_CAPBSET_READ, cap_max_bits(), 0, 0, 0)", 0, root, facts, "CAP-KERNEL",
	       "knows nothing of", "libcap");
}

static void expect_account(const char *call, int error, struct state machine,
			   struct account_facts facts, const char *id, const char *why,
			   const char *fix)
{
	struct reason reason = { 0 };
	bool known = account_reason(call, error, &machine, &facts, &reason);

	reason_expect(call, known, &reason, id, why, fix);
}

static void another_user(void **unused)
{
	struct account_facts facts = {
		.has_uid = true,
		.has_gid = true,
		.uid = 5,
		.gid = 6,
		.uid_map = "         0       1000          1\n",
		.gid_map = "         0        100          1\n        10     100000         20\n",
	};
	struct state denied = root, mapped = root;

	(void)unused;
	denied.setgroups_denied = denied.in_user_namespace = mapped.in_user_namespace = true;
	expect_account("setgroups(account.group_count, account.groups)", EPERM, denied, facts,
		       "SETGROUPS-DENIED", "'deny'", "--uid-map 5:1000:1 --gid-map 6:100:1");
	expect_account("setresuid(account.uid, account.uid, account.uid)", EINVAL, mapped, facts,
		       "ID-UNMAPPED",
		       "user id 5 has no mapping in this user namespace, where 0 "
		       "stands for 1000 outside",
		       "--uid-map 5:1000:1");
	expect_account("setresgid(account.gid, account.gid, account.gid)", EINVAL, mapped, facts,
		       "ID-UNMAPPED",
		       "0 stands for 100 outside; 10 to 29 stand for 100000 to 100019",
		       "--gid-map 6:100:1");
	expect_account("setgroups(account.group_count, account.groups)", EINVAL, mapped, facts,
		       "ID-UNMAPPED", "one of these ids", "ns-user");
	/* Who we are has no number either. */
	facts.our_uid = 65534;
	expect_account("setresuid(account.uid, account.uid, account.uid)", EINVAL, mapped, facts,
		       "ID-UNMAPPED", "user id 5", "begin with the ids");
	expect_account("setresuid(account.uid, account.uid, account.uid)", EPERM, user, facts,
		       "ID-PRIV", "CAP_SETUID, and you are uid 1000", "ns-user first");
	expect_account("setresuid(account.uid, account.uid, account.uid)", EPERM, root, facts, NULL,
		       NULL, NULL);
	expect_account("chroot(plan->root)", EPERM, denied, facts, NULL, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bounding_set),
		cmocka_unit_test(the_other_sets),
		cmocka_unit_test(what_was_read_back),
		cmocka_unit_test(another_user),
	};

	return cmocka_run_group_tests_name("refusal of capdrop", tests, NULL, NULL);
}
