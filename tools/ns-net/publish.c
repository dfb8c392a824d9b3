/* publish.c: a port of the machine's that leads into a container. See publish.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "number.h"
#include "publish.h"

#define FORM "[ADDRESS:]PORT:PORT[/tcp|/udp], the machine's port first, as 8080:80"

static unsigned parse_port(const char *port, const char *text)
{
	unsigned long long number;

	if (strchr(port, '-') && strspn(port, "0123456789-") == strlen(port))
		die("--publish %s: a range of ports is not taken; give each one, as 8000:80", text);
	if (!parse_number(port, 65535, &number) || number == 0)
		die("--publish takes " FORM
		    "; a port is a number from 1 to 65535, and '%s' in '%s' "
		    "is none",
		    port, text);
	return (unsigned)number;
}

void publish_parse(struct publish *publish, const char *text)
{
	char *copy = copy_text(text), *slash = strchr(copy, '/'), *colon, *outer = copy;

	*publish = (struct publish){ .text = text, .socket = -1 };
	if (slash) {
		*slash++ = '\0';
		publish->udp = strcmp(slash, "udp") == 0;
		if (!publish->udp && strcmp(slash, "tcp") != 0)
			die("--publish %s: a port is of tcp or udp here, and not of '%s'", text,
			    slash);
	}
	colon = strrchr(copy, ':');
	if (!colon)
		die("--publish %s: which port of the machine leads there has to be said:  %s:%s",
		    text, text, text);
	*colon++ = '\0';
	publish->inner = parse_port(colon, text);
	colon = strrchr(copy, ':');
	if (colon) {
		*colon++ = '\0';
		outer = colon;
		if (*copy == '[' || !address_parse(&publish->address, copy) ||
		    publish->address.family != AF_INET)
			die("--publish takes " FORM "; '%s' in '%s' is no address of IPv4", copy,
			    text);
		/* Docker's word for all of them. */
		if (strcmp(copy, "0.0.0.0") == 0)
			publish->address.family = 0;
	}
	publish->outer = parse_port(outer, text);
	free(copy);
}

int publish_take(const struct publish *publish)
{
	const struct address any = { .family = AF_INET };
	const struct address *address = publish->address.family ? &publish->address : &any;
	struct sockaddr_storage where;
	socklen_t length = address_socket(address, (int)publish->outer, &where);
	const int on = 1, off = 0;
	int fd = socket(AF_INET, (publish->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0),
	    error;

	if (fd < 0)
		return -1;
	if (publish->udp && bind(fd, (struct sockaddr *)&where, length) == 0)
		return fd;
	/* What is left of connections to a program that has ended is no hindrance
	 * (SO_REUSEADDR), and who has the port is seen by listening. But not for
	 * longer: a connection that comes before the rules are there is to be
	 * refused, not kept waiting. The port stays ours, and without the option
	 * nobody else may take it with that. */
	if (!publish->udp && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&where, length) == 0 && listen(fd, 0) == 0 &&
	    shutdown(fd, SHUT_RDWR) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof(off)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

bool publish_collides(const struct publish *a, const struct publish *b)
{
	return a->outer == b->outer && a->udp == b->udp &&
	       (!a->address.family || !b->address.family || address_same(&a->address, &b->address));
}
