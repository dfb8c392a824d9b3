/* probe.h: sending something, and seeing whether an answer comes. */
#ifndef STRATA_PROBE_H
#define STRATA_PROBE_H

#include "address.h"

enum answer {
	NOT_ASKED,
	ANSWERED,
	SILENT,	 /* nothing came back */
	REFUSED, /* somebody said that it does not go: nobody there, no way */
	MAY_NOT, /* we may not ask */
};

/* Whether a neighbor is there: sends an empty datagram to its port 9, so that
 * the kernel asks for its hardware address (ARP, or IPv6's neighbor
 * discovery), and waits for what becomes of that. `netlink` is a socket to the
 * network that we are in. Takes up to four seconds, ten when the kernel
 * remembers an old answer. arp(7), RFC 826, RFC 4861. */
enum answer probe_neighbor(int netlink, const struct address *neighbor);

/* A socket for probe_ping(), of the network that we are in; -1 when we may not
 * have one. icmp(7), raw(7). */
int probe_ping_socket(int family);

/* The number by which such a socket knows its own pings, as it stands in them. */
unsigned short probe_ping_id(int socket);

/* What came instead of an answer to a ping. */
struct refusal_note {
	struct address by;
	int code; /* of ICMP's 'destination unreachable' */
};

/* Sends up to three pings, a second apart; *said is filled in when REFUSED. */
enum answer probe_ping(int socket, const struct address *target, struct refusal_note *said);

/* Asks a name server for the servers of the root. RFC 1035. */
enum answer probe_name_server(const struct address *server);

#endif
