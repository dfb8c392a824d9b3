/* conntrack.c: which connections pass through a machine. See conntrack.h.
 *
 * Masquerading needs the kernel to keep track of connections: for each it has
 * the addresses of the packets there, and those that an answer will have. An
 * answer that goes to another address than the packet came from shows that the
 * sender's address was changed. linux/netfilter/nfnetlink_conntrack.h. */
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "conntrack.h"
#include "netlink.h"

int conntrack_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
}

struct search {
	const struct address *from, *to;
	unsigned short id;
	enum track found;
};

/* A value of one of a connection's two directions. */
static const void *find_value(const struct nlmsghdr *answer, int direction, int part, int kind,
			      size_t size)
{
	size_t begin = NLMSG_SPACE(sizeof(struct nfgenmsg)), length;
	const void *tuple, *values;

	if (answer->nlmsg_len < begin)
		return NULL;
	tuple = netlink_find_in((const char *)answer + begin, answer->nlmsg_len - begin, direction,
				0, &length);
	values = tuple ? netlink_find_in(tuple, length, part, 0, &length) : NULL;
	return values ? netlink_find_in(values, length, kind, size, NULL) : NULL;
}

static void take(const struct nlmsghdr *answer, void *argument)
{
	struct search *search = argument;
	size_t size = address_size(search->to);
	bool four = search->to->family == AF_INET;
	int source = four ? CTA_IP_V4_SRC : CTA_IP_V6_SRC;
	int target = four ? CTA_IP_V4_DST : CTA_IP_V6_DST;
	const void *from = find_value(answer, CTA_TUPLE_ORIG, CTA_TUPLE_IP, source, size);
	const void *to = find_value(answer, CTA_TUPLE_ORIG, CTA_TUPLE_IP, target, size);
	const void *back = find_value(answer, CTA_TUPLE_REPLY, CTA_TUPLE_IP, target, size);
	const void *id =
		find_value(answer, CTA_TUPLE_ORIG, CTA_TUPLE_PROTO,
			   four ? CTA_PROTO_ICMP_ID : CTA_PROTO_ICMPV6_ID, sizeof(search->id));

	if (!from || !to || !back || !id || memcmp(to, search->to->bytes, size) != 0 ||
	    memcmp(id, &search->id, sizeof(search->id)) != 0 ||
	    (search->from->family && memcmp(from, search->from->bytes, size) != 0))
		return;
	search->found = memcmp(from, back, size) == 0 ? TRACK_PLAIN : TRACK_TRANSLATED;
}

enum track conntrack_look(int socket, const struct address *from, const struct address *to,
			  unsigned short id)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.filter)),
			    .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.filter = { .nfgen_family = (unsigned char)to->family, .version = NFNETLINK_V0 },
	};
	struct search search = { from, to, id, TRACK_NONE };

	if (socket < 0 || netlink_read(socket, &request, take, &search) != 0)
		return TRACK_UNKNOWN;
	return search.found;
}
