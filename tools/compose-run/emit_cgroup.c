/* emit_cgroup.c: the words of cgroup, as linux.resources. See emitting.h. Read on:
 * the runtime-spec's config-linux.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emitting.h"
#include "message.h"
#include "number.h"

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

/* "c 1:3 rwm", or "a". */
static void device_rule(struct emit *emit, bool allow, const char *value)
{
	char type[2] = "", major[16] = "*", minor[16] = "*", access[4] = "rwm";
	json_t *rule;

	if (strcmp(value, "a") != 0 &&
	    sscanf(value, "%1[abc] %15[0-9*]:%15[0-9*] %3[rwm]", type, major, minor, access) != 4)
		die("a rule about devices is 'c 1:3 rwm', or a, and not '%s'", value);
	rule = json_pack("{s:b, s:s}", "allow", allow, "access", access);
	if (*type && *type != 'a')
		emit_set(rule, "type", json_string(type));
	if (*major != '*')
		emit_set(rule, "major", json_integer(atoll(major)));
	if (*minor != '*')
		emit_set(rule, "minor", json_integer(atoll(minor)));
	emit_add(emit->devices, rule);
}

static void allow_device(struct emit *emit, const char *value)
{
	device_rule(emit, true, value);
}

static void deny_device(struct emit *emit, const char *value)
{
	device_rule(emit, false, value);
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

const struct emit_word emit_cgroup_words[] = {
	{ "cgroup", "--memory", true, memory },
	{ "cgroup", "--memory-swap", true, memory_swap },
	{ "cgroup", "--cpus", true, cpus },
	{ "cgroup", "--cpuset-cpus", true, cpuset },
	{ "cgroup", "--pids-limit", true, pids_limit },
	{ "cgroup", "--allow-device", true, allow_device },
	{ "cgroup", "--deny-device", true, deny_device },
	{ "cgroup", "--name", true, cgroup_name },
	{ "cgroup", "--cgroupns", false, cgroupns },
	{ NULL, NULL, false, NULL },
};
