/* step.c: narrate, call, check. See step.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "page.h"
#include "step.h"
#include "trace.h"
#include "why.h"

bool explaining;
bool explaining_chain;
bool dry_run;
bool step_noted;
int step_kernel_log = -1;
int step_result;

/* The step under way. There is one at a time: the next begins when this one
 * has ended. */
static struct {
	const char *call;
	char phrase[512];
	char namespace_before[64];
	char before[512]; /* what look() wrote */
} step;

/* Of the link under way, when a whole chain is explained: how many steps it
 * took, and how many lines were told. */
static unsigned steps_taken, lines_told;
#define LINES_MAX 5

static void (*look)(char *text, size_t size);

/* The namespace that a call is about to change, as the name of its link
 * under /proc/self/ns; NULL for other calls. */
static const char *namespace_of(const char *call)
{
	static const char *const kinds[][2] = {
		{ "CLONE_NEWUTS", "uts" },	 { "CLONE_NEWPID", "pid_for_children" },
		{ "CLONE_NEWNS", "mnt" },	 { "CLONE_NEWIPC", "ipc" },
		{ "CLONE_NEWNET", "net" },	 { "CLONE_NEWUSER", "user" },
		{ "CLONE_NEWCGROUP", "cgroup" }, { "CLONE_NEWTIME", "time_for_children" },
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

/* Whether only what changed something is told. */
static bool in_short(void)
{
	return explaining_chain && !dry_run;
}

void step_watch(void (*look_at)(char *text, size_t size))
{
	look = look_at;
}

void step_begin_link(void)
{
	steps_taken = lines_told = 0;
	look = NULL;
	if (explaining_chain)
		dprintf(2, "\n%s\n", tool_name);
}

void step_ready(void)
{
	step_noted = explaining || trace_is_on();
}

void step_end_link(void)
{
	if (in_short() && steps_taken)
		dprintf(2, "    (%u call%s in all; '%s -x' tells each)\n", steps_taken,
			steps_taken == 1 ? "" : "s", tool_name);
}

bool step_begin(const char *call, const char *format, ...)
{
	va_list values;
	const char *kind;

	step.call = call;
	va_start(values, format);
	vsnprintf(step.phrase, sizeof(step.phrase), format, values);
	va_end(values);
	steps_taken++;
	if (explaining && !in_short())
		dprintf(2, "%s: %s; see %s\n    %s\n", tool_name, step.phrase,
			page_of_call(call, tool_name), call);
	if (dry_run)
		return false;
	kind = namespace_of(call);
	if (kind)
		read_namespace(kind, step.namespace_before, sizeof(step.namespace_before));
	*step.before = '\0';
	if (look && explaining)
		look(step.before, sizeof(step.before));
	trace_begin();
	return true;
}

/* Tells what the step has changed, on a line of its own or, in short, behind
 * the call where that fits. */
static void tell(const char *before, const char *after)
{
	size_t width = strlen(step.call) + strlen(before) + strlen(after) + 10;
	unsigned lines = width > 80 ? 2 : 1;

	if (!in_short()) {
		dprintf(2, "    %s -> %s\n", before, after);
	} else if (lines_told + lines <= LINES_MAX) {
		dprintf(2, "    %s%s%s -> %s\n", step.call, lines == 1 ? "  " : "\n        ",
			before, after);
		lines_told += lines;
	}
}

static void narrate_result(void)
{
	char after[512] = "";
	const char *kind = namespace_of(step.call);
	static const char *last;
	unsigned told = lines_told;

	/* The same call many times in a row, in short: once. */
	if (in_short() && last && strcmp(last, step.call) == 0)
		return;
	if (kind) {
		read_namespace(kind, after, sizeof(after));
		if (*after && strcmp(step.namespace_before, after) != 0)
			tell(step.namespace_before, after);
		else if (strcmp(kind, "pid_for_children") == 0)
			tell(step.namespace_before, "made at the next fork");
	}
	*after = '\0';
	if (look)
		look(after, sizeof(after));
	if (*after && strcmp(step.before, after) != 0)
		tell(*step.before ? step.before : "nothing", after);
	if (lines_told != told)
		last = step.call;
}

bool step_went_well(long result, int allowed)
{
	int error = errno;

	step_result = result < 0 ? -1 : (int)result;
	if (step_noted && step.call) {
		trace_end(step.call, step.phrase, result < 0 ? error : 0);
		if (result >= 0 && explaining)
			narrate_result();
		step.call = NULL;
	}
	errno = error;
	return result >= 0 || (allowed && error == allowed);
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
