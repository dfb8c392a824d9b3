/* enter.c: a program more in a container that runs. See enter.h. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enter.h"
#include "file.h"
#include "memory.h"
#include "message.h"

static struct words *add_row(struct chain *chain, const char *comment)
{
	struct row *row = &chain->rows[chain->count++];

	row->comment = comment;
	return &row->words;
}

/* Whether we are in the same namespace of a kind as that process. */
static bool is_ours(pid_t pid, const char *kind)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	if (stat(path, &ours) != 0)
		die_errno("cannot look at %s", path);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	if (stat(path, &theirs) != 0)
		die_errno("cannot look at %s", path);
	return ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* The cgroup of v2 that a process is in: "/a/b"; a new string, or NULL. */
static char *cgroup_of(const char *process)
{
	char path[64], text[8192];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%s/cgroup", process);
	if (read_file(path, text, sizeof(text)) <= 0)
		die_errno("cannot read %s", path);
	at = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!at)
		return NULL;
	at = strchr(at, '/');
	return at ? copy_part(at, strcspn(at, "\n")) : NULL;
}

static void add_cgroup(struct chain *chain, pid_t pid)
{
	char process[16], *ours, *theirs;

	snprintf(process, sizeof(process), "%d", pid);
	ours = cgroup_of("self");
	theirs = cgroup_of(process);
	if (theirs && (!ours || strcmp(ours, theirs) != 0)) {
		struct words *words = add_row(chain, "its limits hold for this one too");

		words_add(words, "cgroup");
		words_add_option(words, "--join", "%s", theirs);
	}
	free(ours);
	free(theirs);
}

/* The links that the container's own program went through: the one named, or
 * env(1), which is the first. */
static void add_kept(struct chain *chain, const json_t *links, const char *name,
		     const char *comment)
{
	for (size_t i = 0; i < json_array_size(links); i++) {
		const json_t *link = json_array_get(links, i);
		const char *word = json_string_value(json_array_get(link, 0));
		struct words *words;

		if (!word || strcmp(word, name) != 0)
			continue;
		words = add_row(chain, comment);
		for (size_t j = 0; j < json_array_size(link); j++) {
			word = json_string_value(json_array_get(link, j));
			words_add(words, "%s", word ? word : "");
		}
	}
}

void enter_compile(const struct stored *stored, char *args[], struct chain *chain)
{
	/* Behind ns-pid the process has another number, and /proc still the old. */
	static const char *const tools[][3] = {
		{ "ns-user", "user", "its user ids" },
		{ "ns-uts", "uts", "its host name" },
		{ "ns-ipc", "ipc", "its message queues" },
		{ "ns-net", "net", "its network" },
		{ "ns-pid", "pid", "its process ids" },
		{ "ns-mnt", "mnt", "its mounts, and so its root" },
	};
	int fd = openat(stored->directory, "links.json", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	json_t *links = fd >= 0 ? json_loadfd(fd, 0, NULL) : NULL;
	struct words *words;

	if (!json_is_array(links))
		die("cannot read what confines the container '%s'", stored->name);
	close(fd);
	memset(chain, 0, sizeof(*chain));
	add_kept(chain, links, "env", "a clean environment");
	add_kept(chain, links, "prlimit", "the limits of its processes");
	add_cgroup(chain, stored->pid);
	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++) {
		if (is_ours(stored->pid, tools[i][1]))
			continue;
		words = add_row(chain, tools[i][2]);
		words_add(words, "%s", tools[i][0]);
		if (strcmp(tools[i][1], "mnt") == 0)
			words_add_option(words, "--join", "/proc/%d/ns/mnt", stored->pid);
		else
			words_add_option(words, "--join", "%d", stored->pid);
	}
	add_kept(chain, links, "capdrop", "as few powers");
	add_kept(chain, links, "lsm", "as few system calls");
	words = add_row(chain, NULL);
	words_add(words, "--");
	for (size_t i = 0; args[i]; i++)
		words_add(words, "%s", args[i]);
	json_decref(links);
	/* What was looked at was still the same process. */
	if (store_start_of(stored->pid) != stored->start)
		die("the container '%s' has ended", stored->name);
}
