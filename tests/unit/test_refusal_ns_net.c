/* Why a step of ns-net failed, and which rung of the ladder is broken. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "../../tools/ns-net/doctor.h"
#include "../../tools/ns-net/refusal.h"
#include "unit.h"

static struct cable cable;
static struct net_facts facts;
static struct state state;
static struct reason reason;

static int begin(void **unused)
{
	(void)unused;
	memset(&cable, 0, sizeof(cable));
	memset(&state, 0, sizeof(state));
	facts = (struct net_facts){ .cable = &cable };
	state.effective = state.bounding = 1ULL << CAP_NET_ADMIN;
	return 0;
}

static void expect(const char *call, int error, const char *id, const char *word)
{
	memset(&reason, 0, sizeof(reason));
	if (!ns_net_decide(call, error, &state, &facts, &reason) || strcmp(reason.id, id) != 0)
		fail_msg("%s: expected %s, got '%s'", call, id, reason.id);
	if (!strstr(reason.why, word))
		fail_msg("%s: no '%s' in: %s", call, word, reason.why);
	assert_true(*reason.see != '\0');
}

static void cables(void **unused)
{
	(void)unused;
	cable.outer = "lab0";
	expect("add_cable(route, cable)", EOPNOTSUPP, "NET-NOVETH", "CONFIG_VETH");
	expect("wait_for_cable(route)", ETIMEDOUT, "NET-DOWN", "within a second");
	assert_non_null(strstr(reason.fix, "lab0"));
}

/* Without a reason of ours, what the kernel itself said. */
static void words_of_the_kernel(void **unused)
{
	(void)unused;
	strcpy(facts.words, "Unknown device type");
	expect("netlink_change(route, &request)", EINVAL, "NET-KERNEL",
	       "the kernel says: Unknown device type");
	assert_false(ns_net_decide("open(path)", EINVAL, &state, &facts, &reason));
}

static void without_powers(void **unused)
{
	(void)unused;
	state.effective = 0;
	state.uid = 1000;
	expect("netlink_change(route, &request)", EPERM, "NET-ADMIN", "uid 1000");
	state.bounding = 0;
	expect("netlink_change(route, &request)", EPERM, "NET-ADMIN", "it was dropped");
}

static void pings(void **unused)
{
	struct ladder ladder = { .family = 2, .outside = MAY_NOT };

	(void)unused;
	ladder.target.family = 2;
	memset(&reason, 0, sizeof(reason));
	assert_true(doctor_decide(&ladder, RUNG_OUTSIDE, &reason));
	assert_string_equal(reason.id, "NET-PING");
	assert_non_null(strstr(reason.why, "CAP_NET_RAW"));
	ladder.outside = ANSWERED;
	assert_false(doctor_decide(&ladder, RUNG_OUTSIDE, &reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cables, begin),
		cmocka_unit_test_setup(words_of_the_kernel, begin),
		cmocka_unit_test_setup(without_powers, begin),
		cmocka_unit_test_setup(pings, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
