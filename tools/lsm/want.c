/* want.c: from files and rights to a few options.
 *
 * A program opens hundreds of files, and nobody would type an option for each.
 * What lies below a directory of the system's and is only read or executed is
 * that directory: programs and their libraries change with every update. Four
 * files of one directory that want the same are the directory. But never "/"
 * or the home directory, which would be to allow everything that matters. */
#include <limits.h>
#include <linux/landlock.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"
#include "path.h"
#include "tracing.h"

/* So many of one directory are the directory. */
#define MANY 4

#define EXECUTING LANDLOCK_ACCESS_FS_EXECUTE
#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static bool is_written(uint64_t rights)
{
	return rights & ~(uint64_t)(EXECUTING | READING);
}

const char *lsm_option_for(uint64_t rights)
{
	if (is_written(rights))
		return rights & EXECUTING ? "--rwx" : "--rw";
	return rights & EXECUTING ? "--rox" : "--ro";
}

const char *lsm_widened(const char *path, uint64_t rights)
{
	static const char *const systems[] = { "/usr",	 "/bin",   "/sbin",   "/lib",
					       "/lib32", "/lib64", "/libx32", "/nix" };

	for (size_t i = 0; i < sizeof(systems) / sizeof(*systems) && !is_written(rights); i++)
		if (path_is_below(path, systems[i]))
			return systems[i];
	/* The numbers of processes and of terminals are others next time. */
	if (strncmp(path, "/proc/", 6) == 0 && path[6] >= '0' && path[6] <= '9')
		return "/proc";
	if (strncmp(path, "/dev/pts/", 9) == 0 && path[9] >= '0' && path[9] <= '9')
		return "/dev/pts";
	return path;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct lsm_want *)a)->path, ((const struct lsm_want *)b)->path);
}

static struct lsm_want *find(const struct lsm_wants *wants, const char *path)
{
	struct lsm_want key = { .path = (char *)path };
	struct lsm_want **found = tfind(&key, &wants->tree, by_path);

	return found ? *found : NULL;
}

bool lsm_is_wanted(const struct lsm_wants *wants, const char *path)
{
	return find(wants, path) != NULL;
}

static struct lsm_want *find_or_add(struct lsm_wants *wants, const char *path)
{
	struct lsm_want *want = find(wants, path);

	if (want)
		return want;
	want = resize(NULL, 1, sizeof(*want));
	*want = (struct lsm_want){ .path = copy_text(path) };
	if (wants->count == wants->room) {
		wants->room = wants->room ? 2 * wants->room : 64;
		wants->list = resize(wants->list, wants->room, sizeof(*wants->list));
	}
	wants->list[wants->count++] = want;
	if (!tsearch(want, &wants->tree, by_path))
		abort();
	return want;
}

void lsm_want(struct lsm_wants *wants, const char *path, uint64_t rights)
{
	find_or_add(wants, lsm_widened(path, rights))->rights |= rights;
}

void lsm_want_made(struct lsm_wants *wants, const char *path)
{
	find_or_add(wants, path)->made = true;
}

/* ---- making them few ---- */

static bool is_too_much(const char *path, const char *home)
{
	return strcmp(path, "/") == 0 || (home && path_is_below(home, path));
}

/* What the program has made, or what is gone again: the directory around it. */
static void climb(const struct lsm_wants *all, struct lsm_want *want)
{
	char folder[PATH_MAX];
	struct stat status;

	while (strcmp(want->path, "/") != 0) {
		const struct lsm_want *known = find(all, want->path);

		if (stat(want->path, &status) == 0 && !(known && known->made))
			return;
		lsm_folder_of(want->path, folder);
		want->path = copy_text(folder);
	}
}

static bool same_kind(const struct lsm_want *a, const struct lsm_want *b)
{
	return strcmp(lsm_option_for(a->rights), lsm_option_for(b->rights)) == 0;
}

/* Whether the directory may stand for what is in it. All of /dev would be all
 * disks; and what is written in /proc and /sys are the machine's settings. */
static bool may_stand_for(const char *folder, uint64_t rights, const char *home)
{
	return !is_too_much(folder, home) && strcmp(folder, "/dev") != 0 &&
	       !(is_written(rights) &&
		 (path_is_below(folder, "/proc") || path_is_below(folder, "/sys")));
}

/* Takes the wants whose path is NULL out. */
static void close_up(struct lsm_wants *wants)
{
	size_t n = 0;

	for (size_t i = 0; i < wants->count; i++)
		if (wants->list[i]->path)
			wants->list[n++] = wants->list[i];
	wants->count = n;
}

static bool is_in(const struct lsm_want *want, const char *folder)
{
	char its[PATH_MAX];

	if (!want->path || want->left_out)
		return false;
	lsm_folder_of(want->path, its);
	return strcmp(its, folder) == 0;
}

/* Puts the directory of one want in its place and in that of its neighbors of
 * the same kind, when they are many. */
static bool collapse(struct lsm_wants *wants, size_t one, const char *home)
{
	struct lsm_want *want = wants->list[one];
	char folder[PATH_MAX];
	size_t count = 0;

	lsm_folder_of(want->path, folder);
	if (!may_stand_for(folder, want->rights, home))
		return false;
	for (size_t i = 0; i < wants->count; i++)
		count += is_in(wants->list[i], folder) && same_kind(wants->list[i], want);
	if (count < MANY)
		return false;
	for (size_t i = 0; i < wants->count; i++) {
		struct lsm_want *other = wants->list[i];

		if (other == want || !is_in(other, folder) || !same_kind(other, want))
			continue;
		want->rights |= other->rights;
		other->path = NULL;
	}
	want->path = copy_text(folder);
	return true;
}

/* Rights that those on the way up give already. */
static uint64_t given_above(const struct lsm_wants *wants, const struct lsm_want *want)
{
	uint64_t given = 0;

	for (size_t i = 0; i < wants->count; i++) {
		const struct lsm_want *other = wants->list[i];

		if (other != want && other->path && !other->left_out &&
		    path_is_below(want->path, other->path))
			given |= lsm_rights_of(lsm_option_for(other->rights));
	}
	return given;
}

static void merge_same(struct lsm_wants *wants)
{
	for (size_t i = 0; i < wants->count; i++)
		for (size_t j = i + 1; wants->list[i]->path && j < wants->count; j++)
			if (wants->list[j]->path &&
			    strcmp(wants->list[i]->path, wants->list[j]->path) == 0) {
				wants->list[i]->rights |= wants->list[j]->rights;
				wants->list[j]->path = NULL;
			}
	close_up(wants);
}

/* First what is executed, then what is read, then what is written. */
static int in_order(const void *a, const void *b)
{
	const struct lsm_want *one = *(struct lsm_want *const *)a;
	const struct lsm_want *other = *(struct lsm_want *const *)b;
	static const char *const order[] = { "--rox", "--ro", "--rw", "--rwx" };
	int place[2] = { 0, 0 };

	for (int i = 0; i < 4; i++) {
		if (strcmp(order[i], lsm_option_for(one->rights)) == 0)
			place[0] = i;
		if (strcmp(order[i], lsm_option_for(other->rights)) == 0)
			place[1] = i;
	}
	return place[0] != place[1] ? place[0] - place[1] : strcmp(one->path, other->path);
}

/* A copy, since the originals may have to be found again. */
static struct lsm_wants copy(const struct lsm_wants *wants)
{
	struct lsm_wants copy = { .count = wants->count };

	copy.list = resize(NULL, wants->count + 1, sizeof(*copy.list));
	for (size_t i = 0; i < wants->count; i++) {
		copy.list[i] = resize(NULL, 1, sizeof(**copy.list));
		*copy.list[i] = *wants->list[i];
	}
	return copy;
}

struct lsm_wants lsm_wants_few(const struct lsm_wants *all, const struct lsm_landlock *given,
			       const char *home)
{
	struct lsm_wants few = copy(all), *wants = &few;
	bool again = true;

	for (size_t i = 0; i < wants->count; i++)
		if (wants->list[i]->rights)
			climb(all, wants->list[i]);
		else
			wants->list[i]->path = NULL;
	close_up(wants);
	merge_same(wants);
	for (size_t i = 0; i < wants->count; i++)
		wants->list[i]->left_out = is_too_much(wants->list[i]->path, home);
	while (again) {
		again = false;
		for (size_t i = 0; i < wants->count; i++)
			if (wants->list[i]->path && !wants->list[i]->left_out)
				again |= collapse(wants, i, home);
		close_up(wants);
		merge_same(wants);
	}
	for (size_t i = 0; i < few.count; i++) {
		struct lsm_want *want = few.list[i];
		uint64_t above = lsm_landlock_allows(given, want->path) | given_above(wants, want);

		if ((want->rights & ~above) == 0)
			want->path = NULL;
	}
	close_up(wants);
	if (few.count)
		qsort(few.list, few.count, sizeof(*few.list), in_order);
	return few;
}
