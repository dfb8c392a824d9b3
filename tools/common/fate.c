/* fate.c: what becomes of a signal that a child gets. See fate.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fate.h"
#include "file.h"

/* The text behind a field's name, or NULL. */
static const char *find_field(const char *status, const char *name)
{
	const char *field = strstr(status, name);

	return field ? field + strlen(name) : NULL;
}

static bool has_signal(const char *status, const char *name, int signal)
{
	const char *set = find_field(status, name);

	return set && strtoull(set, NULL, 16) >> (signal - 1) & 1;
}

/* The child's number in the innermost PID namespace is the last one. */
static bool is_pid_1(const char *status)
{
	const char *numbers = find_field(status, "\nNSpid:");
	const char *end = numbers ? strchr(numbers, '\n') : NULL;

	return end && end[-2] == '\t' && end[-1] == '1';
}

enum fate fate_of_signal(int pidfd, int signal)
{
	char path[48], status[8192];
	const char *pid;

	/* /proc may be that of an outer PID namespace, where the child has
	 * another number than the one we know. The pidfd tells it. */
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (read_file(path, status, sizeof(status)) < 0)
		return TAKEN;
	pid = find_field(status, "\nPid:\t");
	if (!pid)
		return TAKEN;
	snprintf(path, sizeof(path), "/proc/%d/status", atoi(pid));
	if (read_file(path, status, sizeof(status)) < 0)
		return TAKEN;

	if (has_signal(status, "\nSigBlk:\t", signal))
		return AWAITED;
	if (has_signal(status, "\nSigIgn:\t", signal) || has_signal(status, "\nSigCgt:\t", signal))
		return TAKEN;
	return is_pid_1(status) ? DROPPED : TAKEN;
}
