/* emitting.h: what the files of --emit-oci share: emit.c, emit_mounts.c,
 * emit_filter.c. */
#ifndef STRATA_EMITTING_H
#define STRATA_EMITTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Stands for 2^64 - 1 until the text is written. */
#define EMIT_LARGEST INT64_MIN

/* A config.json in the making, and what was read of the chain so far. */
struct emit {
	json_t *spec, *process, *mounts, *linux_, *namespaces, *devices;
	char *root; /* the path of the root directory */
	bool has_mounts, has_chroot, has_capdrop, shows_cgroups;
	unsigned uid, gid;	   /* inside, before capdrop */
	const char *user, *groups; /* of capdrop; NULL without */
	int umask;		   /* -1 without */
	/* As capdrop puts its set together. */
	uint64_t base, add, drop, ambient, inheritable;
	bool preset, kept, dropped;
	bool new_privs;
	const char *seccomp; /* NULL, "none", "default" or "fd:3" */
};

/* Ends with 125: "a config.json can't say: WHAT VALUE", and why. */
_Noreturn void emit_refuse(const char *what, const char *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Values, for which there is memory or the end. emit_set and emit_add take
 * `value` over; emit_object and emit_list make what is not there yet. */
json_t *emit_made(json_t *value);
void emit_set(json_t *object, const char *key, json_t *value);
void emit_add(json_t *list, json_t *value);
json_t *emit_object(json_t *parent, const char *key);
json_t *emit_list(json_t *parent, const char *key);

/* The options of ns-mnt. */
void emit_mount(struct emit *emit, const char *value);
void emit_bind(struct emit *emit, const char *value);
void emit_ro_bind(struct emit *emit, const char *value);
void emit_tmpfs(struct emit *emit, const char *value);
void emit_proc(struct emit *emit, const char *value);
void emit_sys(struct emit *emit, const char *value);
void emit_dev(struct emit *emit, const char *value);
void emit_mask(struct emit *emit, const char *value);
void emit_remount_ro(struct emit *emit, const char *value);

/* The filter: that of a file, or, for NULL, the default one. */
void emit_filter(struct emit *emit, const char *file, uint64_t capabilities);

#endif
