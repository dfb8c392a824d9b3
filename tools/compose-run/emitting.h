/* emitting.h: what the files of --emit-oci share.
 *
 *	emit.c			from link to link of a chain, and the file
 *	emit_cgroup.c		the words of cgroup: limits and devices
 *	emit_namespaces.c	those of the links that make a namespace
 *	emit_mounts.c		those of ns-mnt: the root and the mounts
 *	emit_process.c		those of chroot, prlimit and choom
 *	emit_powers.c		those of capdrop and lsm: user and capabilities
 *	emit_links.c		those of compose-run's own links: hooks, scheduling, clocks
 *	emit_filter.c		the system call filter
 *	emit_json.c		values of JSON, or the end */
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
	unsigned file_fd;    /* of "fd:N"; 0 without */
	unsigned hooks_fd;   /* by which the links of hooks talk; 0 without */
};

/* ---- emit_json.c ---- */

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

/* ---- the words of the links ---- */

/* An option of a link, and what writes it down. NULL where there is nothing to be
 * written: other runtimes do it by themselves, or another word has said it. The
 * last of a table has no tool. */
struct emit_word {
	const char *tool, *option;
	bool valued;
	void (*emit)(struct emit *emit, const char *value);
};

extern const struct emit_word emit_cgroup_words[], emit_namespace_words[], emit_mount_words[],
	emit_process_words[], emit_power_words[], emit_link_words[];

/* The namespace that a link makes, if it makes one. */
void emit_namespace(struct emit *emit, const char *tool);

/* A word of prlimit: "nofile=10:20". */
void emit_rlimit(struct emit *emit, const char *word);

/* ---- what the links come to together, at the end ---- */

/* The ids of a user namespace for which ns-user was told none. */
void emit_default_maps(struct emit *emit);

/* The user with its groups, and the five sets of capabilities; returns the one that
 * the process may use. */
void emit_user(struct emit *emit);
uint64_t emit_capabilities(struct emit *emit);

/* The filter: that of a file, or, for NULL, the default one. */
void emit_filter(struct emit *emit, const char *file, uint64_t capabilities);

#endif
