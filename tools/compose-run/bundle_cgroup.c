/* bundle_cgroup.c: the cgroup of a bundle, and its namespace, as links. See
 * bundle.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For one question: may we make a cgroup here? */
#include "../cgroup/cgroup.h"
#include "bundle.h"
#include "memory.h"
#include "message.h"

/* Whether there is a cgroup of that path, on v2 or anywhere on v1. */
bool bundle_is_cgroup(const char *path)
{
	static const char *const places[] = {
		"", "/unified", "/memory", "/pids", "/cpu", "/devices"
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char *file = print_text("/sys/fs/cgroup%s/%s/cgroup.procs", places[i], path);
		bool there = access(file, F_OK) == 0;

		free(file);
		if (there)
			return true;
	}
	return false;
}

/* cgroup makes one, below our own or where an absolute path says; or it enters one
 * that is there. */
static void plan_cgroups_path(const struct bundle *bundle, struct words *words, bool limits)
{
	const char *path = bundle->linux_.cgroups_path, *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strchr(path, ':'))
		strict_missing_path(
			bundle->file, "linux.cgroupsPath",
			"SLICE:PREFIX:NAME is made by systemd, which is not asked here");
	if (*path == '/' && bundle_is_cgroup(path)) {
		if (limits)
			strict_missing_path(
				bundle->file, "linux.resources",
				"the cgroup of linux.cgroupsPath is there already, and the "
				"limits of those in it are not changed");
		words_add_option(words, "--join", "%s", path);
	} else if (*path == '/' && *name) {
		if (slash > path)
			words_add_option(words, "--parent", "%.*s", (int)(slash - path), path);
		else
			words_add_option(words, "--parent", "/");
		words_add_option(words, "--name", "%s", name);
	} else if (!slash) {
		words_add_option(words, "--name", "%s", name);
	} else {
		strict_missing_path(
			bundle->file, "linux.cgroupsPath",
			"'%.100s' is no name for one below our own, which has no '/', and "
			"no path\nfrom the top, which begins with one and ends with a name",
			path);
	}
}

void bundle_plan_cgroup(const struct bundle *bundle, struct chain *chain)
{
	struct words limits = { NULL, 0 }, *words;
	char why[512];

	bundle_plan_limits(bundle, &limits);
	if (!limits.count && !bundle->linux_.cgroups_path && !cgroup_can_create(why, sizeof(why))) {
		note("no cgroup of its own: %s", why);
		return;
	}
	words = row_add(chain, "cgroup", "limits, and all of it gone at the end");
	if (bundle->linux_.cgroups_path)
		plan_cgroups_path(bundle, words, limits.count > 0);
	for (size_t i = 0; i < limits.count; i++)
		words_add(words, "%s", limits.word[i]);
	bundle_plan_devices(bundle, words);
}

/* A mount of cgroups without a namespace would show all that the machine has. */
static bool needs_namespace(const struct bundle *bundle)
{
	struct words limits = { NULL, 0 };

	if (bundle_has(bundle, BUNDLE_CGROUP))
		return true;
	if (!bundle_shows_cgroups(bundle))
		return false;
	bundle_plan_limits(bundle, &limits);
	if (!bundle_on_v2() && !limits.count)
		return false;
	note("linux.namespaces has no {\"type\": \"cgroup\"}; one is made, since the mount of cgroups "
	     "would show all of the machine's without it");
	return true;
}

void bundle_plan_cgroup_namespace(const struct bundle *bundle, struct chain *chain)
{
	if (needs_namespace(bundle))
		words_add(row_add(chain, "cgroup", "its cgroup looks like the topmost"),
			  "--cgroupns");
}
