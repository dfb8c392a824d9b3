/* route.h: which way packets go. ip-route(8), rtnetlink(7). */
#ifndef STRATA_ROUTE_H
#define STRATA_ROUTE_H

#include <stdbool.h>

#include "address.h"

struct route {
	bool found;
	struct address gateway; /* family 0: straight to the device */
	struct address source;	/* the address of ours that is used, if known */
	int device;
	unsigned metric; /* the lowest wins */
};

/* Reads the default route of that family, in the network that the netlink
 * socket is of. Returns 0, also when there is none; -1 with errno as
 * netlink_change() sets it. */
int route_read_default(int socket, int family, struct route *route);

/* Reads the way that the kernel would choose to an address. Returns as above,
 * and -1 with ENETUNREACH for none. */
int route_read_to(int socket, const struct address *address, struct route *route);

/* Calls take() for each network of that family that some route leads to, but the
 * default one. Returns as the first. */
int route_read_networks(int socket, int family,
			void (*take)(const struct address *network, void *argument),
			void *argument);

#endif
