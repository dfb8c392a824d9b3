/* bundle_devices.c: which devices a bundle's container has: linux.devices, the
 * nodes, and linux.resources.devices, which of them may be used. See bundle.h.
 *
 * The rules are those of a cgroup, and root can have that. An ordinary user
 * can't; there, and where root may make no cgroup, the mounts are "nodev", and
 * the default devices are bound one by one: no other device can be opened. So
 * only rules that come to just that can be kept there. Read on:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* For one question: may we make a cgroup here? */
#include "../cgroup/cgroup.h"
#include "bundle.h"
#include "namespace.h"

/* ---- the nodes ---- */

struct node {
	const char *path, *type;
	int64_t major, minor, mode, uid, gid;
};

static void read_node_path(const struct at *at, void *into)
{
	struct node *node = into;

	node->path = strict_string(at);
	if (*node->path != '/' || strchr(node->path, ','))
		strict_wrong(at, "it must be an absolute path, without a comma");
}

static void read_node_type(const struct at *at, void *into)
{
	((struct node *)into)->type = strict_string(at);
}

static void read_node_major(const struct at *at, void *into)
{
	((struct node *)into)->major = strict_number(at, -1, INT64_MAX);
}

static void read_node_minor(const struct at *at, void *into)
{
	((struct node *)into)->minor = strict_number(at, -1, INT64_MAX);
}

static void read_node_mode(const struct at *at, void *into)
{
	((struct node *)into)->mode = strict_number(at, 0, UINT32_MAX);
}

static void read_node_uid(const struct at *at, void *into)
{
	((struct node *)into)->uid = strict_number(at, 0, UINT32_MAX);
}

static void read_node_gid(const struct at *at, void *into)
{
	((struct node *)into)->gid = strict_number(at, 0, UINT32_MAX);
}

/* The devices that each container has. */
static bool is_default_node(const struct node *node)
{
	static const struct {
		const char *path;
		int64_t major, minor;
	} defaults[] = {
		{ "/dev/null", 1, 3 },	 { "/dev/zero", 1, 5 },	   { "/dev/full", 1, 7 },
		{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
	};

	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		if (strcmp(node->path, defaults[i].path) == 0 && strcmp(node->type, "c") == 0 &&
		    node->major == defaults[i].major && node->minor == defaults[i].minor)
			return (node->mode < 0 || (node->mode & 0777) == 0666) && node->uid <= 0 &&
			       node->gid <= 0;
	return false;
}

/* A node is the machine's own, bound: to make one takes root outside of all user
 * namespaces, and here everybody can have it. So it has to be there, by this
 * name, and as it is asked for. */
static void read_node(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "path", read_node_path, true },      { "type", read_node_type, true },
		{ "major", read_node_major, false },   { "minor", read_node_minor, false },
		{ "fileMode", read_node_mode, false }, { "uid", read_node_uid, false },
		{ "gid", read_node_gid, false },       { NULL, NULL, false },
	};
	struct bundle *bundle = into;
	struct node node = { NULL, NULL, -1, -1, -1, -1, -1 };
	struct stat status;

	strict_object(at, keys, &node);
	if (is_default_node(&node))
		return;
	if (lstat(node.path, &status) != 0 ||
	    !(S_ISCHR(status.st_mode) ? strchr("cu", *node.type) != NULL
				      : S_ISBLK(status.st_mode) && *node.type == 'b') ||
	    major(status.st_rdev) != node.major || minor(status.st_rdev) != node.minor)
		strict_missing(
			at,
			"a device is the machine's own, and there it has no %.100s with this "
			"type and these numbers",
			node.path);
	if ((node.mode >= 0 && (status.st_mode & 0777) != (node.mode & 0777)) ||
	    (node.uid >= 0 && status.st_uid != node.uid) ||
	    (node.gid >= 0 && status.st_gid != node.gid))
		strict_missing(at,
			       "a device is the machine's own, and keeps its mode and its owner: "
			       "%.100s has %04o %u:%u",
			       node.path, status.st_mode & 0777, status.st_uid, status.st_gid);
	words_add(&bundle->linux_.nodes, "%s", node.path);
}

void bundle_read_devices(const struct at *at, void *into)
{
	strict_list(at, read_node, into);
}

void bundle_plan_nodes(const struct bundle *bundle, struct words *words)
{
	for (size_t i = 0; i < bundle->linux_.nodes.count; i++)
		words_add_option(words, "--mount", "type=bind,src=%s,dst=%s",
				 bundle->linux_.nodes.word[i], bundle->linux_.nodes.word[i]);
}

/* ---- the rules ---- */

struct rule {
	bool allow;
	const char *type, *access;
	int64_t major, minor; /* -1: any */
};

static void read_allow(const struct at *at, void *into)
{
	((struct rule *)into)->allow = strict_bool(at);
}

static void read_type(const struct at *at, void *into)
{
	struct rule *rule = into;

	rule->type = strict_string(at);
	if (!*rule->type)
		rule->type = "a";
	if (strlen(rule->type) != 1 || !strchr("acb", *rule->type))
		strict_wrong(at, "the type of a device is a (all), c or b");
}

static void read_access(const struct at *at, void *into)
{
	struct rule *rule = into;

	rule->access = strict_string(at);
	if (rule->access[strspn(rule->access, "rwm")] || strlen(rule->access) > 3)
		strict_wrong(at, "access is made of r (read), w (write) and m (mknod)");
	if (!*rule->access)
		rule->access = "rwm";
}

static void read_major(const struct at *at, void *into)
{
	((struct rule *)into)->major = strict_number(at, -1, UINT32_MAX);
}

static void read_minor(const struct at *at, void *into)
{
	((struct rule *)into)->minor = strict_number(at, -1, UINT32_MAX);
}

/* null, zero, full, random, urandom; tty, console, ptmx; and terminals. */
static bool is_default(const struct rule *rule)
{
	return *rule->type == 'c' &&
	       ((rule->major == 1 && ((rule->minor >= 7 && rule->minor <= 9) || rule->minor == 3 ||
				      rule->minor == 5)) ||
		(rule->major == 5 && rule->minor >= 0 && rule->minor <= 2) || rule->major == 136);
}

/* Adds it as cgroup takes it: "allow c 1:3 rwm". */
static void add_rule(struct words *rules, const struct rule *rule)
{
	char major[24] = "*", minor[24] = "*";

	if (rule->major >= 0)
		snprintf(major, sizeof(major), "%lld", (long long)rule->major);
	if (rule->minor >= 0)
		snprintf(minor, sizeof(minor), "%lld", (long long)rule->minor);
	words_add(rules, "%s %s %s:%s %s", rule->allow ? "allow" : "deny", rule->type, major, minor,
		  rule->access);
}

static bool is_for_all(const struct rule *rule, const char *access)
{
	for (; *access; access++)
		if (!strchr(rule->access, *access))
			return false;
	return *rule->type == 'a' && rule->major < 0 && rule->minor < 0;
}

static void read_rule(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "allow", read_allow, true },	  { "type", read_type, false },
		{ "major", read_major, false },	  { "minor", read_minor, false },
		{ "access", read_access, false }, { NULL, NULL, false },
	};
	struct bundle *bundle = into;
	struct rule rule = { false, "a", "rwm", -1, -1 };
	bool denied = bundle->linux_.devices_denied;

	strict_object(at, keys, &rule);
	bundle->linux_.devices_ruled = true;
	if (is_for_all(&rule, "rwm"))
		bundle->linux_.device_rules = (struct words){ NULL, 0 };
	add_rule(&bundle->linux_.device_rules, &rule);
	/* The rest is about what can be had without a cgroup. */
	if (is_for_all(&rule, "rw")) {
		bundle->linux_.devices_denied = !rule.allow;
		bundle->linux_.beyond_nodev = NULL;
	} else if ((rule.allow && denied && !is_default(&rule) && strcmp(rule.access, "m") != 0) ||
		   (!rule.allow && (!denied || is_default(&rule)))) {
		if (!bundle->linux_.beyond_nodev)
			bundle->linux_.beyond_nodev = strict_path(at);
	}
}

void bundle_read_device_rules(const struct at *at, void *into)
{
	strict_list(at, read_rule, into);
}

bool bundle_devices_by_cgroup(const struct bundle *bundle)
{
	const char *path = bundle->linux_.cgroups_path;
	char why[512];

	/* A cgroup that is there already keeps its rules. And rules about devices are
	 * the machine's root's, and no root's of a user namespace. */
	return !(path && *path == '/' && bundle_is_cgroup(path)) && geteuid() == 0 &&
	       !in_user_namespace() && cgroup_can_create(why, sizeof(why));
}

bool bundle_devices_by_nodev(const struct bundle *bundle)
{
	if (bundle->linux_.devices_by_cgroup)
		return false;
	if (bundle->linux_.beyond_nodev)
		strict_missing_path(
			bundle->file, bundle->linux_.beyond_nodev,
			"that takes root and a new cgroup; without, the container has "
			"null, zero, full,\nrandom, urandom and tty, and no other device, "
			"or all");
	return bundle->linux_.devices_denied;
}

/* Adds "--allow-device RULE" for a rule in words. */
static void add_option(struct words *words, const char *rule)
{
	const char *text = strchr(rule, ' ') + 1;

	words_add_option(words, *rule == 'a' ? "--allow-device" : "--deny-device", "%s",
			 strcmp(text, "a *:* rwm") == 0 ? "a" : text);
}

void bundle_plan_devices(const struct bundle *bundle, struct words *words)
{
	/* "Containers MAY NOT access any device node that is not explicitly
	 * referenced", but have the default ones, and terminals. */
	static const char *const always[] = {
		"allow c 1:3 rwm", "allow c 1:5 rwm", "allow c 1:7 rwm", "allow c 1:8 rwm",
		"allow c 1:9 rwm", "allow c 5:0 rwm", "allow c 5:2 rwm", "allow c 136:* rwm",
	};
	const struct words *rules = &bundle->linux_.device_rules;

	if (!bundle->linux_.devices_by_cgroup)
		return;
	/* All of them, and the cgroups above have their say. */
	if (rules->count == 1 && strcmp(rules->word[0], "allow a *:* rwm") == 0)
		return;
	if (rules->count == 0 || (strcmp(rules->word[0], "deny a *:* rwm") != 0 &&
				  strcmp(rules->word[0], "allow a *:* rwm") != 0))
		add_option(words, "deny a *:* rwm");
	for (size_t i = 0; i < rules->count; i++)
		add_option(words, rules->word[i]);
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		add_option(words, always[i]);
}
