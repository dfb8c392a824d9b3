/* bundle.c: reading an OCI bundle's config.json: the top of it, its root and
 * its mounts. See bundle.h.
 *
 * Each object has a table of its keys. Read on:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "document.h"
#include "memory.h"

static void read_version(const struct at *at, void *into)
{
	const char *version = strict_string(at);
	unsigned major, minor, patch;
	int end = 0;

	((struct bundle *)into)->version = version;
	if (sscanf(version, "%3u.%3u.%3u%n", &major, &minor, &patch, &end) != 3 ||
	    (version[end] && version[end] != '-' && version[end] != '+'))
		strict_wrong(at, "a version is three numbers, such as 1.0.2, and not '%.40s'",
			     version);
	if (major != 1 || minor > 2)
		strict_wrong(
			at,
			"it is written for version %.40s of the runtime-spec, and 1.0 to 1.2 are "
			"known here:\na newer one may say things that would be missing",
			version);
}

/* ---- root ---- */

static void read_root_path(const struct at *at, void *into)
{
	struct bundle *bundle = into;

	bundle->root.path = strict_string(at);
	if (!*bundle->root.path)
		strict_wrong(at, "it is empty; usually it is \"rootfs\"");
}

static void read_root_readonly(const struct at *at, void *into)
{
	((struct bundle *)into)->root.readonly = strict_bool(at);
}

static void read_root(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "path", read_root_path, true },
		{ "readonly", read_root_readonly, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

/* ---- mounts ---- */

static void read_destination(const struct at *at, void *into)
{
	struct bundle_mount *mount = into;

	mount->destination = strict_string(at);
	if (!*mount->destination)
		strict_wrong(at, "a mount point is a path, and this is empty");
}

static void read_type(const struct at *at, void *into)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	struct bundle_mount *mount = into;

	mount->type = strict_string(at);
	if (mount->type[strspn(mount->type, letters)])
		strict_wrong(at, "no file system has such a name; see /proc/filesystems");
}

static void read_source(const struct at *at, void *into)
{
	((struct bundle_mount *)into)->source = strict_string(at);
}

static void read_option(const struct at *at, void *into)
{
	struct bundle_mount *mount = into;
	const char *rest = strict_string(at);

	/* mount(2) takes several in one string, with commas between them. */
	do {
		size_t length = strcspn(rest, ",");

		if (length == 0)
			strict_wrong(at, "a mount option is empty");
		words_add(&mount->options, "%.*s", (int)length, rest);
		rest += length + (rest[length] == ',' && rest[length + 1]);
	} while (*rest && *rest != ',');
	if (*rest)
		strict_wrong(at, "a mount option is empty");
}

static void read_options(const struct at *at, void *into)
{
	strict_list(at, read_option, into);
}

static void read_uid_map(const struct at *at, void *into)
{
	bundle_read_map(at, &((struct bundle_mount *)into)->uid_map);
}

static void read_gid_map(const struct at *at, void *into)
{
	bundle_read_map(at, &((struct bundle_mount *)into)->gid_map);
}

static void read_mount(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "destination", read_destination, true },
		{ "type", read_type, false },
		{ "source", read_source, false },
		{ "options", read_options, false },
		{ "uidMappings", read_uid_map, false },
		{ "gidMappings", read_gid_map, false },
		{ NULL, NULL, false },
	};
	struct bundle *bundle = into;
	struct bundle_mount mount = { .path = strict_path(at) };

	strict_object(at, keys, &mount);
	bundle->mounts = resize(bundle->mounts, bundle->mount_count + 1, sizeof(mount));
	bundle->mounts[bundle->mount_count++] = mount;
}

static void read_mounts(const struct at *at, void *into)
{
	strict_list(at, read_mount, into);
}

/* ---- the top ---- */

static void read_hostname(const struct at *at, void *into)
{
	((struct bundle *)into)->hostname = strict_string(at);
}

static void read_domainname(const struct at *at, void *into)
{
	((struct bundle *)into)->domainname = strict_string(at);
}

static void read_annotation(const struct at *at, void *into)
{
	(void)into;
	strict_string(at);
}

/* Notes of whoever made the bundle, for whoever knows them; hooks get them. */
static void read_annotations(const struct at *at, void *into)
{
	strict_map(at, read_annotation, into);
	((struct bundle *)into)->annotations = json_object_size(at->value) ? at->value : NULL;
}

static void read_other_system(const struct at *at, void *into)
{
	(void)into;
	strict_wrong(at, "this bundle is made for another system than Linux");
}

/* What makes sense together only. */
static void check(const struct bundle *bundle)
{
	const struct {
		const char *path;
		bool asked;
		enum bundle_namespace needed;
		const char *name;
	} table[] = {
		{ "hostname", bundle->hostname != NULL, BUNDLE_UTS, "uts" },
		{ "domainname", bundle->domainname != NULL, BUNDLE_UTS, "uts" },
		{ "linux.sysctl", bundle->linux_.ipc_sysctl.count > 0, BUNDLE_IPC, "ipc" },
		{ "linux.sysctl", bundle->linux_.net_sysctl.count > 0, BUNDLE_NETWORK, "network" },
		{ "linux.uidMappings", bundle->linux_.uid_map.count > 0, BUNDLE_USER, "user" },
		{ "linux.gidMappings", bundle->linux_.gid_map.count > 0, BUNDLE_USER, "user" },
		{ "linux.timeOffsets", bundle->linux_.clocks.count > 0, BUNDLE_TIME, "time" },
	};
	bool maps = bundle->linux_.uid_map.count || bundle->linux_.gid_map.count;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].asked && !bundle->linux_.namespaces[table[i].needed].listed)
			strict_wrong_path(bundle->file, table[i].path,
					  "without {\"type\": \"%s\"} in linux.namespaces it would "
					  "change the machine itself",
					  table[i].name);
	if (maps && bundle->linux_.namespaces[BUNDLE_USER].path)
		strict_wrong_path(bundle->file, "linux.uidMappings",
				  "a user namespace that is there already has its maps");
	if (maps && (!bundle->linux_.uid_map.count || !bundle->linux_.gid_map.count))
		strict_wrong_path(bundle->file, "linux.uidMappings",
				  "linux.uidMappings and linux.gidMappings go together");
	if (bundle->linux_.clocks.count && bundle->linux_.namespaces[BUNDLE_TIME].path)
		strict_wrong_path(bundle->file, "linux.timeOffsets",
				  "the clocks of a time namespace that is there already are set");
	if (bundle->process.has_affinity && strncmp(bundle->version, "1.2", 3) != 0)
		strict_missing_path(bundle->file, "process.execCPUAffinity",
				    "it came with version 1.2 of the runtime-spec, and this file "
				    "is written for %.40s",
				    bundle->version);
	if (!bundle->linux_.namespaces[BUNDLE_MOUNT].listed)
		strict_missing_path(
			bundle->file, "linux.namespaces",
			"it has no {\"type\": \"mount\"}, and the mounts of a container "
			"are never made on the machine");
	if (!bundle->process.there)
		strict_wrong_path(bundle->file, "process",
				  "it is missing: there is nothing to run");
}

static void read_document(struct bundle *bundle, const char *name)
{
	static const struct key keys[] = {
		{ "ociVersion", read_version, true },
		{ "process", bundle_read_process, false },
		{ "root", read_root, true },
		{ "hostname", read_hostname, false },
		{ "domainname", read_domainname, false },
		{ "mounts", read_mounts, false },
		{ "hooks", bundle_read_hooks, false },
		{ "annotations", read_annotations, false },
		{ "linux", bundle_read_linux, false },
		{ "solaris", read_other_system, false },
		{ "windows", read_other_system, false },
		{ "vm", read_other_system, false },
		{ "zos", read_other_system, false },
		{ NULL, NULL, false },
	};
	struct at at = { .key = name, .value = bundle->document };

	bundle->file = name;
	bundle->process.umask = -1;
	/* "Containers MAY NOT access any device node that is not explicitly
	 * referenced": config-linux.md. */
	bundle->linux_.devices_denied = true;
	bundle->linux_.resources = (struct bundle_resources){
		.memory = BUNDLE_UNSET,
		.swap = BUNDLE_UNSET,
		.reservation = BUNDLE_UNSET,
		.swappiness = BUNDLE_UNSET,
		.shares = BUNDLE_UNSET,
		.quota = BUNDLE_UNSET,
		.period = BUNDLE_UNSET,
		.burst = BUNDLE_UNSET,
		.idle = BUNDLE_UNSET,
		.pids = BUNDLE_UNSET,
	};
	strict_object(&at, keys, bundle);
	check(bundle);
}

void bundle_parse(const char *name, char *text, size_t size, struct bundle *bundle)
{
	memset(bundle, 0, sizeof(*bundle));
	bundle->document = document_parse(name, text, size);
	read_document(bundle, name);
}

void bundle_read(const char *directory, struct bundle *bundle)
{
	char *file = print_text("%s/config.json", directory);

	memset(bundle, 0, sizeof(*bundle));
	bundle->document = document_read(file, &bundle->text, &bundle->size);
	read_document(bundle, file);
}
