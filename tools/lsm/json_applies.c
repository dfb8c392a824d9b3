/* json_applies.c: whether an entry of a seccomp profile is meant for this machine and
 * this process: its "includes" and "excludes". See json.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "json.h"

static bool has_capability(const struct profile *profile, const char *name)
{
	const char *bare = strncasecmp(name, "CAP_", 4) == 0 ? name + 4 : name;

	for (int i = 0; lsm_capability_name(i); i++)
		if (strcasecmp(lsm_capability_name(i), bare) == 0)
			return profile->capabilities >> i & 1;
	profile_wrong(profile, name, "SC-JSON", "unknown capability \"%.80s\"", name);
}

/* The names of architectures here are those of the Go language. */
static bool is_machine(const struct profile *profile, const char *name)
{
	static const struct {
		const char *name;
		uint32_t value;
	} machines[] = {
		{ "amd64", SCMP_ARCH_X86_64 },
		{ "x86", SCMP_ARCH_X86 },
		{ "x32", SCMP_ARCH_X32 },
		{ "arm", SCMP_ARCH_ARM },
		{ "arm64", SCMP_ARCH_AARCH64 },
		{ "ppc64le", SCMP_ARCH_PPC64LE },
		{ "ppc64", SCMP_ARCH_PPC64 },
		{ "ppc", SCMP_ARCH_PPC },
		{ "s390", SCMP_ARCH_S390 },
		{ "s390x", SCMP_ARCH_S390X },
		{ "riscv64", SCMP_ARCH_RISCV64 },
		{ "mips64", SCMP_ARCH_MIPS64 },
		{ "mipsel64", SCMP_ARCH_MIPSEL64 },
		{ "mipsel", SCMP_ARCH_MIPSEL },
		{ NULL, 0 },
	};

	for (size_t i = 0; machines[i].name; i++)
		if (strcmp(machines[i].name, name) == 0)
			return profile->filter.arch[0].arch == machines[i].value;
	return false;
}

/* Whether this kernel is at least "4.8". */
static bool is_kernel(const struct profile *profile, const char *version)
{
	unsigned int major, minor, here_major = 0, here_minor = 0;
	struct utsname here;
	int end = 0;

	if (sscanf(version, "%3u.%3u%n", &major, &minor, &end) != 2 || version[end] ||
	    !isdigit((unsigned char)*version))
		profile_wrong(profile, "minKernel", "SC-JSON",
			      "\"minKernel\" must be two numbers, such as \"4.8\"");
	uname(&here);
	sscanf(here.release, "%u.%u", &here_major, &here_minor);
	return here_major != major ? here_major > major : here_minor >= minor;
}

bool profile_applies(const struct profile *profile, json_t *entry)
{
	static const char *const keys[] = { "caps", "arches", "minKernel", NULL };
	json_t *includes =
		profile_get(profile, entry, "includes", JSON_OBJECT, "an object: { ... }");
	json_t *excludes =
		profile_get(profile, entry, "excludes", JSON_OBJECT, "an object: { ... }");
	bool applies = true;

	for (int exclude = 0; exclude < 2; exclude++) {
		json_t *part = exclude ? excludes : includes;
		json_t *caps = profile_list(profile, part, "caps");
		json_t *arches = profile_list(profile, part, "arches");
		const char *kernel = profile_string(profile, part, "minKernel");
		bool machine = false;

		if (part)
			profile_check_keys(profile, part, keys);
		for (size_t i = 0; i < json_array_size(caps); i++)
			if (has_capability(profile, profile_element(profile, caps, i, "caps")) ==
			    (bool)exclude)
				applies = false;
		for (size_t i = 0; i < json_array_size(arches); i++)
			machine |=
				is_machine(profile, profile_element(profile, arches, i, "arches"));
		if (json_array_size(arches) && machine == (bool)exclude)
			applies = false;
		if (kernel && *kernel && is_kernel(profile, kernel) == (bool)exclude)
			applies = false;
	}
	return applies;
}
