/* ulimits.c: the limits that a process has for itself. See ulimits.h.
 *
 * A process inherits them, and each has its own count, but for those that are
 * counted for a user (nproc, memlock, msgqueue, sigpending). The soft limit is
 * what holds; the process itself may raise it up to the hard limit. Who has
 * CAP_SYS_RESOURCE on the machine, and not in a user namespace only, may raise
 * the hard limit too: so this link is before ns-user. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "memory.h"
#include "message.h"
#include "number.h"
#include "refusal.h"
#include "step.h"
#include "ulimits.h"
#include "why.h"

static const struct {
	const char *name; /* in docker run, and as an option of prlimit(1) */
	__rlimit_resource_t resource;
} kinds[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },
	{ "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE },
	{ "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },
	{ "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },
	{ "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },
	{ "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static const char *name_of(__rlimit_resource_t resource)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].resource == resource)
			return kinds[i].name;
	return "?";
}

static __rlimit_resource_t find_kind(const char *text)
{
	const char *names[KINDS + 1] = { NULL };
	char *name = copy_part(text, strcspn(text, "="));
	const char *close;

	for (size_t i = 0; i < KINDS; i++) {
		names[i] = kinds[i].name;
		if (strcmp(name, names[i]) == 0)
			return kinds[i].resource;
	}
	close = closest(name, names);
	die("--ulimit: there is no limit '%s'%s%s%s", name,
	    close ? "; did you mean " : "; see compose-run(1)", close ? close : "",
	    close ? "?" : "");
}

/* A number, or what stands for no limit. */
static bool read_value(const char *text, size_t length, rlim_t *value)
{
	char *copy = copy_part(text, length);
	unsigned long long number = 0;
	bool whole = parse_number(copy, RLIM_INFINITY - 1, &number);

	*value = number;
	if (strcmp(copy, "-1") == 0 || strcmp(copy, "unlimited") == 0) {
		*value = RLIM_INFINITY;
		whole = true;
	}
	return whole;
}

/* Reads "NAME=SOFT[:HARD]". Returns the resource. */
static __rlimit_resource_t read_limit(const char *text, struct rlimit *limit)
{
	int resource = find_kind(text);
	const char *soft = strchr(text, '='), *colon;

	if (!soft)
		die("--ulimit takes NAME=SOFT[:HARD], such as nofile=1024:2048, not '%s'", text);
	colon = strchr(++soft, ':');
	if (!read_value(soft, colon ? (size_t)(colon - soft) : strlen(soft), &limit->rlim_cur) ||
	    (colon && !read_value(colon + 1, strlen(colon + 1), &limit->rlim_max)))
		die("--ulimit: a limit is a number, or -1 for none, not '%s'", soft);
	if (!colon)
		limit->rlim_max = limit->rlim_cur;
	if (limit->rlim_cur > limit->rlim_max)
		die("--ulimit: the soft limit can't be above the hard one: '%s'", text);
	return resource;
}

static char *limit_text(rlim_t value)
{
	return value == RLIM_INFINITY ? copy_text("unlimited")
				      : print_text("%llu", (unsigned long long)value);
}

void ulimits_add(struct words *ulimits, const char *value)
{
	struct rlimit limit;
	const char *name = name_of(read_limit(value, &limit));
	size_t length = strlen(name);
	char *word = print_text("%s=%s:%s", name, limit_text(limit.rlim_cur),
				limit_text(limit.rlim_max));

	for (size_t i = 0; i < ulimits->count; i++)
		if (strncmp(ulimits->word[i], word, length + 1) == 0) {
			ulimits->word[i] = word;
			return;
		}
	words_add(ulimits, "%s", word);
}

/* What a link needs, with the names of paths and a large environment. */
#define LINK_STACK 1048576

void ulimits_check_separate(const struct words *ulimits)
{
	struct rlimit limit;

	for (size_t i = 0; i < ulimits->count; i++)
		if (read_limit(ulimits->word[i], &limit) == RLIMIT_STACK &&
		    limit.rlim_cur < LINK_STACK)
			die("--ulimit %s: with --chain the links get this stack as well, and need %d; "
			    "leave --chain away",
			    ulimits->word[i], LINK_STACK);
}

/* The one under way. */
static struct ulimit_facts asked;

/* For --explain. */
static void look(char *text, size_t size)
{
	struct rlimit now;

	*text = '\0';
	if (prlimit(0, asked.resource, NULL, &now) == 0)
		snprintf(text, size, "%s %s:%s", asked.name, limit_text(now.rlim_cur),
			 limit_text(now.rlim_max));
}

/* A stack grows when it is written to, up to the limit of then. With all links
 * called in this process ours needs more than that of many a program, so it
 * grows before the limit is there. */
static __attribute__((noinline)) char grow_stack(void)
{
	volatile char room[1048576];

	room[0] = 0;
	return room[0];
}

void ulimits_set(const struct words *row)
{
	step_ready();
	failing = (struct failing){ compose_run_decide, NULL, &asked };
	for (size_t i = 1; i < row->count; i++) {
		const char *text = row->word[i] + strlen("--");
		struct rlimit limit, now = { 0, 0 };
		__rlimit_resource_t resource = read_limit(text, &limit);

		asked = (struct ulimit_facts){ .name = name_of(resource),
					       .resource = resource,
					       .hard = limit.rlim_max };
		STEP(prlimit(0, resource, NULL, &asked.now), "read the limit %s", asked.name);
		step_watch(look);
		if (resource == RLIMIT_STACK && !dry_run)
			(void)grow_stack();
		STEP(prlimit(0, resource, &limit, NULL), "set the limit %s", text);
		step_watch(NULL);
		STEP(prlimit(0, resource, NULL, &now), "read the limit %s back", asked.name);
		if (dry_run)
			continue;
		errno = 0;
		if (now.rlim_cur != limit.rlim_cur || now.rlim_max != limit.rlim_max)
			step_fail("prlimit(0, resource, NULL, &now)", "set the limit %s", text);
	}
	failing = (struct failing){ NULL, NULL, NULL };
}
