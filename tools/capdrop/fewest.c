/* fewest.c: --minimize: what is asked for, but with fewer capabilities, as a plan and as
 * the options that say the same. The search itself: minimize.c. See plan.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "minimize.h"
#include "paste.h"
#include "plan.h"
#include "step.h"

/* The plan with another set. A user other than root has only what is ambient. */
static struct plan plan_with(uint64_t set, const struct plan *plan)
{
	struct plan other = *plan;

	other.keep = set;
	other.bounding = set | (plan->bounding & ~plan->keep);
	other.named = 0;
	other.inheritable = plan->inheritable & set;
	other.ambient = plan_user(plan) == 0 ? plan->ambient & set : set;
	other.inheritable |= other.ambient;
	return other;
}

/* capdrop's own. */
static void (*setup_plan)(const struct plan *plan);

static void setup_with(uint64_t set, void *argument)
{
	struct plan plan = plan_with(set, argument);

	setup_plan(&plan);
}

static void add_option(char *text, size_t size, const char *option, const char *value)
{
	size_t n = strlen(text);
	char *word = paste_word(value);

	snprintf(text + n, size - n, "%s%s%s%s", n ? " " : "", option, *value ? " " : "",
		 *value ? word : "");
	free(word);
}

static const char *options_with(uint64_t set, void *argument)
{
	static char text[2048];
	struct plan plan = plan_with(set, argument);

	*text = '\0';
	if (plan.user)
		add_option(text, sizeof(text), "--user", plan.user);
	if (plan.groups)
		add_option(text, sizeof(text), "--groups", plan.groups);
	if (plan.clear_groups)
		add_option(text, sizeof(text), "--clear-groups", "");
	if (set == plan.facts->before.permitted && !plan.ambient)
		add_option(text, sizeof(text), "--preset", "all");
	else if (plan.keep & ~plan.ambient)
		add_option(text, sizeof(text), "--keep", sets_in_words(plan.keep & ~plan.ambient));
	if (plan.ambient)
		add_option(text, sizeof(text), "--ambient", sets_in_words(plan.ambient));
	if (plan.inheritable & ~plan.ambient)
		add_option(text, sizeof(text), "--inheritable",
			   sets_in_words(plan.inheritable & ~plan.ambient));
	if (plan.bounding & ~plan.keep)
		add_option(text, sizeof(text), "--bounding",
			   sets_in_words(plan.bounding & ~plan.keep));
	if (plan.umask)
		add_option(text, sizeof(text), "--umask", plan.umask);
	if (plan.allow_new_privs)
		add_option(text, sizeof(text), "--allow-new-privs", "");
	return text;
}

_Noreturn void plan_find_fewest(const struct plan *plan, void (*setup)(const struct plan *),
				char *words[])
{
	struct minimize what = { plan->keep, words, setup_with, options_with, (void *)plan };
	struct sets *now = &plan->facts->before;

	setup_plan = setup;
	if (!words[0] || (strcmp(words[0], "--") == 0 && !words[1]))
		die("--minimize needs the program:  capdrop --minimize -- PROGRAM [ARG]...");
	sets_read_own(now, 0);
	what.start &= now->permitted;
	if (dry_run) {
		dprintf(2, "%s: would execute %s again and again, with fewer and fewer of %s\n",
			tool_name, words[strcmp(words[0], "--") == 0], sets_in_words(plan->keep));
		exit(0);
	}
	minimize(&what);
}
