/* trace.c: the steps of a chain as a timeline. See trace.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "trace.h"

static int trace = -1;
static struct timespec link_begun, begun;

bool trace_is_on(void)
{
	return trace >= 0;
}

int trace_descriptor(void)
{
	return trace;
}

void trace_open(void)
{
	const char *path = getenv("STRATA_TRACE");
	struct stat status;
	int fd;

	if (trace >= 0 || !path || !*path)
		return;
	/* Not a FIFO, which would hang here. */
	trace = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
	if (trace < 0)
		die_errno("cannot open '%s', which STRATA_TRACE names", path);
	/* Out of the way of numbers that mean something (compose-run's 3). */
	fd = fcntl(trace, F_DUPFD_CLOEXEC, 100);
	if (fd >= 0) {
		close(trace);
		trace = fd;
	}
	if (fstat(trace, &status) != 0 || !S_ISREG(status.st_mode))
		die("'%s', which STRATA_TRACE names, is no regular file", path);
}

/* Writes text as the inside of a JSON string. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", *text);
		else
			fputc(*text, out);
}

static double microseconds(const struct timespec *time)
{
	return (double)time->tv_sec * 1e6 + (double)time->tv_nsec / 1e3;
}

/* Locks or unlocks the whole file. A lock of fcntl(2) belongs to the process:
 * one of flock(2) would belong to the open file, which a forked process shares,
 * and keep no child out. */
static bool lock(short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(trace, F_SETLKW, &whole) == 0;
}

/* Puts an event behind those that the file holds. The lock keeps others out
 * meanwhile: an event is put in the place of the array's end. */
static bool append(const char *event, size_t length)
{
	static const char end[] = "\n]\n";
	struct stat status;
	off_t at;
	bool written = false;

	if (!lock(F_WRLCK))
		return false;
	if (fstat(trace, &status) == 0) {
		at = status.st_size >= 4 ? status.st_size - 3 : 0;
		written = pwrite(trace, at ? ",\n" : "[\n", 2, at) == 2 &&
			  pwrite(trace, event, length, at + 2) == (ssize_t)length &&
			  pwrite(trace, end, 3, at + 2 + (off_t)length) == 3;
	}
	return lock(F_UNLCK) && written;
}

/* A complete event, "X", that began then and ends now. Without a phrase it is
 * a link. */
static void write_event(const char *name, const struct timespec *start, const char *phrase,
			int error)
{
	struct timespec now;
	char *event = NULL;
	size_t length;
	FILE *out;
	bool written = false;

	clock_gettime(CLOCK_MONOTONIC, &now);
	out = open_memstream(&event, &length);
	if (out) {
		/* The number is the one that this process has in its own PID
		 * namespace: behind ns-pid it is 1. */
		fprintf(out,
			"{\"ph\":\"X\",\"cat\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,"
			"\"dur\":%.3f,\"name\":\"",
			tool_name, getpid(), getpid(), microseconds(start),
			microseconds(&now) - microseconds(start));
		put_text(out, name);
		fprintf(out, "\"");
		if (phrase) {
			fprintf(out, ",\"args\":{\"to\":\"");
			put_text(out, phrase);
			fprintf(out, error ? "\",\"error\":\"%s\"}" : "\"}",
				strerrorname_np(error));
		}
		fprintf(out, "}");
		written = fclose(out) == 0 && append(event, length);
	}
	free(event);
	if (!written)
		die_errno("cannot write to the file that STRATA_TRACE names");
}

void trace_begin_link(void)
{
	if (trace >= 0)
		clock_gettime(CLOCK_MONOTONIC, &link_begun);
}

void trace_end_link(void)
{
	if (trace >= 0)
		write_event(tool_name, &link_begun, NULL, 0);
}

void trace_begin(void)
{
	if (trace >= 0)
		clock_gettime(CLOCK_MONOTONIC, &begun);
}

void trace_end(const char *call, const char *phrase, int error)
{
	if (trace >= 0)
		write_event(call, &begun, phrase, error);
}
