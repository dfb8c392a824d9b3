/* address.h: the addresses of IPv4 and IPv6, and the networks they are in. */
#ifndef STRATA_ADDRESS_H
#define STRATA_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct address {
	int family;		 /* AF_INET, AF_INET6; 0 for none */
	unsigned char bytes[16]; /* of IPv4 the first four */
	int prefix;		 /* how many of its bits name the network */
	int device;		 /* the number of its device, where that is known, or 0 */
};

/* Reads "10.0.0.2" or "fd00::2" into *address, with a prefix of all bits, or
 * "10.0.0.2/24". Returns whether text was one. */
bool address_parse(struct address *address, const char *text);
bool address_parse_network(struct address *address, const char *text);

/* How many bytes it has, 4 or 16; how many bits, 32 or 128. */
size_t address_size(const struct address *address);
int address_bits(const struct address *address);

/* "10.0.0.2", or with the second "10.0.0.2/24". The string is overwritten by
 * the eighth call behind this one. */
const char *address_text(const struct address *address);
const char *address_network_text(const struct address *address);

/* "10.0.0.0/24", the network that 10.0.0.2/24 is in; overwritten as above. */
const char *address_range_text(const struct address *address);

bool address_same(const struct address *a, const struct address *b);

/* Whether `address` lies in the network of `network`, and whether two networks
 * have an address in common. */
bool address_is_in(const struct address *address, const struct address *network);
bool address_overlaps(const struct address *a, const struct address *b);

/* Whether it is only valid on one link: IPv6's fe80::/10. RFC 4291. */
bool address_is_link_local(const struct address *address);

/* Whether it is the machine's own loopback: 127.0.0.0/8, ::1. */
bool address_is_loopback(const struct address *address);

/* Whether its last bits are all 0 (the network's own name) or all 1 (a call to
 * all in it), which IPv4 gives to no device. RFC 919, RFC 3021. */
bool address_is_reserved(const struct address *address);

/* Makes a socket address of it for connect(2); returns its length. */
socklen_t address_socket(const struct address *address, int port, struct sockaddr_storage *to);

#endif
