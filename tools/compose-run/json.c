/* json.c: a comparison as JSON. See compare.h. The values are the words of the
 * table; null stands for what is not known, with the reason beside it. */
#include <jansson.h>
#include <stdio.h>

#include "chain.h"
#include "compare.h"
#include "message.h"

static json_t *checked(json_t *value)
{
	if (!value)
		die("cannot go on without memory");
	return value;
}

static json_t *text_or_null(const char *text)
{
	return checked(text ? json_string(text) : json_null());
}

/* "limit of memory" for a fact in a group, so that names are not used twice. */
static json_t *full_name(const struct fact *fact)
{
	return checked(json_sprintf("%s%s", fact->group ? fact->group->some : "", fact->name));
}

static json_t *fact_to_json(const struct pair *pair)
{
	const struct fact *a = pair->of[0], *b = pair->of[1], *any = a ? a : b;
	json_t *fact = checked(json_object()), *reasons = checked(json_array()),
	       *values = checked(json_array());
	bool known = true;

	for (int side = 0; side < 2; side++) {
		const struct fact *one = pair->of[side];

		json_array_append_new(values, text_or_null(one ? one->value : NULL));
		json_array_append_new(reasons, text_or_null(one ? one->unknown : "can't be read"));
		known = known && one && one->value;
	}
	json_object_set_new(fact, "name", full_name(any));
	json_object_set_new(fact, "result", text_or_null(verdict_names[pair->verdict]));
	json_object_set_new(fact, "decides", checked(json_boolean(any->decides)));
	json_object_set_new(fact, "values", values);
	if (!known)
		json_object_set(fact, "unknown", reasons);
	else if (pair->verdict == UNKNOWN)
		json_object_set_new(fact, "doubt", text_or_null(any->doubt));
	json_decref(reasons);
	return fact;
}

void compare_print_json(const struct comparison *comparison)
{
	json_t *top = checked(json_object()), *layers = checked(json_array()),
	       *processes = checked(json_array());
	bool same = true;

	for (int side = 0; side < 2; side++) {
		const struct process *process = &comparison->process[side];
		json_t *one = checked(json_object());

		json_object_set_new(one, "pid", checked(json_integer(process->pid)));
		json_object_set_new(one, "command", text_or_null(process->command));
		json_object_set_new(one, "ours", checked(json_boolean(process->ours)));
		json_array_append_new(processes, one);
	}
	for (int i = 0; i < LAYERS; i++) {
		json_t *layer = checked(json_object()), *facts = checked(json_array());

		for (size_t n = 0; n < comparison->layers[i].count; n++)
			json_array_append_new(facts, fact_to_json(&comparison->layers[i].pairs[n]));
		json_object_set_new(layer, "layer", text_or_null(tool_names[i]));
		json_object_set_new(layer, "result",
				    text_or_null(verdict_names[comparison->layers[i].verdict]));
		json_object_set_new(layer, "facts", facts);
		json_array_append_new(layers, layer);
		same = same && comparison->layers[i].verdict == SAME;
	}
	json_object_set_new(top, "processes", processes);
	json_object_set_new(top, "same", checked(json_boolean(same)));
	json_object_set_new(top, "layers", layers);
	if (json_dumpf(top, stdout, JSON_INDENT(2)) != 0)
		die("cannot write the comparison");
	putchar('\n');
	json_decref(top);
}
