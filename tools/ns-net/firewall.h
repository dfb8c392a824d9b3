/* firewall.h: the rules that let a container's packets through the machine, with
 * nft(8) in tables of our own: one for the bridge, and one for each container
 * that has ports published, which is taken away as a whole. */
#ifndef STRATA_FIREWALL_H
#define STRATA_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>

#include "bridge.h"
#include "publish.h"

/* A script for nft, all of which comes into force at once, or nothing. */
struct script {
	char *text;
	size_t length;
};

/* Adds to a script: what a bridge's network needs; the ports of the container with
 * that address; to take either away. */
void firewall_add_bridge(struct script *script, const struct bridge *bridge);
void firewall_add_ports(struct script *script, const struct address *address,
			const struct publish *publishes, size_t count);
void firewall_drop_bridge(struct script *script, const struct bridge *bridge);
void firewall_drop_ports(struct script *script, const struct address *address);

/* Adds what takes away the tables of containers and bridges that are gone: nobody
 * was left to do it. `route` is a socket for devices. Returns 0, or -1 with errno. */
int firewall_add_sweep(struct script *script, int route);

/* Gives a script to nft. Returns 0, or -1 with errno: ENOENT when there is no nft,
 * EPROTO when it says what is wrong, in firewall_words. */
int firewall_run(const struct script *script);
extern char firewall_words[400];

/* Whether there is an nft. */
bool firewall_is_here(void);

/* Docker sets the policy of the chain that all forwarded packets go through to
 * DROP, and so does ufw: no table of ours can overrule that. Whether it is so:
 * then *program is the command of that chain ("iptables-nft"). */
bool firewall_forward_drops(const char **program);

/* Puts two rules for the bridge into that chain, or takes them out. Returns as
 * firewall_run(). */
int firewall_let_pass(const char *program, const char *bridge);
void firewall_pass_no_more(const char *bridge);

#endif
