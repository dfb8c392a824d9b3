/* idmap.c: a bind whose files have other owners than on the disk.
 *
 * The owner of a file is a number on the disk. An ID-mapped mount shows other
 * numbers, and writes them back translated: what belongs to 0 there can be
 * seen as belonging to 100000, so that one image serves containers with
 * different user namespaces, and no chown of all its files is needed.
 *
 * The kernel takes the map from a user namespace, as a descriptor. Where none
 * is there with the right map, a child makes one and waits in it until its
 * maps are written; then it ends, and the descriptor keeps the namespace.
 * Needs CAP_SYS_ADMIN in the user namespace that the file system was mounted
 * in: root's, for a disk. Read on: mount_setattr(2), user_namespaces(7). */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "idmap.h"
#include "memory.h"
#include "message.h"
#include "mountinfo.h"
#include "namespace.h"
#include "step.h"

void idmap_read(const char *value, struct idmap *map)
{
	char *copy = copy_text(value), *save = NULL;

	memset(map, 0, sizeof(*map));
	map->namespace = -1;
	if (!*value)
		die("idmap= takes a process id, the file of a user namespace, or "
		    "FILE-ID:SHOWN-ID:COUNT");
	if (strchr(value, '/') || !strchr(value, ':')) {
		map->target = value;
		free(copy);
		return;
	}
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		bool letter = *word && word[1] == ':' && strchr("ugb", *word);

		if (!letter || *word != 'g')
			map_add(map->users, word + (letter ? 2 : 0));
		if (!letter || *word != 'u')
			map_add(map->groups, word + (letter ? 2 : 0));
	}
	free(copy);
	if (!*map->users)
		map_complete(map->users, MAP_ALL, 0, "/proc/self/uid_map");
	if (!*map->groups)
		map_complete(map->groups, MAP_ALL, 0, "/proc/self/gid_map");
}

/* What the child does: be in a new user namespace, tell its number, and wait. */
static void stay_inside(int end)
{
	char number[32] = "", byte;

	STEP(unshare(CLONE_NEWUSER), "create a user namespace for its maps alone");
	/* The number that it has in this /proc, which may be of another PID
	 * namespace than ours. */
	if (!dry_run && readlink("/proc/self", number, sizeof(number) - 1) < 0)
		die_errno("cannot tell the number of the child that is in the user namespace");
	STEP(write(end, number, strlen(number)), "tell the number of the child");
	if (dry_run)
		return;
	shutdown(end, SHUT_WR);
	/* This ends when the parent closes its end, or ends itself. */
	if (read(end, &byte, 1) < 0)
		_Exit(EXIT_TOOL_FAILED);
	_Exit(0);
}

/* The child has told nothing. */
static _Noreturn void give_up(pid_t child, int end)
{
	int status = 0;

	close(end);
	if (waitpid(child, &status, 0) == child && status != 0)
		_Exit(EXIT_TOOL_FAILED); /* it has said why */
	die("cannot tell the number of the child that is in the user namespace");
}

static int make_namespace(struct idmap *map)
{
	int ends[2] = { -1, -1 }, namespace;
	char path[64];
	ssize_t got;
	pid_t child;

	STEP(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "make a pair of sockets");
	child = STEP(fork(), "fork a child that holds a user namespace");
	if (child == 0)
		close(ends[0]);
	if (child == 0 || dry_run)
		stay_inside(ends[1]);
	if (!dry_run) {
		close(ends[1]);
		got = read(ends[0], map->number, sizeof(map->number) - 1);
		if (got < 0)
			die_errno("cannot wait for the child that is in the user namespace");
		if (got == 0)
			give_up(child, ends[0]);
	}
	snprintf(path, sizeof(path), "/proc/%s/uid_map", map->number);
	STEP(write_file(path, map->users), "write the map of user ids (%.*s) to %s",
	     (int)strcspn(map->users, "\n"), map->users, path);
	map_verify(path, map->users);
	snprintf(path, sizeof(path), "/proc/%s/gid_map", map->number);
	STEP(write_file(path, map->groups), "write the map of group ids (%.*s) to %s",
	     (int)strcspn(map->groups, "\n"), map->groups, path);
	map_verify(path, map->groups);
	snprintf(path, sizeof(path), "/proc/%s/ns/user", map->number);
	namespace = STEP(open(path, O_RDONLY | O_CLOEXEC), "open that user namespace (%s)", path);
	if (!dry_run) {
		close(ends[0]);
		waitpid(child, NULL, 0);
	}
	return namespace;
}

void idmap_set(int tree, struct idmap *map, const char *source)
{
	struct mount_attr idmap = { .attr_set = MOUNT_ATTR_IDMAP };

	if (map->target) {
		joining.option = "idmap";
		map->namespace = open_namespace("user", map->target);
		joining.option = NULL;
	} else {
		map->namespace = make_namespace(map);
	}
	idmap.userns_fd = (unsigned)map->namespace;
	STEP(mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &idmap, sizeof(idmap)),
	     "map the ids of '%s' and all below it", source);
	if (!dry_run)
		close(map->namespace);
	map->namespace = -1;
}

/* Whether the mount with this number has mapped ids; 0 or 1, or -1 with errno
 * set. */
static int is_idmapped(unsigned long long id)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	struct mountinfo mount;
	char *line = NULL;
	size_t size = 0;
	int result = 0;

	if (!mounts)
		return -1;
	while (getline(&line, &size, mounts) >= 0)
		if (mountinfo_parse(line, &mount) && (unsigned)mount.id == id)
			result = mountinfo_has(mount.flags, "idmapped");
	if (ferror(mounts))
		result = -1;
	free(line);
	fclose(mounts);
	return result;
}

void idmap_verify(int tree, const char *source)
{
	struct statx status;
	int mapped;

	if (dry_run)
		return;
	if (statx(tree, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0)
		step_fail("statx(tree, \"\", AT_EMPTY_PATH, STATX_MNT_ID, &status)",
			  "look at the mount of '%s'", source);
	mapped = is_idmapped(status.stx_mnt_id);
	if (mapped < 0)
		step_fail("fopen(\"/proc/self/mountinfo\", \"re\")",
			  "read back whether the ids of '%s' are mapped", source);
	errno = 0;
	if (!mapped)
		step_fail("mountinfo_has(mount.flags, \"idmapped\")", "map the ids of '%s'",
			  source);
}
