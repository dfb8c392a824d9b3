/* device.h: what the kernel says of network devices and their addresses.
 * rtnetlink(7), netdevice(7). */
#ifndef STRATA_DEVICE_H
#define STRATA_DEVICE_H

#include <net/if.h>
#include <stdbool.h>

#include "address.h"

struct device {
	int index;
	char name[IFNAMSIZ];
	char kind[16];		   /* "veth", "bridge", ...; "" for one without a kind */
	unsigned flags;		   /* IFF_UP, IFF_LOWER_UP ..., netdevice(7) */
	unsigned char state;	   /* IF_OPER_UP when packets pass. RFC 2863 */
	int master;		   /* the bridge that it is plugged into, or 0 */
	unsigned char hardware[6]; /* its Ethernet address */
};

/* Reads a device by its name; in the network that the netlink socket is of.
 * Returns 0, or -1 with errno as netlink_change() sets it: ENODEV for none. */
int device_read(int socket, const char *name, struct device *device);

/* The same by its number. */
int device_read_number(int socket, int number, struct device *device);

/* Calls take() for each device there. Returns as above. */
int device_read_all(int socket, void (*take)(const struct device *device, void *argument),
		    void *argument);

/* Calls take() for each address of that family that a device has there
 * (address.device tells which); `flags` are IFA_F_TENTATIVE and the like.
 * Returns as above. */
int device_read_addresses(int socket, int family,
			  void (*take)(const struct address *address, unsigned flags,
				       void *argument),
			  void *argument);

/* Whether the kernel listens there for the question who has that IPv6 address
 * (address.device is where it is): until then nobody can find it. RFC 4291,
 * 2.7.1. Returns as above, *listens is the answer. */
int device_listens(int socket, const struct address *address, bool *listens);

#endif
