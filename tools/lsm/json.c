/* json.c: a seccomp profile as Docker and the OCI runtime specification write
 * it, by itself or in an OCI bundle's config.json, turned into a filter.
 *
 * The file may come from anywhere: its size is bounded, an unknown action or
 * operator is an error and never a weaker filter, and errors name the line.
 * Names of calls that nobody knows are passed over, as runc does, since a
 * profile is written for many architectures and kernels.
 *
 * Read on: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md */
#include <stdio.h>
#include <string.h>

#include "json.h"

static void add_arch(struct profile *profile, const char *name)
{
	uint32_t arch = profile_architecture(profile, name);

	/* libseccomp takes a program for one byte order only, and an
	 * architecture that it does not know has no programs here. */
	if (arch == SCMP_ARCH_NATIVE ||
	    (arch & 0x40000000) != (profile->filter.arch[0].arch & 0x40000000) ||
	    !seccomp_syscall_resolve_num_arch(arch,
					      seccomp_syscall_resolve_name_arch(arch, "read")))
		return;
	lsm_filter_arch(&profile->filter, arch);
}

/* "architectures" is a list; "archMap" says for each architecture which others
 * it runs as well. With neither, only the machine's own calls are allowed. */
static void add_arches(struct profile *profile, json_t *root)
{
	json_t *list = profile_list(profile, root, "architectures");
	json_t *map = profile_list(profile, root, "archMap");

	if (json_array_size(list) && json_array_size(map))
		profile_wrong(profile, "archMap", "SC-JSON",
			      "a profile has \"architectures\" or \"archMap\", and not both");
	for (size_t i = 0; i < json_array_size(list); i++)
		add_arch(profile, profile_element(profile, list, i, "architectures"));
	for (size_t i = 0; i < json_array_size(map); i++) {
		json_t *one = json_array_get(map, i);
		const char *name =
			json_is_object(one) ? profile_string(profile, one, "architecture") : NULL;
		json_t *others = name ? profile_list(profile, one, "subArchitectures") : NULL;

		if (!name)
			profile_wrong(profile, "archMap", "SC-JSON",
				      "\"archMap\" must hold objects with an \"architecture\"");
		if (profile_architecture(profile, name) != profile->filter.arch[0].arch)
			continue;
		for (size_t j = 0; j < json_array_size(others); j++)
			add_arch(profile, profile_element(profile, others, j, "subArchitectures"));
	}
}

struct sock_fprog lsm_json_compile(const char *name, const char *text, size_t size,
				   uint64_t capabilities, unsigned int *flags)
{
	static const char *const keys[] = { "defaultAction",
					    "defaultErrnoRet",
					    "defaultErrno",
					    "architectures",
					    "archMap",
					    "flags",
					    "listenerPath",
					    "listenerMetadata",
					    "syscalls",
					    "comment",
					    NULL };
	struct profile profile = {
		.name = name,
		.text = text,
		.object = text,
		.capabilities = capabilities,
	};
	json_error_t error;
	json_t *file, *root, *list;

	if (memchr(text, '\0', size))
		profile_refuse(name, 1, "SC-JSON", "this is no JSON: it holds a byte 0");
	/* A key that stands twice would mean one thing here, and another in
	 * another program. */
	file = root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		char message[300];

		snprintf(message, sizeof(message), "this is no JSON: %s", error.text);
		profile_refuse(name, error.line, "SC-JSON", message);
	}
	if (!json_is_object(root))
		profile_refuse(name, 1, "SC-JSON",
			       "a profile is an object: { \"defaultAction\": ... }");
	/* An OCI bundle's config.json holds its profile as linux.seccomp. */
	if (json_object_get(root, "ociVersion")) {
		root = json_object_get(json_object_get(root, "linux"), "seccomp");
		if (!json_is_object(root))
			profile_refuse(name, 1, "SC-JSON",
				       "this config.json has no profile: no linux.seccomp");
		profile.object = profile_find(profile_find(text, "linux"), "seccomp");
	}
	profile_check_keys(&profile, root, keys);

	lsm_filter_begin(&profile.filter, seccomp_arch_native(),
			 profile_action(&profile, root, "defaultAction", "defaultErrnoRet",
					"defaultErrno"));
	add_arches(&profile, root);
	list = profile_list(&profile, root, "flags");
	for (size_t i = 0; i < json_array_size(list); i++)
		*flags |= profile_flag(&profile, profile_element(&profile, list, i, "flags"));
	profile.list = profile_list(&profile, root, "syscalls");
	for (; profile.index < json_array_size(profile.list); profile.index++)
		profile_add_entry(&profile, json_array_get(profile.list, profile.index));
	json_decref(file);
	return lsm_filter_finish(&profile.filter);
}
