/* foresee.c: will Landlock let the program start?
 *
 * Under a ruleset for files, execve needs the right to execute not only the
 * program but also what starts it: its loader (the ELF file's PT_INTERP), or
 * the program in its first line. The error is the same for all of them, and
 * names none. Afterwards the files may not even be looked at; so we look
 * before. See elf(5), landlock(7). */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "lsm.h"
#include "message.h"
#include "paste.h"
#include "tracing.h"

/* Whether it is a file that could be executed if it were not for Landlock. */
static bool is_executable(const char *file)
{
	struct stat status;

	return stat(file, &status) == 0 && S_ISREG(status.st_mode) &&
	       faccessat(AT_FDCWD, file, X_OK, AT_EACCESS) == 0;
}

/* What starts it: the loader of a 64-bit ELF file, or the first line's
 * program. Empty for a static program. */
void lsm_find_starter(const char *file, char *starter, size_t size)
{
	char head[256] = "";
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? pread(fd, head, sizeof(head) - 1, 0) : -1;

	*starter = '\0';
	if (strncmp(head, "#!", 2) == 0) {
		size_t blank = 2 + strspn(head + 2, " \t");

		snprintf(starter, size, "%.*s", (int)strcspn(head + blank, " \t\r\n"),
			 head + blank);
	}
	memcpy(&header, head, sizeof(header));
	if (n >= (ssize_t)sizeof(header) && memcmp(head, ELFMAG, SELFMAG) == 0 &&
	    header.e_ident[EI_CLASS] == ELFCLASS64)
		for (int i = 0; i < header.e_phnum; i++) {
			off_t at = (off_t)header.e_phoff + (off_t)i * header.e_phentsize;

			if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
				break;
			if (segment.p_type != PT_INTERP || segment.p_filesz >= size)
				continue;
			n = pread(fd, starter, segment.p_filesz, (off_t)segment.p_offset);
			starter[n > 0 ? n : 0] = '\0';
		}
	if (fd >= 0)
		close(fd);
}

void lsm_landlock_find(struct lsm_landlock *landlock)
{
	for (size_t i = 0; i < landlock->path_count; i++) {
		struct stat status;

		landlock->paths[i].found = stat(landlock->paths[i].path, &status) == 0;
		landlock->paths[i].device = status.st_dev;
		landlock->paths[i].inode = status.st_ino;
	}
}

uint64_t lsm_landlock_allows(const struct lsm_landlock *landlock, const char *real)
{
	char above[PATH_MAX];
	uint64_t rights = 0;

	snprintf(above, sizeof(above), "%s", real);
	for (;;) {
		char *slash = strrchr(above, '/');
		struct stat status;

		if (stat(*above ? above : "/", &status) == 0)
			for (size_t i = 0; i < landlock->path_count; i++)
				if (landlock->paths[i].found &&
				    landlock->paths[i].device == status.st_dev &&
				    landlock->paths[i].inode == status.st_ino)
					rights |= landlock->paths[i].access;
		if (!slash || !above[1])
			return rights;
		*slash = '\0';
	}
}

/* Whether a rule that allows executing is on the file or above it. */
static bool is_allowed(const struct lsm_landlock *landlock, const char *file)
{
	char real[PATH_MAX];

	return !realpath(file, real) ||
	       (lsm_landlock_allows(landlock, real) & LANDLOCK_ACCESS_FS_EXECUTE);
}

/* The options that the program lacks to be started: "--rox /usr". Returns how
 * many there are; `first` is the first file that may not be executed. */
static int list_missing(const struct lsm_landlock *landlock, const char *file, char *options,
			size_t size, char first[PATH_MAX])
{
	struct lsm_need needs[LSM_NEEDS_MAX];
	char real[PATH_MAX], one[PATH_MAX + 16];
	int count = realpath(file, real) ? lsm_needs_to_execute(real, needs) : 0, missing = 0;
	size_t n = 0;

	*options = '\0';
	for (int i = 0; i < count; i++) {
		if (is_allowed(landlock, needs[i].path))
			continue;
		snprintf(one, sizeof(one), "--rox %s", lsm_widened(needs[i].path, needs[i].rights));
		if (missing++ == 0)
			memcpy(first, needs[i].path, sizeof(needs[i].path));
		if (!strstr(options, one) && n < size)
			n += (size_t)snprintf(options + n, size - n, "%s%s", n ? " " : "", one);
	}
	return missing;
}

/* A note in the form of a refusal: the kernel has not refused it yet. */
static void warn(const char *file, const char *first, const char *options)
{
	char why[2 * PATH_MAX + 100], real[PATH_MAX];

	if (realpath(file, real) && strcmp(real, first) == 0)
		snprintf(why, sizeof(why), "no --rox or --rwx is on it or above it");
	else
		snprintf(why, sizeof(why), "it may be, but what starts it, %s, may not", first);
	dprintf(2,
		"%s: note: %s can't be executed under these rules [LL-EXEC]\n"
		"  why: %s\n  fix: %s\n  see: landlock(7)\n",
		tool_name, file, why, paste_line(NULL, options));
}

void lsm_landlock_foresee(struct lsm_landlock *landlock)
{
	char next[PATH_MAX], file[PATH_MAX] = "", first[PATH_MAX], options[300];

	if (!landlock->path_count || !landlock->words)
		return;
	lsm_landlock_find(landlock);
	/* What may not be executed is passed over, so all of them have to be
	 * forbidden; then the first is the one that was meant. */
	for (int n = 0; chain_candidate(landlock->words, n, next, sizeof(next)); n++) {
		if (!is_executable(next))
			continue;
		if (list_missing(landlock, next, options, sizeof(options), first) == 0)
			return;
		if (!*file)
			snprintf(file, sizeof(file), "%s", next);
	}
	if (!*file)
		return;
	list_missing(landlock, file, options, sizeof(options), first);
	warn(file, first, options);
}
