/* outside.c: a cable into a network that belongs to another user namespace. See
 * outside.h. */
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "file.h"
#include "firewall.h"
#include "lock.h"
#include "memory.h"
#include "message.h"
#include "netlink.h"
#include "number.h"
#include "option.h"
#include "outside.h"
#include "pass.h"
#include "paste.h"
#include "step.h"
#include "supervise.h"

void outside_parse_ip(struct outside *outside, const char *text)
{
	if (outside->ip.family)
		die("--ip can be given once with --outside");
	if (!address_parse(&outside->ip, text) || outside->ip.family != AF_INET)
		die("--ip takes an address of IPv4 with --outside, such as 10.213.0.5; this is "
		    "'%.100s'",
		    text);
}

void outside_add_publish(struct outside *outside, const char *text)
{
	size_t n = outside->publish_count;

	outside->publishes = resize(outside->publishes, n + 1, sizeof(*outside->publishes));
	publish_parse(&outside->publishes[n], text);
	for (size_t i = 0; i < n; i++)
		if (publish_collides(&outside->publishes[i], &outside->publishes[n]))
			die("--publish %s and --publish %s lead from the same port",
			    outside->publishes[i].text, text);
	outside->publish_count++;
}

/* Its name is a word for nft as well. */
static bool is_word(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return strspn(name, letters) > 0 &&
	       !name[strspn(name,
			    "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

void outside_check(const struct outside *outside, char *const rest[])
{
	struct reason refusal = { 0 }, *reason = &refusal;
	bool ns_net = false;

	if (!outside->wanted) {
		if (outside->publish_count)
			die("--publish is for a network behind ns-user, and goes with --outside");
		return;
	}
	if (!outside->bridge.name)
		die("--outside plugs a cable into a bridge, which it makes if there is none; name "
		    "it:  --bridge strata0");
	if (!is_word(outside->bridge.name) || strlen(outside->bridge.name) >= IFNAMSIZ)
		die("--bridge %.80s: with --outside the name of a bridge is of letters, digits, '_' "
		    "and '-', begins with a letter, and has at most %d",
		    outside->bridge.name, IFNAMSIZ - 1);
	if (check_wanted)
		return;
	for (; *rest; rest++) {
		const char *slash = strrchr(*rest, '/');

		/* A program may have an option of that name as well. */
		ns_net = ns_net || strcmp(slash ? slash + 1 : *rest, "ns-net") == 0;
		if (ns_net && strcmp(*rest, "--cable") == 0)
			return;
	}
	FIX("%sns-net --outside --bridge %s ns-user ns-net --cable -- sh", paste_directory(),
	    outside->bridge.name);
	(void)REASON(
		"NET-CABLE", "ns-net(1)",
		"--outside makes no network: that is for an 'ns-net --cable' further behind, and "
		"there is none, so the program would be in the network that we are in");
	why_refuse(reason, "nobody would take the cable");
}

/* ---- the messages ---- */

/* Sends our network, as a descriptor, and waits for the answer. Returns 0; 1 when
 * the one outside has ended without one; -1 with errno. */
static int ask(int socket_)
{
	int route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* The network that a socket is of. Through /proc it could be had as well, but
	 * there need not be one. */
	int network = route < 0 ? -1 : ioctl(route, SIOCGSKNS);
	char byte = 0;
	ssize_t got;

	if (network < 0)
		return -1;
	if (pass_descriptors(socket_, 'c', &network, 1) != 0)
		return -1;
	close(network);
	close(route);
	while ((got = recv(socket_, &byte, 1, 0)) < 0 && errno == EINTR)
		;
	return got < 0 ? -1 : got != 1;
}

void outside_ask(void)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	const char *variable = getenv(CABLE_VARIABLE);
	unsigned long long number = 0;
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	bool good = variable && parse_number(variable, INT32_MAX, &number) &&
		    getpeername((int)number, (struct sockaddr *)&peer, &length) == 0 &&
		    peer.ss_family == AF_UNIX;

	if (!good && !dry_run) {
		FIX("%sns-net --outside --bridge strata0 ns-user ns-net --cable -- sh",
		    paste_directory());
		(void)REASON("NET-CABLE", "ns-net(1)",
			     "--cable waits for the cable that an 'ns-net --outside' in front of "
			     "ns-user lays, and there is none in this chain");
		why_refuse(reason, "nobody lays a cable");
	}
	if (checking)
		return;
	/* Why it has ended, it has said itself. */
	if (STEP(ask((int)number), "ask the one outside for a cable, and wait until it is laid") ==
	    1)
		_Exit(EXIT_TOOL_FAILED);
	if (dry_run)
		return;
	/* Nobody inside is to ask for anything. */
	close((int)number);
	unsetenv(CABLE_VARIABLE);
}

/* ---- what is done outside ---- */

static int find_bridge(struct outside *outside)
{
	return bridge_read(outside->route, &outside->bridge);
}

static int make_bridge(struct outside *outside)
{
	return bridge_make(outside->route, &outside->bridge);
}

static int choose_network(struct outside *outside)
{
	return bridge_choose(outside->route, &outside->ip, &outside->bridge.address);
}

/* Rules for IPv6 there are none, and nothing of it is asked for: the machine is not
 * to speak it with containers. With an address there it would listen to them, and
 * one that says it is the router would get what the machine sends (CVE-2020-13401). */
static void switch_ipv6_off(const struct bridge *bridge)
{
	char *path = print_text("/proc/sys/net/ipv6/conf/%s/disable_ipv6", bridge->name);
	char value[16] = "";

	if (dry_run || access("/proc/sys/net/ipv6", F_OK) == 0) {
		STEP(write_file(path, "1"), "have no IPv6 on '%s' (disable_ipv6)", bridge->name);
		errno = 0;
		if (!dry_run && (read_file(path, value, sizeof(value)) < 0 || *value != '1'))
			step_fail("write_file(path, \"1\")", "have no IPv6 on '%s'", bridge->name);
	}
	free(path);
}

static void provide_bridge(struct outside *outside)
{
	struct bridge *bridge = &outside->bridge;

	if (STEP_UNLESS(ENODEV, find_bridge(outside), "find the bridge '%s' (RTM_GETLINK)",
			bridge->name) < 0)
		STEP(make_bridge(outside), "make the bridge '%s' (RTM_NEWLINK)", bridge->name);
	/* Also one of ours whose maker was killed half-way. */
	if (dry_run || (bridge->ours && !bridge->address.family)) {
		STEP(choose_network(outside),
		     "find a network that is free (RTM_GETROUTE, RTM_GETADDR)");
		switch_ipv6_off(bridge);
		STEP(bridge_set_up(outside->route, bridge),
		     "give '%s' the address %s, and set it up (RTM_NEWADDR)", bridge->name,
		     dry_run ? "10.213.0.1/24, or another that is free"
			     : address_network_text(&bridge->address));
	}
	errno = EADDRNOTAVAIL;
	if (!dry_run && !bridge->address.family)
		step_fail("find_bridge(outside)", "be in the network of '%s'", bridge->name);
}

static int choose_address(struct outside *outside)
{
	struct address *ip = &outside->ip;
	const struct bridge *bridge = &outside->bridge;

	if (!ip->family)
		return bridge_next(outside->route, bridge, ip);
	ip->prefix = bridge->address.prefix;
	errno = ERANGE;
	if (!address_is_in(ip, &bridge->address) || address_is_reserved(ip))
		return -1;
	errno = EADDRINUSE;
	return address_same(ip, &bridge->address) ? -1 : 0;
}

/* The cable, one end here and one in that network. */
static void lay_cable(struct outside *outside, int network)
{
	struct cable *cable = outside->cable;

	STEP(choose_address(outside), "find an address in the network of '%s' (RTM_GETLINK)",
	     outside->bridge.name);
	if (dry_run) {
		snprintf(outside->name, sizeof(outside->name), CABLE_PREFIX "...");
	} else {
		bridge_cable_name(&outside->ip, outside->name);
		cable->ips = &outside->ip;
		cable->ip_count = 1;
		cable->gateways[0] = outside->bridge.address;
		cable->gateway_count = 1;
	}
	cable->outer = outside->name;
	cable->inner = "eth0";
	cable->bridge = outside->bridge.name;
	cable_begin(cable);
	/* The end inside is made where we are, so we go there, and come back. */
	STEP(setns(network, CLONE_NEWNET), "enter the network of the container");
	cable_lay(cable);
	cable_verify(cable);
	STEP(setns(outside->home, CLONE_NEWNET), "come back to our own");
}

static void take_ports(struct outside *outside)
{
	for (size_t i = 0; i < outside->publish_count; i++) {
		struct publish *publish = &outside->publishes[i];

		outside->port = publish;
		publish->socket = STEP(publish_take(publish), "take the port %u of %s",
				       publish->outer, publish->udp ? "udp" : "tcp");
		outside->port = NULL;
	}
}

static void set_rules(struct outside *outside)
{
	struct script script = { 0 };
	const struct bridge *bridge = &outside->bridge;
	const char *program = NULL;

	if (!dry_run) {
		firewall_add_bridge(&script, bridge);
		/* Who had the address before us may have been killed. */
		firewall_drop_ports(&script, &outside->ip);
		if (outside->publish_count)
			firewall_add_ports(&script, &outside->ip, outside->publishes,
					   outside->publish_count);
	}
	STEP(firewall_add_sweep(&script, outside->route),
	     "look for rules that nobody has taken away (NFT_MSG_GETTABLE)");
	outside->ruled = outside->publish_count > 0;
	STEP(firewall_run(&script), "set the rules for '%s'%s (nft -f -)", bridge->name,
	     outside->publish_count ? ", and for the ports" : "");
	free(script.text);
	if (!dry_run && firewall_forward_drops(&program))
		STEP(firewall_let_pass(program, bridge->name),
		     "let packets of '%s' pass the FORWARD chain, whose policy is DROP (%s)",
		     bridge->name, program);
}

#define FORWARD "/proc/sys/net/ipv4/ip_forward"

/* As dockerd does it, and for the whole machine: there is no narrower switch. */
static void switch_forwarding_on(struct outside *outside)
{
	char value[16] = "", *path;

	if (read_file(FORWARD, value, sizeof(value)) < 0 || *value != '1') {
		STEP(write_file(FORWARD, "1"),
		     "let the machine pass packets on, as dockerd does (net.ipv4.ip_forward)");
		if (!dry_run)
			note("net.ipv4.ip_forward was 0 and is 1 now, until the next boot: the machine "
			     "passes packets on between its networks");
	}
	if (!outside->publish_count)
		return;
	path = print_text("/proc/sys/net/ipv4/conf/%s/route_localnet", outside->bridge.name);
	STEP(write_file(path, "1"), "let 127.0.0.1 be answered from '%s' (route_localnet)",
	     outside->bridge.name);
	free(path);
}

/* All that the container needs out here. */
static void build(struct outside *outside, int network)
{
	outside->lock = STEP(lock_take(), "be the only one who changes bridges and rules");
	outside->begun = !dry_run;
	provide_bridge(outside);
	lay_cable(outside, network);
	take_ports(outside);
	set_rules(outside);
	switch_forwarding_on(outside);
	if (!dry_run)
		close(outside->lock);
	outside->lock = -1;
}

/* As supervise() wants it: the new network is there. */
static void serve(void *argument)
{
	struct outside *outside = argument;
	char byte = 0;
	int network;

	/* Nobody has asked, and nobody will. */
	if (take_descriptors(outside->ends[0], &byte, &network, 1) != 0)
		return;
	build(outside, network);
	close(network);
	/* It waits; or it has ended meanwhile, which we will hear of. */
	(void)!send(outside->ends[0], "c", 1, MSG_NOSIGNAL);
	close(outside->ends[0]);
}

void outside_undo(struct outside *outside)
{
	struct script script = { 0 };
	struct bridge *bridge = &outside->bridge;

	/* Nothing was begun, or we are the child. */
	if (!outside->begun || outside->home <= 0)
		return;
	/* A step may have failed in the other network. */
	if (setns(outside->home, CLONE_NEWNET) != 0)
		return;
	if (outside->lock < 0)
		outside->lock = lock_take();
	if (outside->ruled)
		firewall_drop_ports(&script, &outside->ip);
	cable_remove(outside->cable);
	/* The last one out. What others have made stays, and so does the bridge when
	 * we could not get the lock. */
	if (outside->lock >= 0 && bridge_read(outside->route, bridge) == 0 && bridge->ours &&
	    bridge_count(outside->route, bridge) == 0) {
		firewall_drop_bridge(&script, bridge);
		firewall_pass_no_more(bridge->name);
		bridge_remove(outside->route, bridge);
	}
	/* Also those of who was killed when this one had begun already. */
	(void)firewall_add_sweep(&script, outside->route);
	if (firewall_run(&script) != 0)
		note("cannot take the rules away (nft): %s", firewall_words);
	free(script.text);
	outside->ruled = false;
	outside->home = -1;
	if (outside->lock >= 0)
		close(outside->lock);
	outside->lock = -1;
}

static void take_away(void *argument)
{
	outside_undo(argument);
}

static void refuse_without_nft(void)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	if (dry_run || firewall_is_here())
		return;
	FIX("install it, as root:  apt-get install nftables");
	(void)REASON("NET-NFT", "nft(8)",
		     "the rules by which a container's packets leave the machine are set with the "
		     "command nft, and there is none");
	why_refuse(reason, "cannot set the rules for '--outside'");
}

void outside_stay(struct outside *outside)
{
	struct supervisor supervisor = {
		.cgroup = -1, .ended = take_away, .asked = serve, .argument = outside
	};
	char number[16];
	int end;

	outside->lock = -1;
	outside->route = STEP(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
			      "open a socket to the kernel's network configuration, outside");
	/* The kernel gives it to those who may change it. */
	outside->home = STEP(ioctl(outside->route, SIOCGSKNS), "get a hold of the network that we "
							       "are in");
	refuse_without_nft();
	if (checking)
		return;
	STEP(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, outside->ends),
	     "make a socket for 'ns-net --cable' to ask through");
	if (dry_run) {
		build(outside, -1);
		return;
	}
	netlink_want_words(outside->route);
	supervisor.socket = outside->ends[0];
	supervise(&supervisor);

	/* The child. What is open of the network outside is not for it. */
	close(outside->ends[0]);
	close(outside->route);
	close(outside->home);
	outside->home = -1;
	end = outside->ends[1];
	outside->ends[1] =
		STEP(fcntl(end, F_DUPFD, 10), "keep the socket open for the links behind");
	close(end);
	snprintf(number, sizeof(number), "%d", outside->ends[1]);
	if (setenv(CABLE_VARIABLE, number, 1) != 0)
		die_errno("cannot note where to ask for a cable");
}
