/* emit_process.c: the words of the small links about the process: where it begins
 * and what it keeps open (chroot), and its limits, as prlimit(1) and choom(1) have them.
 * See emitting.h. */
#include <stdlib.h>
#include <string.h>

#include "emitting.h"
#include "memory.h"
#include "message.h"
#include "number.h"

static void directory(struct emit *emit, const char *value)
{
	emit_set(emit->process, "cwd", json_string(value));
}

/* The filter's is read when the config.json is written, and whoever runs its hooks has
 * a way of his own to do it. */
static void keep_fd(struct emit *emit, const char *value)
{
	unsigned long fd = strtoul(value, NULL, 10);

	if (fd != emit->file_fd && fd != emit->hooks_fd)
		emit_refuse("--preserve-fds", NULL,
			    "who calls a runtime says it there, as in  runc run --preserve-fds N");
}

static json_t *limit_value(const char *text)
{
	unsigned long long number;

	/* Numbers of 64 bits without a sign: more than the library's hold. Only
	 * "no limit" is so large. */
	if (strcmp(text, "unlimited") == 0 || strcmp(text, "-1") == 0)
		return json_integer(EMIT_LARGEST);
	if (!parse_number(text, INT64_MAX, &number))
		die("a limit is a number, or unlimited, and not '%s'", text);
	return json_integer((json_int_t)number);
}

void emit_rlimit(struct emit *emit, const char *word)
{
	size_t length = strcspn(word, "=");
	const char *soft = word + length + (word[length] == '='), *colon = strchr(soft, ':');
	char *type = print_text("RLIMIT_%.*s", (int)length, word);
	char *first = copy_part(soft, colon ? (size_t)(colon - soft) : strlen(soft));

	for (char *c = type; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	emit_add(emit_list(emit->process, "rlimits"),
		 json_pack("{s:s, s:o, s:o}", "type", type, "hard",
			   limit_value(colon ? colon + 1 : first), "soft", limit_value(first)));
	free(type);
	free(first);
}

static void oom_score(struct emit *emit, const char *value)
{
	emit_set(emit->process, "oomScoreAdj", json_integer(atoi(value)));
}

const struct emit_word emit_process_words[] = {
	{ "chroot", "--pivot", false, NULL },
	{ "chroot", "--wd", true, directory },
	{ "chroot", "--keep-fd", true, keep_fd },
	/* Those of prlimit are names of limits: emit_rlimit(). */
	{ "choom", "-n", true, oom_score },
	{ NULL, NULL, false, NULL },
};
