/* step.c: narrate, call, check. See step.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "step.h"
#include "why.h"

bool explaining;
bool explaining_chain;
bool dry_run;
int step_kernel_log = -1;
int step_result;

/* The step under way. There is one at a time: the next begins when this one
 * has ended. */
static struct {
	const char *call;
	char before[64];
	/* When a whole chain is explained: the steps of this link that were
	 * told, those that were not, and whether this is one of them. */
	unsigned told, untold;
	bool silent;
} step;

/* In a whole chain, a link tells of that many steps, and of the same call many
 * times in a row once; alone, of all. */
#define TOLD_MAX 5

/* The namespace that a call is about to change, as the name of its link
 * under /proc/self/ns; NULL for other calls. */
static const char *namespace_of(const char *call)
{
	static const char *const kinds[][2] = {
		{ "CLONE_NEWUTS", "uts" },	 { "CLONE_NEWPID", "pid_for_children" },
		{ "CLONE_NEWNS", "mnt" },	 { "CLONE_NEWIPC", "ipc" },
		{ "CLONE_NEWNET", "net" },	 { "CLONE_NEWUSER", "user" },
		{ "CLONE_NEWCGROUP", "cgroup" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strstr(call, kinds[i][0]))
			return kinds[i][1];
	return NULL;
}

/* Reads "uts:[4026531838]" into text, or makes it empty. */
static void read_namespace(const char *kind, char *text, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	n = readlink(path, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
}

void step_begin_link(void)
{
	step.told = step.untold = 0;
	step.call = "";
	if (explaining_chain)
		dprintf(2, "\n%s\n", tool_name);
}

void step_end_link(void)
{
	if (explaining_chain && step.untold)
		dprintf(2, "    ... and %u more, which '%s -x' shows\n", step.untold, tool_name);
}

bool step_begin(const char *call, const char *format, ...)
{
	char phrase[512];
	va_list values;
	const char *kind;

	step.silent = explaining_chain &&
		      (step.told == TOLD_MAX || (step.call && strcmp(step.call, call) == 0));
	step.call = call;
	va_start(values, format);
	vsnprintf(phrase, sizeof(phrase), format, values);
	va_end(values);
	if (!explaining_chain)
		dprintf(2, "%s: %s\n    %s\n", tool_name, phrase, call);
	else if (step.silent)
		step.untold++;
	else if (++step.told)
		dprintf(2, "    %s\n        to %s\n", call, phrase);
	kind = namespace_of(call);
	if (kind && !dry_run)
		read_namespace(kind, step.before, sizeof(step.before));
	return !dry_run;
}

/* What a call that went well changed. */
static void narrate_result(void)
{
	char after[64] = "";
	const char *kind = namespace_of(step.call);

	if (step.silent)
		return;
	if (kind)
		read_namespace(kind, after, sizeof(after));
	if (*after && strcmp(step.before, after) != 0)
		dprintf(2, "    %s -> %s\n", step.before, after);
	else if (kind && strcmp(kind, "pid_for_children") == 0)
		dprintf(2, "    %s -> made at the next fork\n", step.before);
}

bool step_went_well(long result, int allowed)
{
	step_result = result < 0 ? -1 : (int)result;
	if (result < 0)
		return allowed && errno == allowed;
	if (explaining)
		narrate_result();
	return true;
}

void step_fail(const char *call, const char *format, ...)
{
	char phrase[512];
	va_list values;

	va_start(values, format);
	vsnprintf(phrase, sizeof(phrase), format, values);
	va_end(values);
	why_die(call, phrase);
}
