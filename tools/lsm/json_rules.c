/* json_rules.c: an entry of a seccomp profile, as rules of the filter. See json.h. */
#include <string.h>

#include "json.h"

static struct scmp_arg_cmp read_argument(const struct profile *profile, json_t *object)
{
	static const char *const keys[] = { "index", "value", "valueTwo", "op", "comment", NULL };
	struct scmp_arg_cmp argument = { 0 };
	const char *operator;

	if (!json_is_object(object))
		profile_wrong(profile, "args", "SC-JSON", "\"args\" must hold objects: { ... }");
	profile_check_keys(profile, object, keys);
	operator= profile_string(profile, object, "op");
	if (!operator|| !profile_get(profile, object, "index", JSON_INTEGER, "a whole number"))
		profile_wrong(profile, "args", "SC-JSON",
			      "an argument needs \"index\", \"value\" and \"op\"");
	argument.arg = (unsigned int)profile_number(profile, object, "index", 5, 0);
	argument.op = profile_operator(profile, operator);
	argument.datum_a = (scmp_datum_t)profile_number(profile, object, "value", INT64_MAX, 0);
	argument.datum_b = (scmp_datum_t)profile_number(profile, object, "valueTwo", INT64_MAX, 0);
	return argument;
}

void profile_add_entry(struct profile *profile, json_t *entry)
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
		profile_wrong(profile, "syscalls", "SC-JSON",
			      "\"syscalls\" must hold objects: { ... }");
	profile_check_keys(profile, entry, keys);
	action = profile_action(profile, entry, "action", "errnoRet", "errno");
	names = profile_list(profile, entry, "names");
	name = profile_string(profile, entry, "name");
	if (name && *name && json_array_size(names))
		profile_wrong(profile, "name", "SC-JSON",
			      "an entry has \"names\" or \"name\", and not both");
	if (!(name && *name) && !json_array_size(names))
		profile_wrong(profile, "names", "SC-JSON",
			      "an entry needs \"names\": [ \"read\", ... ]");

	args = profile_list(profile, entry, "args");
	count = json_array_size(args);
	if (count > 6)
		profile_wrong(profile, "args", "SC-JSON", "a system call has at most 6 arguments");
	for (size_t i = 0; i < count; i++) {
		arguments[i] = read_argument(profile, json_array_get(args, i));
		twice = twice || (seen >> arguments[i].arg & 1);
		seen |= (size_t)1 << arguments[i].arg;
	}

	/* Even what does not apply here has been read, so that a mistake does
	 * not wait for another machine. */
	applies = profile_applies(profile, entry);
	for (size_t i = 0; i < (names ? json_array_size(names) : 1); i++) {
		if (names)
			name = profile_element(profile, names, i, "names");
		if (!name || !*name)
			profile_wrong(profile, "names", "SC-JSON",
				      "a name of a system call is empty");
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
