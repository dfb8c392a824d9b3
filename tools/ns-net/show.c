/* show.c: what --explain shows of the network before and after a step. See
 * show.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "netlink.h"
#include "route.h"
#include "show.h"
#include "step.h"

static const struct cable *cable;

/* A line under way. */
struct line {
	char *text;
	size_t size;
	int device; /* whose addresses are to be added */
	/* A machine may have dozens of devices; so many are shown. */
	struct device devices[6];
	size_t count;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *line, const char *format, ...)
{
	size_t length = strlen(line->text);
	va_list values;

	va_start(values, format);
	vsnprintf(line->text + length, line->size - length, format, values);
	va_end(values);
}

/* What the kernel makes up by itself, fe80::, is on every device. */
static void take_address(const struct address *address, unsigned flags, void *argument)
{
	struct line *line = argument;

	(void)flags;
	if (address->device == line->device && !address_is_link_local(address))
		add(line, " %s", address_network_text(address));
}

static void add_device(struct line *line, int socket, const struct device *device)
{
	line->device = device->index;
	add(line, "%s %s", device->name, device->flags & IFF_UP ? "up" : "down");
	/* Beside others, those of lo are nothing new. */
	if (device->index != 1 || line->count == 1)
		device_read_addresses(socket, AF_UNSPEC, take_address, line);
}

static void take_device(const struct device *device, void *argument)
{
	struct line *line = argument;

	if (line->count < sizeof(line->devices) / sizeof(*line->devices))
		line->devices[line->count] = *device;
	line->count++;
}

static void add_devices(struct line *line, int socket)
{
	size_t shown = sizeof(line->devices) / sizeof(*line->devices);

	/* Not while they are told: one socket, one question. */
	device_read_all(socket, take_device, line);
	for (size_t i = 0; i < line->count && i < shown; i++) {
		add(line, "%s", i ? ", " : "");
		add_device(line, socket, &line->devices[i]);
	}
	if (line->count > shown)
		add(line, ", and %zu more", line->count - shown);
}

static void add_routes(struct line *line, int socket)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct route route;

	for (size_t i = 0; i < 2; i++)
		if (route_read_default(socket, families[i], &route) == 0 && route.gateway.family)
			add(line, ", default via %s", address_text(&route.gateway));
}

static void look(char *text, size_t size)
{
	struct line line = { .text = text, .size = size };
	struct device outer;
	int here = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	*text = '\0';
	if (here < 0)
		return;
	add_devices(&line, here);
	add_routes(&line, here);
	close(here);
	if (cable->laid && device_read(cable->outside, cable->outer, &outer) == 0) {
		add(&line, "; outside ");
		add_device(&line, cable->outside, &outer);
	}
}

void show_network(const struct cable *of)
{
	cable = of;
	step_watch(look);
}
