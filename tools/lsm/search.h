/* search.h: from what each call gets to a BPF program. */
#ifndef STRATA_SEARCH_H
#define STRATA_SEARCH_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* A program that goes on where an answer depends on the arguments. */
struct search_rest {
	struct sock_fprog program;
	size_t *labels; /* for search.c, one for each instruction, 0 at first */
};

/* The calls from this number on, up to the next range. */
struct search_range {
	uint32_t first;
	uint32_t action;	  /* SECCOMP_RET_* */
	struct search_rest *rest; /* NULL, or what goes on instead, */
	size_t where;		  /* and at which of its instructions */
};

/* The calls of an architecture (AUDIT_ARCH_*): ranges in their order, from 0 on. */
struct search_arch {
	uint32_t arch;
	const struct search_range *ranges;
	size_t count;
};

/* Returns an allocated program that gives these answers; calls of other
 * architectures get `foreign`. The most usual one should come first. Ends the
 * process when it is longer than the kernel takes. */
struct sock_fprog search_write(const struct search_arch *arches, size_t count, uint32_t foreign);

#endif
