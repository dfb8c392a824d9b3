/* conntrack.h: which connections pass through a machine, as the kernel keeps
 * track of them, and whether it gives them another sender's address. */
#ifndef STRATA_CONNTRACK_H
#define STRATA_CONNTRACK_H

#include "address.h"

enum track {
	TRACK_UNKNOWN,	  /* we may not look */
	TRACK_NONE,	  /* it has not passed */
	TRACK_PLAIN,	  /* it has, with the address that it was sent from */
	TRACK_TRANSLATED, /* it has, with another one */
};

/* A socket for the next; -1 when there is none. It is of the network that we
 * are in when it is opened. */
int conntrack_socket(void);

/* What became of the pings to an address that have that number in them, as it
 * stands in the packet (probe.h), and that came from an address, or from any
 * (family 0). Needs CAP_NET_ADMIN in that network. */
enum track conntrack_look(int socket, const struct address *from, const struct address *to,
			  unsigned short id);

#endif
