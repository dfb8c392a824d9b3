/* mounts.h: the mounts that ns-mnt makes in its namespace. */
#ifndef STRATA_MOUNTS_H
#define STRATA_MOUNTS_H

#include <stdbool.h>

#include "idmap.h"

enum mount_kind {
	MOUNT_BIND,    /* source: what is bound; with all that is mounted below, or alone */
	MOUNT_FS,      /* type: a file system of the kernel's, made new */
	MOUNT_DEV,     /* the minimal /dev */
	MOUNT_DEVICES, /* what is in it, put into a directory that is there */
	MOUNT_CONSOLE, /* the terminal that is our input */
	MOUNT_OVERLAY, /* source: LOWER[:LOWER...]; options may name upper= and work= */
	MOUNT_REMOUNT_RO,
	MOUNT_MASK,
	MOUNT_LINES,	/* options: the text of a file */
	MOUNT_HOSTS,	/* the same, and the text is that of /etc/hosts */
	MOUNT_MAKE_DIR, /* no mount: a mount point for a later one, if it is missing */
	MOUNT_MAKE_FILE,
};

struct mount_order {
	enum mount_kind kind;
	const char *type; /* MOUNT_FS: "tmpfs", "proc", ... */
	const char *source;
	const char *target;	 /* the mount point, */
	const char *root;	 /* below this directory (--root), or NULL */
	bool elsewhere;		 /* which is another than "/" */
	bool no_symlinks;	 /* in the path of the root, and of a BIND's source */
	bool alone;		 /* BIND: without what is mounted below the source */
	const char *propagation; /* BIND: "private", "rslave", ...; NULL: as ours are */
	bool if_there;		 /* REMOUNT_RO, MASK: without it there is nothing to do */
	struct idmap *idmap;	 /* BIND: the owners that its files get; or NULL */
	const char *options; /* "OPTION,...", flags of the mount and values of the file system */
	/* REMOUNT_RO, MASK: the earlier order in whose mount this path lies, or
	 * NULL. Of that one: the mount that it made, as a descriptor. */
	const struct mount_order *inside;
	int mount;
};

/* Makes one mount. With a --root directory, symbolic links in the mount point
 * are followed below it only; a missing mount point is made. Ends with 125 when
 * a step fails. */
void mount_make(struct mount_order *order);

/* A new file system with its values, as a mount that is nowhere yet: returns
 * its descriptor. `options` as in an order, or NULL; `flags` are MOUNT_ATTR_
 * flags that hold where the options do not say otherwise. Ends with 125 when a step
 * fails. fsopen(2). */
int mount_new(const char *type, const char *source, const char *options, unsigned long long flags);

/* Whether a word is a kind of propagation that a mount may have: private, slave
 * or unbindable, with an r before it for what is mounted below as well. */
bool mount_is_propagation(const char *word);

/* What stands in a comma-separated list of mount options: "ro", "noexec", ...
 * as MOUNT_ATTR_ flags, cleared by "rw", "exec", ...; the rest is copied to
 * `values` as the file system's own. Returns whether the list is well formed
 * (no empty word) and fits. */
bool mount_parse_options(const char *options, unsigned long long *flags, char *values,
			 unsigned long size);

#endif
