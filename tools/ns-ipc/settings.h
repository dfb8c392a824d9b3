/* settings.h: the settings that each IPC namespace has of its own. */
#ifndef STRATA_IPC_SETTINGS_H
#define STRATA_IPC_SETTINGS_H

#include <stdbool.h>

#include "sysctl.h"

/* Whether this is one of them. ipc_namespaces(7). */
bool ipc_has_setting(const struct sysctl *sysctl);

#endif
