/* refusal.h: why a step of chroot failed. */
#ifndef STRATA_CHROOT_REFUSAL_H
#define STRATA_CHROOT_REFUSAL_H

#include "missing.h"
#include "why.h"

/* What chroot was asked for, and what of the machine matters when it failed. */
struct chroot_facts {
	const char *root;	  /* the new one */
	const char *wd;		  /* --wd, or NULL */
	const char *root_before;  /* that of a chroot before this one, or NULL */
	struct missing root_path; /* where the way to them ends */
	struct missing wd_path;
	bool mounts_are_others; /* the mount namespace belongs to another user namespace */
	char shared[200];	/* a mount that stands in the way of --pivot, for it is
				       shared; or "" */
	bool same;		/* the new root is on the mount that is the root already */
	bool locked;		/* the new root is a mount from an outer user namespace */
	bool initramfs;		/* our root is the first one of all, which stays */
};

/* As struct failing wants it (why.h); `argument` is a struct chroot_facts with
 * root and wd filled in. */
bool chroot_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument);

/* Decides the same from facts that are known. Reads nothing of the machine. */
bool chroot_reason(const char *call, int error, const struct state *state,
		   const struct chroot_facts *facts, struct reason *reason);

/* After a failed pivot_root(".", ".") or before it: reads the facts. */
void chroot_facts_read(const char *call, struct chroot_facts *facts);

#endif
