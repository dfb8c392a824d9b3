/* What 'ns-net --outside' asks of nft, how ports are read, and why it failed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/ns-net/firewall.h"
#include "../../tools/ns-net/outside.h"
#include "reason.h"
#include "unit.h"

static struct address address_of(const char *text)
{
	struct address address;

	if (strchr(text, '/') ? !address_parse_network(&address, text)
			      : !address_parse(&address, text))
		fail_msg("'%s' is no address", text);
	return address;
}

static void ports_as_docker_writes_them(void **unused)
{
	struct publish one, other;

	(void)unused;
	publish_parse(&one, "8080:80");
	assert_int_equal(one.address.family, 0);
	assert_int_equal(one.outer, 8080);
	assert_int_equal(one.inner, 80);
	assert_false(one.udp);
	publish_parse(&other, "127.0.0.1:8080:81/udp");
	assert_string_equal(address_text(&other.address), "127.0.0.1");
	assert_true(other.udp);
	assert_false(publish_collides(&one, &other));
	publish_parse(&other, "127.0.0.1:8080:81/tcp");
	assert_true(publish_collides(&one, &other));
	publish_parse(&one, "0.0.0.0:8080:80");
	assert_int_equal(one.address.family, 0);
	publish_parse(&one, "192.0.2.1:8080:80");
	assert_false(publish_collides(&one, &other));
}

static void a_cable_is_named_by_its_address(void **unused)
{
	struct address address = address_of("10.213.0.2");
	char name[IFNAMSIZ];

	(void)unused;
	bridge_cable_name(&address, name);
	assert_string_equal(name, "veth-0ad50002");
}

/* A port of 127.0.0.1 is not for what arrives from elsewhere. */
static void a_port_of_the_loopback_is_for_the_machine(void **unused)
{
	struct address address = address_of("10.213.0.2");
	struct script script = { 0 };
	struct publish ports[2];
	const char *output;

	(void)unused;
	publish_parse(&ports[0], "127.0.0.1:8080:80");
	publish_parse(&ports[1], "53:5353/udp");
	firewall_add_ports(&script, &address, ports, 2);
	output = strstr(script.text, "chain output");
	assert_non_null(output);
	assert_ptr_equal(strstr(script.text, "127.0.0.1"), strstr(output, "127.0.0.1"));
	assert_non_null(
		strstr(output, "ip daddr 127.0.0.1 tcp dport 8080 dnat to 10.213.0.2:80\n"));
	assert_true(strstr(script.text,
			   "fib daddr type local udp dport 53 dnat to 10.213.0.2:5353") < output);
	assert_ptr_equal(strstr(script.text, "table ip strata-port-0ad50002\n"), script.text);
	free(script.text);
}

static void the_rules_of_a_bridge(void **unused)
{
	struct bridge bridge = { .name = "lab0", .address = address_of("10.7.0.1/28") };
	struct script script = { 0 };

	(void)unused;
	firewall_add_bridge(&script, &bridge);
	assert_non_null(strstr(script.text, "ip saddr 10.7.0.0/28 oifname != \"lab0\" masquerade"));
	assert_non_null(strstr(script.text, "iifname \"lab0\" ip daddr 127.0.0.0/8 drop"));
	assert_non_null(strstr(script.text, "iifname != \"lab0\" oifname \"lab0\" drop"));
	free(script.text);
}

static struct outside outside;
static struct reason reason;

static void expect(const char *call, int error, const char *id, const char *word)
{
	bool known;

	memset(&reason, 0, sizeof(reason));
	known = outside_decide(call, error, &outside, &reason);
	reason_expect(call, known, &reason, id, word, NULL);
	assert_true(*reason.fix != '\0');
}

static void reasons(void **unused)
{
	struct publish port;

	(void)unused;
	outside.bridge = (struct bridge){ .name = "lab0", .address = address_of("10.7.0.1/28") };
	outside.ip = address_of("10.7.0.9");
	expect("make_bridge(outside)", EOPNOTSUPP, "NET-NOVETH", "CONFIG_BRIDGE");
	expect("choose_address(outside)", EADDRNOTAVAIL, "NET-TAKEN", "10.7.0.0/28");
	expect("choose_network(outside)", EADDRINUSE, "NET-SUBNET", "--ip");
	outside.ip.family = 0;
	expect("choose_network(outside)", EADDRINUSE, "NET-SUBNET", "all networks");
	publish_parse(&port, "80:80");
	outside.port = &port;
	expect("publish_take(publish)", EACCES, "NET-PORT", "below 1024");
	publish_parse(&port, "65535:80/udp");
	expect("publish_take(publish)", EADDRINUSE, "NET-PORT", "65535 of udp");
	assert_non_null(strstr(reason.fix, "-p 65534:80/udp"));
	expect("lock_take()", ETIMEDOUT, "NET-LOCK", "ten seconds");
	expect("write_file(path, value)", EROFS, "NET-FORWARD", "net.ipv4.ip_forward");
	strcpy(firewall_words, "Error: no\nmore");
	expect("firewall_run(&script)", EPROTO, "NET-RULES", "says: Error: no");
	assert_null(strstr(reason.why, "more"));
	assert_false(outside_decide("lock_take()", EIO, &outside, &reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_as_docker_writes_them),
		cmocka_unit_test(a_cable_is_named_by_its_address),
		cmocka_unit_test(a_port_of_the_loopback_is_for_the_machine),
		cmocka_unit_test(the_rules_of_a_bridge),
		cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests_name("outside", tests, NULL, NULL);
}
