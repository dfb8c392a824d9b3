/* bundle_idmap.c: mounts of a bundle whose files get other owners than on the
 * disk. See bundle.h; ns-mnt's idmap.c does it.
 *
 * It takes root in the user namespace that the file system was mounted in, the
 * machine's own mostly. So in a container with a user namespace it is done before
 * ns-user: an ns-mnt of its own binds each source onto itself, with its owners
 * mapped, and the bind into the root, later, is one of that. Read on:
 * mount_setattr(2), "ID-mapped mounts", and "uidMappings" in
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "memory.h"
#include "message.h"
#include "mountinfo.h"
#include "path.h"

static bool has_option(const struct bundle_mount *mount, const char *option)
{
	for (size_t i = 0; i < mount->options.count; i++)
		if (strcmp(mount->options.word[i], option) == 0)
			return true;
	return false;
}

static bool is_mapped(const struct bundle_mount *mount)
{
	return mount->uid_map.count || mount->gid_map.count || has_option(mount, "idmap") ||
	       has_option(mount, "ridmap");
}

static bool is_bind(const struct bundle_mount *mount)
{
	return has_option(mount, "bind") || has_option(mount, "rbind");
}

static _Noreturn void wrong(const struct bundle *bundle, const struct bundle_mount *mount,
			    const char *key, const char *why)
{
	strict_wrong_path(bundle->file, print_text("%s.%s", mount->path, key), "%s", why);
}

/* Adds ranges as "u:0:100000:65536", with a blank before each but the first. */
static void add_ranges(char **text, char kind, const struct words *map)
{
	for (size_t i = 0; i < map->count; i++) {
		char *longer =
			print_text("%s%s%c:%s", *text, **text ? " " : "", kind, map->word[i]);

		free(*text);
		*text = longer;
	}
}

/* Whether there is a mount below a path. proc_pid_mountinfo(5). */
static bool has_mount_below(const char *path)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (!mounts)
		die_errno("cannot tell whether something is mounted below '%s'", path);
	while (!found && getline(&line, &size, mounts) >= 0) {
		const char *target = mountinfo_target(line);

		found = target && path_is_below(target, path) && strcmp(target, path) != 0;
	}
	free(line);
	fclose(mounts);
	return found;
}

/* ns-mnt maps all that is bound, or nothing. */
static void check_depth(const struct bundle *bundle, const struct bundle_mount *mount)
{
	char *source, *path;

	if (!has_option(mount, "rbind") || has_option(mount, "ridmap"))
		return;
	source = bundle_source(bundle, mount);
	path = print_text("%s.options", mount->path);
	if (has_mount_below(source))
		strict_missing_path(bundle->file, path,
				    "something is mounted below the source, and with \"rbind\" its "
				    "ids are mapped as well:\nwrite \"ridmap\", or \"bind\"");
	free(path);
	free(source);
}

char *bundle_idmap(const struct bundle *bundle, const struct bundle_mount *mount)
{
	const struct words *uids = &mount->uid_map, *gids = &mount->gid_map;
	char *text;

	if (!is_mapped(mount))
		return NULL;
	if (!is_bind(mount))
		return copy_text("");
	if (geteuid() != 0)
		strict_missing_path(bundle->file, print_text("%s.options", mount->path),
				    "to show files with other owners takes root where their file "
				    "system was mounted, and you\nare uid %u",
				    geteuid());
	check_depth(bundle, mount);
	if (!uids->count && !gids->count) {
		if (bundle->linux_.namespaces[BUNDLE_USER].path)
			return copy_text(bundle->linux_.namespaces[BUNDLE_USER].path);
		uids = &bundle->linux_.uid_map;
		gids = &bundle->linux_.gid_map;
	}
	if (!uids->count || !gids->count)
		wrong(bundle, mount, "options",
		      "\"idmap\" takes \"uidMappings\" and \"gidMappings\", of the mount or, in "
		      "\"linux\", of the container");
	text = copy_text("");
	add_ranges(&text, 'u', uids);
	add_ranges(&text, 'g', gids);
	return text;
}

bool bundle_idmaps_first(const struct bundle *bundle)
{
	bool any = false;

	for (size_t i = 0; i < bundle->mount_count; i++)
		any = any || (is_bind(&bundle->mounts[i]) && is_mapped(&bundle->mounts[i]));
	return any && bundle->linux_.namespaces[BUNDLE_USER].listed;
}

static bool overlap(const char *one, const char *other)
{
	return path_is_below(one, other) || path_is_below(other, one);
}

/* Nothing else may be reached by the path that is covered. */
static void check_source(const struct bundle *bundle, const struct bundle_mount *mount,
			 const char *source)
{
	bool shared = path_is_below(bundle->root.path, source);

	for (size_t i = 0; i < bundle->mount_count && !shared; i++) {
		char *other;

		if (&bundle->mounts[i] == mount || !is_bind(&bundle->mounts[i]))
			continue;
		other = bundle_source(bundle, &bundle->mounts[i]);
		shared = overlap(source, other);
		free(other);
	}
	if (shared)
		strict_missing_path(
			bundle->file, print_text("%s.source", mount->path),
			"its owners are mapped where it is, for the user namespace, and "
			"another mount or the\nroot has to do with the same directory");
}

void bundle_plan_idmaps(const struct bundle *bundle, struct words *words)
{
	if (bundle_follows(bundle))
		words_add_option(words, "--propagation", "slave");
	/* As in bundle_plan_mounts(): the paths have none, and who puts one there now
	 * would have other files bound, with owners that the container has. */
	words_add(words, "--no-symlinks");
	for (size_t i = 0; i < bundle->mount_count; i++) {
		const struct bundle_mount *mount = &bundle->mounts[i];
		char *source, *map;

		if (!is_bind(mount) || !is_mapped(mount))
			continue;
		source = bundle_source(bundle, mount);
		map = bundle_idmap(bundle, mount);
		check_source(bundle, mount, source);
		words_add_option(words, "--mount", "type=bind,src=%s,dst=%s%s,idmap=%s", source,
				 source,
				 has_option(mount, "rbind") ? "" : ",bind-recursive=disabled", map);
		free(source);
		free(map);
	}
}
