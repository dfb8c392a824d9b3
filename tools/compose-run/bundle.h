/* bundle.h: a container as an OCI bundle describes it: a directory with a
 * config.json by the runtime-spec, 1.0 to 1.2, for Linux.
 *
 * bundle.c reads it, with bundle_process.c, bundle_linux.c and
 * bundle_resources.c for its parts; bundle_plan.c compiles it to a chain. */
#ifndef STRATA_BUNDLE_H
#define STRATA_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "plan.h"
#include "strict.h"

struct bundle_mount {
	const char *destination, *type, *source;
	struct words options; /* each one word, without a comma */
	char *path;	      /* "mounts[3]", for messages */
};

enum bundle_namespace {
	BUNDLE_USER,
	BUNDLE_CGROUP,
	BUNDLE_PID,
	BUNDLE_UTS,
	BUNDLE_IPC,
	BUNDLE_NETWORK,
	BUNDLE_MOUNT,
	BUNDLE_NAMESPACES
};

/* A number that the file does not have. */
#define BUNDLE_UNSET INT64_MIN

struct bundle_resources {
	int64_t memory, swap, reservation, swappiness; /* -1: no limit */
	int64_t shares, quota, period, burst, idle;
	int64_t pids;
	const char *cpus, *mems;
	struct words unified; /* "KNOB=VALUE" */
};

struct bundle {
	const char *file; /* config.json, as messages name it */
	json_t *document; /* what the strings below belong to */
	struct {
		bool there;
		bool terminal;
		struct words args, env;
		const char *cwd;
		uint32_t uid, gid;
		struct words groups;
		int umask; /* -1: as it is */
		uint64_t bounding, permitted, effective, inheritable, ambient;
		bool no_new_privileges;
		struct words rlimits; /* "nofile=1024:2048", soft and hard */
		bool has_oom_score;
		int oom_score;
		const char *apparmor, *selinux;
	} process;
	struct {
		const char *path;
		bool readonly;
	} root;
	const char *hostname, *domainname;
	struct bundle_mount *mounts;
	size_t mount_count;
	struct {
		struct {
			bool listed;
			const char *path; /* NULL: a new one */
		} namespaces[BUNDLE_NAMESPACES];
		struct words uid_map, gid_map; /* "INNER:OUTER:COUNT" */
		struct words ipc_sysctl, net_sysctl;
		const char *cgroups_path;
		struct bundle_resources resources;
		bool devices_denied; /* all but the default ones; so without rules, too */
		bool devices_ruled;  /* there are rules that say so */
		bool seccomp;	     /* the document holds a profile */
		struct words masked, read_only;
		const char *propagation; /* NULL: private */
	} linux_;			 /* gcc defines `linux` as 1 */
};

/* Reads DIRECTORY/config.json. Ends with 125 at whatever it can't be sure of:
 * an unknown key, a value out of range, a thing that no tool does. */
void bundle_read(const char *directory, struct bundle *bundle);

/* The same from a text of `size` bytes, which is changed; `name` is for
 * messages. Looks at nothing but the text. */
void bundle_parse(const char *name, char *text, size_t size, struct bundle *bundle);

/* Compiles it to a chain, as plan_compile does. `args`, unless it is empty,
 * runs instead of process.args. Reads the machine, and changes nothing.
 * Returns whether the program is to have a terminal of its own. */
bool bundle_compile(const char *directory, char *args[], struct chain *chain);

/* The second half of it: the root's path is taken as it is. */
void bundle_chain(const struct bundle *bundle, char *args[], struct chain *chain);

/* The parts of the reader. */
strict_read bundle_read_process, bundle_read_linux, bundle_read_resources;

/* Adds the options of ns-mnt for the root and the mounts. */
void bundle_plan_mounts(const struct bundle *bundle, struct words *words);

/* Whether this machine has cgroup v2, and v2 alone. */
bool bundle_on_v2(void);

/* Adds the options of cgroup for the limits. */
void bundle_plan_limits(const struct bundle *bundle, struct words *words);

/* Whether the config.json has a mount of cgroups, which shows those of the
 * container alone in a cgroup namespace only. */
bool bundle_shows_cgroups(const struct bundle *bundle);

/* Capabilities by their names; those that this kernel does not know are left
 * out, with a note, as the runtime-spec has it. */
uint64_t bundle_capabilities(const struct at *at);

#endif
