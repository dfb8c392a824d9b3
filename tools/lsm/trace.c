/* trace.c: the tracer, a process beside the program.
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
 *
 * A process that the terminal stops (^Z) has to stay stopped for its shell
 * although it is traced: PTRACE_SEIZE and PTRACE_LISTEN (3.4) are for that.
 * Read on: ptrace(2), seccomp(2). */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
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

#include "chain.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "step.h"
#include "trace.h"

/* A thread that is traced. */
struct task {
	pid_t pid, process;
	struct lsm_call call;	    /* the one that it is in */
	struct lsm_details *before; /* for --learn */
	const struct lsm_under *under;
	bool own_rules;
	bool held; /* new, and its parent has not told us yet */
	bool ending;
};

/* The tracer's state; there is one tracer to a process. */
struct tracer {
	const struct lsm_trace *trace;
	struct lsm_report *report;
	struct lsm_learn *learn;
	struct task *tasks;
	size_t count, room;
	pid_t program;
	size_t loaded; /* filters of ours that the program has loaded */
	bool begun;    /* lsm has executed what it is to run */
	int status;    /* the program's, once it ends */
};

static struct task *find(struct tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->count; i++)
		if (tracer->tasks[i].pid == pid)
			return &tracer->tasks[i];
	return NULL;
}

static struct task *add(struct tracer *tracer, pid_t pid)
{
	struct task *task;

	if (tracer->count == tracer->room) {
		tracer->room = tracer->room ? 2 * tracer->room : 16;
		tracer->tasks = resize(tracer->tasks, tracer->room, sizeof(*tracer->tasks));
	}
	task = &tracer->tasks[tracer->count++];
	memset(task, 0, sizeof(*task));
	task->pid = pid;
	task->process = lsm_tracee_process(pid);
	return task;
}

static void forget(struct tracer *tracer, struct task *task)
{
	free(task->before);
	*task = tracer->tasks[--tracer->count];
}

/* Lets a stopped thread go on to its next stop. It may be gone already. */
static void go_on(pid_t pid, int signal)
{
	ptrace(PTRACE_SYSCALL, pid, 0, (long)signal);
}

/* ---- what a thread brings along ---- */

/* A child has the filters and rules of its parent. */
static void adopt(struct tracer *tracer, const struct task *parent, pid_t pid)
{
	const struct lsm_under *under = parent->under;
	bool own_rules = parent->own_rules;
	struct task *child = find(tracer, pid);
	bool held = child != NULL;

	if (!child)
		child = add(tracer, pid);
	child->under = under;
	child->own_rules = own_rules;
	child->held = false;
	if (held)
		go_on(pid, 0);
}

/* A parent that was killed in the middle of fork tells nothing any more. Its
 * child must not wait for ever. */
static void release_held(struct tracer *tracer, const struct task *gone)
{
	for (size_t i = 0; i < tracer->count; i++)
		if (tracer->tasks[i].held) {
			tracer->tasks[i].held = false;
			tracer->tasks[i].under = gone->under;
			tracer->tasks[i].own_rules = gone->own_rules;
			go_on(tracer->tasks[i].pid, 0);
		}
}

/* Whose filter the program is loading. lsm itself loads ours, in their order,
 * before it executes anything. */
static const char *whose_filter(struct tracer *tracer, const struct task *task)
{
	const struct lsm_seccomp *seccomp = tracer->trace->seccomp;
	const char *what;

	if (tracer->begun || task->pid != tracer->program || tracer->loaded >= seccomp->count)
		return NULL;
	what = seccomp->load[tracer->loaded++].what;
	if (strcmp(what, "of --deny") == 0)
		return "--deny";
	if (strstr(what, "terminal"))
		return "terminal";
	return strncmp(what, "default,", 8) == 0 ? "default" : what;
}

/* Where the instructions of a filter are, by a struct sock_fprog of a program
 * with 64 bits or 32. */
static bool find_instructions(const struct task *task, uint64_t at, uint16_t *length,
			      uint64_t *instructions)
{
	struct sock_fprog wide = { 0, NULL };
	struct {
		uint16_t length;
		uint32_t instructions;
	} narrow = { 0, 0 };

	if (task->call.data.arch & __AUDIT_ARCH_64BIT) {
		if (!lsm_tracee_read(task->pid, at, &wide, sizeof(wide)))
			return false;
		*length = wide.len;
		*instructions = (uintptr_t)wide.filter;
		return wide.len > 0;
	}
	if (!lsm_tracee_read(task->pid, at, &narrow, sizeof(narrow)))
		return false;
	*length = narrow.length;
	*instructions = narrow.instructions;
	return narrow.length > 0;
}

/* A filter was loaded: read its instructions where the kernel has read them. */
static void take_filter(struct tracer *tracer, struct task *task, uint64_t flags)
{
	struct sock_fprog program;
	struct lsm_under *under;
	uint64_t at;

	if (!find_instructions(task, task->call.data.args[2], &program.len, &at))
		return;
	program.filter = resize(NULL, program.len, sizeof(*program.filter));
	if (!lsm_tracee_read(task->pid, at, program.filter,
			     program.len * sizeof(*program.filter))) {
		free(program.filter);
		return;
	}
	under = resize(NULL, 1, sizeof(*under));
	*under = (struct lsm_under){ task->under, whose_filter(tracer, task), program };
	task->under = under;
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		for (size_t i = 0; i < tracer->count; i++)
			if (tracer->tasks[i].process == task->process)
				tracer->tasks[i].under = under;
}

static void take_rules(struct tracer *tracer, struct task *task)
{
	const struct seccomp_data *data = &task->call.data;
	const char *name = lsm_call_name(data->arch, data->nr);

	if (strcmp(name, "landlock_restrict_self") == 0)
		task->own_rules = task->own_rules || tracer->begun;
	else if (strcmp(name, "seccomp") == 0 && data->args[0] == SECCOMP_SET_MODE_FILTER)
		take_filter(tracer, task, data->args[1]);
	else if (strcmp(name, "prctl") == 0 && data->args[0] == PR_SET_SECCOMP &&
		 data->args[1] == SECCOMP_MODE_FILTER)
		take_filter(tracer, task, 0);
}

/* ---- the stops ---- */

static void enter_call(struct tracer *tracer, struct task *task,
		       const struct __ptrace_syscall_info *info)
{
	struct seccomp_data *data = &task->call.data;

	task->call.pid = task->pid;
	task->call.process = task->process;
	task->call.error = 0;
	data->nr = (int)info->entry.nr;
	data->arch = info->arch;
	data->instruction_pointer = info->instruction_pointer;
	memcpy(data->args, info->entry.args, sizeof(data->args));
	free(task->before);
	task->before = NULL;
	/* Until now it was lsm, making the program's cage. */
	if (!tracer->begun && lsm_call_operation(&task->call) == OP_EXECUTE)
		tracer->begun = true;
	if (tracer->begun && tracer->learn)
		task->before = lsm_learn_enter(&task->call);
}

static void leave_call(struct tracer *tracer, struct task *task,
		       const struct __ptrace_syscall_info *info)
{
	struct lsm_details *before = task->before;

	task->call.result = info->exit.rval;
	task->call.error = info->exit.is_error ? (int)-info->exit.rval : 0;
	if (task->call.error == 0 && lsm_call_operation(&task->call) == OP_RULES)
		take_rules(tracer, task);
	task->before = NULL;
	if (!tracer->begun) {
		free(before);
		return;
	}
	if (task->call.error)
		lsm_report_call(tracer->report, &task->call, task->under, task->own_rules);
	if (tracer->learn)
		lsm_learn_call(tracer->learn, &task->call, before);
}

static void stop_at_call(struct tracer *tracer, struct task *task)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		enter_call(tracer, task, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		leave_call(tracer, task, &info);
}

/* Told before the shell hears of it: a traced process ends for its parent only
 * when we let it. */
static void finish_program(struct tracer *tracer)
{
	if (checking)
		return;
	if (tracer->learn)
		lsm_learn_end(tracer->learn, tracer->status);
	lsm_report_end(tracer->report);
}

/* A thread is about to end. Its memory is still there. */
static void stop_at_end(struct tracer *tracer, struct task *task)
{
	unsigned long status = 0;

	ptrace(PTRACE_GETEVENTMSG, task->pid, 0, &status);
	if (WIFSIGNALED((int)status) && WTERMSIG((int)status) == SIGSYS && !task->ending &&
	    tracer->begun)
		lsm_report_killed(tracer->report, &task->call, task->under, true);
	for (size_t i = 0; i < tracer->count; i++)
		if (tracer->tasks[i].process == task->process && WIFSIGNALED((int)status))
			tracer->tasks[i].ending = true; /* its threads are killed with it */
	task->ending = true;
	if (task->process != tracer->program)
		return;
	for (size_t i = 0; i < tracer->count; i++)
		if (tracer->tasks[i].process == task->process && !tracer->tasks[i].ending)
			return;
	tracer->status = (int)status;
	finish_program(tracer);
}

/* When one thread executes a program, the others are gone, and it has the
 * number of the first. */
static void stop_at_exec(struct tracer *tracer, struct task *task)
{
	unsigned long message = 0;
	struct task *former;
	pid_t pid = task->pid;

	if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &message) != 0 || (pid_t)message == pid)
		return;
	former = find(tracer, (pid_t)message);
	if (!former)
		return;
	free(task->before);
	*task = *former;
	task->pid = pid;
	former->before = NULL;
	forget(tracer, former);
}

/* Tells a signal that a filter sends instead of killing. */
static void stop_at_signal(struct tracer *tracer, struct task *task, int signal)
{
	siginfo_t info;

	if (signal == SIGSYS && ptrace(PTRACE_GETSIGINFO, task->pid, 0, &info) == 0 &&
	    info.si_code == 1 /* SYS_SECCOMP */)
		lsm_report_killed(tracer->report, &task->call, task->under, false);
	go_on(task->pid, signal);
}

static bool stops(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* One event of one thread; status as of wait4(2). */
static void take_event(struct tracer *tracer, pid_t pid, int status)
{
	struct task *task = find(tracer, pid);
	int signal = WSTOPSIG(status), event = status >> 16;
	unsigned long message = 0;

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (!task)
			return;
		release_held(tracer, task);
		forget(tracer, task);
		return;
	}
	if (!task) {
		task = add(tracer, pid);
		task->held = true;
	}
	switch (event) {
	case 0:
		if (signal != (SIGTRAP | 0x80)) {
			stop_at_signal(tracer, task, signal);
			return;
		}
		stop_at_call(tracer, task);
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &message) == 0) {
			struct task parent = *task;

			adopt(tracer, &parent, (pid_t)message);
		}
		break;
	case PTRACE_EVENT_EXEC: stop_at_exec(tracer, task); break;
	case PTRACE_EVENT_EXIT: stop_at_end(tracer, task); break;
	case PTRACE_EVENT_STOP:
		/* Stopped for its shell, until SIGCONT comes. */
		if (stops(signal)) {
			ptrace(PTRACE_LISTEN, pid, 0, 0);
			return;
		}
		if (task->held)
			return;
	}
	go_on(pid, 0);
}

/* All that have stopped are taken before the first goes on, so that one that
 * makes calls without end does not keep the others waiting. */
static _Noreturn void follow(struct tracer *tracer)
{
	struct event {
		pid_t pid;
		int status;
	} events[64];

	for (;;) {
		size_t count = 0;
		pid_t pid;

		while (count < 64 && (pid = wait4(-1, &events[count].status,
						  __WALL | (count ? WNOHANG : 0), NULL)) != 0) {
			if (pid > 0)
				events[count++].pid = pid;
			else if (errno != EINTR)
				break;
		}
		if (count == 0)
			break; /* ECHILD: the last one has ended */
		for (size_t i = 0; i < count; i++)
			take_event(tracer, events[i].pid, events[i].status);
	}
	if (!checking)
		lsm_report_end(tracer->report);
	_Exit(0);
}

/* ---- the beginning ---- */

/* Nothing of the program's is kept open by us but stderr, and no signal that
 * is meant for it is ours. */
static void stand_aside(int line)
{
	sigset_t all;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

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
	if (line > 3)
		close_range(3, (unsigned)line - 1, 0);
	close_range((unsigned)line + 1, ~0U, 0);
}

/* Attaches to the process that we were forked from, and has it stop at its
 * next system call. */
static void attach(pid_t program)
{
	int status;

	STEP(ptrace(PTRACE_SEIZE, program, 0,
		    PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			    PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
			    PTRACE_O_TRACEEXIT),
	     "trace process %d", program);
	STEP(ptrace(PTRACE_INTERRUPT, program, 0, 0), "stop it");
	STEP(wait4(program, &status, __WALL, NULL), "wait until it has stopped");
}

static _Noreturn void run_tracer(const struct lsm_trace *trace, pid_t program, int line)
{
	struct tracer tracer = { .trace = trace, .program = program };
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
	add(&tracer, program);
	if (write(line, "", 1) != 1)
		_Exit(EXIT_TOOL_FAILED);
	close(line);
	/* No mount is to be busy because of us. */
	if (chdir("/") != 0)
		_Exit(EXIT_TOOL_FAILED);
	go_on(program, 0);
	follow(&tracer);
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
	child = STEP((pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0), "fork the tracer");
	if (dry_run)
		return;
	if (child == 0) {
		if (twice && STEP((pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0),
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
	close(lines[0]);
}
