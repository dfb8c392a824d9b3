/* account.c: users and groups by name. See account.h. */
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "account.h"
#include "memory.h"
#include "message.h"
#include "number.h"

#define ACCOUNT_FILE_MAX (16 << 20)

/* Opens a file below root. Symbolic links in a root that somebody else made
 * are followed below it only. openat2(2). */
static FILE *open_list(const char *root, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				.resolve = RESOLVE_IN_ROOT };
	struct stat status;
	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = top < 0 ? -1 : (int)syscall(SYS_openat2, top, path, &how, sizeof(how));

	if (top >= 0)
		close(top);
	/* A file of a root that somebody made may be a device, or have no end. */
	if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
			status.st_size > ACCOUNT_FILE_MAX))
		die("%s/%s is no regular file of at most 16 MiB",
		    strcmp(root, "/") == 0 ? "" : root, path);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

static bool parse_id(const char *text, unsigned *id)
{
	unsigned long long number;

	if (*text == '+')
		text++;
	/* The last number stands for "no change" in setresuid(2). */
	if (!parse_number(text, 4294967294ULL, &number))
		return false;
	*id = (unsigned)number;
	return true;
}

/* The entry of a user, by name, or by number where the name is one. */
static struct passwd *find_user(const char *root, const char *name, uid_t number, bool numeric)
{
	FILE *file = open_list(root, "etc/passwd");
	struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)))
		if (numeric ? entry->pw_uid == number : strcmp(entry->pw_name, name) == 0)
			break;
	if (file)
		fclose(file);
	return entry;
}

static gid_t find_group(const char *root, const char *name)
{
	FILE *file;
	struct group *entry = NULL;
	unsigned number = 0;

	if (parse_id(name, &number))
		return number;
	file = open_list(root, "etc/group");
	while (file && (entry = fgetgrent(file)))
		if (strcmp(entry->gr_name, name) == 0)
			break;
	if (!entry)
		die("there is no group '%s' in /etc/group here", name);
	number = entry->gr_gid;
	fclose(file);
	return number;
}

static void add_group(struct account *account, gid_t gid)
{
	for (size_t i = 0; i < account->group_count; i++)
		if (account->groups[i] == gid)
			return;
	if (account->group_count == ACCOUNT_GROUPS_MAX)
		die("more than %d groups", ACCOUNT_GROUPS_MAX);
	account->groups[account->group_count++] = gid;
}

/* The groups that /etc/group lists a user in. initgroups(3). */
static void find_groups_of(const char *root, const char *user, struct account *account)
{
	FILE *file = open_list(root, "etc/group");
	struct group *entry;

	while (file && (entry = fgetgrent(file)))
		for (char **member = entry->gr_mem; *member; member++)
			if (strcmp(*member, user) == 0)
				add_group(account, entry->gr_gid);
	if (file)
		fclose(file);
}

void account_find(const char *root, const char *spec, struct account *account)
{
	char *user = copy_text(spec), *group, *name = NULL;
	struct passwd *entry;
	unsigned number = 0;
	bool numeric;

	memset(account, 0, sizeof(*account));
	group = strchr(user, ':');
	if (group)
		*group++ = '\0';
	numeric = parse_id(user, &number);
	if (!*user && !(group && *group))
		die("a user is U or U:G, each a name or a number, not '%s'", spec);
	account->has_uid = *user != '\0';
	entry = account->has_uid ? find_user(root, user, number, numeric) : NULL;
	if (!entry && !numeric && account->has_uid)
		die("there is no user '%s' in /etc/passwd here", user);
	account->uid = number;
	strcpy(account->home, "/");
	if (entry) {
		account->uid = entry->pw_uid;
		account->gid = entry->pw_gid;
		account->has_gid = true;
		name = copy_text(entry->pw_name);
		if (strlen(entry->pw_dir) >= sizeof(account->home))
			die("the home directory of '%s' has too long a name", spec);
		strcpy(account->home, *entry->pw_dir ? entry->pw_dir : "/");
	}
	if (group && *group) {
		account->gid = find_group(root, group);
		account->has_gid = true;
	}
	if (account->has_gid)
		add_group(account, account->gid);
	if (name)
		find_groups_of(root, name, account);
	free(name);
	free(user);
	account_asked = (struct account_facts){ .has_uid = account->has_uid,
						.has_gid = account->has_gid,
						.uid = account->uid,
						.gid = account->gid };
}

void account_find_groups(const char *list, struct account *account)
{
	char *copy = copy_text(list), *save = NULL;

	account->group_count = 0;
	for (char *name = strtok_r(copy, ",", &save); name; name = strtok_r(NULL, ",", &save))
		add_group(account, find_group("/", name));
	free(copy);
}

bool account_name(bool group, unsigned id, char name[ACCOUNT_NAME_MAX])
{
	FILE *file = group ? open_list("/", "etc/group") : NULL;
	struct passwd *user = group ? NULL : find_user("/", "", id, true);
	struct group *entry = NULL;

	while (file && (entry = fgetgrent(file)))
		if (entry->gr_gid == id)
			break;
	if (file)
		fclose(file);
	snprintf(name, ACCOUNT_NAME_MAX, "%s", user ? user->pw_name : entry ? entry->gr_name : "");
	return *name != '\0';
}

static int by_number(const void *a, const void *b)
{
	gid_t first = *(const gid_t *)a, second = *(const gid_t *)b;

	return first < second ? -1 : first > second;
}

bool account_is_ours(const struct account *account, bool groups)
{
	gid_t wanted[ACCOUNT_GROUPS_MAX], held[ACCOUNT_GROUPS_MAX];
	uid_t user[3];
	gid_t group[3];

	if (getresuid(&user[0], &user[1], &user[2]) != 0 ||
	    getresgid(&group[0], &group[1], &group[2]) != 0)
		return false;
	for (int i = 0; i < 3; i++)
		if ((account->has_uid && user[i] != account->uid) ||
		    (account->has_gid && group[i] != account->gid))
			return false;
	if (!groups)
		return true;
	/* The kernel sorts them. */
	memcpy(wanted, account->groups, account->group_count * sizeof(*wanted));
	qsort(wanted, account->group_count, sizeof(*wanted), by_number);
	return getgroups(ACCOUNT_GROUPS_MAX, held) == (int)account->group_count &&
	       memcmp(wanted, held, account->group_count * sizeof(*wanted)) == 0;
}
