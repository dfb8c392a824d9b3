/* netlink.h: asking the kernel about devices, addresses and routes.
 *
 * A request is one message: a header that says what is asked, a structure of
 * fixed size, and behind it attributes, each with its own length and type. It
 * goes through a netlink socket, and that is of the network namespace it was
 * opened in, wherever its process goes later: with one opened before
 * unshare(2) and one behind it, ns-net has a hand in both networks.
 * netlink(7), rtnetlink(7). */
#ifndef STRATA_NETLINK_H
#define STRATA_NETLINK_H

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>

/* header.nlmsg_len is to be NLMSG_LENGTH(sizeof(request.link)) or that of the
 * structure in use; attributes make it longer. */
struct netlink_request {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
		struct ndmsg neighbor;
		struct netconfmsg setting;
		struct nfgenmsg filter;
		char attributes[512];
	};
};

/* Adds an attribute. They are few and short, so that there is room. */
void netlink_put(struct netlink_request *request, int type, const void *value, size_t size);
void netlink_put_text(struct netlink_request *request, int type, const char *text);
void netlink_put_number(struct netlink_request *request, int type, unsigned number);

/* Begins an attribute that holds attributes (behind a structure of `size`
 * bytes, 0 for none), and ends it. */
struct rtattr *netlink_nest(struct netlink_request *request, int type, size_t size);
void netlink_nest_end(struct netlink_request *request, struct rtattr *nest);

/* Sends a request, and waits until the kernel has done it, or not. It needs
 * NLM_F_ACK. Returns 0, or -1 with errno as the kernel answered. */
int netlink_change(int socket, struct netlink_request *request);

/* Sends a request and gives each message of the answer to take(). It needs
 * NLM_F_DUMP, for a list, or NLM_F_ACK. Returns as netlink_change(). */
int netlink_read(int socket, struct netlink_request *request,
		 void (*take)(const struct nlmsghdr *answer, void *argument), void *argument);

/* The value of an attribute in an answer, behind a structure of `body` bytes,
 * or in another attribute; NULL when it is not there or shorter than `size`.
 * The second one sets *length, unless that is NULL. */
const void *netlink_find(const struct nlmsghdr *answer, size_t body, int type, size_t size);
const void *netlink_find_in(const void *attributes, size_t all, int type, size_t size,
			    size_t *length);

/* Asks for a sentence with each refusal on that socket, which a kernel before
 * Linux 4.12 has not; and what it said about the last request, or "". netlink(7),
 * NETLINK_EXT_ACK. */
void netlink_want_words(int socket);
extern char netlink_words[120];

#endif
