/* bundle_linux.c: what a config.json says for Linux alone: "linux". See
 * bundle.h. Read on:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md */
#include <stdio.h>
#include <string.h>

#include "bundle.h"

/* ---- namespaces ---- */

struct namespace_text {
	const char *type, *path;
};

static void read_namespace_type(const struct at *at, void *into)
{
	((struct namespace_text *)into)->type = strict_string(at);
}

static void read_namespace_path(const struct at *at, void *into)
{
	const char *path = strict_string(at);

	if (*path && *path != '/')
		strict_wrong(at, "it must be an absolute path, such as /proc/PID/ns/net");
	((struct namespace_text *)into)->path = *path ? path : NULL;
}

static void read_namespace(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "type", read_namespace_type, true },
		{ "path", read_namespace_path, false },
		{ NULL, NULL, false },
	};
	static const char *const types[BUNDLE_NAMESPACES] = {
		[BUNDLE_USER] = "user",	  [BUNDLE_CGROUP] = "cgroup", [BUNDLE_PID] = "pid",
		[BUNDLE_UTS] = "uts",	  [BUNDLE_IPC] = "ipc",	      [BUNDLE_NETWORK] = "network",
		[BUNDLE_MOUNT] = "mount", [BUNDLE_TIME] = "time",
	};
	struct bundle *bundle = into;
	struct namespace_text text = { NULL, NULL };
	int i = 0;

	strict_object(at, keys, &text);
	while (i < BUNDLE_NAMESPACES && strcmp(types[i], text.type) != 0)
		i++;
	if (i == BUNDLE_NAMESPACES)
		strict_wrong(at, "there is no namespace of type '%.40s'", text.type);
	if (bundle->linux_.namespaces[i].listed)
		strict_wrong(at, "the type '%s' stands there twice", types[i]);
	if (text.path && i == BUNDLE_MOUNT)
		strict_missing(at, "the root and the mounts of the container are put together in a "
				   "mount namespace of its own");
	if (text.path && i == BUNDLE_CGROUP)
		strict_missing(at, "cgroup makes a new namespace, and enters none");
	bundle->linux_.namespaces[i].listed = true;
	bundle->linux_.namespaces[i].path = text.path;
}

static void read_namespaces(const struct at *at, void *into)
{
	strict_list(at, read_namespace, into);
}

/* ---- id maps ---- */

struct range {
	uint32_t inner, outer, count;
};

static uint32_t read_uint32(const struct at *at)
{
	return (uint32_t)strict_number(at, 0, UINT32_MAX);
}

static void read_inner(const struct at *at, void *into)
{
	((struct range *)into)->inner = read_uint32(at);
}

static void read_outer(const struct at *at, void *into)
{
	((struct range *)into)->outer = read_uint32(at);
}

static void read_count(const struct at *at, void *into)
{
	((struct range *)into)->count = read_uint32(at);
	if (!((struct range *)into)->count)
		strict_wrong(at, "a range of no ids maps nothing");
}

static void read_range(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "containerID", read_inner, true },
		{ "hostID", read_outer, true },
		{ "size", read_count, true },
		{ NULL, NULL, false },
	};
	struct range range = { 0, 0, 0 };

	strict_object(at, keys, &range);
	words_add(into, "%u:%u:%u", range.inner, range.outer, range.count);
}

void bundle_read_map(const struct at *at, void *into)
{
	strict_list(at, read_range, into);
}

static void read_uid_map(const struct at *at, void *into)
{
	bundle_read_map(at, &((struct bundle *)into)->linux_.uid_map);
}

static void read_gid_map(const struct at *at, void *into)
{
	bundle_read_map(at, &((struct bundle *)into)->linux_.gid_map);
}

/* ---- the rest ---- */

static void read_sysctl(const struct at *at, void *into)
{
	static const char *const ipc[] = { "kernel.msgmax", "kernel.msgmnb",
					   "kernel.msgmni", "kernel.sem",
					   "kernel.shmall", "kernel.shmmax",
					   "kernel.shmmni", "kernel.shm_rmid_forced" };
	struct bundle *bundle = into;
	const char *value = strict_string(at);
	bool of_ipc = strncmp(at->key, "fs.mqueue.", 10) == 0;

	if (strchr(at->key, '='))
		strict_wrong(at, "no kernel parameter has a '=' in its name");
	for (size_t i = 0; i < sizeof(ipc) / sizeof(*ipc); i++)
		of_ipc = of_ipc || strcmp(at->key, ipc[i]) == 0;
	if (of_ipc)
		words_add(&bundle->linux_.ipc_sysctl, "%s=%s", at->key, value);
	else if (strncmp(at->key, "net.", 4) == 0)
		words_add(&bundle->linux_.net_sysctl, "%s=%s", at->key, value);
	else
		strict_missing(at,
			       "a container has of its own what lies below net., fs.mqueue. and "
			       "some of kernel.;\nany other is the whole machine's (a domain name: "
			       "\"domainname\")");
}

static void read_sysctls(const struct at *at, void *into)
{
	strict_map(at, read_sysctl, into);
}

static void read_cgroups_path(const struct at *at, void *into)
{
	const char *path = strict_string(at);

	((struct bundle *)into)->linux_.cgroups_path = *path ? path : NULL;
}

static void read_seccomp(const struct at *at, void *into)
{
	/* lsm reads it, as strictly. */
	if (!json_is_object(at->value))
		strict_wrong(at, "a profile is an object: { \"defaultAction\": ... }");
	((struct bundle *)into)->linux_.seccomp = true;
}

static void read_inner_path(const struct at *at, void *into)
{
	const char *path = strict_string(at);

	if (*path != '/')
		strict_wrong(at, "it must be an absolute path inside");
	words_add(into, "%s", path);
}

static void read_masked(const struct at *at, void *into)
{
	strict_list(at, read_inner_path, &((struct bundle *)into)->linux_.masked);
}

static void read_read_only(const struct at *at, void *into)
{
	strict_list(at, read_inner_path, &((struct bundle *)into)->linux_.read_only);
}

static void read_propagation(const struct at *at, void *into)
{
	const char *kind = strict_string(at);

	if (strcmp(kind, "slave") == 0 || strcmp(kind, "rslave") == 0)
		((struct bundle *)into)->linux_.propagation = "slave";
	else if (strcmp(kind, "shared") == 0 || strcmp(kind, "rshared") == 0 ||
		 strcmp(kind, "unbindable") == 0 || strcmp(kind, "runbindable") == 0)
		strict_missing(at,
			       "the root of the container is private, or a slave of the machine's");
	else if (*kind && strcmp(kind, "private") != 0 && strcmp(kind, "rprivate") != 0)
		strict_wrong(at, "it is private, slave, shared or unbindable, and not '%.40s'",
			     kind);
}

void bundle_read_linux(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "devices", bundle_read_devices, false },
		{ "uidMappings", read_uid_map, false },
		{ "gidMappings", read_gid_map, false },
		{ "namespaces", read_namespaces, false },
		{ "resources", bundle_read_resources, false },
		{ "cgroupsPath", read_cgroups_path, false },
		{ "rootfsPropagation", read_propagation, false },
		{ "seccomp", read_seccomp, false },
		{ "sysctl", read_sysctls, false },
		{ "maskedPaths", read_masked, false },
		{ "readonlyPaths", read_read_only, false },
		{ "mountLabel", strict_unsupported, false },
		{ "intelRdt", strict_unsupported, false },
		{ "personality", bundle_read_personality, false },
		{ "timeOffsets", bundle_read_clocks, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}
