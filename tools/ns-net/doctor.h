/* doctor.h: climbs the ladder from `lo` to the names of the internet, and
 * tells the first rung that is broken (--doctor). */
#ifndef STRATA_DOCTOR_H
#define STRATA_DOCTOR_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "conntrack.h"
#include "probe.h"
#include "route.h"
#include "why.h"

enum rung { RUNG_LO, RUNG_ADDRESS, RUNG_GATEWAY, RUNG_OUTSIDE, RUNG_NAME, RUNGS };

/* What was found at each rung. */
struct ladder {
	int family;	       /* IPv4 or IPv6: one of them is climbed */
	struct address target; /* what was asked for as 'outside'; family 0 for nothing */

	/* lo: whether it is up, and has 127.0.0.1 or ::1 */
	bool lo_up, lo_address;

	/* an address of our own: the first device that has one, or else any;
	 * whether it is up, and whether its other end is; whether somebody
	 * else has the same address */
	char device[IFNAMSIZ];
	bool device_up, device_carrier, duplicate;
	struct address own;

	/* the gateway, or a neighbor that is the target itself */
	struct route route;
	char route_device[IFNAMSIZ];
	enum answer gateway;

	/* outside. When the gateway is the network that we came from: its
	 * device there, whether it forwards packets (-1: can't be told),
	 * whether it reaches the target itself, what became of our packets
	 * there, and whether it keeps track of any */
	enum answer outside;
	struct refusal_note said;
	char gateway_device[IFNAMSIZ];
	int forwarding;
	enum answer from_gateway;
	enum track track;
	bool tracks;

	/* names: the first name server, where the list is, and another list
	 * that may be better ("" for none) */
	struct address server;
	bool list_found;
	enum answer name;
	char other_list[80];
};

/* Decides whether a rung is broken, from what was found at it and below, and
 * fills in the reason. Reads nothing of the machine. */
bool doctor_decide(const struct ladder *ladder, enum rung rung, struct reason *reason);

/* What there is to say about a rung that is not: a text that begins with "✓ ",
 * or with "- " when it was not tried. */
void doctor_describe(const struct ladder *ladder, enum rung rung, char *text, size_t size);

struct doctor {
	struct address target;

	/* Sockets of the network that we came from; -1 without. */
	int outside, outside_ping, outside_tracks;
};

/* Reads the value of --doctor; ends with 125 when it is none. */
void doctor_parse(struct doctor *doctor, const char *text);

/* Before another network namespace is entered or made (`leaving`): keeps a
 * hold of the one that we are in, where the gateway may be. */
void doctor_begin(struct doctor *doctor, bool leaving);

/* Climbs the ladder of the network that we are in, and prints a line for each
 * rung to stdout. Nothing is sent farther than to the gateway, unless a target
 * was named. Returns whether all rungs hold. */
bool doctor_climb(const struct doctor *doctor);

#endif
