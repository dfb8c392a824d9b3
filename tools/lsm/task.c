/* task.c: the threads that are traced, and what each brings along: the filters
 * and rules that it has from its parent, or has loaded itself. */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#include "memory.h"
#include "tracer.h"

struct lsm_task *lsm_task_find(struct lsm_tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->count; i++)
		if (tracer->tasks[i].pid == pid)
			return &tracer->tasks[i];
	return NULL;
}

struct lsm_task *lsm_task_add(struct lsm_tracer *tracer, pid_t pid)
{
	struct lsm_task *task;

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

void lsm_task_forget(struct lsm_tracer *tracer, struct lsm_task *task)
{
	free(task->before);
	*task = tracer->tasks[--tracer->count];
}

void lsm_task_go_on(pid_t pid, int signal)
{
	ptrace(PTRACE_SYSCALL, pid, 0, (long)signal);
}

void lsm_task_adopt(struct lsm_tracer *tracer, const struct lsm_task *parent, pid_t pid)
{
	const struct lsm_under *under = parent->under;
	bool own_rules = parent->own_rules;
	struct lsm_task *child = lsm_task_find(tracer, pid);
	bool held = child != NULL;

	if (!child)
		child = lsm_task_add(tracer, pid);
	child->under = under;
	child->own_rules = own_rules;
	child->held = false;
	if (held)
		lsm_task_go_on(pid, 0);
}

void lsm_task_release_held(struct lsm_tracer *tracer, const struct lsm_task *gone)
{
	for (size_t i = 0; i < tracer->count; i++)
		if (tracer->tasks[i].held) {
			tracer->tasks[i].held = false;
			tracer->tasks[i].under = gone->under;
			tracer->tasks[i].own_rules = gone->own_rules;
			lsm_task_go_on(tracer->tasks[i].pid, 0);
		}
}

/* Whose filter the program is loading. lsm itself loads ours, in their order,
 * before it executes anything. */
static const char *whose_filter(struct lsm_tracer *tracer, const struct lsm_task *task)
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
static bool find_instructions(const struct lsm_task *task, uint64_t at, uint16_t *length,
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
static void take_filter(struct lsm_tracer *tracer, struct lsm_task *task, uint64_t flags)
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

void lsm_task_rules(struct lsm_tracer *tracer, struct lsm_task *task)
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
