/* network.h: --network bridge and user, and the options that go with them. */
#ifndef STRATA_COMPOSE_NETWORK_H
#define STRATA_COMPOSE_NETWORK_H

#include "config.h"

/* The bridge that containers are plugged into. */
#define NETWORK_BRIDGE "strata0"

/* Each reads the value of an option; they end with 125 at a mistake. */
void network_set(struct config *config, const char *value);
void network_set_ip(struct config *config, const char *value);
void network_add_publish(struct config *config, const char *value);
void network_add_dns(struct config *config, const char *value);

/* Ends with 125 when --ip, --publish or --dns go with another network, or when this
 * user can't have that one. */
void network_refuse(const struct config *config);

/* Adds those of the 'ns-net --user-net'. */
void network_plan_user(const struct config *config, struct words *words);

/* Adds the options of the 'ns-net --outside' in front of ns-user, of the 'ns-net
 * --cable' behind it, and those that give ns-mnt its files of names. */
void network_plan_outside(const struct config *config, struct words *words);
void network_plan_inside(struct words *words);
void network_plan_names(const struct config *config, struct words *words);

#endif
