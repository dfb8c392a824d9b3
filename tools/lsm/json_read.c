/* json_read.c: reading a seccomp profile strictly: each value is of the type that it
 * must have, and what is not is refused with its line. See json.h.
 *
 * jansson does not say where in the text a value stood, so it is looked for again. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "message.h"
#include "paste.h"
#include "why.h"

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

const char *profile_find(const char *object, const char *key)
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
	const char *list = profile_find(object, "syscalls");
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

_Noreturn void profile_refuse(const char *name, int line, const char *id, const char *message)
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

_Noreturn void profile_wrong(const struct profile *profile, const char *word, const char *id,
			     const char *format, ...)
{
	char message[700];
	va_list values;

	va_start(values, format);
	vsnprintf(message, sizeof(message), format, values);
	va_end(values);
	profile_refuse(profile->name, line_of(profile, find_word(profile, word)), id, message);
}

/* ---- values ---- */

json_t *profile_get(const struct profile *profile, json_t *object, const char *key, json_type type,
		    const char *type_name)
{
	json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return NULL;
	if (json_typeof(value) != type)
		profile_wrong(profile, key, "SC-JSON", "\"%s\" must be %s", key, type_name);
	return value;
}

const char *profile_string(const struct profile *profile, json_t *object, const char *key)
{
	json_t *value = profile_get(profile, object, key, JSON_STRING, "a string");

	return value ? json_string_value(value) : NULL;
}

json_t *profile_list(const struct profile *profile, json_t *object, const char *key)
{
	return profile_get(profile, object, key, JSON_ARRAY, "a list: [ ... ]");
}

long long profile_number(const struct profile *profile, json_t *object, const char *key,
			 long long max, long long otherwise)
{
	json_t *value = profile_get(profile, object, key, JSON_INTEGER, "a whole number");
	long long number = value ? json_integer_value(value) : otherwise;

	if (value && (number < 0 || number > max))
		profile_wrong(profile, key, "SC-JSON", "\"%s\" is %lld, and must be from 0 to %lld",
			      key, number, max);
	return number;
}

const char *profile_element(const struct profile *profile, json_t *array, size_t i, const char *key)
{
	json_t *value = json_array_get(array, i);

	if (!json_is_string(value))
		profile_wrong(profile, key, "SC-JSON", "\"%s\" must hold strings only", key);
	return json_string_value(value);
}

void profile_check_keys(const struct profile *profile, json_t *object, const char *const known[])
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
			profile_wrong(profile, key, "SC-JSON",
				      "unknown key \"%.80s\"; did you mean \"%s\"?", key, near);
	}
}
