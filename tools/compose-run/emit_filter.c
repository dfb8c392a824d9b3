/* emit_filter.c: the system call filter in a config.json. See emitting.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rules of the default filter. */
#include "../lsm/lsm.h"
#include "document.h"
#include "emitting.h"
#include "memory.h"
#include "message.h"

static json_t *condition_of(const struct scmp_arg_cmp *condition)
{
	static const char *const operators[] = {
		[SCMP_CMP_NE] = "SCMP_CMP_NE",
		[SCMP_CMP_LT] = "SCMP_CMP_LT",
		[SCMP_CMP_LE] = "SCMP_CMP_LE",
		[SCMP_CMP_EQ] = "SCMP_CMP_EQ",
		[SCMP_CMP_GE] = "SCMP_CMP_GE",
		[SCMP_CMP_GT] = "SCMP_CMP_GT",
		[SCMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
	};

	return json_pack("[{s:I, s:I, s:I, s:s}]", "index", (json_int_t)condition->arg, "value",
			 (json_int_t)condition->datum_a, "valueTwo", (json_int_t)condition->datum_b,
			 "op", operators[condition->op]);
}

static void add_rule(const char *names, int error, const struct scmp_arg_cmp *condition, void *into)
{
	json_t *rule = emit_made(json_object()), *list = emit_list(rule, "names");
	char *copy = copy_text(names), *save = NULL;

	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		emit_add(list, json_string(name));
	free(copy);
	emit_set(rule, "action", json_string(error ? "SCMP_ACT_ERRNO" : "SCMP_ACT_ALLOW"));
	if (error)
		emit_set(rule, "errnoRet", json_integer(error));
	if (condition)
		emit_set(rule, "args", condition_of(condition));
	emit_add(into, rule);
}

/* The architectures that the machine runs besides its own; the names are what
 * libseccomp has, in capital letters. */
static void add_arches(json_t *filter, uint32_t native)
{
	static const struct {
		uint32_t arch;
		const char *names[3];
	} machines[] = {
		{ SCMP_ARCH_X86_64, { "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" } },
		{ SCMP_ARCH_AARCH64, { "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", NULL } },
		{ SCMP_ARCH_S390X, { "SCMP_ARCH_S390X", "SCMP_ARCH_S390", NULL } },
	};

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		for (size_t j = 0; j < 3 && machines[i].arch == native; j++)
			if (machines[i].names[j])
				emit_add(emit_list(filter, "architectures"),
					 json_string(machines[i].names[j]));
}

/* lsm loads a second filter, against typing into the terminal. One filter can't
 * hold both. */
static void emit_default(json_t *filter, uint64_t capabilities)
{
	uint32_t native = seccomp_arch_native();

	emit_set(filter, "defaultAction", json_string("SCMP_ACT_ERRNO"));
	emit_set(filter, "defaultErrnoRet", json_integer(1));
	add_arches(filter, native);
	lsm_profile_rules(native, capabilities, add_rule, emit_list(filter, "syscalls"));
	note("--emit-oci: the config.json has not what lsm adds to its filter: that the program may "
	     "not type into our terminal (TIOCSTI); give the other runtime none of yours");
}

/* A profile with conditions, as Docker's, is resolved by who starts the
 * container; the runtime-spec has none. */
static void check_resolved(json_t *profile, const char *file)
{
	static const char *const extra[] = { "includes", "excludes", "name", NULL };
	size_t i;
	json_t *entry;

	if (json_object_get(profile, "archMap"))
		emit_refuse("seccomp=", file, "it has \"archMap\", which is Docker's own");
	json_array_foreach(json_object_get(profile, "syscalls"), i, entry)
	{
		for (size_t j = 0; extra[j]; j++) {
			json_t *value = json_object_get(entry, extra[j]);

			if (json_object_size(value) || json_is_string(value))
				emit_refuse("seccomp=", file,
					    "entry %zu of its \"syscalls\" has \"%s\", which is "
					    "Docker's own",
					    i, extra[j]);
		}
	}
}

void emit_filter(struct emit *emit, const char *file, uint64_t capabilities)
{
	json_t *profile;

	if (!file) {
		emit_default(emit_object(emit->linux_, "seccomp"), capabilities);
		return;
	}
	profile = document_read(file, NULL, NULL);
	if (!json_is_object(profile))
		die("the seccomp profile '%s' is no object", file);
	/* That of a bundle that was given. */
	if (json_object_get(profile, "ociVersion"))
		profile = json_object_get(json_object_get(profile, "linux"), "seccomp");
	check_resolved(profile, file);
	if (json_object_set(emit->linux_, "seccomp", profile) != 0)
		die("--emit-oci: no memory");
}
