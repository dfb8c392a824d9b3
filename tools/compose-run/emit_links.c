/* emit_links.c: what compose-run's own links say, as a config.json says it: hooks,
 * scheduling, clocks. See emitting.h. */
#include <stdio.h>
#include <stdlib.h>

#include "emitting.h"
#include "message.h"

/* Of what only version 1.1 of the runtime-spec has. */
static void need_newer(struct emit *emit)
{
	emit_set(emit->spec, "ociVersion", json_string("1.1.0"));
}

/* ---- hooks ---- */

static void emit_hooks_fd(struct emit *emit, const char *value)
{
	emit->hooks_fd = (unsigned)strtoul(value, NULL, 10);
}

static void emit_annotations(struct emit *emit, const char *value)
{
	emit_set(emit->spec, "annotations", json_loads(value, 0, NULL));
}

/* A hook is a word in JSON already. */
static void add_hook(struct emit *emit, const char *moment, const char *value)
{
	emit_add(emit_list(emit_object(emit->spec, "hooks"), moment), json_loads(value, 0, NULL));
}

static void emit_prestart(struct emit *emit, const char *value)
{
	add_hook(emit, "prestart", value);
}

static void emit_create_runtime(struct emit *emit, const char *value)
{
	add_hook(emit, "createRuntime", value);
}

static void emit_create_container(struct emit *emit, const char *value)
{
	add_hook(emit, "createContainer", value);
}

static void emit_start_container(struct emit *emit, const char *value)
{
	add_hook(emit, "startContainer", value);
}

static void emit_poststart(struct emit *emit, const char *value)
{
	add_hook(emit, "poststart", value);
}

static void emit_poststop(struct emit *emit, const char *value)
{
	add_hook(emit, "poststop", value);
}

/* ---- scheduling ---- */

static void emit_personality(struct emit *emit, const char *value)
{
	emit_set(emit_object(emit->linux_, "personality"), "domain", json_string(value));
}

static json_t *scheduler(struct emit *emit)
{
	need_newer(emit);
	return emit_object(emit->process, "scheduler");
}

static void set_number(json_t *object, const char *key, const char *value)
{
	emit_set(object, key, json_integer(strtoll(value, NULL, 10)));
}

static void emit_policy(struct emit *emit, const char *value)
{
	emit_set(scheduler(emit), "policy", json_string(value));
}

static void emit_nice(struct emit *emit, const char *value)
{
	set_number(scheduler(emit), "nice", value);
}

static void emit_priority(struct emit *emit, const char *value)
{
	set_number(scheduler(emit), "priority", value);
}

static void emit_runtime(struct emit *emit, const char *value)
{
	set_number(scheduler(emit), "runtime", value);
}

static void emit_deadline(struct emit *emit, const char *value)
{
	set_number(scheduler(emit), "deadline", value);
}

static void emit_period(struct emit *emit, const char *value)
{
	set_number(scheduler(emit), "period", value);
}

static void emit_flag(struct emit *emit, const char *value)
{
	emit_add(emit_list(scheduler(emit), "flags"), json_string(value));
}

static void emit_io_class(struct emit *emit, const char *value)
{
	need_newer(emit);
	emit_set(emit_object(emit->process, "ioPriority"), "class", json_string(value));
}

static void emit_io_priority(struct emit *emit, const char *value)
{
	set_number(emit_object(emit->process, "ioPriority"), "priority", value);
}

/* ---- clocks ---- */

static void set_clock(struct emit *emit, const char *clock, const char *value)
{
	json_t *to = emit_object(emit_object(emit->linux_, "timeOffsets"), clock);
	long long seconds = 0, nanoseconds = 0;

	if (sscanf(value, "%lld:%lld", &seconds, &nanoseconds) < 1)
		die("a clock is moved by S[:N], and not by '%s'", value);
	need_newer(emit);
	emit_set(to, "secs", json_integer(seconds));
	emit_set(to, "nanosecs", json_integer(nanoseconds));
}

static void emit_monotonic(struct emit *emit, const char *value)
{
	set_clock(emit, "monotonic", value);
}

static void emit_boottime(struct emit *emit, const char *value)
{
	set_clock(emit, "boottime", value);
}

const struct emit_word emit_link_words[] = {
	{ "compose-run hooks", "--fd", true, emit_hooks_fd },
	{ "compose-run hooks", "--id", true, NULL },
	{ "compose-run hooks", "--bundle", true, NULL },
	{ "compose-run hooks", "--oci-version", true, NULL },
	{ "compose-run hooks", "--created", false, NULL },
	{ "compose-run hooks", "--last", false, NULL },
	{ "compose-run hooks", "--starting", false, NULL },
	{ "compose-run hooks", "--annotations", true, emit_annotations },
	{ "compose-run hooks", "--prestart", true, emit_prestart },
	{ "compose-run hooks", "--createRuntime", true, emit_create_runtime },
	{ "compose-run hooks", "--createContainer", true, emit_create_container },
	{ "compose-run hooks", "--startContainer", true, emit_start_container },
	{ "compose-run hooks", "--poststart", true, emit_poststart },
	{ "compose-run hooks", "--poststop", true, emit_poststop },
	{ "compose-run process", "--personality", true, emit_personality },
	{ "compose-run process", "--scheduler", true, emit_policy },
	{ "compose-run process", "--nice", true, emit_nice },
	{ "compose-run process", "--priority", true, emit_priority },
	{ "compose-run process", "--runtime", true, emit_runtime },
	{ "compose-run process", "--deadline", true, emit_deadline },
	{ "compose-run process", "--period", true, emit_period },
	{ "compose-run process", "--flag", true, emit_flag },
	{ "compose-run process", "--io-class", true, emit_io_class },
	{ "compose-run process", "--io-priority", true, emit_io_priority },
	{ "compose-run time", "--monotonic", true, emit_monotonic },
	{ "compose-run time", "--boottime", true, emit_boottime },
	{ "compose-run time", "--no-fork", false, NULL },
	{ NULL, NULL, false, NULL },
};
