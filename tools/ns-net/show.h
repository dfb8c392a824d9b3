/* show.h: what --explain shows of the network before and after a step. */
#ifndef STRATA_SHOW_H
#define STRATA_SHOW_H

#include "cable.h"

/* From now on, --explain shows the devices of the network that we are in, with
 * their addresses and the default route, and the cable's end outside. */
void show_network(const struct cable *cable);

#endif
