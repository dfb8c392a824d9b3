/* hold.c: the shim's side of a terminal with nobody at it. See hold.h. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "begin.h"
#include "hold.h"
#include "message.h"
#include "pass.h"
#include "pty.h"

/* A path would be too long for a socket's name; this one never is. */
static void name_socket(struct sockaddr_un *name, int directory)
{
	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(name->sun_path, sizeof(name->sun_path), "/proc/self/fd/%d/%s", directory,
		 HOLD_SOCKET);
}

void hold_open(struct held *held, int directory, int log)
{
	struct sockaddr_un name;

	pty_open(&held->master, &held->slave);
	held->master = begin_move_up(held->master);
	held->slave = begin_move_up(held->slave);
	held->log = log;
	held->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	name_socket(&name, directory);
	if (held->listener < 0 ||
	    bind(held->listener, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(held->listener, 1) != 0)
		die_errno("cannot make a socket to attach by");
	held->listener = begin_move_up(held->listener);
}

/* Hands the terminal and the log to who has come. Returns whether he has them. */
static bool hand_over(const struct held *held, int client)
{
	int fds[2] = { held->master, held->log };

	return pass_descriptors(client, 't', fds, 2) == 0;
}

/* Writes down what there is. Returns whether there may be more. */
static bool write_down(const struct held *held)
{
	char bytes[16384];
	ssize_t got = read(held->master, bytes, sizeof(bytes));

	/* A disk that is full is no reason to let the program wait. */
	for (ssize_t done = 0, n; done < got; done += n)
		if ((n = write(held->log, bytes + done, (size_t)(got - done))) <= 0)
			break;
	return got > 0 || (got < 0 && errno == EINTR);
}

int hold(struct held *held, pid_t child)
{
	struct pollfd events[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN },
		{ .fd = held->master, .events = POLLIN },
		{ .fd = held->listener, .events = POLLIN },
		{ .fd = -1 }, /* who is attached: nothing is asked of him but to stay */
	};
	int status = 0, client;

	while (poll(events, 4, -1) >= 0 || errno == EINTR) {
		if (events[0].revents)
			break;
		if (events[3].fd >= 0 && events[3].revents) {
			close(events[3].fd);
			events[3].fd = -1;
			events[1].fd = held->master;
		}
		if (events[1].fd >= 0 && events[1].revents)
			write_down(held);
		client = events[2].revents ? accept4(held->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
		if (client >= 0 && events[3].fd < 0 && hand_over(held, client)) {
			events[3].fd = client;
			events[1].fd = -1;
		} else if (client >= 0) {
			close(client);
		}
		events[3].revents = 0;
	}
	/* Who is attached prints the rest himself. */
	while (events[3].fd < 0 && write_down(held))
		;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TOOL_FAILED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
