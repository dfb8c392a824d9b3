/* root.c: the link that puts the new root together: ns-mnt. See root.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "machine.h"
#include "message.h"
#include "network.h"
#include "path.h"
#include "root.h"

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Whether there is certainly no such path: what can't be looked at is not. */
static bool is_missing(const char *path)
{
	return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Seen by nobody else: it is a mount of our own namespace. */
const char *root_place(const struct config *config)
{
	static const char *const folders[] = { "/mnt",	"/media", "/srv", "/opt",
					       "/home", "/var",	  NULL };
	const char *tools = tool_directory();
	struct stat status;

	for (const char *const *folder = folders; *folder; folder++) {
		bool used = stat(*folder, &status) != 0 || !S_ISDIR(status.st_mode) ||
			    (tools && path_is_below(tools, *folder));

		for (size_t i = 0; i < config->outside.count && !used; i++)
			used = path_is_below(config->outside.word[i], *folder);
		if (!used)
			return *folder;
	}
	die("there is no directory to build the new root on: tried /mnt, /media, /srv, /opt, /home, "
	    "/var");
}

static bool is_own(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_uid == geteuid();
}

/* The machine itself is the image: to be read, with fresh directories where
 * programs expect to write. */
static void plan_machine(const struct config *config, struct words *words, const char *home,
			 const char *place)
{
	words_add_option(words, "--mount", "type=bind,src=/,dst=/,ro,nodev");
	if (config->root.overlay)
		machine_overlays(words, home, place);
	words_add_option(words, "--tmpfs", "/tmp:mode=1777");
	words_add_option(words, "--tmpfs", "/run:mode=755");
	if (strpbrk(home, ":,"))
		die("HOME=%s: a tmpfs can't be put on a name with ':' or ','", home);
	if (strcmp(home, "/") != 0)
		words_add_option(words, "--tmpfs", "%s:mode=700", home);
}

static void plan_image(const struct config *config, struct words *words)
{
	const char *path = config->root.path;

	if (config->root.readonly) {
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
		{ config->linux_.cpuset, "/sys/fs/cgroup/cpuset" },
		{ config->linux_.pids, "/sys/fs/cgroup/pids" },
	};
	/* Without a word ns-mnt makes them read-only. */
	const char *write = config->privileged ? ",rw" : "";
	char path[PATH_MAX];

	if (exists("/sys/fs/cgroup/cgroup.controllers")) {
		words_add_option(words, "--mount", "type=cgroup2,dst=/sys/fs/cgroup%s", write);
		return;
	}
	if (config_has_limits(config))
		words_add_option(words, "--tmpfs", "/sys/fs/cgroup:mode=755");
	for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++)
		if (controllers[i].limit && realpath(controllers[i].folder, path))
			words_add_option(words, "--mount", "type=cgroup,dst=%s,%s%s",
					 controllers[i].folder, strrchr(path, '/') + 1, write);
		else if (controllers[i].limit && errno != ENOENT)
			die_errno("cannot find %s", controllers[i].folder);
}

static void plan_sys(const struct config *config, struct words *words, bool fresh)
{
	if (!fresh)
		words_add_option(words, config->privileged ? "--bind" : "--ro-bind", "/sys:/sys");
	else if (config->privileged)
		words_add_option(words, "--mount", "type=sysfs,dst=/sys,rw");
	else
		words_add_option(words, "--sys", "/sys");
	if (fresh && !config->linux_.host_cgroup && !config_without(config, "cgroup"))
		plan_cgroup_mounts(config, words);
}

static void plan_dev(const struct config *config, struct words *words, bool ipc)
{
	if (config->privileged) {
		/* All devices of the machine. That the directory is read-only
		 * keeps nobody from writing to a device, but from removing it.
		 * Terminals and shared memory are new ones. */
		words_add_option(words, "--mount", "type=bind,src=/dev,dst=/dev,ro");
		words_add_option(
			words, "--mount",
			"type=devpts,dst=/dev/pts,newinstance,ptmxmode=0666,mode=0620,dev,noexec");
		if (!is_missing("/dev/shm") && ipc)
			words_add_option(words, "--tmpfs", "/dev/shm:mode=1777,size=64m,noexec");
		if (!is_missing("/dev/mqueue") && ipc)
			words_add_option(words, "--mount", "type=mqueue,dst=/dev/mqueue");
		return;
	}
	words_add_option(words, "--dev", "/dev");
	if (ipc) {
		words_add_option(words, "--mount", "type=mqueue,dst=/dev/mqueue");
	} else {
		if (!is_missing("/dev/shm"))
			words_add_option(words, "--bind", "/dev/shm:/dev/shm");
		if (!is_missing("/dev/mqueue"))
			words_add_option(words, "--bind", "/dev/mqueue:/dev/mqueue");
	}
}

static void plan_masks(struct words *words, bool machines_sys)
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

	for (size_t i = 0; i < sizeof(masked) / sizeof(*masked); i++)
		words_add_option(words, "--mask", "-%s", masked[i]);
	for (size_t i = 0; i < sizeof(read_only) / sizeof(*read_only); i++)
		words_add_option(words, "--remount-ro", "-%s", read_only[i]);
	/* With the machine's /sys comes what is mounted in it. */
	if (machines_sys) {
		words_add_option(words, "--mask", "-/sys/kernel/debug");
		words_add_option(words, "--mask", "-/sys/kernel/tracing");
	}
}

static void plan_kernel_mounts(const struct config *config, struct words *words, bool user)
{
	bool pid = !config->linux_.host_pid && !config_without(config, "ns-pid");
	bool net = !config->linux_.host_network && !config_without(config, "ns-net");
	bool ipc = !config->linux_.host_ipc && !config_without(config, "ns-ipc");

	/* A user namespace may mount /proc only for a PID namespace that it
	 * owns, and /sys for a network namespace; else the machine's is bound. */
	if (pid || !user)
		words_add_option(words, "--proc", "/proc");
	else
		words_add_option(words, "--bind", "/proc:/proc");
	plan_sys(config, words, net || !user);
	plan_dev(config, words, ipc);
	if (!config->privileged)
		plan_masks(words, user && !net);
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

/* A volume begins with what the root has there, as in docker; so it is an
 * overlay over that, or empty. */
static void plan_volume(const struct config *config, const struct config_mount *mount,
			struct words *words)
{
	char path[PATH_MAX];

	if (!mount->empty && machine_find_below(config->root.path ? config->root.path : "/",
						mount->target, path, sizeof(path)))
		words_add_option(words, "--overlay", "%s:%s", path, mount->target);
	else
		words_add_option(words, "--tmpfs", "%s:mode=755", mount->target);
	if (mount->read_only)
		words_add_option(words, "--remount-ro", "%s", mount->target);
}

static void plan_mount(const struct config *config, const struct config_mount *mount,
		       struct words *words)
{
	const char *options = mount->options ? mount->options : "";

	switch (mount->kind) {
	case CONFIG_TMPFS:
		words_add_option(words, "--tmpfs", "%s%s%s", mount->target, *options ? ":" : "",
				 options);
		break;
	case CONFIG_BIND:
		words_add_option(words, "--mount", "type=bind,src=%s,dst=%s%s%s", mount->source,
				 mount->target, mount->read_only ? ",ro" : "",
				 is_directory(mount->source) ? ",nodev" : "");
		break;
	case CONFIG_DEVICE:
		words_add_option(words, "--mount", "type=bind,src=%s,dst=%s", mount->source,
				 mount->target);
		break;
	case CONFIG_OVERLAY:
		words_add_option(words, "--overlay", "%s:%s%s", mount->source, mount->target,
				 options);
		break;
	case CONFIG_VOLUME: plan_volume(config, mount, words); break;
	}
}

void root_plan(const struct config *config, struct words *words, const char *home,
	       const char *place, bool user)
{
	words_add_option(words, "--root", "%s", place);
	if (config->root.path)
		plan_image(config, words);
	else
		plan_machine(config, words, home, place);
	plan_kernel_mounts(config, words, user);
	if (config->linux_.bridge_network || config->linux_.user_network)
		network_plan_names(config, words);
	else
		plan_names(config, words);
	for (size_t i = 0; i < config->mount_count; i++)
		plan_mount(config, &config->mounts[i], words);
}
