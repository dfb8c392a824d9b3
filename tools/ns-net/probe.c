/* probe.c: sending something, and seeing whether an answer comes. See probe.h. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink.h"
#include "probe.h"

/* Milliseconds since some moment. */
static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Waits until there is something to read, up to `deadline`. */
static bool wait_for(int socket, long long deadline)
{
	struct pollfd entry = { .fd = socket, .events = POLLIN };
	long long left = deadline - now();

	return left > 0 && poll(&entry, 1, (int)left) > 0;
}

/* What the kernel knows of a neighbor. */
struct neighbor {
	const struct address *address;
	unsigned state; /* NUD_..., 0 for nothing */
};

static void take_neighbor(const struct nlmsghdr *answer, void *argument)
{
	const struct ndmsg *body = NLMSG_DATA(answer);
	struct neighbor *neighbor = argument;
	const void *bytes;

	if (answer->nlmsg_type != RTM_NEWNEIGH || body->ndm_family != neighbor->address->family ||
	    (neighbor->address->device && body->ndm_ifindex != neighbor->address->device))
		return;
	bytes = netlink_find(answer, sizeof(*body), NDA_DST, address_size(neighbor->address));
	if (bytes && memcmp(bytes, neighbor->address->bytes, address_size(neighbor->address)) == 0)
		neighbor->state = body->ndm_state;
}

static unsigned neighbor_state(int netlink, const struct address *address)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.neighbor)),
			    .nlmsg_type = RTM_GETNEIGH,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.neighbor = { .ndm_family = (unsigned char)address->family },
	};
	struct neighbor neighbor = { address, 0 };

	netlink_read(netlink, &request, take_neighbor, &neighbor);
	return neighbor.state;
}

/* A datagram socket whose other end is fixed, so that the errors that come
 * back are told to it; -1 with errno as socket(2) or connect(2) set it. */
static int connect_datagram(const struct address *address, int port)
{
	struct sockaddr_storage to;
	socklen_t length = address_socket(address, port, &to);
	int socket_fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (socket_fd >= 0 && connect(socket_fd, (struct sockaddr *)&to, length) != 0) {
		close(socket_fd);
		return -1;
	}
	return socket_fd;
}

enum answer probe_neighbor(int netlink, const struct address *neighbor)
{
	enum { DISCARD = 9 };
	const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	long long begin = now();
	int datagram = connect_datagram(neighbor, DISCARD);
	enum answer answer = SILENT;
	char byte;

	if (datagram < 0)
		return SILENT;
	send(datagram, "", 0, 0);
	while (now() - begin < 10000) {
		unsigned state = neighbor_state(netlink, neighbor);

		/* 'Nobody listens at port 9' is an answer as well. */
		if (state & (NUD_REACHABLE | NUD_NOARP | NUD_PERMANENT) ||
		    (recv(datagram, &byte, 1, 0) < 0 && errno == ECONNREFUSED)) {
			answer = ANSWERED;
			break;
		}
		if (state & NUD_FAILED)
			break;
		/* An old answer is asked for again only after five seconds. */
		if (!(state & (NUD_STALE | NUD_DELAY | NUD_PROBE)) && now() - begin > 4000)
			break;
		nanosleep(&moment, NULL);
	}
	close(datagram);
	return answer;
}

int probe_ping_socket(int family)
{
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int raw = socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol);

	/* The sysctl net.ipv4.ping_group_range may let others ping as well. */
	return raw >= 0 ? raw : socket(family, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
}

static bool is_raw(int socket)
{
	socklen_t length = sizeof(int);
	int type = 0;

	getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length);
	return type == SOCK_RAW;
}

unsigned short probe_ping_id(int socket)
{
	struct sockaddr_in name = { 0 };
	struct sockaddr_in6 name6 = { 0 };
	socklen_t length = sizeof(name6);

	if (is_raw(socket))
		return (unsigned short)getpid();
	/* The kernel has chosen one. It is where a port would be. */
	if (getsockname(socket, (struct sockaddr *)&name6, &length) != 0)
		return 0;
	memcpy(&name, &name6, sizeof(name));
	return name6.sin6_family == AF_INET6 ? name6.sin6_port : name.sin_port;
}

static unsigned short checksum(const void *data, size_t size)
{
	const unsigned char *byte = data;
	unsigned sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? byte[i] : (unsigned)byte[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((unsigned short)~sum);
}

/* The start of ICMP's messages, and of ICMPv6's. */
struct icmp_head {
	unsigned char type, code;
	unsigned short sum, id, number;
};

static void send_ping(int socket, const struct address *target, unsigned short number)
{
	struct sockaddr_storage to;
	socklen_t length = address_socket(target, 0, &to);
	bool four = target->family == AF_INET;
	struct icmp_head ping = { .type = four ? ICMP_ECHO : ICMP6_ECHO_REQUEST,
				  .id = (unsigned short)getpid(),
				  .number = htons(number) };

	if (four)
		ping.sum = checksum(&ping, sizeof(ping));
	sendto(socket, &ping, sizeof(ping), 0, (struct sockaddr *)&to, length);
}

/* What a packet says about the ping to target: `icmp` is what is behind the
 * header of an IPv4 packet, of `size` bytes. */
static enum answer judge_packet(const unsigned char *icmp, size_t size, const struct address *from,
				const struct address *target, bool raw, struct refusal_note *said)
{
	bool four = target->family == AF_INET;
	struct icmp_head head;
	size_t address_at = four ? 16 : 24; /* of the receiver, in IP's header */

	if (size < sizeof(head))
		return NOT_ASKED;
	memcpy(&head, icmp, sizeof(head));
	if (head.type == (four ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) && address_same(from, target) &&
	    (!raw || head.id == (unsigned short)getpid()))
		return ANSWERED;
	/* The packet that could not be delivered comes along: is it ours? */
	if (head.type == (four ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH) &&
	    size >= sizeof(head) + address_at + address_size(target) &&
	    memcmp(icmp + sizeof(head) + address_at, target->bytes, address_size(target)) == 0) {
		said->by = *from;
		said->code = head.code;
		return REFUSED;
	}
	return NOT_ASKED;
}

/* Reads one packet. */
static enum answer read_packet(int socket, const struct address *target, bool raw,
			       struct refusal_note *said)
{
	alignas(long) unsigned char packet[1500];
	struct sockaddr_storage sender;
	socklen_t length = sizeof(sender);
	ssize_t got =
		recvfrom(socket, packet, sizeof(packet), 0, (struct sockaddr *)&sender, &length);
	size_t skip = 0;
	struct address from = { .family = target->family };

	if (got < 0) {
		said->by = *target;
		said->code = 1;
		return errno == EHOSTUNREACH || errno == ENETUNREACH || errno == ECONNREFUSED
			       ? REFUSED
			       : NOT_ASKED;
	}
	if (target->family == AF_INET) {
		memcpy(from.bytes, &((struct sockaddr_in *)&sender)->sin_addr, 4);
		if (raw)
			skip = (size_t)(packet[0] & 15) * 4;
	} else {
		memcpy(from.bytes, &((struct sockaddr_in6 *)&sender)->sin6_addr, 16);
	}
	if ((size_t)got < skip)
		return NOT_ASKED;
	return judge_packet(packet + skip, (size_t)got - skip, &from, target, raw, said);
}

enum answer probe_ping(int socket, const struct address *target, struct refusal_note *said)
{
	enum answer answer = SILENT;

	if (socket < 0)
		return MAY_NOT;
	for (unsigned short number = 1; number <= 3 && answer == SILENT; number++) {
		long long deadline = now() + 1000;

		send_ping(socket, target, number);
		while (answer == SILENT && wait_for(socket, deadline)) {
			enum answer packet = read_packet(socket, target, is_raw(socket), said);

			if (packet != NOT_ASKED)
				answer = packet;
		}
	}
	return answer;
}

enum answer probe_name_server(const struct address *server)
{
	enum { DOMAIN = 53 };
	/* One question: who serves the root ("."), class IN. Its number is any. */
	static const unsigned char question[] = { 0x57, 0x1a, 1, 0, 0, 1, 0, 0, 0,
						  0,	0,    0, 0, 0, 2, 0, 1 };
	unsigned char packet[512];
	int datagram = connect_datagram(server, DOMAIN);
	enum answer answer = SILENT;

	if (datagram < 0)
		return REFUSED;
	for (int i = 0; i < 2 && answer == SILENT; i++) {
		long long deadline = now() + 1500;

		send(datagram, question, sizeof(question), 0);
		while (answer == SILENT && wait_for(datagram, deadline)) {
			ssize_t got = recv(datagram, packet, sizeof(packet), 0);

			if (got < 0)
				answer = REFUSED;
			else if (got >= 12 && memcmp(packet, question, 2) == 0 && packet[2] & 0x80)
				answer = ANSWERED;
		}
	}
	close(datagram);
	return answer;
}
