/* link_hooks_talk.c: how the links inside a container ask the one outside for its
 * hooks. See link_hooks.h.
 *
 * It is a socket, since that alone tells who has written: the kernel puts in the
 * number of the sender as the reader counts processes (SCM_CREDENTIALS), which
 * nobody inside a PID namespace knows. unix(7). */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_hooks.h"
#include "pass.h"

/* The most that an answer may have: a config.json has a megabyte. */
#define ANSWER_MAX (4 << 20)

/* Sends all bytes, or takes all. */
static int send_all(int fd, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = send(fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int take_all(int fd, void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, (char *)bytes + done, size - done);

		if (n == 0 || (n < 0 && errno != EINTR))
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

char *hooks_ask(int fd, char what)
{
	uint32_t size;
	char *text;

	if (send_all(fd, &what, 1) != 0 || take_all(fd, &size, sizeof(size)) != 0 ||
	    size > ANSWER_MAX || !(text = calloc(1, size + 1)))
		return NULL;
	if (take_all(fd, text, size) == 0)
		return text;
	free(text);
	return NULL;
}

int hooks_answer(int fd, const char *text)
{
	uint32_t size = (uint32_t)strlen(text);

	return send_all(fd, &size, sizeof(size)) != 0 ? -1 : send_all(fd, text, size);
}

int hooks_say_starting(int fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0 || pass_descriptors(fd, HOOKS_STARTING, &ends[0], 1) != 0)
		return -1;
	close(ends[0]);
	return ends[1];
}

char hooks_hear(int fd, pid_t *pid, int *pipe)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
	} control;
	char what = 0;
	struct iovec part = { &what, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t got;

	while ((got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	*pid = 0;
	*pipe = -1;
	if (got <= 0)
		return 0;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
	     header = CMSG_NXTHDR(&message, header)) {
		struct ucred sender;

		if (header->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&sender, CMSG_DATA(header), sizeof(sender));
			*pid = sender.pid;
		} else if (header->cmsg_type == SCM_RIGHTS) {
			memcpy(pipe, CMSG_DATA(header), sizeof(*pipe));
		}
	}
	return what;
}
