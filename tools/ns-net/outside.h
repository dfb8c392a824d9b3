/* outside.h: a cable into a network that belongs to another user namespace.
 *
 * Behind ns-user nobody has a right to the machine's network any more, so
 * somebody has to stay outside: 'ns-net --outside' stands in front of ns-user, and
 * behind its child. 'ns-net --cable' stands behind ns-user, makes the network, and
 * asks for the cable through a socket whose number is in the environment. The
 * network itself goes through it, as a descriptor (unix(7), SCM_RIGHTS).
 *
 * When the child has ended, the one outside takes away what it has made. */
#ifndef STRATA_OUTSIDE_H
#define STRATA_OUTSIDE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "bridge.h"
#include "cable.h"
#include "publish.h"
#include "why.h"

#define CABLE_VARIABLE "STRATA_CABLE"

struct outside {
	bool wanted; /* --outside */
	struct bridge bridge;
	struct address ip; /* as asked for, or chosen */
	struct publish *publishes;
	size_t publish_count;
	struct cable *cable;

	/* The rest is outside.c's: sockets, the network that we are in, the lock,
	 * and what there is to take away. */
	int route, home, ends[2], lock;
	char name[IFNAMSIZ];
	const struct publish *port; /* the one under way */
	bool begun, ruled;
};

/* Reads the value of --ip (without a length) and --publish; they end with 125 when it is
 * none. */
void outside_parse_ip(struct outside *outside, const char *text);
void outside_add_publish(struct outside *outside, const char *text);

/* Whether the options go together with the rest of the chain; ends with 125 when
 * not. */
void outside_check(const struct outside *outside, char *const rest[]);

/* Stays outside: forks, and returns in the child. */
void outside_stay(struct outside *outside);

/* Takes away what was made, as far as it was. */
void outside_undo(struct outside *outside);

/* In the new network: asks for the cable, and waits until it is laid. */
void outside_ask(void);

/* Decides why a step of these failed, as why_decide(). */
bool outside_decide(const char *call, int error, const struct outside *outside,
		    struct reason *reason);

#endif
