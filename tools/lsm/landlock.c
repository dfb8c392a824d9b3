/* landlock.c: a process gives up rights on files, ports and other processes.
 *
 * Landlock is access control that needs no root: a process makes a ruleset,
 * says which rights it handles (these are then denied) and where some of them
 * are allowed after all, and applies it to itself for good. All that comes
 * from the process inherits it, and can only add to it, 16 times. It is no
 * replacement for file permissions: both must allow.
 *
 * What is open already stays open. stat, chmod, chown, chdir and the like are
 * not handled by any version yet. Mounting is refused altogether once files
 * are handled, which is why lsm is the last link.
 *
 * Each version ("ABI") knows more rights. A kernel refuses those that it does
 * not know, and a right that is not handled is not denied.
 * Read on: landlock(7), and the kernel's Documentation/userspace-api/landlock.rst. */
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "lsm.h"
#include "message.h"
#include "number.h"
#include "paste.h"
#include "step.h"
#include "why.h"

/* The kernel's structures of today. An older kernel takes them too, as long
 * as what it does not know is 0. */
struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* ABI 4 */
	uint64_t scoped;	     /* ABI 6 */
};

struct port_rule {
	uint64_t allowed_access;
	uint64_t port;
};

#define RULE_NET_PORT 2 /* LANDLOCK_RULE_NET_PORT, 6.7 */

/* Rights that make sense for a file; the others are for what is in a directory,
 * and the kernel refuses a rule that gives them on a file. */
#define FILE_RIGHTS                                                   \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	 LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | \
	 LANDLOCK_ACCESS_FS_IOCTL_DEV | LANDLOCK_ACCESS_FS_RESOLVE_UNIX)

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define EXECUTE LANDLOCK_ACCESS_FS_EXECUTE
#define WRITE                                                                                     \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                          \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                          \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                              \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                            \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | \
	 LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV |                             \
	 LANDLOCK_ACCESS_FS_RESOLVE_UNIX)
#define ALL_FILE_RIGHTS (READ | EXECUTE | WRITE)
#define ALL_PORT_RIGHTS (LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP)

/* What came after the first version, in words. */
static const struct later {
	enum { FILES, PORTS, SCOPES } kind;
	uint64_t right;
	int abi;
	bool optional; /* taken where it is there, and not asked for elsewhere */
	const char *kernel, *what;
} later[] = {
	{ FILES, LANDLOCK_ACCESS_FS_REFER, 2, false, "5.19", "moving files between directories" },
	{ FILES, LANDLOCK_ACCESS_FS_TRUNCATE, 3, false, "6.2", "emptying files" },
	{ FILES, LANDLOCK_ACCESS_FS_IOCTL_DEV, 5, false, "6.10", "ioctl on devices" },
	{ FILES, LANDLOCK_ACCESS_FS_RESOLVE_UNIX, 9, true, "7.1", "connecting to sockets by path" },
	{ PORTS, ALL_PORT_RIGHTS, 4, false, "6.7", "TCP ports" },
	{ SCOPES, LANDLOCK_SCOPE_SIGNAL, 6, false, "6.12", "signals" },
	{ SCOPES, LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, 6, false, "6.12", "abstract UNIX sockets" },
};

static const struct {
	const char *option;
	uint64_t access;
} path_options[] = {
	{ "--ro", READ },
	{ "--rox", READ | EXECUTE },
	{ "--rw", READ | WRITE },
	{ "--rwx", READ | WRITE | EXECUTE },
};

uint64_t lsm_rights_of(const char *option)
{
	for (size_t i = 0; i < sizeof(path_options) / sizeof(*path_options); i++)
		if (strcmp(path_options[i].option, option) == 0)
			return path_options[i].access;
	return 0;
}

void lsm_landlock_path(struct lsm_landlock *landlock, const char *option, const char *path)
{
	struct lsm_path *rule = &landlock->paths[landlock->path_count++];

	rule->access = lsm_rights_of(option);
	rule->option = option;
	rule->path = path;
}

void lsm_landlock_ports(struct lsm_landlock *landlock, const char *option, const char *text)
{
	struct lsm_port *rule = &landlock->ports[landlock->port_count++];
	unsigned long long port;

	if (!parse_number(text, 65535, &port))
		die("%s %.80s: expected the number of a port, from 0 to 65535", option, text);
	rule->port = port;
	rule->access = strcmp(option, "--bind-tcp") == 0 ? LANDLOCK_ACCESS_NET_BIND_TCP
							 : LANDLOCK_ACCESS_NET_CONNECT_TCP;
}

void lsm_landlock_scope(struct lsm_landlock *landlock, const char *list)
{
	static const char signal[] = "signal", socket[] = "abstract-unix-socket";

	for (;;) {
		size_t length = strcspn(list, ",");

		if (length == strlen(signal) && strncmp(list, signal, length) == 0)
			landlock->scoped |= LANDLOCK_SCOPE_SIGNAL;
		else if (length == strlen(socket) && strncmp(list, socket, length) == 0)
			landlock->scoped |= LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
		else
			die("--scope '%.*s': expected %s or %s, or both with a comma between",
			    (int)(length < 80 ? length : 80), list, signal, socket);
		if (!list[length])
			return;
		list += length + 1;
	}
}

bool lsm_landlock_wanted(const struct lsm_landlock *landlock)
{
	return landlock->path_count || landlock->port_count || landlock->scoped;
}

int lsm_landlock_abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

struct lsm_handled lsm_landlock_handled(const struct lsm_landlock *landlock)
{
	uint64_t masks[] = { landlock->path_count ? ALL_FILE_RIGHTS : 0,
			     landlock->port_count ? ALL_PORT_RIGHTS : 0, landlock->scoped };
	int abi = lsm_landlock_abi();

	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++)
		if (abi < later[i].abi)
			masks[later[i].kind] &= ~later[i].right;
	if (abi < 1)
		masks[FILES] = 0;
	return (struct lsm_handled){ masks[FILES], masks[PORTS], masks[SCOPES] };
}

/* Takes the rights away that this kernel has no word for. One that was asked
 * for is an error; or, with --best-effort, a remark, since the program then
 * keeps it. */
static void drop_unknown(struct ruleset *ruleset, const struct lsm_landlock *landlock, int abi)
{
	uint64_t *const masks[] = { &ruleset->handled_access_fs, &ruleset->handled_access_net,
				    &ruleset->scoped };
	struct reason refusal = { 0 }, *reason = &refusal;
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++) {
		const struct later *one = &later[i];

		if (abi >= one->abi || !(*masks[one->kind] & one->right))
			continue;
		*masks[one->kind] &= ~one->right;
		if (one->optional)
			continue;
		if (landlock->best_effort)
			note("Landlock has no say on %s here: that needs ABI %d (Linux %s), and this "
			     "kernel has %d [LL-ABI]",
			     one->what, one->abi, one->kernel, abi);
		if (!first)
			first = one->what;
		n += (size_t)snprintf(reason->why + n, sizeof(reason->why) - n,
				      "%s needs ABI %d (Linux %s)\n", one->what, one->abi,
				      one->kernel);
	}
	if (!first || landlock->best_effort)
		return;
	snprintf(reason->id, sizeof(reason->id), "LL-ABI");
	snprintf(reason->see, sizeof(reason->see), "landlock(7)");
	snprintf(reason->why + n, sizeof(reason->why) - n, "and the Landlock of this kernel has %d",
		 abi);
	FIX("%s\nwhich leaves out what is listed here: the program keeps those rights",
	    paste_line(NULL, "--best-effort"));
	why_refuse(reason, "cannot restrict %s with Landlock", first);
}

static void allow_path(int ruleset, const struct lsm_path *path, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = { path->access & handled, 0 };
	struct stat status = { 0 };

	rule.parent_fd = STEP(open(path->path, O_PATH | O_CLOEXEC), "open '%s' for %s", path->path,
			      path->option);
	if (rule.parent_fd >= 0 && fstat(rule.parent_fd, &status) != 0)
		die_errno("cannot look at '%s'", path->path);
	if (rule.parent_fd >= 0 && !S_ISDIR(status.st_mode))
		rule.allowed_access &= FILE_RIGHTS;

	/* The rule is on the file or directory itself, and on all that is below
	 * it; a rename of the path does not change that. */
	STEP(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0),
	     "allow %s for '%s' (rights 0x%llx)", path->option, path->path,
	     (unsigned long long)rule.allowed_access);
	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
}

static void allow_port(int ruleset, const struct lsm_port *port, uint64_t handled)
{
	struct port_rule rule = { port->access & handled, port->port };
	bool bind = port->access == LANDLOCK_ACCESS_NET_BIND_TCP;

	/* With --best-effort, on a kernel before 6.7. */
	if (!rule.allowed_access)
		return;
	STEP(syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0),
	     "allow %s for TCP port %llu", bind ? "bind" : "connect",
	     (unsigned long long)port->port);
}

void lsm_landlock_apply(struct lsm_landlock *landlock)
{
	struct ruleset ruleset = {
		.handled_access_fs = landlock->path_count ? ALL_FILE_RIGHTS : 0,
		.handled_access_net = landlock->port_count ? ALL_PORT_RIGHTS : 0,
		.scoped = landlock->scoped,
	};
	int fd, abi = lsm_landlock_abi();

	/* A dry run tells what would be done on a kernel that has it all. */
	if (abi < 0 && !dry_run)
		step_fail("syscall(SYS_landlock_create_ruleset, NULL, 0, "
			  "LANDLOCK_CREATE_RULESET_VERSION)",
			  "ask for the version of Landlock");
	if (!dry_run)
		drop_unknown(&ruleset, landlock, abi);
	if (!dry_run)
		lsm_landlock_foresee(landlock);
	if (!ruleset.handled_access_fs && !ruleset.handled_access_net && !ruleset.scoped) {
		note("this kernel's Landlock restricts nothing of what was asked for [LL-EMPTY]");
		return;
	}

	/* From here on, what is handled is denied wherever no rule allows it. */
	fd = STEP(syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0),
		  "make a Landlock ruleset (files 0x%llx, ports 0x%llx, scopes 0x%llx)",
		  (unsigned long long)ruleset.handled_access_fs,
		  (unsigned long long)ruleset.handled_access_net,
		  (unsigned long long)ruleset.scoped);
	for (size_t i = 0; i < landlock->path_count; i++) {
		landlock->now = &landlock->paths[i];
		allow_path(fd, landlock->now, ruleset.handled_access_fs);
	}
	landlock->now = NULL;
	for (size_t i = 0; i < landlock->port_count; i++)
		allow_port(fd, &landlock->ports[i], ruleset.handled_access_net);

	/* For good: for this process and all that come from it. */
	STEP(syscall(SYS_landlock_restrict_self, fd, 0), "restrict this process with the ruleset");
	if (fd >= 0)
		close(fd);
}
