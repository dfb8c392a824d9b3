/* diff.c: the mount table before and after, in words. See diff.h. */
#include <string.h>

#include "diff.h"
#include "path.h"

struct tables {
	struct mount_table *before, *after;
};

static bool have_same_target(const struct row *a, const struct row *b)
{
	return strcmp(a->mount.target, b->mount.target) == 0;
}

static bool are_same(const struct row *a, const struct row *b)
{
	return have_same_target(a, b) && strcmp(a->mount.device, b->mount.device) == 0 &&
	       strcmp(a->mount.root, b->mount.root) == 0 &&
	       strcmp(a->mount.type, b->mount.type) == 0;
}

/* Matches what is the same. With `seen`, only what can be seen in both: a
 * read-only copy of a mount on top of itself is, for who looks, that mount,
 * read-only now. */
static void match(const struct tables *tables, bool seen)
{
	for (size_t i = 0; i < tables->before->count; i++) {
		struct row *before = &tables->before->rows[i];

		for (size_t j = 0; j < tables->after->count && !before->match; j++) {
			struct row *after = &tables->after->rows[j];

			if ((!seen || (before->seen && after->seen)) && !after->match &&
			    are_same(before, after)) {
				before->match = after;
				after->match = before;
			}
		}
	}
}

/* A path for a terminal: a name may have anything in it. */
static const char *shown(const char *path)
{
	static char text[2][300];
	static unsigned turn;
	char *copy = text[turn++ % 2];

	snprintf(copy, sizeof(text[0]), "%s", path);
	for (char *c = copy; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	return copy;
}

/* The highest mount above of which the same is to be said, so that those below
 * it need no line of their own. */
static const struct row *find_top(const struct tables *tables, const struct row *row,
				  bool (*alike)(const struct tables *, const struct row *above,
						const struct row *row))
{
	const struct row *top = row;

	for (const struct row *up = row->parent; up; up = up->parent)
		if (alike(tables, up, row))
			top = up;
	return top;
}

/* Tells how many mounts of `table` have their top in this row, and the number. */
static size_t
tell_below(const struct tables *tables, const struct mount_table *table, const struct row *row,
	   bool (*alike)(const struct tables *, const struct row *, const struct row *), FILE *out)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += &table->rows[i] != row && table->rows[i].seen &&
			 find_top(tables, &table->rows[i], alike) == row;
	if (count)
		fprintf(out, " and %zu mount%s below it", count, count == 1 ? "" : "s");
	return count;
}

/* Whether `row` has come along with the new mount above it: a recursive bind
 * takes what was mounted below. What was made since is told on its own. */
static bool came_along(const struct tables *tables, const struct row *above, const struct row *row)
{
	if (row->match || above->match || !above->seen || have_same_target(above, row))
		return false;
	for (size_t i = 0; i < tables->before->count; i++)
		if (strcmp(tables->before->rows[i].mount.device, row->mount.device) == 0)
			return true;
	return false;
}

/* Whether a new mount shows what its place showed before. */
static bool shows_the_same(const struct row *row)
{
	const char *root, *rest;
	size_t length;

	if (!row->parent || strcmp(row->parent->mount.device, row->mount.device) != 0)
		return false;
	root = strcmp(row->parent->mount.root, "/") == 0 ? "" : row->parent->mount.root;
	length =
		strcmp(row->parent->mount.target, "/") == 0 ? 0 : strlen(row->parent->mount.target);
	rest = row->mount.target + length;
	length = strlen(root);
	return strncmp(row->mount.root, root, length) == 0 &&
	       strcmp(row->mount.root + length, rest) == 0;
}

static void tell_new(const struct tables *tables, FILE *out)
{
	for (size_t i = 0; i < tables->after->count; i++) {
		const struct row *row = &tables->after->rows[i], *under = row->parent;

		if (row->match || !row->seen || find_top(tables, row, came_along) != row)
			continue;
		fprintf(out, "  new: %s (%s", shown(row->mount.target), row->mount.type);
		if (shows_the_same(row))
			fprintf(out, ", the same files as before");
		else if (strcmp(row->mount.root, "/") != 0)
			fprintf(out, ", its %s", shown(row->mount.root));
		if (mountinfo_has(row->mount.flags, "ro"))
			fprintf(out, ", read-only");
		if (mountinfo_has(row->mount.flags, "idmapped"))
			fprintf(out, ", ids mapped");
		fputc(')', out);
		tell_below(tables, tables->after, row, came_along, out);
		if (under && under->match && have_same_target(under, row))
			fprintf(out, ", over the %s that was there", under->mount.type);
		fputc('\n', out);
	}
}

static bool both_gone(const struct tables *tables, const struct row *above, const struct row *row)
{
	(void)tables;
	return !above->match && !row->match;
}

static void tell_gone(const struct tables *tables, FILE *out)
{
	for (size_t i = 0; i < tables->before->count; i++) {
		const struct row *row = &tables->before->rows[i];

		if (row->match || !row->seen || find_top(tables, row, both_gone) != row)
			continue;
		fprintf(out, "  gone: %s (%s)", shown(row->mount.target), row->mount.type);
		tell_below(tables, tables->before, row, both_gone, out);
		fputc('\n', out);
	}
}

/* Behind which new mount one is that was seen before, and is there still. */
static const struct row *hidden_behind(const struct tables *tables, const struct row *row)
{
	const struct row *behind = NULL;

	if (row->seen || !row->match || !row->match->seen)
		return NULL;
	for (size_t i = 0; i < tables->after->count; i++) {
		const struct row *other = &tables->after->rows[i];

		if (other->seen && !other->match &&
		    path_is_below(row->mount.target, other->mount.target) &&
		    (!behind || path_is_below(other->mount.target, behind->mount.target)))
			behind = other;
	}
	/* The one on its very place has told it. */
	return behind && !have_same_target(row, behind) ? behind : NULL;
}

static void tell_hidden(const struct tables *tables, FILE *out)
{
	for (size_t i = 0; i < tables->after->count; i++) {
		const struct row *row = &tables->after->rows[i];
		const char *name = NULL;
		size_t count = 0;

		for (size_t j = 0; j < tables->after->count; j++)
			if (hidden_behind(tables, &tables->after->rows[j]) == row) {
				name = tables->after->rows[j].mount.target;
				count++;
			}
		if (count == 1)
			fprintf(out, "  hidden: %s, behind the new mount on %s\n", shown(name),
				shown(row->mount.target));
		else if (count)
			fprintf(out, "  hidden: %zu mounts below %s, behind the new one there\n",
				count, shown(row->mount.target));
	}
}

/* The flags that a mount has got or lost: "read-only now"; or "". */
static const char *change_of(const struct row *row)
{
	static const char *const flags[][3] = {
		{ "ro", "read-only now", "writable now" },
		{ "nosuid", "nosuid now", "no longer nosuid" },
		{ "nodev", "nodev now", "no longer nodev" },
		{ "noexec", "noexec now", "no longer noexec" },
		{ "noatime", "noatime now", "no longer noatime" },
		{ "nodiratime", "nodiratime now", "no longer nodiratime" },
		{ "nosymfollow", "nosymfollow now", "no longer nosymfollow" },
		{ "idmapped", "with mapped ids now", "no longer with mapped ids" },
	};
	static char texts[2][240];
	static unsigned turn;
	char *text = texts[turn++ % 2];

	*text = '\0';
	if (!row->match || !row->seen || !row->match->seen)
		return text;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		bool had = mountinfo_has(row->match->mount.flags, flags[i][0]);
		bool has = mountinfo_has(row->mount.flags, flags[i][0]);
		size_t n = strlen(text);

		if (had != has)
			snprintf(text + n, sizeof(texts[0]) - n, "%s%s", n ? ", " : "",
				 flags[i][has ? 1 : 2]);
	}
	return text;
}

static bool changed_alike(const struct tables *tables, const struct row *above,
			  const struct row *row)
{
	const char *change = change_of(row);

	(void)tables;
	return *change && strcmp(change, change_of(above)) == 0;
}

static void tell_changed(const struct tables *tables, FILE *out)
{
	for (size_t i = 0; i < tables->after->count; i++) {
		const struct row *row = &tables->after->rows[i];
		size_t below;

		if (!*change_of(row) || find_top(tables, row, changed_alike) != row)
			continue;
		fprintf(out, "  changed: %s", shown(row->mount.target));
		below = tell_below(tables, tables->after, row, changed_alike, out);
		fprintf(out, " %s %s\n", below ? "are" : "is", change_of(row));
	}
}

/* Who is told of the mounts that are made in this one, and from whom it hears.
 * mount_namespaces(7), "SHARED SUBTREES". */
static const char *propagation(const struct row *row)
{
	const char *peers = row->mount.peers;
	bool shared = strstr(peers, "shared:"), slave = strstr(peers, "master:");

	if (shared)
		return slave ? "slave and shared" : "shared";
	if (slave)
		return "slave";
	return strstr(peers, "unbindable") ? "unbindable" : "private";
}

static bool turned_alike(const struct row *a, const struct row *b)
{
	return strcmp(propagation(a->match), propagation(b->match)) == 0 &&
	       strcmp(propagation(a), propagation(b)) == 0;
}

static void tell_propagation(const struct tables *tables, FILE *out)
{
	const struct mount_table *after = tables->after;

	for (size_t i = 0; i < after->count; i++) {
		const struct row *row = &after->rows[i];
		size_t count = 0, first = after->count;

		if (!row->match || strcmp(propagation(row), propagation(row->match)) == 0)
			continue;
		for (size_t j = 0; j < after->count; j++)
			if (after->rows[j].match && turned_alike(&after->rows[j], row)) {
				first = j < first ? j : first;
				count++;
			}
		/* The first of its kind speaks for all. */
		if (first != i)
			continue;
		if (count == 1)
			fprintf(out, "  changed: %s: ", shown(row->mount.target));
		else
			fprintf(out, "  changed: %zu mounts: ", count);
		fprintf(out, "%s -> %s\n", propagation(row->match), propagation(row));
	}
}

void table_compare(struct mount_table *before, struct mount_table *after, FILE *out)
{
	struct tables tables = { before, after };

	match(&tables, true);
	match(&tables, false);
	tell_propagation(&tables, out);
	tell_new(&tables, out);
	tell_gone(&tables, out);
	tell_hidden(&tables, out);
	tell_changed(&tables, out);
}
