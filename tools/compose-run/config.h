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

enum config_mount_kind {
	CONFIG_BIND,	/* source: a path outside */
	CONFIG_DEVICE,	/* the same; what is there may be opened as a device */
	CONFIG_TMPFS,	/* options: "noexec,size=1m" */
	CONFIG_OVERLAY, /* source: LOWER[:LOWER...]; options: "" or ",upper=DIR,work=DIR" */
	CONFIG_VOLUME,	/* what the root has there, to be changed and thrown away */
};

struct config_mount {
	enum config_mount_kind kind;
	char *source;
	char *target; /* a path inside */
	char *options;
	bool read_only;
	bool empty; /* a volume that begins with nothing */
};

struct config {
	struct {
		char **args;		    /* ended by NULL; empty: a shell */
		struct words env, env_file; /* "NAME=value"; env comes last, and wins */
		struct words ulimits;	    /* "nofile=1024:2048" */
		const char *cwd;
		const char *user;
		struct words cap_add, cap_drop;
		bool new_privileges;	/* no-new-privileges=false */
		bool no_new_privileges; /* asked for by name, and not as the default */
		const char *apparmor, *selinux;
		unsigned preserve_fds; /* this many descriptors from 3 on go inside */
		const char *pid_file;
	} process;
	struct {
		const char *path; /* NULL: the machine's own / */
		bool writable;	  /* changes stay in it */
		bool readonly;
		bool overlay; /* of the machine's own /: each directory may be changed */
	} root;
	const char *hostname; /* NULL: the default */
	const char *domainname;
	struct config_mount *mounts;
	size_t mount_count;
	struct words outside; /* what is mounted of the outside: the new root may not cover it */
	struct {
		const char *memory, *memory_swap, *cpus, *cpuset, *pids;
		const char *seccomp;	  /* NULL: the default; "unconfined"; a file */
		const char *user_network; /* through which program; "" for any; or NULL */
		bool bridge_network;
		const char *ip;
		struct words publish, dns;
		bool host_network, host_pid, host_ipc, host_uts, host_user, host_cgroup;
		struct words net_sysctls, ipc_sysctls; /* "KEY=VALUE" */
	} linux_;
	bool privileged; /* gcc defines `linux` as 1 */
	bool init;
	struct words without; /* layers left out, by the names of their tools */
};

/* Whether a layer was left out. */
bool config_without(const struct config *config, const char *layer);

/* Whether any limit of a cgroup was asked for. */
bool config_has_limits(const struct config *config);

/* Ends with 125 when what was asked for contradicts itself: nothing is dropped
 * without a word. See conflicts.c. */
void config_refuse_conflicts(const struct config *config);

#endif
