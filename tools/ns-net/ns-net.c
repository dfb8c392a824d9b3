/* ns-net: a network of one's own, with nothing in it but `lo`; or with a cable
 * to the one that we come from.
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
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alone.h"
#include "cable.h"
#include "chain.h"
#include "doctor.h"
#include "helper.h"
#include "memory.h"
#include "message.h"
#include "namespace.h"
#include "netlink.h"
#include "option.h"
#include "outside.h"
#include "refusal.h"
#include "show.h"
#include "step.h"
#include "supervise.h"
#include "sysctl.h"

static const char usage[] =
	"Usage: ns-net [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new network namespace: no device but 'lo', no way out.\n"
	"\n"
	"      --no-lo                  leave 'lo' down, as the kernel makes it\n"
	"      --veth OUTER[:INNER]     lay a cable from here (OUTER) into it (eth0)\n"
	"      --ip ADDRESS/LENGTH      INNER's address, as 10.0.0.2/24; several times\n"
	"      --gateway ADDRESS        OUTER's address, and the way to elsewhere\n"
	"      --bridge BRIDGE          plug OUTER into it; the gateway is there, then\n"
	"      --user-net[=pasta|slirp4netns]  a program carries packets; before ns-pid\n"
	"      --outside                before ns-user: a cable from BRIDGE (made if need\n"
	"                               be) into what 'ns-net --cable' makes behind it\n"
	"      --cable                  behind ns-user: wait for that cable\n"
	"      --publish [ADDR:]PORT:PORT[/udp]   a port here leads there (--user-net,\n"
	"                               --outside)\n"
	"      --sysctl net.KEY=VALUE   change a setting in it; several times\n"
	"      --doctor[=ADDRESS]       run none: look where the way out breaks, here or\n"
	"                               behind --join or --veth; ping ADDRESS as well\n"
	"  -j, --join PID|FILE|NAME     enter that process's network namespace, or one\n"
	"                               that 'ip netns' named; make none\n"
	"  -x, --explain   -n, --dry-run   --check   -h, --help   -V, --version\n"
	"\n"
	"Example, as any user:  ns-user ns-net -- ip address\n";

enum {
	NO_LO = OPTION_OWN,
	SYSCTL,
	VETH,
	IP,
	GATEWAY,
	BRIDGE,
	DOCTOR,
	OUTSIDE,
	PUBLISH,
	CABLE,
	USER_NET
};

static const struct option table[] = {
	{ "no-lo", no_argument, NULL, NO_LO },
	{ "veth", required_argument, NULL, VETH },
	{ "ip", required_argument, NULL, IP },
	{ "gateway", required_argument, NULL, GATEWAY },
	{ "bridge", required_argument, NULL, BRIDGE },
	{ "user-net", optional_argument, NULL, USER_NET },
	{ "outside", no_argument, NULL, OUTSIDE },
	{ "publish", required_argument, NULL, PUBLISH },
	{ "cable", no_argument, NULL, CABLE },
	{ "sysctl", required_argument, NULL, SYSCTL },
	{ "doctor", optional_argument, NULL, DOCTOR },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct plan {
	bool no_lo;
	const char *join;
	struct cable cable;
	struct helper helper;
	const char **ips; /* the values of --ip */
	size_t ip_count;
	struct outside outside;
	bool asks; /* --cable */
	struct sysctl *sysctls;
	size_t sysctl_count;
	const struct sysctl *sysctl; /* the one under way */
	bool doctor;
	struct doctor patient;
};

/* What `ip link set lo up` does. */
static void set_lo_up(void)
{
	/* `lo` is device 1 in each network namespace. Of its flags, only the
	 * one in ifi_change is to change. */
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.link)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP },
	};
	int route = STEP(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
			 "open a socket to the kernel's network configuration");

	/* The kernel has done it, or not, when it answers; in doing so it
	 * gives `lo` 127.0.0.1 and ::1. */
	STEP(netlink_change(route, &request), "set the device 'lo' up (RTM_NEWLINK)");
	if (!dry_run)
		close(route);
}

static void end_helper(void *argument)
{
	keeper_end(argument);
}

static void tell_helper_ended(void *argument, int status)
{
	const struct helper *helper = argument;

	if (status != KEEPER_HELPER_ENDED && status <= 128)
		return; /* it never got ready, and that is told already */
	note("%s has ended, and with it the way out of this network", helper->name);
}

/* Somebody has to stay outside: us, and the keeper of the helper. Returns in the
 * process that makes the network. */
static void stay_outside(struct helper *helper)
{
	struct supervisor supervisor = { .cgroup = -1,
					 .ended = end_helper,
					 .beside_ended = tell_helper_ended,
					 .argument = helper };

	STEP(keeper_fork(helper), "fork a keeper for %s, in a PID namespace of its own",
	     helper->name);
	supervisor.beside = helper->keeper;
	supervise(&supervisor);
}

/* Whether the namespace that we are in is left. The doctor looks at it. */
static bool makes_one(const struct plan *plan)
{
	return !plan->join &&
	       (!plan->doctor || plan->cable.outer || plan->no_lo || plan->sysctl_count);
}

static void setup(struct plan *plan)
{
	show_network(&plan->cable);
	if (plan->outside.wanted) {
		outside_stay(&plan->outside);
		return;
	}
	/* The doctor stays where it is, and runs no program. */
	if (plan->cable.outer && !plan->doctor && !checking && !dry_run)
		refuse_alone(plan->cable.outer);
	if (plan->cable.outer)
		cable_begin(&plan->cable);
	if (plan->helper.name)
		stay_outside(&plan->helper);
	if (plan->doctor && !checking)
		doctor_begin(&plan->patient, plan->join || makes_one(plan));

	if (plan->join) {
		int other = open_namespace("net", plan->join);

		STEP(setns(other, CLONE_NEWNET), "enter the network namespace of %s", plan->join);
	} else if (makes_one(plan)) {
		/* It has one device, `lo`, and that is down. */
		STEP(unshare(CLONE_NEWNET), "create a network namespace");
	}

	if (makes_one(plan) && !plan->no_lo)
		set_lo_up();
	if (plan->cable.outer)
		cable_lay(&plan->cable);
	if (plan->helper.name)
		STEP(keeper_start(&plan->helper), "have %s connect the new network",
		     plan->helper.name);
	if (plan->asks)
		outside_ask();

	/* /proc/sys/net shows the namespace of the process that looks. */
	for (size_t i = 0; i < plan->sysctl_count; i++) {
		plan->sysctl = &plan->sysctls[i];
		sysctl_write(plan->sysctl);
	}
	if (plan->cable.outer)
		cable_verify(&plan->cable);
	if (plan->helper.name)
		helper_verify();
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

/* For why a step failed. */
static bool decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	struct plan *plan = argument;
	struct net_facts facts = { .cable = &plan->cable,
				   .helper = &plan->helper,
				   .sysctl = plan->sysctl };

	if (plan->outside.wanted && outside_decide(call, error, &plan->outside, reason))
		return true;
	net_facts_read(&facts);
	return ns_net_decide(call, error, state, &facts, reason);
}

/* A failed step ends us, and the kernel takes the cable away a moment later;
 * this way it is gone at once. */
static void undo(void *argument)
{
	struct plan *plan = argument;

	if (plan->outside.wanted)
		outside_undo(&plan->outside);
	else
		cable_remove(&plan->cable);
}

/* What --ip and --bridge mean depends on the other options. */
static void settle_options(struct plan *plan)
{
	struct outside *outside = &plan->outside;

	for (size_t i = 0; i < plan->ip_count; i++)
		if (outside->wanted)
			outside_parse_ip(outside, plan->ips[i]);
		else
			cable_parse_ip(&plan->cable, plan->ips[i]);
	if (!outside->wanted)
		return;
	if (plan->join || plan->no_lo || plan->cable.outer || plan->cable.gateway_count ||
	    plan->sysctl_count || plan->doctor || plan->asks)
		die("--outside makes no network; it goes with --bridge, --ip and --publish only, and "
		    "the others are for the 'ns-net --cable' behind it");
	outside->cable = &plan->cable;
	outside->bridge.name = plan->cable.bridge;
	plan->cable.bridge = NULL;
}

static void check_options(const struct plan *plan, char *const rest[])
{
	if (!plan->helper.name)
		outside_check(&plan->outside, rest);
	if (plan->asks && (plan->join || plan->cable.outer))
		die("--cable is for a new network, with the cable that 'ns-net --outside' lays; it "
		    "does not go with %s",
		    plan->join ? "--join" : "--veth");
	if (plan->join && plan->no_lo)
		die("--join changes no device, so --no-lo has nothing to leave out");
	if (plan->join && plan->cable.outer)
		die("--join enters a namespace that is there, and --veth is for a new one; a cable "
		    "into that one:  ip link add %s type veth peer name %s netns PID",
		    plan->cable.outer, plan->cable.inner);
	cable_check(&plan->cable);
	if (plan->helper.name && (plan->join || plan->cable.outer || plan->no_lo || plan->doctor ||
				  plan->outside.wanted || plan->asks))
		die("--user-net makes a new network with 'lo' and one way out, so it does not go "
		    "with %s",
		    plan->join		? "--join"
		    : plan->cable.outer ? "--veth"
		    : plan->no_lo	? "--no-lo"
		    : plan->asks	? "--cable"
		    : !plan->doctor	? "--outside"
				    : "--doctor; ask from outside:  ns-net --join PID --doctor");
	if (plan->doctor && rest[0])
		die("--doctor runs no program, and '%s' is one; at the end of a chain:  ... ns-net "
		    "--doctor",
		    rest[0]);
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	int c;

	tool_start("ns-net", usage, argv);
	failing.decide = decide;
	failing.undo = undo;
	failing.argument = &plan;
	/* There are no more of them than there are words. */
	plan.sysctls = calloc((size_t)argc, sizeof(*plan.sysctls));
	plan.ips = calloc((size_t)argc, sizeof(*plan.ips));
	if (!plan.sysctls || !plan.ips)
		die_errno("cannot begin");
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case NO_LO: plan.no_lo = true; break;
		case VETH: cable_parse_ends(&plan.cable, copy_text(optarg)); break;
		case IP: plan.ips[plan.ip_count++] = optarg; break;
		case GATEWAY: cable_parse_gateway(&plan.cable, optarg); break;
		case BRIDGE: plan.cable.bridge = optarg; break;
		case USER_NET: helper_parse(&plan.helper, optarg); break;
		case OUTSIDE: plan.outside.wanted = true; break;
		case PUBLISH: outside_add_publish(&plan.outside, optarg); break;
		case CABLE: plan.asks = true; break;
		case SYSCTL: add_sysctl(&plan, optarg); break;
		case DOCTOR:
			plan.doctor = true;
			if (optarg)
				doctor_parse(&plan.patient, optarg);
			break;
		case 'j': plan.join = find_namespace(optarg); break;
		}
	settle_options(&plan);
	check_options(&plan, argv + optind);
	tool_ready(plan.join ? "--join" : NULL);
	if (plan.helper.name) {
		plan.helper.publishes = plan.outside.publishes;
		plan.helper.publish_count = plan.outside.publish_count;
		helper_find(&plan.helper);
	}
	setup(&plan);
	if (plan.doctor && !checking) {
		if (dry_run)
			dprintf(2, "%s: would look where the way out breaks\n", tool_name);
		else
			exit(doctor_climb(&plan.patient) ? 0 : 1);
		exit(0);
	}
	/* What --check has tried is to leave nothing behind. */
	if (checking)
		cable_remove(&plan.cable);
	if (plan.cable.outer && !plan.outside.wanted)
		cable_end(&plan.cable);
	failing.undo = NULL;
	exec_next(argv + optind);
}
