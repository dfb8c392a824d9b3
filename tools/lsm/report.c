/* report.c: telling what was refused, once for each kind.
 *
 * A program that may not read a file tries again, and its children do so too.
 * So a kind (which program, which call on what, by whom) is told when it is
 * first seen, and counted from then on. At the end stands one line that would
 * allow all of what an option of lsm can allow. */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "denial.h"
#include "memory.h"
#include "message.h"

/* More than a person reads. */
#define KINDS_TOLD 100

struct kind {
	char *key;
	char *first; /* the first of them: "cat: openat(...)" */
	unsigned count;
};

struct lsm_report {
	const struct lsm_trace *trace;
	void *tree;
	struct kind **list;
	size_t kinds, room;
	size_t ended; /* how many kinds there were at the last end */
	unsigned calls;
	struct lsm_wants wants;
	char ports[400];
};

struct lsm_report *lsm_report_begin(const struct lsm_trace *trace)
{
	struct lsm_report *report = resize(NULL, 1, sizeof(*report));

	memset(report, 0, sizeof(*report));
	report->trace = trace;
	report->ended = SIZE_MAX;
	return report;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct kind *)a)->key, ((const struct kind *)b)->key);
}

/* Counts one of that kind. Returns whether it is the first, and to be told. */
static bool count(struct lsm_report *report, const char *key, const char *first)
{
	struct kind wanted = { .key = (char *)key }, **found, *kind;

	report->calls++;
	found = tfind(&wanted, &report->tree, by_key);
	if (found) {
		(*found)->count++;
		return false;
	}
	kind = resize(NULL, 1, sizeof(*kind));
	*kind = (struct kind){ copy_text(key), copy_text(first), 1 };
	if (report->kinds == report->room) {
		report->room = report->room ? 2 * report->room : 32;
		report->list = resize(report->list, report->room, sizeof(*report->list));
	}
	report->list[report->kinds++] = kind;
	if (!tsearch(kind, &report->tree, by_key))
		abort();
	return report->kinds <= KINDS_TOLD;
}

/* Of "/proc/812" only "/proc/N" counts: one kind, however many processes. */
static void join_processes(char *text)
{
	for (char *at = text; (at = strstr(at, "/proc/"));) {
		size_t digits;

		at += 6;
		digits = strspn(at, "0123456789");
		if (digits == 0)
			continue;
		*at = '*';
		memmove(at + 1, at + digits, strlen(at + digits) + 1);
	}
}

/* What would have allowed it, for the line at the end. */
static void remember(struct lsm_report *report, const struct lsm_evidence *evidence,
		     const struct lsm_verdict *verdict)
{
	size_t n = strlen(report->ports);
	char option[40];

	if (verdict->rights)
		lsm_want(&report->wants, evidence->missing_path, verdict->rights);
	if (!verdict->port)
		return;
	snprintf(option, sizeof(option), "%s %d ",
		 evidence->operation == OP_BIND ? "--bind-tcp" : "--connect-tcp", evidence->port);
	if (!strstr(report->ports, option))
		snprintf(report->ports + n, sizeof(report->ports) - n, "%s", option);
}

/* Whether the program is looked for in PATH. */
static bool is_searched(const struct lsm_trace *trace)
{
	char *const *word = trace->words + trace->rest;

	word += *word && strcmp(*word, "--") == 0;
	return *word && !strchr(*word, '/');
}

void lsm_report_call(struct lsm_report *report, const struct lsm_call *call,
		     const struct lsm_under *under, bool own_rules, bool searches)
{
	static struct lsm_details details;
	static struct lsm_evidence evidence;
	static struct lsm_verdict verdict;
	static char key[sizeof(verdict) + 100], first[sizeof(details.text) + 40];
	const struct lsm_under *whose;
	char name[32];

	/* Most calls that fail do so for reasons of their own. */
	if (call->error != EACCES && call->error != EPERM && call->error != EROFS &&
	    call->error != EXDEV &&
	    lsm_simulate_all(under, &call->data, &whose) == SECCOMP_RET_ALLOW)
		return;
	lsm_call_look(call, &details);
	lsm_evidence_read(report->trace, call, &details, under, &evidence);
	evidence.own_rules = own_rules;
	if (!lsm_denial_decide(&evidence, &verdict))
		return;
	/* When learning, only the filters hold. */
	if (report->trace->learn && strcmp(verdict.layer, "seccomp") != 0)
		return;
	/* A directory of PATH that this user may not enter is passed over. */
	if (searches && strcmp(verdict.layer, "ownership") == 0 && is_searched(report->trace))
		return;
	remember(report, &evidence, &verdict);
	lsm_tracee_name(call->pid, name, sizeof(name));
	/* Below a directory that is closed, all is refused for one reason. */
	snprintf(key, sizeof(key), "%s %s %s %s", name, details.name, verdict.layer, verdict.text);
	join_processes(key);
	snprintf(first, sizeof(first), "%s: %s", name, details.text);
	if (count(report, key, first))
		dprintf(2, "%s: %s (%d): %s refused by %s: %s\n", tool_name, name, call->process,
			details.text, verdict.layer, verdict.text);
}

void lsm_report_killed(struct lsm_report *report, const struct lsm_call *call,
		       const struct lsm_under *under, bool killed)
{
	static struct lsm_details details;
	static struct lsm_evidence evidence;
	static struct lsm_verdict verdict;
	uint32_t action;
	char name[32];

	lsm_call_look(call, &details);
	lsm_evidence_read(report->trace, call, &details, under, &evidence);
	action = evidence.answer & SECCOMP_RET_ACTION_FULL;
	/* Anybody may send that signal; and an earlier filter may have done so. */
	if (!evidence.answered || (int32_t)action > (int32_t)SECCOMP_RET_TRAP) {
		evidence.answered = false;
		if (report->trace->filters_before <= 0)
			return;
	}
	lsm_tracee_name(call->pid, name, sizeof(name));
	lsm_denial_filter(&evidence, &verdict);
	if (!evidence.answered)
		snprintf(verdict.text, sizeof(verdict.text),
			 "look for the filter in what has started lsm");
	count(report, details.text, details.text);
	dprintf(2,
		"%s: %s%s was %s for calling %s [SC-KILLED]\n"
		"  why: %s that %s for this call (SIGSYS)\n"
		"  fix: %s\n"
		"  see: seccomp(2)\n",
		tool_name, action == SECCOMP_RET_KILL_THREAD ? "a thread of " : "", name,
		killed ? "killed" : "sent SIGSYS", details.text,
		evidence.answered ? "it is under a seccomp filter"
				  : "it was under a seccomp filter before lsm, perhaps one",
		killed ? "kills" : "sends this signal", verdict.text);
}

void lsm_report_end(struct lsm_report *report)
{
	const char *home = getenv("HOME");
	static char line[16384];
	struct lsm_wants few;

	if (report->kinds == report->ended)
		return;
	report->ended = report->kinds;
	if (report->trace->learn)
		return;
	if (report->kinds == 0) {
		dprintf(2, "%s: no call was refused\n", tool_name);
		return;
	}
	if (report->calls > report->kinds)
		dprintf(2, "%s: %u calls were refused, of %zu kind%s; more than once:\n", tool_name,
			report->calls, report->kinds, report->kinds == 1 ? "" : "s");
	for (size_t i = 0; i < report->kinds && i < KINDS_TOLD; i++)
		if (report->list[i]->count > 1)
			dprintf(2, "  %u times  %s, or the like\n", report->list[i]->count,
				report->list[i]->first);
	if (report->kinds > KINDS_TOLD)
		dprintf(2, "  and %zu kinds that were not told\n", report->kinds - KINDS_TOLD);
	few = lsm_wants_few(&report->wants, report->trace->landlock, home);
	if (!few.count && !*report->ports)
		return;
	lsm_line(report->trace, &few, report->ports, line, sizeof(line));
	dprintf(2, "  fix: %s\n", line);
}
