/* plan.c: from what a container is to be, to the chain that makes it.
 *
 * The order of the links is fixed, and each place has its reason: the cgroup
 * first, as its files are outside; the user namespace next, since it owns all
 * that come after it; the mounts before the root changes, as they are made
 * from outside; capabilities late, since all before needs them; the security
 * modules last, as they would forbid the rest. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For one question: may we make a cgroup here? */
#include "../cgroup/cgroup.h"
#include "account.h"
#include "chain.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "path.h"
#include "plan.h"

/* Begins the next link. */
static struct words *add_row(struct chain *chain, const char *tool, const char *comment)
{
	struct row *row = &chain->rows[chain->count++];

	row->comment = comment;
	words_add(&row->words, "%s", tool);
	return &row->words;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Whether there is certainly no such path: what can't be looked at is not. */
static bool is_missing(const char *path)
{
	return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Where the new root is put together, until it becomes "/": an old folder
 * that covers nothing we still need. Seen by nobody else: it is a mount of
 * our own namespace. */
static const char *pick_mount_point(const struct config *config)
{
	static const char *const folders[] = { "/mnt",	"/media", "/srv", "/opt",
					       "/home", "/var",	  NULL };
	const char *tools = tool_directory();
	struct stat status;

	for (const char *const *folder = folders; *folder; folder++) {
		bool used = stat(*folder, &status) != 0 || !S_ISDIR(status.st_mode) ||
			    (tools && path_is_below(tools, *folder)) ||
			    (config->root.path && path_is_below(config->root.path, *folder));

		for (size_t i = 0; i < config->mount_count && !used; i++)
			used = config->mounts[i].source &&
			       path_is_below(config->mounts[i].source, *folder);
		if (!used)
			return *folder;
	}
	die("there is no folder to build the new root on: tried /mnt, /media, /srv, /opt, /home, /var");
}

static bool have_limits(const struct config *config)
{
	return config->linux_.memory || config->linux_.cpus || config->linux_.pids;
}

/* The user of the container, when it is not root. */
static bool find_user(const struct config *config, struct account *account)
{
	if (!config->process.user)
		return false;
	account_find(config->root.path ? config->root.path : "/", config->process.user, account);
	return true;
}

static const char *hostname_of(const struct config *config)
{
	return config->hostname ? config->hostname : "strata";
}

static void plan_env(const struct config *config, struct chain *chain, const char *home)
{
	struct words *words = add_row(chain, "env", "a clean environment");
	const char *terminal = getenv("TERM");

	words_add(words, "-i");
	words_add(words, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	words_add(words, "HOME=%s", home);
	if (!config->linux_.host_uts && !config_without(config, "ns-uts"))
		words_add(words, "HOSTNAME=%s", hostname_of(config));
	if (terminal && *terminal)
		words_add(words, "TERM=%s", terminal);
	for (size_t i = 0; i < config->process.env.count; i++)
		words_add(words, "%s", config->process.env.word[i]);
}

static void plan_cgroup(const struct config *config, struct chain *chain)
{
	struct words *words;
	char why[1000];

	if (config_without(config, "cgroup"))
		return;
	/* Limits that can't be had are an error, which the link will explain.
	 * A cgroup without limits is only for order; but it is not left out
	 * without a word. */
	if (!have_limits(config) && !cgroup_can_create(why, sizeof(why))) {
		note("no cgroup of its own: %s ('--without cgroup' says that this is meant)", why);
		return;
	}
	words = add_row(chain, "cgroup", "limits, and all of it gone at the end");
	if (config->linux_.memory)
		words_add_option(words, "--memory", "%s", config->linux_.memory);
	if (config->linux_.cpus)
		words_add_option(words, "--cpus", "%s", config->linux_.cpus);
	if (config->linux_.pids)
		words_add_option(words, "--pids-limit", "%s", config->linux_.pids);
}

static bool plan_user(const struct config *config, struct chain *chain)
{
	static struct account account;
	struct words *words;

	if (config_without(config, "ns-user") || config->linux_.host_user) {
		if (geteuid() != 0)
			die("without a user namespace only root can make the rest; you are uid %u",
			    geteuid());
		return false;
	}
	words = add_row(chain, "ns-user", "the powers that follow end at this border");
	/* An ordinary user has one id to map, so it becomes the one asked for. */
	if (geteuid() != 0 && find_user(config, &account)) {
		words_add_option(words, "--uid-map", "%u:%u:1", account.uid, geteuid());
		words_add_option(words, "--gid-map", "%u:%u:1", account.gid, getegid());
		words_add(words, "--keep-caps");
	}
	return true;
}

static bool is_own(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_uid == geteuid();
}

static void plan_root(const struct config *config, struct words *words, const char *home)
{
	const char *path = config->root.path;

	if (!path) {
		/* The machine itself is the image: to be read, with fresh
		 * folders where programs expect to write. */
		words_add_option(words, "--mount", "type=bind,src=/,dst=/,ro,nodev");
		words_add_option(words, "--tmpfs", "/tmp:mode=1777");
		words_add_option(words, "--tmpfs", "/run:mode=755");
		if (strpbrk(home, ":,"))
			die("HOME=%s: a tmpfs can't be put on a name with ':' or ','", home);
		if (strcmp(home, "/") != 0)
			words_add_option(words, "--tmpfs", "%s:mode=700", home);
	} else if (config->root.readonly) {
		words_add_option(words, "--mount", "type=bind,src=%s,dst=/,ro,nodev", path);
	} else if (config->root.writable) {
		words_add_option(words, "--mount", "type=bind,src=%s,dst=/,nodev", path);
	} else {
		words_add_option(words, "--overlay", "%s:/", path);
		/* In an ordinary user's map a directory of somebody else's can't
		 * be copied up, so nothing could be written anywhere. */
		if (geteuid() != 0 && !is_own(path))
			words_add_option(words, "--tmpfs", "/tmp:mode=1777");
	}
}

/* Shows the container its own cgroup, at the usual place. On v2 that is one
 * mount. On v1 each controller has its own hierarchy, sometimes two together
 * ("cpu,cpuacct"): those with a limit are shown. */
static void plan_cgroup_mounts(const struct config *config, struct words *words)
{
	const struct {
		const char *limit, *folder;
	} controllers[] = {
		{ config->linux_.memory, "/sys/fs/cgroup/memory" },
		{ config->linux_.cpus, "/sys/fs/cgroup/cpu" },
		{ config->linux_.pids, "/sys/fs/cgroup/pids" },
	};
	char path[PATH_MAX];

	if (exists("/sys/fs/cgroup/cgroup.controllers")) {
		words_add_option(words, "--mount", "type=cgroup2,dst=/sys/fs/cgroup");
		return;
	}
	if (have_limits(config))
		words_add_option(words, "--tmpfs", "/sys/fs/cgroup:mode=755");
	for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++)
		if (controllers[i].limit && realpath(controllers[i].folder, path))
			words_add_option(words, "--mount", "type=cgroup,dst=%s,%s",
					 controllers[i].folder, strrchr(path, '/') + 1);
		else if (controllers[i].limit && errno != ENOENT)
			die_errno("cannot find %s", controllers[i].folder);
}

static void plan_kernel_mounts(const struct config *config, struct words *words, bool user)
{
	/* Docker's lists: what tells about the machine, and what switches it.
	 * Not every kernel has all of them: '-' is "if it is there". */
	static const char *const masked[] = {
		"/proc/asound",	    "/proc/acpi",	 "/proc/interrupts",
		"/proc/kcore",	    "/proc/keys",	 "/proc/latency_stats",
		"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
		"/proc/scsi",	    "/sys/firmware",	 "/sys/devices/virtual/powercap",
	};
	static const char *const read_only[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
						 "/proc/sysrq-trigger" };
	bool pid = !config->linux_.host_pid && !config_without(config, "ns-pid");
	bool net = !config->linux_.host_network && !config_without(config, "ns-net");
	bool ipc = !config->linux_.host_ipc && !config_without(config, "ns-ipc");

	/* A user namespace may mount /proc only for a PID namespace that it
	 * owns, and /sys for a network namespace; else the machine's is bound. */
	if (pid || !user)
		words_add_option(words, "--proc", "/proc");
	else
		words_add_option(words, "--bind", "/proc:/proc");
	if (net || !user)
		words_add_option(words, "--sys", "/sys");
	else
		words_add_option(words, "--ro-bind", "/sys:/sys");
	if ((net || !user) && !config->linux_.host_cgroup && !config_without(config, "cgroup"))
		plan_cgroup_mounts(config, words);
	words_add_option(words, "--dev", "/dev");
	if (ipc) {
		words_add_option(words, "--mount", "type=mqueue,dst=/dev/mqueue");
	} else {
		if (!is_missing("/dev/shm"))
			words_add_option(words, "--bind", "/dev/shm:/dev/shm");
		if (!is_missing("/dev/mqueue"))
			words_add_option(words, "--bind", "/dev/mqueue:/dev/mqueue");
	}

	for (size_t i = 0; i < sizeof(masked) / sizeof(*masked); i++)
		words_add_option(words, "--mask", "-%s", masked[i]);
	for (size_t i = 0; i < sizeof(read_only) / sizeof(*read_only); i++)
		words_add_option(words, "--remount-ro", "-%s", read_only[i]);
	/* With the machine's /sys comes what is mounted in it. */
	if (user && !net) {
		words_add_option(words, "--mask", "-/sys/kernel/debug");
		words_add_option(words, "--mask", "-/sys/kernel/tracing");
	}
}

/* Names are looked up through a file that the machine keeps current. */
static void plan_names(const struct config *config, struct words *words)
{
	char path[PATH_MAX];

	if (!config->linux_.host_network || !realpath("/etc/resolv.conf", path))
		return;
	if (config->root.path && !config->root.readonly && !config->root.writable)
		words_add_option(words, "--mount", "type=bind,src=%s,dst=/etc/resolv.conf,ro",
				 path);
	else if (!config->root.path && path_is_below(path, "/run"))
		words_add_option(words, "--mount", "type=bind,src=%s,dst=%s,ro", path, path);
}

/* A device that is named is meant; those in a directory are not. */
static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) != 0 || S_ISDIR(status.st_mode);
}

static void plan_mounts(const struct config *config, struct chain *chain, const char *home,
			const char *folder, bool user)
{
	struct words *words;

	if (config_without(config, "ns-mnt"))
		return;
	words = add_row(chain, "ns-mnt", "the new root, put together where nobody else sees it");
	words_add_option(words, "--root", "%s", folder);
	plan_root(config, words, home);
	plan_kernel_mounts(config, words, user);
	plan_names(config, words);
	for (size_t i = 0; i < config->mount_count; i++) {
		const struct config_mount *mount = &config->mounts[i];

		if (!mount->source)
			words_add_option(words, "--tmpfs", "%s%s%s", mount->target,
					 mount->options ? ":" : "",
					 mount->options ? mount->options : "");
		else
			words_add_option(words, "--mount", "type=bind,src=%s,dst=%s%s%s",
					 mount->source, mount->target,
					 mount->read_only ? ",ro" : "",
					 is_directory(mount->source) ? ",nodev" : "");
	}
}

static void plan_chroot(const struct config *config, struct chain *chain, const char *folder)
{
	bool mounts = !config_without(config, "ns-mnt");
	struct words *words;

	if (config_without(config, "chroot"))
		return;
	words = add_row(chain, "chroot", "the new root, and the old one gone");
	if (mounts)
		words_add(words, "--pivot");
	if (config->process.cwd)
		words_add_option(words, "--wd", "%s", config->process.cwd);
	if (chain->file)
		words_add_option(words, "--keep-fd", "3");
	words_add(words, "%s", mounts ? folder : config->root.path ? config->root.path : "/");
}

/* An ordinary user can't drop its groups, nor can who is root in a user
 * namespace of such a one. user_namespaces(7), "setgroups". */
static bool may_set_groups(void)
{
	char text[16];

	return read_file("/proc/self/setgroups", text, sizeof(text)) < 0 ||
	       strncmp(text, "deny", 4) != 0;
}

static void plan_capabilities(const struct config *config, struct chain *chain)
{
	static struct account account;
	struct words *words;
	bool preset = true;

	if (config_without(config, "capdrop"))
		return;
	words = add_row(chain, "capdrop", "few of root's powers, and no way to more");
	for (size_t i = 0; i < config->process.cap_drop.count; i++)
		if (strcasecmp(config->process.cap_drop.word[i], "all") == 0)
			preset = false;
	if (preset)
		words_add_option(words, "--preset", "docker");
	else if (!config->process.cap_add.count)
		words_add_option(words, "--drop", "all");
	for (size_t i = 0; i < config->process.cap_add.count; i++)
		words_add_option(words, preset ? "--add" : "--keep", "%s",
				 config->process.cap_add.word[i]);
	for (size_t i = 0; i < config->process.cap_drop.count; i++)
		if (strcasecmp(config->process.cap_drop.word[i], "all") != 0)
			words_add_option(words, "--drop", "%s", config->process.cap_drop.word[i]);
	/* The groups of who started this are groups of the machine. */
	if (geteuid() == 0) {
		if (find_user(config, &account))
			/* Without an entry in its passwd: group 0, as in Docker. */
			words_add_option(words, "--user", "%s%s", config->process.user,
					 account.has_gid ? "" : ":0");
		else if (may_set_groups())
			words_add(words, "--clear-groups");
	}
	if (config->process.new_privileges)
		words_add(words, "--allow-new-privs");
}

static void plan_security(const struct config *config, struct chain *chain)
{
	const char *seccomp = config->linux_.seccomp;
	bool off = seccomp && strcmp(seccomp, "unconfined") == 0;
	struct words *words;

	if (config_without(config, "lsm"))
		return;
	if (config->process.new_privileges && !off)
		die("a seccomp filter after the capabilities are gone needs no_new_privs; with "
		    "no-new-privileges=false give seccomp=unconfined as well");
	if (off && config->process.new_privileges && !config->process.apparmor &&
	    !config->process.selinux)
		return;
	words = add_row(chain, "lsm", "no system calls but those that programs need");
	if (off)
		words_add_option(words, "--seccomp", "none");
	else if (chain->file)
		words_add_option(words, "--seccomp", "fd:3");
	if (config->process.apparmor)
		words_add_option(words, "--apparmor-profile", "%s", config->process.apparmor);
	if (config->process.selinux)
		words_add_option(words, "--selinux-label", "%s", config->process.selinux);
	if (config->process.new_privileges)
		words_add(words, "--allow-new-privs");
}

/* The home inside: that of the user there; on the machine's own root that of
 * who calls us, with a fresh tmpfs on it. */
static const char *find_home(const struct config *config)
{
	static struct account account;
	const char *home = getenv("HOME");

	if (find_user(config, &account))
		home = account.home;
	else if (config->root.path)
		home = "/root";
	if (config->root.path)
		return home;
	/* "//" is no home, but the whole root. */
	return home && *home == '/' && home[strspn(home, "/.")] && exists(home) ? home : "/";
}

/* What was asked for is never dropped without a word, because the layer that
 * would do it is left out. */
static void refuse_contradictions(const struct config *config)
{
	const char *seccomp = config->linux_.seccomp;
	const struct {
		const char *layer, *options;
		bool asked;
	} table[] = {
		{ "cgroup", "--memory, --cpus and --pids-limit", have_limits(config) },
		{ "ns-uts", "--hostname", config->hostname != NULL },
		{ "ns-mnt", "--volume and --tmpfs", config->mount_count > 0 },
		{ "ns-mnt", "--rootfs without :rw, whose changes are thrown away, and --read-only",
		  config->root.readonly || (config->root.path && !config->root.writable) },
		{ "chroot", "--rootfs, --read-only, --volume, --tmpfs and --workdir",
		  config->root.path || config->root.readonly || config->mount_count > 0 ||
			  config->process.cwd },
		{ "ns-pid", "--init", config->init },
		{ "capdrop", "--security-opt no-new-privileges",
		  config->process.no_new_privileges && config_without(config, "lsm") },
		{ "capdrop", "--cap-add and --cap-drop",
		  config->process.cap_add.count || config->process.cap_drop.count },
		{ "capdrop", "--user", config->process.user && geteuid() == 0 },
		{ "lsm", "--security-opt seccomp=, apparmor= and label=",
		  (seccomp && strcmp(seccomp, "unconfined") != 0) || config->process.apparmor ||
			  config->process.selinux },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].asked && config_without(config, table[i].layer))
			die("%s: not without %s, which --without leaves out", table[i].options,
			    table[i].layer);
	if (config->init && config->linux_.host_pid)
		die("--init does not go with --pid host: there is a process 1 there already");
}

void plan_compile(const struct config *config, struct chain *chain)
{
	const char *folder = pick_mount_point(config), *home = find_home(config);
	struct words *words;
	bool user;

	refuse_contradictions(config);
	memset(chain, 0, sizeof(*chain));
	if (config->linux_.seccomp && strcmp(config->linux_.seccomp, "unconfined") != 0)
		chain->file = config->linux_.seccomp;

	plan_env(config, chain, home);
	plan_cgroup(config, chain);
	user = plan_user(config, chain);
	if (!config->linux_.host_cgroup && !config_without(config, "cgroup")) {
		words = add_row(chain, "cgroup", "its cgroup looks like the topmost");
		words_add(words, "--cgroupns");
	}
	if (!config->linux_.host_pid && !config_without(config, "ns-pid"))
		add_row(chain, "ns-pid", "process ids from 1 on");
	if (!config->linux_.host_uts && !config_without(config, "ns-uts")) {
		words = add_row(chain, "ns-uts", "a host name");
		words_add_option(words, "--hostname", "%s", hostname_of(config));
	}
	if (!config->linux_.host_ipc && !config_without(config, "ns-ipc"))
		add_row(chain, "ns-ipc", "message queues and shared memory");
	if (!config->linux_.host_network && !config_without(config, "ns-net"))
		add_row(chain, "ns-net", "a network with nothing but lo");
	plan_mounts(config, chain, home, folder, user);
	plan_chroot(config, chain, folder);
	plan_capabilities(config, chain);
	plan_security(config, chain);
	if (config->init) {
		words = add_row(chain, "ns-pid", "an init that passes signals on and reaps");
		words_add(words, "--reap");
	}

	words = add_row(chain, "--", NULL);
	for (char **arg = config->process.args; *arg; arg++)
		words_add(words, "%s", *arg);
	if (!*config->process.args)
		words_add(words, "sh");
}
