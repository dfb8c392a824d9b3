/* facts.c: what the machine looks like when a step has failed. See refusal.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "climb.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "refusal.h"

void cgroup_read_line(const char *directory, const char *file, char *text, size_t size)
{
	char *path = print_text("%s/%s", directory, file);

	if (read_file(path, text, size) < 0)
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	free(path);
}

void cgroup_members(const char *directory, char *text, size_t size)
{
	char list[200] = "", *path = print_text("%s/cgroup.procs", directory);
	FILE *file = fopen(path, "re");
	int pid, count = 0;

	*text = '\0';
	free(path);
	while (file && fscanf(file, "%d", &pid) == 1) {
		char name[64] = "outside of our PID namespace", comm[64];
		size_t n = strlen(list);

		if (pid == getpid())
			continue;
		snprintf(comm, sizeof(comm), "/proc/%d/comm", pid);
		read_file(comm, name, sizeof(name));
		name[strcspn(name, "\n")] = '\0';
		if (count++ < 4)
			snprintf(list + n, sizeof(list) - n, "%s%d %s", n ? ", " : "", pid, name);
	}
	if (file)
		fclose(file);
	if (count)
		snprintf(text, size, "%d process%s (%s%s)", count, count == 1 ? "" : "es", list,
			 count > 4 ? ", ..." : "");
}

/* A word of cgroup_disable= on the kernel's command line, or the last number of
 * the controller's line in /proc/cgroups. */
bool cgroup_is_disabled(const char *controller)
{
	char text[8192] = "", name[80];
	const char *at;
	int enabled;

	if (read_file("/proc/cmdline", text, sizeof(text)) > 0)
		for (at = text; (at = strstr(at, "cgroup_disable=")); at += 15) {
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 15, " \n"), at + 15);
			if (cgroup_listed(name, controller))
				return true;
		}
	read_file("/proc/cgroups", text, sizeof(text));
	snprintf(name, sizeof(name), "\n%.60s\t", controller);
	at = strstr(text, name);
	return at && sscanf(at, " %*s %*d %*d %d", &enabled) == 1 && !enabled;
}

void cgroup_boot_file(char *path, size_t size)
{
	static const char *const files[] = { "/boot/firmware/cmdline.txt", "/boot/cmdline.txt",
					     "/etc/default/grub" };

	*path = '\0';
	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && !*path; i++)
		if (access(files[i], F_OK) == 0)
			snprintf(path, size, "%s", files[i]);
}

bool cgroup_busy(const char *directory, struct reason *reason)
{
	char members[300];

	cgroup_members(directory, members, sizeof(members));
	return cgroup_busy_reason(directory, members, reason);
}

bool cgroup_missing(const char *controller, struct reason *reason)
{
	static struct cgroup_climb climb;

	cgroup_climb(controller, &climb);
	climb.limits = true;
	return !cgroup_lack(&climb, reason);
}

/* Calls take(PATH) for each cgroup directly below one, until it returns true. */
static bool any_below(const char *path, bool (*take)(const char *below, void *argument),
		      void *argument)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool taken = false;

	while (directory && !taken && (entry = readdir(directory)))
		if (entry->d_type == DT_DIR && *entry->d_name != '.') {
			char *below = print_text("%s/%s", path, entry->d_name);

			taken = take(below, argument);
			free(below);
		}
	if (directory)
		closedir(directory);
	return taken;
}

/* A cgroup in which nothing is handed on may hold processes. */
static bool take_leaf(const char *path, void *facts)
{
	char enabled[100], *leaf = ((struct cgroup_facts *)facts)->child;

	cgroup_read_line(path, "cgroup.subtree_control", enabled, sizeof(enabled));
	if (*enabled)
		return any_below(path, take_leaf, facts);
	snprintf(leaf, sizeof(((struct cgroup_facts *)facts)->child), "%s", path);
	return true;
}

/* The file in a cgroup whose name is closest to the one that was typed, of
 * those that can be written to. */
static void find_closest(const char *directory, const char *typed, char *name, size_t size)
{
	const char *names[200], *close;
	int count = 0;
	DIR *files = opendir(directory);
	struct dirent *entry;
	struct stat status;

	while (files && count < 199 && (entry = readdir(files)))
		if (entry->d_type == DT_REG &&
		    fstatat(dirfd(files), entry->d_name, &status, 0) == 0 &&
		    (status.st_mode & S_IWUSR))
			names[count++] = copy_text(entry->d_name);
	names[count] = NULL;
	if (files)
		closedir(files);
	close = closest(typed, names);
	if (close)
		snprintf(name, size, "%s", close);
	while (count > 0)
		free((char *)names[--count]);
}

/* Calls look(DIRECTORY, DEPTH, FACTS) for a cgroup and each above it. */
static void climb(const struct cgroup_hierarchy *hierarchy, const char *from,
		  bool (*look)(const char *directory, int depth, struct cgroup_facts *facts),
		  struct cgroup_facts *facts)
{
	char *directory = copy_text(from);
	size_t top = strlen(hierarchy->mount);

	for (int depth = 0; !look(directory, depth, facts) && strlen(directory) > top; depth++)
		*strrchr(directory, '/') = '\0';
	free(directory);
}

static bool take_threaded(const char *path, void *facts)
{
	struct cgroup_facts *found = facts;
	char type[40];

	cgroup_read_line(path, "cgroup.type", type, sizeof(type));
	if (strcmp(type, "threaded") != 0)
		return false;
	snprintf(found->threaded, sizeof(found->threaded), "%s", path);
	return true;
}

static bool is_threader(const char *directory, int depth, struct cgroup_facts *facts)
{
	char type[40];

	(void)depth;
	cgroup_read_line(directory, "cgroup.type", type, sizeof(type));
	/* Above a 'domain invalid' one: the first that is valid. */
	if (strcmp(type, "domain threaded") != 0)
		return strcmp(type, "domain") == 0;
	snprintf(facts->threader, sizeof(facts->threader), "%s", directory);
	snprintf(facts->threader_type, sizeof(facts->threader_type), "%s", type);
	cgroup_read_line(directory, "cgroup.subtree_control", facts->threader_enabled,
			 sizeof(facts->threader_enabled));
	any_below(directory, take_threaded, facts);
	return true;
}

/* Whether a file holds a limit that `now` has reached. */
static bool is_reached(const char *directory, const char *file, long long now,
		       struct cgroup_facts *facts)
{
	char value[40];

	cgroup_read_line(directory, file, value, sizeof(value));
	if (!*value || strcmp(value, "max") == 0 || now < atoll(value))
		return false;
	snprintf(facts->full, sizeof(facts->full), "%s/%s", directory, file);
	snprintf(facts->full_value, sizeof(facts->full_value), "%s", value);
	return true;
}

static bool has_all_processes(const char *directory, int depth, struct cgroup_facts *facts)
{
	char now[40];

	(void)depth;
	cgroup_read_line(directory, "pids.current", now, sizeof(now));
	return *now && is_reached(directory, "pids.max", atoll(now), facts);
}

static bool has_all_cgroups(const char *directory, int depth, struct cgroup_facts *facts)
{
	char text[256];

	cgroup_read_line(directory, "cgroup.stat", text, sizeof(text));
	return is_reached(directory, "cgroup.max.depth", depth, facts) ||
	       (strncmp(text, "nr_descendants ", 15) == 0 &&
		is_reached(directory, "cgroup.max.descendants", atoll(text + 15), facts));
}

static void read_cpus(const char *directory, struct cgroup_facts *facts)
{
	cgroup_read_line(directory, "cpuset.cpus.effective", facts->cpus, sizeof(facts->cpus));
	cgroup_read_line(directory, "cpuset.mems.effective", facts->mems, sizeof(facts->mems));
	if (!*facts->cpus)
		cgroup_read_line(directory, "cpuset.cpus", facts->cpus, sizeof(facts->cpus));
	if (!*facts->mems)
		cgroup_read_line(directory, "cpuset.mems", facts->mems, sizeof(facts->mems));
}

void cgroup_read_facts(const char *call, const struct cgroup_work *work, struct cgroup_facts *facts)
{
	const struct cgroup_hierarchy *in = work->in, *pids;
	struct cgroup_layout layout = work->layout;
	struct rlimit limit;
	struct stat owner;
	char *above;

	memset(facts, 0, sizeof(*facts));
	facts->parent = getppid();
	facts->systemd = access("/run/systemd/system", F_OK) == 0;
	facts->processes_of_user = -1;
	if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		facts->processes_of_user = (long long)limit.rlim_cur;
	if (!in)
		return;

	snprintf(facts->owner_of, sizeof(facts->owner_of), "%s",
		 in->place && !work->join ? in->place : in->own);
	if (strstr(call, "cgroup.procs") || strstr(call, "cgroup.subtree_control"))
		snprintf(facts->owner_of, sizeof(facts->owner_of), "%s", work->at);
	facts->owner = stat(facts->owner_of, &owner) == 0 ? owner.st_uid : 0;

	if (strstr(call, "_knob(") && in->path) {
		cgroup_read_line(in->path, work->at, facts->held, sizeof(facts->held));
		find_closest(in->path, work->at, facts->close, sizeof(facts->close));
		read_cpus(in->place, facts);
	} else if (strstr(call, "subtree_control") || strstr(call, "cgroup.procs")) {
		cgroup_members(work->at, facts->members, sizeof(facts->members));
		climb(in, work->at, is_threader, facts);
	} else if (strstr(call, "join(") || strstr(call, "fork_into(")) {
		climb(in, in->path, is_threader, facts);
		pids = cgroup_with(&layout, "pids");
		if (pids)
			climb(pids, pids->own, has_all_processes, facts);
		any_below(in->path, take_leaf, facts);
		above = copy_text(in->path);
		*strrchr(above, '/') = '\0';
		read_cpus(above, facts);
		free(above);
	} else if (strstr(call, "mkdir(") && in->place) {
		/* The new one is one step below. */
		above = print_text("%s/new", in->place);
		climb(in, above, has_all_cgroups, facts);
		free(above);
	}
}

bool cgroup_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	struct cgroup_work *work = argument;
	struct cgroup_facts facts;

	if (work->known) {
		*reason = *work->known;
		return true;
	}
	cgroup_read_facts(call, work, &facts);
	return cgroup_reason(call, error, work, state, &facts, reason);
}

/* The names of the cgroups below one. */
static bool add_name(const char *path, void *list)
{
	char *text = list;
	size_t n = strlen(text), size = 200;

	if (n + strlen(strrchr(path, '/')) + 8 > size)
		snprintf(text + n, size - n, ", ...");
	else
		snprintf(text + n, size - n, "%s%s", n ? ", " : "", strrchr(path, '/') + 1);
	return n + 8 > size;
}

/* v1's freezer keeps a process from everything, its death as well. Finds the
 * file that says so for the first one in a cgroup. */
static void find_frozen(struct cgroup_work *work, struct cgroup_left *left)
{
	struct cgroup_hierarchy *freezer = cgroup_with(&work->layout, "freezer");
	char path[64], text[4096], *own;
	size_t n;

	if (!freezer || freezer->version != 1 || !*left->members)
		return;
	/* "2 processes (812 cat, ...)" */
	snprintf(path, sizeof(path), "/proc/%d/cgroup", atoi(strchr(left->members, '(') + 1));
	if (read_file(path, text, sizeof(text)) < 0 || !(own = strstr(text, ":freezer:")))
		return;
	own += strlen(":freezer:");
	own[strcspn(own, "\n")] = '\0';
	n = (size_t)snprintf(left->frozen, sizeof(left->frozen), "%s%s", freezer->mount,
			     strcmp(own, "/") == 0 ? "" : own);
	cgroup_read_line(left->frozen, "freezer.state", text, sizeof(text));
	if (n + strlen("/freezer.state") < sizeof(left->frozen) && strcmp(text, "FROZEN") == 0)
		strcpy(left->frozen + n, "/freezer.state");
	else
		*left->frozen = '\0';
}

void cgroup_tell_left(struct cgroup_work *work, const struct cgroup_hierarchy *cgroup)
{
	int error = errno;
	struct cgroup_left left = { .path = cgroup->path, .version = cgroup->version };
	struct reason reason = { 0 };
	char text[2400];

	cgroup_members(cgroup->path, left.members, sizeof(left.members));
	any_below(cgroup->path, add_name, left.below);
	find_frozen(work, &left);
	cgroup_left_reason(&left, error, &reason);
	snprintf(text, sizeof(text), "%s: note: the cgroup %s is still there: %s [%s]\n", tool_name,
		 cgroup->path, errno_text(error), reason.id);
	why_add(text, sizeof(text), &reason);
	dprintf(2, "%s", text);
}
