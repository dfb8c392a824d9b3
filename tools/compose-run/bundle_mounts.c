/* bundle_mounts.c: the root and the mounts of a bundle, as options of ns-mnt.
 * See bundle.h.
 *
 * The config.json may say much that ns-mnt takes for something else: a path
 * with a comma, an option "dst=/". That is refused here. Where the mount points
 * are, below the root and nowhere else, ns-mnt sees to itself (openat2(2)).
 * Read on: mount(8), and the table of options in
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md */
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bundle.h"
#include "memory.h"
#include "message.h"

/* What is said of one mount, in the words of ns-mnt. */
struct mount_words {
	const struct bundle *bundle;
	const struct bundle_mount *mount;
	char *target;
	bool bind, alone;
	bool denied;	       /* devices are, by "nodev" */
	struct words *covered; /* the mount points before this one */
	bool nosuid, nodev, noexec, read_only;
	const char *propagation;
	char *options; /* ",OPTION,..." */
};

static _Noreturn void wrong(const struct mount_words *words, const char *key, const char *why)
{
	char *path = print_text("%s.%s", words->mount->path, key);

	strict_wrong_path(words->bundle->file, path, "%s", why);
}

static _Noreturn void missing(const struct mount_words *words, const char *option, const char *why)
{
	char *path = print_text("%s.options", words->mount->path);

	strict_missing_path(words->bundle->file, path, "\"%.60s\": %s", option, why);
}

static void add_option(struct mount_words *words, const char *option)
{
	char *all = print_text("%s,%s", words->options, option);

	free(words->options);
	words->options = all;
}

static bool is_one_of(const char *word, const char *const list[])
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

/* A mount point as ns-mnt takes it: absolute, without "//", "/./" and a '/' at
 * its end. ".." would mean one thing by its text, and another by its links. */
static char *clean_target(const struct mount_words *words)
{
	const char *rest = words->mount->destination;
	char *target = copy_text("");

	if (strchr(rest, ','))
		wrong(words, "destination", "ns-mnt takes no path with a comma in it");
	while (*(rest += strspn(rest, "/"))) {
		size_t length = strcspn(rest, "/");
		char *longer;

		if (length == 2 && strncmp(rest, "..", 2) == 0)
			wrong(words, "destination", "a mount point has no \"..\" in its path");
		if (length != 1 || *rest != '.') {
			longer = print_text("%s/%.*s", target, (int)length, rest);
			free(target);
			target = longer;
		}
		rest += length;
	}
	if (!*target)
		wrong(words, "destination", "the root is \"root\", and no mount");
	return target;
}

/* ---- options ---- */

static void read_flag(struct mount_words *words, const char *flag)
{
	if (strcmp(flag, "ro") == 0 || strcmp(flag, "rw") == 0)
		words->read_only = strcmp(flag, "ro") == 0;
	else if (strcmp(flag, "nosuid") == 0 || strcmp(flag, "suid") == 0)
		words->nosuid = *flag == 'n';
	else if (strcmp(flag, "nodev") == 0 || strcmp(flag, "dev") == 0)
		words->nodev = *flag == 'n';
	else if (strcmp(flag, "noexec") == 0 || strcmp(flag, "exec") == 0)
		words->noexec = *flag == 'n';
	else
		add_option(words, flag);
}

static void read_option(struct mount_words *words, const char *option)
{
	static const char *const nothing[] = { "defaults",	"loud",	      "silent",
					       "async",		"atime",      "nolazytime",
					       "nomand",	"noiversion", "norelatime",
					       "nostrictatime", NULL };
	static const char *const flags[] = { "ro",	 "rw",		"nosuid",      "suid",
					     "nodev",	 "dev",		"noexec",      "exec",
					     "noatime",	 "relatime",	"strictatime", "nodiratime",
					     "diratime", "nosymfollow", "symfollow",   NULL };
	static const char *const kinds[] = { "private", "slave",       "unbindable", "rprivate",
					     "rslave",	"runbindable", NULL };
	static const char *const shared[] = { "shared", "rshared", NULL };
	static const char *const set_below[] = { "rro",	      "rnosuid",      "rnodev",
						 "rnoexec",   "rnoatime",     "rnodiratime",
						 "rrelatime", "rstrictatime", "rnosymfollow",
						 NULL };
	static const char *const clear_below[] = { "rrw",	 "rsuid",	"rdev",
						   "rexec",	 "ratime",	"rdiratime",
						   "rsymfollow", "rnorelatime", "rnostrictatime",
						   NULL };
	static const char *const never[] = { "remount", "iversion", "tmpcopyup", NULL };
	static const char *const keys[] = { "type=",	    "src=",    "source=",	  "dst=",
					    "destination=", "target=", "bind-recursive=", NULL };

	/* What is bound, and with which ids, is seen to elsewhere. */
	static const char *const elsewhere[] = { "bind", "rbind", "idmap", "ridmap", NULL };

	if (is_one_of(option, nothing) || is_one_of(option, elsewhere))
		return;
	for (size_t i = 0; keys[i]; i++)
		if (strncmp(option, keys[i], strlen(keys[i])) == 0)
			missing(words, option, "ns-mnt would take it for a word of its own");
	if (is_one_of(option, never))
		missing(words, option, "ns-mnt does not do this");
	if (is_one_of(option, shared))
		missing(words, option, "what a container mounts is never seen by the machine");
	if (is_one_of(option, kinds))
		words->propagation = option;
	else if (is_one_of(option, flags))
		read_flag(words, option);
	else if (is_one_of(option, set_below))
		/* What ns-mnt sets, it sets on what is mounted below as well. */
		read_flag(words, option + 1);
	else if (is_one_of(option, clear_below))
		missing(words, option, "what protects a mount below is never taken off");
	else if (words->bind)
		missing(words, option, "a bind mount takes no options of a file system");
	else
		add_option(words, option);
}

static void read_options(struct mount_words *words)
{
	const struct words *options = &words->mount->options;

	for (size_t i = 0; i < options->count; i++) {
		bool below = strcmp(options->word[i], "rbind") == 0;

		if (below || strcmp(options->word[i], "bind") == 0) {
			words->alone = !below && (!words->bind || words->alone);
			words->bind = true;
		}
	}
	for (size_t i = 0; i < options->count; i++)
		read_option(words, options->word[i]);
}

/* ---- what goes where ---- */

static bool is_below_proc(const char *target)
{
	return strcmp(target, "/proc") == 0 || strncmp(target, "/proc/", 6) == 0;
}

/* A /proc that is none of the kernel's would take in whoever reads it, and keep
 * the labels that are written there (CVE-2019-16884, CVE-2019-19921). The files
 * in the list are what lxcfs puts there, and tell about the machine only. */
static void check_proc(const struct mount_words *words, const char *source)
{
	static const char *const harmless[] = {
		"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",  "/proc/stat", "/proc/swaps",
		"/proc/uptime",	 "/proc/loadavg",   "/proc/slabinfo", NULL,
	};
	struct statfs status;

	if (!is_below_proc(words->target) || is_one_of(words->target, harmless))
		return;
	if (strcmp(words->target, "/proc") != 0)
		wrong(words, "destination", "nothing is put over the kernel's files in /proc");
	if (!words->bind ? strcmp(words->mount->type, "proc") != 0
			 : statfs(source, &status) != 0 || status.f_type != PROC_SUPER_MAGIC)
		wrong(words, "destination",
		      "on /proc goes a file system of type proc, and no other");
}

/* Whether it is one of the devices that each container has. */
static bool is_default_device(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISCHR(status.st_mode))
		return false;
	return (major(status.st_rdev) == 1 && strchr("\3\5\7\10\11", (int)minor(status.st_rdev)) &&
		minor(status.st_rdev)) ||
	       (major(status.st_rdev) == 5 && minor(status.st_rdev) == 0);
}

/* A path outside, relative to the bundle, without symbolic links. */
char *bundle_source(const struct bundle *bundle, const struct bundle_mount *mount)
{
	struct mount_words words = { .bundle = bundle, .mount = mount };
	const char *source = mount->source, *file = bundle->file;
	char *path, *real;

	if (!source || !*source)
		wrong(&words, "source", "a bind mount needs a source, a path outside");
	path = *source == '/'
		       ? copy_text(source)
		       : print_text("%.*s%s", (int)(strrchr(file, '/') + 1 - file), file, source);
	real = realpath(path, NULL);
	if (!real)
		die_errno("%s: %s.source: cannot find '%s'", file, mount->path, path);
	if (strchr(real, ','))
		wrong(&words, "source", "ns-mnt takes no path with a comma in it");
	free(path);
	return real;
}

bool bundle_follows(const struct bundle *bundle)
{
	bool slave = bundle->linux_.propagation != NULL;

	for (size_t i = 0; i < bundle->mount_count && !slave; i++)
		for (size_t j = 0; j < bundle->mounts[i].options.count; j++)
			slave = slave || strcmp(bundle->mounts[i].options.word[j], "slave") == 0 ||
				strcmp(bundle->mounts[i].options.word[j], "rslave") == 0;
	return slave;
}

/* What to say of one bind mount: all are private, unless ns-mnt was told to let
 * mounts come in from outside. "" for nothing. */
static const char *propagation_of(const struct bundle *bundle, const char *asked)
{
	if (!bundle_follows(bundle))
		return asked && strstr(asked, "unbindable") ? asked : "";
	if (asked)
		return asked;
	return bundle->linux_.propagation ? "" : "rprivate";
}

static void plan_bind(struct mount_words *words, struct words *points, struct words *line)
{
	const char *propagation = propagation_of(words->bundle, words->propagation);
	char *map = bundle_idmaps_first(words->bundle) ? NULL
						       : bundle_idmap(words->bundle, words->mount);
	char *source = bundle_source(words->bundle, words->mount);
	bool denied = words->denied;

	bundle_plan_point(words->bundle, words->covered, words->target, source, points);
	check_proc(words, source);
	/* The machine's whole /dev, which no rule forbids. */
	if (strcmp(words->target, "/dev") == 0 && !words->bundle->linux_.devices_ruled)
		denied = false;
	if (denied && strcmp(words->target, "/dev") == 0)
		wrong(words, "destination",
		      "linux.resources.devices denies the devices that would be bound with /dev");
	words_add_option(line, "--mount", "type=bind,src=%s,dst=%s%s%s%s%s%s%s%s%s%s%s", source,
			 words->target, words->alone ? ",bind-recursive=disabled" : "",
			 words->read_only ? ",ro" : "", words->nosuid ? ",nosuid" : "",
			 words->nodev || (denied && !is_default_device(source)) ? ",nodev" : "",
			 words->noexec ? ",noexec" : "", words->options, *propagation ? "," : "",
			 propagation, map ? ",idmap=" : "", map ? map : "");
	free(map);
	free(source);
}

/* ns-mnt has flags that it sets by itself; here the config.json alone says. In a
 * devpts there are terminals, made by the kernel, and nothing else can be. */
static char *fs_flags(const struct mount_words *words, bool read_only)
{
	bool terminals = strcmp(words->mount->type, "devpts") == 0;
	bool nodev = words->nodev || (words->denied && !terminals);

	return print_text("%s,%s,%s,%s", read_only ? "ro" : "rw", words->nosuid ? "nosuid" : "suid",
			  nodev ? "nodev" : "dev", words->noexec ? "noexec" : "exec");
}

/* On v2 one mount shows the cgroup, and on v1 one for each controller: those
 * that have a limit, in a tmpfs. */
static void plan_cgroups(struct mount_words *words, struct words *line)
{
	struct words limits = { NULL, 0 };
	static const char *const controllers[][3] = {
		{ "--memory", "memory.", "memory" },
		{ "--pids-limit", "pids.", "pids" },
		{ "--cpus", "cpu.", "cpu" },
		{ "--cpuset-cpus", "cpuset.", "cpuset" },
	};
	char *flags = fs_flags(words, words->read_only), path[PATH_MAX];
	bool shown = false;

	if (bundle_on_v2()) {
		words_add_option(line, "--mount", "type=cgroup2,dst=%s,%s%s", words->target, flags,
				 words->options);
		free(flags);
		return;
	}
	bundle_plan_limits(words->bundle, &limits);
	for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++) {
		const char *const *one = controllers[i];
		char *folder = print_text("/sys/fs/cgroup/%s", one[2]);
		bool limited = false;

		for (size_t j = 0; j < limits.count; j++)
			limited = limited || strcmp(limits.word[j], one[0]) == 0 ||
				  strncmp(limits.word[j], one[1], strlen(one[1])) == 0;
		if (limited && !shown) {
			char *writable = fs_flags(words, false);

			words_add_option(line, "--mount", "type=tmpfs,dst=%s,%s,mode=755",
					 words->target, writable);
			free(writable);
			shown = true;
		}
		/* A directory of two, "cpu,cpuacct", has both names as links. */
		if (limited && realpath(folder, path))
			words_add_option(line, "--mount", "type=cgroup,dst=%s/%s,%s,%s%s",
					 words->target, one[2], flags, strrchr(path, '/') + 1,
					 words->options);
		free(folder);
	}
	if (!shown)
		words_add_option(line, "--mount", "type=tmpfs,dst=%s,%s,mode=755", words->target,
				 flags);
	else if (words->read_only)
		words_add_option(line, "--remount-ro", "%s", words->target);
	free(flags);
}

static void plan_fs(struct mount_words *words, struct words *line)
{
	const char *type = words->mount->type, *source = words->mount->source;
	char *flags;

	if (!type || !*type || strcmp(type, "none") == 0 || strcmp(type, "bind") == 0)
		wrong(words, "type",
		      "without \"bind\" or \"rbind\" in its options a mount needs a type, as tmpfs");
	check_proc(words, NULL);
	if (bundle_idmap(words->bundle, words->mount))
		missing(words, "idmap", "the owners of files can be mapped in a bind mount only");
	if (words->propagation && strstr(words->propagation, "slave"))
		missing(words, words->propagation, "a new file system has no master to follow");
	if (strcmp(type, "cgroup") == 0 || strcmp(type, "cgroup2") == 0) {
		plan_cgroups(words, line);
		return;
	}
	if (source && strchr(source, ','))
		wrong(words, "source", "ns-mnt takes no path with a comma in it");
	flags = fs_flags(words, words->read_only);
	words_add_option(line, "--mount", "type=%s,%s%s%sdst=%s,%s%s", type,
			 source && *source ? "src=" : "", source ? source : "",
			 source && *source ? "," : "", words->target, flags, words->options);
	free(flags);
}

bool bundle_shows_cgroups(const struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->mount_count; i++)
		if (bundle->mounts[i].type && strncmp(bundle->mounts[i].type, "cgroup", 6) == 0)
			return true;
	return false;
}

/* Whether a mount says what /dev is. */
static bool has_dev(const struct bundle *bundle)
{
	bool found = false;

	for (size_t i = 0; i < bundle->mount_count && !found; i++) {
		struct mount_words words = { .bundle = bundle, .mount = &bundle->mounts[i] };
		char *target = clean_target(&words);

		found = strcmp(target, "/dev") == 0;
		free(target);
	}
	return found;
}

void bundle_plan_mounts(const struct bundle *bundle, struct words *line)
{
	bool devices = false, dev = has_dev(bundle), denied = bundle_devices_by_nodev(bundle);
	bool by_cgroup = bundle->linux_.devices_by_cgroup;
	struct words mounts = { NULL, 0 }, covered = { NULL, 0 };
	const char *propagation = propagation_of(bundle, NULL);

	if (bundle_follows(bundle))
		words_add_option(line, "--propagation", "slave");
	/* The paths outside have none, as we looked: who puts one there now wants
	 * to lead us elsewhere. */
	words_add(line, "--no-symlinks");
	words_add_option(line, "--root", "%s", bundle->root.path);
	if (!dev)
		bundle_plan_point(bundle, &covered, "/dev", NULL, line);
	for (size_t i = 0; i < bundle->mount_count; i++) {
		struct mount_words words = { .bundle = bundle,
					     .mount = &bundle->mounts[i],
					     .denied = denied,
					     .covered = &covered };

		words.options = copy_text("");
		words.target = clean_target(&words);
		read_options(&words);
		if (words.bind) {
			plan_bind(&words, line, &mounts);
		} else {
			bundle_plan_point(bundle, &covered, words.target, NULL, line);
			plan_fs(&words, &mounts);
		}
		if (strcmp(words.target, "/dev") == 0)
			devices = !words.bind;
		free(words.options);
		free(words.target);
	}
	/* On itself: so it covers nothing that is still needed. */
	words_add_option(line, "--mount", "type=bind,src=%s,dst=/%s%s%s%s", bundle->root.path,
			 bundle->root.readonly ? ",ro" : "", by_cgroup ? "" : ",nodev",
			 *propagation ? "," : "", propagation);
	/* The default devices have to be there, mounted on or not. */
	if (!dev)
		words_add_option(line, "--dev", "/dev");
	for (size_t i = 0; i < mounts.count; i++)
		words_add(line, "%s", mounts.word[i]);
	if (devices)
		words_add_option(line, "--devices", "/dev");
	bundle_plan_nodes(bundle, line);
	if (bundle->process.terminal && (devices || !dev))
		words_add_option(line, "--console", "/dev/console");
	for (size_t i = 0; i < bundle->linux_.masked.count; i++)
		words_add_option(line, "--mask", "-%s", bundle->linux_.masked.word[i]);
	for (size_t i = 0; i < bundle->linux_.read_only.count; i++)
		words_add_option(line, "--remount-ro", "-%s", bundle->linux_.read_only.word[i]);
}
