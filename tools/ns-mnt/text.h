/* text.h: small files that ns-mnt writes itself, and puts over others (--line,
 * --hosts). */
#ifndef STRATA_TEXT_H
#define STRATA_TEXT_H

#include "mounts.h"

/* Writes the file of an order (MOUNT_LINES, MOUNT_HOSTS), and puts it in its place. Ends
 * with 125 when a step fails. */
void mount_text(struct mount_order *order);

/* What /etc/hosts says in the network and with the host name that we have: localhost,
 * and our name, if we have an address. A new string. hosts(5). */
char *text_of_hosts(void);

#endif
