/* missing.c: at which part of a path the way ends. See missing.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "missing.h"

static int open_part(int top, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)(O_PATH | O_CLOEXEC | flags),
				.resolve = RESOLVE_IN_ROOT };

	if (top == AT_FDCWD)
		return open(path, O_PATH | O_CLOEXEC | flags);
	return (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
}

static const char *kind_of(mode_t mode)
{
	return S_ISREG(mode)	? "an ordinary file"
	       : S_ISCHR(mode)	? "a character device"
	       : S_ISBLK(mode)	? "a block device"
	       : S_ISFIFO(mode) ? "a pipe"
	       : S_ISSOCK(mode) ? "a socket"
				: "no directory";
}

/* Looks for a name in the directory `fd` that is much like `name`, and writes
 * it behind the `length` bytes of the path in which it would stand. */
static void find_near(int fd, const char *name, size_t length, struct missing *missing)
{
	enum { MOST = 1000 };
	const char *words[MOST + 1] = { NULL }, *best;
	int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;
	DIR *directory = readable < 0 ? NULL : fdopendir(readable);
	struct dirent *entry;

	while (directory && n < MOST && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			words[n++] = copy_text(entry->d_name);
	best = closest(name, words);
	/* Short names are all alike: what people mistype is not the first letter. */
	if (best && strlen(name) > 2 && *best == *name)
		snprintf(missing->other, sizeof(missing->other), "%.*s%s", (int)length,
			 missing->part, best);
	if (directory)
		closedir(directory);
}

/* The part that ends at `end` could not be opened, and the one before it is
 * `parent`, a descriptor, which ends at `before`. */
static void look_closer(int top, int parent, size_t before, size_t start, const char *path,
			struct missing *missing)
{
	int error = errno, link = open_part(top, path, O_NOFOLLOW);
	struct stat status = { 0 };

	if (link >= 0 && error != ELOOP) {
		ssize_t n = readlinkat(link, "", missing->other, sizeof(missing->other) - 1);

		missing->kind = n < 0 ? PATH_FINE : PATH_DANGLING;
		missing->other[n < 0 ? 0 : n] = '\0';
	} else if (error == ENOTDIR || error == EACCES) {
		/* It is the part before. */
		missing->kind = error == EACCES ? PATH_CLOSED : PATH_NO_DIRECTORY;
		missing->part[before] = '\0';
		if (fstat(parent, &status) != 0)
			missing->kind = PATH_FINE;
		missing->mode = status.st_mode & 07777;
		missing->owner = status.st_uid;
		if (missing->kind == PATH_NO_DIRECTORY)
			strcpy(missing->other, kind_of(status.st_mode));
	} else if (error == ENOENT) {
		missing->kind = PATH_GONE;
		find_near(parent, missing->part + start, start, missing);
	} else if (error == ELOOP) {
		missing->kind = PATH_LOOP;
	}
	if (link >= 0)
		close(link);
}

/* Goes part by part. `shift` is how much longer `part` is than the path. */
static void walk(int top, const char *path, size_t shift, struct missing *missing)
{
	char part[PATH_MAX];
	size_t end = strspn(path, "/"), before = end ? shift + 1 : shift, start;
	int parent = open_part(top, end ? "/" : ".", 0), fd;

	while (path[end]) {
		start = end;
		end += strcspn(path + end, "/");
		snprintf(part, sizeof(part), "%.*s", (int)end, path);
		snprintf(missing->part + shift, sizeof(missing->part) - shift, "%s", part);
		fd = open_part(top, part, 0);
		if (fd < 0) {
			look_closer(top, parent, before, shift + start, part, missing);
			break;
		}
		close(parent);
		parent = fd;
		before = shift + end;
		end += strspn(path + end, "/");
	}
	close(parent);
	if (!*missing->part)
		strcpy(missing->part, path[0] == '/' ? "/" : ".");
}

void missing_find(const char *top, const char *path, int directory, struct missing *missing)
{
	size_t shift = 0;
	int fd = AT_FDCWD, last;
	struct stat status;

	memset(missing, 0, sizeof(*missing));
	if (strlen(path) + (top ? strlen(top) : 0) + 2 > PATH_MAX)
		return;
	if (top) {
		missing_find(NULL, top, true, missing);
		if (missing->kind != PATH_FINE)
			return;
		fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return;
		shift = strlen(top);
		strcpy(missing->part, top);
		if (top[shift - 1] != '/' && *path != '/')
			strcpy(missing->part + shift++, "/");
	}
	walk(fd, path, shift, missing);
	if (missing->kind == PATH_FINE && directory) {
		last = open_part(fd, *path ? path : ".", 0);
		if (last >= 0 && fstat(last, &status) == 0 && !S_ISDIR(status.st_mode)) {
			missing->kind = PATH_NO_DIRECTORY;
			strcpy(missing->other, kind_of(status.st_mode));
		}
		if (last >= 0)
			close(last);
	}
	if (fd >= 0)
		close(fd);
}

const char *missing_words(const struct missing *missing)
{
	static char text[600];

	switch (missing->kind) {
	case PATH_GONE: snprintf(text, sizeof(text), "'%.200s' is not there", missing->part); break;
	case PATH_DANGLING:
		snprintf(
			text, sizeof(text),
			"'%.200s' is a symbolic link, and '%.200s', where it leads, can't be reached",
			missing->part, missing->other);
		break;
	case PATH_LOOP:
		snprintf(text, sizeof(text),
			 "'%.200s' is a symbolic link that leads in a circle, or must not be "
			 "followed here",
			 missing->part);
		break;
	case PATH_NO_DIRECTORY:
		snprintf(text, sizeof(text), "'%.200s' is %s, and no directory", missing->part,
			 missing->other);
		break;
	case PATH_CLOSED:
		snprintf(text, sizeof(text),
			 "'%.200s' may not be searched by us: it belongs to uid %u, and its mode "
			 "is %04o",
			 missing->part, missing->owner, missing->mode);
		break;
	case PATH_FINE: snprintf(text, sizeof(text), "all of '%.200s' is there", missing->part);
	}
	return text;
}
