/* order.c: wrong orders of the links. See order.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "order.h"
#include "paste.h"
#include "step.h"
#include "why.h"

/* Left for the links behind the first: it was looked at, or a warning was given
 * as well. */
#define MARK "STRATA_ORDER"
#define CHECKED "checked"
#define WARNED "warned"
#define LINKS_MAX 32

/* A link: its name, and its words from behind the name to the next link. */
struct seen {
	const char *name;
	char *const *words;
	int count;
};

struct seen_chain {
	struct seen links[LINKS_MAX];
	int count;
	char *const *program;
};

/* The options whose value may be a word of its own. */
static const char *const valued[][2] = {
	{ "ns-pid", "--pid-file --join -j" },
	{ "ns-uts", "--hostname --domainname --join -j" },
	{ "ns-mnt",
	  "--root --bind --ro-bind --tmpfs --proc --sys --dev --devices --console --overlay --mount "
	  "--make-dir --make-file --remount-ro --mask --line --hosts --propagation --cd --keep-fd "
	  "--join -j" },
	{ "ns-ipc", "--sysctl --join -j" },
	{ "ns-net", "--veth --ip --gateway --bridge --publish --sysctl --join -j" },
	{ "ns-user", "--uid-map --gid-map --setgroups --join -j" },
	{ "chroot", "--wd --keep-fd --userspec --groups" },
	{ "cgroup", "--memory --memory-swap --cpus --pids-limit --cpuset-cpus --allow-device "
		    "--deny-device --set --name --parent --join --why" },
	{ "capdrop", "--keep --drop --preset --add --ambient --inheritable --bounding "
		     "--user --groups --umask" },
	{ "lsm", "--seccomp --deny --seccomp-action --ro --rox --rw --rwx --bind-tcp --connect-tcp "
		 "--scope --apparmor-profile --selinux-label" },
};

/* The tool that a word names, with or without a directory; NULL for none. */
static const char *tool_of(const char *word)
{
	const char *slash = strrchr(word, '/');

	for (const char *const *name = tool_names; *name; name++)
		if (strcmp(slash ? slash + 1 : word, *name) == 0)
			return *name;
	return NULL;
}

/* Whether a list has a word that is `option`, or begins with it: a long option
 * may be shortened. */
static bool takes_word(const char *tool, const char *option)
{
	size_t length = strlen(option);

	if (strchr(option, '='))
		return false;
	for (size_t i = 0; i < sizeof(valued) / sizeof(*valued); i++) {
		const char *at = valued[i][1];

		if (strcmp(valued[i][0], tool) != 0)
			continue;
		for (; *at; at += strcspn(at, " "), at += *at == ' ')
			if (strncmp(at, option, length) == 0 &&
			    (length > 2 || at[length] == ' ' || !at[length]))
				return true;
	}
	return false;
}

/* How many of the words behind a tool's name are its own. */
static int own_words(const char *tool, char *const words[])
{
	int n = 0;

	while (words[n] && words[n][0] == '-' && words[n][1] && strcmp(words[n], "--") != 0)
		n += takes_word(tool, words[n]) && words[n + 1] ? 2 : 1;
	if (strcmp(tool, "chroot") == 0) {
		n += words[n] && strcmp(words[n], "--") == 0;
		n += words[n] != NULL;
	}
	return n;
}

static void read_chain(char *const rest[], struct seen_chain *chain)
{
	const char *tool;

	chain->count = 1;
	chain->links[0] = (struct seen){ tool_name, tool_words + 1, (int)(rest - tool_words) - 1 };
	for (;;) {
		if (*rest && strcmp(*rest, "--") == 0)
			rest++;
		tool = *rest ? tool_of(*rest) : NULL;
		if (!tool || chain->count == LINKS_MAX)
			break;
		chain->links[chain->count++] =
			(struct seen){ tool, rest + 1, own_words(tool, rest + 1) };
		rest += 1 + chain->links[chain->count - 1].count;
	}
	chain->program = rest;
}

/* Whether a link has an option: "--keep", "--keep=VALUE", or shortened. */
static bool has_option(const struct seen *link, const char *option)
{
	for (int i = 0; i < link->count; i++) {
		size_t length = strcspn(link->words[i], "=");

		if (length > 2 && strncmp(link->words[i], option, length) == 0)
			return true;
	}
	return false;
}

static bool is(const struct seen *link, const char *name)
{
	return strcmp(link->name, name) == 0;
}

static bool joins(const struct seen *link)
{
	/* Short options may stand together, and with the value: "-xj5". */
	for (int i = 0; i < link->count; i++)
		if (link->words[i][0] == '-' && link->words[i][1] != '-' &&
		    strchr(link->words[i], 'j'))
			return true;
	return has_option(link, "--join");
}

/* Whether capdrop certainly takes CAP_SYS_ADMIN away. */
static bool drops_admin(const struct seen *link)
{
	static const char *const unsure[] = { "--keep",	   "--add",   "--preset",
					      "--ambient", "--print", "--minimize" };

	for (size_t i = 0; i < sizeof(unsure) / sizeof(*unsure); i++)
		if (has_option(link, unsure[i]))
			return false;
	if (!has_option(link, "--drop"))
		return true;
	for (int i = 0; i < link->count; i++)
		if (strstr(link->words[i], "sys_admin") || strcmp(link->words[i], "all") == 0)
			return true;
	return false;
}

/* Whether a link has rules of Landlock's. */
static bool has_landlock(const struct seen *link)
{
	return has_option(link, "--ro") || has_option(link, "--rox") || has_option(link, "--rw") ||
	       has_option(link, "--rwx");
}

/* Whether chroot certainly goes to another place than "/", without pivot_root. */
static bool leaves_root(const struct seen *link)
{
	char *path = NULL;
	bool leaves = false;

	if (link->count && !has_option(link, "--pivot"))
		path = realpath(link->words[link->count - 1], NULL);
	if (path)
		leaves = strcmp(path, "/") != 0;
	free(path);
	return leaves;
}

/* Whether what a link makes, or starts, is in the PID namespace of this one. */
static bool makes_pids(const struct seen *link)
{
	return is(link, "ns-pid") && !joins(link) && !has_option(link, "--reap") &&
	       !has_option(link, "--no-fork");
}

static bool is_mount_point(const char *path)
{
	struct statx status;

	return statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &status) != 0 ||
	       status.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* Whether there is a link of that name from `from` up to, not with, `to`. */
static bool between(const struct seen_chain *chain, const char *name, int from, int to)
{
	for (int i = from; i < to; i++)
		if (is(&chain->links[i], name) && !joins(&chain->links[i]))
			return true;
	return false;
}

/* What is wrong with link a before link b. */
static bool find_error(const struct seen_chain *chain, int a, int b, struct reason *reason)
{
	const struct seen *first = &chain->links[a], *then = &chain->links[b];
	bool makes = strncmp(then->name, "ns-", 3) == 0 && !joins(then) &&
		     !has_option(then, "--reap") && !has_option(then, "--list") &&
		     !has_option(then, "--outside");

	if (is(first, "capdrop") && makes && !is(then, "ns-user") && drops_admin(first) &&
	    !between(chain, "ns-user", a, b))
		return REASON("NS-PRIV", "capabilities(7)",
			      "%s takes CAP_SYS_ADMIN, and capdrop has dropped that before",
			      then->name);
	if (is(first, "chroot") && is(then, "ns-user") && makes && leaves_root(first))
		return REASON("USERNS-CHROOT", "user_namespaces(7)",
			      "a process whose root was changed by chroot may not create user "
			      "namespaces");
	if (is(first, "chroot") && is(then, "ns-mnt") && makes && leaves_root(first) &&
	    !has_option(then, "--propagation") && !between(chain, "ns-mnt", 0, a) &&
	    !is_mount_point(first->words[first->count - 1]))
		return REASON("MNT-NOTMOUNT", "mount_namespaces(7)",
			      "'/' is not a mount point after this chroot, but a plain directory, "
			      "and ns-mnt makes all mounts from '/' on private");
	if (is(first, "lsm") && has_landlock(first) &&
	    ((is(then, "ns-mnt") && !joins(then)) ||
	     (is(then, "chroot") && has_option(then, "--pivot"))))
		return REASON("LL-MOUNT", "landlock(7)",
			      "under Landlock (lsm) no mount can be changed");
	if (makes_pids(first) && is(then, "ns-net") && has_option(then, "--user-net"))
		return REASON("NET-INSIDE", "proc_pid_root(5)",
			      "the program that carries the packets would be a process of this PID "
			      "namespace, and its /proc/N/root is the machine's root directory: a "
			      "way out");
	if (makes_pids(first) && is(then, "ns-mnt") && makes && !has_option(then, "--no-proc") &&
	    !has_option(then, "--root") && between(chain, "ns-user", a, b) &&
	    !between(chain, "ns-pid", a + 1, b) && !between(chain, "ns-mnt", a, b))
		return REASON("PROC-PIDNS", "user_namespaces(7)",
			      "in a user namespace /proc may be mounted only for a PID namespace "
			      "that it owns, and ns-pid comes before ns-user");
	return false;
}

/* Whether lsm loads its default filter, which asks for the capabilities. */
static bool has_default_filter(const struct seen *link)
{
	for (int i = 0; i < link->count; i++)
		if (strcmp(link->words[i], "--seccomp") == 0)
			return link->words[i + 1] && strcmp(link->words[i + 1], "default") == 0;
	return !has_option(link, "--seccomp") && !has_option(link, "--status");
}

/* The place that a link should have, as in the chain of compose-run. */
static int rank(const struct seen *link)
{
	bool early = is(link, "ns-net") && has_option(link, "--user-net");
	int i = 0;

	/* What stays outside comes before ns-user. */
	if (is(link, "ns-net") && has_option(link, "--outside"))
		return 0;
	while (tool_names[i] && strcmp(tool_names[i], early ? "ns-pid" : link->name) != 0)
		i++;
	return 2 * i + !early;
}

/* The whole line with its links in the right order, to be pasted. */
static const char *in_order(const struct seen_chain *chain)
{
	static char line[700];
	size_t n = 0;
	bool first = true;

	for (int place = 0; tool_names[place / 2]; place++)
		for (int i = 0; i < chain->count; i++) {
			const struct seen *link = &chain->links[i];

			if (rank(link) != place)
				continue;
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s%s",
					      first ? "" : " ", first ? paste_directory() : "",
					      link->name);
			first = false;
			for (int j = 0; j < link->count && n < sizeof(line); j++) {
				char *word = paste_word(link->words[j]);

				n += (size_t)snprintf(line + n, sizeof(line) - n, " %s", word);
				free(word);
			}
			if (n >= sizeof(line))
				return "the same links in the order of compose-run --print-chain";
		}
	for (int j = -1; (j < 0 || chain->program[j]) && n < sizeof(line); j++) {
		char *word = j < 0 ? NULL : paste_word(chain->program[j]);

		if (j >= 0 || *chain->program)
			n += (size_t)snprintf(line + n, sizeof(line) - n, " %s",
					      word ? word : "--");
		free(word);
	}
	return n < sizeof(line) ? line : "the same links in the order of compose-run --print-chain";
}

bool order_has_warned(void)
{
	const char *mark = getenv(MARK);

	return mark && strcmp(mark, WARNED) == 0;
}

void order_forget(void)
{
	unsetenv(MARK);
}

static void leave_mark(const char *mark)
{
	if (setenv(MARK, mark, 1) != 0)
		die_errno("cannot note that the order of the chain was looked at");
}

void order_check(char *const rest[])
{
	struct seen_chain chain;
	struct reason refusal = { 0 }, *reason = &refusal;

	/* compose-run's own chain is right. */
	if (chain_name || getenv(MARK) || !tool_words)
		return;
	read_chain(rest, &chain);
	if (chain.count == 1)
		return;
	leave_mark(CHECKED);
	for (int a = 0; a < chain.count; a++)
		for (int b = a + 1; b < chain.count; b++)
			if (find_error(&chain, a, b, reason)) {
				FIX("%s", in_order(&chain));
				why_refuse(reason, "this order can't work: %s before %s",
					   chain.links[a].name, chain.links[b].name);
			}
	for (int a = 0; a < chain.count; a++)
		for (int b = a + 1; b < chain.count; b++) {
			const struct seen *first = &chain.links[a], *then = &chain.links[b];
			bool user = is(then, "ns-user") && !joins(then);

			if (is(first, "capdrop") && user) {
				leave_mark(WARNED);
				note("capdrop before ns-user: the new user namespace comes with all "
				     "capabilities again; put capdrop behind ns-user:\n  %s",
				     in_order(&chain));
			} else if (is(first, "lsm") && is(then, "capdrop") &&
				   has_default_filter(first)) {
				note("lsm before capdrop: its default filter is chosen by the capabilities "
				     "that are there, and so allows more; put lsm behind capdrop:\n  %s",
				     in_order(&chain));
			} else if (is(first, "cgroup") && has_option(first, "--cgroupns") &&
				   is(then, "cgroup") && !has_option(then, "--cgroupns"))
				note("cgroup --cgroupns before another cgroup: /proc/self/cgroup will "
				     "show the path of the second, and not '/'; put --cgroupns last");
			else if (explaining && user && strncmp(first->name, "ns-", 3) == 0 &&
				 !is(first, "ns-user") && !joins(first) &&
				 !has_option(first, "--outside"))
				note("%s before ns-user: its namespace belongs to the user namespace "
				     "outside, so root inside can't change it",
				     first->name);
		}
}
