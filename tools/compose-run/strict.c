/* strict.c: walking over a JSON document. See strict.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "strict.h"
#include "why.h"

#define SPEC "https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md"

/* Keys come from the file: one that is no plain word is shown as a string of
 * JSON's, in which nothing can move the cursor of a terminal. */
static char *key_text(const char *key)
{
	json_t *string;
	char *quoted, *text;
	bool plain = *key && !isdigit((unsigned char)*key);

	for (const char *c = key; *c && plain; c++)
		plain = isalnum((unsigned char)*c) || *c == '_';
	if (plain && strlen(key) <= 60)
		return print_text(".%s", key);
	string = json_stringn(key, strlen(key) > 60 ? 60 : strlen(key));
	/* Cut within a letter it is no UTF-8 any more. */
	quoted = string ? json_dumps(string, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
	text = quoted ? print_text("[%s]", quoted) : copy_text("[...]");
	free(quoted);
	json_decref(string);
	return text;
}

char *strict_path(const struct at *at)
{
	char *before, *here, *path;

	if (!at->up)
		return copy_text("");
	before = strict_path(at->up);
	here = at->key ? key_text(at->key) : print_text("[%zu]", at->index);
	path = print_text("%s%s", before, here + (!*before && *here == '.'));
	free(before);
	free(here);
	return path;
}

static const char *file_of(const struct at *at)
{
	while (at->up)
		at = at->up;
	return at->key;
}

/* A program for jq(1), quoted for the shell. */
static char *jq_program(const char *function, const char *path)
{
	char *text = *function ? print_text("%s(.%s)", function, path) : print_text(".%s", path);
	char *quoted = paste_word(text);

	free(text);
	return quoted;
}

static _Noreturn void refuse(const char *file, const char *path, const char *id,
			     const char *message, const char *near, const char *format,
			     va_list values)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	char why[600], *place = jq_program("", path), *without = jq_program("del", path);
	char *quoted = paste_word(file);

	vsnprintf(why, sizeof(why), format, values);
	(void)REASON(id, SPEC, "%s", why);
	if (strcmp(id, "OCI-VALUE") == 0)
		FIX("look at it:  jq %s %s", place, quoted);
	else
		FIX("%s%s%sleave it out, if the container may do without:  jq %s %s",
		    near ? "did you mean \"" : "", near ? near : "", near ? "\"? Else " : "",
		    without, quoted);
	free(without);
	free(place);
	free(quoted);
	why_refuse(reason, "%s: %s %s", file, *path ? path : "the whole", message);
}

void strict_wrong_path(const char *file, const char *path, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	refuse(file, path, "OCI-VALUE", "has a value that can't be used", NULL, format, values);
	va_end(values);
}

void strict_wrong(const struct at *at, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	refuse(file_of(at), strict_path(at), "OCI-VALUE", "has a value that can't be used", NULL,
	       format, values);
	va_end(values);
}

void strict_missing_path(const char *file, const char *path, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	refuse(file, path, "OCI-UNSUPPORTED", "is not supported", NULL, format, values);
	va_end(values);
}

void strict_missing(const struct at *at, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	refuse(file_of(at), strict_path(at), "OCI-UNSUPPORTED", "is not supported", NULL, format,
	       values);
	va_end(values);
}

static _Noreturn void refuse_key(const struct at *at, const char *near, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	refuse(file_of(at), strict_path(at), "OCI-KEY", "is unknown", near, format, values);
	va_end(values);
}

/* ---- values ---- */

static void expect(const struct at *at, bool right, const char *what)
{
	static const char *const types[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a number with a part",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	if (!right)
		strict_wrong(at, "it must be %s, and is %s", what, types[json_typeof(at->value)]);
}

const char *strict_string(const struct at *at)
{
	expect(at, json_is_string(at->value), "a string");
	return json_string_value(at->value);
}

bool strict_bool(const struct at *at)
{
	expect(at, json_is_boolean(at->value), "true or false");
	return json_is_true(at->value);
}

long long strict_number(const struct at *at, long long min, long long max)
{
	long long number;

	expect(at, json_is_integer(at->value), "a whole number");
	number = json_integer_value(at->value);
	if (number == DOCUMENT_LARGEST)
		strict_wrong(at, "it must be from %lld to %lld, and is %llu", min, max,
			     (unsigned long long)UINT64_MAX);
	if (number < min || number > max)
		strict_wrong(at, "it must be from %lld to %lld, and is %lld", min, max, number);
	return number;
}

uint64_t strict_uint64(const struct at *at)
{
	if (json_is_integer(at->value) && json_integer_value(at->value) == DOCUMENT_LARGEST)
		return UINT64_MAX;
	return (uint64_t)strict_number(at, 0, INT64_MAX);
}

/* ---- objects and lists ---- */

static const struct key *find_key(const struct key keys[], const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static _Noreturn void refuse_unknown(const struct at *at, const struct key keys[])
{
	const char *names[64];
	size_t n = 0;

	for (; keys[n].name && n + 1 < sizeof(names) / sizeof(*names); n++)
		names[n] = keys[n].name;
	names[n] = NULL;
	refuse_key(at, closest(at->key, names),
		   "the runtime-spec 1.0 to 1.2 has no such key here; other runtimes pass over it, "
		   "and what it\nasks for is then missing without a word");
}

void strict_object(const struct at *at, const struct key keys[], void *into)
{
	const char *name;
	json_t *value;

	expect(at, json_is_object(at->value), "an object: { ... }");
	json_object_foreach(at->value, name, value)
	{
		struct at here = { .up = at, .key = name, .value = value };
		const struct key *key = find_key(keys, name);

		if (!key)
			refuse_unknown(&here, keys);
		if (!json_is_null(value))
			key->read(&here, into);
	}
	for (; keys->name; keys++) {
		struct at here = { .up = at, .key = keys->name };

		if (keys->required && json_is_null(json_object_get(at->value, keys->name)))
			strict_wrong(&here, "it is null, and has to be there");
		if (keys->required && !json_object_get(at->value, keys->name))
			strict_wrong(&here, "it is missing, and has to be there");
	}
}

void strict_list(const struct at *at, strict_read *read, void *into)
{
	expect(at, json_is_array(at->value), "a list: [ ... ]");
	for (size_t i = 0; i < json_array_size(at->value); i++) {
		struct at here = { .up = at, .index = i, .value = json_array_get(at->value, i) };

		read(&here, into);
	}
}

void strict_map(const struct at *at, strict_read *read, void *into)
{
	const char *name;
	json_t *value;

	expect(at, json_is_object(at->value), "an object: { ... }");
	json_object_foreach(at->value, name, value)
	{
		struct at here = { .up = at, .key = name, .value = value };

		read(&here, into);
	}
}

/* Whether a value asks for nothing. */
static bool is_empty(json_t *value)
{
	const char *name;
	json_t *inner;

	switch (json_typeof(value)) {
	case JSON_STRING: return json_string_length(value) == 0;
	case JSON_INTEGER: return json_integer_value(value) == 0;
	case JSON_ARRAY: return json_array_size(value) == 0;
	case JSON_FALSE:
	case JSON_NULL: return true;
	case JSON_OBJECT:
		json_object_foreach(value, name, inner)
		{
			if (!is_empty(inner))
				return false;
		}
		return true;
	default: return false;
	}
}

void strict_unsupported(const struct at *at, void *into)
{
	(void)into;
	if (!is_empty(at->value))
		strict_missing(at,
			       "none of the tools does this, and the container would not be what "
			       "was asked for");
}
