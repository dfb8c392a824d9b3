/* bundle_process.c: what a config.json says of the program: "process". See
 * bundle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "bundle.h"
#include "memory.h"
#include "message.h"

static void read_terminal(const struct at *at, void *into)
{
	((struct bundle *)into)->process.terminal = strict_bool(at);
}

/* The size of a terminal. "Runtimes MUST ignore consoleSize if terminal is
 * false"; and ours is as large as the one that it is shown on. */
static void read_console_side(const struct at *at, void *into)
{
	(void)into;
	strict_number(at, 0, INT64_MAX);
}

static void read_console_size(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "height", read_console_side, true },
		{ "width", read_console_side, true },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

static void read_arg(const struct at *at, void *into)
{
	words_add(into, "%s", strict_string(at));
}

static void read_args(const struct at *at, void *into)
{
	struct bundle *bundle = into;

	strict_list(at, read_arg, &bundle->process.args);
	if (!bundle->process.args.count || !*bundle->process.args.word[0])
		strict_wrong(at, "its first element is the program to run, and there is none");
}

static void read_variable(const struct at *at, void *into)
{
	const char *text = strict_string(at);

	/* env(1), the first link, takes other words for its options, or for
	 * the program. */
	if (*text == '=' || *text == '-' || !strchr(text, '='))
		strict_wrong(at, "a variable is NAME=VALUE, and the name begins with no '-'");
	words_add(into, "%s", text);
}

static void read_env(const struct at *at, void *into)
{
	strict_list(at, read_variable, &((struct bundle *)into)->process.env);
}

static void read_cwd(const struct at *at, void *into)
{
	struct bundle *bundle = into;

	bundle->process.cwd = strict_string(at);
	if (*bundle->process.cwd != '/')
		strict_wrong(at, "it must be an absolute path inside, such as \"/\"");
}

/* ---- user ---- */

/* The largest number is no id: setresuid(2) takes it as "leave it". */
static uint32_t read_id(const struct at *at)
{
	return (uint32_t)strict_number(at, 0, UINT32_MAX - 1);
}

static void read_uid(const struct at *at, void *into)
{
	((struct bundle *)into)->process.uid = read_id(at);
}

static void read_gid(const struct at *at, void *into)
{
	((struct bundle *)into)->process.gid = read_id(at);
}

static void read_umask(const struct at *at, void *into)
{
	((struct bundle *)into)->process.umask = (int)strict_number(at, 0, 0777);
}

static void read_group(const struct at *at, void *into)
{
	words_add(&((struct bundle *)into)->process.groups, "%u", read_id(at));
}

static void read_groups(const struct at *at, void *into)
{
	strict_list(at, read_group, into);
}

static void read_user(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "uid", read_uid, true },
		{ "gid", read_gid, true },
		{ "umask", read_umask, false },
		{ "additionalGids", read_groups, false },
		{ "username", strict_unsupported, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

/* ---- capabilities ---- */

static void read_capability(const struct at *at, void *into)
{
	const char *name = strict_string(at);
	cap_value_t number;
	uint64_t *set = into;

	if (strncmp(name, "CAP_", 4) != 0)
		strict_wrong(at, "a capability is written as CAP_CHOWN is");
	if (cap_from_name(name, &number) == 0 && number < cap_max_bits() && number < 64) {
		*set |= UINT64_C(1) << number;
	} else {
		char *path = strict_path(at);

		note("%s: this kernel knows no capability %.40s; left out", path, name);
		free(path);
	}
}

uint64_t bundle_capabilities(const struct at *at)
{
	uint64_t set = 0;

	strict_list(at, read_capability, &set);
	return set;
}

static void read_bounding(const struct at *at, void *into)
{
	((struct bundle *)into)->process.bounding = bundle_capabilities(at);
}

static void read_permitted(const struct at *at, void *into)
{
	((struct bundle *)into)->process.permitted = bundle_capabilities(at);
}

static void read_effective(const struct at *at, void *into)
{
	((struct bundle *)into)->process.effective = bundle_capabilities(at);
}

static void read_inheritable(const struct at *at, void *into)
{
	((struct bundle *)into)->process.inheritable = bundle_capabilities(at);
}

static void read_ambient(const struct at *at, void *into)
{
	((struct bundle *)into)->process.ambient = bundle_capabilities(at);
}

static void read_capabilities(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "bounding", read_bounding, false },	{ "permitted", read_permitted, false },
		{ "effective", read_effective, false }, { "inheritable", read_inheritable, false },
		{ "ambient", read_ambient, false },	{ NULL, NULL, false },
	};
	struct bundle *bundle = into;

	strict_object(at, keys, bundle);
	if (bundle->process.effective & ~bundle->process.permitted)
		strict_wrong(at, "\"effective\" has a capability that \"permitted\" has not, which "
				 "the kernel refuses");
}

/* ---- limits of the process ---- */

struct rlimit_text {
	const char *name;
	uint64_t soft, hard;
};

static void read_rlimit_type(const struct at *at, void *into)
{
	static const char *const names[] = {
		"RLIMIT_AS",
		"RLIMIT_CORE",
		"RLIMIT_CPU",
		"RLIMIT_DATA",
		"RLIMIT_FSIZE",
		"RLIMIT_LOCKS",
		"RLIMIT_MEMLOCK",
		"RLIMIT_MSGQUEUE",
		"RLIMIT_NICE",
		"RLIMIT_NOFILE",
		"RLIMIT_NPROC",
		"RLIMIT_RSS",
		"RLIMIT_RTPRIO",
		"RLIMIT_RTTIME",
		"RLIMIT_SIGPENDING",
		"RLIMIT_STACK",
		NULL,
	};
	const char *type = strict_string(at), *near;

	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], type) == 0)
			((struct rlimit_text *)into)->name = names[i] + strlen("RLIMIT_");
	if (!((struct rlimit_text *)into)->name) {
		near = closest(type, names);
		strict_wrong(at, "there is no limit '%.40s'%s%s%s", type,
			     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	}
}

static void read_soft(const struct at *at, void *into)
{
	((struct rlimit_text *)into)->soft = strict_uint64(at);
}

static void read_hard(const struct at *at, void *into)
{
	((struct rlimit_text *)into)->hard = strict_uint64(at);
}

static char *limit_text(uint64_t limit)
{
	return limit == UINT64_MAX ? copy_text("unlimited")
				   : print_text("%llu", (unsigned long long)limit);
}

static void read_rlimit(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "type", read_rlimit_type, true },
		{ "soft", read_soft, true },
		{ "hard", read_hard, true },
		{ NULL, NULL, false },
	};
	struct bundle *bundle = into;
	struct rlimit_text limit = { NULL, 0, 0 };
	char name[32], *soft, *hard;
	size_t n = 0;

	strict_object(at, keys, &limit);
	if (limit.soft > limit.hard)
		strict_wrong(at, "\"soft\" is above \"hard\", which the kernel refuses");
	for (; limit.name[n]; n++)
		name[n] = (char)(limit.name[n] | 0x20); /* ASCII capitals */
	name[n] = '\0';
	for (size_t i = 0; i < bundle->process.rlimits.count; i++)
		if (strncmp(bundle->process.rlimits.word[i], name, n) == 0 &&
		    bundle->process.rlimits.word[i][n] == '=')
			strict_wrong(at, "RLIMIT_%s stands there twice", limit.name);
	soft = limit_text(limit.soft);
	hard = limit_text(limit.hard);
	words_add(&bundle->process.rlimits, "%s=%s:%s", name, soft, hard);
	free(soft);
	free(hard);
}

static void read_rlimits(const struct at *at, void *into)
{
	strict_list(at, read_rlimit, into);
}

static void read_oom_score(const struct at *at, void *into)
{
	struct bundle *bundle = into;

	bundle->process.oom_score = (int)strict_number(at, -1000, 1000);
	bundle->process.has_oom_score = true;
}

/* ---- security ---- */

static void read_no_new_privileges(const struct at *at, void *into)
{
	((struct bundle *)into)->process.no_new_privileges = strict_bool(at);
}

/* The name of a profile or a context; "" is none. */
static const char *read_label(const struct at *at)
{
	const char *label = strict_string(at);

	return *label ? label : NULL;
}

static void read_apparmor(const struct at *at, void *into)
{
	((struct bundle *)into)->process.apparmor = read_label(at);
}

static void read_selinux(const struct at *at, void *into)
{
	((struct bundle *)into)->process.selinux = read_label(at);
}

void bundle_read_process(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "terminal", read_terminal, false },
		{ "consoleSize", read_console_size, false },
		{ "user", read_user, true },
		{ "args", read_args, true },
		{ "commandLine", strict_unsupported, false },
		{ "env", read_env, false },
		{ "cwd", read_cwd, true },
		{ "capabilities", read_capabilities, false },
		{ "rlimits", read_rlimits, false },
		{ "noNewPrivileges", read_no_new_privileges, false },
		{ "apparmorProfile", read_apparmor, false },
		{ "oomScoreAdj", read_oom_score, false },
		{ "scheduler", bundle_read_scheduler, false },
		{ "selinuxLabel", read_selinux, false },
		{ "ioPriority", bundle_read_io_priority, false },
		{ "execCPUAffinity", bundle_read_affinity, false },
		{ NULL, NULL, false },
	};
	struct bundle *bundle = into;

	bundle->process.there = true;
	strict_object(at, keys, bundle);
}
