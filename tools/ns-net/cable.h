/* cable.h: a pair of virtual Ethernet devices (veth) between the network that
 * we come from and a new one. What goes into one end comes out at the other.
 * veth(4), rtnetlink(7). */
#ifndef STRATA_CABLE_H
#define STRATA_CABLE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "address.h"

struct cable {
	const char *outer; /* the name of the end outside; NULL for no cable */
	const char *inner; /* that of the end inside */
	const char *bridge;
	struct address *ips; /* of the end inside */
	size_t ip_count;
	struct address gateways[2]; /* of either family, or none */
	size_t gateway_count;

	/* The rest is cable.c's: a socket of either network, and the numbers
	 * that the devices have there. */
	int outside, inside;
	int outer_index, inner_index, bridge_index;
	bool laid;
	/* For why something failed: what was to be, and what stood in the way. */
	char wanted[64], found[200], found_bridge[IFNAMSIZ];
};

/* ---- cable_options.c ---- */

/* Reads the value of --veth, --ip, --gateway. They end with 125 when it is
 * none; `text` of the first is cut in two. */
void cable_parse_ends(struct cable *cable, char *text);
void cable_parse_ip(struct cable *cable, const char *text);
void cable_parse_gateway(struct cable *cable, const char *text);

/* Whether the options go together; ends with 125 when not. */
void cable_check(const struct cable *cable);

/* The address that a gateway has on the outer end: the gateway's own, with
 * the prefix of the network that it is in. */
struct address cable_outer_address(const struct cable *cable, size_t gateway);

/* ---- cable.c ---- */

/* Before the namespace is made: takes a hold of the network that we are in,
 * and looks at what must be there, or must not. */
void cable_begin(struct cable *cable);

/* In the new namespace: makes both ends, plugs the outer one into the bridge,
 * sets both up, gives them their addresses, and waits until packets pass. */
void cable_lay(struct cable *cable);

/* Reads it all back, and compares. */
void cable_verify(struct cable *cable);

/* Takes the cable away, if there is one. The kernel does the same, a moment
 * after the namespace's last process has ended. */
void cable_remove(struct cable *cable);

/* Lets go of the network outside. */
void cable_end(struct cable *cable);

#endif
