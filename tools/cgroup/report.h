/* report.h: what happened in a cgroup, from the kernel's own counters: the end
 * of --report, and the notes CG-PIDS and CG-OOM. */
#ifndef STRATA_CGROUP_REPORT_H
#define STRATA_CGROUP_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"

/* Numbers are -1 where the kernel does not tell. cgroups(7), the kernel's
 * admin-guide/cgroup-v2.rst and cgroup-v1/. */
struct cgroup_counters {
	/* The limits as typed, or NULL. */
	const char *memory_limit, *pids_limit;
	bool memory_on, pids_on; /* the controller counts for this cgroup */
	bool memory_v1, pids_v1;

	long long memory_peak;	     /* bytes */
	long long memory_hits;	     /* how often this cgroup's own limit was in the way */
	bool limit_reached;	     /* it was, or all of it was in use */
	long long oom_here;	     /* v2: how often that had no way out but to kill */
	long long oom_below;	     /* v2: the same of a cgroup below it */
	long long killed;	     /* processes killed for want of memory */
	char victims[400];	     /* who they were, "pid 812 (hog)", or "" */
	bool log_read;		     /* the kernel's log could be read, */
	int log_found;		     /* and has so many of them, */
	int log_ours;		     /* of these, so many by the limit of this cgroup, */
	int log_below;		     /* and so many by that of one below it */
	char pattern[300];	     /* what to look for in that log */
	long long pids_peak;	     /* processes and threads at once */
	long long refused;	     /* forks */
	long long refused_by_ours;   /* of these, those by this cgroup's own limit */
	bool limit_above;	     /* a cgroup above has a limit as well, or may have */
	long long cpu, user, system; /* microseconds */
	long long periods, throttled_periods, throttled;
};

/* counters.c */

/* Reads what tells of forks refused and processes killed; with `all` the rest,
 * too. Where nothing of that has happened, this is one small file for each. */
void cgroup_read_counters(struct cgroup_work *work, bool all, struct cgroup_counters *counters);

/* report.c: puts them into words; reads nothing of the machine. */

/* "the pids limit 20 refused 3 forks [CG-PIDS]"; "" when none was refused. */
void cgroup_tell_refused(const struct cgroup_counters *counters, char *text, size_t size);

/* "the memory limit 50M was hit; the kernel killed pid 812 (hog) [CG-OOM]"; ""
 * when nobody was killed. */
void cgroup_tell_killed(const struct cgroup_counters *counters, char *text, size_t size);

/* The whole of --report. */
void cgroup_tell_all(const struct cgroup_counters *counters, char *text, size_t size);

/* After the end of the program, before its cgroup is removed: prints what there
 * is to say, with `all` the whole. */
void cgroup_report(struct cgroup_work *work, bool all);

/* victims.c: who was killed, from the kernel's log. */

/* Finds the processes that the kernel killed for want of memory in the cgroup
 * `path`, or in one below: the last `counters->killed` in `log`. The path is the
 * end of that in the log, or all of it if `whole`. Fills in log_found, log_ours,
 * log_below and victims, "pid 812 (hog), pid 813 (hog)"; of many, three are
 * named. */
void cgroup_find_victims(const char *log, const char *path, bool whole,
			 struct cgroup_counters *counters);

/* Reads the kernel's log for that, where it may be read: root, and others with
 * kernel.dmesg_restrict=0. syslog(2). */
void cgroup_read_victims(const struct cgroup_hierarchy *cgroup, struct cgroup_counters *counters);

#endif
