/* diagnosis.c: from what was found at a rung to what is wrong, and how to mend
 * it. See doctor.h. Each function here tells whether its rung is broken. */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

static bool is_four(const struct ladder *ladder)
{
	return ladder->family == AF_INET;
}

/* The setting that makes a router of a machine. */
static const char *forwarding_key(const struct ladder *ladder)
{
	return is_four(ladder) ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
}

static bool decide_lo(const struct ladder *ladder, struct reason *reason)
{
	const char *address = is_four(ladder) ? "127.0.0.1" : "::1";

	if (!ladder->lo_up) {
		FIX("ip link set lo up\nor run ns-net without --no-lo");
		return REASON("NET-LO", "network_namespaces(7)",
			      "lo is down, as in each new network namespace; with it down, even %s "
			      "gives 'Network is unreachable'",
			      address);
	}
	if (!ladder->lo_address) {
		FIX("ip address add %s/%d dev lo", address, is_four(ladder) ? 8 : 128);
		return REASON("NET-LO", "ip-address(8)", "lo is up, and does not have %s", address);
	}
	return false;
}

static bool decide_address(const struct ladder *ladder, struct reason *reason)
{
	const char *example = is_four(ladder) ? "10.0.0.2/24" : "fd00::2/64";

	if (!*ladder->device) {
		FIX("lay a cable, as root:  ns-net --veth lab0:eth0 --ip %s --gateway %s -- sh",
		    example, is_four(ladder) ? "10.0.0.1" : "fd00::1");
		return REASON("NET-ADDRESS", "veth(4)",
			      "there is no device but lo, so nothing can leave this network");
	}
	if (!ladder->device_up) {
		FIX("ip link set %s up", ladder->device);
		return REASON("NET-ADDRESS", "netdevice(7)", "%s is down", ladder->device);
	}
	if (!ladder->device_carrier) {
		FIX("at its other end, outside:  ip link set NAME up");
		return REASON("NET-ADDRESS", "veth(4)",
			      "%s is up, and the other end of its cable is down", ladder->device);
	}
	if (!ladder->own.family) {
		FIX("ip address add %s dev %s", example, ladder->device);
		return REASON("NET-ADDRESS", "ip-address(8)", "%s is up, and has no IPv%d address",
			      ladder->device, is_four(ladder) ? 4 : 6);
	}
	if (ladder->duplicate) {
		FIX("ip address delete %s dev %s   # and add another one",
		    address_network_text(&ladder->own), ladder->device);
		return REASON("NET-ADDRESS", "ip-address(8)",
			      "%s has %s, and may not use it: somebody else there has it as well",
			      ladder->device, address_network_text(&ladder->own));
	}
	return false;
}

/* An address that a gateway may have in our own network, for a line to paste:
 * the first one, or the second where that is ours. */
static const char *likely_gateway(const struct ladder *ladder)
{
	struct address first;

	if (!address_parse_network(&first, address_range_text(&ladder->own)))
		return "GATEWAY";
	first.bytes[address_size(&first) - 1] |= 1;
	if (address_same(&first, &ladder->own))
		first.bytes[address_size(&first) - 1] ^= 3;
	return address_text(&first);
}

static bool decide_gateway(const struct ladder *ladder, struct reason *reason)
{
	const struct route *route = &ladder->route;
	const char *gateway = address_text(&route->gateway);

	if (!route->found) {
		FIX("ip route add default via %s dev %s   # with your gateway's address",
		    likely_gateway(ladder), ladder->device);
		return REASON("NET-GATEWAY", "ip-route(8)",
			      "there is no route to %s, only one to the neighbors in %s",
			      ladder->target.family ? address_text(&ladder->target) : "elsewhere",
			      address_range_text(&ladder->own));
	}
	if (!route->gateway.family || ladder->gateway == ANSWERED)
		return false;
	if (*ladder->gateway_device)
		FIX("outside, as root:  ip link set %s up", ladder->gateway_device);
	else
		FIX("outside, as root:  ip address add %s/%d dev NAME;  ip link set NAME up\n"
		    "(NAME is the other end of the cable, or the bridge that it is plugged into)",
		    gateway, ladder->own.prefix);
	return REASON("NET-GATEWAY", is_four(ladder) ? "arp(7)" : "ip-neighbour(8)",
		      "the route is there, and no device at %s says that it has the address %s "
		      "(%s): none has it, or that one is down",
		      ladder->route_device, gateway,
		      is_four(ladder) ? "the kernel asked by ARP"
				      : "the kernel asked its neighbors");
}

static bool no_forwarding(const struct ladder *ladder, struct reason *reason)
{
	FIX("outside, as root:  sysctl -w %s=1", forwarding_key(ladder));
	return REASON("NET-FORWARD", is_four(ladder) ? "ip(7)" : "ipv6(7)",
		      "the gateway drops what comes in at %s and is for others, since it is no "
		      "router: %s is 0 there",
		      ladder->gateway_device, forwarding_key(ladder));
}

static bool no_masquerade(const struct ladder *ladder, const char *seen, struct reason *reason)
{
	const char *range = address_range_text(&ladder->own);
	const char *ip = is_four(ladder) ? "ip" : "ip6";

	FIX("outside, as root:  nft 'table %s strata { chain out { type nat hook postrouting "
	    "priority 100; %s saddr %s oifname != \"%s\" masquerade; }; }'\n"
	    "or:  %stables -t nat -A POSTROUTING -s %s ! -o %s -j MASQUERADE",
	    ip, ip, range, ladder->gateway_device, ip, range, ladder->gateway_device);
	return REASON("NET-MASQ", "nft(8)",
		      "%s; out there nobody knows the way back to %s. The gateway has to put its "
		      "own address in the place of ours (masquerading)",
		      seen, address_text(&ladder->own));
}

static bool firewall(const struct ladder *ladder, const char *seen, struct reason *reason)
{
	const char *ip = is_four(ladder) ? "ip" : "ip6";

	FIX("outside, as root, to see the rules:  nft list ruleset\n"
	    "to let ours pass:  %stables -I FORWARD -i %s -j ACCEPT;  %stables -I FORWARD -o %s -j "
	    "ACCEPT",
	    ip, ladder->gateway_device, ip, ladder->gateway_device);
	return REASON("NET-FILTER", "nft(8)",
		      "%s: that is a rule of a firewall (Docker, for one, has all dropped that is "
		      "forwarded and not its own)",
		      seen);
}

/* Nothing came back, and what the gateway did can't be seen: all that it may
 * be, each with what shows it. */
static bool candidates(const struct ladder *ladder, const char *where, struct reason *reason)
{
	FIX("%s, as root:\n"
	    "sysctl %s   # NET-FORWARD: is to be 1\n"
	    "nft list ruleset   # NET-MASQ: 'masquerade' is to be there; NET-FILTER: no 'drop' of "
	    "ours\n"
	    "ping %s   # nobody is there if the gateway gets no answer either",
	    where, forwarding_key(ladder), address_text(&ladder->target));
	return REASON("NET-OUTSIDE", "ip(7)",
		      "the gateway answers, and %s does not. Either the gateway does not forward; "
		      "or nobody out there knows the way back, and it does not masquerade; or a "
		      "firewall drops it; or nobody is there. From here that can't be told",
		      address_text(&ladder->target));
}

/* Nothing came back, and the gateway is the network that we came from. */
static bool decide_at_gateway(const struct ladder *ladder, struct reason *reason)
{
	const char *target = address_text(&ladder->target);

	if (ladder->forwarding == 0)
		return no_forwarding(ladder, reason);
	if (ladder->from_gateway == SILENT || ladder->from_gateway == REFUSED) {
		FIX("look from there, outside:  ip route get %s;  ping %s", target, target);
		return REASON("NET-OUTSIDE", "ip-route(8)",
			      "%s does not answer the gateway itself: nobody is there, or it "
			      "answers no pings, or the gateway knows no way to it",
			      target);
	}
	if (ladder->from_gateway != ANSWERED || ladder->track == TRACK_UNKNOWN)
		return candidates(ladder, "outside", reason);
	if (ladder->track == TRACK_PLAIN)
		return no_masquerade(ladder,
				     "the gateway sent our pings on with our own address as the "
				     "sender's, and got no answer; it gets answers to its own",
				     reason);
	if (ladder->track == TRACK_TRANSLATED)
		return firewall(ladder,
				"our pings left the gateway with its address, and no answer comes "
				"through to us",
				reason);
	/* The gateway keeps track of what passes, so ours did not. */
	if (ladder->tracks)
		return firewall(
			ladder,
			"the gateway is a router, it gets answers to its own pings, and ours "
			"do not leave it",
			reason);
	return no_masquerade(ladder,
			     "the gateway is a router, and gets answers to its own pings; it "
			     "changes no addresses",
			     reason);
}

/* Whether somebody who refused to pass a packet on is a firewall, and does not
 * only know no way. RFC 792, RFC 4443. */
static bool is_firewall(const struct ladder *ladder)
{
	int code = ladder->said.code;

	return is_four(ladder)
		       ? code != ICMP_NET_UNREACH && code != ICMP_HOST_UNREACH
		       : code != ICMP6_DST_UNREACH_NOROUTE && code != ICMP6_DST_UNREACH_ADDR;
}

static bool decide_outside(const struct ladder *ladder, struct reason *reason)
{
	const char *target = address_text(&ladder->target);

	if (!ladder->target.family)
		return ladder->forwarding == 0 && no_forwarding(ladder, reason);
	if (ladder->outside == ANSWERED)
		return false;
	if (ladder->outside == MAY_NOT) {
		FIX("be root in this network, as one is behind ns-user; with a process in it:  "
		    "ns-user --join PID ns-net --join PID --doctor=%s",
		    target);
		return REASON("NET-PING", "icmp(7)",
			      "sending a ping takes CAP_NET_RAW, or a group that "
			      "net.ipv4.ping_group_range names");
	}
	if (ladder->outside == REFUSED && is_firewall(ladder) && *ladder->gateway_device) {
		char seen[INET6_ADDRSTRLEN + 40];

		snprintf(seen, sizeof(seen), "%s refuses to pass our pings on",
			 address_text(&ladder->said.by));
		return firewall(ladder, seen, reason);
	}
	if (ladder->outside == REFUSED) {
		FIX("look from there:  ip route get %s", target);
		return REASON(
			"NET-OUTSIDE", "ip-route(8)",
			"%s says that it can't reach %s: it knows no way, nobody is there, or "
			"it may not",
			address_text(&ladder->said.by), target);
	}
	if (!ladder->route.gateway.family) {
		FIX("see who is there:  ip neighbour show dev %s", ladder->route_device);
		return REASON("NET-OUTSIDE", "ip-neighbour(8)",
			      "%s would be a neighbor at %s, and does not answer", target,
			      ladder->route_device);
	}
	if (*ladder->gateway_device)
		return decide_at_gateway(ladder, reason);
	return candidates(ladder, "on the gateway", reason);
}

static bool decide_name(const struct ladder *ladder, struct reason *reason)
{
	const char *server = address_text(&ladder->server);

	if (ladder->name == ANSWERED || ladder->name == NOT_ASKED)
		return false;
	if (*ladder->other_list)
		FIX("another list, behind ns-net:  ns-mnt --ro-bind %s:/etc/resolv.conf -- sh",
		    ladder->other_list);
	else
		FIX("another list:  echo nameserver 9.9.9.9 >/tmp/resolv.conf\n"
		    "and, behind ns-net:  ns-mnt --ro-bind /tmp/resolv.conf:/etc/resolv.conf -- sh");
	if (!ladder->list_found)
		return REASON("NET-DNS", "resolv.conf(5)",
			      "/etc/resolv.conf names no name server; then it is %s, and none "
			      "answers there",
			      server);
	if (address_is_loopback(&ladder->server))
		return REASON("NET-DNS", "resolv.conf(5)",
			      "/etc/resolv.conf names %s, which is at lo; each network has a lo of "
			      "its own, and no name server answers at this one",
			      server);
	return REASON("NET-DNS", "resolv.conf(5)", "the name server %s of /etc/resolv.conf %s",
		      server,
		      ladder->name == REFUSED ? "can't be reached, or none listens there"
					      : "does not answer");
}

bool doctor_decide(const struct ladder *ladder, enum rung rung, struct reason *reason)
{
	memset(reason, 0, sizeof(*reason));
	switch (rung) {
	case RUNG_LO: return decide_lo(ladder, reason);
	case RUNG_ADDRESS: return decide_address(ladder, reason);
	case RUNG_GATEWAY: return decide_gateway(ladder, reason);
	case RUNG_OUTSIDE: return decide_outside(ladder, reason);
	default: return decide_name(ladder, reason);
	}
}

void doctor_describe(const struct ladder *ladder, enum rung rung, char *text, size_t size)
{
	const struct route *route = &ladder->route;

	switch (rung) {
	case RUNG_LO:
		snprintf(text, size, "✓ lo is up and has %s",
			 is_four(ladder) ? "127.0.0.1" : "::1");
		break;
	case RUNG_ADDRESS:
		snprintf(text, size, "✓ %s has %s", ladder->device,
			 address_network_text(&ladder->own));
		break;
	case RUNG_GATEWAY:
		if (route->gateway.family)
			snprintf(text, size, "✓ %s answers at %s", address_text(&route->gateway),
				 ladder->route_device);
		else
			snprintf(text, size, "✓ none is needed: straight out of %s",
				 ladder->route_device);
		break;
	case RUNG_OUTSIDE:
		if (ladder->target.family)
			snprintf(text, size, "✓ %s answers", address_text(&ladder->target));
		else
			snprintf(text, size, "- not tried: --doctor=ADDRESS pings one");
		break;
	default:
		if (ladder->name == ANSWERED)
			snprintf(text, size, "✓ the name server %s answers",
				 address_text(&ladder->server));
		else
			snprintf(text, size,
				 "- not tried: the name server %s is not in our network; "
				 "--doctor=ADDRESS asks it",
				 address_text(&ladder->server));
	}
}
