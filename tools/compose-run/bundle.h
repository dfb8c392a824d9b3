/* bundle.h: a container as an OCI bundle describes it: a directory with a
 * config.json by the runtime-spec, 1.0 to 1.2, for Linux.
 *
 * bundle.c reads it, with bundle_process.c, bundle_linux.c and
 * bundle_resources.c for its parts; bundle_plan.c compiles it to a chain, with
 * bundle_root.c, bundle_cgroup.c, bundle_limits.c, bundle_ids.c,
 * bundle_mounts.c and bundle_powers.c. */
#ifndef STRATA_BUNDLE_H
#define STRATA_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "plan.h"
#include "strict.h"

struct bundle_mount {
	const char *destination, *type, *source;
	struct words options;	       /* each one word, without a comma */
	struct words uid_map, gid_map; /* "FILE-ID:SHOWN-ID:COUNT" */
	char *path;		       /* "mounts[3]", for messages */
};

enum bundle_namespace {
	BUNDLE_USER,
	BUNDLE_CGROUP,
	BUNDLE_TIME,
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
	int64_t rt_period, rt_runtime; /* of the CPU, for real-time policies; 0: none */
	struct words knobs;	       /* "KNOB=VALUE", of the version that is here */
	struct words unified;	       /* the same */
};

struct bundle {
	const char *file; /* config.json, as messages name it */
	json_t *document; /* what the strings below belong to */
	char *text;	  /* what was read of the file, and so holds; NULL if it was none */
	size_t size;
	const char *version;
	const char *id; /* NULL: one is made when it begins */
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
		struct words schedule, io_priority; /* options of "compose-run process" */
		bool schedule_is_own;		    /* children do not get it */
		bool has_affinity;
	} process;
	struct {
		const char *path;
		bool readonly;
	} root;
	const char *hostname, *domainname;
	json_t *annotations; /* NULL for none */
	struct {
		/* Each in JSON, on one line. */
		struct words prestart, create_runtime, create_container, start_container, poststart,
			poststop;
	} hooks;
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
		struct words nodes;	   /* of devices besides the default ones: their paths */
		struct words device_rules; /* "allow c 1:3 rwm", "deny a *:* rwm" */
		bool devices_denied;	   /* all but the default ones; so without rules, too */
		bool devices_ruled;	   /* there are rules that say so */
		bool devices_by_cgroup;	   /* decided once, by bundle_chain() */
		const char *beyond_nodev;  /* a rule that "nodev" can't keep, or NULL */
		bool seccomp;		   /* the document holds a profile */
		struct words masked, read_only;
		const char *propagation; /* NULL: private */
		const char *personality; /* NULL: as it is */
		struct words clocks;	 /* options of "compose-run time" */
	} linux_;			 /* gcc defines `linux` as 1 */
};

/* Reads DIRECTORY/config.json. Ends with 125 at whatever it can't be sure of:
 * an unknown key, a value out of range, a thing that no tool does. */
void bundle_read(const char *directory, struct bundle *bundle);

/* The same from a text of `size` bytes, which is changed; `name` is for
 * messages. Looks at nothing but the text, and at which cgroups there are. */
void bundle_parse(const char *name, char *text, size_t size, struct bundle *bundle);

/* Compiles it to a chain, as plan_compile does. `args`, unless it is empty,
 * runs instead of process.args. Reads the machine, and changes nothing.
 * `id` is the name of the container for its hooks; NULL: one is made. Returns
 * whether the program is to have a terminal of its own. */
bool bundle_compile(const char *directory, const char *id, char *args[], struct chain *chain);

/* The second half of it: the root's path is taken as it is. */
void bundle_chain(const struct bundle *bundle, char *args[], struct chain *chain);

/* The root as a directory without links on its way, in bundle->root.path. */
void bundle_find_root(struct bundle *bundle);

/* The parts of the compiler, each of which adds its links; in bundle_plan.c: */
bool bundle_has(const struct bundle *bundle, enum bundle_namespace type);

/* Begins a link that makes a namespace, or enters one. NULL without either. */
struct words *bundle_add_namespace(const struct bundle *bundle, struct chain *chain,
				   enum bundle_namespace type, const char *tool,
				   const char *comment);

void bundle_plan_cgroup(const struct bundle *bundle, struct chain *chain);
void bundle_plan_cgroup_namespace(const struct bundle *bundle, struct chain *chain);

/* Returns whether the process has its ids by the maps alone. */
bool bundle_plan_user(const struct bundle *bundle, struct chain *chain);

/* Adds the options of capdrop for the user and the groups. */
void bundle_plan_ids(const struct bundle *bundle, struct words *words, bool mapped);

void bundle_plan_capabilities(const struct bundle *bundle, struct chain *chain, bool mapped);
void bundle_plan_security(const struct bundle *bundle, struct chain *chain);

void bundle_plan_time(const struct bundle *bundle, struct chain *chain);

/* Adds the link where it belongs: it is called for the place outside of all that
 * forks, and for that before the program. */
void bundle_plan_schedule(const struct bundle *bundle, struct chain *chain, bool outside);

/* The descriptor over which the links for hooks talk: the last that a shell can
 * name. */
#define BUNDLE_HOOKS_FD 9

/* The three places of hooks; and whether the last is needed, to which the
 * descriptor has to be kept open. */
void bundle_plan_hooks_outside(const struct bundle *bundle, struct chain *chain);
void bundle_plan_hooks_created(const struct bundle *bundle, struct chain *chain);
void bundle_plan_hooks_starting(const struct bundle *bundle, struct chain *chain);
bool bundle_has_start_hooks(const struct bundle *bundle);

/* The parts of the reader. */
strict_read bundle_read_process, bundle_read_linux, bundle_read_resources;
strict_read bundle_read_devices, bundle_read_device_rules;

/* Whether there is a cgroup of that path already, in whatever hierarchy. */
bool bundle_is_cgroup(const char *path);

/* How devices are denied: by the cgroup, or else by mounts with "nodev". The
 * second ends with 125 where it would have to be "nodev" that keeps the rules,
 * and can't. The first reads the machine, and may say another thing a moment
 * later: it is asked once, and the answer kept in devices_by_cgroup. */
bool bundle_devices_by_cgroup(const struct bundle *bundle);
bool bundle_devices_by_nodev(const struct bundle *bundle);

/* Adds the options of cgroup for the rules, and of ns-mnt for the nodes. */
void bundle_plan_devices(const struct bundle *bundle, struct words *words);
void bundle_plan_nodes(const struct bundle *bundle, struct words *words);

/* Reads a list of ranges into a struct words, as "INNER:OUTER:COUNT". */
strict_read bundle_read_map;

/* Whether something in there is to see what the machine mounts later. */
bool bundle_follows(const struct bundle *bundle);

/* The mounts whose files get other owners (bundle_idmap.c). Which: the value of
 * ns-mnt's idmap= for one, a new string, or NULL. Ends with 125 where it makes
 * no sense. */
char *bundle_idmap(const struct bundle *bundle, const struct bundle_mount *mount);

/* Whether this is done before ns-user, where it has to be. Then bundle_plan_idmaps
 * adds the options for an ns-mnt of its own that stands there: it covers each
 * source with itself, its owners mapped. */
bool bundle_idmaps_first(const struct bundle *bundle);
void bundle_plan_idmaps(const struct bundle *bundle, struct words *words);

/* The source of a bind mount, a path without symbolic links. A new string. Ends
 * with 125 when there is none. */
char *bundle_source(const struct bundle *bundle, const struct bundle_mount *mount);

/* Adds an option of ns-mnt that makes a mount point, where the root is read-only
 * and has none. `source` is what will be bound there, or NULL; `covered` are the
 * mount points so far. */
void bundle_plan_point(const struct bundle *bundle, struct words *covered, const char *target,
		       const char *source, struct words *line);

strict_read bundle_read_scheduler, bundle_read_io_priority, bundle_read_affinity;
strict_read bundle_read_block_io, bundle_read_huge_pages, bundle_read_network, bundle_read_rdma;
strict_read bundle_read_rt_period, bundle_read_rt_runtime;
strict_read bundle_read_personality, bundle_read_clocks, bundle_read_hooks;

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
