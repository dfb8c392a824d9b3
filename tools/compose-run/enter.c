/* enter.c: a program more in a container that runs. See enter.h. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cgroup/cgroup.h"
#include "enter.h"
#include "memory.h"
#include "message.h"

/* Whether we are in the same namespace of a kind as that process. */
static bool is_ours(pid_t pid, const char *kind)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	/* A kind that the kernel does not have is the same for all. */
	if (stat(path, &ours) != 0 && errno == ENOENT && strcmp(kind, "time") == 0)
		return true;
	if (stat(path, &ours) != 0)
		die_errno("cannot look at %s", path);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	if (stat(path, &theirs) != 0)
		die_errno("cannot look at %s", path);
	return ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* Whether a directory is another, or below it. */
static bool is_below(const char *directory, const char *other)
{
	size_t length = strlen(other);

	return strncmp(directory, other, length) == 0 &&
	       (!directory[length] || directory[length] == '/');
}

/* Where our cgroup is in the same hierarchy, or "". */
static const char *own_in(const struct cgroup_layout *ours, const struct cgroup_hierarchy *in)
{
	for (int i = 0; i < ours->count; i++)
		if (strcmp(ours->all[i].controllers, in->controllers) == 0)
			return ours->all[i].own ? ours->all[i].own : "";
	return "";
}

static void join_cgroup(struct chain *chain, const char *path)
{
	struct words *words = row_add(chain, "cgroup", "its limits hold for this one too");

	words_add_option(words, "--join", "%s", path);
}

/* Each hierarchy of v1 may have it below another cgroup, as the one that it was
 * started in was. What most have is joined by one link, the others by one each,
 * which has to come later: --join takes all that have a cgroup of this path. */
static void add_cgroups(struct chain *chain, pid_t pid)
{
	struct cgroup_layout ours = { .count = 0 }, theirs = { .count = 0 };
	const char *common = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (cgroup_find(&ours) != 0 || cgroup_find_of(&theirs, path) != 0)
		die_errno("cannot see which cgroups process %d is in", pid);
	/* The last is that of v2. */
	for (int i = theirs.count - 1; i >= 0 && !common; i--) {
		const struct cgroup_hierarchy *in = &theirs.all[i];

		if (in->own && !is_below(own_in(&ours, in), in->own))
			common = in->own + strlen(in->mount);
	}
	if (!common || !*common)
		return;
	join_cgroup(chain, common);
	for (int i = 0; i < theirs.count; i++) {
		const struct cgroup_hierarchy *in = &theirs.all[i];
		char *moved;

		if (!in->own || strcmp(in->own + strlen(in->mount), common) == 0)
			continue;
		moved = print_text("%s%s", in->mount, common);
		if (!is_below(own_in(&ours, in), in->own) || access(moved, F_OK) == 0)
			join_cgroup(chain, in->own);
		free(moved);
	}
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
		words = row_add(chain, name, comment);
		for (size_t j = 1; j < json_array_size(link); j++) {
			word = json_string_value(json_array_get(link, j));
			/* Descriptors of who started it, which are not ours. */
			if (word && strcmp(word, "--keep-fd") == 0) {
				const char *fd = json_string_value(json_array_get(link, ++j));

				if (chain->file && fd && (unsigned)atoi(fd) == chain->file_fd)
					words_add_option(words, "--keep-fd", "%s", fd);
			} else {
				words_add(words, "%s", word ? store_decode(word) : "");
			}
		}
	}
}

/* A filter of a file was read through a descriptor: it is again, from the copy that
 * was kept. */
static void add_profile(struct chain *chain, const json_t *links, const struct stored *stored)
{
	static char file[4096 + 16];

	for (size_t i = 0; i < json_array_size(links); i++)
		for (size_t j = 1; j < json_array_size(json_array_get(links, i)); j++) {
			const json_t *link = json_array_get(links, i);
			const char *word = json_string_value(json_array_get(link, j));

			if (strcmp(json_string_value(json_array_get(link, 0)), "lsm") != 0 ||
			    !word || strncmp(word, "fd:", 3) != 0)
				continue;
			store_path(stored, file, 4096);
			strcat(file, "/seccomp.json");
			chain->file = file;
			chain->file_fd = (unsigned)atoi(word + 3);
		}
}

/* Whether children don't get how the container's program is scheduled: then it is set
 * behind ns-pid, which forks. See bundle_plan_schedule(). */
static bool is_for_itself(const json_t *links)
{
	for (size_t i = 0; i < json_array_size(links); i++)
		for (size_t j = 2; j < json_array_size(json_array_get(links, i)); j++) {
			const json_t *link = json_array_get(links, i);
			const char *word = json_string_value(json_array_get(link, j));

			if (strcmp(json_string_value(json_array_get(link, 0)), "compose-run") ==
				    0 &&
			    word &&
			    (strcmp(word, "--flag") == 0 || strcmp(word, "SCHED_DEADLINE") == 0))
				return true;
		}
	return false;
}

/* chroot to "/" changes nothing. But it carries the links behind it, which the
 * mounts of the container may not show; so no file of theirs is needed there. */
static void add_carrier(struct chain *chain)
{
	struct words *words =
		row_add(chain, "chroot", "carries the links behind it over into other mounts");

	if (chain->file)
		words_add_option(words, "--keep-fd", "%u", chain->file_fd);
	words_add(words, "/");
}

void enter_compile(const struct stored *stored, char *args[], struct chain *chain)
{
	/* Behind ns-pid the process has another number, and /proc still the old. */
	static const char *const tools[][3] = {
		{ "ns-user", "user", "its user ids" },
		{ "compose-run", "time", "its clocks" },
		{ "cgroup", "cgroup", "its cgroup looks like the topmost here too" },
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
	add_profile(chain, links, stored);
	add_kept(chain, links, "env", "a clean environment");
	add_kept(chain, links, "choom", "when they are killed for their memory");
	add_kept(chain, links, "prlimit", "the limits of its processes");
	if (!is_for_itself(links))
		add_kept(chain, links, "compose-run", "how it is scheduled");
	if (stored->own_cgroup)
		add_cgroups(chain, stored->pid);
	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++) {
		if (strcmp(tools[i][1], "mnt") == 0 && is_for_itself(links))
			add_kept(chain, links, "compose-run", "how it is scheduled");
		if (is_ours(stored->pid, tools[i][1]))
			continue;
		if (strcmp(tools[i][1], "mnt") == 0)
			add_carrier(chain);
		words = row_add(chain, tools[i][0], tools[i][2]);
		if (strcmp(tools[i][0], "compose-run") == 0)
			words_add(words, "time");
		/* A new one has the cgroup that we are in as its root. */
		if (strcmp(tools[i][1], "cgroup") == 0)
			words_add(words, "--cgroupns");
		else if (strcmp(tools[i][1], "mnt") == 0)
			words_add_option(words, "--join", "/proc/%d/ns/mnt", stored->pid);
		else
			words_add_option(words, "--join", "%d", stored->pid);
		if (strcmp(tools[i][1], "mnt") == 0 && chain->file)
			words_add_option(words, "--keep-fd", "%u", chain->file_fd);
	}
	add_kept(chain, links, "chroot",
		 is_ours(stored->pid, "mnt") ? "its root" : "its working directory");
	add_kept(chain, links, "capdrop", "as few powers");
	add_kept(chain, links, "lsm", "as few system calls");
	words = row_add(chain, "--", NULL);
	for (size_t i = 0; args[i]; i++)
		words_add(words, "%s", args[i]);
	json_decref(links);
	/* What was looked at was still the same process. */
	if (store_start_of(stored->pid) != stored->start)
		die("the container '%s' has ended", stored->name);
}
