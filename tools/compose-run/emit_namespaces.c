/* emit_namespaces.c: the words of the links that make a namespace, but for the mounts:
 * ids, names, kernel parameters, and which namespace is joined. See emitting.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emitting.h"
#include "file.h"
#include "memory.h"
#include "message.h"

/* Which link makes which. */
static const struct {
	const char *tool, *type;
} types[] = {
	{ "ns-user", "user" },
	{ "ns-pid", "pid" },
	{ "ns-uts", "uts" },
	{ "ns-ipc", "ipc" },
	{ "ns-net", "network" },
	{ "ns-mnt", "mount" },
	{ "compose-run time", "time" },
};

void emit_namespace(struct emit *emit, const char *tool)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].tool, tool) == 0)
			emit_add(emit->namespaces, json_pack("{s:s}", "type", types[i].type));
}

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

static void outside(struct emit *emit, const char *value)
{
	(void)emit, (void)value;
	emit_refuse("--network bridge", NULL,
		    "who calls a runtime lays the cable itself, as docker does, and a config.json "
		    "only says that there is a network: --network none can be written");
}

const struct emit_word emit_namespace_words[] = {
	{ "ns-user", "--uid-map", true, uid_map },
	{ "ns-user", "--gid-map", true, gid_map },
	{ "ns-user", "--keep-caps", false, NULL },
	{ "ns-user", "--join", true, join },
	{ "ns-pid", "--join", true, join },
	{ "ns-uts", "--hostname", true, hostname },
	{ "ns-uts", "--domainname", true, domainname },
	{ "ns-uts", "--join", true, join },
	{ "ns-ipc", "--sysctl", true, sysctl },
	{ "ns-ipc", "--join", true, join },
	{ "ns-net", "--outside", false, outside },
	{ "ns-net", "--sysctl", true, sysctl },
	{ "ns-net", "--join", true, join },
	{ "compose-run time", "--join", true, join },
	{ NULL, NULL, false, NULL },
};

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

void emit_default_maps(struct emit *emit)
{
	if (!has_namespace(emit, "user") || json_object_get(emit->linux_, "uidMappings"))
		return;
	default_map(emit, "uidMappings", "/proc/self/uid_map", geteuid());
	default_map(emit, "gidMappings", "/proc/self/gid_map", getegid());
}
