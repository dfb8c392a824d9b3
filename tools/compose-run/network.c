/* network.c: --network bridge, and the options that go with it. See network.h. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ns-net/address.h"
#include "../ns-net/helper.h"
#include "../ns-net/publish.h"
#include "file.h"
#include "message.h"
#include "network.h"
#include "step.h"
#include "why.h"

static _Noreturn void refuse_network(const char *value)
{
	if (strncmp(value, "container:", 10) == 0)
		die("--network: to run a program in a container that runs:  compose-run exec %s -- "
		    "PROGRAM; to share its network only, change the line of --print-chain:  "
		    "ns-net --join PID",
		    value + 10);
	if (strcmp(value, "default") == 0)
		die("--network default is bridge in Docker, and none here; say which one is meant");
	die("--network takes none, host, bridge or user (pasta, slirp4netns), not '%s'; networks "
	    "have no names here",
	    value);
}

void network_set(struct config *config, const char *value)
{
	/* In podman run a user's network has the name of its program. */
	bool named = strcmp(value, "pasta") == 0 || strcmp(value, "slirp4netns") == 0;

	config->linux_.host_network = strcmp(value, "host") == 0;
	config->linux_.bridge_network = strcmp(value, "bridge") == 0;
	config->linux_.user_network = named ? value : strcmp(value, "user") == 0 ? "" : NULL;
	if (!config->linux_.host_network && !config->linux_.bridge_network &&
	    !config->linux_.user_network && strcmp(value, "none") != 0)
		refuse_network(value);
}

void network_set_ip(struct config *config, const char *value)
{
	struct address address;

	if (!address_parse(&address, value) || address.family != AF_INET)
		die("--ip takes an address of IPv4, such as 10.213.0.5; this is '%s'", value);
	config->linux_.ip = value;
}

void network_add_publish(struct config *config, const char *value)
{
	struct publish one, other;

	publish_parse(&one, value);
	for (size_t i = 0; i < config->linux_.publish.count; i++) {
		publish_parse(&other, config->linux_.publish.word[i]);
		if (publish_collides(&one, &other))
			die("--publish %s and --publish %s lead from the same port", other.text,
			    value);
	}
	words_add(&config->linux_.publish, "%s", value);
}

void network_add_dns(struct config *config, const char *value)
{
	struct address address;

	if (!address_parse(&address, value))
		die("--dns takes the address of a name server, such as 192.0.2.53; this is '%s'",
		    value);
	words_add(&config->linux_.dns, "%s", value);
}

/* Whether --cap-add gives CAP_SYS_PTRACE, by its name or with all. */
static bool may_trace(const struct words *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcasestr(names->word[i], "ptrace") || strcasestr(names->word[i], "all"))
			return true;
	return false;
}

void network_refuse(const struct config *config)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	const char *option = config->linux_.publish.count ? "--publish"
			     : config->linux_.ip	  ? "--ip"
			     : config->linux_.dns.count	  ? "--dns"
							  : NULL;
	const char *without = config_without(config, "ns-net")	 ? "ns-net"
			      : config_without(config, "ns-mnt") ? "ns-mnt"
								 : NULL;

	if (config->linux_.user_network && config->linux_.ip)
		die("--ip does not go with --network user: the address is always 10.0.2.100");
	if (!config->linux_.bridge_network && !config->linux_.user_network) {
		if (option)
			die("%s does not go with --network %s: %s; it goes with --network bridge or user",
			    option, config->linux_.host_network ? "host" : "none",
			    !config->linux_.host_network ? "nothing leads into it or out of it"
			    : strcmp(option, "--dns") == 0
				    ? "names are looked up as the machine does it"
			    : strcmp(option, "--ip") == 0 ? "its addresses are those of the machine"
							  : "every port is open there already");
		return;
	}
	if (without)
		die("--network %s is not without %s, which --without leaves out%s",
		    config->linux_.bridge_network ? "bridge" : "user", without,
		    strcmp(without, "ns-mnt") == 0 ? ": its names are in files of its own" : "");
	/* ns-net stays outside, with the machine's root directory, and as root of the
	 * container's user namespace: whoever sees it and may trace it gets out there. */
	if (config->linux_.user_network &&
	    (config->linux_.host_pid || config_without(config, "ns-pid")) &&
	    (config->privileged || config_without(config, "capdrop") ||
	     may_trace(&config->process.cap_add)))
		die("--network user with the machine's process ids, and CAP_SYS_PTRACE, would be a "
		    "way out: /proc/PID/root of the one that stays outside; leave one of the three "
		    "out");
	/* A dry run, and nothing else, needs no privilege. */
	if (geteuid() == 0 || dry_run || config->linux_.user_network)
		return;
	FIX("a network that needs no root:  compose-run --network user ...\n"
	    "or become root:  sudo compose-run --network bridge ...\n"
	    "or none at all:  compose-run --network none ...");
	(void)REASON(
		"NET-PRIV", "network_namespaces(7)",
		"a bridge and firewall rules change the machine's own network, which takes its "
		"root; you are uid %u",
		geteuid());
	why_refuse(reason, "cannot have --network bridge");
}

void network_plan_outside(const struct config *config, struct words *words)
{
	words_add(words, "--outside");
	words_add_option(words, "--bridge", NETWORK_BRIDGE);
	if (config->linux_.ip)
		words_add_option(words, "--ip", "%s", config->linux_.ip);
	for (size_t i = 0; i < config->linux_.publish.count; i++)
		words_add_option(words, "--publish", "%s", config->linux_.publish.word[i]);
}

/* Whether our user namespace has all ids: a setting of the network's names groups. */
static bool has_all_groups(void)
{
	char map[256];
	unsigned inner, outer, count;

	return read_file("/proc/self/gid_map", map, sizeof(map)) > 0 &&
	       sscanf(map, "%u %u %u", &inner, &outer, &count) == 3 && inner == 0 &&
	       count > INT_MAX;
}

void network_plan_user(const struct config *config, struct words *words)
{
	const char *program = config->linux_.user_network;

	words_add(words, "--user-net%s%s", *program ? "=" : "", program);
	for (size_t i = 0; i < config->linux_.publish.count; i++)
		words_add_option(words, "--publish", "%s", config->linux_.publish.word[i]);
}

void network_plan_inside(struct words *words)
{
	words_add(words, "--cable");
	/* As in docker: who is not root may take any port as well, and ping. What
	 * --sysctl says comes later, and holds. */
	words_add_option(words, "--sysctl", "net.ipv4.ip_unprivileged_port_start=0");
	if (has_all_groups())
		words_add_option(words, "--sysctl", "net.ipv4.ping_group_range=0 %d", INT_MAX);
}

/* Whether a line of resolv.conf is this word and something behind it; then *value
 * is that. */
static bool is_line(const char *line, const char *word, const char **value)
{
	size_t length = strlen(word);

	if (strncmp(line, word, length) != 0 || !strchr(" \t", line[length]) || !line[length])
		return false;
	*value = line + length + strspn(line + length, " \t");
	return **value != '\0';
}

/* Adds the machine's own name servers, but for those at its loopback, which is another
 * in each network; and what else its file says. Returns how many servers. */
static size_t add_machines(const struct config *config, struct words *words, const char *target,
			   const char *file)
{
	char text[16384], *save = NULL;
	size_t servers = 0;

	if (read_file(file, text, sizeof(text)) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct address address;
		const char *value;

		line += strspn(line, " \t");
		line[strcspn(line, "\r")] = '\0';
		if (is_line(line, "nameserver", &value)) {
			/* Our networks have no way to an address of IPv6. */
			if (config->linux_.dns.count || !address_parse(&address, value) ||
			    address_is_loopback(&address) || address.family != AF_INET)
				continue;
			servers++;
		} else if (!is_line(line, "search", &value) && !is_line(line, "options", &value) &&
			   !is_line(line, "domain", &value)) {
			continue;
		}
		words_add_option(words, "--line", "%s:%s", target, line);
	}
	return servers;
}

/* Docker's, when the machine has none that others can reach. */
static const char *const public_servers[] = { "8.8.8.8", "8.8.4.4" };

static void plan_resolver(const struct config *config, struct words *words, const char *target)
{
	/* systemd-resolved listens at 127.0.0.53, and keeps a second list, of whom it
	 * asks itself. */
	static const char *const files[] = { "/etc/resolv.conf",
					     "/run/systemd/resolve/resolv.conf" };
	struct words lines = { NULL, 0 };

	for (size_t i = 0; i < config->linux_.dns.count; i++)
		words_add_option(words, "--line", "%s:nameserver %s", target,
				 config->linux_.dns.word[i]);
	/* It asks the machine's first server, also one at its loopback. */
	if (config->linux_.user_network && !config->linux_.dns.count) {
		words_add_option(words, "--line", "%s:nameserver %s", target, HELPER_NAMES);
		return;
	}
	if (!add_machines(config, &lines, target, files[0]) && !config->linux_.dns.count) {
		lines.count = 0;
		if (!add_machines(config, &lines, target, files[1])) {
			note("the machine's name servers can't be reached from another network (%s); "
			     "the container gets %s and %s, as in docker, unless --dns says "
			     "otherwise",
			     files[0], public_servers[0], public_servers[1]);
			for (size_t i = 0; i < 2; i++)
				words_add_option(words, "--line", "%s:nameserver %s", target,
						 public_servers[i]);
		}
	}
	for (size_t i = 0; i < lines.count; i++)
		words_add(words, "%s", lines.word[i]);
}

/* Where a file of the new root is to be put: of the machine's own root, where its
 * symbolic link leads. NULL, with a note, when there is none and none can be made. */
static const char *find_place(const struct config *config, const char *file, char *path)
{
	const char *root = config->root.path;
	bool read_only = config->root.readonly || (!root && !config->root.overlay);

	if (!root && realpath(file, path))
		return path;
	if (root && read_only) {
		snprintf(path, PATH_MAX, "%s%s", root, file);
		if (access(path, F_OK) == 0)
			return file;
	}
	if (!read_only)
		return file;
	note("%s is not there, and this root is read-only: so the container has none", file);
	return NULL;
}

void network_plan_names(const struct config *config, struct words *words)
{
	char path[PATH_MAX];
	const char *place = find_place(config, "/etc/resolv.conf", path);

	if (place)
		plan_resolver(config, words, place);
	if (place && config->root.readonly)
		words_add_option(words, "--remount-ro", "%s", place);
	place = find_place(config, "/etc/hosts", path);
	if (!place)
		return;
	words_add_option(words, "--hosts", "%s", place);
	if (config->root.readonly)
		words_add_option(words, "--remount-ro", "%s", place);
}
