/* conflicts.c: what can't be asked for together. What was asked for is never
 * dropped without a word, because the layer that would do it is left out, or
 * because it would be done to the whole machine. See config.h. */
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "message.h"
#include "network.h"

/* Options whose layer --without leaves out. */
static void refuse_left_out(const struct config *config)
{
	const char *seccomp = config->linux_.seccomp;
	bool mounts = config->mount_count > 0 || config->root.overlay;
	const struct {
		const char *layer, *options;
		bool asked;
	} table[] = {
		{ "cgroup", "--memory, --memory-swap, --cpus, --cpuset-cpus and --pids-limit",
		  config_has_limits(config) },
		{ "ns-uts", "--hostname and --domainname", config->hostname || config->domainname },
		{ "ns-ipc", "--sysctl of an IPC namespace", config->linux_.ipc_sysctls.count > 0 },
		{ "ns-net", "--sysctl of a network namespace",
		  config->linux_.net_sysctls.count > 0 },
		{ "ns-mnt", "--volume, --mount, --tmpfs, --overlay and --device", mounts },
		{ "ns-mnt", "--rootfs without :rw, whose changes are thrown away, and --read-only",
		  config->root.readonly || (config->root.path && !config->root.writable) },
		{ "chroot",
		  "--rootfs, --read-only, --volume, --mount, --tmpfs, --overlay, --device and "
		  "--workdir",
		  config->root.path || config->root.readonly || mounts || config->process.cwd },
		{ "ns-pid", "--init and --pid-file", config->init || config->process.pid_file },
		{ "capdrop", "--security-opt no-new-privileges",
		  config->process.no_new_privileges && config_without(config, "lsm") },
		{ "capdrop", "--cap-add and --cap-drop",
		  config->process.cap_add.count || config->process.cap_drop.count },
		{ "capdrop", "--user", config->process.user && geteuid() == 0 },
		{ "lsm", "--security-opt seccomp=, apparmor= and label=",
		  (seccomp && strcmp(seccomp, "unconfined") != 0) || config->process.apparmor ||
			  config->process.selinux },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].asked && config_without(config, table[i].layer))
			die("%s: not without %s, which --without leaves out", table[i].options,
			    table[i].layer);
}

/* Options of a namespace that is shared with the machine. */
static void refuse_shared(const struct config *config)
{
	const struct {
		bool shared, asked;
		const char *why;
	} table[] = {
		{ config->linux_.host_uts, config->hostname || config->domainname,
		  "--hostname and --domainname do not go with --uts host: they would rename the "
		  "machine" },
		{ config->linux_.host_ipc, config->linux_.ipc_sysctls.count > 0,
		  "this --sysctl does not go with --ipc host: it would change the machine" },
		{ config->linux_.host_network, config->linux_.net_sysctls.count > 0,
		  "this --sysctl does not go with --network host: it would change the machine" },
		{ config->linux_.host_pid, config->init,
		  "--init does not go with --pid host: there is a process 1 there already" },
		{ config->linux_.host_pid, config->process.pid_file != NULL,
		  "--pid-file does not go with --pid host: ns-pid writes it, and is left out" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].shared && table[i].asked)
			die("%s", table[i].why);
}

void config_refuse_conflicts(const struct config *config)
{
	refuse_left_out(config);
	refuse_shared(config);
	network_refuse(config);
	if (config->root.overlay && (config->root.path || config->root.readonly))
		die("--overlay / is for the machine's own root: %s",
		    config->root.path ? "a --rootfs DIR has its overlay, unless it ends in :rw"
				      : "it and --read-only exclude each other");
	for (size_t i = 0; config->privileged && i < config->process.cap_drop.count; i++)
		if (strcasecmp(config->process.cap_drop.word[i], "all") == 0)
			die("--privileged is all capabilities, and --cap-drop %s none of them",
			    config->process.cap_drop.word[i]);
}
