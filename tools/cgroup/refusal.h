/* refusal.h: what is read of the machine when a step of this tool has failed. */
#ifndef STRATA_CGROUP_REFUSAL_H
#define STRATA_CGROUP_REFUSAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"
#include "why.h"

/* Texts are "" where there is nothing, or nothing can be read. */
struct cgroup_facts {
	pid_t parent;	    /* the process that started us: mostly a shell */
	bool systemd;	    /* it runs this machine */
	char owner_of[300]; /* the directory that was refused, */
	uid_t owner;	    /* and whose it is */

	char members[300]; /* of work->at: "3 processes (812 bash, ...)" */
	char held[100];	   /* what the knob holds */
	char close[100];   /* the knob whose name is closest to the typed one */
	char cpus[100];	   /* the CPUs and memory nodes that the place has */
	char mems[100];

	/* A cgroup above that has made those below it invalid. */
	char threader[300];
	char threader_type[40];
	char threader_enabled[100];
	char threaded[300]; /* a threaded cgroup directly below that one */

	/* A limit that is reached: its file, and what it holds. */
	char full[300];
	char full_value[40];
	long long processes_of_user; /* ulimit -u; -1 for no limit */

	char child[300]; /* a cgroup below the joined one that holds no others */
};

/* refusal.c: decides; reads nothing of the machine. */

/* As why_decide(), for all steps of this tool. */
bool cgroup_reason(const char *call, int error, const struct cgroup_work *work,
		   const struct state *state, const struct cgroup_facts *facts,
		   struct reason *reason);

/* The user's own line with one thing changed: in the first of our words that
 * has it, `old` becomes `new`; NULL when none has it. With old NULL, `new`
 * becomes the next link. */
const char *cgroup_line_with(const char *old, const char *new);

/* A path for a shell: systemd's names have backslashes in them. The string is
 * overwritten by the fourth call behind this one. */
const char *cgroup_quoted(const char *path);

/* refusal_knob.c: a knob was written to, or read back (error 0: it holds
 * something else). */
bool cgroup_knob_reason(const struct cgroup_work *work, int error, const struct cgroup_facts *facts,
			struct reason *reason);

/* A rule about devices was to be set. */
bool cgroup_devices_reason(const struct cgroup_work *work, const char *call, int error,
			   const struct state *state, struct reason *reason);

/* Why a cgroup can't have limits below it: it holds `members`. */
bool cgroup_busy_reason(const char *directory, const char *members, struct reason *reason);

/* A cgroup that could not be removed. */
struct cgroup_left {
	const char *path;
	int version;
	char members[300]; /* what is in it */
	char below[200];   /* the cgroups below it */
	char frozen[300];  /* the file of v1's freezer that keeps one of them from dying */
};

/* Why it could not. */
bool cgroup_left_reason(const struct cgroup_left *left, int error, struct reason *reason);

/* facts.c: reads. */

/* What of the facts matters for that call. */
void cgroup_read_facts(const char *call, const struct cgroup_work *work,
		       struct cgroup_facts *facts);

/* The first line of a file of a cgroup, without its end; "" when it can't be read. */
void cgroup_read_line(const char *directory, const char *file, char *text, size_t size);

/* "3 processes (812 bash, 900 sleep, ...)", not counting ourselves; "" for none. */
void cgroup_members(const char *directory, char *text, size_t size);

/* Whether the kernel was started with that controller off; and the file in
 * which this is to be changed, "" when not known. */
bool cgroup_is_disabled(const char *controller);
void cgroup_boot_file(char *path, size_t size);

/* Prints why a cgroup is still there. errno is rmdir's. */
void cgroup_tell_left(struct cgroup_work *work, const struct cgroup_hierarchy *cgroup);

#endif
