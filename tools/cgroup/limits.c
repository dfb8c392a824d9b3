/* limits.c: what people may ask for, as they write it.
 *
 * The words are those of docker run: a size is 64M, --cpus is a decimal number
 * of CPUs, and --memory-swap is memory and swap together. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "memory.h"
#include "message.h"
#include "number.h"

bool cgroup_read_size(const char *text, unsigned long long *bytes)
{
	*bytes = CGROUP_NO_LIMIT;
	return strcmp(text, "max") == 0 || parse_size(text, bytes);
}

bool cgroup_read_cpus(const char *text, unsigned long long *quota)
{
	unsigned long long whole = 0, part = 0, unit = CGROUP_PERIOD;
	const char *c = text;

	*quota = CGROUP_NO_LIMIT;
	if (strcmp(text, "max") == 0)
		return true;
	for (; isdigit((unsigned char)*c) && c - text < 6; c++)
		whole = whole * 10 + (unsigned)(*c - '0');
	if (*c == '.' && isdigit((unsigned char)c[1]))
		for (c++; isdigit((unsigned char)*c); c++)
			part += (unsigned)(*c - '0') * (unit /= 10);
	*quota = whole * CGROUP_PERIOD + part;
	return c != text && !*c;
}

bool cgroup_read_cpu_list(const char *text, bool set[CGROUP_CPU_MAX])
{
	memset(set, 0, CGROUP_CPU_MAX * sizeof(*set));
	for (;;) {
		char *end;
		unsigned long first, last;

		if (!isdigit((unsigned char)*text))
			return false;
		first = last = strtoul(text, &end, 10);
		if (*end == '-') {
			if (!isdigit((unsigned char)*++end))
				return false;
			last = strtoul(end, &end, 10);
		}
		if (first > last || last >= CGROUP_CPU_MAX)
			return false;
		while (first <= last)
			set[first++] = true;
		if (!*end)
			return true;
		if (*end != ',')
			return false;
		text = end + 1;
	}
}

void cgroup_check_limits(const struct cgroup_limits *limits)
{
	unsigned long long memory, number;
	bool cpus[CGROUP_CPU_MAX];

	if (limits->memory && (!cgroup_read_size(limits->memory, &memory) ||
			       memory < (unsigned long long)sysconf(_SC_PAGESIZE)))
		die("--memory takes a size such as 64M (k, m, g or t; at least a page, %ldk) or max, "
		    "and not '%s' [CG-VALUE]",
		    sysconf(_SC_PAGESIZE) / 1024, limits->memory);
	if (limits->swap) {
		if (!cgroup_read_size(limits->swap, &number))
			die("--memory-swap takes a size such as 128M, for memory and swap together, "
			    "or max, and not '%s' [CG-VALUE]",
			    limits->swap);
		if (!limits->memory)
			die("--memory-swap is memory and swap together, so it needs --memory as "
			    "well [CG-VALUE]");
		if (number < memory)
			die("--memory-swap is memory and swap together, so %s can't be less than "
			    "--memory %s [CG-VALUE]",
			    limits->swap, limits->memory);
	}
	if (limits->cpus && (!cgroup_read_cpus(limits->cpus, &number) || number < 1000))
		die("--cpus takes a number of CPUs such as 0.5 or 2 (0.01 is the least), or max, "
		    "and not '%s' [CG-VALUE]",
		    limits->cpus);
	if (limits->pids && strcmp(limits->pids, "max") != 0 &&
	    (!parse_number(limits->pids, 4194304, &number) || number == 0))
		die("--pids-limit takes a number of processes from 1 to 4194304, or max, and not "
		    "'%s' [CG-VALUE]",
		    limits->pids);
	if (limits->cpuset && !cgroup_read_cpu_list(limits->cpuset, cpus))
		die("--cpuset-cpus takes a list of CPUs such as 0 or 0-2,5, and not '%s' [CG-VALUE]",
		    limits->cpuset);
}

void cgroup_add_knob(struct cgroup_limits *limits, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : 0;

	if (length == 0 || length > 100 || !equals[1] || strlen(equals) > 1000)
		die("--set takes KNOB=VALUE, such as memory.high=32M, and not '%.60s' [CG-VALUE]",
		    text);
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			die("--set: a knob is the name of a file in the cgroup, such as memory.high, "
			    "and has no '%.*s' [CG-VALUE]",
			    (int)(length - i), text + i);
	if (*text == '.' || !memchr(text, '.', length))
		die("--set: a knob begins with its controller and a dot, as memory.high does; "
		    "'%.*s' does not [CG-VALUE]",
		    (int)length, text);
	if (limits->knob_count == 64)
		die("--set can be given 64 times, and not more");
	limits->knobs[limits->knob_count] = copy_part(text, length);
	limits->values[limits->knob_count] = copy_text(equals + 1);
	/* These two move processes, and so do no good in a limit. */
	if (cgroup_listed("cgroup.procs cgroup.threads", limits->knobs[limits->knob_count]))
		die("--set: %.*s is no limit; to enter a cgroup there is --join", (int)length,
		    text);
	limits->knob_count++;
}

void cgroup_want(const char *wanted[], const char *controller)
{
	int count = 0;

	for (; wanted[count]; count++)
		if (strcmp(wanted[count], controller) == 0)
			return;
	wanted[count] = controller;
	wanted[count + 1] = NULL;
}

void cgroup_wanted(const struct cgroup_limits *limits, const char *wanted[static CGROUP_WANTED])
{
	wanted[0] = NULL;
	if (limits->memory)
		cgroup_want(wanted, "memory");
	if (limits->cpus)
		cgroup_want(wanted, "cpu");
	if (limits->pids)
		cgroup_want(wanted, "pids");
	if (limits->cpuset)
		cgroup_want(wanted, "cpuset");
	if (limits->devices.count)
		cgroup_want(wanted, "devices");
	for (int i = 0; i < limits->knob_count; i++)
		cgroup_want(wanted, copy_part(limits->knobs[i], strcspn(limits->knobs[i], ".")));
}
