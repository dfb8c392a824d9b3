/* need.c: the rights on files that Landlock asks for a call.
 *
 * Opening asks for reading and writing, by the flags. What is made, removed or
 * renamed asks for a right on the directory around it. Executing asks it of the
 * program, of its loader, and of the programs in a first line "#!". What only
 * looks (stat) or changes owners and modes asks for nothing yet.
 * Read on: landlock(7), and for the order of the questions the kernel's
 * security/landlock/fs.c. */
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "tracing.h"

#define EXECUTING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)

static int add(struct lsm_need *need, const char *path, bool folder, uint64_t rights)
{
	if (*path != '/' || !rights)
		return 0;
	snprintf(need->path, sizeof(need->path), "%s", path);
	need->folder = folder;
	need->rights = rights;
	return 1;
}

static int add_folder(struct lsm_need *need, const struct lsm_place *place, uint64_t rights)
{
	char folder[PATH_MAX];

	if (!*place->real)
		return 0;
	lsm_folder_of(place->real, folder);
	return add(need, folder, true, rights);
}

static int needs_to_open(const struct lsm_details *details, struct lsm_need *needs)
{
	const struct lsm_place *place = &details->place[0];
	uint64_t flags = details->flags, rights = 0;
	bool folder = place->exists && S_ISDIR(place->status.st_mode);
	int n = 0;

	if (flags & O_PATH)
		return 0;
	if ((flags & O_ACCMODE) != O_WRONLY)
		rights |= folder ? LANDLOCK_ACCESS_FS_READ_DIR : LANDLOCK_ACCESS_FS_READ_FILE;
	if ((flags & O_ACCMODE) != O_RDONLY)
		rights |= LANDLOCK_ACCESS_FS_WRITE_FILE;
	if ((flags & O_TRUNC) && place->exists)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		rights = LANDLOCK_ACCESS_FS_WRITE_FILE;
	else if ((flags & O_CREAT) && !place->exists)
		n += add_folder(&needs[n], place, LANDLOCK_ACCESS_FS_MAKE_REG);
	n += add(&needs[n], place->real, folder, rights);
	return n;
}

static uint64_t right_to_make(const struct lsm_details *details)
{
	if (strncmp(details->name, "mkdir", 5) == 0)
		return LANDLOCK_ACCESS_FS_MAKE_DIR;
	if (strncmp(details->name, "symlink", 7) == 0)
		return LANDLOCK_ACCESS_FS_MAKE_SYM;
	switch (details->mode & S_IFMT) {
	case S_IFCHR: return LANDLOCK_ACCESS_FS_MAKE_CHAR;
	case S_IFBLK: return LANDLOCK_ACCESS_FS_MAKE_BLOCK;
	case S_IFIFO: return LANDLOCK_ACCESS_FS_MAKE_FIFO;
	case S_IFSOCK: return LANDLOCK_ACCESS_FS_MAKE_SOCK;
	default: return LANDLOCK_ACCESS_FS_MAKE_REG;
	}
}

static bool is_directory(const struct lsm_place *place)
{
	return place->exists && S_ISDIR(place->status.st_mode);
}

/* To another directory, a file may bring no rights along that it did not have. */
static uint64_t right_to_refer(const struct lsm_details *details)
{
	char from[PATH_MAX], to[PATH_MAX];

	lsm_folder_of(details->place[0].real, from);
	lsm_folder_of(details->place[1].real, to);
	return strcmp(from, to) == 0 ? 0 : LANDLOCK_ACCESS_FS_REFER;
}

/* renameat() that went well has left nothing at the old name; so ask both. */
static int needs_to_rename(const struct lsm_details *details, struct lsm_need *needs)
{
	bool folder = is_directory(&details->place[0]) || is_directory(&details->place[1]);
	uint64_t remove = folder ? LANDLOCK_ACCESS_FS_REMOVE_DIR : LANDLOCK_ACCESS_FS_REMOVE_FILE;
	uint64_t make = folder ? LANDLOCK_ACCESS_FS_MAKE_DIR : LANDLOCK_ACCESS_FS_MAKE_REG;
	uint64_t refer = right_to_refer(details);
	int n = 0;

	if (details->operation == OP_LINK)
		n += add_folder(&needs[n], &details->place[0], refer);
	else
		n += add_folder(&needs[n], &details->place[0], remove | refer);
	n += add_folder(&needs[n], &details->place[1], make | refer);
	return n;
}

int lsm_needs(const struct lsm_details *details, struct lsm_need needs[LSM_NEEDS_MAX])
{
	const struct lsm_place *place = &details->place[0];

	if (details->places == 0)
		return 0;
	switch (details->operation) {
	case OP_OPEN: return needs_to_open(details, needs);
	case OP_EXECUTE: return lsm_needs_to_execute(place->real, needs);
	case OP_TRUNCATE: return add(needs, place->real, false, LANDLOCK_ACCESS_FS_TRUNCATE);
	case OP_MAKE: return add_folder(needs, place, right_to_make(details));
	case OP_REMOVE:
		return add_folder(needs, place,
				  is_directory(place) ? LANDLOCK_ACCESS_FS_REMOVE_DIR
						      : LANDLOCK_ACCESS_FS_REMOVE_FILE);
	case OP_RENAME:
	case OP_LINK: return details->places < 2 ? 0 : needs_to_rename(details, needs);
	case OP_DEVICE:
		if (!place->exists ||
		    !(S_ISCHR(place->status.st_mode) || S_ISBLK(place->status.st_mode)))
			return 0;
		return add(needs, place->real, false, LANDLOCK_ACCESS_FS_IOCTL_DEV);
	case OP_BIND: return add_folder(needs, place, LANDLOCK_ACCESS_FS_MAKE_SOCK);
	case OP_CONNECT: return add(needs, place->real, false, LANDLOCK_ACCESS_FS_RESOLVE_UNIX);
	default: return 0;
	}
}

int lsm_needs_to_execute(const char *real, struct lsm_need needs[LSM_NEEDS_MAX])
{
	char file[PATH_MAX], starter[PATH_MAX];
	int n = 0;

	snprintf(file, sizeof(file), "%s", real);
	/* A script may name another script, up to four times. */
	while (*file && n < 6) {
		struct lsm_place place;

		n += add(&needs[n], file, false, EXECUTING);
		lsm_find_starter(file, starter, sizeof(starter));
		if (*starter != '/')
			break;
		lsm_tracee_place(getpid(), AT_FDCWD, starter, true, &place);
		snprintf(file, sizeof(file), "%s", place.exists ? place.real : "");
	}
	return n;
}
