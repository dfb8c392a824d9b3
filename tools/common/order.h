/* order.h: wrong orders of the links, seen from the words alone.
 *
 * Some orders can't work, and some lose a layer without any call failing. The
 * first link of a chain looks at all of them, before anything is done. Where
 * the words do not tell for sure (a chroot into a mount, capabilities that are
 * kept), nothing is said, and the kernel decides. tools/README.md has the
 * reasons. */
#ifndef STRATA_ORDER_H
#define STRATA_ORDER_H

#include <stdbool.h>

/* Looks at this link and those in `rest`, the words behind it. Ends with 125
 * for an order that can't work; warns of one that loses something. */
void order_check(char *const rest[]);

/* Whether the first link of this chain has warned of capdrop before ns-user. */
bool order_has_warned(void);

/* Before the program starts: it is not to see the mark that says so. */
void order_forget(void);

#endif
