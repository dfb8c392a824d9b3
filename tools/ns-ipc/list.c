/* list.c: what the IPC namespace holds. See list.h.
 *
 * System V objects have numbers and keys and stand in /proc/sysvipc, which
 * shows the namespace of the process that looks. POSIX message queues have
 * names, and are files of a file system that each IPC namespace has one of.
 * POSIX shared memory has names as well, but these are plain files in
 * /dev/shm: it belongs to the mount namespace, not to this one. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list.h"
#include "memory.h"
#include "message.h"
#include "mountinfo.h"

static void print_title(const char *title, const char *isolated)
{
	printf("%-32s isolated: %s\n", title, isolated);
}

/* Opens a table of /proc/sysvipc behind its title line. */
static FILE *open_table(const char *path)
{
	FILE *table = fopen(path, "re");

	if (!table) {
		printf("  cannot be read: %s: %s\n", path, errno_text(errno));
		return NULL;
	}
	if (fscanf(table, "%*[^\n]") == EOF)
		errno = 0;
	return table;
}

/* Keys are printed as decimal numbers with a sign there, and as hexadecimal
 * ones by ipcs(1). 0 is IPC_PRIVATE: there may be many of it. */
static void print_object(int key, int id, unsigned mode, unsigned owner)
{
	printf("  id %-8d key 0x%08x  owner %-6u mode %04o  ", id, (unsigned)key, owner,
	       mode & 0777);
}

static void list_queues(void)
{
	int key, id, found = 0;
	unsigned mode, owner;
	unsigned long bytes, messages;
	FILE *table;

	print_title("System V message queues", "yes");
	table = open_table("/proc/sysvipc/msg");
	if (!table)
		return;
	for (; fscanf(table, "%d %d %o %lu %lu %*u %*u %u %*[^\n]", &key, &id, &mode, &bytes,
		      &messages, &owner) == 6;
	     found++) {
		print_object(key, id, mode, owner);
		printf("%lu bytes in %lu messages\n", bytes, messages);
	}
	if (!found)
		printf("  none\n");
	fclose(table);
}

static void list_semaphores(void)
{
	int key, id, found = 0;
	unsigned mode, owner;
	unsigned long count;
	FILE *table;

	print_title("System V semaphores", "yes");
	table = open_table("/proc/sysvipc/sem");
	if (!table)
		return;
	for (; fscanf(table, "%d %d %o %lu %u %*[^\n]", &key, &id, &mode, &count, &owner) == 5;
	     found++) {
		print_object(key, id, mode, owner);
		printf("%lu in the set\n", count);
	}
	if (!found)
		printf("  none\n");
	fclose(table);
}

static void list_shared_memory(void)
{
	int key, id, found = 0;
	unsigned mode, owner;
	unsigned long bytes, attached;
	FILE *table;

	print_title("System V shared memory", "yes");
	table = open_table("/proc/sysvipc/shm");
	if (!table)
		return;
	for (; fscanf(table, "%d %d %o %lu %*u %*u %lu %u %*[^\n]", &key, &id, &mode, &bytes,
		      &attached, &owner) == 6;
	     found++) {
		print_object(key, id, mode, owner);
		printf("%lu bytes, attached %lu times\n", bytes, attached);
	}
	if (!found)
		printf("  none\n");
	fclose(table);
}

/* A file's name may hold anything, and goes to a terminal. */
static void print_name(const char *name)
{
	int width = 0;

	printf("  /");
	for (; *name; name++, width++)
		putchar(isprint((unsigned char)*name) ? *name : '?');
	printf("%*s ", width < 28 ? 28 - width : 0, "");
}

/* How many bytes wait in a queue; the file says so. -1 when that can't be
 * read. mq_overview(7). */
static long read_queue_size(int directory, const char *name)
{
	char text[128];
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n;
	long bytes;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "QSIZE:%ld", &bytes) == 1 ? bytes : -1;
}

/* Whether the queue that we reach under this name is another than the file of
 * that name in the directory, which then shows another namespace. A queue's
 * descriptor can be asked for its file system as any other can. */
static bool is_foreign(const char *name, const struct stat *file)
{
	char slashed[NAME_MAX + 2];
	struct stat queue;
	mqd_t mqd;
	bool foreign;

	snprintf(slashed, sizeof(slashed), "/%s", name);
	mqd = mq_open(slashed, O_RDONLY | O_CLOEXEC);
	if (mqd == (mqd_t)-1)
		return errno == ENOENT;
	foreign = fstat(mqd, &queue) == 0 && queue.st_dev != file->st_dev;
	mq_close(mqd);
	return foreign;
}

/* Lists the files of a directory: queues, or shared memory. Takes over the
 * descriptor. */
static void list_files(int fd, bool queues, const char *where)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;
	struct stat file;
	int found = 0;

	if (!directory) {
		printf("  cannot be read: %s: %s\n", where, errno_text(errno));
		close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		if (fstatat(fd, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(file.st_mode))
			continue;
		if (queues && is_foreign(entry->d_name, &file)) {
			printf("  not shown: %s is that of another IPC namespace; mount one's own:  "
			       "mount -t mqueue none %s\n",
			       where, where);
			found++;
			break;
		}
		found++;
		print_name(entry->d_name);
		printf("owner %-6u mode %04o  ", file.st_uid, file.st_mode & 0777);
		if (!queues) {
			/* glibc keeps named semaphores there as well. */
			printf("%lld bytes%s\n", (long long)file.st_size,
			       strncmp(entry->d_name, "sem.", 4) == 0 ? ", a semaphore" : "");
		} else {
			long bytes = read_queue_size(fd, entry->d_name);

			if (bytes >= 0)
				printf("%ld bytes wait\n", bytes);
			else
				printf("not ours to read\n");
		}
	}
	if (!found)
		printf("  none\n");
	closedir(directory);
}

/* Opens our namespace's file system of queues without mounting it anywhere.
 * It takes CAP_SYS_ADMIN over the IPC namespace, and over the mount namespace
 * even though nothing is mounted: in a new one we have that. Returns the
 * directory, or -1. */
static int open_queues(void)
{
	int context, mount = -1, directory = -1;

	if (unshare(CLONE_NEWNS) != 0)
		return -1;
	context = fsopen("mqueue", FSOPEN_CLOEXEC);
	if (context < 0)
		return -1;
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
	close(context);
	if (mount >= 0) {
		/* The descriptor of a mount can't be read as a directory. */
		directory = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(mount);
	}
	return directory;
}

/* Finds where a file system of queues is mounted, as a new string; NULL when
 * none is. */
static char *find_mount(void)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *where = NULL;
	size_t room = 0;

	if (!mounts)
		return NULL;
	while (!where && getline(&line, &room, mounts) > 0) {
		const char *type = strstr(line, " - ");
		char *target;

		if (!type || strncmp(type, " - mqueue ", 10) != 0)
			continue;
		target = mountinfo_target(line);
		if (target)
			where = copy_text(target);
	}
	free(line);
	fclose(mounts);
	return where;
}

static void list_posix_queues(void)
{
	char *where = NULL;
	int directory;

	print_title("POSIX message queues", "yes");
	directory = open_queues();
	if (directory < 0) {
		where = find_mount();
		if (!where) {
			printf("  not shown: no mqueue file system is mounted; as root:\n"
			       "  mkdir -p /dev/mqueue; mount -t mqueue none /dev/mqueue\n");
			return;
		}
		directory = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (directory < 0)
		printf("  cannot be read: %s: %s\n", where, errno_text(errno));
	else
		list_files(directory, true, where ? where : "the mqueue file system");
	free(where);
}

static void list_posix_shared_memory(void)
{
	int directory;

	print_title("POSIX shared memory", "no (files in /dev/shm: a matter of ns-mnt)");
	directory = open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		printf("  cannot be read: /dev/shm: %s\n", errno_text(errno));
		return;
	}
	list_files(directory, false, "/dev/shm");
}

void ipc_list(void)
{
	list_queues();
	list_semaphores();
	list_shared_memory();
	list_posix_queues();
	list_posix_shared_memory();
}
