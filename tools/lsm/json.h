/* json.h: what the files share that read a seccomp profile in JSON.
 *
 *	json.c		the profile: its default, architectures, flags, entries
 *	json_rules.c	one entry of it: calls, and conditions for arguments
 *	json_applies.c	whether an entry is for this machine: includes, excludes
 *	json_names.c	what stands behind the names in it
 *	json_read.c	reading values strictly; errors that name the line */
#ifndef STRATA_LSM_JSON_H
#define STRATA_LSM_JSON_H

#include <jansson.h>

#include "lsm.h"

struct profile {
	const char *name, *text; /* the file */
	const char *object;	 /* the profile in it */
	json_t *list;		 /* its "syscalls", while they are read */
	size_t index;		 /* the present one of them */
	uint64_t capabilities;
	struct lsm_filter filter;
};

/* ---- json_read.c ---- */

/* The value of a key of the object that begins at `object`; that itself when there is
 * none. The text is known to be JSON. */
const char *profile_find(const char *object, const char *key);

/* Both end with 125. The second looks for the line in which `word` stands, in quotes. */
_Noreturn void profile_refuse(const char *name, int line, const char *id, const char *message);
_Noreturn void profile_wrong(const struct profile *profile, const char *word, const char *id,
			     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The value of a key, or NULL; a number is `otherwise` when there is none. Each ends
 * with 125 when it is of another type, or larger than `max`. */
json_t *profile_get(const struct profile *profile, json_t *object, const char *key, json_type type,
		    const char *type_name);
const char *profile_string(const struct profile *profile, json_t *object, const char *key);
json_t *profile_list(const struct profile *profile, json_t *object, const char *key);
long long profile_number(const struct profile *profile, json_t *object, const char *key,
			 long long max, long long otherwise);

/* An element of the list that `key` has, which must be a string. */
const char *profile_element(const struct profile *profile, json_t *array, size_t i,
			    const char *key);

/* A key that looks like one of ours, mistyped, would leave a rule out. Others
 * may be a newer specification's, or a remark. */
void profile_check_keys(const struct profile *profile, json_t *object, const char *const known[]);

/* ---- json_names.c ---- */

/* What a name means; each ends with 125 when it is unknown. */
enum scmp_compare profile_operator(const struct profile *profile, const char *name);
uint32_t profile_flag(const struct profile *profile, const char *name);
uint32_t profile_architecture(const struct profile *profile, const char *name);

/* An action, with the errno that belongs to it: SCMP_ACT_ERRNO and TRACE take
 * 16 bits along. EPERM when the profile names none, as runc. */
uint32_t profile_action(const struct profile *profile, json_t *object, const char *key,
			const char *number_key, const char *name_key);

/* ---- json_applies.c ---- */

/* One entry applies when all that "includes" names is there (of the
 * architectures: one), and nothing that "excludes" names. */
bool profile_applies(const struct profile *profile, json_t *entry);

/* ---- json_rules.c ---- */

/* Adds the rules of one entry of "syscalls". */
void profile_add_entry(struct profile *profile, json_t *entry);

#endif
