/* emit.c: from a chain to an OCI bundle, for other runtimes.
 *
 * It is read off the chain, word for word, and not off the options: so what the
 * config.json says is what the chain does. A word of a link that is not known
 * here is refused, and never left out. The mounts are in emit_mounts.c, the
 * filter in emit_filter.c. Read on: the runtime-spec's config.md. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sets of capabilities, as capdrop reads them. */
#include "../capdrop/sets.h"
#include "account.h"
#include "bundle.h"
#include "emit.h"
#include "emitting.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "number.h"
#include "paste.h"
#include "why.h"

void emit_refuse(const char *what, const char *value, const char *format, ...)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	char why[500];
	va_list values;

	va_start(values, format);
	vsnprintf(why, sizeof(why), format, values);
	va_end(values);
	(void)REASON("OCI-EMIT", "https://github.com/opencontainers/runtime-spec", "%s", why);
	FIX("leave it out, or let compose-run itself run it; its line:  compose-run --print-chain ...");
	why_refuse(reason, "--emit-oci: a config.json can't say: %s%s%s", what, value ? " " : "",
		   value ? value : "");
}

/* What jansson makes, or the end. */
json_t *emit_made(json_t *value)
{
	if (!value)
		die("--emit-oci: no memory, or a text that is not UTF-8, which JSON has to be");
	return value;
}

void emit_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, emit_made(value)) != 0)
		die("--emit-oci: no memory");
}

void emit_add(json_t *list, json_t *value)
{
	if (json_array_append_new(list, emit_made(value)) != 0)
		die("--emit-oci: no memory");
}

json_t *emit_object(json_t *parent, const char *key)
{
	if (!json_object_get(parent, key))
		emit_set(parent, key, json_object());
	return json_object_get(parent, key);
}

json_t *emit_list(json_t *parent, const char *key)
{
	if (!json_object_get(parent, key))
		emit_set(parent, key, json_array());
	return json_object_get(parent, key);
}

/* ---- cgroup ---- */

static void memory_limit(struct emit *emit, const char *key, const char *value)
{
	unsigned long long bytes;
	json_t *memory = emit_object(emit_object(emit->linux_, "resources"), "memory");

	if (strcmp(value, "max") == 0)
		emit_set(memory, key, json_integer(-1));
	else if (parse_size(value, &bytes) && bytes <= INT64_MAX)
		emit_set(memory, key, json_integer((json_int_t)bytes));
	else
		die("a size is a number, with k, m, g or t, or max, and not '%s'", value);
}

static void memory(struct emit *emit, const char *value)
{
	memory_limit(emit, "limit", value);
}

static void memory_swap(struct emit *emit, const char *value)
{
	memory_limit(emit, "swap", value);
}

static void cpus(struct emit *emit, const char *value)
{
	json_t *cpu = emit_object(emit_object(emit->linux_, "resources"), "cpu");
	char *end;
	double number = strtod(value, &end);

	if (*end || !(number >= 0.01 && number <= 10000))
		emit_refuse("--cpus", value, "it is no number of CPUs");
	emit_set(cpu, "quota", json_integer((json_int_t)(number * 100000 + 0.5)));
	emit_set(cpu, "period", json_integer(100000));
}

static void cpuset(struct emit *emit, const char *value)
{
	json_t *cpu = emit_object(emit_object(emit->linux_, "resources"), "cpu");

	emit_set(cpu, "cpus", json_string(value));
}

static void pids_limit(struct emit *emit, const char *value)
{
	unsigned long long number;
	json_t *pids = emit_object(emit_object(emit->linux_, "resources"), "pids");

	if (strcmp(value, "max") == 0)
		emit_set(pids, "limit", json_integer(-1));
	else if (parse_number(value, INT64_MAX, &number))
		emit_set(pids, "limit", json_integer((json_int_t)number));
	else
		die("the number of processes is a number, or max, and not '%s'", value);
}

static void cgroup_name(struct emit *emit, const char *value)
{
	emit_set(emit->linux_, "cgroupsPath", json_string(value));
}

static void cgroupns(struct emit *emit, const char *value)
{
	(void)value;
	emit_add(emit->namespaces, json_pack("{s:s}", "type", "cgroup"));
}

/* ---- namespaces ---- */

/* The last namespace in the list is that of the present link. */
static void join(struct emit *emit, const char *value)
{
	json_t *last = json_array_get(emit->namespaces, json_array_size(emit->namespaces) - 1);

	if (*value != '/')
		emit_refuse("--join", value, "it has to be the path of a namespace's file");
	emit_set(last, "path", json_string(value));
}

static void map(struct emit *emit, const char *key, const char *value)
{
	unsigned inner, outer, count;

	if (sscanf(value, "%u:%u:%u", &inner, &outer, &count) != 3)
		die("a range of ids is INNER:OUTER:COUNT, and not '%s'", value);
	emit_add(emit_list(emit->linux_, key),
		 json_pack("{s:I, s:I, s:I}", "containerID", (json_int_t)inner, "hostID",
			   (json_int_t)outer, "size", (json_int_t)count));
}

static void uid_map(struct emit *emit, const char *value)
{
	/* An ordinary user is there who its own id is mapped to. */
	if (geteuid() != 0 && !json_object_get(emit->linux_, "uidMappings"))
		emit->uid = (unsigned)strtoul(value, NULL, 10);
	map(emit, "uidMappings", value);
}

static void gid_map(struct emit *emit, const char *value)
{
	if (geteuid() != 0 && !json_object_get(emit->linux_, "gidMappings"))
		emit->gid = (unsigned)strtoul(value, NULL, 10);
	map(emit, "gidMappings", value);
}

/* What ns-user maps by itself: root every id onto itself, and anybody else the
 * own one to 0. */
static void default_map(struct emit *emit, const char *key, const char *file, unsigned own)
{
	char text[4096], range[80];
	unsigned inner, outer, count;
	int used;

	if (geteuid() != 0) {
		snprintf(range, sizeof(range), "0:%u:1", own);
		map(emit, key, range);
		return;
	}
	if (read_file(file, text, sizeof(text)) < 0)
		die_errno("cannot read %s", file);
	for (const char *rest = text;
	     sscanf(rest, "%u %u %u %n", &inner, &outer, &count, &used) == 3; rest += used) {
		snprintf(range, sizeof(range), "%u:%u:%u", inner, inner, count);
		map(emit, key, range);
	}
}

static void hostname(struct emit *emit, const char *value)
{
	emit_set(emit->spec, "hostname", json_string(value));
}

static void domainname(struct emit *emit, const char *value)
{
	emit_set(emit->spec, "domainname", json_string(value));
}

static void sysctl(struct emit *emit, const char *value)
{
	char *key = copy_part(value, strcspn(value, "="));

	if (!value[strlen(key)])
		die("a kernel parameter is KEY=VALUE, and not '%s'", value);
	emit_set(emit_object(emit->linux_, "sysctl"), key, json_string(value + strlen(key) + 1));
	free(key);
}

/* ---- the process ---- */

static void nothing(struct emit *emit, const char *value)
{
	(void)emit, (void)value;
}

/* Other runtimes put it on /dev/console by themselves. */
static void terminal(struct emit *emit, const char *value)
{
	(void)value;
	emit_set(emit->process, "terminal", json_true());
}

static void propagation(struct emit *emit, const char *value)
{
	if (strcmp(value, "slave") == 0)
		emit_set(emit->linux_, "rootfsPropagation", json_string(value));
	else if (strcmp(value, "private") != 0)
		emit_refuse("ns-mnt --propagation", value, "a container has its mounts to itself");
}

static void directory(struct emit *emit, const char *value)
{
	emit_set(emit->process, "cwd", json_string(value));
}

static void preset(struct emit *emit, const char *value)
{
	emit->preset = true;
	emit->base = sets_preset(value);
}

static void keep(struct emit *emit, const char *value)
{
	emit->kept = true;
	emit->add |= sets_parse(value);
}

static void add(struct emit *emit, const char *value)
{
	emit->add |= sets_parse(value);
}

static void drop(struct emit *emit, const char *value)
{
	emit->dropped = true;
	if (strcasecmp(value, "all") == 0)
		emit->kept = true;
	else
		emit->drop |= sets_parse(value);
}

static void ambient(struct emit *emit, const char *value)
{
	emit->ambient |= sets_parse(value);
}

static void inheritable(struct emit *emit, const char *value)
{
	emit->inheritable |= sets_parse(value);
}

static void user(struct emit *emit, const char *value)
{
	emit->user = value;
}

static void groups(struct emit *emit, const char *value)
{
	emit->groups = value;
}

static void umask_of(struct emit *emit, const char *value)
{
	emit->umask = (int)strtoul(value, NULL, 8);
}

static void allow_new_privs(struct emit *emit, const char *value)
{
	(void)value;
	emit->new_privs = true;
}

static void seccomp(struct emit *emit, const char *value)
{
	emit->seccomp = value;
}

static void apparmor(struct emit *emit, const char *value)
{
	emit_set(emit->process, "apparmorProfile", json_string(value));
}

static void selinux(struct emit *emit, const char *value)
{
	emit_set(emit->process, "selinuxLabel", json_string(value));
}

/* ---- limits of the process, as prlimit(1) and choom(1) have them ---- */

static json_t *limit_value(const char *text)
{
	unsigned long long number;

	/* Numbers of 64 bits without a sign: more than the library's hold. Only
	 * "no limit" is so large. */
	if (strcmp(text, "unlimited") == 0 || strcmp(text, "-1") == 0)
		return json_integer(EMIT_LARGEST);
	if (!parse_number(text, INT64_MAX, &number))
		die("a limit is a number, or unlimited, and not '%s'", text);
	return json_integer((json_int_t)number);
}

static void rlimit(struct emit *emit, const char *word)
{
	size_t length = strcspn(word, "=");
	const char *soft = word + length + (word[length] == '='), *colon = strchr(soft, ':');
	char *type = print_text("RLIMIT_%.*s", (int)length, word);
	char *first = copy_part(soft, colon ? (size_t)(colon - soft) : strlen(soft));

	for (char *c = type; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	emit_add(emit_list(emit->process, "rlimits"),
		 json_pack("{s:s, s:o, s:o}", "type", type, "hard",
			   limit_value(colon ? colon + 1 : first), "soft", limit_value(first)));
	free(type);
	free(first);
}

static void oom_score(struct emit *emit, const char *value)
{
	emit_set(emit->process, "oomScoreAdj", json_integer(atoi(value)));
}

/* ---- the words of the links ---- */

static const struct {
	const char *tool, *option;
	bool valued;
	void (*emit)(struct emit *, const char *);
} options[] = {
	{ "cgroup", "--memory", true, memory },
	{ "cgroup", "--memory-swap", true, memory_swap },
	{ "cgroup", "--cpus", true, cpus },
	{ "cgroup", "--cpuset-cpus", true, cpuset },
	{ "cgroup", "--pids-limit", true, pids_limit },
	{ "cgroup", "--name", true, cgroup_name },
	{ "cgroup", "--cgroupns", false, cgroupns },
	{ "ns-user", "--uid-map", true, uid_map },
	{ "ns-user", "--gid-map", true, gid_map },
	{ "ns-user", "--keep-caps", false, nothing },
	{ "ns-user", "--join", true, join },
	{ "ns-pid", "--join", true, join },
	{ "ns-uts", "--hostname", true, hostname },
	{ "ns-uts", "--domainname", true, domainname },
	{ "ns-uts", "--join", true, join },
	{ "ns-ipc", "--sysctl", true, sysctl },
	{ "ns-ipc", "--join", true, join },
	{ "ns-net", "--sysctl", true, sysctl },
	{ "ns-net", "--join", true, join },
	{ "ns-mnt", "--root", true, nothing },
	{ "ns-mnt", "--mount", true, emit_mount },
	{ "ns-mnt", "--bind", true, emit_bind },
	{ "ns-mnt", "--ro-bind", true, emit_ro_bind },
	{ "ns-mnt", "--tmpfs", true, emit_tmpfs },
	{ "ns-mnt", "--proc", true, emit_proc },
	{ "ns-mnt", "--sys", true, emit_sys },
	{ "ns-mnt", "--dev", true, emit_dev },
	{ "ns-mnt", "--devices", true, nothing },
	{ "ns-mnt", "--console", true, terminal },
	{ "ns-mnt", "--propagation", true, propagation },
	{ "ns-mnt", "--mask", true, emit_mask },
	{ "ns-mnt", "--remount-ro", true, emit_remount_ro },
	{ "chroot", "--pivot", false, nothing },
	{ "chroot", "--wd", true, directory },
	{ "chroot", "--keep-fd", true, nothing },
	{ "capdrop", "--preset", true, preset },
	{ "capdrop", "--keep", true, keep },
	{ "capdrop", "--add", true, add },
	{ "capdrop", "--drop", true, drop },
	{ "capdrop", "--ambient", true, ambient },
	{ "capdrop", "--inheritable", true, inheritable },
	{ "capdrop", "--user", true, user },
	{ "capdrop", "--groups", true, groups },
	{ "capdrop", "--clear-groups", false, nothing },
	{ "capdrop", "--umask", true, umask_of },
	{ "capdrop", "--allow-new-privs", false, allow_new_privs },
	{ "lsm", "--seccomp", true, seccomp },
	{ "lsm", "--apparmor-profile", true, apparmor },
	{ "lsm", "--selinux-label", true, selinux },
	{ "lsm", "--allow-new-privs", false, allow_new_privs },
	{ "choom", "-n", true, oom_score },
};

static const struct {
	const char *tool, *type;
} types[] = {
	{ "ns-user", "user" }, { "ns-pid", "pid" },	{ "ns-uts", "uts" },
	{ "ns-ipc", "ipc" },   { "ns-net", "network" }, { "ns-mnt", "mount" },
};

static size_t emit_option(struct emit *emit, const struct words *words, size_t i)
{
	const char *tool = words->word[0], *word = words->word[i];

	for (size_t j = 0; j < sizeof(options) / sizeof(*options); j++) {
		const char *value = options[j].valued ? words->word[i + 1] : NULL;

		if (strcmp(options[j].tool, tool) != 0 || strcmp(options[j].option, word) != 0)
			continue;
		if (options[j].valued && !value)
			break;
		options[j].emit(emit, value);
		return options[j].valued ? 2 : 1;
	}
	emit_refuse(tool, word, "the runtime-spec has no words for this");
}

static void emit_row(struct emit *emit, const struct words *words)
{
	const char *tool = words->word[0];
	size_t i = 1;

	/* The program that a row of another kind would run. */
	for (size_t j = 0; j < sizeof(types) / sizeof(*types); j++)
		if (strcmp(types[j].tool, tool) == 0)
			emit_add(emit->namespaces, json_pack("{s:s}", "type", types[j].type));
	if (strcmp(tool, "ns-mnt") == 0)
		emit->has_mounts = true;
	if (strcmp(tool, "capdrop") == 0)
		emit->has_capdrop = true;
	if (strcmp(tool, "lsm") == 0)
		emit->seccomp = "default";
	while (i < words->count) {
		/* chroot's last word is the new root. */
		if (strcmp(tool, "chroot") == 0 && i + 1 == words->count) {
			emit->has_chroot = true;
			break;
		}
		if (strcmp(tool, "prlimit") == 0 && strncmp(words->word[i], "--", 2) == 0) {
			if (words->word[i][2])
				rlimit(emit, words->word[i] + 2);
			i++;
			continue;
		}
		if (strcmp(tool, "choom") == 0 && strcmp(words->word[i], "--") == 0) {
			i++;
			continue;
		}
		i += emit_option(emit, words, i);
	}
}

/* ---- what the links come to together ---- */

static void emit_capability_set(json_t *sets, const char *name, uint64_t set)
{
	json_t *list = emit_list(sets, name);

	for (int cap = 0; cap < 64 && cap < cap_max_bits(); cap++)
		if (set >> cap & 1) {
			char *lower = cap_to_name(cap);
			char *upper = lower ? copy_text(lower) : NULL;

			if (!upper)
				die_errno("cannot name a capability");
			for (char *c = upper; *c; c++)
				if (*c >= 'a' && *c <= 'z')
					*c = (char)(*c - 'a' + 'A');
			emit_add(list, json_string(upper));
			cap_free(lower);
			free(upper);
		}
}

/* Computes as capdrop does. */
static uint64_t emit_capabilities(struct emit *emit)
{
	uint64_t base = emit->base, set;
	json_t *sets = emit_object(emit->process, "capabilities");

	if (!emit->has_capdrop || (emit->dropped && !emit->kept && !emit->preset))
		base = sets_preset("all");
	set = ((base | emit->add) & ~emit->drop) | emit->ambient;
	emit_capability_set(sets, "bounding", set);
	emit_capability_set(sets, "permitted", set);
	emit_capability_set(sets, "effective", set);
	emit_capability_set(sets, "inheritable", emit->inheritable | emit->ambient);
	emit_capability_set(sets, "ambient", emit->ambient);
	return set;
}

static void emit_user(struct emit *emit)
{
	static struct account account;
	json_t *to = emit_object(emit->process, "user");

	if (emit->user)
		account_find(emit->root ? emit->root : "/", emit->user, &account);
	if (emit->groups)
		account_find_groups(emit->groups, &account);
	emit_set(to, "uid", json_integer(account.has_uid ? account.uid : emit->uid));
	emit_set(to, "gid", json_integer(account.has_gid ? account.gid : emit->gid));
	if (emit->umask >= 0)
		emit_set(to, "umask", json_integer(emit->umask));
	/* The user's own group among them, as capdrop sets them. */
	for (size_t i = 0; i < account.group_count; i++)
		if (account.groups[i] != account.gid)
			emit_add(emit_list(to, "additionalGids"), json_integer(account.groups[i]));
}

static bool has_namespace(const struct emit *emit, const char *type)
{
	size_t i;
	json_t *one;

	json_array_foreach(emit->namespaces, i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "type")), type) == 0)
			return true;
	}
	return false;
}

static void emit_all(struct emit *emit, const struct chain *chain)
{
	uint64_t capabilities;
	json_t *args;

	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;

		if (i == 0) {
			/* env -i NAME=VALUE ... */
			for (size_t j = 2; j < words->count; j++)
				emit_add(emit_list(emit->process, "env"),
					 json_string(words->word[j]));
		} else if (i + 1 == chain->count) {
			args = emit_list(emit->process, "args");
			for (size_t j = 1; j < words->count; j++)
				emit_add(args, json_string(words->word[j]));
		} else {
			emit_row(emit, words);
		}
	}
	if (!emit->has_mounts || !emit->has_chroot || !emit->root)
		emit_refuse("--without ns-mnt and chroot", NULL,
			    "the other runtimes always mount a root and change to it");
	if (has_namespace(emit, "user") && !json_object_get(emit->linux_, "uidMappings")) {
		default_map(emit, "uidMappings", "/proc/self/uid_map", geteuid());
		default_map(emit, "gidMappings", "/proc/self/gid_map", getegid());
	}
	emit_user(emit);
	capabilities = emit_capabilities(emit);
	emit_set(emit->process, "noNewPrivileges", json_boolean(!emit->new_privs));
	if (emit->seccomp && strcmp(emit->seccomp, "none") != 0)
		emit_filter(emit, strcmp(emit->seccomp, "default") == 0 ? NULL : chain->file,
			    capabilities);
}

/* "No limit" gets its real value, which the library can't write. */
static void replace_largest(char *text)
{
	static const char stand_in[] = " -9223372036854775808", largest[] = " 18446744073709551615";

	while ((text = strstr(text, stand_in)))
		memcpy(text, largest, strlen(largest));
}

static void write_config(const char *file, json_t *spec)
{
	char *text = json_dumps(spec, JSON_INDENT(4)), *copy;
	static struct bundle bundle;
	size_t size;
	int fd;

	if (!text)
		die("--emit-oci: no memory");
	replace_largest(text);
	/* What we write we also read, or it is a mistake of ours. */
	copy = copy_text(text);
	size = strlen(text);
	bundle_parse(file, copy, size, &bundle);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		die_errno("--emit-oci: cannot make %s", file);
	if (write(fd, text, size) != (ssize_t)size || write(fd, "\n", 1) != 1 || close(fd) != 0) {
		unlink(file);
		die_errno("--emit-oci: cannot write %s", file);
	}
	free(copy);
	free(text);
}

void emit_bundle(const struct chain *chain, bool has_terminal, const char *path)
{
	struct emit emit = { .umask = -1 };
	char *file = print_text("%s/config.json", path);

	emit.spec = emit_made(json_object());
	emit_set(emit.spec, "ociVersion", json_string("1.0.2"));
	emit.process = emit_object(emit.spec, "process");
	emit_set(emit.process, "terminal", json_boolean(has_terminal));
	emit_set(emit.process, "cwd", json_string("/"));
	emit_object(emit.spec, "root");
	emit.mounts = emit_list(emit.spec, "mounts");
	emit.linux_ = emit_object(emit.spec, "linux");
	emit.namespaces = emit_list(emit.linux_, "namespaces");
	emit.devices = emit_list(emit_object(emit.linux_, "resources"), "devices");
	emit_add(emit.devices, json_pack("{s:b, s:s}", "allow", 0, "access", "rwm"));
	emit_all(&emit, chain);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		die_errno("--emit-oci: cannot make the directory %s", path);
	write_config(file, emit.spec);
	json_decref(emit.spec);
	free(file);
}
