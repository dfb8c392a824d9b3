/* table.c: reads a mount table, and tells which of the mounts can be seen. See
 * diff.h.
 *
 * A table is a tree: each mount is on a place in another one. A mount on a place
 * where one is already covers that, and a mount on /run hides one on /run/lock
 * that was there before. Both stay in the table, and no path leads to them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "path.h"
#include "table.h"

static const struct row *find_parent(const struct mount_table *table, const struct row *row)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].mount.id == row->mount.parent && &table->rows[i] != row)
			return &table->rows[i];
	return NULL;
}

/* Whether a mount, other than `but`, is on the same place, on top of this one. */
static bool is_covered(const struct mount_table *table, const struct row *row,
		       const struct row *but)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct row *other = &table->rows[i];

		if (other != but && other->parent == row &&
		    strcmp(other->mount.target, row->mount.target) == 0)
			return true;
	}
	return false;
}

/* Whether another mount in the same parent lies over the way to this one. */
static bool is_behind_another(const struct mount_table *table, const struct row *row)
{
	for (size_t i = 0; row->parent && i < table->count; i++) {
		const struct row *other = &table->rows[i];

		if (other->parent == row->parent &&
		    strcmp(other->mount.target, row->mount.target) != 0 &&
		    path_is_below(row->mount.target, other->mount.target))
			return true;
	}
	return false;
}

static bool can_be_seen(const struct mount_table *table, const struct row *row)
{
	const struct row *child = NULL;

	for (; row; child = row, row = row->parent) {
		/* A mount on the very place of its parent is what covers that. */
		bool cover = child && strcmp(child->mount.target, row->mount.target) == 0;

		if (is_covered(table, row, cover ? child : NULL) || is_behind_another(table, row))
			return false;
	}
	return true;
}

/* The kernel's have none, but who knows what else is read here. */
static void break_circle(const struct mount_table *table, struct row *row)
{
	const struct row *up = row;

	for (size_t steps = 0; up && steps <= table->count; steps++)
		up = up->parent;
	if (up)
		row->parent = NULL;
}

struct mount_table *table_parse(char *text)
{
	struct mount_table *table = resize(NULL, 1, sizeof(*table));
	char *line, *rest = text;

	*table = (struct mount_table){ 0 };
	while ((line = strsep(&rest, "\n")))
		if (*line) {
			struct row row = { 0 };

			if (!mountinfo_parse(line, &row.mount)) {
				errno = EBADMSG;
				return NULL;
			}
			table->rows = resize(table->rows, table->count + 1, sizeof(row));
			table->rows[table->count++] = row;
		}
	for (size_t i = 0; i < table->count; i++)
		table->rows[i].parent = find_parent(table, &table->rows[i]);
	for (size_t i = 0; i < table->count; i++)
		break_circle(table, &table->rows[i]);
	for (size_t i = 0; i < table->count; i++)
		table->rows[i].seen = can_be_seen(table, &table->rows[i]);
	return table;
}

struct mount_table *table_read(int proc)
{
	char *text = NULL;
	size_t size = 0, used = 0;
	ssize_t got;
	int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	do {
		if (size - used < 4096)
			text = resize(text, size = 2 * size + 8192, 1);
		got = read(fd, text + used, size - used - 1);
		used += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	text[used] = '\0';
	if (got < 0)
		return NULL;
	close(fd);
	return table_parse(text);
}
