/* compose-run process: how a process is scheduled, and which machine it takes
 * this one for: a link of a chain.
 *
 * The scheduler gives the CPUs to processes by their policy: fairly, weighed by
 * their niceness (SCHED_OTHER, SCHED_BATCH), when nobody else wants them
 * (SCHED_IDLE), before all of these by priority (SCHED_FIFO, SCHED_RR), or before
 * everybody so much of each period (SCHED_DEADLINE). The disk has classes of its
 * own (ioprio_set(2)). The personality changes what some calls say: with LINUX32
 * uname(2) tells of a 32-bit machine. A program gets all three from who executes
 * it, and its children get them, too; but not a policy with
 * SCHED_FLAG_RESET_ON_FORK, so then this link comes behind all that fork.
 *
 * Anybody may take less than he has; more needs CAP_SYS_NICE on the machine.
 * chrt(1), nice(1), ionice(1) and setarch(1) do the same one by one.
 * Read on: sched(7), sched_setattr(2), ioprio_set(2), personality(2). */
#include <errno.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chain.h"
#include "link.h"
#include "message.h"
#include "option.h"
#include "step.h"
#include "why.h"

static const char usage[] =
	"Usage: compose-run process [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM so scheduled, in the words of the OCI runtime-spec. A link, as the\n"
	"ten tools are.\n"
	"\n"
	"      --personality LINUX|LINUX32   as on a machine of so many bits\n"
	"      --scheduler POLICY     SCHED_OTHER, _BATCH, _IDLE, _FIFO, _RR or _DEADLINE\n"
	"      --nice N               from -20 (most) to 19; SCHED_OTHER and _BATCH\n"
	"      --priority N           from 1 to 99 (most); SCHED_FIFO and _RR\n"
	"      --runtime N --deadline N --period N   in nanoseconds; SCHED_DEADLINE\n"
	"      --flag FLAG            SCHED_FLAG_RESET_ON_FORK, _RECLAIM or _DL_OVERRUN\n"
	"      --io-class CLASS       IOPRIO_CLASS_RT, _BE or _IDLE\n"
	"      --io-priority N        from 0 (most) to 7 in it\n"
	"  -x, --explain              say each kernel call and what it changed\n"
	"  -n, --dry-run              say the calls of the whole chain, and make none\n"
	"  -h, --help                 this text\n"
	"  -V, --version              the version\n"
	"\n"
	"Example, as any user:  compose-run process --scheduler SCHED_BATCH -- chrt -p 0\n";

enum {
	PERSONALITY = OPTION_OWN,
	SCHEDULER,
	NICE,
	PRIORITY,
	RUNTIME,
	DEADLINE,
	PERIOD,
	FLAG,
	IO_CLASS,
	IO_PRIORITY,
};

static const struct option table[] = {
	{ "personality", required_argument, NULL, PERSONALITY },
	{ "scheduler", required_argument, NULL, SCHEDULER },
	{ "nice", required_argument, NULL, NICE },
	{ "priority", required_argument, NULL, PRIORITY },
	{ "runtime", required_argument, NULL, RUNTIME },
	{ "deadline", required_argument, NULL, DEADLINE },
	{ "period", required_argument, NULL, PERIOD },
	{ "flag", required_argument, NULL, FLAG },
	{ "io-class", required_argument, NULL, IO_CLASS },
	{ "io-priority", required_argument, NULL, IO_PRIORITY },
	COMMON_OPTIONS,
};

/* What sched_setattr(2) takes; the C library has a name for it from 2.41 on. */
struct schedule {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

struct plan {
	bool has_personality, has_schedule;
	unsigned long personality;
	struct schedule schedule;
	int io_class, io_priority; /* IOPRIO_CLASS_NONE: leave it */
};

struct value {
	const char *name;
	uint64_t value;
};

static const struct value personalities[] = {
	{ "LINUX", PER_LINUX },
	{ "LINUX32", PER_LINUX32 },
	{ NULL, 0 },
};
static const struct value policies[] = {
	{ "SCHED_OTHER", SCHED_OTHER },
	{ "SCHED_BATCH", SCHED_BATCH },
	{ "SCHED_IDLE", SCHED_IDLE },
	{ "SCHED_FIFO", SCHED_FIFO },
	{ "SCHED_RR", SCHED_RR },
	{ "SCHED_DEADLINE", 6 },
	{ NULL, 0 },
};
static const struct value flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 1 },
	{ "SCHED_FLAG_RECLAIM", 2 },	/* what others of its kind leave over (4.13) */
	{ "SCHED_FLAG_DL_OVERRUN", 4 }, /* SIGXCPU when it takes too long (4.16) */
	{ NULL, 0 },
};
static const struct value classes[] = {
	{ "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT },
	{ "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
	{ NULL, 0 },
};

static uint64_t value_of(const char *option, const struct value values[], const char *name)
{
	const char *names[8] = { NULL }, *near;

	for (size_t i = 0; values[i].name; i++) {
		if (strcmp(values[i].name, name) == 0)
			return values[i].value;
		names[i] = values[i].name;
	}
	near = closest(name, names);
	die("%s: there is no '%.40s'%s%s%s", option, name, near ? "; did you mean " : "",
	    near ? near : "; 'compose-run process --help' lists them", near ? "?" : "");
}

static const char *name_of(const struct value values[], uint64_t value)
{
	while (values->name && values->value != value)
		values++;
	return values->name ? values->name : "?";
}

static long long read_number(const char *option, const char *text, long long min, long long max)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end || errno || number < min || number > max)
		die("%s takes a number from %lld to %lld, and not '%.40s'", option, min, max, text);
	return number;
}

static uint64_t read_time(const char *option, const char *text)
{
	return (uint64_t)read_number(option, text, 0, INT64_MAX);
}

/* ---- what the kernel says ---- */

static bool decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	const struct plan *plan = argument;
	const char *whose = why_has(state, CAP_SYS_NICE) ? ", and have it in a user namespace only"
							 : " without it";

	if (strstr(call, "SYS_ioprio_set") && error == EPERM) {
		FIX("another class, such as IOPRIO_CLASS_BE%s", state->uid ? "   or use sudo" : "");
		return REASON("PROC-IO", "ioprio_set(2)",
			      "IOPRIO_CLASS_RT takes CAP_SYS_NICE or CAP_SYS_ADMIN on the machine "
			      "itself; you are uid %u%s",
			      state->uid, whose);
	}
	if (!strstr(call, "SYS_sched_setattr"))
		return false;
	if (error == EBUSY) {
		FIX("less runtime in each period");
		return REASON("PROC-BUSY", "sched(7)",
			      "the CPUs could not keep what is promised to all programs of "
			      "SCHED_DEADLINE, this one among them");
	}
	if (error == EPERM && plan->schedule.policy == 6 && !state->uid) {
		FIX("a policy that is no promise, such as SCHED_FIFO");
		return REASON(
			"PROC-SCHED", "sched(7)",
			"SCHED_DEADLINE takes CAP_SYS_NICE on the machine itself, and all its "
			"CPUs, none of which a cpuset\nor an affinity has taken away; you are "
			"uid 0%s",
			why_has(state, CAP_SYS_NICE) ? "" : " without it");
	}
	if (error != EPERM && error != EACCES)
		return false;
	FIX("ask for no more than we have%s", state->uid ? "   or use sudo" : "");
	return REASON("PROC-SCHED", "sched(7)",
		      "more than we have takes CAP_SYS_NICE on the machine itself (or RLIMIT_NICE, "
		      "RLIMIT_RTPRIO); you are uid %u%s;\nand a cgroup of v1 may have no time for "
		      "real-time policies (cpu.rt_runtime_us)",
		      state->uid, whose);
}

static bool read_schedule(struct schedule *now)
{
	return syscall(SYS_sched_getattr, 0, now, sizeof(*now), 0) == 0;
}

/* Whether what the kernel keeps is what was asked for. It keeps a niceness for
 * the fair policies only, and times for SCHED_DEADLINE. */
static bool is_scheduled(const struct schedule *asked, const struct schedule *now)
{
	if (now->policy != asked->policy || now->flags != asked->flags)
		return false;
	if (asked->policy == SCHED_OTHER || asked->policy == SCHED_BATCH)
		return now->nice == asked->nice;
	if (asked->policy == 6)
		return now->runtime == asked->runtime && now->deadline == asked->deadline &&
		       now->period == (asked->period ? asked->period : asked->deadline);
	return now->priority == asked->priority;
}

/* For --explain. */
static void look(char *text, size_t size)
{
	struct schedule now = { 0 };
	unsigned io = (unsigned)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);
	int machine = personality(0xffffffff);

	*text = '\0';
	if (read_schedule(&now))
		snprintf(text, size, "%s, nice %d, priority %u; disk: %s %lu; personality %s",
			 name_of(policies, now.policy), now.nice, now.priority,
			 IOPRIO_PRIO_CLASS(io) ? name_of(classes, IOPRIO_PRIO_CLASS(io))
					       : "by its niceness",
			 (unsigned long)IOPRIO_PRIO_DATA(io),
			 name_of(personalities, (uint64_t)machine));
}

/* The kernel took it, and holds something else. */
static _Noreturn void refuse_kept(const char *call, const char *what)
{
	errno = 0;
	step_fail(call, "%s", what);
}

static void set_personality(unsigned long wanted)
{
	int now;

	STEP(personality(wanted), "become a process of the personality %s",
	     name_of(personalities, wanted));
	now = STEP(personality(0xffffffff), "read it back");
	if (!dry_run && now != (int)wanted)
		refuse_kept("personality(0xffffffff)", "keep this personality");
}

static void set_schedule(const struct schedule *wanted)
{
	struct schedule now = { 0 };

	STEP((int)syscall(SYS_sched_setattr, 0, wanted, 0),
	     "be scheduled by %s, nice %d, priority %u", name_of(policies, wanted->policy),
	     wanted->nice, wanted->priority);
	STEP((int)syscall(SYS_sched_getattr, 0, &now, sizeof(now), 0), "read it back");
	if (!dry_run && !is_scheduled(wanted, &now))
		refuse_kept("syscall(SYS_sched_getattr, 0, &now, sizeof(now), 0)",
			    "be scheduled so");
}

static void set_io_priority(int class, int priority)
{
	int wanted = IOPRIO_PRIO_VALUE(class, priority), now;

	STEP((int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, wanted), "use the disk with %s %d",
	     name_of(classes, (uint64_t) class), priority);
	now = STEP((int)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0), "read it back");
	if (!dry_run && now != wanted)
		refuse_kept("syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0)", "use the disk so");
}

static void setup(struct plan *plan)
{
	failing = (struct failing){ decide, NULL, plan };
	step_watch(look);
	if (plan->has_personality)
		set_personality(plan->personality);
	if (plan->has_schedule)
		set_schedule(&plan->schedule);
	if (plan->io_class)
		set_io_priority(plan->io_class, plan->io_priority);
	step_watch(NULL);
	failing = (struct failing){ NULL, NULL, NULL };
}

int process_main(int argc, char *argv[])
{
	struct plan plan = { .schedule = { .size = sizeof(plan.schedule) } };
	struct schedule *schedule = &plan.schedule;
	bool scheduled = false;
	int c;

	tool_start("compose-run process", usage, argv);
	while ((c = next_option(argc - 1, argv + 1, "", table)) != -1) {
		scheduled |= c >= NICE && c <= FLAG;
		switch (c) {
		case PERSONALITY:
			plan.personality = value_of("--personality", personalities, optarg);
			plan.has_personality = true;
			break;
		case SCHEDULER:
			schedule->policy = (uint32_t)value_of("--scheduler", policies, optarg);
			plan.has_schedule = true;
			break;
		case NICE: schedule->nice = (int)read_number("--nice", optarg, -20, 19); break;
		case PRIORITY:
			schedule->priority = (uint32_t)read_number("--priority", optarg, 0, 99);
			break;
		case RUNTIME: schedule->runtime = read_time("--runtime", optarg); break;
		case DEADLINE: schedule->deadline = read_time("--deadline", optarg); break;
		case PERIOD: schedule->period = read_time("--period", optarg); break;
		case FLAG: schedule->flags |= value_of("--flag", flags, optarg); break;
		case IO_CLASS: plan.io_class = (int)value_of("--io-class", classes, optarg); break;
		case IO_PRIORITY:
			plan.io_priority = (int)read_number("--io-priority", optarg, 0, 7);
			break;
		}
	}
	if (scheduled && !plan.has_schedule)
		die("--nice, --priority, --flag and the times go with --scheduler");
	if (plan.io_priority && !plan.io_class)
		die("--io-priority goes with --io-class");
	link_ready();
	setup(&plan);
	exec_next(argv + 1 + optind);
}
