/* ns-ipc: message queues, semaphores and shared memory of one's own.
 *
 * The IPC namespace holds what processes share by number and not by a file:
 * System V message queues, semaphores and shared memory, POSIX message
 * queues, and the limits for them (kernel.msg*, kernel.sem, kernel.shm*,
 * fs.mqueue.*). A new one is empty, its limits are the kernel's defaults, and
 * when its last process ends everything in it is removed. Memory that is
 * attached already stays attached. POSIX shared memory is not here: that is
 * files in /dev/shm, which ns-mnt can give one a fresh copy of.
 *
 * Needs CAP_SYS_ADMIN; an ordinary user puts ns-user first. The limits belong
 * to the user namespace in which the IPC namespace was made.
 * Read on: ipc_namespaces(7), sysvipc(7), mq_overview(7), shm_overview(7). */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "list.h"
#include "message.h"
#include "namespace.h"
#include "option.h"
#include "refusal.h"
#include "settings.h"
#include "step.h"
#include "sysctl.h"

static const char usage[] =
	"Usage: ns-ipc [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"  or:  ns-ipc [--join PID|FILE] --list\n"
	"Run PROGRAM in a new IPC namespace: with message queues, semaphores and shared\n"
	"memory that nobody outside can reach by their numbers.\n"
	"\n"
	"      --sysctl KEY=VALUE  change a limit in it, as kernel.shmmax=67108864; may\n"
	"                          be given several times\n"
	"      --list              make none; list what is in the one we are in, and\n"
	"                          which of it an IPC namespace isolates\n"
	"  -j, --join PID|FILE     enter that process's IPC namespace, make none\n"
	"  -x, --explain           say each kernel call and what it changed\n"
	"  -n, --dry-run           say the calls of the whole chain, and make none\n"
	"      --check             say whether this works here, and why not\n"
	"  -h, --help              this text\n"
	"  -V, --version           the version\n"
	"\n"
	"Example, as any user:  ns-user ns-ipc -- ipcs\n";

enum { SYSCTL = OPTION_OWN, LIST };

static const struct option table[] = {
	{ "sysctl", required_argument, NULL, SYSCTL },
	{ "list", no_argument, NULL, LIST },
	{ "join", required_argument, NULL, 'j' },
	COMMON_OPTIONS,
};

struct plan {
	bool list;
	const char *join;
	struct sysctl *sysctls;
	size_t sysctl_count;
	const struct sysctl *sysctl; /* the one under way */
};

/* How many lines a table of /proc/sysvipc has, without its title. */
static int count_lines(const char *path)
{
	FILE *list = fopen(path, "re");
	int lines = -1, c;

	if (!list)
		return 0;
	while ((c = getc(list)) != EOF)
		lines += c == '\n';
	fclose(list);
	return lines;
}

/* For --explain: what is in the namespace that we are in. */
static void look(char *text, size_t size)
{
	snprintf(text, size,
		 "System V: %d message queues, %d sets of semaphores, %d pieces of shared memory",
		 count_lines("/proc/sysvipc/msg"), count_lines("/proc/sysvipc/sem"),
		 count_lines("/proc/sysvipc/shm"));
}

static void setup(struct plan *plan)
{
	step_watch(look);
	if (plan->join) {
		int other = open_namespace("ipc", plan->join);

		STEP(setns(other, CLONE_NEWIPC), "enter the IPC namespace of %s", plan->join);
	} else if (!plan->list) {
		/* Nothing is in it, and its limits are the defaults. */
		STEP(unshare(CLONE_NEWIPC), "create an IPC namespace");
	}

	/* These files show the namespace of the process that looks. */
	for (size_t i = 0; i < plan->sysctl_count; i++) {
		plan->sysctl = &plan->sysctls[i];
		sysctl_write(plan->sysctl);
	}
}

static void add_sysctl(struct plan *plan, const char *text)
{
	struct sysctl *sysctl = &plan->sysctls[plan->sysctl_count++];

	sysctl_parse(sysctl, text, "kernel.shmmax=67108864");
	if (ipc_has_setting(sysctl))
		return;
	die("an IPC namespace has no setting '%s' of its own; it has: kernel.msgmax, msgmnb, "
	    "msgmni; kernel.sem; kernel.shmall, shmmax, shmmni, shm_rmid_forced; and fs.mqueue.* "
	    "[SYSCTL-SCOPE]",
	    sysctl->key);
}

int main(int argc, char *argv[])
{
	struct plan plan = { 0 };
	int c;

	tool_start("ns-ipc", usage, argv);
	failing.decide = ns_ipc_decide;
	failing.argument = &plan.sysctl;
	/* There are no more of them than there are words. */
	plan.sysctls = calloc((size_t)argc, sizeof(*plan.sysctls));
	if (!plan.sysctls)
		die_errno("cannot begin");
	while ((c = next_option(argc, argv, "j:", table)) != -1)
		switch (c) {
		case SYSCTL: add_sysctl(&plan, optarg); break;
		case LIST: plan.list = true; break;
		case 'j': plan.join = optarg; break;
		}
	if (plan.list && plan.sysctl_count)
		die("--list only looks; --sysctl goes without it");
	if (plan.list && argv[optind])
		die("--list runs no program, and '%s' is one; to see a new namespace:  "
		    "ns-ipc ns-ipc --list",
		    argv[optind]);
	tool_ready(plan.join ? "--join" : NULL);
	setup(&plan);
	if (plan.list && !checking) {
		if (dry_run)
			dprintf(2, "%s: would list what is in the IPC namespace\n", tool_name);
		else
			ipc_list();
		exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
	}
	exec_next(argv + optind);
}
