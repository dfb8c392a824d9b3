/* account.h: users and groups by name, as /etc/passwd and /etc/group of the
 * root we are in have them. No NSS: a static program could not load it, and
 * in a container's root it would be that root's code. passwd(5), group(5). */
#ifndef STRATA_ACCOUNT_H
#define STRATA_ACCOUNT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "why.h"

#define ACCOUNT_GROUPS_MAX 1024

struct account {
	uid_t uid;
	gid_t gid;
	bool has_uid;			  /* a user was named */
	bool has_gid;			  /* a group was named, or the user has an entry */
	gid_t groups[ACCOUNT_GROUPS_MAX]; /* supplementary, gid among them */
	size_t group_count;
	char home[PATH_MAX]; /* "/" when the user has no entry */
};

/* Looks "U", "U:G", "U:" or ":G" up, each a name or a number, in the files below
 * root ("/" for ours). A number need not have an entry; "+N" is one for sure. Ends with 125 when a
 * name is unknown. */
void account_find(const char *root, const char *spec, struct account *account);

#define ACCOUNT_NAME_MAX 256

/* Finds the name of a user's or a group's id in /etc/passwd or /etc/group.
 * Returns whether there is one; if not, name is "". */
bool account_name(bool group, unsigned id, char name[ACCOUNT_NAME_MAX]);

/* Whether this process has become what an account says, all of its three user
 * ids, its three group ids and its supplementary groups, as far as the account
 * has them; `groups` says whether the last were asked for. */
bool account_is_ours(const struct account *account, bool groups);

/* Looks a list "G,G,..." up and makes it the supplementary groups.
 * Ends with 125 when a name is unknown. */
void account_find_groups(const char *list, struct account *account);

/* What tells why becoming an account failed. */
struct account_facts {
	bool has_uid, has_gid; /* the ids that were asked for, the last time */
	uid_t uid;
	gid_t gid;
	uid_t our_uid; /* who we are, here */
	gid_t our_gid;
	char uid_map[512], gid_map[512]; /* as /proc/self/uid_map has them */
};

/* Why becoming an account failed: for capdrop --user and chroot --userspec. As
 * why_decide(); it reads the facts itself. */
bool account_decide(const char *call, int error, const struct state *state, struct reason *reason);

/* The half of it that reads nothing. */
bool account_reason(const char *call, int error, const struct state *state,
		    const struct account_facts *facts, struct reason *reason);

/* The account that was looked up last, for the facts. */
extern struct account_facts account_asked;

#endif
