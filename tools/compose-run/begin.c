/* begin.c: hearing that the program of a chain begins. See begin.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "begin.h"
#include "chain.h"
#include "descriptors.h"
#include "message.h"

/* Of the chain's processes. */
static int told = -1;
static void (*at_begin)(void), (*at_failure)(void);

int begin_move_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, 100);

	if (moved < 0)
		die_errno("cannot move descriptor %d out of the way", fd);
	close(fd);
	return moved;
}

void begin_open(int ends[2])
{
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 ||
	    setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0)
		die_errno("cannot make a socket to the program");
	ends[0] = begin_move_up(ends[0]);
	ends[1] = begin_move_up(ends[1]);
}

/* As before_link wants it (chain.h). */
static char **tell_begin(char *words[])
{
	if (chain_is_carried(words))
		return words;
	if (write(told, "x", 1) != 1)
		die_errno("cannot tell that the program begins");
	if (at_begin)
		at_begin();
	return words;
}

/* As exec_failed wants it (chain.h). */
static void tell_failure(void)
{
	if (write(told, "f", 1) != 1)
		_Exit(EXIT_TOOL_FAILED); /* who listened is gone */
	if (at_failure)
		at_failure();
}

void begin_tell(int end, void (*begins)(void), void (*failed)(void))
{
	told = end;
	at_begin = begins;
	at_failure = failed;
	keep_descriptor(end);
	before_link = tell_begin;
	exec_failed = tell_failure;
}

void begin_leave(void)
{
	close(told);
}

pid_t begin_hear(int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char byte;
	struct iovec part = { &byte, 1 };
	pid_t pid = 0;

	for (;;) {
		struct msghdr message = { .msg_iov = &part,
					  .msg_iovlen = 1,
					  .msg_control = &control,
					  .msg_controllen = sizeof(control) };
		ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		struct ucred sender;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? pid : 0;
		if (byte == 'f' || !header || header->cmsg_type != SCM_CREDENTIALS)
			return 0;
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
		pid = sender.pid;
	}
}
