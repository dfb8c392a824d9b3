/* sysctls.h: --sysctl KEY=VALUE, and which namespace has that setting. */
#ifndef STRATA_SYSCTLS_H
#define STRATA_SYSCTLS_H

#include "config.h"

/* Puts a setting to those of ns-net or ns-ipc, or makes it the domain name of
 * ns-uts. Ends with 125 when no namespace of ours has it: to change it would
 * be to change the machine. namespaces(7), proc_sys(5). */
void sysctls_add(struct config *config, const char *value);

#endif
