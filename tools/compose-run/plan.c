/* plan.c: from what a container is to be, to the chain that makes it.
 *
 * The order of the links is fixed, and each place has its reason: the cgroup
 * first, as its files are outside; the user namespace next, since it owns all
 * that come after it; the mounts before the root changes, as they are made
 * from outside; capabilities late, since all before needs them; the security
 * modules last, as they would forbid the rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For one question: may we make a cgroup here? */
#include "../cgroup/cgroup.h"
#include "account.h"
#include "chain.h"
#include "message.h"
#include "network.h"
#include "plan.h"
#include "root.h"

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
	struct words *words = row_add(chain, "env", "a clean environment");
	const char *terminal = getenv("TERM");

	words_add(words, "-i");
	words_add(words, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	words_add(words, "HOME=%s", home);
	if (!config->linux_.host_uts && !config_without(config, "ns-uts"))
		words_add(words, "HOSTNAME=%s", hostname_of(config));
	if (terminal && *terminal)
		words_add(words, "TERM=%s", terminal);
	/* The last of a name holds. */
	for (size_t i = 0; i < config->process.env_file.count; i++)
		words_add(words, "%s", config->process.env_file.word[i]);
	for (size_t i = 0; i < config->process.env.count; i++)
		words_add(words, "%s", config->process.env.word[i]);
}

static void plan_ulimits(const struct config *config, struct chain *chain)
{
	const struct words *ulimits = &config->process.ulimits;
	struct words *words;

	if (!ulimits->count)
		return;
	words = row_add(chain, "prlimit",
			"limits of each process; out here, where root may raise them");
	for (size_t i = 0; i < ulimits->count; i++)
		words_add(words, "--%s", ulimits->word[i]);
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
	if (!config_has_limits(config) && !cgroup_can_create(why, sizeof(why))) {
		note("no cgroup of its own: %s ('--without cgroup' says that this is meant)", why);
		return;
	}
	words = row_add(chain, "cgroup", "limits, and all of it gone at the end");
	if (config->linux_.memory)
		words_add_option(words, "--memory", "%s", config->linux_.memory);
	if (config->linux_.memory_swap)
		words_add_option(words, "--memory-swap", "%s", config->linux_.memory_swap);
	if (config->linux_.cpus)
		words_add_option(words, "--cpus", "%s", config->linux_.cpus);
	if (config->linux_.cpuset)
		words_add_option(words, "--cpuset-cpus", "%s", config->linux_.cpuset);
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
	words = row_add(chain, "ns-user", "the powers that follow end at this border");
	/* An ordinary user has one id to map, so it becomes the one asked for. */
	if (geteuid() != 0 && find_user(config, &account)) {
		words_add_option(words, "--uid-map", "%u:%u:1", account.uid, geteuid());
		words_add_option(words, "--gid-map", "%u:%u:1", account.gid, getegid());
		words_add(words, "--keep-caps");
	}
	return true;
}

static void plan_names(const struct config *config, struct chain *chain)
{
	struct words *words;

	if (config->linux_.host_uts || config_without(config, "ns-uts"))
		return;
	words = row_add(chain, "ns-uts", "a host name");
	words_add_option(words, "--hostname", "%s", hostname_of(config));
	if (config->domainname)
		words_add_option(words, "--domainname", "%s", config->domainname);
}

static void plan_network(const struct config *config, struct chain *chain)
{
	bool user = config->linux_.user_network != NULL;
	struct words *words;

	if (config->linux_.host_network || config_without(config, "ns-net"))
		return;
	words = row_add(chain, "ns-net",
			user ? "a network with a way out through a program, which stays outside"
			: config->linux_.bridge_network ? "a network with a cable to the outside"
							: "a network with nothing but lo");
	if (user)
		network_plan_user(config, words);
	if (config->linux_.bridge_network)
		network_plan_inside(words);
	row_add_sysctls(words, &config->linux_.net_sysctls);
}

/* The namespaces of things that are counted by number or name. */
static void plan_namespaces(const struct config *config, struct chain *chain)
{
	struct words *words;

	/* That program must not be a process of the container's. */
	if (config->linux_.user_network)
		plan_network(config, chain);
	if (!config->linux_.host_pid && !config_without(config, "ns-pid")) {
		words = row_add(chain, "ns-pid", "process ids from 1 on");
		if (config->process.pid_file)
			words_add_option(words, "--pid-file", "%s", config->process.pid_file);
	}
	plan_names(config, chain);
	if (!config->linux_.host_ipc && !config_without(config, "ns-ipc")) {
		words = row_add(chain, "ns-ipc", "message queues and shared memory");
		row_add_sysctls(words, &config->linux_.ipc_sysctls);
	}
	if (!config->linux_.user_network)
		plan_network(config, chain);
}

static void plan_chroot(const struct config *config, struct chain *chain, const char *folder)
{
	bool mounts = !config_without(config, "ns-mnt");
	struct words *words;

	if (config_without(config, "chroot"))
		return;
	words = row_add(chain, "chroot", "the new root, and the old one gone");
	if (mounts)
		words_add(words, "--pivot");
	if (config->process.cwd)
		words_add_option(words, "--wd", "%s", config->process.cwd);
	for (unsigned i = 0; i < config->process.preserve_fds; i++)
		words_add_option(words, "--keep-fd", "%u", 3 + i);
	if (chain->file)
		words_add_option(words, "--keep-fd", "%u", chain->file_fd);
	words_add(words, "%s", mounts ? folder : config->root.path ? config->root.path : "/");
}

/* Whether there is no filter. */
static bool seccomp_is_off(const struct config *config)
{
	const char *seccomp = config->linux_.seccomp;

	return seccomp ? strcmp(seccomp, "unconfined") == 0 : config->privileged;
}

/* Whether a program may come to more power than it has: a set-user-ID one. A
 * filter after the capabilities are gone is not possible then. */
static bool may_gain(const struct config *config)
{
	return config->process.new_privileges ||
	       (config->privileged && !config->process.no_new_privileges && seccomp_is_off(config));
}

static void plan_capabilities(const struct config *config, struct chain *chain)
{
	static struct account account;
	struct words *words;
	bool preset = true;

	if (config_without(config, "capdrop"))
		return;
	words = row_add(chain, "capdrop",
			config->privileged ? "all of root's powers, as far as they are here"
					   : "few of root's powers, and no way to more");
	for (size_t i = 0; i < config->process.cap_drop.count; i++)
		if (strcasecmp(config->process.cap_drop.word[i], "all") == 0)
			preset = false;
	if (preset)
		words_add_option(words, "--preset", config->privileged ? "all" : "docker");
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
		else if (row_may_set_groups())
			words_add(words, "--clear-groups");
	}
	if (may_gain(config))
		words_add(words, "--allow-new-privs");
}

static void plan_security(const struct config *config, struct chain *chain)
{
	bool off = seccomp_is_off(config);
	struct words *words;

	if (config_without(config, "lsm"))
		return;
	if (config->process.new_privileges && !off)
		die("a seccomp filter after the capabilities are gone needs no_new_privs; with "
		    "no-new-privileges=false give seccomp=unconfined as well");
	if (off && may_gain(config) && !config->process.apparmor && !config->process.selinux)
		return;
	words = row_add(chain, "lsm",
			off ? "no new privileges, and what else guards programs"
			    : "no system calls but those that programs need");
	if (off)
		words_add_option(words, "--seccomp", "none");
	else if (chain->file)
		words_add_option(words, "--seccomp", "fd:%u", chain->file_fd);
	if (config->process.apparmor)
		words_add_option(words, "--apparmor-profile", "%s", config->process.apparmor);
	if (config->process.selinux)
		words_add_option(words, "--selinux-label", "%s", config->process.selinux);
	if (may_gain(config))
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
	return home && *home == '/' && home[strspn(home, "/.")] && access(home, F_OK) == 0 ? home
											   : "/";
}

/* The descriptor that a filter is read from comes behind those that are
 * passed on. A plain shell can name those up to 9. */
static void plan_file(const struct config *config, struct chain *chain)
{
	if (!config->linux_.seccomp || seccomp_is_off(config) ||
	    strcmp(config->linux_.seccomp, "builtin") == 0)
		return;
	chain->file = config->linux_.seccomp;
	chain->file_fd = 3 + config->process.preserve_fds;
	if (chain->file_fd > 9)
		die("--preserve-fds: at most 6 with seccomp=FILE, which is descriptor %u then, and a "
		    "shell can name no more than 9",
		    chain->file_fd);
}

void plan_compile(const struct config *config, struct chain *chain)
{
	const char *place, *home = find_home(config);
	struct words *words;
	bool user;

	config_refuse_conflicts(config);
	place = root_place(config);
	memset(chain, 0, sizeof(*chain));
	plan_file(config, chain);

	plan_env(config, chain, home);
	plan_ulimits(config, chain);
	plan_cgroup(config, chain);
	if (config->linux_.bridge_network)
		network_plan_outside(config, row_add(chain, "ns-net",
						     "stays outside, where the cable begins"));
	user = plan_user(config, chain);
	if (!config->linux_.host_cgroup && !config_without(config, "cgroup")) {
		words = row_add(chain, "cgroup", "its cgroup looks like the topmost");
		words_add(words, "--cgroupns");
	}
	plan_namespaces(config, chain);
	if (!config_without(config, "ns-mnt")) {
		words = row_add(chain, "ns-mnt",
				"the new root, put together where nobody else sees it");
		root_plan(config, words, home, place, user);
	}
	plan_chroot(config, chain, place);
	plan_capabilities(config, chain);
	plan_security(config, chain);
	if (config->init) {
		words = row_add(chain, "ns-pid", "an init that passes signals on and reaps");
		words_add(words, "--reap");
	}

	words = row_add(chain, "--", NULL);
	for (char **arg = config->process.args; *arg; arg++)
		words_add(words, "%s", *arg);
	if (!*config->process.args)
		words_add(words, "sh");
}
