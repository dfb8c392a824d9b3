/* json_names.c: the names that a seccomp profile has for actions, operators, flags and
 * architectures. One that is unknown is an error and never a weaker filter. See json.h. */
#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "message.h"

struct name {
	const char *name;
	uint32_t value;
};

static const struct name actions[] = {
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
	{ NULL, 0 },
};

static const struct name operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	{ NULL, 0 },
};

static const struct name flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ NULL, 0 },
};

/* SCMP_ARCH_MIPS3L64N32 and the like are real: libseccomp's names, in capital
 * letters. LoongArch came with libseccomp 2.5.5 or later. */
static const struct name architectures[] = {
	{ "SCMP_ARCH_NATIVE", SCMP_ARCH_NATIVE },
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86 },
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32 },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64 },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390 },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64 },
	{ "SCMP_ARCH_LOONGARCH64", 0xc0000102 }, /* AUDIT_ARCH_LOONGARCH64, 5.19 */
	{ NULL, 0 },
};

static uint32_t find_name(const struct profile *profile, const struct name *table, const char *name,
			  const char *what, const char *id)
{
	const char *names[sizeof(architectures) / sizeof(*architectures) + 1];
	size_t n = 0;
	const char *near;

	for (; table->name; table++) {
		if (strcmp(table->name, name) == 0)
			return table->value;
		names[n++] = table->name;
	}
	names[n] = NULL;
	near = closest(name, names);
	if (near)
		profile_wrong(profile, name, id, "unknown %s \"%.80s\"; did you mean \"%s\"?", what,
			      name, near);
	profile_wrong(profile, name, id, "unknown %s \"%.80s\"; one is for example \"%s\"", what,
		      name, names[0]);
}

enum scmp_compare profile_operator(const struct profile *profile, const char *name)
{
	return find_name(profile, operators, name, "operator", "SC-JSON");
}

uint32_t profile_flag(const struct profile *profile, const char *name)
{
	return find_name(profile, flags, name, "flag", "SC-JSON");
}

uint32_t profile_architecture(const struct profile *profile, const char *name)
{
	return find_name(profile, architectures, name, "architecture", "SC-NAME");
}

int lsm_errno_number(const char *name)
{
	if (isdigit((unsigned char)*name)) {
		char *end;
		unsigned long number = strtoul(name, &end, 10);

		return *end || number == 0 || number > 4095 ? -1 : (int)number;
	}
	for (int error = 1; error < 200; error++) {
		const char *known = strerrorname_np(error);

		if (known && strcasecmp(known, name) == 0)
			return error;
	}
	return -1;
}

uint32_t profile_action(const struct profile *profile, json_t *object, const char *key,
			const char *number_key, const char *name_key)
{
	const char *name = profile_string(profile, object, key);
	const char *error_name = profile_string(profile, object, name_key);
	uint32_t action;
	long long error;

	if (!name || !*name)
		profile_wrong(profile, key, "SC-JSON",
			      "there is no \"%s\", such as \"SCMP_ACT_ERRNO\"", key);
	action = find_name(profile, actions, name, "action", "SC-JSON");
	error = profile_number(profile, object, number_key, 4095, -1);
	if (error < 0 && error_name && *error_name) {
		error = lsm_errno_number(error_name);
		if (error < 0)
			profile_wrong(profile, error_name, "SC-JSON", "unknown errno \"%.80s\"",
				      error_name);
	}
	if (error < 0)
		error = EPERM;
	if (action == SCMP_ACT_NOTIFY)
		profile_wrong(
			profile, name, "SC-JSON",
			"SCMP_ACT_NOTIFY asks another program what to do, and lsm has none to ask");
	if (action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0))
		action |= (uint32_t)error;
	return action;
}
