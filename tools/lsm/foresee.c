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

/* Whether it is a file that could be executed if it were not for Landlock. */
static bool is_executable(const char *file)
{
	struct stat status;

	return stat(file, &status) == 0 && S_ISREG(status.st_mode) &&
	       faccessat(AT_FDCWD, file, X_OK, AT_EACCESS) == 0;
}

/* What starts it: the loader of a 64-bit ELF file, or the first line's
 * program. Empty for a static program. */
static void find_starter(const char *file, char *starter, size_t size)
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

/* Whether a rule that allows executing is on the file or above it. */
static bool is_allowed(const struct lsm_landlock *landlock, const char *file)
{
	char real[PATH_MAX], above[PATH_MAX];

	if (!realpath(file, real))
		return true;
	for (size_t i = 0; i < landlock->path_count; i++) {
		size_t length;

		if (!(landlock->paths[i].access & LANDLOCK_ACCESS_FS_EXECUTE) ||
		    !realpath(landlock->paths[i].path, above))
			continue;
		length = strcmp(above, "/") == 0 ? 0 : strlen(above);
		if (strncmp(real, above, length) == 0 && (real[length] == '/' || !real[length]))
			return true;
	}
	return false;
}

void lsm_landlock_foresee(const struct lsm_landlock *landlock, char *words[])
{
	char next[PATH_MAX], file[PATH_MAX] = "", starter[PATH_MAX];

	if (!landlock->path_count || lsm_landlock_abi() < 1)
		return;
	/* What may not be executed is passed over, so all of them have to be
	 * forbidden; then the first is the one that was meant. */
	for (int n = 0; chain_candidate(words, n, next, sizeof(next)); n++) {
		if (!is_executable(next))
			continue;
		find_starter(next, starter, sizeof(starter));
		if (is_allowed(landlock, next) && (!*starter || is_allowed(landlock, starter)))
			return;
		if (!*file)
			snprintf(file, sizeof(file), "%s", next);
	}
	if (!*file)
		return;
	find_starter(file, starter, sizeof(starter));
	if (!is_allowed(landlock, file))
		note("%s can't be executed: no --rox or --rwx is on it or above it; add  --rox %s  "
		     "[LL-EXEC]",
		     file, file);
	else
		note("%s can't be executed: it may be, but what starts it, %s, may not; add  --rox %s"
		     "  and --ro for the libraries that ldd lists [LL-EXEC]",
		     file, starter, starter);
}
