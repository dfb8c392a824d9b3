/* pass.h: a descriptor on its way through a socket. */
#ifndef STRATA_PASS_H
#define STRATA_PASS_H

#include <stddef.h>

/* The most that go with one message. */
#define PASS_MOST 2

/*
 * A byte, and with it `count` descriptors; unix(7), SCM_RIGHTS, and cmsg(3).
 *
 * The first sends them; who receives gets descriptors of its own for the same open files.
 * The second waits for such a message. What it takes is closed on exec. When something
 * else comes, fewer or more of them as well, it takes none.
 *
 * Both return 0, or -1 with errno; the second EPIPE when the other side is closed, EBADMSG
 * for something else.
 */
int pass_descriptors(int socket, char byte, const int fds[], size_t count);
int take_descriptors(int socket, char *byte, int fds[], size_t count);

#endif
