/* ns-net: a network of one's own, with nothing in it but `lo`.
 *
 * A network namespace holds devices, addresses, routes, firewall rules, port
 * numbers, the settings under /proc/sys/net, and the abstract names of Unix
 * sockets. A new one has a single device, the loopback `lo`, and that is
 * down: even 127.0.0.1 cannot be reached. Setting it up gives it its two
 * addresses. The process and its children to come are in the namespace; when
 * the last of them has ended, a virtual device in it is destroyed and a real
 * one goes back to the first namespace. Sockets that are open already stay
 * where they were made.
 *
 * Needs CAP_SYS_ADMIN, and CAP_NET_ADMIN for `lo`; an ordinary user gets both
 * from ns-user, which therefore comes first.
 * Read on: network_namespaces(7), rtnetlink(7), netlink(7), ip-netns(8). */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "memory.h"
#include "message.h"
#include "namespace.h"
#include "option.h"
#include "refusal.h"
#include "step.h"
#include "sysctl.h"

static const char usage[] =
	"Usage: ns-net [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new network namespace: no device but 'lo', which is set up, no\n"
	"way out, and all ports free.\n"
	"\n"
	"      --no-lo                leave 'lo' down, as the kernel makes it\n"
	"      --sysctl net.KEY=VALUE\n"
	"                             change a setting in it, as net.ipv4.ip_forward=1;\n"
	"                             may be given several times\n"
	"  -j, --join PID|FILE|NAME   enter that process's network namespace, or one that\n"
	"                             'ip netns' named; make none\n"
	"  -x, --explain              say each kernel call and what it changed\n"
	"  -n, --dry-run              say the calls of the whole chain, and make none\n"
	"      --check                say whether this works here, and why not\n"
	"  -h, --help                 this text\n"
	"  -V, --version              the version\n"
	"\n"
	"Example, as any user:  ns-user ns-net -- ip address\n";

enum { NO_LO = OPTION_OWN, SYSCTL };

static const struct option table[] = {
	{ "no-lo", no_argument, NULL, NO_LO },
	{ "sysctl", required_argument, NULL, SYSCTL },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct plan {
	bool no_lo;
	const char *join;
	struct sysctl *sysctls;
	size_t sysctl_count;
};

/* Receives the kernel's answer to a request: an error number, 0 for 'done'.
 * Returns 0, or -1 with errno set. netlink(7). */
static int receive_ack(int route)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr answer;
		char request[256]; /* an error comes with the request behind it */
	} message;
	ssize_t n = recv(route, &message, sizeof(message), 0);

	if (n < 0)
		return -1;
	if ((size_t)n < sizeof(message.header) + sizeof(message.answer) ||
	    message.header.nlmsg_type != NLMSG_ERROR) {
		errno = EBADMSG;
		return -1;
	}
	errno = -message.answer.error;
	return message.answer.error == 0 ? 0 : -1;
}

/* What `ip link set lo up` does. */
static void set_lo_up(void)
{
	/* `lo` is device 1 in each network namespace. Of its flags, only the
	 * one in ifi_change is to change. */
	struct {
		struct nlmsghdr header;
		struct ifinfomsg device;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.device = { .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP },
	};
	int route = STEP(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
			 "open a socket to the kernel's network configuration");

	STEP(send(route, &request, sizeof(request), 0), "ask for 'lo' to be set up (RTM_NEWLINK)");
	/* The kernel has done it, or not, when it answers; in doing so it
	 * gives `lo` 127.0.0.1 and ::1. */
	STEP(receive_ack(route), "set the device 'lo' up");
	if (!dry_run)
		close(route);
}

static void setup(const struct plan *plan)
{
	if (plan->join) {
		int other = open_namespace("net", plan->join);

		STEP(setns(other, CLONE_NEWNET), "enter the network namespace of %s", plan->join);
	} else {
		/* It has one device, `lo`, and that is down. */
		STEP(unshare(CLONE_NEWNET), "create a network namespace");
	}

	if (!plan->join && !plan->no_lo)
		set_lo_up();

	/* /proc/sys/net shows the namespace of the process that looks. */
	for (size_t i = 0; i < plan->sysctl_count; i++)
		sysctl_write(&plan->sysctls[i]);
}

static void add_sysctl(struct plan *plan, const char *text)
{
	struct sysctl *sysctl = &plan->sysctls[plan->sysctl_count++];

	sysctl_parse(sysctl, text, "net.ipv4.ip_forward=1");
	if (strncmp(sysctl->path, "/proc/sys/net/", 14) != 0)
		die("a network namespace has only the settings that begin with 'net.', and '%s' "
		    "is not one of them [SYSCTL-SCOPE]",
		    sysctl->key);
}

/* What --join takes: `ip netns add NAME` binds a namespace to a file of that
 * name in /run/netns. A word that is neither a number nor a path is looked for
 * there first. Returns the path, or target itself. */
static const char *find_namespace(const char *target)
{
	static const char *const directories[] = { "/run/netns", "/var/run/netns" };
	char *path;

	if (strchr(target, '/') || target[strspn(target, "0123456789")] == '\0')
		return target;
	for (size_t i = 0; i < 2; i++) {
		path = print_text("%s/%s", directories[i], target);
		if (strcmp(target, ".") != 0 && strcmp(target, "..") != 0 &&
		    access(path, F_OK) == 0)
			return path;
		free(path);
	}
	if (access(target, F_OK) != 0)
		die("--join takes a process id, a file, or a name that 'ip netns list' shows, and "
		    "'%.200s' is none of them [NS-JOIN-GONE]",
		    target);
	return target;
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	int c;

	tool_start("ns-net", usage, argv);
	failing.decide = ns_net_decide;
	/* There are no more of them than there are words. */
	plan.sysctls = calloc((size_t)argc, sizeof(*plan.sysctls));
	if (!plan.sysctls)
		die_errno("cannot begin");
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case NO_LO: plan.no_lo = true; break;
		case SYSCTL: add_sysctl(&plan, optarg); break;
		case 'j': plan.join = find_namespace(optarg); break;
		}
	if (plan.join && plan.no_lo)
		die("--join changes no device, so --no-lo has nothing to leave out");
	tool_ready(plan.join ? "--join" : NULL);
	setup(&plan);
	exec_next(argv + optind);
}
