/* evidence.c: what is read of the machine about a refused call. See denial.h.
 *
 * The kernel asks in this order: the seccomp filters; then the permission bits
 * of each directory on the way and of the file itself; then the capability, or
 * the security modules. Its answer is EPERM or EACCES to all of them. So each
 * is asked again here, without making the call: the filters by running them
 * (simulate.c), Landlock by comparing with our rules, the bits by reading
 * them. Where the tracer is the same user as the process, access(2) has the
 * last word on the bits: it knows access lists as well.
 * Read on: path_resolution(7), inode(7), capabilities(7). */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "denial.h"
#include "file.h"
#include "kernel.h"
#include "mountinfo.h"
#include "path.h"

/* ---- seccomp ---- */

static void read_filters(const struct lsm_trace *trace, const struct lsm_call *call,
			 const struct lsm_under *under, struct lsm_evidence *evidence)
{
	const struct lsm_under *whose;

	evidence->answer = lsm_simulate_all(under, &call->data, &whose);
	evidence->answered = whose != NULL;
	evidence->whose = whose ? whose->whose : NULL;
	evidence->filters_before = trace->filters_before;
	if (evidence->whose && strcmp(evidence->whose, "default") == 0)
		evidence->allowed_with = lsm_profile_allows_with(evidence->call);
}

/* ---- Landlock ---- */

static bool on_one_mount(const struct lsm_details *details)
{
	char folder[PATH_MAX];
	struct statx status[2];

	if (details->places < 2)
		return false;
	for (int i = 0; i < 2; i++) {
		lsm_folder_of(details->place[i].real, folder);
		if (!*details->place[i].real ||
		    statx(AT_FDCWD, folder, 0, STATX_MNT_ID, &status[i]) != 0 ||
		    !(status[i].stx_mask & STATX_MNT_ID))
			return false;
	}
	return status[0].stx_mnt_id == status[1].stx_mnt_id;
}

static void read_rules(const struct lsm_trace *trace, const struct lsm_details *details,
		       struct lsm_evidence *evidence)
{
	const struct lsm_landlock *landlock = trace->landlock;
	struct lsm_handled handled = lsm_landlock_handled(landlock);
	struct lsm_need needs[LSM_NEEDS_MAX];
	int count = lsm_needs(details, needs);
	uint64_t port_right = details->operation == OP_BIND ? LANDLOCK_ACCESS_NET_BIND_TCP
							    : LANDLOCK_ACCESS_NET_CONNECT_TCP;
	bool port_given = false;

	if (trace->learn || !(handled.files || handled.ports || handled.scopes))
		return;
	evidence->any_rule = true;
	evidence->files_ruled = handled.files != 0;
	evidence->one_mount = on_one_mount(details);
	evidence->signals_scoped = handled.scopes & LANDLOCK_SCOPE_SIGNAL;
	evidence->sockets_scoped = handled.scopes & LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
	for (int i = 0; i < count && !evidence->missing; i++) {
		evidence->missing = needs[i].rights & handled.files &
				    ~lsm_landlock_allows(landlock, needs[i].path);
		if (evidence->missing)
			memcpy(evidence->missing_path, needs[i].path, sizeof(needs[i].path));
	}
	if (!details->tcp || !(handled.ports & port_right))
		return;
	for (size_t i = 0; i < landlock->port_count; i++)
		if (landlock->ports[i].access == port_right &&
		    (int)landlock->ports[i].port == details->port)
			port_given = true;
	evidence->port_missing = !port_given;
}

/* ---- permission bits ---- */

static bool has_capability(const struct lsm_who *who, int capability)
{
	return who->effective >> capability & 1;
}

static bool in_group(const struct lsm_who *who, gid_t gid)
{
	if (who->gid == gid)
		return true;
	for (int i = 0; i < who->group_count; i++)
		if (who->groups[i] == gid)
			return true;
	return false;
}

/* Whether an id has one in the user namespace of that map. */
static bool is_mapped(const char *map, unsigned id)
{
	unsigned inner, outer, count;
	int length = 0;

	for (; sscanf(map, "%u %u %u%n", &inner, &outer, &count, &length) == 3; map += length)
		if (id >= outer && id - outer < count)
			return true;
	return false;
}

/* Over files whose owner and group mean nothing in its user namespace, a
 * process has no power there. capabilities(7), user_namespaces(7) */
static bool has_power(const struct stat *status, const struct lsm_who *who, int capability)
{
	return has_capability(who, capability) &&
	       (!who->inside || (is_mapped(who->uid_map, status->st_uid) &&
				 is_mapped(who->gid_map, status->st_gid)));
}

/* Whether the mode of a file gives R_OK, W_OK, X_OK, as asked. */
static bool mode_gives(const struct stat *status, const struct lsm_who *who, int want)
{
	unsigned int bits = status->st_mode & 7;
	bool directory = S_ISDIR(status->st_mode);

	if (has_power(status, who, CAP_DAC_OVERRIDE) &&
	    (directory || !(want & X_OK) || (status->st_mode & 0111)))
		return true;
	if (has_power(status, who, CAP_DAC_READ_SEARCH) &&
	    (want == R_OK || (directory && !(want & W_OK))))
		return true;
	if (who->uid == status->st_uid)
		bits = status->st_mode >> 6 & 7;
	else if (in_group(who, status->st_gid))
		bits = status->st_mode >> 3 & 7;
	return (bits & (unsigned)want) == (unsigned)want;
}

static void name_of(const char *list, unsigned id, bool user, char *name, size_t size)
{
	FILE *file = fopen(list, "re");
	struct passwd *person;
	struct group *group;

	snprintf(name, size, "%u", id);
	if (!file)
		return;
	if (user)
		while ((person = fgetpwent(file)))
			if (person->pw_uid == id) {
				snprintf(name, size, "%s", person->pw_name);
				break;
			}
	if (!user)
		while ((group = fgetgrent(file)))
			if (group->gr_gid == id) {
				snprintf(name, size, "%s", group->gr_name);
				break;
			}
	fclose(file);
}

static void blame(struct lsm_evidence *evidence, enum lsm_bits bits, const char *path,
		  const struct stat *status)
{
	char user[32], group[32];

	evidence->bits = bits;
	snprintf(evidence->bits_path, sizeof(evidence->bits_path), "%s", path);
	evidence->mode = status->st_mode & 07777;
	name_of("/etc/passwd", status->st_uid, true, user, sizeof(user));
	name_of("/etc/group", status->st_gid, false, group, sizeof(group));
	snprintf(evidence->owner, sizeof(evidence->owner), "%s:%s", user, group);
}

/* Each directory above `path` must let be searched. Returns whether they do. */
static bool may_search(const char *path, const struct lsm_who *who, struct lsm_evidence *evidence)
{
	char above[PATH_MAX];
	struct stat status;

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		snprintf(above, sizeof(above), "%.*s", slash == path ? 1 : (int)(slash - path),
			 path);
		if (stat(above, &status) != 0 || !S_ISDIR(status.st_mode))
			return true;
		if (mode_gives(&status, who, X_OK))
			continue;
		blame(evidence, BITS_DIRECTORY, above, &status);
		return false;
	}
	return true;
}

/* Whether a file, or a directory, gives what is wanted. */
static bool may(const char *path, int want, const struct lsm_who *who,
		struct lsm_evidence *evidence)
{
	struct stat status;
	bool given;

	if (stat(path, &status) != 0)
		return true;
	given = mode_gives(&status, who, want);
	if (who->as_we && !S_ISLNK(status.st_mode)) {
		int answer = faccessat(AT_FDCWD, path, want, AT_EACCESS);

		if (answer == 0 || errno == EACCES)
			given = answer == 0;
	}
	if (!given)
		blame(evidence, BITS_FILE, path, &status);
	return given;
}

/* A directory to which something is to be added, or taken from it. In one with
 * the sticky bit, only the owner of a file may take it away. */
static bool may_change(const struct lsm_place *place, bool take, const struct lsm_who *who,
		       struct lsm_evidence *evidence)
{
	char folder[PATH_MAX];
	struct stat status;

	lsm_folder_of(place->real, folder);
	if (!may(folder, W_OK | X_OK, who, evidence))
		return false;
	if (!take || !place->exists || stat(folder, &status) != 0 || !(status.st_mode & S_ISVTX) ||
	    who->uid == status.st_uid || who->uid == place->status.st_uid ||
	    has_power(&place->status, who, CAP_FOWNER))
		return true;
	blame(evidence, BITS_STICKY, place->real, &place->status);
	return false;
}

/* What the operation wants of the file itself. */
static int wanted(const struct lsm_details *details)
{
	switch (details->operation) {
	case OP_OPEN:
		return ((details->flags & O_ACCMODE) != O_WRONLY ? R_OK : 0) |
		       ((details->flags & (O_ACCMODE | O_TRUNC)) != O_RDONLY ? W_OK : 0);
	case OP_TRUNCATE:
	case OP_CONNECT: return W_OK;
	case OP_EXECUTE: return X_OK;
	case OP_LOOK:
		return strstr(details->name, "access") ? (int)(details->mode & (R_OK | W_OK | X_OK))
						       : 0;
	default: return 0;
	}
}

static bool is_immutable(const struct lsm_place *place)
{
	struct statx status;

	return *place->real && statx(AT_FDCWD, place->real, AT_SYMLINK_NOFOLLOW, 0, &status) == 0 &&
	       (status.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND));
}

static bool place_allows(const struct lsm_details *details, int i, const struct lsm_who *who,
			 struct lsm_evidence *evidence)
{
	const struct lsm_place *place = &details->place[i];
	bool take = details->operation == OP_REMOVE || details->operation == OP_RENAME;
	struct lsm_need programs[LSM_NEEDS_MAX];
	int count;

	if (!may_search(place->given, who, evidence))
		return false;
	if (!*place->real || !may_search(place->real, who, evidence))
		return *place->real != '\0';
	if (is_immutable(place)) {
		blame(evidence, BITS_IMMUTABLE, place->real, &place->status);
		return false;
	}
	switch (details->operation) {
	case OP_ATTRIBUTES:
		if (who->uid == place->status.st_uid || !place->exists ||
		    has_power(&place->status, who, CAP_FOWNER))
			return true;
		blame(evidence, BITS_OWNER, place->real, &place->status);
		return false;
	case OP_EXECUTE:
		count = lsm_needs_to_execute(place->real, programs);
		for (int program = 0; program < count; program++)
			if (!may(programs[program].path, X_OK, who, evidence))
				return false;
		return true;
	case OP_MAKE:
	case OP_BIND:
	case OP_REMOVE:
	case OP_RENAME: return may_change(place, take, who, evidence);
	case OP_LINK: return i == 0 || may_change(place, false, who, evidence);
	case OP_OPEN:
		if (!place->exists)
			return may_change(place, false, who, evidence);
		break;
	default: break;
	}
	return !place->exists || may(place->real, wanted(details), who, evidence);
}

static void read_bits(const struct lsm_details *details, const struct lsm_who *who,
		      struct lsm_evidence *evidence)
{
	if (!details->places || !who->known || !details->looked)
		return;
	for (int i = 0; i < details->places; i++)
		if (!place_allows(details, i, who, evidence))
			return;
	for (int i = 0; i < details->places; i++)
		if (!*details->place[i].real)
			return;
	evidence->bits = BITS_ALLOW;
}

/* ---- the mount ---- */

static void read_mount(pid_t pid, const struct lsm_details *details, struct lsm_evidence *evidence)
{
	char path[40], folder[PATH_MAX], *line = NULL, *target;
	struct statvfs mount;
	size_t size = 0;
	FILE *file;

	for (int i = 0; i < details->places; i++) {
		const char *real = details->place[i].real;

		if (!*real)
			continue;
		lsm_folder_of(real, folder);
		if (statvfs(details->place[i].exists ? real : folder, &mount) != 0)
			continue;
		evidence->noexec = mount.f_flag & ST_NOEXEC;
		snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
		file = fopen(path, "re");
		/* Where one lies on the other, the last one counts. */
		while (file && getline(&line, &size, file) > 0)
			if ((target = mountinfo_target(line)) && path_is_below(real, target) &&
			    strlen(target) >= strlen(evidence->mount))
				snprintf(evidence->mount, sizeof(evidence->mount), "%s", target);
		if (file)
			fclose(file);
		free(line);
		return;
	}
}

/* ---- signals, tracing, labels ---- */

static void read_target(const struct lsm_call *call, const struct lsm_details *details,
			const struct lsm_who *who, struct lsm_evidence *evidence)
{
	bool second = strncmp(details->name, "tg", 2) == 0 || strstr(details->name, "_tg") ||
		      strcmp(details->name, "ptrace") == 0;
	int target = (int)call->data.args[second ? 1 : 0];
	char path[40], status[8192];
	const char *tracer, *uids;
	unsigned real = 0, saved = 0;

	/* The process itself asks to be traced, or for its own. */
	if (strcmp(details->name, "ptrace") == 0 && call->data.args[0] == PTRACE_TRACEME)
		target = call->pid;
	if (target < 0)
		target = -target;
	snprintf(path, sizeof(path), "/proc/%d/status", target);
	if (strstr(details->name, "pidfd") || read_file(path, status, sizeof(status)) <= 0 ||
	    !(tracer = find_field(status, "TracerPid")) || !(uids = find_field(status, "Uid")))
		return;
	evidence->target_known = true;
	evidence->target_traced = atoi(tracer) == getpid();
	sscanf(uids, "%u %*u %u", &real, &saved);
	evidence->target_ours = who->uid == real || who->uid == saved;
}

static void read_label(pid_t pid, struct lsm_evidence *evidence)
{
	char path[60];

	if (lsm_apparmor_runs())
		evidence->module = "AppArmor";
	else if (lsm_selinux_runs())
		evidence->module = "SELinux";
	if (!evidence->module)
		return;
	snprintf(path, sizeof(path), "/proc/%d/attr/apparmor/current", pid);
	if (*evidence->module == 'S' || access(path, F_OK) != 0)
		snprintf(path, sizeof(path), "/proc/%d/attr/current", pid);
	if (read_file(path, evidence->label, sizeof(evidence->label)) <= 0)
		snprintf(evidence->label, sizeof(evidence->label), "?");
	evidence->label[strcspn(evidence->label, "\n")] = '\0';
	if (strcmp(evidence->label, "unconfined") == 0)
		evidence->module = NULL;
}

/* Whether we are in the first user namespace. user_namespaces(7) */
static bool whole_map(void)
{
	unsigned long inner = 0, outer = 0, count = 0;
	char text[200];

	return read_file("/proc/self/uid_map", text, sizeof(text)) <= 0 ||
	       (sscanf(text, "%lu %lu %lu", &inner, &outer, &count) == 3 && inner == outer &&
		count == 4294967295UL);
}

void lsm_evidence_read(const struct lsm_trace *trace, const struct lsm_call *call,
		       const struct lsm_details *details, const struct lsm_under *under,
		       struct lsm_evidence *evidence)
{
	struct lsm_who who;

	memset(evidence, 0, sizeof(*evidence));
	evidence->call = details->name;
	evidence->operation = details->operation;
	evidence->error = call->error;
	evidence->abstract = details->abstract;
	evidence->port = details->port;
	evidence->capability = details->capability;
	/* A user namespace is for everybody. */
	if ((strcmp(details->name, "unshare") == 0 || strcmp(details->name, "clone") == 0) &&
	    (call->data.args[0] & CLONE_NEWUSER))
		evidence->capability = -1;
	read_filters(trace, call, under, evidence);
	read_rules(trace, details, evidence);
	lsm_tracee_who(call->pid, &who);
	name_of("/etc/passwd", who.uid, true, evidence->user, sizeof(evidence->user));
	evidence->blind = !who.known || !details->looked;
	evidence->in_user_namespace = who.inside || !whole_map();
	if (evidence->capability >= 0)
		evidence->has_capability = has_capability(&who, evidence->capability);
	read_bits(details, &who, evidence);
	read_mount(call->pid, details, evidence);
	if (details->operation == OP_SIGNAL || details->operation == OP_TRACE)
		read_target(call, details, &who, evidence);
	read_label(call->pid, evidence);
}
