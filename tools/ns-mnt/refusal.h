/* refusal.h: why a step of ns-mnt failed. */
#ifndef STRATA_NS_MNT_REFUSAL_H
#define STRATA_NS_MNT_REFUSAL_H

#include "missing.h"
#include "mounts.h"
#include "why.h"

/* What ns-mnt was doing, and what of the machine matters when that has failed. */
struct mnt_facts {
	const struct mount_order *order; /* the mount under way, or NULL */

	bool first_user;       /* our user namespace is the machine's own */
	struct missing source; /* of the source, or the first layer that is not there */
	struct missing target; /* of the mount point */
	bool link_in_root;     /* with --no-symlinks, --root has one in its path */
	bool source_is_directory, target_is_directory;
	char type_near[32]; /* a file system that this kernel has, or "" */

	/* A new /proc or /sys: what there is of it already. */
	bool visible;	   /* one is mounted as a whole */
	bool read_only;	   /* and all of those are read-only */
	char covered[300]; /* and these parts of it are covered: "'/proc/sys', ..." */

	/* An idmapped bind. */
	bool map_is_first; /* the map is that of the first user namespace */
	bool mapped;	   /* the source is in an idmapped mount already */
	char refuses[200]; /* the mount that takes no map, "" for none, */
	char refuses_type[32];
	unsigned long missing_id; /* an id of the map that we have not; */
	bool lacks_id;		  /* if this is so */

	/* An overlay with a layer of one's own. */
	char *upper, *work;
	struct missing upper_path, work_path;
	char upper_type[32]; /* the file system that it is on */
	bool one_mount;	     /* upper and work are in the same mount */
	bool apart;	     /* and none of them lies in the other */
	bool stacked;	     /* a lower layer is an overlay itself */
};

/* As struct failing wants it (why.h); `argument` is a struct mnt_facts with the
 * order filled in, or NULL. */
bool ns_mnt_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument);

/* Decides the same from facts that are known. Reads nothing of the machine. */
bool ns_mnt_reason(const char *call, int error, const struct state *state,
		   const struct mnt_facts *facts, struct reason *reason);

/* The parts of it about an order with idmap=, and about an overlay. */
bool idmap_decide(const char *call, int error, const struct mnt_facts *facts,
		  struct reason *reason);
bool overlay_decide(const char *call, int error, const struct mnt_facts *facts,
		    const struct state *state, struct reason *reason);

/* Reads the facts, all but the order. */
void mnt_facts_read(struct mnt_facts *facts);

#endif
