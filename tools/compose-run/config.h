/* config.h: what a container is to be, in the terms of the OCI runtime-spec
 * (process, root, hostname, mounts, linux). Options fill it in (options.c),
 * and it is compiled to a chain (plan.c). */
#ifndef STRATA_CONFIG_H
#define STRATA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/* A growing list of words, ended by NULL. */
struct words {
	char **word;
	size_t count;
};

/* Adds a copy of a word, printed by a format. Ends with 125 without memory. */
void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds an option and its value, which is printed by a format. */
void words_add_option(struct words *words, const char *option, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct config_mount {
	char *source; /* a path outside; NULL for a tmpfs */
	char *target;
	char *options; /* of the tmpfs, or NULL */
	bool read_only;
};

struct config {
	struct {
		char **args;	  /* ended by NULL; empty: a shell */
		struct words env; /* "NAME=value" */
		const char *cwd;
		const char *user;
		struct words cap_add, cap_drop;
		bool new_privileges;	/* no-new-privileges=false */
		bool no_new_privileges; /* asked for by name, and not as the default */
		const char *apparmor, *selinux;
	} process;
	struct {
		const char *path; /* NULL: the machine's own / */
		bool writable;	  /* changes stay in it */
		bool readonly;
	} root;
	const char *hostname; /* NULL: the default */
	struct config_mount *mounts;
	size_t mount_count;
	struct {
		const char *memory, *cpus, *pids;
		const char *seccomp; /* NULL: the default; "unconfined"; a file */
		bool host_network, host_pid, host_ipc, host_uts, host_user, host_cgroup;
	} linux_; /* gcc defines `linux` as 1 */
	bool init;
	struct words without; /* layers left out, by the names of their tools */
};

/* Whether a layer was left out. */
bool config_without(const struct config *config, const char *layer);

#endif
