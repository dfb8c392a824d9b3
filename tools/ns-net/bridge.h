/* bridge.h: the switch that the cables of containers are plugged into, and the
 * machine's own place in their network. bridge(8), rtnetlink(7). */
#ifndef STRATA_BRIDGE_H
#define STRATA_BRIDGE_H

#include <stdbool.h>

#include "address.h"
#include "device.h"

struct bridge {
	const char *name;
	struct device device;
	struct address address; /* the machine's in this network; family 0 for none */
	bool ours;		/* we have made it, now or earlier */
	bool made;		/* now */
};

/* Looks a bridge up. Returns 0, or -1 with errno: ENODEV for none, EEXIST for a
 * device of that name that is no bridge. */
int bridge_read(int socket, struct bridge *bridge);

/* Makes it; its Ethernet address tells later on that it is ours. Returns 0, or -1 with
 * errno. */
int bridge_make(int socket, struct bridge *bridge);

/* Chooses a network that the machine has nothing in yet, and no way to: the one
 * that `wanted` (family 0 for none) is in, or else the first of some. Returns 0, or
 * -1 with errno: EADDRINUSE for none. */
int bridge_choose(int socket, const struct address *wanted, struct address *address);

/* Gives it bridge->address, and sets it up. Returns 0, or -1 with errno. */
int bridge_set_up(int socket, const struct bridge *bridge);

/* How many devices are plugged in; -1 with errno. */
int bridge_count(int socket, const struct bridge *bridge);

/* Takes it away. Returns 0, or -1 with errno. */
int bridge_remove(int socket, const struct bridge *bridge);

/* The name that a container's cable has outside: one for each address. So a cable
 * that is there is an address that is taken, and the kernel, which takes no name
 * twice, is who keeps the list. */
#define CABLE_PREFIX "veth-"
void bridge_cable_name(const struct address *address, char name[IFNAMSIZ]);

/* The first address of the bridge's network without a cable. Returns 0, or -1 with
 * errno: EADDRNOTAVAIL when all are taken. */
int bridge_next(int socket, const struct bridge *bridge, struct address *address);

#endif
