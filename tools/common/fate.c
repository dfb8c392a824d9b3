/* fate.c: what becomes of a signal that a child gets. See fate.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fate.h"
#include "file.h"

static bool has_signal(const char *status, const char *name, int signal)
{
	const char *set = find_field(status, name);

	return set && strtoull(set, NULL, 16) >> (signal - 1) & 1;
}

/* The child's number in the innermost PID namespace is the last one. */
static bool is_pid_1(const char *status)
{
	const char *numbers = find_field(status, "NSpid");
	const char *end = numbers ? strchr(numbers, '\n') : NULL;

	return end && end[-1] == '1' && (end - 1 == numbers || end[-2] == '\t');
}

/* Reads /proc/PID/status of the child. */
static bool read_status(int pidfd, char *status, size_t size)
{
	char path[48];
	const char *pid;

	/* /proc may be that of an outer PID namespace, where the child has
	 * another number than the one we know. The pidfd tells it. */
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (read_file(path, status, size) < 0)
		return false;
	pid = find_field(status, "Pid");
	if (!pid)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/status", atoi(pid));
	return read_file(path, status, size) > 0;
}

enum fate fate_of_signal(int pidfd, int signal)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	char status[8192];

	/* Any program blocks all signals for a moment, in fork(3) for one. One
	 * that waits for a signal blocks it for long. */
	for (int looks = 0; looks < 5; looks++) {
		if (looks > 0)
			nanosleep(&moment, NULL);
		if (!read_status(pidfd, status, sizeof(status)))
			return TAKEN;
		if (!has_signal(status, "SigBlk", signal)) {
			if (has_signal(status, "SigIgn", signal) ||
			    has_signal(status, "SigCgt", signal))
				return TAKEN;
			return is_pid_1(status) ? DROPPED : TAKEN;
		}
		if (strstr(status, "\nState:\tZ"))
			break;
	}
	return AWAITED;
}
