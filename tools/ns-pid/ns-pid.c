/* ns-pid: process ids of one's own; the program becomes PID 1.
 *
 * A process's id never changes, so unshare(CLONE_NEWPID) moves nobody: it
 * directs the children to come into the new namespace. That is why this link
 * forks, and why somebody stays outside. The first child is PID 1 there, with
 * what that means: it inherits the orphans, the kernel spares it all signals
 * that it has no handler for, and when it ends, everything in the namespace
 * is killed. Processes inside have a second number outside.
 *
 * /proc goes on showing the namespace of the process that mounted it, until
 * ns-mnt mounts a fresh one.
 *
 * Needs CAP_SYS_ADMIN; an ordinary user puts ns-user first.
 * Read on: pid_namespaces(7), unshare(2), fork(2), waitid(2). */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "file.h"
#include "message.h"
#include "namespace.h"
#include "option.h"
#include "step.h"
#include "supervise.h"
#include "why.h"

static const char usage[] =
	"Usage: ns-pid [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM as PID 1 of a new PID namespace. We stay outside, pass signals on,\n"
	"and end as PROGRAM did; it dies with us.\n"
	"\n"
	"      --reap            be the init of the namespace we are in: fork PROGRAM,\n"
	"                        pass signals on, reap orphans. The last link of a chain\n"
	"      --no-fork         do not fork: only the children of PROGRAM are in it\n"
	"      --pid-file FILE   write PROGRAM's number outside to FILE; removed at the\n"
	"                        end\n"
	"  -j, --join PID|FILE   enter that process's PID namespace, make none\n"
	"  -x, --explain         say each kernel call and what it changed\n"
	"  -n, --dry-run         say the calls of the whole chain, and make none\n"
	"      --check           say whether this works here, and why not\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n"
	"\n"
	"Example, as any user:  ns-user ns-pid ns-mnt -- ps\n";

enum { REAP = OPTION_OWN, NO_FORK, PID_FILE };

static const struct option table[] = {
	{ "reap", no_argument, NULL, REAP },
	{ "no-fork", no_argument, NULL, NO_FORK },
	{ "pid-file", required_argument, NULL, PID_FILE },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct plan {
	bool reap, no_fork;
	const char *pid_file, *join;
};

/* Writes our number in the supervisor's PID namespace. /proc is still the
 * one from outside, and tells it: /proc/self is a link to that number. */
static void write_pid_file(int file, const char *path)
{
	char pid[32] = "";
	ssize_t n =
		STEP(readlink("/proc/self", pid, sizeof(pid) - 2), "read our process id outside");

	if (n > 0)
		pid[n++] = '\n';
	STEP(write(file, pid, (size_t)n) == n ? 0 : -1, "write the process id to '%s'", path);
	close(file);
}

static void remove_pid_file(void *path)
{
	struct stat status;

	/* What was there before, a device for one, stays. */
	if (path && lstat(path, &status) == 0 && S_ISREG(status.st_mode))
		unlink(path);
}

/* For --explain: our process id, inside and outside. A process has one in each
 * PID namespace from that of the /proc that we see down to its own; the last is
 * its own. proc_pid_status(5), NSpid. */
static void look(char *text, size_t size)
{
	char status[4096];
	const char *numbers;
	int outer, inner, used = 0;

	*text = '\0';
	if (read_file("/proc/self/status", status, sizeof(status)) <= 0 ||
	    !(numbers = find_field(status, "NSpid")) || sscanf(numbers, "%d%n", &outer, &used) != 1)
		return;
	snprintf(text, size, "process %d", outer);
	for (numbers += used; *numbers == '\t' && sscanf(numbers, "%d%n", &inner, &used) == 1;
	     numbers += used)
		snprintf(text, size, "process %d, and %d outside", inner, outer);
}

static void setup(const struct plan *plan)
{
	struct supervisor supervisor = { .border = true, .cgroup = -1 };
	int file = -1;

	step_watch(look);
	if (plan->reap) {
		reap();
		return;
	}

	/* Opened out here: who may not write to it must not remove it either,
	 * as we do at the end. */
	if (plan->pid_file)
		file = STEP(open(plan->pid_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
			    "open the file '%s' for the process id", plan->pid_file);
	failing = (struct failing){ NULL, remove_pid_file, (void *)plan->pid_file };

	/* A listener for the terminal's keys has to be forked before the
	 * namespace is made: all children after that are inside. */
	if (!plan->no_fork)
		supervise_prepare(&supervisor);

	if (plan->join) {
		int other = open_namespace("pid", plan->join);

		STEP(setns(other, CLONE_NEWPID), "enter the PID namespace of %s", plan->join);
	} else {
		/* Our children will be in it; we ourselves stay. */
		STEP(unshare(CLONE_NEWPID), "create a PID namespace");
	}

	/* The first child is PID 1. If it ends, no other can ever be made in
	 * this namespace: ENOMEM, which is what --no-fork lets one see. */
	if (!plan->no_fork) {
		supervisor.ended = remove_pid_file;
		supervisor.argument = (void *)plan->pid_file;
		supervise(&supervisor);
		if (plan->pid_file)
			write_pid_file(file, plan->pid_file);
	}
	failing = (struct failing){ NULL, NULL, NULL };
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	int c;

	tool_start("ns-pid", usage, argv);
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case REAP: plan.reap = true; break;
		case NO_FORK: plan.no_fork = true; break;
		case PID_FILE: plan.pid_file = optarg; break;
		case 'j': plan.join = optarg; break;
		}
	if (plan.reap && (plan.no_fork || plan.pid_file || plan.join))
		die("--reap makes no namespace; it goes alone, as the last link of a chain");
	if (plan.no_fork && plan.pid_file)
		die("--pid-file needs the fork that --no-fork leaves out");
	tool_ready(plan.join ? "--join" : plan.pid_file ? "--pid-file" : NULL);
	setup(&plan);
	exec_next(argv + optind);
}
