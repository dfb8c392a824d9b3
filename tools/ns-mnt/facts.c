/* facts.c: what matters of the machine when a step of ns-mnt has failed. See
 * refusal.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "memory.h"
#include "message.h"
#include "namespace.h"
#include "overlay.h"
#include "path.h"
#include "refusal.h"
#include "table.h"

/* /proc and /sys have empty directories that are there to be mounted on; what
 * is mounted there covers nothing. */
static bool is_for_mounting(const char *target)
{
	static const char *const ends[] = {
		"/sys/fs/binfmt_misc", "/fs/nfsd",	  "/fs/cgroup",	      "/fs/bpf",
		"/fs/pstore",	       "/fs/selinux",	  "/fs/smackfs",      "/fuse/connections",
		"/kernel/debug",       "/kernel/tracing", "/kernel/security", "/kernel/config",
		"/efi/efivars",	       "/fs/resctrl",
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t length = strlen(ends[i]), all = strlen(target);

		if (all > length && strcmp(target + all - length, ends[i]) == 0)
			return true;
	}
	return false;
}

/* What there is of a kind of file system of which no more may be shown than can
 * be seen already. user_namespaces(7); the kernel's mnt_already_visible(). */
static void read_visible(const struct mount_table *table, struct mnt_facts *facts)
{
	size_t n = 0, more = 0;

	facts->read_only = true;
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		if (strcmp(row->mount.type, facts->order->type) != 0 ||
		    strcmp(row->mount.root, "/") != 0)
			continue;
		facts->visible = true;
		facts->read_only &= mountinfo_has(row->mount.flags, "ro");
		for (size_t j = 0; j < table->count; j++) {
			const char *target = table->rows[j].mount.target;

			if (table->rows[j].parent != row || is_for_mounting(target) ||
			    strcmp(target, row->mount.target) == 0)
				continue;
			if (n + strlen(target) + 40 > sizeof(facts->covered))
				more++;
			else
				n += (size_t)snprintf(facts->covered + n,
						      sizeof(facts->covered) - n, "%s'%s'",
						      n ? ", " : "", target);
		}
	}
	if (more)
		snprintf(facts->covered + n, sizeof(facts->covered) - n, " and %zu more", more);
}

/* The mount in which a path lies. */
static const struct row *mount_of(const struct mount_table *table, const char *path)
{
	struct statx status;

	if (!table || statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status) != 0)
		return NULL;
	for (size_t i = 0; i < table->count; i++)
		if ((unsigned)table->rows[i].mount.id == status.stx_mnt_id)
			return &table->rows[i];
	return NULL;
}

/* Tries the map on one mount alone. */
static bool takes_map(const char *path, int namespace)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned)namespace };
	int tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	bool takes = tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0;

	if (tree >= 0)
		close(tree);
	return takes;
}

static void read_idmap(const struct mount_table *table, struct mnt_facts *facts)
{
	const struct idmap *map = facts->order->idmap;
	const struct row *row = mount_of(table, facts->order->source);
	char *source = realpath(facts->order->source, NULL), own[MAP_SIZE], text[MAP_SIZE];
	struct stat status;

	facts->mapped = row && mountinfo_has(row->mount.flags, "idmapped");
	facts->map_is_first = map->namespace >= 0 && fstat(map->namespace, &status) == 0 &&
			      status.st_ino == FIRST_USER_NAMESPACE;
	if (map->namespace >= 0 && source && row && !takes_map(source, map->namespace)) {
		snprintf(facts->refuses, sizeof(facts->refuses), "%s", source);
		snprintf(facts->refuses_type, sizeof(facts->refuses_type), "%s", row->mount.type);
	}
	for (size_t i = 0; source && table && !*facts->refuses && i < table->count; i++) {
		row = &table->rows[i];
		if (row->seen && path_is_below(row->mount.target, source) &&
		    !takes_map(row->mount.target, map->namespace)) {
			snprintf(facts->refuses, sizeof(facts->refuses), "%s", row->mount.target);
			snprintf(facts->refuses_type, sizeof(facts->refuses_type), "%s",
				 row->mount.type);
		}
	}
	free(source);
	for (int group = 0; group < 2 && !map->target && !facts->lacks_id; group++) {
		snprintf(text, sizeof(text), "%s", group ? map->groups : map->users);
		facts->lacks_id = read_file(group ? "/proc/self/gid_map" : "/proc/self/uid_map",
					    own, sizeof(own)) > 0 &&
				  !map_covers(own, text, &facts->missing_id);
	}
}

static void read_layers(const struct mount_table *table, struct mnt_facts *facts)
{
	char *copy = copy_text(facts->order->source), *save = NULL, *upper, *work;
	const struct row *row;

	for (char *layer = strtok_r(copy, ":", &save); layer; layer = strtok_r(NULL, ":", &save)) {
		if (facts->source.kind == PATH_FINE)
			missing_find(NULL, layer, true, &facts->source);
		row = mount_of(table, layer);
		facts->stacked |= row && strcmp(row->mount.type, "overlay") == 0;
	}
	free(copy);
	facts->upper = overlay_value(facts->order->options, "upper");
	facts->work = overlay_value(facts->order->options, "work");
	if (!facts->upper || !facts->work)
		return;
	missing_find(NULL, facts->upper, true, &facts->upper_path);
	missing_find(NULL, facts->work, true, &facts->work_path);
	row = mount_of(table, facts->upper);
	snprintf(facts->upper_type, sizeof(facts->upper_type), "%s", row ? row->mount.type : "");
	facts->one_mount = row && row == mount_of(table, facts->work);
	upper = realpath(facts->upper, NULL);
	work = realpath(facts->work, NULL);
	facts->apart = upper && work && !path_is_below(upper, work) && !path_is_below(work, upper);
	free(upper);
	free(work);
}

/* A name of a file system that is much like the one that was asked for. */
static void read_type(struct mnt_facts *facts)
{
	const char *words[101] = { NULL }, *best;
	char text[8192], *save = NULL;
	size_t n = 0;

	if (read_file("/proc/filesystems", text, sizeof(text)) < 0)
		return;
	for (char *word = strtok_r(text, " \t\n", &save); word && n < 100;
	     word = strtok_r(NULL, " \t\n", &save))
		if (strcmp(word, "nodev") != 0)
			words[n++] = word;
	best = closest(facts->order->type, words);
	if (best && strcmp(best, facts->order->type) != 0)
		snprintf(facts->type_near, sizeof(facts->type_near), "%s", best);
}

/* What a path leads to, below --root when that is given. */
static bool is_directory(const char *root, const char *path)
{
	struct missing found;

	missing_find(root, path, true, &found);
	return found.kind == PATH_FINE;
}

void mnt_facts_read(struct mnt_facts *facts)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mount_table *table = proc < 0 ? NULL : table_read(proc);
	const struct mount_order *order = facts->order;
	struct stat status;

	facts->first_user =
		stat("/proc/self/ns/user", &status) == 0 && status.st_ino == FIRST_USER_NAMESPACE;
	if (!order)
		return;
	if (order->root && order->no_symlinks) {
		char *real = realpath(order->root, NULL);

		facts->link_in_root = real && strcmp(real, order->root) != 0;
		free(real);
	}
	missing_find(order->root, order->target,
		     order->kind != MOUNT_MASK && order->kind != MOUNT_REMOUNT_RO &&
			     order->kind != MOUNT_BIND && order->kind != MOUNT_LINES &&
			     order->kind != MOUNT_HOSTS,
		     &facts->target);
	facts->target_is_directory = is_directory(order->root, order->target);
	if (order->kind == MOUNT_BIND) {
		missing_find(NULL, order->source, false, &facts->source);
		facts->source_is_directory = is_directory(NULL, order->source);
		if (order->idmap)
			read_idmap(table, facts);
	}
	if (order->kind == MOUNT_OVERLAY)
		read_layers(table, facts);
	if (order->kind == MOUNT_FS) {
		facts->source_is_directory = true;
		read_type(facts);
		if (table &&
		    (strcmp(order->type, "proc") == 0 || strcmp(order->type, "sysfs") == 0))
			read_visible(table, facts);
	}
}
