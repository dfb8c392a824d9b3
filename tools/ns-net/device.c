/* device.c: what the kernel says of network devices. See device.h. */
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "netlink.h"

/* Takes one out of an answer (RTM_NEWLINK). */
static void parse(const struct nlmsghdr *answer, struct device *device)
{
	const struct ifinfomsg *link = NLMSG_DATA(answer);
	const char *name;
	const int *number;
	const unsigned char *state;
	const struct rtattr *info;
	const void *hardware;

	memset(device, 0, sizeof(*device));
	device->index = link->ifi_index;
	device->flags = link->ifi_flags;
	name = netlink_find(answer, sizeof(*link), IFLA_IFNAME, 1);
	if (name)
		snprintf(device->name, sizeof(device->name), "%s", name);
	state = netlink_find(answer, sizeof(*link), IFLA_OPERSTATE, 1);
	if (state)
		device->state = *state;
	number = netlink_find(answer, sizeof(*link), IFLA_MASTER, sizeof(*number));
	if (number)
		device->master = *number;
	hardware = netlink_find(answer, sizeof(*link), IFLA_ADDRESS, sizeof(device->hardware));
	if (hardware)
		memcpy(device->hardware, hardware, sizeof(device->hardware));
	info = netlink_find(answer, sizeof(*link), IFLA_LINKINFO, sizeof(*info));
	if (info) {
		/* The attribute's length stands just before its value. */
		const struct rtattr *nest =
			(const struct rtattr *)((const char *)info - RTA_LENGTH(0));

		name = netlink_find_in(info, RTA_PAYLOAD(nest), IFLA_INFO_KIND, 1, NULL);
		if (name)
			snprintf(device->kind, sizeof(device->kind), "%s", name);
	}
}

static void take_one(const struct nlmsghdr *answer, void *argument)
{
	if (answer->nlmsg_type == RTM_NEWLINK)
		parse(answer, argument);
}

/* One device, by name or else by number. */
static int read_one(int socket, const char *name, int number, struct device *device)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = number },
	};

	memset(device, 0, sizeof(*device));
	if (name)
		netlink_put_text(&request, IFLA_IFNAME, name);
	return netlink_read(socket, &request, take_one, device);
}

int device_read(int socket, const char *name, struct device *device)
{
	return read_one(socket, name, 0, device);
}

int device_read_number(int socket, int number, struct device *device)
{
	return read_one(socket, NULL, number, device);
}

struct taker {
	void (*take)(const struct device *device, void *argument);
	void *argument;
};

static void take_each(const struct nlmsghdr *answer, void *argument)
{
	const struct taker *taker = argument;
	struct device device;

	if (answer->nlmsg_type != RTM_NEWLINK)
		return;
	parse(answer, &device);
	taker->take(&device, taker->argument);
}

int device_read_all(int socket, void (*take)(const struct device *device, void *argument),
		    void *argument)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	struct taker taker = { take, argument };

	return netlink_read(socket, &request, take_each, &taker);
}

struct address_taker {
	void (*take)(const struct address *address, unsigned flags, void *argument);
	void *argument;
};

static void take_address(const struct nlmsghdr *answer, void *argument)
{
	const struct address_taker *taker = argument;
	const struct ifaddrmsg *body = NLMSG_DATA(answer);
	struct address address = { .family = body->ifa_family,
				   .prefix = body->ifa_prefixlen,
				   .device = (int)body->ifa_index };
	const void *bytes;
	const unsigned *flags;

	if (answer->nlmsg_type != RTM_NEWADDR ||
	    (address.family != AF_INET && address.family != AF_INET6))
		return;
	/* On a line between two, IFA_ADDRESS is that of the other end. */
	bytes = netlink_find(answer, sizeof(*body), IFA_LOCAL, address_size(&address));
	if (!bytes)
		bytes = netlink_find(answer, sizeof(*body), IFA_ADDRESS, address_size(&address));
	if (!bytes)
		return;
	memcpy(address.bytes, bytes, address_size(&address));
	flags = netlink_find(answer, sizeof(*body), IFA_FLAGS, sizeof(*flags));
	taker->take(&address, flags ? *flags : body->ifa_flags, taker->argument);
}

int device_read_addresses(int socket, int family,
			  void (*take)(const struct address *address, unsigned flags,
				       void *argument),
			  void *argument)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.address)),
			    .nlmsg_type = RTM_GETADDR,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.address = { .ifa_family = (unsigned char)family },
	};
	struct address_taker taker = { take, argument };

	return netlink_read(socket, &request, take_address, &taker);
}

/* A group of receivers on one link, and whether a device is in it. */
struct group {
	int device;
	unsigned char bytes[16];
	bool found;
};

static void take_group(const struct nlmsghdr *answer, void *argument)
{
	const struct ifaddrmsg *body = NLMSG_DATA(answer);
	struct group *group = argument;
	const void *bytes = netlink_find(answer, sizeof(*body), IFA_MULTICAST, 16);

	if (bytes && (int)body->ifa_index == group->device && memcmp(bytes, group->bytes, 16) == 0)
		group->found = true;
}

int device_listens(int socket, const struct address *address, bool *listens)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.address)),
			    .nlmsg_type = RTM_GETMULTICAST,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.address = { .ifa_family = AF_INET6 },
	};
	/* ff02::1:ff and the last three bytes: all whose addresses end so. */
	struct group group = { .device = address->device,
			       .bytes = { 0xff, 2, [11] = 1, [12] = 0xff } };
	int result;

	memcpy(group.bytes + 13, address->bytes + 13, 3);
	result = netlink_read(socket, &request, take_group, &group);
	*listens = group.found;
	return result;
}
