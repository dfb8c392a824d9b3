/* climb.h: --why, which cgroup lacks a controller. */
#ifndef STRATA_CGROUP_CLIMB_H
#define STRATA_CGROUP_CLIMB_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "why.h"

#define CLIMB_MAX 32

/* A cgroup of v2 on the way from ours to the top of what is mounted. */
struct cgroup_level {
	char directory[256];
	bool has;	   /* cgroup.controllers lists the controller */
	bool hands_on;	   /* cgroup.subtree_control does */
	char enabled[128]; /* what cgroup.subtree_control lists, "" for nothing */
	bool ours;	   /* we may write to that file */
	bool root;	   /* the root of all cgroups: it may hold processes */
	char members[300]; /* "3 processes (812 bash, ...)", "" for none */
	char type[40];	   /* cgroup.type: "domain", "threaded", ...; "" for the root */
};

/* What is known of the way of one controller. */
struct cgroup_climb {
	const char *controller;
	uid_t uid;
	bool limits; /* limits are to be set with it: this is no --why */

	/* v1: where it is mounted, and our cgroup there. */
	char mount[256];
	char own[256];

	/* v2: ours first, the topmost last. */
	struct cgroup_level levels[CLIMB_MAX];
	int count;
	char v2_list[200]; /* what the topmost has */

	bool nothing_mounted;	/* no hierarchy of cgroups can be seen */
	bool namespace_outside; /* we are in a cgroup namespace, and see those outside */
	bool disabled;		/* switched off when the machine was started */
	char boot_file[80];	/* where that is written, or "" */
	bool listed;		/* in /proc/cgroups */
	int number;		/* the hierarchy of v1 that it is bound to, by /proc/cgroups */
	char v1_list[300];	/* the names of all of v1 that can be seen */
};

/* climb.c: reads the way. */
void cgroup_climb(const char *controller, struct cgroup_climb *climb);

/* Prints the answer to stdout, and ends with 0 when our cgroup has the
 * controller, and 1 when not; with 125 for what is no controller. */
_Noreturn void cgroup_why(const char *controller);

/* lack.c: decides; reads nothing of the machine. */

/* Returns whether the controller is here. Fills in *reason: the why says where
 * it is, or who lacks it; the fix has the commands. */
bool cgroup_lack(const struct cgroup_climb *climb, struct reason *reason);

/* The controller whose name is close to the typed one, or itself if there is
 * one of that name; NULL for none. Some kernel has it, not necessarily this. */
const char *cgroup_known(const char *controller);

/* Whether it is the name of a controller at all. */
bool cgroup_is_word(const struct cgroup_climb *climb);

/* The commands that have a controller switched on at the next start. */
void cgroup_boot_fix(const char *controller, const char *boot_file, struct reason *reason);

#endif
