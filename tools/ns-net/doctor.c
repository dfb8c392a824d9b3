/* doctor.c: climbs the ladder from `lo` to the names of the internet. See
 * doctor.h; what it makes of what it finds is in diagnosis.c. */
#include <net/if.h>

#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "doctor.h"
#include "message.h"
#include "netlink.h"
#include "step.h"

void doctor_parse(struct doctor *doctor, const char *text)
{
	if (!address_parse(&doctor->target, text))
		die("--doctor=ADDRESS takes an address to ping, such as 192.0.2.1 or 2001:db8::1; this "
		    "is '%.100s'",
		    text);
}

void doctor_begin(struct doctor *doctor, bool leaving)
{
	doctor->outside = doctor->outside_ping = doctor->outside_tracks = -1;
	if (!leaving || dry_run)
		return;
	/* Without privilege some of them can't be had, and less can be told. */
	doctor->outside = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (!doctor->target.family)
		return;
	doctor->outside_ping = probe_ping_socket(doctor->target.family);
	doctor->outside_tracks = conntrack_socket();
}

/* Looks for a family with an address that reaches farther than one link. */
struct families {
	bool four, six;
};

static void take_family(const struct address *address, unsigned flags, void *argument)
{
	struct families *families = argument;

	(void)flags;
	if (address_is_loopback(address) || address_is_link_local(address))
		return;
	families->four |= address->family == AF_INET;
	families->six |= address->family == AF_INET6;
}

static void take_lo_address(const struct address *address, unsigned flags, void *argument)
{
	struct ladder *ladder = argument;

	(void)flags;
	if (address->device == 1 && address_is_loopback(address))
		ladder->lo_address = true;
}

static void look_at_lo(int netlink, struct ladder *ladder)
{
	struct device lo;

	ladder->lo_up = device_read_number(netlink, 1, &lo) == 0 && (lo.flags & IFF_UP);
	device_read_addresses(netlink, ladder->family, take_lo_address, ladder);
}

static void take_own_address(const struct address *address, unsigned flags, void *argument)
{
	struct ladder *ladder = argument;

	if (address->device == 1 || ladder->own.family || address_is_link_local(address))
		return;
	ladder->own = *address;
	ladder->duplicate = flags & IFA_F_DADFAILED;
}

/* Of devices without an address, the one that is nearest to having one. */
static void take_own_device(const struct device *device, void *argument)
{
	struct ladder *ladder = argument;
	bool up = device->flags & IFF_UP, carrier = device->flags & IFF_LOWER_UP;

	if (device->index == 1 ||
	    (ladder->own.family ? device->index != ladder->own.device
				: *ladder->device && (!up || ladder->device_up)))
		return;
	snprintf(ladder->device, sizeof(ladder->device), "%s", device->name);
	ladder->device_up = up;
	ladder->device_carrier = carrier;
}

static void look_at_address(int netlink, struct ladder *ladder)
{
	device_read_addresses(netlink, ladder->family, take_own_address, ladder);
	device_read_all(netlink, take_own_device, ladder);
}

/* The gateway's address, if it is one of the network that we came from. */
static void take_gateway_device(const struct address *address, unsigned flags, void *argument)
{
	struct ladder *ladder = argument;

	(void)flags;
	if (address_same(address, &ladder->route.gateway))
		ladder->route.gateway.device = address->device;
}

static void take_forwarding(const struct nlmsghdr *answer, void *argument)
{
	const int *value;

	if (answer->nlmsg_type != RTM_NEWNETCONF)
		return;
	value = netlink_find(answer, sizeof(struct netconfmsg), NETCONFA_FORWARDING,
			     sizeof(*value));
	if (value)
		*(int *)argument = *value;
}

/* Whether what comes in at that device is forwarded: 0 or 1, -1 when it can't
 * be told. What `ip netconf show dev DEVICE` shows. */
static int read_forwarding(int netlink, int family, int device)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.setting)),
			    .nlmsg_type = RTM_GETNETCONF,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.setting = { .ncm_family = (unsigned char)family },
	};
	int forwarding = -1;

	netlink_put_number(&request, NETCONFA_IFINDEX, (unsigned)device);
	netlink_read(netlink, &request, take_forwarding, &forwarding);
	return forwarding;
}

/* Whether the gateway is the network that we came from, and what it is like. */
static void look_at_gateway_from_outside(int outside, struct ladder *ladder)
{
	struct address *gateway = &ladder->route.gateway;
	int device = gateway->device;
	struct device there;

	gateway->device = 0;
	device_read_addresses(outside, ladder->family, take_gateway_device, ladder);
	if (gateway->device && device_read_number(outside, gateway->device, &there) == 0) {
		snprintf(ladder->gateway_device, sizeof(ladder->gateway_device), "%s", there.name);
		ladder->forwarding = read_forwarding(outside, ladder->family, there.index);
	}
	gateway->device = device;
}

static void look_at_gateway(int netlink, int outside, struct ladder *ladder)
{
	struct device device;

	if (ladder->target.family)
		route_read_to(netlink, &ladder->target, &ladder->route);
	else
		route_read_default(netlink, ladder->family, &ladder->route);
	if (!ladder->route.found)
		return;
	if (device_read_number(netlink, ladder->route.device, &device) == 0)
		snprintf(ladder->route_device, sizeof(ladder->route_device), "%s", device.name);
	if (!ladder->route.gateway.family)
		return;
	if (outside >= 0)
		look_at_gateway_from_outside(outside, ladder);
	ladder->gateway = probe_neighbor(netlink, &ladder->route.gateway);
}

/* A device, and whether an address of it is still checked for others that have
 * the same (duplicate address detection, RFC 4862: a second or two). */
struct checked {
	int device;
	bool tentative;
};

static void take_tentative(const struct address *address, unsigned flags, void *argument)
{
	struct checked *checked = argument;

	if (address->device == checked->device && flags & IFA_F_TENTATIVE &&
	    !(flags & IFA_F_DADFAILED))
		checked->tentative = true;
}

/* A router for IPv6 whose device has only just come up can't ask there who has
 * the address that a packet of ours is for: it asks from its link-local
 * address, which is not its own yet. */
static void wait_for_gateway(int outside, const struct address *target)
{
	const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	struct route route = { 0 };

	route_read_to(outside, target, &route);
	for (int i = 0; i < 500 && route.found; i++) {
		struct checked checked = { .device = route.device };

		device_read_addresses(outside, AF_INET6, take_tentative, &checked);
		if (!checked.tentative)
			return;
		nanosleep(&moment, NULL);
	}
}

static void look_outside(const struct doctor *doctor, struct ladder *ladder)
{
	struct refusal_note unused;
	struct address any = { 0 };
	unsigned short id;
	int ping;

	if (!ladder->target.family)
		return;
	if (ladder->family == AF_INET6 && *ladder->gateway_device)
		wait_for_gateway(doctor->outside, &ladder->target);
	ping = probe_ping_socket(ladder->family);
	ladder->outside = probe_ping(ping, &ladder->target, &ladder->said);
	if (ladder->outside == MAY_NOT)
		return;
	id = probe_ping_id(ping);
	close(ping);
	/* Why not? The gateway may tell, when it is in our hands. */
	if (ladder->outside != SILENT || !*ladder->gateway_device || ladder->forwarding == 0)
		return;
	ladder->track = conntrack_look(doctor->outside_tracks, &ladder->own, &ladder->target, id);
	ladder->from_gateway = probe_ping(doctor->outside_ping, &ladder->target, &unused);
	if (ladder->from_gateway != MAY_NOT)
		ladder->tracks = conntrack_look(doctor->outside_tracks, &any, &ladder->target,
						probe_ping_id(doctor->outside_ping)) > TRACK_NONE;
}

/* The first name server of a list; with none, the C library asks 127.0.0.1.
 * resolv.conf(5). */
static bool read_name_server(const char *path, struct address *server)
{
	char line[512], text[64];
	FILE *list = fopen(path, "re");
	bool found = false;

	while (list && !found && fgets(line, sizeof(line), list))
		if (sscanf(line, "nameserver %63[^ \t\n%]", text) == 1)
			found = address_parse(server, text);
	if (list)
		fclose(list);
	return found;
}

static void look_at_names(struct ladder *ladder)
{
	/* systemd-resolved's list of the servers that it asks itself. */
	static const char resolved[] = "/run/systemd/resolve/resolv.conf";
	struct address other;

	ladder->list_found = read_name_server("/etc/resolv.conf", &ladder->server);
	if (!ladder->list_found)
		address_parse(&ladder->server, "127.0.0.1");
	if (read_name_server(resolved, &other) && !address_is_loopback(&other))
		snprintf(ladder->other_list, sizeof(ladder->other_list), "%s", resolved);
	if (ladder->target.family || address_is_loopback(&ladder->server) ||
	    address_is_in(&ladder->server, &ladder->own))
		ladder->name = probe_name_server(&ladder->server);
}

/* Prints a rung that does not hold, in the form that all reasons have. */
static void print_broken(const char *name, const struct reason *reason)
{
	char text[2400] = "";

	why_add(text, sizeof(text), reason);
	printf("✗ %-8s [%s]\n%s", name, reason->id, text);
}

bool doctor_climb(const struct doctor *doctor)
{
	static const char *const names[RUNGS] = { "lo", "address", "gateway", "outside", "name" };
	struct ladder ladder = { .target = doctor->target, .forwarding = -1 };
	struct families families = { 0 };
	struct reason reason;
	char text[200];
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	bool holds = true;

	if (netlink < 0 || device_read_addresses(netlink, AF_UNSPEC, take_family, &families) != 0)
		die_errno("cannot read the network configuration");
	ladder.family = ladder.target.family		 ? ladder.target.family
			: families.six && !families.four ? AF_INET6
							 : AF_INET;
	for (enum rung rung = RUNG_LO; rung < RUNGS; rung++) {
		if (!holds) {
			printf("- %-8s not tried\n", names[rung]);
			continue;
		}
		switch (rung) {
		case RUNG_LO: look_at_lo(netlink, &ladder); break;
		case RUNG_ADDRESS: look_at_address(netlink, &ladder); break;
		case RUNG_GATEWAY: look_at_gateway(netlink, doctor->outside, &ladder); break;
		case RUNG_OUTSIDE: look_outside(doctor, &ladder); break;
		default: look_at_names(&ladder);
		}
		holds = !doctor_decide(&ladder, rung, &reason);
		if (!holds) {
			print_broken(names[rung], &reason);
		} else {
			doctor_describe(&ladder, rung, text, sizeof(text));
			printf("%.*s %-8s%s\n", (int)strcspn(text, " "), text, names[rung],
			       text + strcspn(text, " "));
		}
		/* The next may take a while. */
		fflush(stdout);
	}
	close(netlink);
	if (fflush(stdout) != 0)
		die_errno("cannot write to stdout");
	return holds;
}
