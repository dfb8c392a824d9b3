/* pass.c: a descriptor on its way through a socket. See pass.h. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pass.h"

/* Room for the descriptors, aligned as the kernel wants it. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(PASS_MOST * sizeof(int))];
};

int pass_descriptors(int socket, char byte, const int fds[], size_t count)
{
	union control control = { .room = "" };
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(count * sizeof(int)) };

	if (count > PASS_MOST) {
		errno = EINVAL;
		return -1;
	}
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* What came is not what was to come, and would stay open. */
static void close_them(const struct cmsghdr *header)
{
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
		close(fd);
	}
}

int take_descriptors(int socket, char *byte, int fds[], size_t count)
{
	union control control = { .room = "" };
	struct iovec part = { byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	ssize_t got;

	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (got == 1 && header && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(count * sizeof(int)) &&
	    !(message.msg_flags & MSG_CTRUNC)) {
		memcpy(fds, CMSG_DATA(header), count * sizeof(int));
		return 0;
	}
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		close_them(header);
	errno = got == 0 ? EPIPE : EBADMSG;
	return -1;
}
