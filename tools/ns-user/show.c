/* show.c: the maps in words. See ns-user.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "file.h"
#include "message.h"
#include "ns-user.h"

/* fs.overflowuid, as every machine has it. */
#define NOBODY 65534U

/* What is looked at. We see the owners of files as those of our own user
 * namespace do: inside when it is the same one, else outside. */
struct shown {
	const char *process;
	char uid_map[MAP_SIZE], gid_map[MAP_SIZE], setgroups[16];
	struct stat space;
	bool ours;
};

static void read_part(const struct shown *shown, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/%s", shown->process, name);
	if (read_file(path, text, size) < 0)
		die_errno("cannot read %s", path);
}

/* " (sam)", or "" for an id without a name. */
static const char *named(bool group, unsigned long id)
{
	static char text[ACCOUNT_NAME_MAX + 4];
	char name[ACCOUNT_NAME_MAX];

	*text = '\0';
	if (account_name(group, (unsigned)id, name))
		snprintf(text, sizeof(text), " (%s)", name);
	return text;
}

static void show_ranges(const char *map, bool group)
{
	unsigned long inner, outer, count;
	char span[40];

	printf("%s ids\n", group ? "group" : "user");
	if (!*map)
		printf("  none yet: the map was not written\n");
	for (; map && sscanf(map, "%lu %lu %lu", &inner, &outer, &count) == 3;
	     map = strchr(map, '\n'), map += map != NULL) {
		if (count == 1) {
			printf("  %-22lu is %lu%s outside\n", inner, outer, named(group, outer));
			continue;
		}
		snprintf(span, sizeof(span), "%lu to %lu", inner, inner + count - 1);
		if (inner == outer)
			printf("  %-22s are the same outside\n", span);
		else
			printf("  %-22s are %lu to %lu outside\n", span, outer, outer + count - 1);
	}
}

static void show_owner(const struct shown *shown, const char *path)
{
	unsigned long other;
	struct stat status;

	if (!path || stat(path, &status) != 0)
		return;
	/* The number that stands for those without one. */
	if (shown->ours && status.st_uid == NOBODY) {
		printf("  %-22s owner %u: user nobody, or without an id in here\n", path, NOBODY);
		return;
	}
	if (!map_translate(shown->uid_map, status.st_uid, !shown->ours, &other)) {
		printf("  %-22s owner %u%s outside, without an id in there\n", path, status.st_uid,
		       named(false, status.st_uid));
		return;
	}
	printf("  %-22s owner %lu inside, %lu outside\n", path, shown->ours ? status.st_uid : other,
	       shown->ours ? other : status.st_uid);
}

bool show_map(const char *process)
{
	struct shown shown = { .process = process };
	struct stat our_space;
	char path[64];

	if (strcmp(process, "self") != 0 &&
	    (!*process || strlen(process) > 10 || process[strspn(process, "0123456789")]))
		die("--show-map takes the number of a process, not '%s'", process);
	read_part(&shown, "uid_map", shown.uid_map, sizeof(shown.uid_map));
	read_part(&shown, "gid_map", shown.gid_map, sizeof(shown.gid_map));
	read_part(&shown, "setgroups", shown.setgroups, sizeof(shown.setgroups));
	snprintf(path, sizeof(path), "/proc/%.20s/ns/user", process);
	if (stat(path, &shown.space) != 0 || stat("/proc/self/ns/user", &our_space) != 0)
		die_errno("cannot look at %s%s", path,
			  errno == EACCES ? ", of a process that another user has, or that has "
					    "more powers; root can"
					  : "");
	shown.ours = shown.space.st_ino == our_space.st_ino;

	show_ranges(shown.uid_map, false);
	show_ranges(shown.gid_map, true);
	printf("  any other id has no number inside: a file of theirs shows 65534 (nobody) as\n"
	       "  its owner, and nobody inside can become them\n");
	printf("setgroups(2)\n  %s\n",
	       strncmp(shown.setgroups, "deny", 4) == 0
		       ? "refused inside: nobody can drop a group that keeps him out of a file"
		       : "allowed, to those who have CAP_SETGID inside");
	printf("files\n");
	show_owner(&shown, "/etc/passwd");
	show_owner(&shown, getenv("HOME"));
	show_owner(&shown, ".");
	return fflush(stdout) == 0;
}
