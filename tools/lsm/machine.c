/* machine.c: what is read of the machine when a step of lsm has failed. See
 * refusal.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "file.h"
#include "refusal.h"

static void read_label(struct lsm_machine *machine)
{
	char text[8] = "";

	if (read_file("/proc/thread-self/attr/apparmor/current", machine->label,
		      sizeof(machine->label)) <= 0 &&
	    read_file("/proc/thread-self/attr/current", machine->label, sizeof(machine->label)) <=
		    0)
		return;
	machine->label[strcspn(machine->label, "\n")] = '\0';
	machine->confined = *machine->label && strcmp(machine->label, "unconfined") != 0;
	machine->enforcing =
		read_file("/sys/fs/selinux/enforce", text, sizeof(text)) > 0 && *text == '1';
}

/* Where a path ends: the first part of it that can't be looked at. */
static void read_path(const char *path, struct lsm_machine *machine)
{
	struct stat status;
	char part[300];
	const char *slash = path;

	machine->is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
	for (;;) {
		slash = strchrnul(slash + 1, '/');
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (stat(part, &status) != 0) {
			if (errno == EACCES)
				snprintf(machine->closed, sizeof(machine->closed), "%.*s",
					 (int)(strrchr(part, '/') ? strrchr(part, '/') - part : 0),
					 part);
			else
				snprintf(machine->missing, sizeof(machine->missing), "%s", part);
			return;
		}
		if (!*slash)
			return;
	}
}

static void read_tracing(pid_t program, struct lsm_machine *machine)
{
	char path[48], text[8192];
	const char *field;

	snprintf(path, sizeof(path), "/proc/%d/status", program);
	machine->seen = read_file(path, text, sizeof(text)) > 0;
	if (machine->seen && (field = find_field(text, "TracerPid")))
		machine->tracer = atoi(field);
	if (machine->tracer > 0) {
		snprintf(path, sizeof(path), "/proc/%d/comm", machine->tracer);
		read_file(path, machine->tracer_name, sizeof(machine->tracer_name));
		machine->tracer_name[strcspn(machine->tracer_name, "\n")] = '\0';
	}
	if (read_file("/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text)) > 0)
		machine->ptrace_scope = atoi(text);
}

void lsm_read_machine(const struct lsm_work *work, struct lsm_machine *machine)
{
	struct utsname here;

	memset(machine, 0, sizeof(*machine));
	machine->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	machine->filters = lsm_seccomp_count();
	if (uname(&here) == 0)
		snprintf(machine->kernel, sizeof(machine->kernel), "%s", here.release);
	if (!lsm_read_modules(machine->modules, sizeof(machine->modules)))
		*machine->modules = '\0';
	if (work->landlock && work->landlock->now) {
		machine->option = work->landlock->now->option;
		machine->path = work->landlock->now->path;
		read_path(machine->path, machine);
	}
	machine->profile = work->apparmor;
	machine->context = work->selinux;
	machine->ptrace_scope = -1;
	read_label(machine);
	read_tracing(work->program, machine);
}

bool lsm_decide(const char *call, int error, const struct state *state, struct reason *reason,
		void *argument)
{
	struct lsm_machine machine;

	lsm_read_machine(argument, &machine);
	return lsm_decide_from(call, error, state, &machine, reason);
}
