/* cgroup.h: what the files of this tool share. */
#ifndef STRATA_CGROUP_H
#define STRATA_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "devices.h"
#include "why.h"

/* A tree of cgroups. On v2 there is one, for all controllers; on v1 each has
 * its own controllers; a hybrid machine has both kinds. */
struct cgroup_hierarchy {
	int version;	   /* 1 or 2 */
	char *controllers; /* v1: "cpu,cpuacct"; v2: "" */
	char *mount;	   /* the directory it is mounted on */
	char *own;	   /* the directory of the cgroup we are in; NULL: not visible */

	bool used;	  /* a cgroup is wanted in this one */
	char *place;	  /* the directory that the new cgroup is made in */
	char *path;	  /* the new cgroup, or the one to join */
	int fd;		  /* that one, open; or -1 */
	bool made;	  /* it is ours to remove */
	size_t made_from; /* --parent: so long is the path of the first one that was made */
};

struct cgroup_layout {
	struct cgroup_hierarchy all[16];
	int count;
	bool outside; /* a mount begins where our cgroup namespace can't see */
};

/* Limits as typed; NULL where none was asked for. */
struct cgroup_limits {
	const char *memory, *swap, *cpus, *pids, *cpuset;
	char *knobs[64];  /* --set, the name ... */
	char *values[64]; /* ... and the value */
	int knob_count;
	struct device_rules devices; /* --allow-device, --deny-device */
};

struct cgroup_work {
	struct cgroup_layout layout;
	struct cgroup_limits limits;
	char tag[64];	    /* strata-PID-STARTTIME */
	const char *name;   /* --name, or the tag */
	const char *parent; /* --parent, or NULL */
	const char *join;
	const char *why; /* --why */
	bool keep, namespace, report;
	bool alone; /* the namespace, and no cgroup */

	pid_t owner; /* the process that removes the cgroup */
	char *aside; /* the leaf that it stepped aside into, or NULL */
	int aside_fd;
	const char *at;		     /* the directory or the knob of the step under way, */
	struct cgroup_hierarchy *in; /* the hierarchy, */
	const char *controller;	     /* and the controller */
	const struct reason *known;  /* why the next step_fail() fails */
};

/* find.c: where the hierarchies and our own cgroups are. */

/* Fills *layout from /proc/self/cgroup and /proc/self/mountinfo. Returns 0, or
 * -1 with errno set. cgroups(7), proc(5). */
int cgroup_find(struct cgroup_layout *layout);

/* The same for another process, by the path of its /proc/PID/cgroup: its
 * cgroups, where they are mounted for us. */
int cgroup_find_of(struct cgroup_layout *layout, const char *cgroup);

/* Whether a file of a cgroup, such as cgroup.controllers, lists a word. */
bool cgroup_lists(const char *directory, const char *file, const char *word);

/* The hierarchy that has a controller ("memory"): the v1 one it is bound to,
 * otherwise v2. "cgroup" is what all cgroups of v2 have. NULL for none. */
struct cgroup_hierarchy *cgroup_with(struct cgroup_layout *layout, const char *controller);

/* The path of our cgroup in one hierarchy, as /proc/self/cgroup has it; "" when
 * it can't be read. */
void cgroup_own_path(const struct cgroup_hierarchy *in, char *path, size_t size);

/* Whether `word` (of several, "cpu,cpuacct", the first) stands in `list`, between
 * commas, blanks or line ends. */
bool cgroup_listed(const char *list, const char *word);

/* Opens the directory of a cgroup. Returns the descriptor, or -1 with errno as
 * open(2) set it, or ENOTDIR when it is a directory of another file system. */
int cgroup_open(const char *path);

/* Opens a cgroup that was just made, and takes the lock by which others know
 * that it has an owner. Returns the descriptor, or -1 with errno: ENOENT when
 * another run has taken it for one that was left behind, and removed it. */
int cgroup_open_new(const char *path);

/* Whether this user may make a cgroup below the one we are in, found out
 * without making one. If not, *why says why not and what to do, in words.
 * A limit may take more than that: see place.c. */
bool cgroup_can_create(char *why, size_t size);

/* choose.c: in which hierarchies a cgroup is made. */

/* Adds the controllers that --report counts with, so far as the machine has
 * them at all. */
void cgroup_want_counters(struct cgroup_work *work, const char *wanted[]);

/* Sets hierarchy->used for each that is to get one. Ends with 125 when a
 * controller that is wanted can't be had. */
void cgroup_choose_hierarchies(struct cgroup_work *work, const char *const wanted[]);

/* place.c: where on v2 a cgroup with limits can be made. */

/* Sets hierarchy->place, and enables there the controllers that are wanted
 * (names, ended by NULL). Ends with 125 when that can't be. */
void cgroup_choose_place(struct cgroup_work *work, struct cgroup_hierarchy *hierarchy,
			 const char *const wanted[]);

/* Takes back that we stepped aside. */
void cgroup_step_back(struct cgroup_work *work);

/* parent.c: a cgroup in another place than below our own. */

/* Returns the path when it may be one; else ends with 125. */
const char *cgroup_check_parent(const char *path);

/* Sets hierarchy->place to --parent, made where it is missing. */
void cgroup_make_parent(struct cgroup_work *work, struct cgroup_hierarchy *hierarchy);

/* Removes what that has made, and nobody else uses now. */
void cgroup_remove_parent(const struct cgroup_hierarchy *hierarchy);

/* limits.c: what people may ask for. */

#define CGROUP_NO_LIMIT (~0ULL)
#define CGROUP_PERIOD 100000ULL /* microseconds; the kernel's own default */
#define CGROUP_CPU_MAX 8192

/* Each reads a value, and returns whether the text is one. "64M" or "max": */
bool cgroup_read_size(const char *text, unsigned long long *bytes);
/* "1.5" or "max", as microseconds of CPU time in each period: */
bool cgroup_read_cpus(const char *text, unsigned long long *quota);
/* "0-2,5": */
bool cgroup_read_cpu_list(const char *text, bool set[CGROUP_CPU_MAX]);

/* Each ends with 125 when the text is no such value. */
void cgroup_check_limits(const struct cgroup_limits *limits);
void cgroup_add_knob(struct cgroup_limits *limits, const char *text);

/* The controllers that the limits need, each once, ended by NULL; and one more. */
#define CGROUP_WANTED 80
void cgroup_wanted(const struct cgroup_limits *limits, const char *wanted[static CGROUP_WANTED]);
void cgroup_want(const char *wanted[], const char *controller);

/* knobs.c: setting limits. */

/* v1: gives a new cpuset what the one above has. */
void cgroup_fill_cpuset(struct cgroup_work *work, const char *directory);

/* Writes all limits, reads each back, and compares. */
void cgroup_write_limits(struct cgroup_work *work);

/* join.c: entering a cgroup. */

/* Enters the cgroups of one version, or all with 0. */
void cgroup_join(struct cgroup_work *work, int version);

/* Finds the cgroup that --join names, in each hierarchy that has it. */
void cgroup_find_joined(struct cgroup_work *work);

/* remove.c: the end of a cgroup. */

/* Removes a cgroup with all cgroups below it; kills what is in them. Returns
 * 0, or -1 with errno set: EBUSY when a process stays for seconds. */
int cgroup_remove(const char *path);

/* Removes the cgroups in an open directory that an earlier run left empty
 * because it was killed. */
void cgroup_sweep(int place);

/* facts.c: why a step failed. */

/* As struct failing wants it; the argument is the work. */
bool cgroup_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *work);

/* Fills *reason, and returns true. A cgroup holds processes, and limits below
 * it are not possible: */
bool cgroup_busy(const char *directory, struct reason *reason);

/* no hierarchy here has that controller: */
bool cgroup_missing(const char *controller, struct reason *reason);

/* watch.c: what --explain shows before and after a step: the cgroup that we are
 * in, and the limits of the new one. */
void cgroup_watch(const struct cgroup_work *work);

#endif
