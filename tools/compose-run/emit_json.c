/* emit_json.c: the values of a config.json in the making: each is made, or it is the
 * end. See emitting.h. */
#include <stdarg.h>
#include <stdio.h>

#include "emitting.h"
#include "message.h"
#include "why.h"

void emit_refuse(const char *what, const char *value, const char *format, ...)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	char why[500];
	va_list values;

	va_start(values, format);
	vsnprintf(why, sizeof(why), format, values);
	va_end(values);
	(void)REASON("OCI-EMIT", "https://github.com/opencontainers/runtime-spec", "%s", why);
	FIX("leave it out, or let compose-run itself run it; its line:  compose-run --print-chain ...");
	why_refuse(reason, "--emit-oci: a config.json can't say: %s%s%s", what, value ? " " : "",
		   value ? value : "");
}

/* What jansson makes, or the end. */
json_t *emit_made(json_t *value)
{
	if (!value)
		die("--emit-oci: no memory, or a text that is not UTF-8, which JSON has to be");
	return value;
}

void emit_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, emit_made(value)) != 0)
		die("--emit-oci: no memory");
}

void emit_add(json_t *list, json_t *value)
{
	if (json_array_append_new(list, emit_made(value)) != 0)
		die("--emit-oci: no memory");
}

json_t *emit_object(json_t *parent, const char *key)
{
	if (!json_object_get(parent, key))
		emit_set(parent, key, json_object());
	return json_object_get(parent, key);
}

json_t *emit_list(json_t *parent, const char *key)
{
	if (!json_object_get(parent, key))
		emit_set(parent, key, json_array());
	return json_object_get(parent, key);
}
