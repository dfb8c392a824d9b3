/* roots.c: what a process sees of files and of processes. See roots.h.
 *
 * /proc/PID/root is a door to the root directory of the process, in its mount
 * namespace, without entering it. What lies behind the door belongs to
 * somebody we do not trust: no symbolic link is followed there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "mountinfo.h"
#include "roots.h"

void facts_of_mounts(const struct process *process, struct layer *layer)
{
	FILE *file = fopen(process_path(process, "mountinfo"), "re");
	char *line = NULL, kind[64] = "";
	size_t size = 0, count = 0;

	while (file && getline(&line, &size, file) > 0) {
		char *rest = strstr(line, " - ");
		const char *target;

		count++;
		if (!rest)
			continue;
		*rest = '\0';
		rest += 3;
		rest[strcspn(rest, " \n")] = '\0';
		/* A later mount on the same place covers an earlier one. */
		target = mountinfo_target(line);
		if (target && strcmp(target, "/") == 0)
			snprintf(kind, sizeof(kind), "%s", rest);
	}
	free(line);
	if (!file) {
		fact_add_unknown(layer, "mounts", "/proc/%d/mountinfo: %s", process->pid,
				 errno_text(errno));
		return;
	}
	fclose(file);
	fact_add(layer, "mounts", "%zu mount%s", count, count == 1 ? "" : "s")->bare = true;
	/* Behind a chroot(2) the root may be any directory. */
	if (*kind)
		fact_add(layer, "root mount", "its / is a mount (%s)", kind)->bare = true;
	else
		fact_add(layer, "root mount", "its / is no mount")->bare = true;
}

void facts_of_root(const struct process *process, struct layer *layer)
{
	char path[4096];
	struct stat status;
	struct statvfs mount;
	int root = openat(process->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool known = root >= 0 && fstat(root, &status) == 0 && fstatvfs(root, &mount) == 0 &&
		     process_link(process, "root", path, sizeof(path));

	if (!known) {
		static const char *const names[] = { "root", "directory", "access" };
		const char *why = errno_text(errno);

		for (int i = 0; i < 3; i++)
			fact_add_unknown(layer, names[i], "/proc/%d/root: %s", process->pid, why)
				->decides = true;
	} else {
		struct fact *fact;

		/* The same path may be another directory, behind pivot_root(2). */
		fact_add(layer, "root", "%s", path)->decides = true;
		fact = fact_add(layer, "directory", "inode %llu of device %u:%u",
				(unsigned long long)status.st_ino, major(status.st_dev),
				minor(status.st_dev));
		fact->decides = true;
		fact->bare = true;
		fact = fact_add(layer, "access", "%s",
				mount.f_flag & ST_RDONLY ? "read-only" : "not read-only");
		fact->decides = true;
		fact->bare = true;
	}
	if (root >= 0)
		close(root);
}

/* How many processes /proc behind the root of the process shows; -1 with
 * errno when that can't be seen, ENOENT when no /proc is mounted there. */
static long count_shown(const struct process *process)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_NO_SYMLINKS };
	int root = openat(process->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC), fd, error;
	struct statfs kind;
	struct dirent *entry;
	long count = 0;
	DIR *directory;

	if (root < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, root, "proc", &how, sizeof(how));
	error = errno;
	close(root);
	errno = error;
	if (fd < 0)
		return -1;
	if (fstatfs(fd, &kind) != 0 || kind.f_type != PROC_SUPER_MAGIC) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return -1;
	}
	while ((entry = readdir(directory)))
		count += entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
	closedir(directory);
	return count;
}

void facts_of_pid(const struct process *process, const char *status, struct layer *layer)
{
	/* A number for each namespace from that of this /proc inwards. */
	const char *numbers = find_field(status, "NSpid"), *last = numbers;
	long shown = count_shown(process);

	for (const char *c = numbers; c && *c && *c != '\n'; c++)
		if (*c == ' ' || *c == '\t')
			last = c + 1;
	if (last)
		fact_add(layer, "pid", "%d", atoi(last));
	if (shown >= 0)
		fact_add(layer, "sees", "%ld process%s", shown, shown == 1 ? "" : "es");
	else if (errno == ENOENT)
		fact_add(layer, "sees", "no processes, without a /proc");
	else
		fact_add_unknown(layer, "sees", "/proc/%d/root: %s", process->pid,
				 errno_text(errno));
}
