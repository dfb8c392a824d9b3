/* alone.c: whether the network that a cable comes from stays when we leave it.
 *
 * A network namespace lives as long as a process is in it, or a file that it is
 * bound to is open or mounted. Who is alone in one and makes a cable from there
 * into a new one, takes the first away by leaving: and the kernel takes the cable
 * with it, a moment later. network_namespaces(7) */
#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alone.h"
#include "mountinfo.h"
#include "paste.h"
#include "why.h"

/* Is the network `own` that of a process? One that we may not look at is none. */
static bool is_in(const char *pid, const struct stat *own)
{
	char path[64];
	struct stat other;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	return stat(path, &other) == 0 && other.st_ino == own->st_ino;
}

/* As `ip netns add` binds one to a name. */
static bool is_bound(const struct stat *own)
{
	FILE *table = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, wanted[64];
	size_t room = 0;
	bool found = false;

	snprintf(wanted, sizeof(wanted), "net:[%lu]", (unsigned long)own->st_ino);
	while (table && !found && getline(&line, &room, table) > 0) {
		struct mountinfo mount;

		found = mountinfo_parse(line, &mount) && strcmp(mount.root, wanted) == 0;
	}
	free(line);
	if (table)
		fclose(table);
	return found;
}

/* Does the network belong to our own user namespace? If not, we lack the power over
 * it, and whoever keeps it may be none that we can look at. ioctl_ns(2) */
static bool is_ours(void)
{
	int network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int owner = network < 0 ? -1 : ioctl(network, NS_GET_USERNS);
	struct stat theirs, ours;
	bool same = owner >= 0 && fstat(owner, &theirs) == 0 &&
		    stat("/proc/self/ns/user", &ours) == 0 && theirs.st_ino == ours.st_ino;

	if (owner >= 0)
		close(owner);
	if (network >= 0)
		close(network);
	return same;
}

static bool is_kept(void)
{
	pid_t parent = getppid();
	char text[24];
	struct stat own;
	bool found = false;
	DIR *proc;

	/* A parent of number 0 is out of sight: the one that made our PID namespace,
	 * and waits in the network that we are in. */
	if (parent == 0 || !is_ours() || stat("/proc/self/ns/net", &own) != 0)
		return true;
	snprintf(text, sizeof(text), "%d", parent);
	if (is_in(text, &own) || is_bound(&own))
		return true;
	proc = opendir("/proc");
	for (struct dirent *entry; proc && !found && (entry = readdir(proc));)
		found = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
			atoi(entry->d_name) != getpid() && is_in(entry->d_name, &own);
	if (proc)
		closedir(proc);
	return found;
}

void refuse_alone(const char *outer)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	if (is_kept())
		return;
	FIX("stay there, with a shell, and lay it from that:  %sns-user ns-net -- sh",
	    paste_directory());
	(void)REASON("NET-ALONE", "network_namespaces(7)",
		     "nobody but us is in the network that we come from; it would go as soon as we "
		     "leave it for the new one, and the cable with it");
	why_refuse(reason, "cannot lay a cable from '%s'", outer);
}
