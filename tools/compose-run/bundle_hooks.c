/* bundle_hooks.c: the hooks of a bundle, as "compose-run hooks", in up to three
 * places of the chain. See bundle.h and link_hooks.c. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "memory.h"
#include "message.h"

static void read_path(const struct at *at, void *into)
{
	const char *path = strict_string(at);

	if (*path != '/')
		strict_wrong(at, "it must be an absolute path, such as /usr/bin/env");
	json_object_set(into, "path", at->value);
}

static void read_word(const struct at *at, void *into)
{
	(void)into;
	strict_string(at);
}

static void read_args(const struct at *at, void *into)
{
	strict_list(at, read_word, NULL);
	if (json_array_size(at->value))
		json_object_set(into, "args", at->value);
}

static void read_variable(const struct at *at, void *into)
{
	const char *text = strict_string(at);

	(void)into;
	if (*text == '=' || !strchr(text, '='))
		strict_wrong(at, "a variable is NAME=VALUE");
}

static void read_env(const struct at *at, void *into)
{
	strict_list(at, read_variable, NULL);
	if (json_array_size(at->value))
		json_object_set(into, "env", at->value);
}

static void read_timeout(const struct at *at, void *into)
{
	strict_number(at, 1, INT_MAX);
	json_object_set(into, "timeout", at->value);
}

/* Keeps it as JSON on one line: that is how the link takes it. */
static void read_hook(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "path", read_path, true }, { "args", read_args, false },
		{ "env", read_env, false },  { "timeout", read_timeout, false },
		{ NULL, NULL, false },
	};
	json_t *hook = json_object();
	char *text;

	if (!hook)
		die("cannot read a hook: no memory");
	strict_object(at, keys, hook);
	text = json_dumps(hook, 0);
	if (!text)
		die("cannot keep a hook: no memory");
	words_add(into, "%s", text);
	free(text);
	json_decref(hook);
}

static void read_prestart(const struct at *at, void *into)
{
	strict_list(at, read_hook, &((struct bundle *)into)->hooks.prestart);
}

static void read_create_runtime(const struct at *at, void *into)
{
	strict_list(at, read_hook, &((struct bundle *)into)->hooks.create_runtime);
}

static void read_create_container(const struct at *at, void *into)
{
	strict_list(at, read_hook, &((struct bundle *)into)->hooks.create_container);
}

static void read_start_container(const struct at *at, void *into)
{
	strict_list(at, read_hook, &((struct bundle *)into)->hooks.start_container);
}

static void read_poststart(const struct at *at, void *into)
{
	strict_list(at, read_hook, &((struct bundle *)into)->hooks.poststart);
}

static void read_poststop(const struct at *at, void *into)
{
	strict_list(at, read_hook, &((struct bundle *)into)->hooks.poststop);
}

void bundle_read_hooks(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "prestart", read_prestart, false },
		{ "createRuntime", read_create_runtime, false },
		{ "createContainer", read_create_container, false },
		{ "startContainer", read_start_container, false },
		{ "poststart", read_poststart, false },
		{ "poststop", read_poststop, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

/* ---- the links ---- */

/* Whether a hook is due when all is made, or when the program is next. */
static bool at_creation(const struct bundle *bundle)
{
	return bundle->hooks.prestart.count || bundle->hooks.create_runtime.count ||
	       bundle->hooks.create_container.count;
}

static bool at_start(const struct bundle *bundle)
{
	return bundle->hooks.start_container.count || bundle->hooks.poststart.count;
}

static void add_hooks(struct words *words, const char *option, const struct words *hooks)
{
	for (size_t i = 0; i < hooks->count; i++)
		words_add_option(words, option, "%s", hooks->word[i]);
}

static struct words *add_link(struct chain *chain, const char *comment)
{
	struct words *words = row_add(chain, "compose-run", comment);

	words_add(words, "hooks");
	return words;
}

static void add_state(const struct bundle *bundle, struct words *words)
{
	char *directory =
		copy_part(bundle->file, (size_t)(strrchr(bundle->file, '/') - bundle->file));
	char *annotations = bundle->annotations ? json_dumps(bundle->annotations, 0) : NULL;

	if (bundle->id)
		words_add_option(words, "--id", "%s", bundle->id);
	words_add_option(words, "--bundle", "%s", *directory ? directory : "/");
	words_add_option(words, "--oci-version", "%s", bundle->version);
	if (annotations)
		words_add_option(words, "--annotations", "%s", annotations);
	free(annotations);
	free(directory);
}

void bundle_plan_hooks_outside(const struct bundle *bundle, struct chain *chain)
{
	struct words *words;

	if (!at_creation(bundle) && !at_start(bundle) && !bundle->hooks.poststop.count)
		return;
	words = add_link(chain, "stays outside, for the hooks of there");
	if (at_creation(bundle) || at_start(bundle))
		words_add_option(words, "--fd", "%d", BUNDLE_HOOKS_FD);
	add_state(bundle, words);
	add_hooks(words, "--prestart", &bundle->hooks.prestart);
	add_hooks(words, "--createRuntime", &bundle->hooks.create_runtime);
	add_hooks(words, "--poststart", &bundle->hooks.poststart);
	add_hooks(words, "--poststop", &bundle->hooks.poststop);
}

void bundle_plan_hooks_created(const struct bundle *bundle, struct chain *chain)
{
	struct words *words;

	if (!at_creation(bundle))
		return;
	words = add_link(chain, "all is made: the hooks that are due before the root changes");
	words_add_option(words, "--fd", "%d", BUNDLE_HOOKS_FD);
	words_add(words, "--created");
	if (!at_start(bundle))
		words_add(words, "--last");
	add_hooks(words, "--createContainer", &bundle->hooks.create_container);
}

bool bundle_has_start_hooks(const struct bundle *bundle)
{
	return at_start(bundle);
}

void bundle_plan_hooks_starting(const struct bundle *bundle, struct chain *chain)
{
	struct words *words;

	if (!at_start(bundle))
		return;
	words = add_link(chain, "the program is next: the hooks that are due then");
	words_add_option(words, "--fd", "%d", BUNDLE_HOOKS_FD);
	words_add(words, "--starting");
	add_hooks(words, "--startContainer", &bundle->hooks.start_container);
}
