/* Why a step of ns-net failed, and which rung of the ladder is broken. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "../../tools/ns-net/doctor.h"
#include "../../tools/ns-net/refusal.h"
#include "reason.h"
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
	bool known;

	memset(&reason, 0, sizeof(reason));
	known = ns_net_decide(call, error, &state, &facts, &reason);
	reason_expect(call, known, &reason, id, word, NULL);
}

static void cables(void **unused)
{
	(void)unused;
	cable.outer = "lab0";
	expect("add_cable(route, cable)", EOPNOTSUPP, "NET-NOVETH", "CONFIG_VETH");
	expect("wait_for_cable(route)", ETIMEDOUT, "NET-DOWN", "within ten seconds");
	assert_non_null(strstr(reason.fix, "lab0"));
}

static void helpers(void **unused)
{
	static struct helper helper = { .name = "pasta", .path = "/usr/bin/pasta" };
	const char *call = "keeper_start(&plan->helper)";

	(void)unused;
	facts.helper = &helper;
	facts.tun_error = ENOENT;
	expect(call, ENETUNREACH, "NET-TUN", "not loaded");
	facts.tun_error = EACCES;
	expect(call, ENETUNREACH, "NET-TUN", "may not open");
	facts.tun_error = 0;
	strcpy(helper.said, "no luck");
	expect(call, ENETUNREACH, "NET-HELPER", "/usr/bin/pasta says: no luck");
	expect(call, ETIMEDOUT, "NET-HELPER", "not ready after 10 seconds; it says: no luck");
	strcpy(helper.said, "External interface not usable");
	expect(call, ENETUNREACH, "NET-HELPER", "not connected");
	assert_non_null(strstr(reason.fix, "ip route show default"));
	helper.name = "slirp4netns";
	strcpy(helper.said, "setegid(0); parent failed");
	expect(call, ENETUNREACH, "NET-HELPER", "becomes user 0");
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
		cmocka_unit_test_setup(helpers, begin),
		cmocka_unit_test_setup(words_of_the_kernel, begin),
		cmocka_unit_test_setup(without_powers, begin),
		cmocka_unit_test_setup(pings, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
