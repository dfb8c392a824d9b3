/* firewall.c: the rules that let a container's packets through the machine. See
 * firewall.h.
 *
 * As text for nft(8), and not as netlink messages of our own: the text is what
 * people read and write, and `nft list ruleset` shows the same. */
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "firewall.h"
#include "memory.h"
#include "netlink.h"

#define BRIDGE_TABLE "strata-bridge-"
#define PORT_TABLE "strata-port-"

char firewall_words[400];

static void add(struct script *script, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct script *script, const char *format, ...)
{
	va_list values;
	char *more;
	size_t length;

	va_start(values, format);
	if (vasprintf(&more, format, values) < 0)
		more = copy_text("");
	va_end(values);
	length = strlen(more);
	script->text = resize(script->text, script->length + length + 1, 1);
	memcpy(script->text + script->length, more, length + 1);
	script->length += length;
	free(more);
}

/* The name of a container's table: the same eight digits as in its cable's. */
static const char *digits_of(const struct address *address)
{
	static char name[IFNAMSIZ];

	bridge_cable_name(address, name);
	return name + strlen(CABLE_PREFIX);
}

/* Made first if it is not there: to delete what is not there is an error. */
static void drop_table(struct script *script, const char *kind, const char *name)
{
	add(script, "table ip %s%s\ndelete table ip %s%s\n", kind, name, kind, name);
}

void firewall_drop_bridge(struct script *script, const struct bridge *bridge)
{
	drop_table(script, BRIDGE_TABLE, bridge->name);
}

void firewall_drop_ports(struct script *script, const struct address *address)
{
	drop_table(script, PORT_TABLE, digits_of(address));
}

void firewall_add_bridge(struct script *script, const struct bridge *bridge)
{
	const char *network = address_range_text(&bridge->address), *name = bridge->name;

	firewall_drop_bridge(script, bridge);
	add(script, "table ip " BRIDGE_TABLE "%s {\n", name);
	/* So that a published port answers at 127.0.0.1, the machine has to take its
	 * loopback's addresses for ones that may come by other devices, too. From
	 * this one none of them comes, or containers could reach what listens there
	 * for the machine alone (CVE-2020-8558). */
	add(script,
	    "\tchain prerouting {\n"
	    "\t\ttype filter hook prerouting priority -300; policy accept;\n"
	    "\t\tiifname \"%s\" ip daddr 127.0.0.0/8 drop\n"
	    "\t\tiifname \"%s\" ip saddr 127.0.0.0/8 drop\n"
	    "\t}\n",
	    name, name);
	/* From outside come answers, and what is for a published port. */
	add(script,
	    "\tchain forward {\n"
	    "\t\ttype filter hook forward priority 0; policy accept;\n"
	    "\t\toifname \"%s\" ct state established,related accept\n"
	    "\t\toifname \"%s\" ct status dnat accept\n"
	    "\t\tiifname != \"%s\" oifname \"%s\" drop\n"
	    "\t}\n",
	    name, name, name, name);
	/* Nobody outside knows a way to the container: what leaves has the machine's
	 * address. The same for what comes back in by a published port, from the
	 * machine's loopback or from another container: else the answer would go
	 * to the sender directly, who has asked somebody else. */
	add(script,
	    "\tchain postrouting {\n"
	    "\t\ttype nat hook postrouting priority 100; policy accept;\n"
	    "\t\tip saddr %s oifname != \"%s\" masquerade\n"
	    "\t\tip saddr { 127.0.0.0/8, %s } oifname \"%s\" ct status dnat masquerade\n"
	    "\t}\n}\n",
	    network, name, network, name);
}

static void add_port(struct script *script, const struct address *to, const struct publish *port)
{
	if (port->address.family)
		add(script, "\t\tip daddr %s", address_text(&port->address));
	else
		add(script, "\t\tfib daddr type local");
	add(script, " %s dport %u dnat to %s:%u\n", port->udp ? "udp" : "tcp", port->outer,
	    address_text(to), port->inner);
}

void firewall_add_ports(struct script *script, const struct address *address,
			const struct publish *publishes, size_t count)
{
	firewall_drop_ports(script, address);
	add(script, "table ip " PORT_TABLE "%s {\n", digits_of(address));
	/* What arrives from elsewhere. A port of 127.0.0.1 is for the machine alone,
	 * and a packet from elsewhere that names it is forged. */
	add(script, "\tchain prerouting {\n"
		    "\t\ttype nat hook prerouting priority -100; policy accept;\n");
	for (size_t i = 0; i < count; i++)
		if (!publishes[i].address.family || !address_is_loopback(&publishes[i].address))
			add_port(script, address, &publishes[i]);
	/* What the machine itself sends. */
	add(script, "\t}\n\tchain output {\n"
		    "\t\ttype nat hook output priority -100; policy accept;\n");
	for (size_t i = 0; i < count; i++)
		add_port(script, address, &publishes[i]);
	add(script, "\t}\n}\n");
}

/* Tables of IPv4, one after the other: what is to be done with each. */
struct tables {
	struct script *script; /* NULL: only look */
	char names[256][64];
	size_t count;
	bool filter; /* there is that of iptables-nft */
};

static void take_table(const struct nlmsghdr *answer, void *argument)
{
	struct tables *tables = argument;
	const char *name = netlink_find(answer, sizeof(struct nfgenmsg), NFTA_TABLE_NAME, 1);

	if (!name)
		return;
	if (strcmp(name, "filter") == 0)
		tables->filter = true;
	if (strncmp(name, "strata-", 7) == 0 && strlen(name) < sizeof(tables->names[0]) &&
	    tables->count < sizeof(tables->names) / sizeof(tables->names[0]))
		strcpy(tables->names[tables->count++], name);
}

/* What `nft list tables ip` does. */
static int read_tables(struct tables *tables)
{
	struct netlink_request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(request.filter)),
			    .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.filter = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 },
	};
	int socket_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), result, error;

	if (socket_ < 0)
		return -1;
	result = netlink_read(socket_, &request, take_table, tables);
	error = errno;
	close(socket_);
	errno = error;
	return result;
}

int firewall_add_sweep(struct script *script, int route)
{
	static struct tables tables;
	struct device device;

	tables = (struct tables){ .script = script };
	if (read_tables(&tables) != 0)
		return -1;
	for (size_t i = 0; i < tables.count; i++) {
		const char *name = tables.names[i];
		char of[64];

		if (strncmp(name, PORT_TABLE, strlen(PORT_TABLE)) == 0)
			snprintf(of, sizeof(of), CABLE_PREFIX "%s", name + strlen(PORT_TABLE));
		else if (strncmp(name, BRIDGE_TABLE, strlen(BRIDGE_TABLE)) == 0)
			snprintf(of, sizeof(of), "%s", name + strlen(BRIDGE_TABLE));
		else
			continue;
		if (device_read(route, of, &device) != 0 && errno == ENODEV)
			drop_table(script, "", name);
	}
	return 0;
}

/* Executes the first of some programs. Our PATH may lack the directories of root's. */
static _Noreturn void execute(char *const words[], int in, int out)
{
	static const char *const folders[] = { "", "/usr/sbin/", "/sbin/" };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0)
		for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
			char *file = print_text("%s%s", folders[i], words[0]);

			execvp(file, words);
			free(file);
		}
	_Exit(127);
}

/* Runs a program with that input, and keeps what it prints in firewall_words. Returns
 * its exit status, or -1 with errno. */
static int run(char *const words[], const char *input)
{
	char rest[1024];
	int in[2], out[2], status;
	size_t n = 0, length = strlen(input);
	ssize_t got;
	pid_t child;

	*firewall_words = '\0';
	if (pipe2(in, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	child = fork();
	if (child == 0)
		execute(words, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	/* SIGPIPE is blocked in a supervisor: what is not read shows in the status. */
	while (child > 0 && n < length && (got = write(in[1], input + n, length - n)) > 0)
		n += (size_t)got;
	close(in[1]);
	n = 0;
	while (child > 0 && n < sizeof(firewall_words) - 1 &&
	       (got = read(out[0], firewall_words + n, sizeof(firewall_words) - 1 - n)) > 0)
		n += (size_t)got;
	firewall_words[n] = '\0';
	/* To its end, or it would fail for nobody listening. */
	while (child > 0 && read(out[0], rest, sizeof(rest)) > 0)
		;
	close(out[0]);
	if (child < 0)
		return -1;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

/* From an exit status to what STEP wants. */
static int judge(int status)
{
	if (status > 0)
		errno = status == 127 ? ENOENT : EPROTO;
	return status == 0 ? 0 : -1;
}

int firewall_run(const struct script *script)
{
	static char nft[] = "nft", f[] = "-f", dash[] = "-";
	char *const words[] = { nft, f, dash, NULL };

	return script->length ? judge(run(words, script->text)) : 0;
}

bool firewall_is_here(void)
{
	const char *path = getenv("PATH");
	char *places = print_text("%s:/usr/sbin:/sbin", path ? path : ""), *save = NULL;
	bool found = false;

	for (char *folder = strtok_r(places, ":", &save); folder && !found;
	     folder = strtok_r(NULL, ":", &save)) {
		char *file = print_text("%s/nft", folder);

		found = access(file, X_OK) == 0;
		free(file);
	}
	free(places);
	return found;
}

/* iptables -ACTION FORWARD [-i|-o BRIDGE -j ACCEPT] */
static int iptables(const char *program, const char *action, const char *way, const char *bridge)
{
	char *words[] = { copy_text(program),	copy_text(action),
			  copy_text("FORWARD"), way ? copy_text(way) : NULL,
			  copy_text(bridge),	copy_text("-j"),
			  copy_text("ACCEPT"),	NULL };
	int status = run(words, "");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		free(words[i]);
	return status;
}

/* The two kinds of iptables, each with tables of its own, as far as they are in
 * use: those that are not would come into being by the question. */
static size_t find_iptables(const char *programs[2])
{
	static struct tables tables;
	char names[256];
	size_t n = 0;

	tables = (struct tables){ 0 };
	if (read_tables(&tables) == 0 && tables.filter)
		programs[n++] = "iptables-nft";
	if (read_file("/proc/net/ip_tables_names", names, sizeof(names)) > 0 &&
	    strstr(names, "filter\n"))
		programs[n++] = "iptables-legacy";
	return n;
}

bool firewall_forward_drops(const char **program)
{
	const char *programs[2];
	size_t n = find_iptables(programs);

	for (size_t i = 0; i < n; i++) {
		if (iptables(programs[i], "-S", NULL, "") == 0 &&
		    strstr(firewall_words, "-P FORWARD DROP")) {
			*program = programs[i];
			return true;
		}
	}
	return false;
}

int firewall_let_pass(const char *program, const char *bridge)
{
	static const char *const ways[] = { "-i", "-o" };

	for (size_t i = 0; i < 2; i++)
		if (iptables(program, "-C", ways[i], bridge) != 0 &&
		    judge(iptables(program, "-I", ways[i], bridge)) != 0)
			return -1;
	return 0;
}

void firewall_pass_no_more(const char *bridge)
{
	const char *programs[2];
	size_t n = find_iptables(programs);

	for (size_t i = 0; i < n; i++) {
		iptables(programs[i], "-D", "-i", bridge);
		iptables(programs[i], "-D", "-o", bridge);
	}
}
