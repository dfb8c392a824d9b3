/* compose-run time: clocks of one's own, a link of a chain.
 *
 * A time namespace moves two clocks: CLOCK_MONOTONIC, which programs measure
 * time by, and CLOCK_BOOTTIME, which uptime shows. What time of day it is stays
 * that of the machine. How far they are moved is written once, before anybody is
 * in the namespace; and as with ns-pid, unshare(2) sends only the children
 * there. So this link forks, unless one behind it does.
 *
 * Needs CAP_SYS_ADMIN, and CAP_SYS_TIME for the clocks, in the user namespace
 * that owns it; an ordinary user puts ns-user first.
 * Read on: time_namespaces(7), clock_gettime(2). */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "file.h"
#include "link.h"
#include "message.h"
#include "namespace.h"
#include "number.h"
#include "option.h"
#include "step.h"
#include "supervise.h"
#include "why.h"

#define OFFSETS "/proc/self/timens_offsets"

static const char usage[] =
	"Usage: compose-run time [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new time namespace, whose clocks go as far ahead (or behind) of\n"
	"the machine's as the options say. A link, as the ten tools are.\n"
	"\n"
	"      --monotonic S[:N]  the monotonic clock, by S seconds and N nanoseconds\n"
	"      --boottime S[:N]   the time since boot\n"
	"      --no-fork          do not fork: a link behind this one does (ns-pid)\n"
	"  -j, --join PID|FILE    enter that process's time namespace, make none\n"
	"  -x, --explain          say each kernel call and what it changed\n"
	"  -n, --dry-run          say the calls of the whole chain, and make none\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Example, as root:  compose-run time --boottime 86400 -- uptime\n";

enum { MONOTONIC = OPTION_OWN, BOOTTIME, NO_FORK };

static const struct option table[] = {
	{ "monotonic", required_argument, NULL, MONOTONIC },
	{ "boottime", required_argument, NULL, BOOTTIME },
	{ "no-fork", no_argument, NULL, NO_FORK },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct offset {
	bool asked;
	long long seconds;
	unsigned long long nanoseconds;
};

struct plan {
	struct offset monotonic, boottime;
	bool no_fork;
	const char *join;
};

static void read_offset(const char *option, const char *text, struct offset *offset)
{
	char *end;

	errno = 0;
	offset->asked = true;
	offset->seconds = strtoll(text, &end, 10);
	if (end == text || errno || (*end && *end != ':') ||
	    (*end && !parse_number(end + 1, 999999999, &offset->nanoseconds)))
		die("%s takes seconds and, behind a colon, nanoseconds up to 999999999, such as "
		    "86400 or -5:500000000, and not '%.60s'",
		    option, text);
}

/* How far a clock is moved: "monotonic   86400   0" is a line of the file. */
static bool is_moved(const char *clock, const struct offset *offset)
{
	char text[256] = "";
	const char *line;
	long long seconds = 0;
	unsigned long long nanoseconds = 0;

	if (read_file(OFFSETS, text, sizeof(text)) <= 0 || !(line = strstr(text, clock)) ||
	    sscanf(line + strlen(clock), "%lld %llu", &seconds, &nanoseconds) != 2)
		return false;
	return seconds == offset->seconds && nanoseconds == offset->nanoseconds;
}

static void move_clock(const char *clock, const struct offset *offset)
{
	char line[80];

	if (!offset->asked)
		return;
	snprintf(line, sizeof(line), "%s %lld %llu", clock, offset->seconds, offset->nanoseconds);
	STEP(write_file(OFFSETS, line), "write '%s' to " OFFSETS, line);
	if (!dry_run && !is_moved(clock, offset)) {
		errno = 0;
		step_fail("read_file(OFFSETS, text, sizeof(text))", "move the %s clock", clock);
	}
}

static bool decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	(void)argument;
	if (strstr(call, "CLONE_NEWTIME") && error == EINVAL) {
		FIX("leave it out, or take a newer kernel");
		return REASON("TIME-OFF", "time_namespaces(7)",
			      "this kernel has no time namespaces: they came with 5.6, and with "
			      "CONFIG_TIME_NS");
	}
	if (strncmp(call, "write_file(OFFSETS", 18) != 0)
		return false;
	if (error == ERANGE) {
		FIX("move it less far; how long it has been going:  cat /proc/uptime");
		return REASON("TIME-RANGE", "time_namespaces(7)",
			      "no clock can go below 0, nor further than about 146 years");
	}
	if (error == EPERM || error == EACCES) {
		FIX("put ns-user first, or use sudo");
		return REASON(
			"TIME-PRIV", "time_namespaces(7)",
			"to move the clocks takes CAP_SYS_TIME, and you are uid %u without it",
			state->uid);
	}
	return false;
}

/* For --explain: how far the clocks of the namespace are moved. */
static void look(char *text, size_t size)
{
	char offsets[256] = "";

	*text = '\0';
	if (read_file(OFFSETS, offsets, sizeof(offsets)) <= 0)
		return;
	for (char *c = offsets; *c; c++)
		if (*c == '\n')
			*c = ' ';
	snprintf(text, size, "clocks %s", offsets);
}

static void setup(const struct plan *plan)
{
	struct supervisor supervisor = { .cgroup = -1 };

	failing.decide = decide;
	if (plan->join) {
		int other = open_namespace("time", plan->join);

		/* Unlike unshare, this moves ourselves. */
		STEP(setns(other, CLONE_NEWTIME), "enter the time namespace of %s", plan->join);
		failing.decide = NULL;
		return;
	}
	STEP(unshare(CLONE_NEWTIME), "create a time namespace");
	step_watch(look);
	move_clock("monotonic", &plan->monotonic);
	move_clock("boottime", &plan->boottime);
	step_watch(NULL);
	failing.decide = NULL;
	if (!plan->no_fork)
		supervise(&supervisor);
}

int time_main(int argc, char *argv[])
{
	struct plan plan = { .no_fork = false };
	int c;

	tool_start("compose-run time", usage, argv);
	while ((c = next_option(argc - 1, argv + 1, "j:", table)) != -1)
		switch (c) {
		case MONOTONIC: read_offset("--monotonic", optarg, &plan.monotonic); break;
		case BOOTTIME: read_offset("--boottime", optarg, &plan.boottime); break;
		case NO_FORK: plan.no_fork = true; break;
		case 'j': plan.join = optarg; break;
		}
	if (plan.join && (plan.monotonic.asked || plan.boottime.asked || plan.no_fork))
		die("--join makes no namespace, and the clocks of one that is there are set");
	link_ready();
	setup(&plan);
	exec_next(argv + 1 + optind);
}
