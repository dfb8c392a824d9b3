/* bits.c: what permission bits say about a call: of each directory on the way
 * and of the file itself. They are computed as the kernel does it, for whoever
 * the process is. Where the tracer is the same user, access(2) has the last
 * word: it knows access lists as well.
 * Read on: path_resolution(7), inode(7), acl(5), user_namespaces(7). */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "denial.h"

bool lsm_who_has(const struct lsm_who *who, int capability)
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
	return lsm_who_has(who, capability) &&
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

void lsm_name_of(const char *list, unsigned id, bool user, char *name, size_t size)
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
	lsm_name_of("/etc/passwd", status->st_uid, true, user, sizeof(user));
	lsm_name_of("/etc/group", status->st_gid, false, group, sizeof(group));
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

void lsm_evidence_bits(const struct lsm_details *details, const struct lsm_who *who,
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
