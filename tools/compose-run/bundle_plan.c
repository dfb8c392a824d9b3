/* bundle_plan.c: from an OCI bundle to the chain that makes it. See bundle.h.
 *
 * The order of the links is that of plan.c. Here the config.json says all, and
 * nothing is added that it does not ask for, but what the runtime-spec says a
 * container has: the default devices. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

/* For one question: may we make a cgroup here? */
#include "../cgroup/cgroup.h"
#include "account.h"
#include "bundle.h"
#include "file.h"
#include "memory.h"
#include "message.h"

/* Begins the next link. */
static struct words *add_row(struct chain *chain, const char *tool, const char *comment)
{
	struct row *row = &chain->rows[chain->count++];

	row->comment = comment;
	words_add(&row->words, "%s", tool);
	return &row->words;
}

static bool is_listed(const struct bundle *bundle, enum bundle_namespace type)
{
	return bundle->linux_.namespaces[type].listed;
}

static const char *joined(const struct bundle *bundle, enum bundle_namespace type)
{
	return bundle->linux_.namespaces[type].path;
}

/* Begins a link that makes a namespace, or enters one. NULL without either. */
static struct words *add_namespace(const struct bundle *bundle, struct chain *chain,
				   enum bundle_namespace type, const char *tool,
				   const char *comment)
{
	struct words *words;

	if (!is_listed(bundle, type))
		return NULL;
	words = add_row(chain, tool, joined(bundle, type) ? "somebody else's" : comment);
	if (joined(bundle, type))
		words_add_option(words, "--join", "%s", joined(bundle, type));
	return words;
}

/* ---- root and environment ---- */

/* The root has to be a directory of this name, and no symbolic link to some
 * other one: the maker of a bundle could have put "/" there. */
static void find_root(struct bundle *bundle)
{
	const char *file = bundle->file, *path = bundle->root.path;
	char *whole = *path == '/' ? copy_text(path)
				   : print_text("%.*s%s", (int)(strrchr(file, '/') + 1 - file),
						file, path);
	char *real;
	size_t length = strlen(whole);
	struct stat status;

	while (length > 1 && whole[length - 1] == '/')
		whole[--length] = '\0';
	real = realpath(whole, NULL);
	if (!real)
		die_errno("%s: root.path: cannot find '%s'", file, whole);
	if (strcmp(real, whole) != 0)
		strict_wrong_path(
			file, "root.path",
			"it has a symbolic link, \"..\", or \"//\" on its way, and may lead "
			"elsewhere than it seems:\n'%.200s' is '%.200s'",
			whole, real);
	if (stat(real, &status) != 0 || !S_ISDIR(status.st_mode))
		strict_wrong_path(file, "root.path", "'%.200s' is no directory", real);
	if (strcmp(real, "/") == 0)
		strict_wrong_path(file, "root.path",
				  "the machine's own / is no root of a container");
	if (strchr(real, ','))
		strict_wrong_path(file, "root.path", "ns-mnt takes no path with a comma in it");
	free(whole);
	bundle->root.path = real;
}

static void plan_env(const struct bundle *bundle, struct chain *chain)
{
	static struct account account;
	struct words *words = add_row(chain, "env", "the environment of process.env");
	const struct words *env = &bundle->process.env;
	bool home = false;
	char user[16];

	words_add(words, "-i");
	for (size_t i = 0; i < env->count; i++) {
		home = home || strncmp(env->word[i], "HOME=", 5) == 0;
		words_add(words, "%s", env->word[i]);
	}
	/* As other runtimes do: a shell can't be without. */
	if (!home) {
		snprintf(user, sizeof(user), "%u", bundle->process.uid);
		account_find(bundle->root.path, user, &account);
		words_add(words, "HOME=%s", account.home);
	}
}

/* Out here, where root may raise the one and lower the other. */
static void plan_process_limits(const struct bundle *bundle, struct chain *chain)
{
	const struct words *limits = &bundle->process.rlimits;
	struct words *words;

	if (bundle->process.has_oom_score) {
		words = add_row(chain, "choom", "killed sooner or later, without memory");
		words_add_option(words, "-n", "%d", bundle->process.oom_score);
		words_add(words, "--");
	}
	if (limits->count) {
		words = add_row(chain, "prlimit", "limits of each process");
		for (size_t i = 0; i < limits->count; i++)
			words_add(words, "--%s", limits->word[i]);
	}
}

/* ---- cgroup ---- */

/* Whether there is a cgroup of that path, on v2 or anywhere on v1. */
static bool is_cgroup(const char *path)
{
	static const char *const places[] = { "", "/unified", "/memory", "/pids", "/cpu" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char *file = print_text("/sys/fs/cgroup%s/%s/cgroup.procs", places[i], path);
		bool there = access(file, F_OK) == 0;

		free(file);
		if (there)
			return true;
	}
	return false;
}

/* cgroup makes one below our own, or enters one that is there. */
static void plan_cgroups_path(const struct bundle *bundle, struct words *words, bool limits)
{
	const char *path = bundle->linux_.cgroups_path, *name = path + strspn(path, "/");

	if (strchr(path, ':'))
		strict_missing_path(
			bundle->file, "linux.cgroupsPath",
			"SLICE:PREFIX:NAME is made by systemd, which is not asked here");
	if (*path == '/' && is_cgroup(path)) {
		if (limits)
			strict_missing_path(
				bundle->file, "linux.resources",
				"the cgroup of linux.cgroupsPath is there already, and the "
				"limits of those in it are not changed");
		words_add_option(words, "--join", "%s", path);
	} else if (*path != '/' && *name && !strchr(name, '/')) {
		words_add_option(words, "--name", "%s", name);
	} else {
		strict_missing_path(
			bundle->file, "linux.cgroupsPath",
			"there is no cgroup '%.100s', and a new one is made below our own "
			"only: write its name,\nwithout '/'",
			path);
	}
}

static void plan_cgroup(const struct bundle *bundle, struct chain *chain)
{
	struct words limits = { NULL, 0 }, *words;
	char why[512];

	bundle_plan_limits(bundle, &limits);
	if (!limits.count && !bundle->linux_.cgroups_path && !cgroup_can_create(why, sizeof(why))) {
		note("no cgroup of its own: %s", why);
		return;
	}
	words = add_row(chain, "cgroup", "limits, and all of it gone at the end");
	if (bundle->linux_.cgroups_path)
		plan_cgroups_path(bundle, words, limits.count > 0);
	for (size_t i = 0; i < limits.count; i++)
		words_add(words, "%s", limits.word[i]);
}

/* A mount of cgroups without a namespace would show all that the machine has. */
static bool needs_cgroup_namespace(const struct bundle *bundle)
{
	struct words limits = { NULL, 0 };

	if (is_listed(bundle, BUNDLE_CGROUP))
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

/* ---- users ---- */

/* The id that we have in a map "INNER:OUTER:COUNT", or -1. */
static long long inner_id(const struct words *map, unsigned own)
{
	for (size_t i = 0; i < map->count; i++) {
		unsigned inner, outer, count;

		if (sscanf(map->word[i], "%u:%u:%u", &inner, &outer, &count) == 3 && own >= outer &&
		    own - outer < count)
			return (long long)inner + (own - outer);
	}
	return -1;
}

static void add_maps(struct words *words, const char *option, const struct words *map)
{
	for (size_t i = 0; i < map->count; i++)
		words_add_option(words, option, "%s", map->word[i]);
}

/* Returns whether the process has its ids by the maps alone. */
static bool plan_user(const struct bundle *bundle, struct chain *chain)
{
	const struct words *uids = &bundle->linux_.uid_map, *gids = &bundle->linux_.gid_map;
	uint32_t uid = bundle->process.uid, gid = bundle->process.gid;
	struct words *words;
	bool mapped;

	if (!is_listed(bundle, BUNDLE_USER)) {
		if (geteuid() != 0)
			strict_wrong_path(
				bundle->file, "linux.namespaces",
				"without {\"type\": \"user\"} only root can make the rest; you "
				"are uid %u\n(runc spec --rootless writes one)",
				geteuid());
		return false;
	}
	words = add_namespace(bundle, chain, BUNDLE_USER, "ns-user",
			      "the powers that follow end at this border");
	if (joined(bundle, BUNDLE_USER) || geteuid() == 0) {
		add_maps(words, "--uid-map", uids);
		add_maps(words, "--gid-map", gids);
		return false;
	}
	/* An ordinary user has one id to map, and can't become another. */
	mapped = uids->count == 0 || (inner_id(uids, geteuid()) == (long long)uid &&
				      inner_id(gids, getegid()) == (long long)gid);
	if (uids->count) {
		add_maps(words, "--uid-map", uids);
		add_maps(words, "--gid-map", gids);
	} else if (uid || gid) {
		words_add_option(words, "--uid-map", "%u:%u:1", uid, geteuid());
		words_add_option(words, "--gid-map", "%u:%u:1", gid, getegid());
	}
	if (mapped && uid)
		words_add(words, "--keep-caps");
	return mapped;
}

/* An ordinary user can't drop its groups, nor can who is root in a user
 * namespace of such a one. user_namespaces(7), "setgroups". */
static bool may_set_groups(void)
{
	char text[16];

	return read_file("/proc/self/setgroups", text, sizeof(text)) < 0 ||
	       strncmp(text, "deny", 4) != 0;
}

static void plan_ids(const struct bundle *bundle, struct words *words, bool mapped)
{
	const struct words *groups = &bundle->process.groups;
	char *list = copy_text("");

	for (size_t i = 0; i < groups->count; i++) {
		char *longer = print_text("%s%s%s", list, i ? "," : "", groups->word[i]);

		free(list);
		list = longer;
	}
	if (!mapped && (bundle->process.uid || bundle->process.gid || may_set_groups()))
		words_add_option(words, "--user", "%u:%u", bundle->process.uid,
				 bundle->process.gid);
	if (*list)
		words_add_option(words, "--groups", "%s", list);
	else if (!mapped && may_set_groups())
		words_add(words, "--clear-groups");
	if (bundle->process.umask >= 0)
		words_add_option(words, "--umask", "%04o", (unsigned)bundle->process.umask);
	free(list);
}

/* ---- capabilities and security modules ---- */

static bool new_user_namespace(const struct bundle *bundle)
{
	return is_listed(bundle, BUNDLE_USER);
}

/* Those that we have, and those that come with a user namespace. */
static uint64_t capabilities_here(const struct bundle *bundle)
{
	uint64_t all = 0;
	cap_t own = cap_get_proc();

	if (!own)
		die_errno("cannot read our capabilities");
	for (int cap = 0; cap < cap_max_bits() && cap < 64; cap++) {
		cap_flag_value_t permitted = CAP_CLEAR;

		cap_get_flag(own, cap, CAP_PERMITTED, &permitted);
		if (new_user_namespace(bundle) || permitted == CAP_SET)
			all |= UINT64_C(1) << cap;
	}
	cap_free(own);
	return all;
}

/* A set as capdrop takes it: "chown,kill". A new string. */
static char *set_text(uint64_t set)
{
	char *list = copy_text("");

	for (int cap = 0; cap < 64; cap++) {
		char *name, *longer;

		if (!(set >> cap & 1))
			continue;
		name = cap_to_name(cap);
		longer = print_text("%s%s%s", list, *list ? "," : "", name + strlen("cap_"));
		cap_free(name);
		free(list);
		list = longer;
	}
	return list;
}

static void add_set(struct words *words, const char *option, uint64_t set)
{
	char *list = set_text(set);

	words_add_option(words, option, "%s", list);
	free(list);
}

/* Of the five sets exec makes two by itself, permitted and effective: for user 0
 * from bounding, for others from ambient. So what capdrop takes says it all, but
 * for user 0 with less permitted than bounding: that stays so under no_new_privs
 * only, and then the rest of bounding can never be had. */
static void plan_capabilities(const struct bundle *bundle, struct chain *chain, bool mapped)
{
	struct words *words = add_row(chain, "capdrop", "few of root's powers, and who it is");
	uint64_t here = capabilities_here(bundle), bounding = bundle->process.bounding;
	uint64_t lost = bounding & ~here, inheritable, ambient;

	if (lost) {
		char *list = set_text(lost);

		note("process.capabilities: we have no %s to give; left out", list);
		free(list);
	}
	bounding &= here;
	if (bundle->process.uid == 0 && bundle->process.no_new_privileges)
		bounding &= bundle->process.permitted;
	inheritable = bundle->process.inheritable & bounding;
	/* What is not inheritable can't be ambient; other runtimes pass over it
	 * as well. User 0 has it by bounding. */
	ambient = bundle->process.ambient & inheritable & bundle->process.permitted;
	if (bundle->process.uid != 0 && ambient != bundle->process.ambient) {
		char *list = set_text(bundle->process.ambient & ~ambient);

		note("process.capabilities.ambient: %s is not permitted and inheritable as well; "
		     "left out",
		     list);
		free(list);
	}
	/* "nodev" can be taken off again by who may mount. */
	if (bundle->linux_.devices_ruled && bundle->linux_.devices_denied &&
	    !new_user_namespace(bundle) && bounding >> CAP_SYS_ADMIN & 1)
		strict_missing_path(bundle->file, "linux.resources.devices",
				    "devices are denied by mounts with \"nodev\", and with "
				    "CAP_SYS_ADMIN the program could\ntake that off");
	if (bounding)
		add_set(words, "--keep", bounding);
	else
		words_add_option(words, "--drop", "all");
	if (inheritable & ~ambient)
		add_set(words, "--inheritable", inheritable & ~ambient);
	if (ambient)
		add_set(words, "--ambient", ambient);
	plan_ids(bundle, words, mapped);
	if (!bundle->process.no_new_privileges)
		words_add(words, "--allow-new-privs");
}

static void plan_security(const struct bundle *bundle, struct chain *chain)
{
	bool labels = bundle->process.apparmor || bundle->process.selinux;
	struct words *words;

	if (!bundle->linux_.seccomp && !labels)
		return;
	words = add_row(chain, "lsm",
			bundle->linux_.seccomp ? "the filter of linux.seccomp" : "its label");
	words_add_option(words, "--seccomp", "%s", bundle->linux_.seccomp ? "fd:3" : "none");
	if (bundle->process.apparmor)
		words_add_option(words, "--apparmor-profile", "%s", bundle->process.apparmor);
	if (bundle->process.selinux)
		words_add_option(words, "--selinux-label", "%s", bundle->process.selinux);
	if (!bundle->process.no_new_privileges)
		words_add(words, "--allow-new-privs");
}

/* ---- the chain ---- */

static void plan_uts(const struct bundle *bundle, struct chain *chain)
{
	struct words *words = add_namespace(bundle, chain, BUNDLE_UTS, "ns-uts", "a host name");

	if (words && bundle->hostname)
		words_add_option(words, "--hostname", "%s", bundle->hostname);
	if (words && bundle->domainname)
		words_add_option(words, "--domainname", "%s", bundle->domainname);
}

static void add_sysctls(struct words *words, const struct words *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		words_add_option(words, "--sysctl", "%s", settings->word[i]);
}

static void plan_mounts(const struct bundle *bundle, struct chain *chain)
{
	struct words *words =
		add_row(chain, "ns-mnt", "the new root, put together where nobody else sees it");

	bundle_plan_mounts(bundle, words);

	words = add_row(chain, "chroot", "the new root, and the old one gone");
	words_add(words, "--pivot");
	words_add_option(words, "--wd", "%s", bundle->process.cwd);
	if (chain->file)
		words_add_option(words, "--keep-fd", "3");
	words_add(words, "%s", bundle->root.path);
}

void bundle_chain(const struct bundle *bundle, char *args[], struct chain *chain)
{
	struct words *words;
	bool mapped;

	memset(chain, 0, sizeof(*chain));
	if (bundle->linux_.seccomp) {
		chain->file = bundle->file;
		chain->file_fd = 3;
	}

	plan_env(bundle, chain);
	plan_process_limits(bundle, chain);
	plan_cgroup(bundle, chain);
	mapped = plan_user(bundle, chain);
	if (needs_cgroup_namespace(bundle)) {
		words = add_row(chain, "cgroup", "its cgroup looks like the topmost");
		words_add(words, "--cgroupns");
	}
	add_namespace(bundle, chain, BUNDLE_PID, "ns-pid", "process ids from 1 on");
	plan_uts(bundle, chain);
	words = add_namespace(bundle, chain, BUNDLE_IPC, "ns-ipc",
			      "message queues and shared memory");
	if (words)
		add_sysctls(words, &bundle->linux_.ipc_sysctl);
	words = add_namespace(bundle, chain, BUNDLE_NETWORK, "ns-net",
			      "a network with nothing but lo");
	if (words)
		add_sysctls(words, &bundle->linux_.net_sysctl);
	plan_mounts(bundle, chain);
	/* A filter can be set without no_new_privs only by who has
	 * CAP_SYS_ADMIN still; so it has to allow what capdrop does. */
	if (!bundle->process.no_new_privileges)
		plan_security(bundle, chain);
	plan_capabilities(bundle, chain, mapped);
	if (bundle->process.no_new_privileges)
		plan_security(bundle, chain);

	words = add_row(chain, "--", NULL);
	for (; *args; args++)
		words_add(words, "%s", *args);
	if (words->count == 1)
		for (size_t i = 0; i < bundle->process.args.count; i++)
			words_add(words, "%s", bundle->process.args.word[i]);
}

bool bundle_compile(const char *directory, char *args[], struct chain *chain)
{
	static struct bundle bundle;
	char *real = realpath(directory, NULL);

	if (!real)
		die_errno("--bundle: cannot find '%s'", directory);
	bundle_read(real, &bundle);
	find_root(&bundle);
	bundle_chain(&bundle, args, chain);
	return bundle.process.terminal;
}
