/* refusal.c: why a step of this tool failed, from the cgroups' own files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "memory.h"
#include "message.h"

/* "3 processes (812 bash, 900 sleep, ...)" */
static const char *members(const char *directory, char *text, size_t size)
{
	char path[PATH_MAX], list[200] = "";
	FILE *file;
	int pid, count = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	file = fopen(path, "re");
	while (file && fscanf(file, "%d", &pid) == 1) {
		char name[64] = "outside of our PID namespace";
		size_t n = strlen(list);

		if (pid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		read_file(path, name, sizeof(name));
		name[strcspn(name, "\n")] = '\0';
		if (count++ < 4)
			snprintf(list + n, sizeof(list) - n, "%s%d %s", n ? ", " : "", pid, name);
	}
	if (file)
		fclose(file);
	snprintf(text, size, "%d process%s%s%s%s%s", count, count == 1 ? "" : "es",
		 *list ? " (" : "", list, count > 4 ? ", ..." : "", *list ? ")" : "");
	return text;
}

bool cgroup_busy(const char *directory, struct reason *reason)
{
	char who[300];

	FIX("move them to a leaf:  d=%s; mkdir $d/leaf; for p in $(cat $d/cgroup.procs); do "
	    "echo $p > $d/leaf/cgroup.procs; done 2>/dev/null",
	    directory);
	return REASON("CG-BUSY", "cgroups(7)",
		      "v2 lets a cgroup have limits below it only if it holds no process "
		      "itself; %s holds %s",
		      directory, members(directory, who, sizeof(who)));
}

/* The line of a controller in /proc/cgroups, or a word of cgroup_disable= on
 * the kernel's command line. */
static bool is_disabled(const char *controller)
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

bool cgroup_missing(const struct cgroup_layout *layout, const char *controller,
		    struct reason *reason)
{
	static const char *const known[] = { "memory", "cpu",	  "pids",    "cpuset",
					     "io",     "hugetlb", "rdma",    "misc",
					     "blkio",  "devices", "freezer", NULL };
	const char *close = closest(controller, known);
	char list[300] = "", path[PATH_MAX];

	for (int i = 0; i < layout->count; i++) {
		size_t n = strlen(list);

		if (layout->all[i].version == 1) {
			snprintf(list + n, sizeof(list) - n, "%s ", layout->all[i].controllers);
			continue;
		}
		snprintf(path, sizeof(path), "%s/cgroup.controllers", layout->all[i].mount);
		if (read_file(path, list + n, sizeof(list) - n) > 0)
			list[strcspn(list, "\n")] = ' ';
	}
	if (layout->outside && !is_disabled(controller)) {
		FIX("set the limits first:  cgroup --memory 64M --cgroupns ...");
		return REASON(
			"CG-NOMOUNT", "cgroups(7)",
			"we are in a cgroup namespace, and the cgroups that are "
			"mounted here are those outside: which of them is ours can't be seen");
	}
	if (layout->count == 0) {
		FIX("as root: mount -t cgroup2 none /sys/fs/cgroup");
		return REASON("CG-NOMOUNT", "cgroups(7)",
			      "no hierarchy of cgroups is mounted here");
	}
	if (is_disabled(controller)) {
		FIX("take cgroup_disable=%s off the kernel's command line (on a Raspberry Pi: write "
		    "cgroup_enable=%s into cmdline.txt), and boot again",
		    controller, controller);
		return REASON("CG-DISABLED", "cgroups(7)",
			      "the kernel was started with the controller '%s' off", controller);
	}
	if (close && strcmp(close, controller) != 0)
		FIX("did you mean '%s'?", close);
	else
		FIX("this kernel does not have it, or it is bound to a v1 hierarchy that is not "
		    "mounted; see /proc/cgroups");
	return REASON("CG-UNKNOWN", "cgroups(7)", "the controllers that can be had here are: %s",
		      *list ? list : "none");
}

/* How to get a cgroup of one's own. */
static bool not_yours(const struct cgroup_hierarchy *hierarchy, const char *directory,
		      struct reason *reason)
{
	struct stat owner;

	if (geteuid() == 0)
		FIX("root of a user namespace is not the machine's: put cgroup first in the chain:  "
		    "cgroup ... ns-user ...");
	else if (hierarchy->version == 1)
		FIX("use sudo: v1 is not given to ordinary users");
	else if (access("/run/systemd/system", F_OK) == 0)
		FIX("systemd-run --user --scope -p Delegate=yes cgroup ...   or use sudo");
	else
		FIX("as root: d=%s/yours; mkdir $d; chown %u $d $d/cgroup.procs "
		    "$d/cgroup.subtree_control $d/cgroup.threads; echo %d > $d/cgroup.procs",
		    hierarchy->own, geteuid(), getppid());
	if (stat(directory, &owner) != 0)
		owner.st_uid = 0;
	return REASON("CG-DELEGATE", "cgroups(7)",
		      "the cgroup %s belongs to uid %u, and you are uid %u", directory,
		      owner.st_uid, geteuid());
}

static bool decide_directory(const struct cgroup_work *work,
			     const struct cgroup_hierarchy *hierarchy, int error,
			     struct reason *reason)
{
	const char *place = hierarchy->place ? hierarchy->place : hierarchy->own;

	switch (error) {
	case EACCES:
	case EPERM: return not_yours(hierarchy, place, reason);
	case EROFS:
		FIX("as root: mount -o remount,rw %s   or, for Docker: --privileged",
		    hierarchy->mount);
		return REASON("CG-READONLY", "cgroups(7)",
			      "%s is mounted read-only: you are probably inside a "
			      "container",
			      hierarchy->mount);
	case EEXIST:
		FIX("another name; or --join %s; or  rmdir %s", work->name, hierarchy->path);
		return REASON("CG-EXISTS", "cgroups(7)", "there is a cgroup %s", hierarchy->path);
	case EAGAIN:
		FIX("raise cgroup.max.depth or cgroup.max.descendants there");
		return REASON("CG-DEPTH", "cgroups(7)",
			      "%s or a cgroup above it allows no more cgroups below it "
			      "(cgroup.max.depth, cgroup.max.descendants)",
			      place);
	case ENOENT: return REASON("CG-NOMOUNT", "cgroups(7)", "there is no cgroup %s", place);
	case ENOTDIR:
		return REASON("CG-NOMOUNT", "cgroups(7)",
			      "%s is no cgroup; something else may be mounted there", place);
	}
	return false;
}

/* The file in a cgroup whose name is closest to the one that was typed. */
static bool closest_knob(const char *directory, const char *typed, char *name, size_t size)
{
	const char *names[200], *close;
	int count = 0;
	DIR *files = opendir(directory);
	struct dirent *entry;

	while (files && count < 199 && (entry = readdir(files)))
		if (entry->d_type == DT_REG)
			names[count++] = copy_text(entry->d_name);
	names[count] = NULL;
	if (files)
		closedir(files);
	close = closest(typed, names);
	if (close)
		snprintf(name, size, "%s", close);
	return close != NULL;
}

/* What the other version calls a knob, or comes closest; NULL if not known. */
static const char *other_name(const char *knob)
{
	static const char *const pairs[][2] = {
		{ "memory.max", "memory.limit_in_bytes" },
		{ "memory.swap.max", "memory.memsw.limit_in_bytes" },
		{ "memory.high", "memory.soft_limit_in_bytes" },
		{ "cpu.max", "cpu.cfs_quota_us" },
		{ "cpu.weight", "cpu.shares" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		for (int j = 0; j < 2; j++)
			if (strcmp(pairs[i][j], knob) == 0)
				return pairs[i][1 - j];
	return NULL;
}

/* A knob was written to. */
static bool decide_knob(struct cgroup_work *work, int error, struct reason *reason)
{
	char controller[80], name[256];
	const struct cgroup_hierarchy *cgroup;

	snprintf(controller, sizeof(controller), "%.*s", (int)strcspn(work->at, "."), work->at);
	cgroup = cgroup_with(&work->layout, controller);
	if (!cgroup)
		return false;
	switch (error) {
	case ENOENT:
		if (strstr(work->at, "swap") || strstr(work->at, "memsw")) {
			FIX("leave --memory-swap away; or boot with swapaccount=1");
			return REASON("CG-SWAP", "cgroups(7)",
				      "this kernel does not count swap: there is no %s", work->at);
		}
		if (other_name(work->at))
			FIX("v%d calls it %s; the options --memory, --memory-swap, --cpus work on both",
			    cgroup->version, other_name(work->at));
		else if (closest_knob(cgroup->path, work->at, name, sizeof(name)))
			FIX("did you mean '%s'?", name);
		return REASON(
			cgroup->version == 1 ? "CG-HYBRID" : "CG-VALUE", "cgroups(7)",
			"the controller '%s' is cgroup v%d's here, and has no such knob; v%d's "
			"knobs have other names",
			controller, cgroup->version, 3 - cgroup->version);
	case EINVAL:
	case ERANGE:
	case EBADMSG:
	case EOVERFLOW:
		if (strncmp(work->at, "cpuset.", 7) == 0)
			break;
		FIX("a number, a size such as 64M, or max; less than the cgroup above has");
		return REASON("CG-VALUE", "cgroups(7)",
			      "the kernel does not take this value for %s", work->at);
	case EOPNOTSUPP:
		return REASON("CG-VALUE", "cgroups(7)", "the kernel does not support %s here",
			      work->at);
	case ENODEV:
	case EACCES:
	case EPERM: break;
	default: return false;
	}
	if (strncmp(work->at, "cpuset.", 7) == 0) {
		FIX("see which there are:  cat %s/cpuset.cpus*", cgroup->place);
		return REASON("CG-CPUSET", "cgroups(7)",
			      "one can have only CPUs that exist and that the cgroup "
			      "above has");
	}
	FIX("leave this knob alone, or ask for less than the cgroup above has");
	return REASON("CG-VALUE", "cgroups(7)", "%s can't be written to here", work->at);
}

/* A process was to enter a cgroup. */
static bool decide_join(const struct cgroup_hierarchy *hierarchy, int error, struct reason *reason)
{
	switch (error) {
	case EBUSY:
		FIX("join a cgroup below it:  ls -d %s/*/", hierarchy->path);
		return REASON("CG-BUSY", "cgroups(7)",
			      "v2 lets processes live only in leaves, and cgroups below "
			      "%s have limits (its cgroup.subtree_control is not empty)",
			      hierarchy->path);
	case EOPNOTSUPP:
		FIX("take the controllers away again:  cat %s/cgroup.subtree_control; echo "
		    "'-pids -cpu' > %s/cgroup.subtree_control",
		    hierarchy->place, hierarchy->place);
		return REASON("CG-THREADED", "cgroups(7)",
			      "%s is a 'domain invalid' cgroup: a controller was "
			      "enabled above it in a cgroup with processes in it",
			      hierarchy->path);
	case EACCES:
	case EPERM: return not_yours(hierarchy, hierarchy->own, reason);
	case ENOSPC:
		FIX("as root: cat %s/../cpuset.mems > %s/cpuset.mems, the same with cpuset.cpus",
		    hierarchy->path, hierarchy->path);
		return REASON("CG-CPUSET", "cgroups(7)",
			      "the cpuset %s has no CPU or no memory node yet (v1)",
			      hierarchy->path);
	case EAGAIN:
		FIX("see the limits:  ulimit -u;  cat %s/pids.max", hierarchy->own);
		return REASON("CG-PIDS", "cgroups(7)",
			      "a limit on the number of processes is reached: one of this "
			      "user's (ulimit -u), or pids.max of a cgroup");
	case ENOENT:
	case ENODEV:
		return REASON("CG-GONE", "cgroups(7)", "somebody has removed %s meanwhile",
			      hierarchy->path);
	}
	return false;
}

bool cgroup_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	struct cgroup_work *work = argument;
	const struct cgroup_hierarchy *at = NULL, *unified = NULL;

	(void)state;
	if (work->known) {
		*reason = *work->known;
		return true;
	}
	if (strstr(call, "cgroup_find(") && error == ENOENT) {
		FIX("put cgroup first in the chain:  cgroup ... chroot DIR ...");
		return REASON("CG-NOMOUNT", "cgroups(7)",
			      "there is no /proc here; after chroot the files of the "
			      "cgroups, which lie in /sys/fs/cgroup, are out of reach as well");
	}
	for (int i = 0; i < work->layout.count; i++) {
		struct cgroup_hierarchy *hierarchy = &work->layout.all[i];

		if (hierarchy->version == 2)
			unified = hierarchy;
		if (hierarchy == work->in)
			at = hierarchy;
	}
	if (strstr(call, "fork_into(") && unified && unified->used)
		return decide_join(unified, error, reason);
	if (strstr(call, "write_knob("))
		return decide_knob(work, error, reason);
	if (unified &&
	    (strstr(call, "\"cgroup.subtree_control\"") || strstr(call, "\"cgroup.procs\""))) {
		switch (error) {
		case EBUSY: return cgroup_busy(work->at, reason);
		case EOPNOTSUPP:
			FIX("cat %s/cgroup.type; take the controllers away above it, or use another "
			    "cgroup",
			    work->at);
			return REASON(
				"CG-THREADED", "cgroups(7)",
				"%s is 'threaded' or 'domain invalid': a "
				"controller was enabled above it in a cgroup with processes in "
				"it",
				work->at);
		case EACCES:
		case EPERM:
			FIX("as root: echo +%s > %s/cgroup.subtree_control", work->controller,
			    work->at);
			return REASON("CG-PARENT", "cgroups(7)",
				      "%s has '%s' in cgroup.controllers but not in "
				      "cgroup.subtree_control, and that file is not yours",
				      work->at, work->controller);
		}
		return false;
	}
	if (!at)
		return false;
	if (strstr(call, "join("))
		return decide_join(at, error, reason);
	if (strstr(call, "mkdir(") || strstr(call, "cgroup_open("))
		return decide_directory(work, at, error, reason);
	return false;
}
