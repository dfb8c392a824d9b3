/* publish.h: a port of the machine's that leads into a container (--publish). */
#ifndef STRATA_PUBLISH_H
#define STRATA_PUBLISH_H

#include <stdbool.h>

#include "address.h"

struct publish {
	struct address address; /* of the machine's; family 0 for all of them */
	unsigned outer, inner;	/* the port there, and the one in the container */
	bool udp;
	const char *text; /* as it was typed */
	int socket;	  /* keeps the port from others; -1 before */
};

/* Reads [ADDRESS:]PORT:PORT[/tcp|/udp], as in docker run. Ends with 125 when it is
 * none. */
void publish_parse(struct publish *publish, const char *text);

/* Takes the port, so that no other program gets it, for as long as the descriptor
 * is open. Nothing arrives there: the firewall has sent it on before. Returns the
 * descriptor, or -1 with errno, as socket(2), bind(2) or listen(2) set it. */
int publish_take(const struct publish *publish);

/* Whether two lead from the same port. */
bool publish_collides(const struct publish *a, const struct publish *b);

#endif
