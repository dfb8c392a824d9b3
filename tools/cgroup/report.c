/* report.c: what happened in a cgroup, in words. See report.h.
 *
 * Only what a counter proves is said. Where a number may have two causes, both
 * are named; where the kernel keeps none, that is said, too. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "report.h"

static void add(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list values;

	va_start(values, format);
	vsnprintf(text + length, size - length, format, values);
	va_end(values);
}

/* "3 forks": the string is overwritten by the third call behind this one. */
static const char *many(long long number, const char *one, const char *more)
{
	static char texts[3][64];
	static unsigned turn;
	char *text = texts[turn++ % 3];

	snprintf(text, sizeof(*texts), "%lld %s", number, number == 1 ? one : more);
	return text;
}

static const char *forks(long long number)
{
	return many(number, "fork", "forks");
}

static bool is_number(const char *limit)
{
	return limit && strcmp(limit, "max") != 0;
}

void cgroup_tell_refused(const struct cgroup_counters *counters, char *text, size_t size)
{
	long long refused = counters->refused, ours = counters->refused_by_ours;
	const char *limit = counters->pids_limit;

	*text = '\0';
	if (refused <= 0)
		return;
	if (ours >= 0) {
		/* By the limit of this cgroup, and of those below. */
		if (ours > 0)
			add(text, size, "the pids limit %s refused %s", limit ? limit : "here",
			    forks(ours));
		if (refused > ours)
			add(text, size, "%sa pids limit of a cgroup below refused %s",
			    ours > 0 ? "; " : "", forks(refused - ours));
	} else if (!is_number(limit) ||
		   (counters->pids_peak >= 0 && counters->pids_peak < atoll(limit))) {
		add(text, size, "a pids limit of a cgroup above refused %s", forks(refused));
		if (is_number(limit))
			add(text, size, "; not the limit %s: at most %lld were here at once", limit,
			    counters->pids_peak);
	} else if (!counters->limit_above) {
		add(text, size, "the pids limit %s refused %s", limit, forks(refused));
	} else {
		add(text, size, "the pids limit %s, or one of a cgroup above, refused %s", limit,
		    forks(refused));
	}
	add(text, size, " [CG-PIDS]");
}

void cgroup_tell_killed(const struct cgroup_counters *counters, char *text, size_t size)
{
	const char *who = counters->victims;
	/* The log tells whose limit it was. Without it: v1 counts only those
	 * that were in this very cgroup, v2 those below as well. */
	bool log = counters->log_found > 0;
	bool ours = log ? counters->log_ours > 0 : counters->limit_reached;
	bool below = log ? counters->log_below > 0 : counters->oom_below > 0;

	*text = '\0';
	if (counters->killed <= 0)
		return;
	if (!*who)
		who = many(counters->killed, "process", "processes");
	if (ours)
		add(text, size, "the memory limit %s was hit; the kernel killed %s",
		    counters->memory_limit ? counters->memory_limit : "here", who);
	else if (below)
		add(text, size, "a memory limit of a cgroup below was hit; the kernel killed %s",
		    who);
	else
		add(text, size,
		    "the kernel killed %s for want of memory: not by a limit of this cgroup, but "
		    "by one of a cgroup above, or since the machine had none left",
		    who);
	add(text, size, " [CG-OOM]");
	if (!*counters->victims && counters->log_read)
		add(text, size, "; its log does not say who");
	else if (!*counters->victims)
		add(text, size, "; its log says who:  sudo dmesg | grep 'task_memcg=.*%s'",
		    counters->pattern);
}

/* "19.9M" */
static const char *bytes_text(long long bytes)
{
	static char text[32];

	if (bytes >= 1LL << 30)
		snprintf(text, sizeof(text), "%.2fG", (double)bytes / (double)(1 << 30));
	else if (bytes >= 1LL << 20)
		snprintf(text, sizeof(text), "%.1fM", (double)bytes / (double)(1 << 20));
	else
		snprintf(text, sizeof(text), "%lldk", bytes >> 10);
	return text;
}

/* "1.25 s" or "3.1 ms"; overwritten by the third call behind this one. */
static const char *time_text(long long microseconds)
{
	static char texts[3][32];
	static unsigned turn;
	char *text = texts[turn++ % 3];

	if (microseconds >= 1000000)
		snprintf(text, sizeof(*texts), "%.2f s", (double)microseconds / 1e6);
	else
		snprintf(text, sizeof(*texts), "%.1f ms", (double)microseconds / 1e3);
	return text;
}

static void tell_memory(const struct cgroup_counters *counters, char *text, size_t size)
{
	add(text, size, "\n  memory:     ");
	if (!counters->memory_on)
		add(text, size, "not counted: the controller 'memory' can't be had here");
	else if (counters->memory_peak < 0)
		add(text, size, "not known: this kernel keeps no peak (Linux 5.19 and later do)");
	else
		add(text, size, "at most %s at once", bytes_text(counters->memory_peak));
	if (counters->memory_on && is_number(counters->memory_limit))
		add(text, size, "; the limit is %s", counters->memory_limit);
	if (counters->memory_hits > 0 && counters->killed == 0)
		add(text, size, ", and was reached %s without a kill",
		    many(counters->memory_hits, "time", "times"));
}

static void tell_processes(const struct cgroup_counters *counters, char *text, size_t size)
{
	add(text, size, "\n  processes:  ");
	if (!counters->pids_on)
		add(text, size, "not counted: the controller 'pids' can't be had here");
	else if (counters->pids_peak < 0)
		add(text, size, "not known: this kernel keeps no peak");
	else
		add(text, size, "at most %lld at once, threads counted", counters->pids_peak);
	if (counters->pids_on && is_number(counters->pids_limit))
		add(text, size, "; the limit is %s", counters->pids_limit);
}

static void tell_cpu(const struct cgroup_counters *counters, char *text, size_t size)
{
	add(text, size, "\n  CPU time:   ");
	if (counters->cpu < 0)
		add(text, size, "not counted here");
	else
		add(text, size, "%s", time_text(counters->cpu));
	/* In so short a time there may have been no tick to count by. */
	if (counters->cpu >= 0 && counters->user + counters->system > 0)
		add(text, size, ": %s in programs, %s in the kernel", time_text(counters->user),
		    time_text(counters->system));
	add(text, size, "\n  throttled:  ");
	if (counters->throttled < 0)
		add(text, size, "not counted: there is no limit on the CPU time");
	else if (counters->throttled_periods == 0)
		add(text, size, "never");
	else
		add(text, size, "%s, all CPUs together, in %lld of %lld periods",
		    time_text(counters->throttled), counters->throttled_periods, counters->periods);
}

void cgroup_tell_all(const struct cgroup_counters *counters, char *text, size_t size)
{
	char refused[400], killed[900];

	cgroup_tell_refused(counters, refused, sizeof(refused));
	cgroup_tell_killed(counters, killed, sizeof(killed));
	snprintf(text, size, "report:");
	tell_memory(counters, text, size);
	tell_processes(counters, text, size);
	tell_cpu(counters, text, size);
	add(text, size, "\n  forks:      %s",
	    *refused		 ? refused
	    : !counters->pids_on ? "not counted"
	    : counters->pids_v1	 ? "none of this cgroup's own refused"
				 : "none refused");
	add(text, size, "\n  killed:     %s",
	    *killed		   ? killed
	    : counters->killed < 0 ? "not counted"
	    : counters->memory_v1  ? "nobody of this cgroup itself for want of memory"
				   : "nobody for want of memory");
}

void cgroup_report(struct cgroup_work *work, bool all)
{
	struct cgroup_counters counters;
	char text[2048];

	cgroup_read_counters(work, all, &counters);
	if (all) {
		cgroup_tell_all(&counters, text, sizeof(text));
		dprintf(2, "%s: %s\n", tool_name, text);
		return;
	}
	cgroup_tell_refused(&counters, text, sizeof(text));
	if (*text)
		note("%s", text);
	cgroup_tell_killed(&counters, text, sizeof(text));
	if (*text)
		note("%s", text);
}
