/* victims.c: who was killed for want of memory.
 *
 * The counters of a cgroup say how many were killed, and not who. For each, the
 * kernel writes a line into its log, with the cgroup whose limit it was, that
 * of the process, its name and its number:
 *
 *	oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,
 *	mems_allowed=0,oom_memcg=/a,task_memcg=/a/b,task=hog,pid=812,uid=0
 *
 * (since 5.0; all on one line). When many are killed in a few seconds it leaves
 * some out. Read on: syslog(2), the kernel's mm/oom_kill.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "memory.h"
#include "report.h"

#define NAMED 3

enum where { ELSEWHERE, HERE, BELOW };

/* Where the cgroup lies that stands behind a name (",task_memcg=") in a line. */
static enum where where_is(const char *line, const char *name, const char *path, bool whole)
{
	const char *start = strstr(line, name);
	size_t length = strlen(path);

	if (!start)
		return ELSEWHERE;
	start += strlen(name);
	for (const char *at = start; (at = strstr(at, path)); at++) {
		if (whole && at != start)
			break;
		if (at[length] == '/' || at[length] == ',')
			return at[length] == '/' ? BELOW : HERE;
	}
	return ELSEWHERE;
}

/* Takes one line, if it tells of a process of ours. */
static bool take_line(const char *line, const char *path, bool whole, char *name, size_t size,
		      struct cgroup_counters *counters)
{
	const char *task = strstr(line, ",task=");
	enum where limit;
	int pid;

	if (!task || !strstr(line, "oom-kill:constraint=") ||
	    where_is(line, ",task_memcg=", path, whole) == ELSEWHERE ||
	    sscanf(task, ",task=%*[^,],pid=%d", &pid) != 1)
		return false;
	limit = where_is(line, ",oom_memcg=", path, whole);
	counters->log_ours += limit == HERE;
	counters->log_below += limit == BELOW;
	snprintf(name, size, "pid %d (%.*s)", pid, (int)strcspn(task + 6, ","), task + 6);
	return true;
}

void cgroup_find_victims(const char *log, const char *path, bool whole,
			 struct cgroup_counters *counters)
{
	size_t n = 0, size = sizeof(counters->victims);
	char names[NAMED][80], name[80], *text = counters->victims;
	int found = 0, named;

	*text = '\0';
	counters->log_ours = counters->log_below = 0;
	/* Backwards from its end, so that an older cgroup of the same name has
	 * no part in it. */
	for (const char *end = log + strlen(log); end > log && found < counters->killed;) {
		const char *line = memrchr(log, '\n', (size_t)(end - log - (end[-1] == '\n')));
		char *copy;

		line = line ? line + 1 : log;
		copy = copy_part(line, (size_t)(end - line));
		end = line;
		if (take_line(copy, path, whole, name, sizeof(name), counters)) {
			if (found < NAMED)
				strcpy(names[found], name);
			found++;
		}
		free(copy);
	}
	counters->log_found = found;
	named = found < NAMED ? found : NAMED;
	for (int i = named - 1; i >= 0 && n < size; i--)
		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? ", " : "", names[i]);
	if (named && counters->killed > named && n < size)
		snprintf(text + n, size - n, " and %lld more", counters->killed - named);
}

/* Whether a namespace of ours is the machine's first. The kernel's own numbers
 * for them, PROC_CGROUP_INIT_INO and PROC_PID_INIT_INO. */
static bool is_first(const char *type, const char *number)
{
	char path[64], link[64], wanted[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", type);
	n = readlink(path, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = '\0';
	snprintf(wanted, sizeof(wanted), "%s:[%s]", type, number);
	return strcmp(link, wanted) == 0;
}

/* The path of a cgroup as the kernel has it, from the root of our cgroup
 * namespace: what is mounted may begin further down. */
static void find_kernel_path(const struct cgroup_hierarchy *cgroup, char *path, size_t size)
{
	size_t top = strlen(cgroup->mount), n, below;

	cgroup_own_path(cgroup, path, size);
	if (strcmp(path, "/") == 0)
		*path = '\0';
	n = strlen(path);
	below = strlen(cgroup->own + top);
	/* Of ours, the part that lies above the mount; then that of the other. */
	n -= below <= n ? below : n;
	snprintf(path + n, size - n, "%s", cgroup->path + top);
}

void cgroup_read_victims(const struct cgroup_hierarchy *cgroup, struct cgroup_counters *counters)
{
	char path[4096];
	enum { READ_ALL = 3, SIZE_BUFFER = 10 };
	int size = klogctl(SIZE_BUFFER, NULL, 0);
	char *log;

	find_kernel_path(cgroup, path, sizeof(path));
	/* Its last part will do. */
	snprintf(counters->pattern, sizeof(counters->pattern), "%.250s", strrchr(path, '/'));
	if (size <= 0)
		return;
	log = resize(NULL, (size_t)size + 1, 1);
	size = klogctl(READ_ALL, log, size);
	counters->log_read = size > 0;
	log[size > 0 ? size : 0] = '\0';
	cgroup_find_victims(log, path, is_first("cgroup", "4026531835"), counters);
	if (counters->log_found && !is_first("pid", "4026531836")) {
		size_t n = strlen(counters->victims);

		snprintf(counters->victims + n, sizeof(counters->victims) - n,
			 " (the machine's number, not that in our PID namespace)");
	}
	free(log);
}
