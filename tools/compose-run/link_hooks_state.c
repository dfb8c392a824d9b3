/* link_hooks_state.c: the state of the container, which each hook finds in JSON on its
 * input. See link_hooks.h. Read on: the runtime-spec's runtime.md, "State". */
#include <unistd.h>

#include "link_hooks.h"
#include "memory.h"
#include "message.h"
#include "started.h"

/* "strata-PID-STARTTIME": no two processes of a machine have both alike. */
static char *make_id(void)
{
	return print_text("strata-%d-%llu", getpid(), own_start(NULL));
}

json_t *hooks_state(const char *version, const char *id, const char *bundle,
		    const char *annotations)
{
	json_t *object = NULL, *state;

	if (annotations) {
		object = json_loads(annotations, 0, NULL);
		if (!json_is_object(object))
			die("--annotations takes an object in JSON, such as '{\"a\": \"b\"}'");
	}
	state = json_pack("{s:s, s:s, s:s, s:s, s:o*}", "ociVersion", version ? version : "1.2.1",
			  "id", id ? id : make_id(), "status", "", "bundle", bundle ? bundle : "/",
			  "annotations", object);
	if (!state)
		die("cannot put the state of the container together");
	return state;
}

char *hooks_state_text(json_t *common, const char *status, pid_t pid)
{
	json_t *state = json_copy(common);
	char *text;

	json_object_set_new(state, "status", json_string(status));
	if (pid > 0)
		json_object_set_new(state, "pid", json_integer(pid));
	text = json_dumps(state, 0);
	json_decref(state);
	if (!text)
		die("cannot put the state of the container together");
	return text;
}
