/* attach.c: the tracer, a process beside the program.
 *
 * ptrace(2) lets one process stop another at each system call, before and
 * behind it, and look. The one that looks is forked from lsm before the rules
 * are applied, so that they do not bind it; it then attaches to the process it
 * was forked from. That one goes on to be the program: its number, its parent,
 * its terminal and its exit status are those of a run without a tracer, and
 * nobody has to stand between it and the shell.
 *
 * The tracer is nobody's child, lest the program's own wait(2) waits for it, and
 * in a session of its own, so that no key of the terminal reaches it. It
 * follows all that the program forks and executes, and ends with the last of
 * them. If it is killed, they are killed with it.
 * Read on: ptrace(2), clone(2). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "message.h"
#include "step.h"
#include "trace.h"
#include "tracer.h"

/* Nothing of the program's is kept open by us but stderr, and no signal that
 * is meant for it is ours. */
static void stand_aside(int line)
{
	sigset_t all;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), trace = trace_descriptor();
	unsigned int kept[2] = { (unsigned)line, (unsigned)line };

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* Inherited as ignored, the ends of processes would not be told. */
	signal(SIGCHLD, SIG_DFL);
	setsid();
	prctl(PR_SET_NAME, "lsm-tracer");
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
	} else {
		close(0);
		close(1);
	}
	/* Both in ascending order; that of STRATA_TRACE is -1 without one. */
	if (trace > line)
		kept[1] = (unsigned)trace;
	else if (trace >= 0)
		kept[0] = (unsigned)trace;
	close_descriptors(kept, trace >= 0 ? 2 : 1);
}

/* Attaches to the process that we were forked from, and has it stop at its
 * next system call. If we end before the last step it goes on without us; from
 * then on it would be killed. */
static void attach(pid_t program)
{
	struct __ptrace_syscall_info info;
	int status;

	STEP(ptrace(PTRACE_SEIZE, program, 0, 0), "trace process %d", program);
	STEP(ptrace(PTRACE_INTERRUPT, program, 0, 0), "stop it");
	STEP(wait4(program, &status, __WALL, NULL), "wait until it has stopped");
	STEP(ptrace(PTRACE_GET_SYSCALL_INFO, program, sizeof(info), &info),
	     "be told its system calls");
	STEP(ptrace(PTRACE_SETOPTIONS, program, 0,
		    PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			    PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
			    PTRACE_O_TRACEEXIT),
	     "have it followed, and killed if its tracer is");
}

static _Noreturn void run_tracer(const struct lsm_trace *trace, pid_t program, int line)
{
	struct lsm_tracer tracer = { .trace = trace, .program = program };
	pid_t own = getpid();
	char go;

	stand_aside(line);
	/* It has to say that we may. */
	if (write(line, &own, sizeof(own)) != sizeof(own) || read(line, &go, 1) != 1)
		_Exit(EXIT_TOOL_FAILED);
	attach(program);
	tracer.report = lsm_report_begin(trace);
	if (trace->learn)
		tracer.learn = lsm_learn_begin(trace);
	lsm_task_add(&tracer, program);
	if (write(line, "", 1) != 1)
		_Exit(EXIT_TOOL_FAILED);
	close(line);
	/* No mount is to be busy because of us. */
	if (chdir("/") != 0)
		_Exit(EXIT_TOOL_FAILED);
	lsm_task_go_on(program, 0);
	lsm_tracer_follow(&tracer);
}

/* Whether orphans become our children: then a tracer whose parent has ended
 * would be one of them. */
static bool gets_orphans(void)
{
	int answer = 0;

	return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &answer, 0, 0, 0) == 0 && answer);
}

void lsm_trace_start(const struct lsm_trace *trace)
{
	pid_t program = getpid(), child, tracer;
	int lines[2] = { -1, -1 };
	bool twice = !gets_orphans();
	char ready;

	STEP(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines),
	     "make a line to the tracer");
	/* Who has become another user inside one program may not be looked into
	 * even by his own processes. For the program, exec decides it anew. */
	if (prctl(PR_GET_DUMPABLE) != 1)
		STEP(prctl(PR_SET_DUMPABLE, 1), "let this user's processes look into this one");
	/* A fork without a signal at its end: wait(2) does not see such a child,
	 * unless it asks for __WALL, as tracers do. Hence the second one, whose
	 * parent ends at once. clone(2) */
	child = STEP((int)syscall(SYS_clone, 0, 0, 0, 0, 0), "fork the tracer");
	if (dry_run)
		return;
	if (child == 0) {
		if (twice && STEP((int)syscall(SYS_clone, 0, 0, 0, 0, 0),
				  "fork the tracer a second time") != 0)
			_Exit(0);
		run_tracer(trace, program, lines[1]);
	}
	close(lines[1]);
	if (twice)
		waitpid(child, NULL, __WALL);
	if (read(lines[0], &tracer, sizeof(tracer)) != sizeof(tracer))
		_Exit(EXIT_TOOL_FAILED); /* it has said why */
	/* With Yama a process may be traced by its ancestors only, unless it
	 * names another one; without it the kernel knows no such request. */
	STEP_UNLESS(EINVAL, prctl(PR_SET_PTRACER, tracer, 0, 0, 0), "let the tracer trace us");
	if (write(lines[0], "", 1) != 1 || read(lines[0], &ready, 1) != 1)
		_Exit(EXIT_TOOL_FAILED);
	/* It has attached; nobody else is to. */
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	close(lines[0]);
}
