/* follow.c: following what is traced, from stop to stop.
 *
 * A traced thread stops when it enters a system call and when it leaves it,
 * when it forks, executes, gets a signal, or is about to end; wait(2) tells
 * which. We look, and let it go on.
 *
 * A process that the terminal stops (^Z) has to stay stopped for its shell
 * although it is traced: PTRACE_SEIZE and PTRACE_LISTEN (3.4) are for that.
 * Read on: ptrace(2). */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "tracer.h"

static void enter_call(struct lsm_tracer *tracer, struct lsm_task *task,
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
		tracer->begun = tracer->searches = true;
	if (tracer->begun && tracer->learn)
		task->before = lsm_learn_enter(&task->call);
}

static void leave_call(struct lsm_tracer *tracer, struct lsm_task *task,
		       const struct __ptrace_syscall_info *info)
{
	struct lsm_details *before = task->before;

	task->call.result = info->exit.rval;
	task->call.error = info->exit.is_error ? (int)-info->exit.rval : 0;
	if (task->call.error == 0 && lsm_call_operation(&task->call) == OP_RULES)
		lsm_task_rules(tracer, task);
	task->before = NULL;
	if (!tracer->begun) {
		free(before);
		return;
	}
	if (task->call.error)
		lsm_report_call(tracer->report, &task->call, task->under, task->own_rules,
				tracer->searches);
	if (tracer->learn)
		lsm_learn_call(tracer->learn, &task->call, before);
}

static void stop_at_call(struct lsm_tracer *tracer, struct lsm_task *task)
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
static void finish_program(struct lsm_tracer *tracer)
{
	if (checking)
		return;
	if (tracer->learn)
		lsm_learn_end(tracer->learn, tracer->status);
	lsm_report_end(tracer->report);
}

/* A thread is about to end. Its memory is still there. */
static void stop_at_end(struct lsm_tracer *tracer, struct lsm_task *task)
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
static void stop_at_exec(struct lsm_tracer *tracer, struct lsm_task *task)
{
	unsigned long message = 0;
	struct lsm_task *former;
	pid_t pid = task->pid;

	tracer->searches = false;
	if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &message) != 0 || (pid_t)message == pid)
		return;
	former = lsm_task_find(tracer, (pid_t)message);
	if (!former)
		return;
	free(task->before);
	*task = *former;
	task->pid = pid;
	former->before = NULL;
	lsm_task_forget(tracer, former);
}

/* Tells a signal that a filter sends instead of killing. */
static void stop_at_signal(struct lsm_tracer *tracer, struct lsm_task *task, int signal)
{
	siginfo_t info;

	if (signal == SIGSYS && ptrace(PTRACE_GETSIGINFO, task->pid, 0, &info) == 0 &&
	    info.si_code == 1 /* SYS_SECCOMP */)
		lsm_report_killed(tracer->report, &task->call, task->under, false);
	lsm_task_go_on(task->pid, signal);
}

static bool stops(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* One event of one thread; status as of wait4(2). */
static void take_event(struct lsm_tracer *tracer, pid_t pid, int status)
{
	struct lsm_task *task = lsm_task_find(tracer, pid);
	int signal = WSTOPSIG(status), event = status >> 16;
	unsigned long message = 0;

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (!task)
			return;
		lsm_task_release_held(tracer, task);
		lsm_task_forget(tracer, task);
		return;
	}
	if (!task) {
		task = lsm_task_add(tracer, pid);
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
			struct lsm_task parent = *task;

			lsm_task_adopt(tracer, &parent, (pid_t)message);
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
	lsm_task_go_on(pid, 0);
}

/* All that have stopped are taken before the first goes on, so that one that
 * makes calls without end does not keep the others waiting. */
_Noreturn void lsm_tracer_follow(struct lsm_tracer *tracer)
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
