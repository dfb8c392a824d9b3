/* netlink.c: asking the kernel about devices, addresses and routes. See
 * netlink.h. */
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink.h"

char netlink_words[120];

struct rtattr *netlink_nest(struct netlink_request *request, int type, size_t size)
{
	char *end = (char *)request + NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)end;

	*attribute = (struct rtattr){ .rta_type = (unsigned short)type,
				      .rta_len = (unsigned short)RTA_LENGTH(size) };
	memset(RTA_DATA(attribute), 0, RTA_ALIGN(size));
	request->header.nlmsg_len = (unsigned)((size_t)(end - (char *)request) + RTA_SPACE(size));
	return attribute;
}

void netlink_nest_end(struct netlink_request *request, struct rtattr *nest)
{
	nest->rta_len =
		(unsigned short)((char *)request + request->header.nlmsg_len - (char *)nest);
}

void netlink_put(struct netlink_request *request, int type, const void *value, size_t size)
{
	memcpy(RTA_DATA(netlink_nest(request, type, size)), value, size);
}

void netlink_put_text(struct netlink_request *request, int type, const char *text)
{
	netlink_put(request, type, text, strlen(text) + 1);
}

void netlink_put_number(struct netlink_request *request, int type, unsigned number)
{
	netlink_put(request, type, &number, sizeof(number));
}

const void *netlink_find_in(const void *attributes, size_t all, int type, size_t size,
			    size_t *length)
{
	for (size_t at = 0; at + sizeof(struct rtattr) <= all;) {
		const struct rtattr *attribute = (const void *)((const char *)attributes + at);

		if (attribute->rta_len < sizeof(*attribute) || attribute->rta_len > all - at)
			break;
		/* In the upper bits of the type stands what kind of value it is. */
		if ((attribute->rta_type & NLA_TYPE_MASK) == type &&
		    RTA_PAYLOAD(attribute) >= size) {
			if (length)
				*length = RTA_PAYLOAD(attribute);
			return RTA_DATA(attribute);
		}
		at += RTA_ALIGN(attribute->rta_len);
	}
	return NULL;
}

const void *netlink_find(const struct nlmsghdr *answer, size_t body, int type, size_t size)
{
	size_t begin = NLMSG_SPACE(body);

	if (answer->nlmsg_len < begin)
		return NULL;
	return netlink_find_in((const char *)answer + begin, answer->nlmsg_len - begin, type, size,
			       NULL);
}

void netlink_want_words(int socket)
{
	const int on = 1;

	setsockopt(socket, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
}

/* Keeps what the kernel says to an error. It stands behind the request, which
 * an error comes with. */
static void keep_words(const struct nlmsghdr *message, const struct nlmsgerr *answer)
{
	size_t body = sizeof(*answer), length = 0;
	const char *words = NULL;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		body += NLMSG_ALIGN(answer->msg.nlmsg_len) - sizeof(answer->msg);
	if (message->nlmsg_len > NLMSG_SPACE(body))
		words = netlink_find_in((const char *)message + NLMSG_SPACE(body),
					message->nlmsg_len - NLMSG_SPACE(body), NLMSGERR_ATTR_MSG,
					1, &length);
	if (words)
		snprintf(netlink_words, sizeof(netlink_words), "%.*s", (int)length, words);
}

/* Whether a message is the last one of an answer: then errno is what it says,
 * 0 for 'done'. */
static bool is_last(const struct nlmsghdr *message)
{
	const struct nlmsgerr *answer = NLMSG_DATA(message);

	if (message->nlmsg_type == NLMSG_DONE) {
		errno = 0;
		return true;
	}
	if (message->nlmsg_type != NLMSG_ERROR)
		return false;
	errno = EBADMSG;
	if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(*answer))) {
		errno = -answer->error;
		keep_words(message, answer);
	}
	return true;
}

int netlink_read(int socket, struct netlink_request *request,
		 void (*take)(const struct nlmsghdr *answer, void *argument), void *argument)
{
	alignas(struct nlmsghdr) char buffer[32768]; /* what the kernel fills at most */

	*netlink_words = '\0';
	if (send(socket, request, request->header.nlmsg_len, 0) < 0)
		return -1;
	for (;;) {
		ssize_t got = recv(socket, buffer, sizeof(buffer), 0);
		size_t left = (size_t)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0) {
			errno = EBADMSG;
			return -1;
		}
		for (const struct nlmsghdr *message = (const void *)buffer; NLMSG_OK(message, left);
		     message = NLMSG_NEXT(message, left)) {
			if (is_last(message))
				return errno ? -1 : 0;
			if (take)
				take(message, argument);
		}
	}
}

int netlink_change(int socket, struct netlink_request *request)
{
	return netlink_read(socket, request, NULL, NULL);
}
