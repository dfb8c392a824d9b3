/* starts: starts a program COUNT times, JOBS at once, and says what it cost.
 *
 *	starts JOBS COUNT PROGRAM [ARG]...
 *
 * An argument {} becomes the number of the start, for programs that want a name
 * of their own each time.
 *
 * Prints "rss N" (KiB, the largest process of all: the program, or one that
 * it waited for), "total N" (microseconds, from the first start to the last
 * end), and "start N" (microseconds) for each start, in the order of the
 * starts. Ends with 125 when a program's status was not 0.
 *
 * No C library: a child begins as a copy of us, and getrusage(2) counts that
 * into its peak memory, so we have to be smaller than all that we measure. */
#include "raw.h"

#include <linux/resource.h>
#include <linux/time.h>

#define EINVAL 22
#define COUNT_MAX 20000

static struct {
	long pid;
	uint64_t begun, took;
} starts[COUNT_MAX];

static uint64_t now(void)
{
	struct timespec time;

	raw(clock_gettime, CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static long number(const char *text)
{
	long value = 0;

	for (; *text >= '0' && *text <= '9' && value <= COUNT_MAX; text++)
		value = value * 10 + *text - '0';
	return *text || value < 1 || value > COUNT_MAX ? -1 : value;
}

/* Executes the program; only errors come back. */
static long execute(char **argv, char **environment, long start_number)
{
	char text[24], *end = text;

	add_number(&end, (unsigned long)start_number);
	for (char **word = argv; *word; word++)
		if (length(*word) == 2 && (*word)[0] == '{' && (*word)[1] == '}')
			*word = text;
	return raw(execve, argv[0], argv, environment);
}

static void say(const char *name, unsigned long value)
{
	char text[64], *end = text;

	add_text(&end, name);
	add_text(&end, " ");
	add_number(&end, value);
	add_text(&end, "\n");
	raw(write, 1, text, length(text));
}

void start(long *stack)
{
	char **argv = (char **)(stack + 1), **environment = argv + stack[0] + 1;
	long jobs = stack[0] > 3 ? number(argv[1]) : -1;
	long count = stack[0] > 3 ? number(argv[2]) : -1;
	long begun = 0, running = 0, peak = 0;
	uint64_t first = now();

	if (jobs < 0 || count < 0)
		fail("starts", "expected: starts JOBS COUNT PROGRAM [ARG]...", -EINVAL);
	while (begun < count || running) {
		struct rusage usage;
		int status;
		long pid;

		if (begun < count && running < jobs) {
			starts[begun].begun = now();
			pid = fork_into(0, -1);
			if (pid == 0)
				fail(argv[3], "execve", execute(argv + 3, environment, begun));
			if (pid < 0)
				fail("starts", "clone3", pid);
			starts[begun++].pid = pid;
			running++;
			continue;
		}
		pid = raw(wait4, -1, &status, 0, &usage);
		if (pid < 0)
			fail("starts", "wait4", pid);
		running--;
		if (status)
			fail(argv[3], "its status is not 0", -(status >> 8));
		if (usage.ru_maxrss > peak)
			peak = usage.ru_maxrss;
		for (long i = begun - 1; i >= 0; i--)
			if (starts[i].pid == pid && !starts[i].took) {
				starts[i].took = now() - starts[i].begun;
				break;
			}
	}
	say("total", now() - first);
	say("rss", (unsigned long)peak);
	for (long i = 0; i < count; i++)
		say("start", starts[i].took);
	leave(0);
}
