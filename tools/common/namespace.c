/* namespace.c: naming a namespace that exists already. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "namespace.h"
#include "number.h"
#include "paste.h"
#include "step.h"
#include "why.h"

struct joining joining;

static const struct {
	const char *type, *name;
	int flag;
} types[] = {
	{ "uts", "UTS", CLONE_NEWUTS },		 { "pid", "PID", CLONE_NEWPID },
	{ "mnt", "mount", CLONE_NEWNS },	 { "ipc", "IPC", CLONE_NEWIPC },
	{ "net", "network", CLONE_NEWNET },	 { "user", "user", CLONE_NEWUSER },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP }, { "time", "time", CLONE_NEWTIME },
};
#define TYPES (sizeof(types) / sizeof(*types))

bool in_user_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/user", &status) == 0 && status.st_ino != FIRST_USER_NAMESPACE;
}

static const char *option(void)
{
	return joining.option ? joining.option : "--join";
}

static size_t index_of(const char *type)
{
	size_t i = 0;

	while (i < TYPES && strcmp(types[i].type, type) != 0)
		i++;
	return i;
}

/* Refuses a file that is no namespace of this type: setns(2) would say no more
 * than EINVAL. ioctl_ns(2). */
static void refuse_other_type(int fd, const char *type, const char *path)
{
	const char *name = types[index_of(type)].name;
	struct reason why, *reason = &why;
	int flag = ioctl(fd, NS_GET_NSTYPE);

	if (flag == types[index_of(type)].flag)
		return;
	memset(reason, 0, sizeof(*reason));
	for (size_t i = 0; i < TYPES; i++)
		if (flag == types[i].flag) {
			FIX("take the tool for that kind of namespace, or the file 'ns/%s'", type);
			(void)REASON("NS-JOIN-TYPE", "namespaces(7)", "it is a %s namespace",
				     types[i].name);
		}
	if (!*reason->id) {
		FIX("as root:  touch FILE; mount --bind /proc/PID/ns/%s FILE", type);
		(void)REASON("NS-JOIN-TYPE", "namespaces(7)",
			     "it is an ordinary file; one becomes a name for a namespace when the "
			     "namespace is bound to it");
	}
	why_refuse(reason, "%s: %s is no %s namespace", option(), path, name);
}

static void refuse_gone(const char *type, const char *target)
{
	struct reason why, *reason = &why;
	char path[64];

	memset(reason, 0, sizeof(*reason));
	snprintf(path, sizeof(path), "/proc/%.20s/ns/%.20s", target, type);
	if (access(path, F_OK) == 0) {
		FIX("name the namespace and not the number:  %s", paste_swap(target, path));
		(void)REASON(
			"NS-JOIN-GONE", "pid_namespaces(7)",
			"we are in a PID namespace of our own, in which no process has this "
			"number;\n/proc still shows the processes outside, and among them it is");
		why_refuse(reason, "%s: there is no process %.20s here", option(), target);
	}
	FIX("list the processes and their numbers:  ps -e");
	(void)REASON(
		"NS-JOIN-GONE", "pid_namespaces(7)",
		"no process has this number in the PID namespace that we are in: it has ended, "
		"or the number is from another PID namespace");
	why_refuse(reason, "%s: there is no process %.20s here", option(), target);
}

/* Notes whose the process is, and whether the namespace is the one we are in. */
static void note_joining(const char *type, const char *target, const char *path)
{
	struct stat other, ours;
	char file[64];

	snprintf(joining.target, sizeof(joining.target), "%s", target);
	joining.uid = (uid_t)-1;
	joining.is_ours = false;
	snprintf(file, sizeof(file), "/proc/%d", joining.pid);
	if (joining.pid > 0 && stat(file, &other) == 0)
		joining.uid = other.st_uid;
	snprintf(file, sizeof(file), "/proc/self/ns/%s", type);
	if (stat(path, &other) == 0 && stat(file, &ours) == 0)
		joining.is_ours = other.st_ino == ours.st_ino && other.st_dev == ours.st_dev;
}

int open_namespace(const char *type, const char *target)
{
	char path[PATH_MAX];
	int fd;

	joining.pid = 0;
	if (!*target)
		die("%s takes a process id or a file, not ''", option());
	if (target[strspn(target, "0123456789")] == '\0') {
		unsigned long long pid;

		/* Signal 0 only asks. No process has a number over 2^22
		 * (proc(5), pid_max), and kill(2) takes 0 and -1 for many. */
		if (!parse_number(target, 1 << 22, &pid) || pid == 0 ||
		    (kill((pid_t)pid, 0) != 0 && errno == ESRCH && !dry_run))
			refuse_gone(type, target);
		joining.pid = (pid_t)pid;
		snprintf(path, sizeof(path), "/proc/%llu/ns/%s", pid, type);
	} else if (strlen(target) < sizeof(path)) {
		snprintf(path, sizeof(path), "%s", target);
	} else {
		die("%s takes a process id or a file; this path is too long", option());
	}
	note_joining(type, target, path);
	fd = STEP(open(path, O_RDONLY | O_CLOEXEC), "open the %s namespace of %s (%s)", type,
		  target, path);
	if (!dry_run)
		refuse_other_type(fd, type, path);
	return fd;
}
