/* tracee.c: looking into a traced process.
 *
 * What it means by a path hangs on its root, its current directory and its
 * descriptors; all of them are links below /proc/PID, and opening something
 * below such a link is looking with the process's own eyes. A process that
 * lets nobody look into it (a set-user-ID program, say) stays closed to a
 * tracer without privilege; then less can be told.
 *
 * Files are opened with O_PATH only: nothing of them is read, and no device
 * or pipe notices. Read on: proc(5), process_vm_readv(2), open(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "file.h"
#include "tracing.h"

#define PAGE 4096

/* Up to a size; the number of bytes, or -1. */
static ssize_t read_part(pid_t pid, uint64_t address, void *to, size_t size)
{
	struct iovec here = { to, size }, there = { (void *)(uintptr_t)address, size };

	return address ? process_vm_readv(pid, &here, 1, &there, 1, 0) : -1;
}

bool lsm_tracee_read(pid_t pid, uint64_t address, void *to, size_t size)
{
	return read_part(pid, address, to, size) == (ssize_t)size;
}

bool lsm_tracee_string(pid_t pid, uint64_t address, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	/* Page by page: behind the last one there may be nothing. */
	while (n < size - 1) {
		size_t part = PAGE - (address + n) % PAGE;
		ssize_t got = read_part(pid, address + n, text + n,
					part < size - 1 - n ? part : size - 1 - n);

		if (got <= 0)
			break;
		if (memchr(text + n, '\0', (size_t)got))
			return true;
		n += (size_t)got;
		text[n] = '\0';
	}
	return n > 0;
}

void lsm_tracee_name(pid_t pid, char *name, size_t size)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (read_file(path, name, size) <= 0)
		snprintf(name, size, "?");
	name[strcspn(name, "\n")] = '\0';
	/* A program chooses its name, and may put anything into it. */
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
}

static bool read_status(pid_t pid, char *status, size_t size)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return read_file(path, status, size) > 0;
}

pid_t lsm_tracee_process(pid_t pid)
{
	char status[8192];
	const char *field =
		read_status(pid, status, sizeof(status)) ? find_field(status, "Tgid") : NULL;

	return field ? atoi(field) : pid;
}

static bool same_link(pid_t pid, const char *name)
{
	char path[60], its[64], our[64];
	ssize_t n, m;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	n = readlink(path, its, sizeof(its));
	snprintf(path, sizeof(path), "/proc/self/%s", name);
	m = readlink(path, our, sizeof(our));
	return n > 0 && n == m && memcmp(its, our, (size_t)n) == 0;
}

static void parse_who(const char *status, struct lsm_who *who)
{
	const char *uids = find_field(status, "Uid"), *gids = find_field(status, "Gid");
	const char *groups = find_field(status, "Groups"), *caps = find_field(status, "CapEff");
	char *end;

	memset(who, 0, sizeof(*who));
	if (!uids || !gids || !groups || !caps)
		return;
	/* Real, effective, saved, and the one for files. */
	who->known = sscanf(uids, "%*u %*u %*u %u", &who->uid) == 1 &&
		     sscanf(gids, "%*u %*u %*u %u", &who->gid) == 1;
	who->effective = strtoull(caps, NULL, 16);
	while (*groups >= '0' && *groups <= '9' && who->group_count < 64) {
		who->groups[who->group_count++] = (gid_t)strtoul(groups, &end, 10);
		groups = end + strspn(end, " ");
	}
}

void lsm_tracee_who(pid_t pid, struct lsm_who *who)
{
	char status[8192];
	struct lsm_who we = { .known = false };

	memset(who, 0, sizeof(*who));
	if (!read_status(pid, status, sizeof(status)))
		return;
	parse_who(status, who);
	if (read_status(getpid(), status, sizeof(status)))
		parse_who(status, &we);
	who->inside = !same_link(pid, "ns/user");
	if (who->inside) {
		char path[40];

		snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
		read_file(path, who->uid_map, sizeof(who->uid_map));
		snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
		read_file(path, who->gid_map, sizeof(who->gid_map));
	}
	who->as_we = who->known && we.known && !who->inside && who->uid == we.uid &&
		     who->gid == we.gid && who->effective == we.effective &&
		     who->group_count == we.group_count &&
		     memcmp(who->groups, we.groups, sizeof(we.groups)) == 0;
}

void lsm_folder_of(const char *path, char folder[PATH_MAX])
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length > 1 && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	snprintf(folder, PATH_MAX, "%.*s", length ? (int)length : 1, length ? path : "/");
}

/* Where the links of the process lead to. */
static bool read_link(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static bool read_link(char *text, size_t size, const char *format, ...)
{
	char path[80];
	va_list values;
	ssize_t n;

	va_start(values, format);
	vsnprintf(path, sizeof(path), format, values);
	va_end(values);
	n = readlink(path, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* "/proc/self" and what leads there are other files to us. */
static void own_process(pid_t pid, const char *path, char *text, size_t size)
{
	static const char *const links[][2] = {
		{ "/proc/self", "" },	   { "/proc/thread-self", "" }, { "/dev/fd", "/fd" },
		{ "/dev/stdin", "/fd/0" }, { "/dev/stdout", "/fd/1" },	{ "/dev/stderr", "/fd/2" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		size_t n = strlen(links[i][0]);

		if (strncmp(path, links[i][0], n) == 0 && (path[n] == '/' || !path[n])) {
			snprintf(text, size, "/proc/%d%s%s", pid, links[i][1], path + n);
			return;
		}
	}
	snprintf(text, size, "%s", path);
}

/* Opens a path as the process would. */
static int open_there(pid_t pid, const char *path, int flags)
{
	char whole[PATH_MAX + 40], root[16];

	if (read_link(root, sizeof(root), "/proc/%d/root", pid)) {
		int n = snprintf(whole, sizeof(whole), "/proc/%d/root%s", pid, path);
		int fd = n < (int)sizeof(whole) ? open(whole, O_PATH | O_CLOEXEC | flags) : -1;

		if (fd >= 0 || errno != EACCES || strcmp(root, "/") != 0)
			return fd;
	}
	return open(path, O_PATH | O_CLOEXEC | flags);
}

/* What an open descriptor is, into *place. */
static void take_descriptor(int fd, struct lsm_place *place)
{
	place->exists = fstat(fd, &place->status) == 0;
	/* A pipe or a socket is no path: "pipe:[4711]". */
	read_link(place->real, sizeof(place->real), "/proc/self/fd/%d", fd);
	close(fd);
}

void lsm_tracee_place(pid_t pid, int folder, const char *path, bool follow, struct lsm_place *place)
{
	char base[PATH_MAX] = "", there[PATH_MAX], parent[PATH_MAX];
	const char *last;
	int fd;

	*place->real = '\0';
	place->exists = false;
	if (*path != '/') {
		if (folder == AT_FDCWD)
			read_link(base, sizeof(base), "/proc/%d/cwd", pid);
		else
			read_link(base, sizeof(base), "/proc/%d/fd/%d", pid, folder);
	}
	/* A path that does not fit is none: the kernel takes it neither. */
	if (snprintf(place->given, sizeof(place->given), "%s%s%s", base,
		     *base && *path && strcmp(base, "/") != 0 ? "/" : "",
		     path) >= (int)sizeof(place->given))
		*place->given = '\0';
	if (!*path) {
		char link[48];

		snprintf(link, sizeof(link), folder == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d",
			 pid, folder);
		fd = open(link, O_PATH | O_CLOEXEC);
		if (fd >= 0)
			take_descriptor(fd, place);
		return;
	}
	/* Neither its current directory nor the descriptor can be seen. */
	if (*place->given != '/')
		return;
	own_process(pid, place->given, there, sizeof(there));
	for (size_t n = strlen(there); n > 1 && there[n - 1] == '/'; n--)
		there[n - 1] = '\0';
	fd = open_there(pid, there, follow ? 0 : O_NOFOLLOW);
	if (fd >= 0) {
		take_descriptor(fd, place);
		return;
	}
	/* What is to be made is not there yet; its directory is. */
	if (errno != ENOENT)
		return;
	lsm_folder_of(there, parent);
	last = strrchr(there, '/');
	fd = open_there(pid, parent, O_DIRECTORY);
	if (fd < 0 || !last)
		return;
	if (read_link(parent, sizeof(parent), "/proc/self/fd/%d", fd))
		snprintf(place->real, sizeof(place->real), "%s%s",
			 strcmp(parent, "/") ? parent : "", last);
	close(fd);
}

bool lsm_tracee_is_tcp(pid_t process, int fd)
{
	int protocol = 0, copy, pidfd = (int)syscall(SYS_pidfd_open, process, 0);
	socklen_t size = sizeof(protocol);

	if (pidfd < 0)
		return true;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	close(pidfd);
	/* Most of what has ports and connects is TCP. */
	if (copy < 0)
		return true;
	if (getsockopt(copy, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0)
		protocol = IPPROTO_TCP;
	close(copy);
	return protocol == IPPROTO_TCP;
}
