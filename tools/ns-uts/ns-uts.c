/* ns-uts: a host name and a domain name of one's own.
 *
 * The UTS namespace holds the two names that uname(2) returns. A new one
 * starts as a copy; from then on a change on either side is not seen on the
 * other. The process and its children to come are in it, and it lives as long
 * as one of them does.
 *
 * Needs CAP_SYS_ADMIN in the user namespace one is in; an ordinary user gets
 * it from ns-user, which therefore comes first. The names belong to the user
 * namespace in which the UTS namespace was made.
 * Read on: uts_namespaces(7), unshare(2), sethostname(2). */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "namespace.h"
#include "option.h"
#include "refusal.h"
#include "step.h"

static const char usage[] =
	"Usage: ns-uts [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM in a new UTS namespace: with a host name and a domain name that can\n"
	"be changed without anyone outside noticing.\n"
	"\n"
	"      --hostname NAME    set the host name in it, up to 64 bytes\n"
	"      --domainname NAME  set the NIS domain name in it, up to 64 bytes\n"
	"  -j, --join PID|FILE    enter that process's UTS namespace, make none\n"
	"  -x, --explain          say each kernel call and what it changed\n"
	"  -n, --dry-run          say the calls of the whole chain, and make none\n"
	"      --check            say whether this works here, and why not\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Example, as any user:  ns-user ns-uts --hostname box -- hostname\n";

enum { HOSTNAME = OPTION_OWN, DOMAINNAME };

static const struct option table[] = {
	{ "hostname", required_argument, NULL, HOSTNAME },
	{ "domainname", required_argument, NULL, DOMAINNAME },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct names {
	const char *host, *domain, *join;
};

/* For --explain: the names that one has here. */
static void look(char *text, size_t size)
{
	struct utsname now;

	*text = '\0';
	if (uname(&now) == 0)
		snprintf(text, size, "host name %s, domain name %s", now.nodename, now.domainname);
}

/* Reads both names back. */
static void verify(const struct names *names)
{
	struct utsname now;

	if (!names->host && !names->domain)
		return;
	STEP(uname(&now), "read the names back");
	if (dry_run)
		return;
	errno = 0;
	if (names->host && strcmp(names->host, now.nodename) != 0)
		step_fail("uname(&now)", "set the host name '%s'", names->host);
	if (names->domain && strcmp(names->domain, now.domainname) != 0)
		step_fail("uname(&now)", "set the domain name '%s'", names->domain);
}

static void setup(const struct names *names)
{
	step_watch(look);
	if (names->join) {
		int other = open_namespace("uts", names->join);

		STEP(setns(other, CLONE_NEWUTS), "enter the UTS namespace of %s", names->join);
	} else {
		/* The new namespace starts with a copy of both names. */
		STEP(unshare(CLONE_NEWUTS), "create a UTS namespace");
	}

	if (names->host)
		STEP(sethostname(names->host, strlen(names->host)), "set the host name '%s'",
		     names->host);

	if (names->domain)
		STEP(setdomainname(names->domain, strlen(names->domain)),
		     "set the domain name '%s'", names->domain);
	verify(names);
}

/* The kernel takes any 64 bytes; programs do not. hostname(7). */
static const char *check_name(const char *name, const char *what)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	size_t length = strlen(name);

	if (length > 64) {
		FIX("a shorter one, as '%.64s'", name);
		(void)REASON("UTS-LONG", "uname(2)",
			     "this %s has %zu bytes, and the kernel has room for 64", what, length);
		why_refuse(reason, "cannot set this %s", what);
	}
	for (const char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.", *c))
			die("a %s has letters, digits, '-' and '.', and '%s' has something else: '%s'",
			    what, name, c);
	if (*name == '-' || *name == '.')
		die("a %s does not begin with '%c'", what, *name);
	return name;
}

int main(int argc, char *argv[])
{
	struct names names = { NULL, NULL, NULL };
	int c;

	tool_start("ns-uts", usage, argv);
	failing.decide = ns_uts_decide;
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case HOSTNAME: names.host = check_name(optarg, "host name"); break;
		case DOMAINNAME: names.domain = check_name(optarg, "domain name"); break;
		case 'j': names.join = optarg; break;
		}
	tool_ready(names.join ? "--join" : NULL);
	setup(&names);
	exec_next(argv + optind);
}
