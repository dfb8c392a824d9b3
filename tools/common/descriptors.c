/* descriptors.c: the open descriptors, when the root changes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptors.h"
#include "message.h"
#include "number.h"
#include "step.h"
#include "trace.h"

void refuse_directories(void)
{
	struct stat status;

	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
			die("descriptor %d is a directory of the outside, and would be a way out of the "
			    "new root; redirect it from somewhere else",
			    fd);
}

/* Those that stay open until exec, besides the file of STRATA_TRACE. */
static unsigned kept_always[4];
static size_t kept_count;

void keep_descriptor(int fd)
{
	if (kept_count == sizeof(kept_always) / sizeof(*kept_always))
		die("too many descriptors to keep");
	kept_always[kept_count++] = (unsigned)fd;
}

/* The first of those from `first` to `last`; `last` + 1 when there is none. */
static unsigned first_kept(unsigned first, unsigned last)
{
	unsigned trace = (unsigned)trace_descriptor(), found = last + 1;

	if (trace_is_on() && first <= trace && trace <= last)
		found = trace;
	for (size_t i = 0; i < kept_count; i++)
		if (first <= kept_always[i] && kept_always[i] <= last &&
		    (found == last + 1 || kept_always[i] < found))
			found = kept_always[i];
	return found;
}

/* Closes the descriptors from first to last, but for those that stay. */
static void close_from_to(unsigned first, unsigned last)
{
	for (unsigned next; first <= last; first = next + 1) {
		next = first_kept(first, last);
		if (next != first)
			STEP((int)syscall(SYS_close_range, first, next - 1, 0),
			     "close the descriptors from %u on", first);
		if (next == last || next == last + 1)
			return;
	}
}

void close_descriptors(const unsigned kept[], size_t count)
{
	unsigned first = 3;

	for (size_t i = 0; i <= count; i++) {
		unsigned last = i < count ? kept[i] - 1 : UINT_MAX;

		if (last >= first)
			close_from_to(first, last);
		first = last + 2;
	}
}

void kept_add(struct kept *kept, unsigned fd)
{
	size_t i = kept->count;

	if (i == KEPT_MAX)
		die("--keep-fd may be given %d times", KEPT_MAX);
	/* In order, for close_range. */
	for (; i > 0 && kept->fds[i - 1] > fd; i--)
		kept->fds[i] = kept->fds[i - 1];
	kept->fds[i] = fd;
	kept->count++;
}

void kept_parse(struct kept *kept, const char *text)
{
	unsigned long long number;

	if (!parse_number(text, 1 << 20, &number) || number < 3)
		die("--keep-fd takes the number of an open descriptor from 3 on, not '%s'", text);
	if (fcntl((int)number, F_GETFD) < 0)
		die("--keep-fd %s: there is no such open descriptor", text);
	kept_add(kept, (unsigned)number);
}

void fill_standard_descriptors(void)
{
	static bool done; /* it holds for all links in this process */

	for (int fd = 0; fd <= 2 && !done; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is taken: this one. */
		if (errno != EBADF || open("/dev/null", O_RDWR | O_CLOEXEC) != fd)
			die_errno("cannot see to it that descriptor %d is open", fd);
	}
	done = true;
}
