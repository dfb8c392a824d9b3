/* json.c: a seccomp profile as Docker and the OCI runtime specification write
 * it, by itself or in an OCI bundle's config.json, turned into a filter.
 *
 * The file may come from anywhere: its size is bounded, an unknown action or
 * operator is an error and never a weaker filter, and errors name the line.
 * Names of calls that nobody knows are passed over, as runc does, since a
 * profile is written for many architectures and kernels.
 *
 * Read on: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "lsm.h"
#include "message.h"
#include "paste.h"
#include "why.h"

struct profile {
	const char *name, *text; /* the file */
	const char *object;	 /* the profile in it */
	json_t *list;		 /* its "syscalls", while they are read */
	size_t index;		 /* the present one of them */
	uint64_t capabilities;
	struct lsm_filter filter;
};

/* ---- errors that name the line ---- */

static int line_of(const struct profile *profile, const char *at)
{
	int line = 1;

	for (const char *c = profile->text; c < at; c++)
		line += *c == '\n';
	return line;
}

/* Behind a string's closing quote. */
static const char *skip_string(const char *c)
{
	for (c++; *c && *c != '"';)
		c += *c == '\\' && c[1] ? 2 : 1;
	return *c ? c + 1 : c;
}

/* The value of a key of the object that begins at `object`; that itself when
 * there is none. The text is known to be JSON. */
static const char *find_value(const char *object, const char *key)
{
	size_t length = strlen(key);
	int depth = 0;

	for (const char *c = object; *c;) {
		if (*c == '"') {
			const char *begin = c + 1;

			c = skip_string(c);
			c += strspn(c, " \t\r\n");
			if (depth == 1 && *c == ':' && strncmp(begin, key, length) == 0 &&
			    begin[length] == '"')
				return c + 1 + strspn(c + 1, " \t\r\n");
			continue;
		}
		if (*c == '{' || *c == '[')
			depth++;
		else if ((*c == '}' || *c == ']') && --depth == 0)
			break;
		c++;
	}
	return object;
}

/* The `index`th element of the profile's "syscalls". */
static const char *find_entry(const char *object, size_t index)
{
	const char *list = find_value(object, "syscalls");
	int depth = 0;
	size_t n = 0;

	for (const char *c = list; *list == '[' && *c;) {
		if (*c == '"') {
			c = skip_string(c);
			continue;
		}
		if (*c == '{' || *c == '[') {
			if (++depth == 2 && n++ == index)
				return c;
		} else if ((*c == '}' || *c == ']') && --depth == 0) {
			break;
		}
		c++;
	}
	return object;
}

/* The place of a quoted word, in the present entry if there is one. */
static const char *find_word(const struct profile *profile, const char *word)
{
	const char *begin =
		profile->list ? find_entry(profile->object, profile->index) : profile->object;
	size_t length = strlen(word);

	for (const char *c = begin; (c = strchr(c, '"')); c++)
		if (strncmp(c + 1, word, length) == 0 && c[1 + length] == '"')
			return c;
	return begin;
}

static _Noreturn void refuse_line(const char *name, int line, const char *id, const char *message)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	char *quoted = paste_word(name);

	(void)REASON(
		id, "https://docs.docker.com/engine/security/seccomp/", "%s",
		strcmp(id, "SC-NAME") == 0
			? "a name that means nothing would be a rule that does nothing"
			: "the profile is not as Docker and OCI write it; what is read wrongly could "
			  "allow too much");
	FIX("vi +%d %s", line, quoted);
	if (strncmp(name, "fd:", 3) == 0)
		FIX("correct line %d of what descriptor %s holds", line, name + 3);
	free(quoted);
	why_refuse(reason, "%s:%d: %s", name, line, message);
}

static _Noreturn void wrong(const struct profile *profile, const char *word, const char *id,
			    const char *format, ...) __attribute__((format(printf, 4, 5)));

static _Noreturn void wrong(const struct profile *profile, const char *word, const char *id,
			    const char *format, ...)
{
	char message[700];
	va_list values;

	va_start(values, format);
	vsnprintf(message, sizeof(message), format, values);
	va_end(values);
	refuse_line(profile->name, line_of(profile, find_word(profile, word)), id, message);
}

/* ---- reading values, each of the type that it must have ---- */

static json_t *get(const struct profile *profile, json_t *object, const char *key, json_type type,
		   const char *type_name)
{
	json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return NULL;
	if (json_typeof(value) != type)
		wrong(profile, key, "SC-JSON", "\"%s\" must be %s", key, type_name);
	return value;
}

static const char *get_string(const struct profile *profile, json_t *object, const char *key)
{
	json_t *value = get(profile, object, key, JSON_STRING, "a string");

	return value ? json_string_value(value) : NULL;
}

static json_t *get_array(const struct profile *profile, json_t *object, const char *key)
{
	return get(profile, object, key, JSON_ARRAY, "a list: [ ... ]");
}

static long long get_number(const struct profile *profile, json_t *object, const char *key,
			    long long max, long long otherwise)
{
	json_t *value = get(profile, object, key, JSON_INTEGER, "a whole number");
	long long number = value ? json_integer_value(value) : otherwise;

	if (value && (number < 0 || number > max))
		wrong(profile, key, "SC-JSON", "\"%s\" is %lld, and must be from 0 to %lld", key,
		      number, max);
	return number;
}

static const char *element_string(const struct profile *profile, json_t *array, size_t i,
				  const char *key)
{
	json_t *value = json_array_get(array, i);

	if (!json_is_string(value))
		wrong(profile, key, "SC-JSON", "\"%s\" must hold strings only", key);
	return json_string_value(value);
}

/* A key that looks like one of ours, mistyped, would leave a rule out. Others
 * may be a newer specification's, or a remark. */
static void check_keys(const struct profile *profile, json_t *object, const char *const known[])
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		bool ours = false;
		const char *near;

		for (size_t i = 0; known[i]; i++)
			ours = ours || strcmp(known[i], key) == 0;
		near = ours ? NULL : closest(key, known);
		if (near)
			wrong(profile, key, "SC-JSON",
			      "unknown key \"%.80s\"; did you mean \"%s\"?", key, near);
	}
}

/* ---- names ---- */

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

static const struct name flags_known[] = {
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
		wrong(profile, name, id, "unknown %s \"%.80s\"; did you mean \"%s\"?", what, name,
		      near);
	wrong(profile, name, id, "unknown %s \"%.80s\"; one is for example \"%s\"", what, name,
	      names[0]);
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

/* An action, with the errno that belongs to it: SCMP_ACT_ERRNO and TRACE take
 * 16 bits along. EPERM when the profile names none, as runc. */
static uint32_t read_action(const struct profile *profile, json_t *object, const char *key,
			    const char *number_key, const char *name_key)
{
	const char *name = get_string(profile, object, key);
	const char *error_name = get_string(profile, object, name_key);
	uint32_t action;
	long long error;

	if (!name || !*name)
		wrong(profile, key, "SC-JSON", "there is no \"%s\", such as \"SCMP_ACT_ERRNO\"",
		      key);
	action = find_name(profile, actions, name, "action", "SC-JSON");
	error = get_number(profile, object, number_key, 4095, -1);
	if (error < 0 && error_name && *error_name) {
		error = lsm_errno_number(error_name);
		if (error < 0)
			wrong(profile, error_name, "SC-JSON", "unknown errno \"%.80s\"",
			      error_name);
	}
	if (error < 0)
		error = EPERM;
	if (action == SCMP_ACT_NOTIFY)
		wrong(profile, name, "SC-JSON",
		      "SCMP_ACT_NOTIFY asks another program what to do, and lsm has none to ask");
	if (action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0))
		action |= (uint32_t)error;
	return action;
}

/* ---- includes and excludes ---- */

static bool has_capability(const struct profile *profile, const char *name)
{
	const char *bare = strncasecmp(name, "CAP_", 4) == 0 ? name + 4 : name;

	for (int i = 0; lsm_capability_name(i); i++)
		if (strcasecmp(lsm_capability_name(i), bare) == 0)
			return profile->capabilities >> i & 1;
	wrong(profile, name, "SC-JSON", "unknown capability \"%.80s\"", name);
}

/* The names of architectures here are those of the Go language. */
static bool is_machine(const struct profile *profile, const char *name)
{
	static const struct name machines[] = {
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
			return profile->filter.arch[0] == machines[i].value;
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
		wrong(profile, "minKernel", "SC-JSON",
		      "\"minKernel\" must be two numbers, such as \"4.8\"");
	uname(&here);
	sscanf(here.release, "%u.%u", &here_major, &here_minor);
	return here_major != major ? here_major > major : here_minor >= minor;
}

/* One entry applies when all that "includes" names is there (of the
 * architectures: one), and nothing that "excludes" names. */
static bool entry_applies(const struct profile *profile, json_t *entry)
{
	static const char *const keys[] = { "caps", "arches", "minKernel", NULL };
	json_t *includes = get(profile, entry, "includes", JSON_OBJECT, "an object: { ... }");
	json_t *excludes = get(profile, entry, "excludes", JSON_OBJECT, "an object: { ... }");
	bool applies = true;

	for (int exclude = 0; exclude < 2; exclude++) {
		json_t *part = exclude ? excludes : includes;
		json_t *caps = get_array(profile, part, "caps");
		json_t *arches = get_array(profile, part, "arches");
		const char *kernel = get_string(profile, part, "minKernel");
		bool machine = false;

		if (part)
			check_keys(profile, part, keys);
		for (size_t i = 0; i < json_array_size(caps); i++)
			if (has_capability(profile, element_string(profile, caps, i, "caps")) ==
			    (bool)exclude)
				applies = false;
		for (size_t i = 0; i < json_array_size(arches); i++)
			machine |=
				is_machine(profile, element_string(profile, arches, i, "arches"));
		if (json_array_size(arches) && machine == (bool)exclude)
			applies = false;
		if (kernel && *kernel && is_kernel(profile, kernel) == (bool)exclude)
			applies = false;
	}
	return applies;
}

/* ---- rules ---- */

static struct scmp_arg_cmp read_argument(const struct profile *profile, json_t *object)
{
	static const char *const keys[] = { "index", "value", "valueTwo", "op", "comment", NULL };
	struct scmp_arg_cmp argument = { 0 };
	const char *operator;

	if (!json_is_object(object))
		wrong(profile, "args", "SC-JSON", "\"args\" must hold objects: { ... }");
	check_keys(profile, object, keys);
	operator= get_string(profile, object, "op");
	if (!operator|| !get(profile, object, "index", JSON_INTEGER, "a whole number"))
		wrong(profile, "args", "SC-JSON",
		      "an argument needs \"index\", \"value\" and \"op\"");
	argument.arg = (unsigned int)get_number(profile, object, "index", 5, 0);
	argument.op = find_name(profile, operators, operator, "operator", "SC-JSON");
	argument.datum_a = (scmp_datum_t)get_number(profile, object, "value", INT64_MAX, 0);
	argument.datum_b = (scmp_datum_t)get_number(profile, object, "valueTwo", INT64_MAX, 0);
	return argument;
}

static void add_entry(struct profile *profile, json_t *entry)
{
	static const char *const keys[] = { "name", "names",   "action",   "errnoRet", "errno",
					    "args", "comment", "includes", "excludes", NULL };
	struct scmp_arg_cmp arguments[6];
	uint32_t action;
	json_t *names, *args;
	const char *name;
	size_t count, seen = 0;
	bool twice = false, applies;

	if (!json_is_object(entry))
		wrong(profile, "syscalls", "SC-JSON", "\"syscalls\" must hold objects: { ... }");
	check_keys(profile, entry, keys);
	action = read_action(profile, entry, "action", "errnoRet", "errno");
	names = get_array(profile, entry, "names");
	name = get_string(profile, entry, "name");
	if (name && *name && json_array_size(names))
		wrong(profile, "name", "SC-JSON",
		      "an entry has \"names\" or \"name\", and not both");
	if (!(name && *name) && !json_array_size(names))
		wrong(profile, "names", "SC-JSON", "an entry needs \"names\": [ \"read\", ... ]");

	args = get_array(profile, entry, "args");
	count = json_array_size(args);
	if (count > 6)
		wrong(profile, "args", "SC-JSON", "a system call has at most 6 arguments");
	for (size_t i = 0; i < count; i++) {
		arguments[i] = read_argument(profile, json_array_get(args, i));
		twice = twice || (seen >> arguments[i].arg & 1);
		seen |= (size_t)1 << arguments[i].arg;
	}

	/* Even what does not apply here has been read, so that a mistake does
	 * not wait for another machine. */
	applies = entry_applies(profile, entry);
	for (size_t i = 0; i < (names ? json_array_size(names) : 1); i++) {
		if (names)
			name = element_string(profile, names, i, "names");
		if (!name || !*name)
			wrong(profile, "names", "SC-JSON", "a name of a system call is empty");
		if (!applies)
			continue;
		/* Two conditions on the same argument mean 'or' in runc, which
		 * makes a rule of each; two on different ones mean 'and'. */
		for (size_t j = 0; twice && j < count; j++)
			lsm_filter_rule(&profile->filter, name, action, 1, &arguments[j]);
		if (!twice)
			lsm_filter_rule(&profile->filter, name, action, (unsigned int)count,
					arguments);
	}
}

static void add_arch(struct profile *profile, const char *name)
{
	uint32_t arch = find_name(profile, architectures, name, "architecture", "SC-NAME");

	/* libseccomp takes a program for one byte order only, and an
	 * architecture that it does not know has no programs here. */
	if (arch == SCMP_ARCH_NATIVE ||
	    (arch & 0x40000000) != (profile->filter.arch[0] & 0x40000000) ||
	    !seccomp_syscall_resolve_num_arch(arch,
					      seccomp_syscall_resolve_name_arch(arch, "read")))
		return;
	lsm_filter_arch(&profile->filter, arch);
}

/* "architectures" is a list; "archMap" says for each architecture which others
 * it runs as well. With neither, only the machine's own calls are allowed. */
static void add_arches(struct profile *profile, json_t *root)
{
	json_t *list = get_array(profile, root, "architectures");
	json_t *map = get_array(profile, root, "archMap");

	if (json_array_size(list) && json_array_size(map))
		wrong(profile, "archMap", "SC-JSON",
		      "a profile has \"architectures\" or \"archMap\", and not both");
	for (size_t i = 0; i < json_array_size(list); i++)
		add_arch(profile, element_string(profile, list, i, "architectures"));
	for (size_t i = 0; i < json_array_size(map); i++) {
		json_t *one = json_array_get(map, i);
		const char *name =
			json_is_object(one) ? get_string(profile, one, "architecture") : NULL;
		json_t *others = name ? get_array(profile, one, "subArchitectures") : NULL;

		if (!name)
			wrong(profile, "archMap", "SC-JSON",
			      "\"archMap\" must hold objects with an \"architecture\"");
		if (find_name(profile, architectures, name, "architecture", "SC-NAME") !=
		    profile->filter.arch[0])
			continue;
		for (size_t j = 0; j < json_array_size(others); j++)
			add_arch(profile, element_string(profile, others, j, "subArchitectures"));
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
		refuse_line(name, 1, "SC-JSON", "this is no JSON: it holds a byte 0");
	/* A key that stands twice would mean one thing here, and another in
	 * another program. */
	file = root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		char message[300];

		snprintf(message, sizeof(message), "this is no JSON: %s", error.text);
		refuse_line(name, error.line, "SC-JSON", message);
	}
	if (!json_is_object(root))
		refuse_line(name, 1, "SC-JSON",
			    "a profile is an object: { \"defaultAction\": ... }");
	/* An OCI bundle's config.json holds its profile as linux.seccomp. */
	if (json_object_get(root, "ociVersion")) {
		root = json_object_get(json_object_get(root, "linux"), "seccomp");
		if (!json_is_object(root))
			refuse_line(name, 1, "SC-JSON",
				    "this config.json has no profile: no linux.seccomp");
		profile.object = find_value(find_value(text, "linux"), "seccomp");
	}
	check_keys(&profile, root, keys);

	lsm_filter_begin(&profile.filter, seccomp_arch_native(),
			 read_action(&profile, root, "defaultAction", "defaultErrnoRet",
				     "defaultErrno"));
	add_arches(&profile, root);
	list = get_array(&profile, root, "flags");
	for (size_t i = 0; i < json_array_size(list); i++)
		*flags |= find_name(&profile, flags_known,
				    element_string(&profile, list, i, "flags"), "flag", "SC-JSON");
	profile.list = get_array(&profile, root, "syscalls");
	for (; profile.index < json_array_size(profile.list); profile.index++)
		add_entry(&profile, json_array_get(profile.list, profile.index));
	json_decref(file);
	return lsm_filter_finish(&profile.filter);
}
