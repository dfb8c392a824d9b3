/* strict.h: walking over a JSON document, every key of it.
 *
 * What a reader does not know it must not pass over: it may be the layer that
 * keeps somebody in. So an object is read by a table of all its keys, and a
 * key that is not in it ends the process with 125, as does a value of another
 * type than it must have. The message says where: "process.rlimits[0].hard".
 * A key with null is as none. */
#ifndef STRATA_STRICT_H
#define STRATA_STRICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Where we are in the document. */
struct at {
	const struct at *up; /* NULL for the whole document */
	const char *key;     /* of the document: the file's name. NULL in a list: */
	size_t index;
	json_t *value;
};

/* What reads the value of a key. `into` is what strict_object was given. */
typedef void strict_read(const struct at *at, void *into);

/* A key that an object may have, or has to have. A table ends with a NULL. */
struct key {
	const char *name;
	strict_read *read;
	bool required;
};

/* Walks over all keys of an object, all elements of a list. */
void strict_object(const struct at *at, const struct key keys[], void *into);
void strict_list(const struct at *at, strict_read *read, void *into);

/* Any string for each key, as in annotations. */
void strict_map(const struct at *at, strict_read *read, void *into);

/* The value, which has to be of that type, and in that range. A string lives
 * as long as the document. */
const char *strict_string(const struct at *at);
bool strict_bool(const struct at *at);
long long strict_number(const struct at *at, long long min, long long max);
uint64_t strict_uint64(const struct at *at);

/* For tables: what none of our tools does, which is refused unless it asks for
 * nothing: false, 0, "", [], {}. */
strict_read strict_unsupported;

/* The path of a place, as "process.rlimits[0].hard". A new string. */
char *strict_path(const struct at *at);

/* Ends with 125: "FILE: PATH has a value that can't be used [OCI-VALUE]", or
 * "is not supported [OCI-UNSUPPORTED]"; the format says why. */
_Noreturn void strict_wrong(const struct at *at, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void strict_wrong_path(const char *file, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void strict_missing(const struct at *at, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void strict_missing_path(const char *file, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
