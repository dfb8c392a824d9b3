/* bridge.c: the switch that the cables of containers are plugged into. See
 * bridge.h. */
#include <net/if.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bridge.h"
#include "netlink.h"
#include "route.h"

/* "STRAT", as the address of a device that nobody has built (its first byte says
 * that). A bridge that is made with an address keeps it. */
static const unsigned char mark[6] = { 0x02, 'S', 'T', 'R', 'A', 'T' };

static struct address from_number(uint32_t number, int prefix)
{
	struct address address = { .family = AF_INET, .prefix = prefix };
	uint32_t bytes = htonl(number);

	memcpy(address.bytes, &bytes, sizeof(bytes));
	return address;
}

static uint32_t to_number(const struct address *address)
{
	uint32_t bytes;

	memcpy(&bytes, address->bytes, sizeof(bytes));
	return ntohl(bytes);
}

static void take_address(const struct address *address, unsigned flags, void *argument)
{
	struct bridge *bridge = argument;

	(void)flags;
	if (!bridge->address.family && address->device == bridge->device.index)
		bridge->address = *address;
}

int bridge_read(int socket, struct bridge *bridge)
{
	if (device_read(socket, bridge->name, &bridge->device) != 0)
		return -1;
	if (strcmp(bridge->device.kind, "bridge") != 0) {
		errno = EEXIST;
		return -1;
	}
	bridge->ours = memcmp(bridge->device.hardware, mark, sizeof(mark)) == 0;
	bridge->address.family = 0;
	return device_read_addresses(socket, AF_INET, take_address, bridge);
}

/* What `ip link add NAME address ADDRESS type bridge` does. */
int bridge_make(int socket, struct bridge *bridge)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL },
	};
	struct rtattr *info;

	netlink_put_text(&request, IFLA_IFNAME, bridge->name);
	netlink_put(&request, IFLA_ADDRESS, mark, sizeof(mark));
	info = netlink_nest(&request, IFLA_LINKINFO, 0);
	netlink_put_text(&request, IFLA_INFO_KIND, "bridge");
	netlink_nest_end(&request, info);
	if (netlink_change(socket, &request) != 0)
		return -1;
	bridge->made = true;
	return bridge_read(socket, bridge);
}

/* A network that is looked for, and whether the machine has to do with it. */
struct wanted_network {
	struct address network;
	bool taken;
};

static void take_other(const struct address *other, void *argument)
{
	struct wanted_network *wanted = argument;

	if (address_overlaps(other, &wanted->network))
		wanted->taken = true;
}

static void take_other_address(const struct address *other, unsigned flags, void *argument)
{
	(void)flags;
	take_other(other, argument);
}

static int is_free(int socket, const struct address *network, bool *is)
{
	struct wanted_network wanted = { .network = *network };

	if (route_read_networks(socket, AF_INET, take_other, &wanted) != 0 ||
	    device_read_addresses(socket, AF_INET, take_other_address, &wanted) != 0)
		return -1;
	*is = !wanted.taken;
	return 0;
}

int bridge_choose(int socket, const struct address *wanted, struct address *address)
{
	/* Of the private networks (RFC 1918), some that few others use: not those
	 * of docker (172.17), podman (10.88) or libvirt (192.168.122). */
	static const uint32_t beginnings[] = { 0x0ad50000, 0xac1d0000 }; /* 10.213, 172.29 */
	bool is;

	for (uint32_t i = 0; i < (wanted->family ? 1 : 2 * 256); i++) {
		uint32_t first = wanted->family ? to_number(wanted) & ~255u
						: beginnings[i / 256] | (i % 256) << 8;

		/* The gateway has the first of them, as in docker. */
		*address = from_number(first | 1, 24);
		if (is_free(socket, address, &is) != 0)
			return -1;
		if (is)
			return 0;
	}
	errno = EADDRINUSE;
	return -1;
}

/* What `ip address add ADDRESS dev NAME` and `ip link set NAME up` do. */
int bridge_set_up(int socket, const struct bridge *bridge)
{
	struct netlink_request address = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(address.address)),
			    .nlmsg_type = RTM_NEWADDR,
			    .nlmsg_flags =
				    NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE },
		.address = { .ifa_family = AF_INET,
			     .ifa_prefixlen = (unsigned char)bridge->address.prefix,
			     .ifa_index = (unsigned)bridge->device.index },
	};
	struct netlink_request up = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(up.link)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = bridge->device.index,
			  .ifi_flags = IFF_UP,
			  .ifi_change = IFF_UP },
	};

	netlink_put(&address, IFA_LOCAL, bridge->address.bytes, 4);
	netlink_put(&address, IFA_ADDRESS, bridge->address.bytes, 4);
	if (netlink_change(socket, &address) != 0)
		return -1;
	return netlink_change(socket, &up);
}

struct plugged {
	int bridge, count;
};

static void take_plugged(const struct device *device, void *argument)
{
	struct plugged *plugged = argument;

	plugged->count += device->master == plugged->bridge;
}

int bridge_count(int socket, const struct bridge *bridge)
{
	struct plugged plugged = { bridge->device.index, 0 };

	return device_read_all(socket, take_plugged, &plugged) != 0 ? -1 : plugged.count;
}

int bridge_remove(int socket, const struct bridge *bridge)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_DELLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = bridge->device.index },
	};

	return netlink_change(socket, &request);
}

void bridge_cable_name(const struct address *address, char name[IFNAMSIZ])
{
	snprintf(name, IFNAMSIZ, CABLE_PREFIX "%08x", to_number(address));
}

int bridge_next(int socket, const struct bridge *bridge, struct address *address)
{
	uint32_t own = to_number(&bridge->address);
	uint32_t hosts = bridge->address.prefix ? ~0u >> bridge->address.prefix : ~0u;
	struct device device;
	char name[IFNAMSIZ];

	for (uint32_t i = 1; i < hosts; i++) {
		*address = from_number((own & ~hosts) | i, bridge->address.prefix);
		if (address_same(address, &bridge->address))
			continue;
		bridge_cable_name(address, name);
		if (device_read(socket, name, &device) == 0)
			continue;
		return errno == ENODEV ? 0 : -1;
	}
	errno = EADDRNOTAVAIL;
	return -1;
}
