/* learn.c: what a program used, as options.
 *
 * The program runs as the line says, but for Landlock's rules: none hold. Of
 * each call that went well it is noted what Landlock would have asked for
 * (need.c), and at the end the few options (want.c) that give all of it are
 * printed. A run that took another way needs other files: what did not
 * happen can't be learned. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "kernel.h"
#include "memory.h"
#include "message.h"
#include "tracing.h"

struct lsm_learn {
	const struct lsm_trace *trace;
	struct lsm_handled handled;
	struct lsm_wants wants;
	char ports[2000];
	bool signals, sockets; /* outside */
	bool any_port;	       /* the kernel chose a port to listen on */
	int chosen;	       /* such a port, connected to; or 0 */
	char mounted[300];     /* the call that mounted, or "" */
};

struct lsm_learn *lsm_learn_begin(const struct lsm_trace *trace)
{
	struct lsm_learn *learn = resize(NULL, 1, sizeof(*learn));
	struct lsm_path path = { .path = "/" };
	struct lsm_port port = { 0, 0 };
	/* All that this kernel has. */
	struct lsm_landlock all = { .path_count = 1, .port_count = 1, .scoped = UINT64_MAX };

	all.paths = &path;
	all.ports = &port;
	memset(learn, 0, sizeof(*learn));
	learn->trace = trace;
	learn->handled = lsm_landlock_handled(&all);
	return learn;
}

struct lsm_details *lsm_learn_enter(const struct lsm_call *call)
{
	struct lsm_details *details;
	enum lsm_operation operation = lsm_call_operation(call);
	/* The flags are the second or the third argument, and more often one
	 * more look does no harm. */
	bool makes = operation == OP_OPEN && ((call->data.args[1] | call->data.args[2]) & O_CREAT);

	if (operation != OP_EXECUTE && operation != OP_RENAME && !makes)
		return NULL;
	details = resize(NULL, 1, sizeof(*details));
	lsm_call_look(call, details);
	return details;
}

static void want_all(struct lsm_learn *learn, const struct lsm_details *details)
{
	struct lsm_need needs[LSM_NEEDS_MAX];
	int count = lsm_needs(details, needs);

	for (int i = 0; i < count; i++)
		if (needs[i].rights & learn->handled.files)
			lsm_want(&learn->wants, needs[i].path,
				 needs[i].rights & learn->handled.files);
}

static void want_port(struct lsm_learn *learn, bool bind, int port)
{
	uint64_t right = bind ? LANDLOCK_ACCESS_NET_BIND_TCP : LANDLOCK_ACCESS_NET_CONNECT_TCP;
	size_t n = strlen(learn->ports);
	char one[40];

	for (size_t i = 0; i < learn->trace->landlock->port_count; i++) {
		const struct lsm_port *given = &learn->trace->landlock->ports[i];

		if ((int)given->port == port && given->access == right)
			return;
	}
	snprintf(one, sizeof(one), "%s %d ", bind ? "--bind-tcp" : "--connect-tcp", port);
	if (!strstr(learn->ports, one))
		snprintf(learn->ports + n, sizeof(learn->ports) - n, "%s", one);
}

/* From here on are the ports that the kernel chooses from, by default:
 * net.ipv4.ip_local_port_range. ip(7) */
#define CHOSEN_PORTS 32768

static void note_socket(struct lsm_learn *learn, const struct lsm_details *details)
{
	if (details->abstract && details->operation == OP_CONNECT)
		learn->sockets = true;
	if (!details->tcp || !learn->handled.ports)
		return;
	if (details->operation == OP_BIND && details->port == 0)
		learn->any_port = true;
	else if (details->operation == OP_CONNECT && details->port >= CHOSEN_PORTS)
		learn->chosen = details->port;
	want_port(learn, details->operation == OP_BIND, details->port);
}

static void note_signal(struct lsm_learn *learn, const struct lsm_call *call)
{
	const char *name = lsm_call_name(call->data.arch, call->data.nr), *tracer;
	int target = (int)call->data.args[0];
	char path[40], status[8192];

	snprintf(path, sizeof(path), "/proc/%d/status", target);
	if (strstr(name, "pidfd") || target <= 0 || read_file(path, status, sizeof(status)) <= 0 ||
	    !(tracer = find_field(status, "TracerPid")) || atoi(tracer) != getpid())
		learn->signals = true;
}

/* What every kernel's Landlock allows on any device: FIOCLEX and its like. */
static bool is_free_request(uint64_t request)
{
	static const uint32_t requests[] = { 0x5421, 0x5450, 0x5451, 0x5452, 0x5460, 0x2 };

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		if ((uint32_t)request == requests[i])
			return true;
	return false;
}

/* What was opened, as the kernel has found it: quicker than to look the path
 * up again, and right even when that has changed. */
static bool take_opened(const struct lsm_call *call, struct lsm_details *details)
{
	lsm_tracee_place(call->pid, (int)call->result, "", true, &details->place[0]);
	details->places = 1;
	return *details->place[0].real == '/';
}

void lsm_learn_call(struct lsm_learn *learn, const struct lsm_call *call,
		    struct lsm_details *before)
{
	static struct lsm_details details;
	enum lsm_operation operation = lsm_call_operation(call);
	/* Somebody answered; so the port was allowed. */
	bool tried = operation == OP_CONNECT && call->error != EACCES && call->error != EPERM;

	if (call->error && !tried) {
		free(before);
		return;
	}
	switch (operation) {
	case OP_OTHER:
	case OP_LOOK:
	case OP_ATTRIBUTES:
	case OP_RULES:
	case OP_TRACE: break;
	case OP_SIGNAL: note_signal(learn, call); break;
	case OP_EXECUTE:
		if (before)
			want_all(learn, before);
		break;
	case OP_OPEN:
		if (before && !before->place[0].exists && before->places) {
			want_all(learn, before);
			lsm_want_made(&learn->wants, before->place[0].real);
			break;
		}
		lsm_call_look_flags(call, &details);
		if (take_opened(call, &details))
			want_all(learn, &details);
		break;
	case OP_DEVICE:
		if (is_free_request(call->data.args[1]))
			break;
		lsm_call_look(call, &details);
		/* A device that was open before stays as it was. */
		if (details.places && lsm_is_wanted(&learn->wants, details.place[0].real))
			want_all(learn, &details);
		break;
	case OP_MOUNT:
		lsm_call_look(call, &details);
		snprintf(learn->mounted, sizeof(learn->mounted), "%.299s", details.text);
		break;
	case OP_RENAME:
		if (!before || before->places < 2)
			break;
		want_all(learn, before);
		if (!before->place[1].exists)
			lsm_want_made(&learn->wants, before->place[1].real);
		break;
	case OP_MAKE:
	case OP_LINK:
		lsm_call_look(call, &details);
		want_all(learn, &details);
		if (details.places)
			lsm_want_made(&learn->wants, details.place[details.places - 1].real);
		break;
	default:
		lsm_call_look(call, &details);
		note_socket(learn, &details);
		want_all(learn, &details);
		if (operation == OP_BIND && details.places)
			lsm_want_made(&learn->wants, details.place[0].real);
	}
	free(before);
}

/* ---- at the end ---- */

static size_t count_left_out(const struct lsm_wants *few)
{
	size_t n = 0;

	for (size_t i = 0; i < few->count; i++)
		n += few->list[i]->left_out;
	return n;
}

static void say_left_out(const struct lsm_wants *few, const char *home)
{
	for (size_t i = 0; i < few->count; i++)
		if (few->list[i]->left_out)
			note("left out: %s %s, which would allow all of %s; the program used it, so "
			     "run it in a directory of its own, or add it",
			     lsm_option_for(few->list[i]->rights), few->list[i]->path,
			     strcmp(few->list[i]->path, "/") == 0 || !home ? "the machine" : home);
}

/* What this run could have done without, too. */
static void say_more(const struct lsm_learn *learn)
{
	char more[200] = "";
	const char *scopes = "";

	if (learn->handled.scopes == 0)
		return;
	if (!learn->signals && !learn->sockets)
		scopes = " --scope signal,abstract-unix-socket";
	else if (!learn->signals)
		scopes = " --scope signal";
	else if (!learn->sockets)
		scopes = " --scope abstract-unix-socket";
	snprintf(more, sizeof(more), "%s%s",
		 learn->handled.ports && !*learn->ports ? " --connect-tcp 0" : "", scopes);
	if (*more)
		note("narrower still, for this run:%s%s", more,
		     strstr(more, "--connect-tcp 0") ? "  (no TCP port was used, and 0 is none)"
						     : "");
}

void lsm_learn_end(struct lsm_learn *learn, int status)
{
	static char line[65536];
	const char *home = getenv("HOME");
	struct lsm_wants few;

	if (home && (*home != '/' || !home[1]))
		home = NULL;
	if (WIFSIGNALED(status))
		note("the program was ended by signal %d: this is what it used until then",
		     WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		note("the program ended with status %d: this is what it used until then",
		     WEXITSTATUS(status));
	if (!learn->handled.files) {
		note("this kernel has no Landlock, so no option can be learned; 'lsm --status' "
		     "tells");
		return;
	}
	few = lsm_wants_few(&learn->wants, learn->trace->landlock, home);
	if (*learn->mounted) {
		note("it has mounted (%s), which Landlock forbids as soon as there is a rule for "
		     "files: so there is none below",
		     learn->mounted);
		few.count = 0;
	}
	if (learn->any_port && learn->chosen) {
		note("left out: all TCP ports; the kernel had chosen port %d, which was then connected "
		     "to, and it chooses another one each time",
		     learn->chosen);
		*learn->ports = '\0';
	}
	say_left_out(&few, home);
	lsm_line(learn->trace, &few, learn->ports, line, sizeof(line));
	dprintf(2, "%s: with these options it would have worked%s:\n  %s\n", tool_name,
		count_left_out(&few) ? ", but for what is left out" : "", line);
	if (!*learn->mounted)
		say_more(learn);
}
