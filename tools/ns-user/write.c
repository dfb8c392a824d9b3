/* write.c: makes the namespace, and writes its maps. See ns-user.h. */
#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "ns-user.h"
#include "refusal.h"
#include "step.h"

/* Runs newuidmap(1) or newgidmap(1), "newuidmap PID INNER OUTER COUNT ...".
 * They are setuid root, and write a map whose ids /etc/subuid lends to us.
 * Returns 0, or -1 with errno: 0 when it has refused, and said why. */
static int run_mapper(const char *name, const char *process, const char *map)
{
	char words[MAP_SIZE], path[] = "", *arguments[3 * MAP_RANGES_MAX + 3];
	char *const environment[] = { path, NULL };
	int n = 0, error, status = 0;
	pid_t child;

	arguments[n++] = (char *)name;
	arguments[n++] = (char *)process;
	strcpy(words, map);
	for (char *word = strtok(words, " \n"); word; word = strtok(NULL, " \n"))
		arguments[n++] = word;
	arguments[n] = NULL;
	/* It needs nothing of our environment. */
	error = posix_spawnp(&child, name, NULL, NULL, arguments, environment);
	if (error != 0) {
		errno = error;
		return -1;
	}
	/* Where SIGCHLD was inherited as ignored there is no status; the map is
	 * read back in any case. */
	if (waitpid(child, &status, 0) == child && status != 0) {
		errno = 0;
		return -1;
	}
	return 0;
}

static void write_maps(struct plan *plan, const char *process)
{
	int user_ids = (int)strcspn(plan->uid_map, "\n"),
	    group_ids = (int)strcspn(plan->gid_map, "\n");
	char path[64];

	snprintf(plan->target, sizeof(plan->target), "%s", process);
	/* Before the group map, which the kernel otherwise refuses to an
	 * ordinary user. */
	if (plan->setgroups) {
		snprintf(path, sizeof(path), "/proc/%s/setgroups", process);
		STEP(write_file(path, plan->setgroups), "write '%s' to %s", plan->setgroups, path);
	}
	if (plan->automatic && !plan->privileged) {
		STEP(run_mapper("newuidmap", process, plan->uid_map),
		     "let newuidmap write the user id map (%.*s, ...) of %s", user_ids,
		     plan->uid_map, process);
		STEP(run_mapper("newgidmap", process, plan->gid_map),
		     "let newgidmap write the group id map (%.*s, ...) of %s", group_ids,
		     plan->gid_map, process);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%s/uid_map", process);
	STEP(write_file(path, plan->uid_map), "write the user id map (%.*s) to %s", user_ids,
	     plan->uid_map, path);
	snprintf(path, sizeof(path), "/proc/%s/gid_map", process);
	STEP(write_file(path, plan->gid_map), "write the group id map (%.*s) to %s", group_ids,
	     plan->gid_map, path);
}

/* Mapping more than one's own id takes CAP_SETUID outside, which we lose by
 * going in; newuidmap(1) is to be run from outside too. So a helper stays, waits
 * until we are inside (a byte comes through the pipe), and writes our maps.
 * Returns its pid. */
static pid_t start_helper(struct plan *plan, int pipe_ends[2])
{
	char process[32] = "", byte;
	ssize_t got;
	pid_t helper;

	STEP(pipe(pipe_ends), "make a pipe to the helper");
	/* Our number in the PID namespace that /proc is of. After ns-pid that
	 * is not what getpid(2) says, but still the one from outside. */
	if (readlink("/proc/self", process, sizeof(process) - 1) < 0)
		snprintf(process, sizeof(process), "%d", getpid());
	helper = STEP(fork(), "fork a helper that stays outside and writes the maps");
	if (helper != 0)
		return helper;
	close(pipe_ends[1]);
	got = read(pipe_ends[0], &byte, 1);
	if (got < 0)
		die_errno("cannot wait for the process that gets its maps");
	if (got == 0)
		_Exit(EXIT_TOOL_FAILED); /* it never got inside, and has said why */
	write_maps(plan, process);
	_Exit(0);
}

static void let_helper_write(struct plan *plan, pid_t helper, int pipe_ends[2])
{
	int status = 0;

	STEP(write(pipe_ends[1], "", 1), "tell the helper to write the maps");
	if (dry_run) {
		write_maps(plan, "PID");
		return;
	}
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	/* Where SIGCHLD was inherited as ignored there is no status to wait
	 * for; the maps are read back in any case. */
	if (waitpid(helper, &status, 0) == helper && status != 0)
		_Exit(EXIT_TOOL_FAILED); /* the helper has said why */
}

/* Reads the one word in /proc/self/setgroups back, and compares it. */
static void verify_setgroups(const char *wanted)
{
	char text[16];

	STEP(read_file("/proc/self/setgroups", text, sizeof(text)), "read setgroups back");
	if (dry_run)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, wanted) != 0) {
		errno = 0;
		step_fail("read_file(\"/proc/self/setgroups\", text, sizeof(text))",
			  "write '%s' to setgroups", wanted);
	}
}

void look_at_ids(char *text, size_t size)
{
	char map[64] = "";
	unsigned inner = 0, outer = 0, count = 0;

	if (read_file("/proc/self/uid_map", map, sizeof(map)) > 0 &&
	    sscanf(map, "%u %u %u", &inner, &outer, &count) == 3)
		snprintf(text, size, "uid %u, map %u %u %u", geteuid(), inner, outer, count);
	else
		snprintf(text, size, "uid %u, no map", geteuid());
}

void make_namespace(struct plan *plan)
{
	int pipe_ends[2] = { -1, -1 };
	pid_t helper = 0;

	step_watch(look_at_ids);
	failing = (struct failing){ ns_user_decide, NULL, plan };
	if (plan->helped)
		helper = start_helper(plan, pipe_ends);

	/* From here on we have all capabilities, in there, and none outside;
	 * and no ids yet, until the maps are written. */
	STEP(unshare(CLONE_NEWUSER), "create a user namespace");

	if (plan->helped)
		let_helper_write(plan, helper, pipe_ends);
	else
		write_maps(plan, "self");
	map_verify("/proc/self/uid_map", plan->uid_map);
	map_verify("/proc/self/gid_map", plan->gid_map);
	if (plan->setgroups)
		verify_setgroups(plan->setgroups);
	failing.decide = NULL;
}
