/* program.c: why the program at the end of the chain could not be executed.
 *
 * execve(2) says "No such file or directory" about a file that is there, when
 * what it needs to run is not: its loader, or the program in its first line.
 * So we look into the file. See elf(5). */
#include <dirent.h>
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
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "why.h"

#define LOADER_MAX 256

/* The directory that has become the root; NULL for none, and where it was one of
 * compose-run's own making, which nobody outside can look into. */
static const char *root_outside(void)
{
	return chain_name ? NULL : new_root;
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

/* The directory of a path, quoted. */
static char *directory_of(const char *path)
{
	char *copy = copy_text(path), *slash = strrchr(copy, '/');

	slash[slash == copy] = '\0';
	return paste_word(copy);
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
static bool decide_missing(const char *file, int fd, const char *head, struct reason *reason)
{
	char loader[LOADER_MAX], line[128];
	size_t n = strcspn(head, "\n");
	char *quoted = paste_word(file);
	const char *root = root_outside();

	if (strncmp(head, "#!", 2) == 0) {
		snprintf(line, sizeof(line), "%.*s", n < 100 ? (int)n : 100,
			 head + 2 + strspn(head + 2, " "));
		if (n && head[n - 1] == '\r') {
			FIX("sed -i 's/\\r$//' %.800s", quoted);
			return REASON(
				"EXEC-CRLF", "execve(2)",
				"its first line ends with a Windows carriage return, which Linux "
				"takes for a part of the interpreter's name");
		}
		line[strcspn(line, " \n")] = '\0';
		FIX("install %s here, or run the script with what is here:  sh %.700s", line,
		    quoted);
		return REASON("EXEC-SHEBANG", "execve(2)",
			      "%.700s exists, but its first line asks for %s, which is not here",
			      file, line);
	}
	find_loader(fd, loader);
	if (!*loader || access(loader, F_OK) == 0) {
		FIX("see what it asks for:  readelf -l %.700s | grep interpreter", quoted);
		return REASON("EXEC-LOADER", "ld.so(8)",
			      "%.700s exists, but something that it needs to start does not", file);
	} else if (root) {
		FIX("take a root whose programs need none:  lab/rootfs DIR\n"
		    "or copy the loader and the libraries into this one:\n"
		    "cp --parents $(ldd %.200s%.200s | grep -o '/[^ ]*') %.200s",
		    root, quoted, root);
		return REASON(
			"EXEC-LOADER", "ld.so(8)",
			"%.400s exists, but its loader, the program that loads its libraries, is "
			"not here: %s",
			file, loader);
	} else {
		FIX("use a program that needs none (busybox), or install what %s is in", loader);
		return REASON(
			"EXEC-LOADER", "ld.so(8)",
			"%.400s exists, but its loader, the program that loads its libraries, is "
			"not here: %s",
			file, loader);
	}
}

static bool decide_format(const char *file, const char *head, struct reason *reason)
{
	struct utsname here;
	Elf64_Ehdr header;

	if (memcmp(head, ELFMAG, SELFMAG) != 0) {
		FIX("run it with a shell:  sh %.800s", paste_word(file));
		return REASON("EXEC-FORMAT", "execve(2)",
			      "%.700s is no program, and has no first line #! that names one",
			      file);
	}
	memcpy(&header, head, sizeof(header));
	uname(&here);
	FIX("take a build of it for %s, or install an emulator (qemu-user-static)", here.machine);
	return REASON("EXEC-ARCH", "elf(5)", "%.700s is a program for %s, and this machine is %s",
		      file, machine_name(header.e_machine), here.machine);
}

static bool decide_access(const char *file, struct reason *reason)
{
	char *quoted = paste_word(file);
	struct stat status;
	struct statvfs mount;

	snprintf(reason->id, sizeof(reason->id), "EXEC-PERM");
	snprintf(reason->see, sizeof(reason->see), "execve(2)");
	if (stat(file, &status) != 0) {
		FIX("see which:  namei -l %.800s", quoted);
		snprintf(reason->why, sizeof(reason->why),
			 "a directory on the way to %.700s may not be entered", file);
	} else if (S_ISDIR(status.st_mode)) {
		FIX("name a program in it:  ls %.800s", quoted);
		snprintf(reason->why, sizeof(reason->why), "%.700s is a directory", file);
	} else if (statvfs(file, &mount) == 0 && (mount.f_flag & ST_NOEXEC)) {
		FIX("run a copy from elsewhere; this is the mount:  findmnt -T %.800s", quoted);
		snprintf(reason->why, sizeof(reason->why),
			 "%.700s lies on a mount with the option noexec", file);
	} else if (!(status.st_mode & 0111)) {
		FIX("chmod +x %.800s", quoted);
		snprintf(reason->why, sizeof(reason->why), "%.700s is not marked as executable",
			 file);
	} else {
		FIX("the first is told by:  ls -l %.300s\n"
		    "the second by:  %slsm --status; %slsm --trace-denials %.300s",
		    quoted, paste_directory(), paste_directory(), quoted);
		snprintf(reason->why, sizeof(reason->why),
			 "one of two: this user may not execute %.400s by its mode;\n"
			 "or a security module (Landlock, AppArmor, SELinux) forbids it, or its "
			 "loader",
			 file);
	}
	return true;
}

/* Whether the root that we are in has nothing in it at all. */
static bool root_is_empty(void)
{
	DIR *root = opendir("/");
	struct dirent *entry;
	int count = 0;

	while (root && (entry = readdir(root)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (root)
		closedir(root);
	return root && count == 0;
}

/* The directories of PATH that we may not enter, with spaces between; or "". */
static const char *closed_directories(void)
{
	static char closed[300];
	const char *at = getenv("PATH");
	size_t used = 0;

	while (at && *at) {
		size_t length = strcspn(at, ":");
		char *inside = print_text("%.*s/.", (int)length, at);

		if (length && used + length + 2 < sizeof(closed) &&
		    faccessat(AT_FDCWD, inside, F_OK, AT_EACCESS) != 0 && errno == EACCES)
			used += (size_t)snprintf(closed + used, sizeof(closed) - used, "%s%.*s",
						 used ? " " : "", (int)length, at);
		free(inside);
		at += length + (at[length] == ':');
	}
	return closed;
}

static bool decide_absent(const char *word, struct reason *reason)
{
	const char *root = root_outside() ? root_outside() : "";

	if (*root && root_is_empty()) {
		FIX("make a small root there, in Strata's source:  lab/rootfs %.800s", root);
		return REASON("EXEC-NOENT", "execve(2)",
			      "the new root %.700s is an empty directory, and programs are looked "
			      "for in it only",
			      root);
	}

	if (strchr(word, '/')) {
		FIX("see what is there:  ls %.300s%.300s", root, directory_of(word));
		return REASON("EXEC-NOENT", "execve(2)", "there is no such file%s%.200s",
			      *root ? " in the new root " : "", root);
	}
	FIX("install it, or type where it is:  find %.200s/ -name %.200s -type f%s", root,
	    paste_word(word),
	    !chain_name
		    ? ""
		    : "\nor, if this is the name of an image: there are none here, but directories:\n"
		      "compose-run --rootfs DIR -- sh");
	if (!*root && *closed_directories()) {
		snprintf(reason->fix + strlen(reason->fix),
			 sizeof(reason->fix) - strlen(reason->fix),
			 "\nor see who may enter those directories:  namei -m %s",
			 closed_directories());
		return REASON(
			"EXEC-NOENT", "path_resolution(7)",
			"no directory of PATH has it that uid %u may enter; it may not enter: %s",
			geteuid(), closed_directories());
	}
	return REASON("EXEC-NOENT", "environ(7)",
		      "no directory of PATH has it%s%.200s: PATH=%.400s",
		      *root ? " in the new root " : "", root,
		      getenv("PATH") ? getenv("PATH") : "(not set)");
}

static bool decide(const char *word, const char *file, int error, struct reason *reason)
{
	char head[256] = "";
	ssize_t n;
	int fd;

	if (!*word)
		return REASON("EXEC-NOENT", "execve(2)", "the program's name is empty");
	if (error == EACCES)
		return decide_access(file, reason);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? pread(fd, head, sizeof(head) - 1, 0) : -1;
	head[n > 0 ? n : 0] = '\0';
	if (error == ENOENT && fd >= 0 && strchr(file, '/'))
		return decide_missing(file, fd, head, reason);
	if (error == ENOEXEC)
		return decide_format(file, head, reason);
	if (error == ENOENT || error == ENOTDIR)
		return decide_absent(word, reason);
	/* capabilities(7), "Safety checking for capability-dumb binaries". */
	if (error == EPERM && getxattr(file, "security.capability", NULL, 0) > 0) {
		FIX("see which:  getcap %.300s\n"
		    "then keep it (capdrop --keep NAME), or run a copy of the file, which has none",
		    paste_word(file));
		return REASON(
			"EXEC-CAPS", "capabilities(7)",
			"%.700s has capabilities of its own, and the kernel does not start it with "
			"fewer:\none of them is not in our bounding set",
			file);
	}
	FIX("the kernel's log may say more:  sudo dmesg | tail");
	return REASON("EXEC-FAILED", "execve(2)", "the kernel refused to execute it");
}

void why_die_program(const char *word, const char *file)
{
	int error = *word ? errno : ENOENT;
	struct reason reason = { 0 };

	decide(word, *file ? file : word, error, &reason);
	why_end(strcmp(reason.id, "EXEC-NOENT") == 0 ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN, &reason,
		"cannot run %s: %s", *word ? word : "''", errno_text(error));
}
