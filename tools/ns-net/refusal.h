/* refusal.h: why a step of ns-net failed. */
#ifndef STRATA_NS_NET_REFUSAL_H
#define STRATA_NS_NET_REFUSAL_H

#include "cable.h"
#include "helper.h"
#include "sysctl.h"
#include "why.h"

/* What ns-net was doing, and what of the two networks matters when a step of
 * its fails. */
struct net_facts {
	const struct cable *cable;
	const struct helper *helper; /* or NULL */
	int tun_error;		     /* why /dev/net/tun can't be opened, or 0 */
	const struct sysctl *sysctl; /* the setting under way, or NULL */
	bool outside_denied;	     /* no CAP_NET_ADMIN over the network we come from */
	bool root_outside;	     /* our uid is mapped to the machine's root */
	bool outer_there, inner_there;
	char outer_kind[16]; /* "veth", or "" */
	char words[120];     /* what the kernel said about it, or "" */
};

/* Reads the facts that are not known yet, when a step has failed. */
void net_facts_read(struct net_facts *facts);

/* Decides why `call` failed, as why_decide(). Reads nothing of the machine. */
bool ns_net_decide(const char *call, int error, const struct state *state,
		   const struct net_facts *facts, struct reason *reason);

#endif
