/* compact.h: the same filter in fewer instructions. */
#ifndef STRATA_COMPACT_H
#define STRATA_COMPACT_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* Returns an allocated program that gives the same answers as `program` does
 * to calls of these architectures (AUDIT_ARCH_*), the most usual one first,
 * and to all others. Ends the process when it can't be done. */
struct sock_fprog compact(const struct sock_fprog *program, const uint32_t *arches, size_t count);

#endif
