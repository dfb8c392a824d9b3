/* cable.c: a pair of virtual Ethernet devices, one end in the network that we
 * come from and one in the new one. See cable.h.
 *
 * A network namespace has no way to another one but a device that reaches
 * over. A veth is two devices made together, and each may be in a namespace
 * of its own. Making it takes CAP_NET_ADMIN in both, so an ordinary user can
 * do it only from one network of his own into another. It is gone when either
 * of its ends is: the end inside goes with its namespace. */
#include <net/if.h>

#include <errno.h>
#include <linux/if.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cable.h"
#include "device.h"
#include "message.h"
#include "netlink.h"
#include "route.h"
#include "step.h"

/* Finds the bridge to plug into. */
static int find_bridge(struct cable *cable)
{
	struct device device;

	if (device_read(cable->outside, cable->bridge, &device) != 0)
		return -1;
	if (strcmp(device.kind, "bridge") != 0) {
		snprintf(cable->found, sizeof(cable->found), "%s",
			 *device.kind ? device.kind : "device without a kind");
		errno = ENODEV;
		return -1;
	}
	cable->bridge_index = device.index;
	if (!(device.flags & IFF_UP))
		note("the bridge '%s' is down, so nothing passes it; set it up:  ip link set %s up",
		     cable->bridge, cable->bridge);
	return 0;
}

/* When a program has ended, its cable is still there for some milliseconds:
 * the kernel takes networks away in the background. 'ns-net ...; ns-net ...'
 * should work, so an older cable gets a second to go: these pauses. */
enum { PAUSES = 500 };

static void pause_shortly(void)
{
	const struct timespec moment = { .tv_nsec = 2 * 1000 * 1000 };

	nanosleep(&moment, NULL);
}

/* What the kernel does in the background, on a busy machine when it is its turn, is
 * waited for by the clock: so many seconds. */
enum { READY_AFTER = 10 };

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Not an error if it never is: making the cable will say so. */
static int wait_for_name(const struct cable *cable)
{
	struct device device;

	for (int i = 0; i < PAUSES; i++) {
		if (device_read(cable->outside, cable->outer, &device) != 0)
			return errno == ENODEV ? 0 : -1;
		if (strcmp(device.kind, "veth") != 0)
			break;
		pause_shortly();
	}
	return 0;
}

/* An address outside that stands in the way of ours. */
struct conflict {
	const struct address *wanted;
	struct address found;
};

static void take_conflict(const struct address *address, unsigned flags, void *argument)
{
	struct conflict *conflict = argument;

	(void)flags;
	if (!conflict->found.family && address_overlaps(address, conflict->wanted))
		conflict->found = *address;
}

/* Makes sure that the outer end's address is in no network that is outside
 * already: one of the two could not be reached any more. */
static int check_network(struct cable *cable, const struct address *wanted)
{
	for (int i = 0;; i++) {
		struct conflict conflict = { .wanted = wanted };
		struct device device;

		if (device_read_addresses(cable->outside, wanted->family, take_conflict,
					  &conflict) != 0)
			return -1;
		if (!conflict.found.family)
			return 0;
		if (device_read_number(cable->outside, conflict.found.device, &device) != 0)
			snprintf(device.kind, sizeof(device.kind), "veth"); /* it has just gone */
		if (strcmp(device.kind, "veth") != 0 || i == PAUSES) {
			snprintf(cable->wanted, sizeof(cable->wanted), "%s",
				 address_network_text(wanted));
			snprintf(cable->found, sizeof(cable->found), "'%s' has %s", device.name,
				 address_network_text(&conflict.found));
			if (strcmp(device.kind, "bridge") == 0)
				memcpy(cable->found_bridge, device.name, sizeof(device.name));
			errno = EADDRINUSE;
			return -1;
		}
		pause_shortly();
	}
}

void cable_begin(struct cable *cable)
{
	/* A socket stays in the network that it was opened in. */
	cable->outside = STEP(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
			      "open a socket to the kernel's network configuration, outside");
	if (!dry_run)
		netlink_want_words(cable->outside);
	STEP(wait_for_name(cable), "wait until the name '%s' is free (RTM_GETLINK)", cable->outer);
	if (cable->bridge) {
		STEP(find_bridge(cable), "find the bridge '%s' (RTM_GETLINK)", cable->bridge);
		return;
	}
	for (size_t i = 0; i < cable->gateway_count; i++) {
		struct address wanted = cable_outer_address(cable, i);

		if (!address_is_link_local(&wanted))
			STEP(check_network(cable, &wanted),
			     "give the outer end an address in %s (RTM_GETADDR)",
			     address_range_text(&wanted));
	}
}

/* What `ip link add OUTER type veth peer name INNER netns PID` does. */
static int add_cable(struct cable *cable)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL },
	};
	struct rtattr *info, *data, *peer;

	netlink_put_text(&request, IFLA_IFNAME, cable->outer);
	info = netlink_nest(&request, IFLA_LINKINFO, 0);
	netlink_put_text(&request, IFLA_INFO_KIND, "veth");
	data = netlink_nest(&request, IFLA_INFO_DATA, 0);
	/* The other end: a request within the request. The process that it is
	 * to be with is us, so it is made in the new network. */
	peer = netlink_nest(&request, VETH_INFO_PEER, sizeof(struct ifinfomsg));
	netlink_put_text(&request, IFLA_IFNAME, cable->inner);
	netlink_put_number(&request, IFLA_NET_NS_PID, (unsigned)getpid());
	netlink_nest_end(&request, peer);
	netlink_nest_end(&request, data);
	netlink_nest_end(&request, info);
	return netlink_change(cable->outside, &request);
}

/* Finds the numbers that the two ends have got. */
static int find_ends(struct cable *cable)
{
	struct device outer, inner;

	if (device_read(cable->outside, cable->outer, &outer) != 0 ||
	    device_read(cable->inside, cable->inner, &inner) != 0)
		return -1;
	cable->outer_index = outer.index;
	cable->inner_index = inner.index;
	return 0;
}

/* What `ip link set OUTER master BRIDGE` does. */
static int plug_in(const struct cable *cable)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = cable->outer_index },
	};

	netlink_put_number(&request, IFLA_MASTER, (unsigned)cable->bridge_index);
	return netlink_change(cable->outside, &request);
}

/* What `ip link set DEVICE up` does. */
static int set_up(int socket, int device)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = device, .ifi_flags = IFF_UP, .ifi_change = IFF_UP },
	};

	return netlink_change(socket, &request);
}

/* What `ip address add ADDRESS dev DEVICE` does. */
static int add_address(int socket, int device, const struct address *address)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.address)),
			    .nlmsg_type = RTM_NEWADDR,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL },
		.address = { .ifa_family = (unsigned char)address->family,
			     .ifa_prefixlen = (unsigned char)address->prefix,
			     .ifa_index = (unsigned)device,
			     /* An IPv6 address may not be used for a second, in
			      * which the kernel asks whether somebody else has
			      * it. Not so here. ip-address(8), nodad. */
			     .ifa_flags = address->family == AF_INET6 ? IFA_F_NODAD : 0 },
	};

	netlink_put(&request, IFA_LOCAL, address->bytes, address_size(address));
	netlink_put(&request, IFA_ADDRESS, address->bytes, address_size(address));
	return netlink_change(socket, &request);
}

/* The kernel sets an IPv6 address up in the background. Until then nobody who
 * asks for it gets an answer, and asks again only a second later. */
static int wait_for_address(int socket, int device, struct address address)
{
	bool listens;

	address.device = device;
	for (time_t end = seconds() + READY_AFTER; seconds() <= end;) {
		if (device_listens(socket, &address, &listens) != 0)
			return -1;
		if (listens)
			return 0;
		pause_shortly();
	}
	errno = ETIMEDOUT;
	return -1;
}

/* What `ip route add default via GATEWAY dev DEVICE` does. */
static int add_default_route(int socket, int device, const struct address *gateway)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.route)),
			    .nlmsg_type = RTM_NEWROUTE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL },
		.route = { .rtm_family = (unsigned char)gateway->family,
			   .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC,
			   .rtm_scope = RT_SCOPE_UNIVERSE,
			   .rtm_type = RTN_UNICAST },
	};

	netlink_put(&request, RTA_GATEWAY, gateway->bytes, address_size(gateway));
	netlink_put_number(&request, RTA_OIF, (unsigned)device);
	return netlink_change(socket, &request);
}

/* Until both ends have seen that the other one is up, what is sent is lost. */
static int wait_until_up(const struct cable *cable)
{
	struct device outer, inner;

	for (time_t end = seconds() + READY_AFTER; seconds() <= end;) {
		if (device_read(cable->outside, cable->outer, &outer) != 0 ||
		    device_read(cable->inside, cable->inner, &inner) != 0)
			return -1;
		if (outer.state == IF_OPER_UP && inner.state == IF_OPER_UP)
			return 0;
		pause_shortly();
	}
	errno = ETIMEDOUT;
	return -1;
}

void cable_lay(struct cable *cable)
{
	cable->inside = STEP(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
			     "open a socket to the kernel's network configuration, inside");
	if (!dry_run)
		netlink_want_words(cable->inside);

	/* Both ends are made at once, and both are down. */
	STEP(add_cable(cable), "lay a cable from '%s' outside to '%s' inside (RTM_NEWLINK)",
	     cable->outer, cable->inner);
	cable->laid = !dry_run;
	STEP(find_ends(cable), "find the two ends (RTM_GETLINK)");

	if (cable->bridge)
		STEP(plug_in(cable), "plug '%s' into the bridge '%s' (RTM_NEWLINK)", cable->outer,
		     cable->bridge);
	STEP(set_up(cable->outside, cable->outer_index), "set '%s' up (RTM_NEWLINK)", cable->outer);
	STEP(set_up(cable->inside, cable->inner_index), "set '%s' up (RTM_NEWLINK)", cable->inner);
	STEP(wait_until_up(cable), "wait until packets pass (RTM_GETLINK)");

	/* An address makes a route to the network that it is in, as well. */
	for (size_t i = 0; i < cable->ip_count; i++) {
		const struct address *ip = &cable->ips[i];

		STEP(add_address(cable->inside, cable->inner_index, ip),
		     "give '%s' the address %s (RTM_NEWADDR)", cable->inner,
		     address_network_text(ip));
		if (ip->family == AF_INET6)
			STEP(wait_for_address(cable->inside, cable->inner_index, *ip),
			     "wait until it is in use (RTM_GETMULTICAST)");
	}

	for (size_t i = 0; i < cable->gateway_count; i++) {
		const struct address *gateway = &cable->gateways[i];
		struct address outer = cable_outer_address(cable, i);

		/* With a bridge, the gateway is the bridge, or behind it. */
		if (!cable->bridge)
			STEP(add_address(cable->outside, cable->outer_index, &outer),
			     "give '%s' outside the address %s (RTM_NEWADDR)", cable->outer,
			     address_network_text(&outer));
		if (!cable->bridge && outer.family == AF_INET6)
			STEP(wait_for_address(cable->outside, cable->outer_index, outer),
			     "wait until it is in use (RTM_GETMULTICAST)");
		STEP(add_default_route(cable->inside, cable->inner_index, gateway),
		     "send what is for elsewhere to %s (RTM_NEWROUTE)", address_text(gateway));
	}
}

/* An address that is to be there, and whether it is. */
struct wanted_address {
	const struct address *address;
	int device;
	bool found;
};

static void take_wanted(const struct address *address, unsigned flags, void *argument)
{
	struct wanted_address *wanted = argument;

	if (address->device == wanted->device && address_same(address, wanted->address) &&
	    address->prefix == wanted->address->prefix && !(flags & IFA_F_TENTATIVE))
		wanted->found = true;
}

static void verify_address(int socket, int device, const struct address *address, const char *name)
{
	struct wanted_address wanted = { address, device, false };

	STEP(device_read_addresses(socket, address->family, take_wanted, &wanted),
	     "read the addresses of '%s' back (RTM_GETADDR)", name);
	errno = 0;
	if (!dry_run && !wanted.found)
		step_fail("device_read_addresses(socket, address->family, take_wanted, &wanted)",
			  "give '%s' the address %s", name, address_network_text(address));
}

static void verify_route(const struct cable *cable, const struct address *gateway)
{
	struct route route;

	STEP(route_read_default(cable->inside, gateway->family, &route),
	     "read the default route back (RTM_GETROUTE)");
	errno = 0;
	if (!dry_run && (!route.found || !address_same(&route.gateway, gateway)))
		step_fail("route_read_default(cable->inside, gateway->family, &route)",
			  "send what is for elsewhere to %s", address_text(gateway));
}

void cable_verify(struct cable *cable)
{
	struct device outer, inner;

	STEP(device_read(cable->outside, cable->outer, &outer), "read '%s' back (RTM_GETLINK)",
	     cable->outer);
	STEP(device_read(cable->inside, cable->inner, &inner), "read '%s' back (RTM_GETLINK)",
	     cable->inner);
	errno = 0;
	if (!dry_run && (outer.index != cable->outer_index || !(outer.flags & IFF_LOWER_UP)))
		step_fail("device_read(cable->outside, cable->outer, &outer)",
			  "set '%s' up: it is down, or gone", cable->outer);
	if (!dry_run && (inner.index != cable->inner_index || !(inner.flags & IFF_LOWER_UP)))
		step_fail("device_read(cable->inside, cable->inner, &inner)",
			  "set '%s' up: it is down, or gone", cable->inner);
	if (!dry_run && cable->bridge && outer.master != cable->bridge_index)
		step_fail("device_read(cable->outside, cable->outer, &outer)",
			  "plug '%s' into the bridge '%s'", cable->outer, cable->bridge);

	for (size_t i = 0; i < cable->ip_count; i++)
		verify_address(cable->inside, cable->inner_index, &cable->ips[i], cable->inner);
	for (size_t i = 0; i < cable->gateway_count; i++) {
		struct address address = cable_outer_address(cable, i);

		if (!cable->bridge)
			verify_address(cable->outside, cable->outer_index, &address, cable->outer);
		verify_route(cable, &cable->gateways[i]);
	}
}

void cable_remove(struct cable *cable)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_DELLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = cable->outer_index },
	};

	if (!cable->laid)
		return;
	if (!cable->outer_index)
		netlink_put_text(&request, IFLA_IFNAME, cable->outer);
	netlink_change(cable->outside, &request);
	cable->laid = false;
}

void cable_end(struct cable *cable)
{
	if (dry_run)
		return;
	close(cable->outside);
	close(cable->inside);
}
