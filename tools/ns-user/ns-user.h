/* ns-user.h: what the files of this tool share. */
#ifndef STRATA_NS_USER_H
#define STRATA_NS_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "maps.h"

struct plan {
	char uid_map[MAP_SIZE], gid_map[MAP_SIZE]; /* as the kernel takes them */
	const char *setgroups, *join;
	uid_t uid; /* who we are, outside */
	gid_t gid;
	bool keep_caps;
	bool automatic;	 /* the maps have ids of /etc/subuid and /etc/subgid */
	bool no_more;	 /* no user namespace below this one */
	bool privileged; /* we may map others' ids: CAP_SETUID and CAP_SETGID, outside */
	bool setfcap;	 /* CAP_SETFCAP, outside */
	bool helped;	 /* the maps are written from outside, by a helper */
	char target[32]; /* whose maps are being written: a name below /proc */
};

/* write.c: makes a user namespace with the plan's maps, and goes into it. Each
 * map is read back. Ends with 125 when something fails. user_namespaces(7). */
void make_namespace(struct plan *plan);

/* For --explain: who we are here, and how our ids are mapped. */
void look_at_ids(char *text, size_t size);

/* more.c: makes another one below the one that was just made with this plan,
 * with the same ids, and lets nobody make one below that. namespaces(7), "The
 * /proc/sys/user directory". */
void allow_no_more(const struct plan *made);

/* show.c: prints the maps of a process (a number, or "self") in words, to
 * stdout. Returns whether that could be written. */
bool show_map(const char *process);

#endif
