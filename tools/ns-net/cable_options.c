/* cable_options.c: what --veth, --ip, --gateway and --bridge say of a cable, and whether
 * it goes together. See cable.h. */
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "cable.h"
#include "memory.h"
#include "message.h"
#include "why.h"

/* The kernel keeps 16 bytes for a name, the last one a zero; and it refuses
 * '/', ':' and blanks, and makes a number of '%d'. */
static void check_name(const char *name)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	if (strlen(name) >= IFNAMSIZ) {
		FIX("a shorter one, as '%.*s'", IFNAMSIZ - 1, name);
		(void)REASON("NET-NAME15", "netdevice(7)",
			     "the name of a network device has at most %d characters, and this has "
			     "%zu",
			     IFNAMSIZ - 1, strlen(name));
		why_refuse(reason, "cannot name a device '%.80s'", name);
	}
	for (const char *c = name; *c; c++)
		if (!isgraph((unsigned char)*c) || strchr("/:%", *c))
			die("the name of a network device has no blanks, no '/', ':' or '%%', and "
			    "no odd characters; '%s' does not do",
			    name);
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		die("--veth takes OUTER or OUTER:INNER, such as lab0:eth0; '%s' is no name", name);
	if (strcmp(name, "lo") == 0)
		die("each network has a device 'lo' already; --veth takes other names [NET-EXIST]");
}

void cable_parse_ends(struct cable *cable, char *text)
{
	static char usual[] = "eth0";
	char *colon = strchr(text, ':');

	if (cable->outer)
		die("--veth can be given once; more cables:  ip link add NAME type veth peer "
		    "name NAME netns PID");
	cable->outer = text;
	cable->inner = usual;
	if (colon) {
		*colon = '\0';
		cable->inner = colon + 1;
	}
	check_name(cable->outer);
	check_name(cable->inner);
}

void cable_parse_ip(struct cable *cable, const char *text)
{
	struct address ip, plain;

	if (!address_parse_network(&ip, text)) {
		if (address_parse(&plain, text))
			die("--ip takes an address with the length of its network's part, such as "
			    "%s/%d; this is '%s'",
			    text, plain.family == AF_INET ? 24 : 64, text);
		die("--ip takes ADDRESS/LENGTH, such as 10.0.0.2/24 or fd00::2/64; this is "
		    "'%.100s'",
		    text);
	}
	if (address_is_reserved(&ip))
		die("--ip %s: no device can have this address: in %s it is the first or the last, "
		    "which mean the network itself and all in it",
		    text, address_range_text(&ip));
	cable->ips = resize(cable->ips, cable->ip_count + 1, sizeof(*cable->ips));
	for (size_t i = 0; i < cable->ip_count; i++)
		if (address_same(&cable->ips[i], &ip))
			die("--ip %s was given twice", address_text(&ip));
	cable->ips[cable->ip_count++] = ip;
}

void cable_parse_gateway(struct cable *cable, const char *text)
{
	struct address gateway;

	if (!address_parse(&gateway, text))
		die("--gateway takes an address, such as 10.0.0.1 or fd00::1; this is '%.100s'",
		    text);
	if (cable->gateway_count &&
	    (cable->gateway_count == 2 || cable->gateways[0].family == gateway.family))
		die("--gateway can be given once for IPv4 and once for IPv6");
	cable->gateways[cable->gateway_count++] = gateway;
}

/* The network of --ip that a gateway can be reached in, or NULL. */
static const struct address *network_of(const struct cable *cable, const struct address *gateway)
{
	for (size_t i = 0; i < cable->ip_count; i++)
		if (address_is_in(gateway, &cable->ips[i]))
			return &cable->ips[i];
	return NULL;
}

struct address cable_outer_address(const struct cable *cable, size_t gateway)
{
	struct address address = cable->gateways[gateway];
	const struct address *network = network_of(cable, &address);

	address.prefix = network ? network->prefix : 64; /* fe80::/64, on each link */
	return address;
}

void cable_check(const struct cable *cable)
{
	if (!cable->outer) {
		if (cable->ip_count || cable->gateway_count || cable->bridge)
			die("%s is for a cable; lay one with --veth OUTER, such as --veth lab0",
			    cable->ip_count	   ? "--ip"
			    : cable->gateway_count ? "--gateway"
						   : "--bridge");
		return;
	}
	if (cable->bridge && strcmp(cable->bridge, cable->outer) == 0)
		die("--veth and --bridge name the same device '%s'; a bridge is another one, and "
		    "is there already",
		    cable->outer);
	for (size_t i = 0; i < cable->gateway_count; i++) {
		const struct address *gateway = &cable->gateways[i];
		const struct address *network = network_of(cable, gateway);
		struct address outer = cable_outer_address(cable, i);

		if (!network && !address_is_link_local(gateway))
			die("--gateway %s: a gateway is a neighbor, and this address is in no "
			    "network of --ip; give one in it, as --ip %s/%d",
			    address_text(gateway),
			    gateway->family == AF_INET ? "10.0.0.2" : "fd00::2",
			    gateway->family == AF_INET ? 24 : 64);
		if (address_is_reserved(&outer))
			die("--gateway %s: no device can have this address: in %s it is the first or "
			    "the last, which mean the network itself and all in it",
			    address_text(gateway), address_range_text(&outer));
		for (size_t ip = 0; ip < cable->ip_count; ip++)
			if (address_same(gateway, &cable->ips[ip]))
				die("--gateway %s is our own address (--ip); the gateway is the other "
				    "end's",
				    address_text(gateway));
	}
}
