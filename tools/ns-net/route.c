/* route.c: which way packets go. See route.h. */
#include <string.h>

#include "netlink.h"
#include "route.h"

/* Takes one out of an answer (RTM_NEWROUTE). */
static bool parse(const struct nlmsghdr *answer, struct route *route)
{
	const struct rtmsg *body = NLMSG_DATA(answer);
	const unsigned *number;
	const void *bytes;

	memset(route, 0, sizeof(*route));
	if (answer->nlmsg_type != RTM_NEWROUTE)
		return false;
	route->found = true;
	route->gateway.family = body->rtm_family;
	bytes = netlink_find(answer, sizeof(*body), RTA_PREFSRC, address_size(&route->gateway));
	if (bytes) {
		route->source.family = body->rtm_family;
		memcpy(route->source.bytes, bytes, address_size(&route->source));
	}
	number = netlink_find(answer, sizeof(*body), RTA_OIF, sizeof(*number));
	if (number)
		route->device = (int)*number;
	number = netlink_find(answer, sizeof(*body), RTA_PRIORITY, sizeof(*number));
	if (number)
		route->metric = *number;
	bytes = netlink_find(answer, sizeof(*body), RTA_GATEWAY, address_size(&route->gateway));
	if (bytes) {
		memcpy(route->gateway.bytes, bytes, address_size(&route->gateway));
		route->gateway.prefix = address_bits(&route->gateway);
		route->gateway.device = route->device;
	} else {
		route->gateway.family = 0;
	}
	return true;
}

/* Keeps the best default route of the table that all programs use. */
static void take_default(const struct nlmsghdr *answer, void *argument)
{
	const struct rtmsg *body = NLMSG_DATA(answer);
	struct route *best = argument, route;

	if (parse(answer, &route) && body->rtm_dst_len == 0 && body->rtm_table == RT_TABLE_MAIN &&
	    body->rtm_type == RTN_UNICAST && (!best->found || route.metric < best->metric))
		*best = route;
}

int route_read_default(int socket, int family, struct route *route)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.route)),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.route = { .rtm_family = (unsigned char)family },
	};

	memset(route, 0, sizeof(*route));
	return netlink_read(socket, &request, take_default, route);
}

static void take_one(const struct nlmsghdr *answer, void *argument)
{
	struct route route;

	if (parse(answer, &route))
		*(struct route *)argument = route;
}

int route_read_to(int socket, const struct address *address, struct route *route)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.route)),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.route = { .rtm_family = (unsigned char)address->family,
			   .rtm_dst_len = (unsigned char)address_bits(address) },
	};

	memset(route, 0, sizeof(*route));
	netlink_put(&request, RTA_DST, address->bytes, address_size(address));
	return netlink_read(socket, &request, take_one, route);
}

struct network_taker {
	void (*take)(const struct address *network, void *argument);
	void *argument;
};

static void take_network(const struct nlmsghdr *answer, void *argument)
{
	const struct rtmsg *body = NLMSG_DATA(answer);
	const struct network_taker *taker = argument;
	struct address network = { .family = body->rtm_family, .prefix = body->rtm_dst_len };
	const void *bytes;

	if (answer->nlmsg_type != RTM_NEWROUTE || !body->rtm_dst_len)
		return;
	bytes = netlink_find(answer, sizeof(*body), RTA_DST, address_size(&network));
	if (!bytes)
		return;
	memcpy(network.bytes, bytes, address_size(&network));
	taker->take(&network, taker->argument);
}

int route_read_networks(int socket, int family,
			void (*take)(const struct address *network, void *argument), void *argument)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.route)),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.route = { .rtm_family = (unsigned char)family },
	};
	struct network_taker taker = { take, argument };

	return netlink_read(socket, &request, take_network, &taker);
}
