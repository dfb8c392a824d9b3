/* program.c: why the program at the end of the chain could not be executed.
 *
 * execve(2) says "No such file or directory" about a file that is there, when
 * what it needs to run is not: its loader, or the program in its first line.
 * So we look into the file. See elf(5). */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "why.h"

#define LOADER_MAX 256

static _Noreturn void fail(int status, int error, const char *word, const char *id, const char *why,
			   const char *fix)
{
	dprintf(2, "%s: cannot run %s: %s [%s]\n  why: %s\n%s%s%s", tool_name, *word ? word : "''",
		errno_text(error), id, why, *fix ? "  fix: " : "", fix, *fix ? "\n" : "");
	_Exit(status);
}

/* The loader that a 64-bit ELF file asks for (PT_INTERP), or "". */
static void find_loader(int fd, char loader[LOADER_MAX])
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	*loader = '\0';
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64)
		return;
	for (int i = 0; i < header.e_phnum; i++) {
		off_t at = (off_t)header.e_phoff + (off_t)i * header.e_phentsize;

		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
			return;
		if (segment.p_type == PT_INTERP && segment.p_filesz < LOADER_MAX) {
			ssize_t n = pread(fd, loader, segment.p_filesz, (off_t)segment.p_offset);

			loader[n > 0 ? n : 0] = '\0';
			return;
		}
	}
}

static const char *machine_name(unsigned machine)
{
	static char other[32];

	switch (machine) {
	case EM_X86_64: return "x86_64";
	case EM_386: return "i386";
	case EM_AARCH64: return "aarch64";
	case EM_ARM: return "arm";
	case EM_RISCV: return "riscv";
	case EM_PPC64: return "ppc64";
	case EM_S390: return "s390x";
	}
	snprintf(other, sizeof(other), "ELF machine %u", machine);
	return other;
}

/* "No such file or directory", and the file is there. */
static _Noreturn void explain_missing(const char *word, const char *file, int fd, const char *head)
{
	char loader[LOADER_MAX], why[700], fix[700] = "";

	if (strncmp(head, "#!", 2) == 0) {
		char line[128];
		size_t n = strcspn(head, "\n");

		snprintf(line, sizeof(line), "%.*s", n < 100 ? (int)n : 100, head + 2);
		if (n && head[n - 1] == '\r') {
			snprintf(fix, sizeof(fix), "sed -i 's/\\r$//' %s", file);
			fail(EXIT_CANNOT_RUN, ENOENT, word, "EXEC-CRLF",
			     "its first line ends with a Windows carriage return, which Linux takes "
			     "for a part of the interpreter's name",
			     fix);
		}
		snprintf(why, sizeof(why),
			 "%s exists, but its first line asks for%s%s, which is not "
			 "here",
			 file, line[0] == ' ' ? "" : " ", line);
		fail(EXIT_CANNOT_RUN, ENOENT, word, "EXEC-SHEBANG", why, fix);
	}
	find_loader(fd, loader);
	if (*loader && access(loader, F_OK) != 0) {
		snprintf(why, sizeof(why), "%s exists, but its loader %s is missing here", file,
			 loader);
		fail(EXIT_CANNOT_RUN, ENOENT, word, "EXEC-LOADER", why,
		     "use a static program (lab/rootfs DIR makes a busybox root), or copy the loader "
		     "and the libraries that ldd lists");
	}
	snprintf(why, sizeof(why), "%s exists, but something that it needs to start does not",
		 file);
	fail(EXIT_CANNOT_RUN, ENOENT, word, "EXEC-LOADER", why, "");
}

static _Noreturn void explain_format(const char *word, const char *file, const char *head)
{
	struct utsname here;
	char why[700], fix[700];

	if (memcmp(head, ELFMAG, SELFMAG) == 0) {
		Elf64_Ehdr header;

		memcpy(&header, head, sizeof(header));
		uname(&here);
		snprintf(why, sizeof(why), "%s is a program for %s, and this machine is %s", file,
			 machine_name(header.e_machine), here.machine);
		fail(EXIT_CANNOT_RUN, ENOEXEC, word, "EXEC-ARCH", why, "");
	}
	snprintf(why, sizeof(why), "%s is no program, and has no first line #! that names one",
		 file);
	snprintf(fix, sizeof(fix), "run it with a shell:  sh %s", file);
	fail(EXIT_CANNOT_RUN, ENOEXEC, word, "EXEC-FORMAT", why, fix);
}

static _Noreturn void explain_access(const char *word, const char *file)
{
	struct stat status;
	struct statvfs mount;
	char why[700];

	if (stat(file, &status) != 0)
		snprintf(why, sizeof(why), "a folder on the way to %s may not be entered", file);
	else if (S_ISDIR(status.st_mode))
		snprintf(why, sizeof(why), "%s is a folder", file);
	else if (statvfs(file, &mount) == 0 && (mount.f_flag & ST_NOEXEC))
		snprintf(why, sizeof(why), "%s lies on a mount with the option noexec", file);
	else if (!(status.st_mode & 0111))
		snprintf(why, sizeof(why), "%s is not marked as executable (chmod +x)", file);
	else
		snprintf(why, sizeof(why),
			 "%s may not be executed by this user, or a security module "
			 "(Landlock, AppArmor, SELinux) forbids it, or its loader",
			 file);
	fail(EXIT_CANNOT_RUN, EACCES, word, "EXEC-PERM", why, "");
}

void why_die_program(const char *word, const char *file)
{
	int error = errno;
	char head[256] = "", why[700];
	int fd;
	ssize_t n;

	if (!*word)
		fail(EXIT_NOT_FOUND, ENOENT, "''", "EXEC-NOENT", "the program's name is empty", "");
	if (!*file)
		file = word;
	if (error == EACCES)
		explain_access(word, file);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? pread(fd, head, sizeof(head) - 1, 0) : -1;
	head[n > 0 ? n : 0] = '\0';
	if (error == ENOENT && fd >= 0 && strchr(file, '/'))
		explain_missing(word, file, fd, head);
	if (error == ENOEXEC)
		explain_format(word, file, head);
	if (error == ENOENT || error == ENOTDIR) {
		if (strchr(word, '/'))
			snprintf(why, sizeof(why), "there is no such file%s%.200s",
				 new_root ? " in the new root " : "", new_root ? new_root : "");
		else
			snprintf(why, sizeof(why),
				 "no directory of PATH has it%s%.200s: PATH=%.400s",
				 new_root ? " in the new root " : "", new_root ? new_root : "",
				 getenv("PATH") ? getenv("PATH") : "(not set)");
		fail(EXIT_NOT_FOUND, error, word, "EXEC-NOENT", why, "");
	}
	/* capabilities(7), "Safety checking for capability-dumb binaries". */
	if (error == EPERM && getxattr(file, "security.capability", NULL, 0) > 0) {
		snprintf(why, sizeof(why),
			 "%s has capabilities of its own ('getcap %s' shows them), and the kernel "
			 "does not start it with fewer: one of them is not in our bounding set",
			 file, file);
		fail(EXIT_CANNOT_RUN, error, word, "EXEC-CAPS", why,
		     "keep it:  capdrop --keep CAP ...   or run a copy of the file, which has none");
	}
	fail(EXIT_CANNOT_RUN, error, word, "EXEC-FAILED", "the kernel refused to execute it", "");
}
