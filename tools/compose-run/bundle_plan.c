/* bundle_plan.c: from an OCI bundle to the chain that makes it. See bundle.h.
 *
 * The order of the links is that of plan.c. Here the config.json says all, and
 * nothing is added that it does not ask for, but what the runtime-spec says a
 * container has: the default devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "bundle.h"
#include "message.h"

bool bundle_has(const struct bundle *bundle, enum bundle_namespace type)
{
	return bundle->linux_.namespaces[type].listed;
}

struct words *bundle_add_namespace(const struct bundle *bundle, struct chain *chain,
				   enum bundle_namespace type, const char *tool,
				   const char *comment)
{
	const char *path = bundle->linux_.namespaces[type].path;
	struct words *words;

	if (!bundle_has(bundle, type))
		return NULL;
	words = row_add(chain, tool, path ? "somebody else's" : comment);
	if (path)
		words_add_option(words, "--join", "%s", path);
	return words;
}

static void plan_env(const struct bundle *bundle, struct chain *chain)
{
	static struct account account;
	struct words *words = row_add(chain, "env", "the environment of process.env");
	const struct words *env = &bundle->process.env;
	bool home = false;
	char user[16];

	words_add(words, "-i");
	for (size_t i = 0; i < env->count; i++) {
		home = home || strncmp(env->word[i], "HOME=", 5) == 0;
		words_add(words, "%s", env->word[i]);
	}
	/* As other runtimes do: a shell can't be without. */
	if (!home) {
		snprintf(user, sizeof(user), "%u", bundle->process.uid);
		account_find(bundle->root.path, user, &account);
		words_add(words, "HOME=%s", account.home);
	}
}

/* Out here, where root may raise the one and lower the other. */
static void plan_process_limits(const struct bundle *bundle, struct chain *chain)
{
	const struct words *limits = &bundle->process.rlimits;
	struct words *words;

	if (bundle->process.has_oom_score) {
		words = row_add(chain, "choom", "killed sooner or later, without memory");
		words_add_option(words, "-n", "%d", bundle->process.oom_score);
		words_add(words, "--");
	}
	if (limits->count) {
		words = row_add(chain, "prlimit", "limits of each process");
		for (size_t i = 0; i < limits->count; i++)
			words_add(words, "--%s", limits->word[i]);
	}
}

static void plan_uts(const struct bundle *bundle, struct chain *chain)
{
	struct words *words =
		bundle_add_namespace(bundle, chain, BUNDLE_UTS, "ns-uts", "a host name");

	if (words && bundle->hostname)
		words_add_option(words, "--hostname", "%s", bundle->hostname);
	if (words && bundle->domainname)
		words_add_option(words, "--domainname", "%s", bundle->domainname);
}

static void plan_mounts(const struct bundle *bundle, struct chain *chain)
{
	struct words *words =
		row_add(chain, "ns-mnt", "the new root, put together where nobody else sees it");

	bundle_plan_mounts(bundle, words);
	/* So that the next link need not know its name, which may lead elsewhere
	 * by then. */
	words_add_option(words, "--cd", "/");
	bundle_plan_hooks_created(bundle, chain);
	bundle_plan_schedule(bundle, chain, false);

	words = row_add(chain, "chroot", "the new root, and the old one gone");
	words_add(words, "--pivot");
	words_add_option(words, "--wd", "%s", bundle->process.cwd);
	if (chain->file)
		words_add_option(words, "--keep-fd", "3");
	if (bundle_has_start_hooks(bundle))
		words_add_option(words, "--keep-fd", "%d", BUNDLE_HOOKS_FD);
	words_add(words, ".");
}

void bundle_chain(const struct bundle *read, char *args[], struct chain *chain)
{
	struct bundle decided = *read;
	const struct bundle *bundle = &decided;
	struct words *words;
	bool mapped;

	decided.linux_.devices_by_cgroup = bundle_devices_by_cgroup(read);
	memset(chain, 0, sizeof(*chain));
	if (bundle->linux_.seccomp) {
		chain->file = bundle->file;
		chain->text = bundle->text;
		chain->size = bundle->size;
		chain->file_fd = 3;
	}

	plan_env(bundle, chain);
	plan_process_limits(bundle, chain);
	bundle_plan_hooks_outside(bundle, chain);
	bundle_plan_schedule(bundle, chain, true);
	bundle_plan_cgroup(bundle, chain);
	if (bundle_idmaps_first(bundle)) {
		words = row_add(chain, "ns-mnt", "files with other owners, which ns-user can't do");
		bundle_plan_idmaps(bundle, words);
	}
	mapped = bundle_plan_user(bundle, chain);
	bundle_plan_cgroup_namespace(bundle, chain);
	bundle_plan_time(bundle, chain);
	bundle_add_namespace(bundle, chain, BUNDLE_PID, "ns-pid", "process ids from 1 on");
	plan_uts(bundle, chain);
	words = bundle_add_namespace(bundle, chain, BUNDLE_IPC, "ns-ipc",
				     "message queues and shared memory");
	if (words)
		row_add_sysctls(words, &bundle->linux_.ipc_sysctl);
	words = bundle_add_namespace(bundle, chain, BUNDLE_NETWORK, "ns-net",
				     "a network with nothing but lo");
	if (words)
		row_add_sysctls(words, &bundle->linux_.net_sysctl);
	plan_mounts(bundle, chain);
	/* A filter can be set without no_new_privs only by who has
	 * CAP_SYS_ADMIN still; so it has to allow what capdrop does. */
	if (!bundle->process.no_new_privileges)
		bundle_plan_security(bundle, chain);
	bundle_plan_capabilities(bundle, chain, mapped);
	if (bundle->process.no_new_privileges)
		bundle_plan_security(bundle, chain);
	bundle_plan_hooks_starting(bundle, chain);

	words = row_add(chain, "--", NULL);
	for (; *args; args++)
		words_add(words, "%s", *args);
	if (words->count == 1)
		for (size_t i = 0; i < bundle->process.args.count; i++)
			words_add(words, "%s", bundle->process.args.word[i]);
}

bool bundle_compile(const char *directory, const char *id, char *args[], struct chain *chain)
{
	static struct bundle bundle;
	char *real = realpath(directory, NULL);

	if (!real)
		die_errno("--bundle: cannot find '%s'", directory);
	bundle_read(real, &bundle);
	bundle_find_root(&bundle);
	bundle.id = id;
	bundle_chain(&bundle, args, chain);
	return bundle.process.terminal;
}
