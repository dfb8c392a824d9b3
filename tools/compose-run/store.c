/* store.c: the directories of containers that go on by themselves. See store.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "store.h"

bool store_name_is_good(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t first = strspn(name, letters);

	return first > 0 && strlen(name) <= STORE_NAME_MAX &&
	       !name[first + strspn(name + first,
				    "_.-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
				    "VWXYZ0123456789")];
}

void store_check_name(const char *name)
{
	if (!store_name_is_good(name))
		die("--name is of letters, digits, '_', '.' and '-', at most %d, and begins with a "
		    "letter or digit; not '%.100s'",
		    STORE_NAME_MAX, name);
}

/* Opens the directory that holds all, and makes it when it is not there. Nobody
 * else may write to it: the files in it are believed. */
static int open_store(bool make)
{
	/* Who is root in a user namespace only may not write to /run, as a rule. */
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat status;
	char *path;
	int fd;

	if (geteuid() == 0 && (access("/run", W_OK) == 0 || !runtime))
		runtime = "/run";
	if (!runtime || *runtime != '/')
		die("XDG_RUNTIME_DIR names no directory to keep containers in; make one:  export "
		    "XDG_RUNTIME_DIR=$(mktemp -d)");
	path = print_text("%s/strata", runtime);
	if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
		die_errno("cannot make the directory %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (make || errno != ENOENT))
		die_errno("cannot open the directory %s", path);
	if (fd >= 0 &&
	    (fstat(fd, &status) != 0 || status.st_uid != geteuid() || status.st_mode & 022))
		die("%s must belong to you, and nobody else may write to it", path);
	free(path);
	return fd;
}

static struct flock whole_file(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

static bool lock(int fd)
{
	struct flock all = whole_file(F_WRLCK);

	return fcntl(fd, F_SETLK, &all) == 0;
}

/* Whether a file is still the one of that name in its directory. */
static bool is_there(int directory, const char *name, int fd)
{
	struct stat one, two;

	return fstat(fd, &one) == 0 && fstatat(directory, name, &two, AT_SYMLINK_NOFOLLOW) == 0 &&
	       one.st_ino == two.st_ino && one.st_dev == two.st_dev;
}

int store_claim(const char *name)
{
	int store = open_store(true), directory, fd;
	bool new = mkdirat(store, name, 0700) == 0;

	if (!new &&errno != EEXIST)
		die_errno("cannot make a directory for the container '%s'", name);
	directory = openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	fd = directory < 0
		     ? -1
		     : openat(directory, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		die_errno("cannot open the lock of the container '%s'", name);
	/* Held until we end: not closed, and not inherited. */
	if (!lock(fd))
		die("the container '%s' runs; take another name, or stop and remove it:  compose-run "
		    "stop %s; compose-run rm %s",
		    name, name, name);
	if (!is_there(store, name, directory) || !is_there(directory, "lock", fd))
		die("the container '%s' was removed just now; try again", name);
	if (faccessat(directory, "state.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		die("there is a container '%s', which has ended; take another name, or remove it:  "
		    "compose-run rm %s",
		    name, name);
	if (store_write(directory, "exit", STORE_NO_EXIT) != 0)
		store_give_up(directory, name, "keep room for the exit status");
	close(store);
	return directory;
}

static int open_exit(const struct stored *stored)
{
	return openat(stored->directory, "exit", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* Closes the file with the exit status, which may be without a name by now. */
static void read_status(struct stored *stored, int exit_fd)
{
	struct flock all = whole_file(F_WRLCK);
	int fd = openat(stored->directory, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	bool held = fd >= 0 && fcntl(fd, F_GETLK, &all) == 0 && all.l_type != F_UNLCK;
	bool known = store_read_state(stored);
	char text[16] = "";

	if (exit_fd >= 0 && read(exit_fd, text, sizeof(text) - 1) > 0 &&
	    sscanf(text, "%d", &stored->exit_status) == 1)
		stored->status = STORE_STOPPED;
	else if (held)
		stored->status = known ? STORE_RUNNING : STORE_CREATING;
	else
		stored->status = STORE_LOST;
	if (fd >= 0)
		close(fd);
	if (exit_fd >= 0)
		close(exit_fd);
}

bool store_look(const char *name, struct stored *stored)
{
	int store = open_store(false);

	memset(stored, 0, sizeof(*stored));
	stored->directory = -1;
	if (store >= 0 && store_name_is_good(name))
		stored->directory =
			openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (store >= 0)
		close(store);
	if (stored->directory < 0)
		return false;
	strcpy(stored->name, name);
	read_status(stored, open_exit(stored));
	return true;
}

void store_find(const char *name, struct stored *stored)
{
	if (!store_look(name, stored))
		die("there is no container '%.100s'; see  compose-run list", name);
}

void store_wait(struct stored *stored)
{
	struct flock all = whole_file(F_RDLCK);
	int fd = openat(stored->directory, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int exit_fd = open_exit(stored);

	if (fd < 0)
		die_errno("cannot open the lock of '%s'", stored->name);
	while (fcntl(fd, F_SETLKW, &all) != 0)
		if (errno != EINTR)
			die_errno("cannot wait for '%s'", stored->name);
	close(fd);
	read_status(stored, exit_fd);
}

static const char *const files[] = { "log",	   "attach",	     "seccomp.json",
				     "links.json", "links.json.new", "state.json.new",
				     "exit.new",   "exit",	     "state.json",
				     "lock" };

/* The lock goes last: until then nobody else takes the name. */
static bool remove_files(int directory, const char *name)
{
	int store = open_store(false);
	bool good = store >= 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (unlinkat(directory, files[i], 0) != 0 && errno != ENOENT)
			good = false;
	good = unlinkat(store, name, AT_REMOVEDIR) == 0 && good;
	if (store >= 0)
		close(store);
	return good;
}

void store_remove_own(int directory, const char *name)
{
	if (!remove_files(directory, name))
		note("cannot remove what is left of the container '%s': %s", name,
		     errno_text(errno));
}

void store_give_up(int directory, const char *name, const char *what)
{
	int error = errno;

	store_remove_own(directory, name);
	errno = error;
	die_errno("cannot %s of the container '%s'", what, name);
}

void store_remove(const struct stored *stored)
{
	int fd = openat(stored->directory, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && !lock(fd))
		die("the container '%s' runs; stop it first:  compose-run stop %s", stored->name,
		    stored->name);
	if (stored->status == STORE_LOST && store_is_alive(stored))
		die("the program of '%s' has outlived its shim; stop it first:  compose-run stop %s",
		    stored->name, stored->name);
	if (!remove_files(stored->directory, stored->name))
		die_errno("cannot remove the container '%s'", stored->name);
	if (fd >= 0)
		close(fd);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **store_names(void)
{
	int store = open_store(false);
	DIR *all = store < 0 ? NULL : fdopendir(store);
	char **names = resize(NULL, 1, sizeof(*names));
	struct dirent *entry;
	size_t count = 0;

	while (all && (entry = readdir(all)))
		if (store_name_is_good(entry->d_name)) {
			names = resize(names, count + 2, sizeof(*names));
			names[count++] = copy_text(entry->d_name);
		}
	if (all)
		closedir(all);
	qsort(names, count, sizeof(*names), compare);
	names[count] = NULL;
	return names;
}
