/* bundle_schedule.c: how the program of a bundle is scheduled: process.scheduler,
 * process.ioPriority, linux.personality; as options of "compose-run process". See
 * bundle.h and link_process.c. */
#include <stdio.h>
#include <string.h>

#include "bundle.h"
#include "message.h"

/* ---- process.scheduler ---- */

struct scheduler {
	const char *policy;
	bool has_nice, has_priority, is_fair, is_real, is_deadline;
	int nice, priority;
	struct words flags;
	int64_t runtime, deadline, period; /* BUNDLE_UNSET */
};

static void read_policy(const struct at *at, void *into)
{
	static const char *const names[] = { "SCHED_OTHER", "SCHED_BATCH", "SCHED_IDLE",
					     "SCHED_FIFO",  "SCHED_RR",	   "SCHED_DEADLINE",
					     NULL };
	struct scheduler *scheduler = into;
	const char *near;
	int i = 0;

	scheduler->policy = strict_string(at);
	if (strcmp(scheduler->policy, "SCHED_ISO") == 0)
		strict_missing(at, "Linux has kept a number for it, and never had the policy");
	while (names[i] && strcmp(names[i], scheduler->policy) != 0)
		i++;
	scheduler->is_fair = i < 2;
	scheduler->is_real = i == 3 || i == 4;
	scheduler->is_deadline = i == 5;
	if (names[i])
		return;
	near = closest(scheduler->policy, names);
	strict_wrong(at, "there is no policy '%.40s'%s%s%s", scheduler->policy,
		     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static void read_nice(const struct at *at, void *into)
{
	struct scheduler *scheduler = into;

	scheduler->nice = (int)strict_number(at, -20, 19);
	scheduler->has_nice = scheduler->nice != 0;
}

static void read_priority(const struct at *at, void *into)
{
	struct scheduler *scheduler = into;

	scheduler->priority = (int)strict_number(at, 0, 99);
	scheduler->has_priority = scheduler->priority != 0;
}

static void read_flag(const struct at *at, void *into)
{
	static const struct {
		const char *name, *why; /* it is not done; NULL: it is */
	} flags[] = {
		{ "SCHED_FLAG_RESET_ON_FORK", NULL },
		{ "SCHED_FLAG_RECLAIM", NULL },
		{ "SCHED_FLAG_DL_OVERRUN", NULL },
		{ "SCHED_FLAG_KEEP_POLICY",
		  "it keeps the policy of who starts the container, and \"policy\" names one" },
		{ "SCHED_FLAG_KEEP_PARAMS",
		  "it keeps the values of who starts the container, and not those that are "
		  "given here" },
		{ "SCHED_FLAG_UTIL_CLAMP_MIN",
		  "the runtime-spec has no key for the value that it clamps to" },
		{ "SCHED_FLAG_UTIL_CLAMP_MAX",
		  "the runtime-spec has no key for the value that it clamps to" },
	};
	const char *flag = strict_string(at);

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (strcmp(flags[i].name, flag) != 0)
			continue;
		if (flags[i].why)
			strict_missing(at, "%s", flags[i].why);
		words_add(&((struct scheduler *)into)->flags, "%s", flag);
		return;
	}
	strict_wrong(at, "there is no flag '%.40s'", flag);
}

static void read_flags(const struct at *at, void *into)
{
	strict_list(at, read_flag, into);
}

static void read_runtime(const struct at *at, void *into)
{
	((struct scheduler *)into)->runtime = strict_number(at, 0, INT64_MAX);
}

static void read_deadline(const struct at *at, void *into)
{
	((struct scheduler *)into)->deadline = strict_number(at, 0, INT64_MAX);
}

static void read_period(const struct at *at, void *into)
{
	((struct scheduler *)into)->period = strict_number(at, 0, INT64_MAX);
}

/* A value that the policy has no use for asks for something that would be
 * missing without a word. */
static void check_policy(const struct at *at, const struct scheduler *scheduler)
{
	bool timed = scheduler->runtime > 0 || scheduler->deadline > 0 || scheduler->period > 0;

	if (scheduler->has_nice && !scheduler->is_fair)
		strict_wrong(at, "\"nice\" goes with SCHED_OTHER and SCHED_BATCH, not with %s",
			     scheduler->policy);
	if (scheduler->has_priority && !scheduler->is_real)
		strict_wrong(at, "\"priority\" goes with SCHED_FIFO and SCHED_RR, not with %s",
			     scheduler->policy);
	if (scheduler->is_real && !scheduler->has_priority)
		strict_wrong(at, "%s takes a \"priority\" from 1 to 99", scheduler->policy);
	if (timed && !scheduler->is_deadline)
		strict_wrong(at,
			     "\"runtime\", \"deadline\" and \"period\" go with SCHED_DEADLINE, not "
			     "with %s",
			     scheduler->policy);
	if (scheduler->is_deadline &&
	    (scheduler->runtime < 1024 || scheduler->runtime > scheduler->deadline ||
	     (scheduler->period > 0 && scheduler->deadline > scheduler->period)))
		strict_wrong(at, "of \"runtime\" (1024 at least), \"deadline\" and \"period\" none "
				 "can be above the next");
	for (size_t i = 0; i < scheduler->flags.count; i++)
		if (!scheduler->is_deadline &&
		    strcmp(scheduler->flags.word[i], "SCHED_FLAG_RESET_ON_FORK") != 0)
			strict_wrong(at, "%s goes with SCHED_DEADLINE, not with %s",
				     scheduler->flags.word[i], scheduler->policy);
}

void bundle_read_scheduler(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "policy", read_policy, true },      { "nice", read_nice, false },
		{ "priority", read_priority, false }, { "flags", read_flags, false },
		{ "runtime", read_runtime, false },   { "deadline", read_deadline, false },
		{ "period", read_period, false },     { NULL, NULL, false },
	};
	struct bundle *bundle = into;
	struct words *words = &bundle->process.schedule;
	struct scheduler scheduler = { .runtime = BUNDLE_UNSET,
				       .deadline = BUNDLE_UNSET,
				       .period = BUNDLE_UNSET };

	strict_object(at, keys, &scheduler);
	check_policy(at, &scheduler);
	words_add_option(words, "--scheduler", "%s", scheduler.policy);
	if (scheduler.is_fair)
		words_add_option(words, "--nice", "%d", scheduler.nice);
	if (scheduler.is_real)
		words_add_option(words, "--priority", "%d", scheduler.priority);
	if (scheduler.is_deadline) {
		words_add_option(words, "--runtime", "%lld", (long long)scheduler.runtime);
		words_add_option(words, "--deadline", "%lld", (long long)scheduler.deadline);
		if (scheduler.period > 0)
			words_add_option(words, "--period", "%lld", (long long)scheduler.period);
	}
	for (size_t i = 0; i < scheduler.flags.count; i++)
		words_add_option(words, "--flag", "%s", scheduler.flags.word[i]);
	/* Our children would not get it. */
	bundle->process.schedule_is_own = scheduler.is_deadline || scheduler.flags.count > 0;
}

/* ---- process.ioPriority ---- */

static void read_class(const struct at *at, void *into)
{
	static const char *const names[] = { "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE",
					     "IOPRIO_CLASS_IDLE", NULL };
	const char *class = strict_string(at), *near;

	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], class) == 0) {
			words_add_option(into, "--io-class", "%s", class);
			return;
		}
	near = closest(class, names);
	strict_wrong(at, "there is no class '%.40s'%s%s%s", class, near ? "; did you mean " : "",
		     near ? near : "", near ? "?" : "");
}

static void read_io_level(const struct at *at, void *into)
{
	words_add_option(into, "--io-priority", "%lld", strict_number(at, 0, 7));
}

void bundle_read_io_priority(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "class", read_class, true },
		{ "priority", read_io_level, false }, /* the schema lets one leave it out */
		{ NULL, NULL, false },
	};

	strict_object(at, keys, &((struct bundle *)into)->process.io_priority);
}

/* ---- process.execCPUAffinity ---- */

static void read_affinity_list(const struct at *at, void *into)
{
	const char *list = strict_string(at);

	(void)into;
	if (list[strspn(list, "0123456789,- ")])
		strict_wrong(at, "it must be a list of numbers and ranges, such as 0-3,7");
}

/* "This setting is not applicable to the container's init process", which is the
 * one that is started here. */
void bundle_read_affinity(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "initial", read_affinity_list, false },
		{ "final", read_affinity_list, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
	((struct bundle *)into)->process.has_affinity = true;
}

/* ---- linux.personality ---- */

static void read_domain(const struct at *at, void *into)
{
	const char *domain = strict_string(at);

	if (strcmp(domain, "LINUX") != 0 && strcmp(domain, "LINUX32") != 0)
		strict_wrong(at, "it is LINUX or LINUX32, and not '%.40s'", domain);
	((struct bundle *)into)->linux_.personality = domain;
}

static void read_personality_flag(const struct at *at, void *into)
{
	(void)into;
	strict_missing(at, "the runtime-spec names no flag that could stand here");
}

static void read_personality_flags(const struct at *at, void *into)
{
	strict_list(at, read_personality_flag, into);
}

void bundle_read_personality(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "domain", read_domain, true },
		{ "flags", read_personality_flags, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

/* ---- the link ---- */

static void add_words(struct words *words, const struct words *more)
{
	for (size_t i = 0; i < more->count; i++)
		words_add(words, "%s", more->word[i]);
}

/* Out here, where root may take more than he has; but before the program itself
 * where children would not get it. */
void bundle_plan_schedule(const struct bundle *bundle, struct chain *chain, bool outside)
{
	bool asked = bundle->process.schedule.count || bundle->process.io_priority.count ||
		     bundle->linux_.personality;
	struct words *words;

	if (!asked || outside == bundle->process.schedule_is_own)
		return;
	words = row_add(chain, "compose-run",
			outside ? "how it is scheduled; out here, where root may take more"
				: "how it is scheduled; its children would not be");
	words_add(words, "process");
	if (bundle->linux_.personality)
		words_add_option(words, "--personality", "%s", bundle->linux_.personality);
	add_words(words, &bundle->process.schedule);
	add_words(words, &bundle->process.io_priority);
}
