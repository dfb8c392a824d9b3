/* nolinks.c: a tool that carries no other inside. See chain.h. */
#include <stddef.h>

#include "chain.h"

const struct link carried_links[] = { { NULL, NULL } };
