/* refusal.c: why a step of ns-net failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "paste.h"
#include "refusal.h"

/* A device can't be changed, or a cable not be laid. */
static bool decide_priv(const char *call, const struct state *state, const struct net_facts *facts,
			struct reason *reason)
{
	if (!why_has(state, CAP_NET_ADMIN)) {
		if (state->bounding >> CAP_NET_ADMIN & 1)
			FIX("ns-user first, which gives it over a new network:  %s",
			    paste_line("ns-user", NULL));
		else
			FIX("keep it when dropping the others:  %s\n"
			    "or put capdrop behind ns-net%s%s",
			    paste_line("capdrop --keep net_admin,sys_admin", NULL),
			    facts->cable->outer ? "" : "; or leave lo down:  ",
			    facts->cable->outer ? "" : paste_line(NULL, "--no-lo"));
		return REASON("NET-ADMIN", "network_namespaces(7)",
			      "changing a network device takes CAP_NET_ADMIN, and you are uid %u "
			      "without it%s",
			      state->uid,
			      state->bounding >> CAP_NET_ADMIN & 1 ? "" : ": it was dropped");
	}
	if (!strstr(call, "cable") || !facts->outside_denied)
		return false;
	if (facts->root_outside)
		FIX("leave ns-user out, or put it behind ns-net:  %sns-net --veth %s ns-user -- sh",
		    paste_directory(), facts->cable->outer);
	else
		FIX("become root:  %s\n"
		    "or from a network of your own, with a shell in it:  %sns-user ns-net -- sh",
		    paste_line("sudo", NULL), paste_directory());
	return REASON(
		"NET-PRIV", "user_namespaces(7)",
		"a cable has an end in each network, and takes CAP_NET_ADMIN over both; the one "
		"that we come from belongs to another user namespace, whose root you are not");
}

static bool decide_exists(const struct net_facts *facts, struct reason *reason)
{
	const struct cable *cable = facts->cable;

	if (facts->outer_there) {
		FIX("take another name, or see whose it is:  ip -details link show %s",
		    cable->outer);
		return REASON("NET-EXIST", "ip-link(8)",
			      "outside there is a device '%s' already%s%s%s", cable->outer,
			      *facts->outer_kind ? " (a " : "", facts->outer_kind,
			      strcmp(facts->outer_kind, "veth") == 0
				      ? ": perhaps another cable whose program still runs)"
			      : *facts->outer_kind ? ")"
						   : "");
	}
	if (facts->inner_there) {
		FIX("take another name:  --veth %s:eth1", cable->outer);
		return REASON("NET-EXIST", "ip-link(8)",
			      "inside, in the new network, there is a device '%s' already",
			      cable->inner);
	}
	return false;
}

static bool decide_bridge(int error, const struct net_facts *facts, struct reason *reason)
{
	const char *bridge = facts->cable->bridge;

	if (error != ENODEV)
		return false;
	if (*facts->cable->found) {
		FIX("see which there are:  ip link show type bridge");
		return REASON("NET-NOIF", "ip-link(8)",
			      "'%s' is there and is no bridge (it is a %s); cables can be plugged "
			      "only into a bridge",
			      bridge, facts->cable->found);
	}
	FIX("make one:  ip link add %s type bridge;  ip link set %s up\n"
	    "or see which there are:  ip link show type bridge",
	    bridge, bridge);
	return REASON("NET-NOIF", "ip-link(8)",
		      "there is no device '%s' in the network that we come from", bridge);
}

static bool decide_overlap(const struct cable *cable, struct reason *reason)
{
	char option[IFNAMSIZ + 20];

	snprintf(option, sizeof(option), "--bridge %s", cable->found_bridge);
	if (*cable->found_bridge)
		FIX("plug the cable into that bridge:  %s\n"
		    "or take another network for --ip and --gateway",
		    paste_line(NULL, option));
	else
		FIX("take another network for --ip and --gateway; or, for several programs in one\n"
		    "network, a bridge in the place of '%s' that has the address:\n"
		    "ip link add br0 type bridge;  ip address add %s dev br0;  ip link set br0 up\n"
		    "%s",
		    cable->outer, cable->wanted, paste_line(NULL, "--bridge br0"));
	return REASON("NET-OVERLAP", "ip-address(8)",
		      "the gateway's address %s is to be that of '%s' outside, and %s already: of "
		      "two devices in one network, the kernel sends to one only",
		      cable->wanted, cable->outer, cable->found);
}

static bool decide_cable(const char *call, int error, const struct net_facts *facts,
			 struct reason *reason)
{
	const struct cable *cable = facts->cable;

	if (strstr(call, "add_cable(") && error == EEXIST)
		return decide_exists(facts, reason);
	if (strstr(call, "find_bridge("))
		return decide_bridge(error, facts, reason);
	if (strstr(call, "check_network(") && error == EADDRINUSE)
		return decide_overlap(cable, reason);
	if (strstr(call, "add_cable(") && error == EOPNOTSUPP) {
		FIX("load it, as root:  modprobe veth");
		return REASON("NET-NOVETH", "veth(4)",
			      "this kernel knows no veth devices: it was built without them "
			      "(CONFIG_VETH), or the module is not loaded");
	}
	if (strstr(call, "address(") &&
	    (error == EACCES || error == EOPNOTSUPP || error == EAFNOSUPPORT)) {
		FIX("see whether it is switched off:  sysctl -a | grep disable_ipv6");
		return REASON("NET-IPV6", "ipv6(7)",
			      "IPv6 is off here: by a setting (disable_ipv6), or in the kernel");
	}
	if (error == ETIMEDOUT) {
		FIX("look at both ends:  ip -details link show %s", cable->outer);
		return REASON(
			"NET-DOWN", "veth(4)",
			"both ends of the cable were set up, and within ten seconds they were "
			"not ready");
	}
	return false;
}

/* A helper did not get ready. */
static bool decide_helper(int error, const struct net_facts *facts, struct reason *reason)
{
	const struct helper *helper = facts->helper;
	bool pasta = strcmp(helper->name, "pasta") == 0;

	if (facts->tun_error == ENOENT || facts->tun_error == ENODEV) {
		FIX("load it, as root:  modprobe tun");
		return REASON(
			"NET-TUN", "pasta(1)",
			"%s makes a device of the kind tap, and there is no /dev/net/tun: the "
			"kernel's module tun is not loaded",
			helper->name);
	}
	if (facts->tun_error) {
		FIX("let everybody open it, which is how udev sets it up; as root:  chmod 666 "
		    "/dev/net/tun");
		return REASON(
			"NET-TUN", "pasta(1)",
			"%s makes a device of the kind tap, and you may not open /dev/net/tun "
			"for that",
			helper->name);
	}
	if (pasta && (strstr(helper->said, "routable interface") ||
		      strstr(helper->said, "interface not usable"))) {
		FIX("look at it:  ip route show default\n"
		    "or take the other program, which needs none:  %s",
		    paste_line(NULL, "--user-net=slirp4netns"));
		return REASON("NET-HELPER", "pasta(1)",
			      "pasta takes the network outside that has a default route for its "
			      "model, and there is none: this machine is not connected");
	}
	if (!pasta && strstr(helper->said, "setegid(0)")) {
		FIX("be user 0 inside (without -u, --uid-map), or let pasta do it:  apt-get install "
		    "passt");
		return REASON("NET-HELPER", "slirp4netns(1)",
			      "slirp4netns becomes user 0 when it locks itself up, and this user "
			      "namespace has none");
	}
	if (error == ETIMEDOUT)
		return REASON("NET-HELPER", "slirp4netns(1)",
			      "%s was started, and is not ready after 10 seconds%s%s", helper->name,
			      *helper->said ? "; it says: " : "", helper->said);
	return REASON("NET-HELPER", pasta ? "pasta(1)" : "slirp4netns(1)", "%s says: %s",
		      helper->path,
		      *helper->said ? helper->said : "nothing; its keeper was killed");
}

bool ns_net_decide(const char *call, int error, const struct state *state,
		   const struct net_facts *facts, struct reason *reason)
{
	if (facts->sysctl && strstr(call, "sysctl->path"))
		return sysctl_decide("ns-net", facts->sysctl, error, state, reason);
	if (facts->helper && strstr(call, "keeper_start("))
		return decide_helper(error, facts, reason);
	if (error == EPERM && (strstr(call, "netlink_") || strstr(call, "cable")) &&
	    decide_priv(call, state, facts, reason))
		return true;
	if (facts->cable->outer && decide_cable(call, error, facts, reason))
		return true;
	if (*facts->words && (strstr(call, "netlink_") || strstr(call, "cable")))
		return REASON("NET-KERNEL", "rtnetlink(7)", "the kernel says: %s", facts->words);
	return false;
}
