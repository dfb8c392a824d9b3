/* remove.c: the end of a cgroup.
 *
 * The kernel removes a cgroup, by rmdir(2), when no process and no other
 * cgroup is in it; EBUSY says that one is. Nothing of it needs to be emptied:
 * the files in it are the kernel's, and go with it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "memory.h"

/* Calls visit(PATH) for each cgroup directly below one. */
static void each_below(const char *path, void (*visit)(const char *below))
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0) {
			char *below = print_text("%s/%s", path, entry->d_name);

			visit(below);
			free(below);
		}
	closedir(directory);
}

/* Kills the processes that are in a cgroup right now; what they fork in the
 * meantime is met by the next round. */
static void kill_members(const char *path)
{
	char *name = print_text("%s/cgroup.kill", path);
	int killed = write_file(name, "1");
	FILE *file;
	int pid;

	free(name);
	/* Since 5.14: all of them at once, and those in the cgroups below. */
	if (killed == 0)
		return;
	name = print_text("%s/cgroup.procs", path);
	file = fopen(name, "re");
	free(name);
	if (!file)
		return;
	/* 0 is a process that has no number in our PID namespace, and kill(0)
	 * would be our own process group. */
	while (fscanf(file, "%d", &pid) == 1)
		if (pid > 0 && pid != getpid())
			kill(pid, SIGKILL);
	fclose(file);
}

static void remove_below(const char *path)
{
	cgroup_remove(path);
}

int cgroup_remove(const char *path)
{
	/* A killed process is gone only when it next runs: wait 0.05 ms, then
	 * twice as long each time, 3 s in all. */
	for (useconds_t wait = 50; wait < 2000000; wait *= 2) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -1;
		kill_members(path);
		each_below(path, remove_below);
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		usleep(wait);
	}
	errno = EBUSY;
	return -1;
}

/* Removes a cgroup whose owner is gone, unless there are processes in it. An
 * owner holds a lock on its cgroup (flock(2)), and the kernel takes that away
 * when the owner ends, however it does; a number in the name would mean
 * somebody else in another PID namespace. */
static void sweep_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && rmdir(path) != 0 && errno == EBUSY) {
		each_below(path, sweep_one);
		rmdir(path);
	}
	close(fd);
}

void cgroup_sweep(int place)
{
	int copy = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!directory) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_DIR && strncmp(entry->d_name, "strata-", 7) == 0) {
			char *path = print_text("/proc/self/fd/%d/%s", place, entry->d_name);

			sweep_one(path);
			free(path);
		}
	closedir(directory);
}
