/* argument.c: reading the arguments of a call, and writing the call down. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "call.h"

static void look_at_address(const struct lsm_call *call, uint64_t at, uint64_t size,
			    struct lsm_details *details)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
		struct sockaddr_un local;
		char bytes[sizeof(struct sockaddr_storage)];
	} address;
	char text[INET6_ADDRSTRLEN];

	memset(&address, 0, sizeof(address));
	if (size > sizeof(address))
		size = sizeof(address);
	/* send() on a socket that is connected names nobody. */
	if (at == 0 || size < sizeof(sa_family_t))
		return;
	if (!lsm_tracee_read(call->pid, at, &address, (size_t)size)) {
		details->looked = false;
		return;
	}
	switch (address.any.sa_family) {
	case AF_INET:
		details->port = ntohs(address.four.sin_port);
		lsm_put(details, "%s:%d",
			inet_ntop(AF_INET, &address.four.sin_addr, text, sizeof(text)),
			details->port);
		break;
	case AF_INET6:
		details->port = ntohs(address.six.sin6_port);
		lsm_put(details, "[%s]:%d",
			inet_ntop(AF_INET6, &address.six.sin6_addr, text, sizeof(text)),
			details->port);
		break;
	case AF_UNIX:
		details->abstract = size > sizeof(sa_family_t) && !*address.local.sun_path;
		address.bytes[sizeof(address.bytes) - 1] = '\0';
		if (details->abstract) {
			address.local.sun_path[0] = '@';
			lsm_put_quoted(details, address.local.sun_path);
		} else if (size > sizeof(sa_family_t)) {
			lsm_tracee_place(call->pid, AT_FDCWD, address.local.sun_path, true,
					 &details->place[details->places]);
			lsm_put_quoted(details, details->place[details->places++].given);
		}
		break;
	default: lsm_put_family(details, address.any.sa_family);
	}
	if (details->port >= 0)
		details->tcp = lsm_tracee_is_tcp(call->process, (int)call->data.args[0]);
}

/* The first two fields of a struct msghdr, of a 64-bit program. */
static void look_at_message(const struct lsm_call *call, uint64_t at, struct lsm_details *details)
{
	struct {
		uint64_t name;
		uint32_t size;
	} head = { 0, 0 };

	if ((call->data.arch & __AUDIT_ARCH_64BIT) &&
	    lsm_tracee_read(call->pid, at, &head, sizeof(head)))
		look_at_address(call, head.name, head.size, details);
}

static void look_at_path(const struct lsm_call *call, int folder, uint64_t at, bool follow,
			 struct lsm_details *details)
{
	struct lsm_place *place = &details->place[details->places];
	char path[PATH_MAX] = "";

	/* utimensat() without a path is about the descriptor itself. */
	if (at && !lsm_tracee_string(call->pid, at, path, sizeof(path)) &&
	    !lsm_tracee_read(call->pid, at, path, 1)) {
		details->looked = false;
		lsm_put(details, "?");
		return;
	}
	lsm_tracee_place(call->pid, folder, path, follow, place);
	lsm_put_quoted(details, place->given);
	details->places++;
}

static void look_at_argument(const struct lsm_call *call, char kind, int i, int folder,
			     struct lsm_details *details)
{
	uint64_t value = call->data.args[i];
	struct open_how how = { .flags = 0 };
	char text[200];

	switch (kind) {
	case 'p': look_at_path(call, folder, value, true, details); break;
	case 'l': look_at_path(call, folder, value, false, details); break;
	case 'f':
		lsm_tracee_place(call->pid, (int)value, "", true, &details->place[details->places]);
		lsm_put_quoted(details, details->place[details->places++].given);
		break;
	case 'h':
		lsm_tracee_read(call->pid, value, &how, sizeof(how));
		details->flags = how.flags;
		lsm_put_open_flags(details, details->flags);
		break;
	case 'o':
		details->flags = value & UINT32_MAX;
		lsm_put_open_flags(details, details->flags);
		break;
	case 's':
		if (lsm_tracee_string(call->pid, value, text, sizeof(text)))
			lsm_put_quoted(details, text);
		else
			lsm_put(details, value ? "?" : "NULL");
		break;
	case 'a': look_at_address(call, value, call->data.args[i + 1], details); break;
	case 'M': look_at_message(call, value, details); break;
	case 'm':
		details->mode = (unsigned)value;
		lsm_put(details, "%04o", details->mode & 07777);
		break;
	case 'i': lsm_put(details, "%d", (int)value); break;
	case 'x': lsm_put(details, "0x%x", (unsigned)value); break;
	case 'R': lsm_put_request(details, (uint32_t)value); break;
	case 'S': lsm_put_signal(details, (int)value); break;
	case 'A':
		details->mode = (unsigned)value;
		lsm_put_access(details, (unsigned)value);
		break;
	case 'n': lsm_put_namespaces(details, value); break;
	case 'F': lsm_put_family(details, (int)value); break;
	}
}

static const struct lsm_shape *begin(const struct lsm_call *call, struct lsm_details *details)
{
	const struct lsm_shape *shape = lsm_call_shape(call->data.arch, call->data.nr);

	details->name = lsm_call_name(call->data.arch, call->data.nr);
	details->operation = shape->operation;
	details->capability = shape->capability;
	details->places = 0;
	details->flags = details->mode = 0;
	details->tcp = details->abstract = false;
	details->port = -1;
	details->looked = true;
	*details->text = '\0';
	if (strcmp(details->name, "creat") == 0)
		details->flags = O_WRONLY | O_CREAT | O_TRUNC;
	return shape;
}

void lsm_call_look_flags(const struct lsm_call *call, struct lsm_details *details)
{
	const char *kinds = begin(call, details)->arguments;

	for (int i = 0; kinds[i]; i++)
		if (strchr("oh", kinds[i]))
			look_at_argument(call, kinds[i], i, AT_FDCWD, details);
}

void lsm_call_look(const struct lsm_call *call, struct lsm_details *details)
{
	const char *kinds = begin(call, details)->arguments;
	int folder = AT_FDCWD;
	bool first = true;

	lsm_put(details, "%s(", details->name);
	for (int i = 0; kinds[i]; i++) {
		if (kinds[i] == 'd')
			folder = (int)call->data.args[i];
		if (strchr("d-", kinds[i]))
			continue;
		lsm_put(details, "%s", first ? "" : ", ");
		first = false;
		look_at_argument(call, kinds[i], i, folder, details);
		folder = AT_FDCWD;
	}
	lsm_put(details, ")");
}
