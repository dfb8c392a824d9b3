/* outside_refusal.c: why a step of 'ns-net --outside' failed. See outside.h. */
#include <errno.h>
#include <string.h>

#include "firewall.h"
#include "outside.h"
#include "paste.h"

static bool decide_port(int error, const struct publish *port, struct reason *reason)
{
	const char *protocol = port->udp ? "udp" : "tcp";

	switch (error) {
	case EADDRINUSE:
		FIX("take another one of the machine's:  -p %u:%u%s\n"
		    "or see whose it is:  ss -lnp --%s 'sport = %u'",
		    port->outer < 65535 ? port->outer + 1 : port->outer - 1, port->inner,
		    port->udp ? "/udp" : "", protocol, port->outer);
		return REASON(
			"NET-PORT", "bind(2)",
			"a program of the machine, or another container, has the port %u of %s "
			"already",
			port->outer, protocol);
	case EADDRNOTAVAIL:
		FIX("leave the address out:  -p %u:%u%s\n"
		    "or see which there are:  ip -brief address",
		    port->outer, port->inner, port->udp ? "/udp" : "");
		return REASON("NET-PORT", "bind(2)", "the machine has no address %s",
			      address_text(&port->address));
	case EACCES:
		FIX("take a port from 1024 on:  -p %u:%u", 8000 + port->outer % 1000, port->inner);
		return REASON("NET-PORT", "ip(7)",
			      "ports below 1024 (net.ipv4.ip_unprivileged_port_start) take "
			      "CAP_NET_BIND_SERVICE over the network");
	}
	return false;
}

static bool decide_address(const char *call, int error, const struct outside *outside,
			   struct reason *reason)
{
	const struct bridge *bridge = &outside->bridge;

	if (strstr(call, "add_cable(") && error == EEXIST) {
		FIX("take another one, or leave --ip out: then it is one that is free");
		return REASON("NET-TAKEN", "ns-net(1)",
			      "another container has the address %s (its cable is '%s')",
			      address_text(&outside->ip), outside->name);
	}
	if (!strstr(call, "choose_address("))
		return false;
	if (error == EADDRNOTAVAIL) {
		FIX("end some:  ip link show master %s", bridge->name);
		return REASON("NET-TAKEN", "ns-net(1)", "all addresses of %s are taken",
			      address_range_text(&bridge->address));
	}
	FIX("take another one in %s, or leave --ip out: then it is one that is free",
	    address_range_text(&bridge->address));
	if (error == EADDRINUSE)
		return REASON("NET-TAKEN", "ns-net(1)",
			      "%s is the machine's own address in that network, the gateway",
			      address_text(&outside->ip));
	if (error == ERANGE)
		return REASON(
			"NET-SUBNET", "ns-net(1)",
			"the network of '%s' is %s: no container in it can have the address %s",
			bridge->name, address_range_text(&bridge->address),
			address_text(&outside->ip));
	return false;
}

static bool decide_bridge(const char *call, int error, const struct outside *outside,
			  struct reason *reason)
{
	const char *name = outside->bridge.name;

	if (strstr(call, "find_bridge(") && error == EEXIST) {
		FIX("take another name for the bridge, or see whose it is:  ip -details link show %s",
		    name);
		return REASON("NET-EXIST", "ip-link(8)",
			      "there is a device '%s', and it is no bridge", name);
	}
	if (strstr(call, "find_bridge(") && error == EADDRNOTAVAIL) {
		FIX("give it one:  ip address add 10.213.0.1/24 dev %s;  ip link set %s up\n"
		    "or remove it, and it will be made with one:  ip link delete %s",
		    name, name, name);
		return REASON(
			"NET-SUBNET", "ip-address(8)",
			"the bridge '%s', which somebody else has made, has no address of IPv4, "
			"so there is no network",
			name);
	}
	if (strstr(call, "choose_network(") && error == EADDRINUSE) {
		FIX("make the bridge yourself, with a network that is free:\n"
		    "ip link add %s type bridge;  ip address add 10.1.2.1/24 dev %s;  ip link set %s up\n"
		    "what there is:  ip route",
		    name, name, name);
		return REASON(
			"NET-SUBNET", "ip-route(8)",
			outside->ip.family
				? "the machine has an address in the network of --ip already, or a "
				  "way to it"
				: "the machine has addresses in all networks that we would take, or "
				  "ways to them");
	}
	if (strstr(call, "make_bridge(") && error == EOPNOTSUPP) {
		FIX("load it, as root:  modprobe bridge");
		return REASON("NET-NOVETH", "bridge(8)",
			      "this kernel knows no bridges: it was built without them "
			      "(CONFIG_BRIDGE), or the module is not loaded");
	}
	return false;
}

static bool decide_rules(const char *call, int error, struct reason *reason)
{
	char words[sizeof(firewall_words)];
	char *end;

	if (strstr(call, "firewall_run(") || strstr(call, "firewall_let_pass(")) {
		strcpy(words, firewall_words);
		end = strpbrk(words, "\n");
		if (end)
			*end = '\0';
		FIX("see whether it works at all, as root:  nft list ruleset\n"
		    "if not, load it:  modprobe nf_tables nft_chain_nat nft_masq nft_fib_ipv4");
		return REASON("NET-RULES", "nft(8)", "the command that sets the rules says: %s",
			      *words ? words : "nothing");
	}
	if (strstr(call, "write_file(") && (error == EROFS || error == EACCES || error == EPERM)) {
		FIX("switch it on from outside:  sysctl -w net.ipv4.ip_forward=1\n"
		    "or start that container with:  docker run --privileged ...");
		return REASON("NET-FORWARD", "ip(7)",
			      "the machine has to pass packets on (net.ipv4.ip_forward), and its "
			      "settings can't be changed: you are probably inside a container");
	}
	if (strstr(call, "lock_take(") && error == ETIMEDOUT) {
		FIX("see who has it:  fuser -v /run/strata-net.lock");
		return REASON(
			"NET-LOCK", "flock(2)",
			"another 'ns-net --outside' has held the lock for ten seconds: it has "
			"probably been stopped");
	}
	return false;
}

bool outside_decide(const char *call, int error, const struct outside *outside,
		    struct reason *reason)
{
	if (strstr(call, "SIOCGSKNS") && error == EPERM) {
		FIX("become root:  %s\n"
		    "or take another network:  compose-run --network none (or user)\n"
		    "or try it in a network of your own:  %s",
		    paste_line("sudo", NULL),
		    paste_line("ns-user ns-net ns-mnt --tmpfs /run", NULL));
		return REASON(
			"NET-PRIV", "network_namespaces(7)",
			"a bridge and rules in the network that we are in take CAP_NET_ADMIN over "
			"it, and you have not got that");
	}
	if (strstr(call, "publish_take(") && outside->port)
		return decide_port(error, outside->port, reason);
	return decide_address(call, error, outside, reason) ||
	       decide_bridge(call, error, outside, reason) || decide_rules(call, error, reason);
}
