/* lock.c: one at a time changes the bridge and the rules. See lock.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"

static int open_lock(void)
{
	int fd = open("/run/strata-net.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	/* Anyone in a network may lock that: so this is not for the machine's own,
	 * in which there are others. */
	if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM || errno == ENOENT))
		fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd;
}

int lock_take(void)
{
	const struct timespec moment = { .tv_nsec = 5 * 1000 * 1000 };
	struct timespec now, begin;
	int fd = open_lock(), error;

	/* By the clock: on a busy machine a moment may be several times as long. */
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (now = begin; fd >= 0 && now.tv_sec - begin.tv_sec <= 10;
	     clock_gettime(CLOCK_MONOTONIC, &now)) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		if (errno != EWOULDBLOCK)
			break;
		nanosleep(&moment, NULL);
		errno = ETIMEDOUT;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}
