/* facts.c: what matters of the two networks when a step of ns-net has failed.
 * See refusal.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "file.h"
#include "netlink.h"
#include "refusal.h"

void net_facts_read(struct net_facts *facts)
{
	const struct cable *cable = facts->cable;
	struct device device;
	char map[4096];
	unsigned inner, outer;
	int network;

	/* The questions below have answers of their own. */
	snprintf(facts->words, sizeof(facts->words), "%s", netlink_words);
	if (read_file("/proc/self/uid_map", map, sizeof(map)) > 0)
		facts->root_outside = sscanf(map, "%u %u", &inner, &outer) == 2 && outer == 0;
	/* Who opens it has made nothing yet. Documentation/networking/tuntap.rst */
	if (facts->helper && facts->helper->name) {
		int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

		facts->tun_error = tun < 0 ? errno : 0;
		if (tun >= 0)
			close(tun);
	}
	if (cable->outside <= 0)
		return;
	/* The kernel hands out the network that a socket is of to those that
	 * have CAP_NET_ADMIN over it. Linux 4.10; netdevice(7) lacks it. */
	network = ioctl(cable->outside, SIOCGSKNS);
	facts->outside_denied = network < 0 && errno == EPERM;
	if (network >= 0)
		close(network);
	facts->outer_there = device_read(cable->outside, cable->outer, &device) == 0;
	if (facts->outer_there)
		snprintf(facts->outer_kind, sizeof(facts->outer_kind), "%s", device.kind);
	facts->inner_there =
		cable->inside > 0 && device_read(cable->inside, cable->inner, &device) == 0;
}
