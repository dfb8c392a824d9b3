/* helper.c: which program makes a network for an ordinary user, and how it is
 * called. See helper.h.
 *
 * Both programs can do more than we ask for, and by default reach more than a
 * container should: the ports at the machine's own loopback, where services listen
 * that trust who can reach them. That is switched off in the words below. Both
 * lock themselves up once they have begun: an empty root, no capabilities but one,
 * a seccomp filter. */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "device.h"
#include "helper.h"
#include "memory.h"
#include "message.h"
#include "netlink.h"
#include "route.h"
#include "step.h"
#include "why.h"

/* In the order in which they are looked for. */
static const struct {
	const char *name, *package;
} programs[] = { { "pasta", "passt" }, { "slirp4netns", "slirp4netns" } };

#define PROGRAMS (sizeof(programs) / sizeof(*programs))

void helper_parse(struct helper *helper, const char *name)
{
	helper->name = name ? name : "";
	for (size_t i = 0; name && i < PROGRAMS; i++)
		if (strcmp(programs[i].name, name) == 0)
			return;
	if (name)
		die("--user-net takes pasta or slirp4netns, or nothing for the one that is "
		    "installed; not '%.100s'",
		    name);
}

static bool find(struct helper *helper, const char *name)
{
	char file[PATH_MAX], *word = copy_text(name), *words[] = { word, NULL };
	bool found = false;

	/* Not by a relative path: it would be one of somebody else's choice. */
	for (int n = 0; !found && chain_candidate(words, n, file, sizeof(file)); n++)
		found = *file == '/' && access(file, X_OK) == 0;
	if (found) {
		helper->name = name;
		helper->path = copy_text(file);
	}
	free(word);
	return found;
}

/* slirp4netns opens ports too, but only later, when somebody asks it through a
 * socket of its own. */
static _Noreturn void refuse_publish(const struct helper *helper)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	FIX("install pasta, as root:  apt-get install passt\n"
	    "and take it:  --user-net=pasta (compose-run --network pasta)");
	(void)REASON("NET-HELPER", "pasta(1)",
		     "of the two programs pasta alone is told which ports to open when it begins%s",
		     *helper->name ? "" : "; and it is not in PATH");
	why_refuse(reason, "--publish does not go with slirp4netns");
}

void helper_find(struct helper *helper)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	const char *package = programs[0].package;

	for (size_t i = 0; i < PROGRAMS; i++) {
		if (*helper->name && strcmp(helper->name, programs[i].name) != 0)
			continue;
		if (helper->publish_count && i > 0)
			refuse_publish(helper);
		if (find(helper, programs[i].name))
			return;
		if (*helper->name)
			package = programs[i].package;
	}
	/* In a dry run nothing is started. */
	if (dry_run) {
		helper->name = *helper->name ? helper->name : programs[0].name;
		helper->path = copy_text(helper->name);
		return;
	}
	FIX("install it, as root:  apt-get install %s%s", package,
	    *helper->name ? "" : "   (or slirp4netns)");
	(void)REASON("NET-HELPER", "pasta(1)",
		     "a program outside has to carry the packets, and %s%s in PATH",
		     *helper->name ? helper->name : "neither pasta nor slirp4netns",
		     *helper->name ? " is not" : " is");
	why_refuse(reason, "no program for a user's network");
}

bool helper_says_ready(const struct helper *helper)
{
	return strcmp(helper->name, "slirp4netns") == 0;
}

/* A growing list of words. */
struct list {
	char **words;
	size_t count;
};

static void add(struct list *list, const char *word)
{
	list->words = resize(list->words, list->count + 2, sizeof(*list->words));
	list->words[list->count++] = copy_text(word);
	list->words[list->count] = NULL;
}

/* Adds the ports that lead in, by TCP or by UDP: as ADDRESS/OUTER:INNER. */
static void add_ports(struct list *list, const struct helper *helper, bool udp)
{
	bool any = false;

	for (size_t i = 0; i < helper->publish_count; i++) {
		const struct publish *publish = &helper->publishes[i];
		bool all = publish->address.family == 0;

		if (publish->udp != udp)
			continue;
		any = true;
		add(list, udp ? "--udp-ports" : "--tcp-ports");
		add(list, print_text("%s%s%u:%u", all ? "" : address_text(&publish->address),
				     all ? "" : "/", publish->outer, publish->inner));
	}
	if (any)
		return;
	/* Without a word it would open all that is opened inside. */
	add(list, udp ? "--udp-ports" : "--tcp-ports");
	add(list, "none");
}

static void add_pasta(struct list *list, const struct helper *helper, const char *network)
{
	/* Nothing goes out (--tcp-ns, --udp-ns) but through the device; and the
	 * gateway is not the machine's loopback. IPv4 only. */
	static const char *const words[] = {
		"--quiet",	"--config-net",	 "--ipv4-only", "--ns-ifname", HELPER_DEVICE,
		"--address",	"10.0.2.100",	 "--netmask",	"24",	       "--gateway",
		HELPER_GATEWAY, "--dns-forward", HELPER_NAMES,	"--mtu",       "65520",
		"--no-map-gw",	"--tcp-ns",	 "none",	"--udp-ns",    "none",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		add(list, words[i]);
	add_ports(list, helper, false);
	add_ports(list, helper, true);
	/* As root it would become nobody, who may not enter the network. Where
	 * all ids are mapped it can't tell our user namespace from the first. */
	if (geteuid() == 0) {
		add(list, "--runas");
		add(list, print_text("0:%u", getegid()));
	}
	/* Last: a program behind --netns without a further option is none. */
	add(list, "--netns-only");
	add(list, "--netns");
	add(list, network);
}

static void add_slirp4netns(struct list *list, const char *network, int ready)
{
	static const char *const words[] = { "--configure",	  "--mtu=65520",
					     "--enable-sandbox",  "--enable-seccomp",
					     "--netns-type=path", "--disable-host-loopback" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		add(list, words[i]);
	add(list, print_text("--ready-fd=%d", ready));
	add(list, network);
	add(list, HELPER_DEVICE);
}

char **helper_words(const struct helper *helper, const char *network, int ready)
{
	struct list list = { NULL, 0 };

	add(&list, helper->name);
	if (helper_says_ready(helper))
		add_slirp4netns(&list, network, ready);
	else
		add_pasta(&list, helper, network);
	return list.words;
}

/* The device's address that is to be there, and whether it is. */
struct wanted {
	struct address address;
	int device;
	bool found;
};

static void take(const struct address *address, unsigned flags, void *argument)
{
	struct wanted *wanted = argument;

	(void)flags;
	if (address->device == wanted->device && address_same(address, &wanted->address) &&
	    address->prefix == wanted->address.prefix)
		wanted->found = true;
}

void helper_verify(void)
{
	struct wanted wanted = { .found = false };
	struct address gateway;
	struct device device;
	struct route route;
	int inside = STEP(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
			  "open a socket to the kernel's network configuration, inside");

	STEP(device_read(inside, HELPER_DEVICE, &device), "find '%s' there (RTM_GETLINK)",
	     HELPER_DEVICE);
	errno = 0;
	if (!dry_run && !(device.flags & IFF_UP))
		step_fail("device_read(inside, HELPER_DEVICE, &device)", "set '%s' up",
			  HELPER_DEVICE);
	address_parse_network(&wanted.address, HELPER_ADDRESS);
	wanted.device = device.index;
	STEP(device_read_addresses(inside, AF_INET, take, &wanted),
	     "read its addresses back (RTM_GETADDR)");
	errno = 0;
	if (!dry_run && !wanted.found)
		step_fail("device_read_addresses(inside, AF_INET, take, &wanted)",
			  "give '%s' the address %s", HELPER_DEVICE, HELPER_ADDRESS);
	address_parse(&gateway, HELPER_GATEWAY);
	STEP(route_read_default(inside, AF_INET, &route),
	     "read the default route back (RTM_GETROUTE)");
	errno = 0;
	if (!dry_run && (!route.found || !address_same(&route.gateway, &gateway)))
		step_fail("route_read_default(inside, AF_INET, &route)",
			  "send what is for elsewhere to %s", HELPER_GATEWAY);
	if (!dry_run)
		close(inside);
}
