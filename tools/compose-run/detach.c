/* detach.c: -d. See detach.h.
 *
 *	launcher          what was typed; ends when the program runs
 *	  shim            of a session of its own: waits, and keeps the status
 *	    chain         the links, and the supervisors of cgroup and ns-pid
 *	      program
 *
 * This is what containerd-shim does behind Docker: neither the launcher nor a
 * service of the machine is the parent of a container, so that these may end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "begin.h"
#include "chain.h"
#include "descriptors.h"
#include "detach.h"
#include "hold.h"
#include "message.h"
#include "record.h"
#include "store.h"
#include "supervise.h"

/* Of the chain's processes: where the output goes, and the launcher's stderr. */
static int output = -1, old_stderr = -1;

static void print_to_log(void)
{
	if (dup2(output, 1) < 0 || dup2(output, 2) < 0)
		die_errno("cannot write to the log");
}

/* What the launcher was given is not ours to hold: who reads from a pipe would
 * wait for its end as long as the container runs. All of our own close at
 * exec. */
static void close_inherited(void)
{
	DIR *all = opendir("/proc/self/fd");
	struct dirent *entry;

	while (all && (entry = readdir(all))) {
		int fd = atoi(entry->d_name);

		if (fd > 2 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			close(fd);
	}
	if (all)
		closedir(all);
}

/* A supervisor goes on, and has no more to say to the launcher's terminal. */
static void leave_launcher(void)
{
	print_to_log();
	begin_leave();
	close(old_stderr);
	close(output);
	close_inherited();
}

static void talk_to_launcher(void)
{
	dup2(old_stderr, 2);
}

static int status_of(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TOOL_FAILED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Nothing of the launcher's stays open, or it would seem to go on. */
static void let_go_of_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0)
		_Exit(EXIT_TOOL_FAILED);
	print_to_log();
	close(null);
}

/* Stands behind the chain until it ends. */
static _Noreturn void be_the_shim(struct stored *stored, pid_t child, int fd, int answer,
				  struct held *held, bool remove)
{
	char failed[2] = "f";
	int status;

	/* The launcher may be gone before we tell it anything. */
	signal(SIGPIPE, SIG_IGN);
	close_inherited();
	stored->pid = begin_hear(fd);
	stored->start = store_start_of(stored->pid);
	stored->status = STORE_RUNNING;
	close(fd);
	if (stored->pid == 0) {
		status = status_of(child);
		store_remove_own(stored->directory, stored->name);
		failed[1] = (char)status;
		_Exit(write(answer, failed, 2) == 2 ? 0 : EXIT_TOOL_FAILED);
	}
	if (store_write_state(stored) != 0) {
		dprintf(2, "%s: cannot keep the state of the container '%s': %s\n", tool_name,
			stored->name, errno_text(errno));
		kill(child, SIGKILL);
		status_of(child);
		store_remove_own(stored->directory, stored->name);
		failed[1] = (char)EXIT_TOOL_FAILED;
		_Exit(write(answer, failed, 2) == 2 ? 0 : EXIT_TOOL_FAILED);
	}
	if (write(answer, "r", 1) != 1)
		note("the launcher is gone already");
	close(answer);
	let_go_of_terminal();
	status = held ? hold(held, child) : status_of(child);
	/* Somebody may wait, with the file open. */
	if (store_write_exit(stored->directory, status) != 0)
		note("cannot keep the exit status %d: %s", status, errno_text(errno));
	if (remove) {
		store_remove_own(stored->directory, stored->name);
		_Exit(0);
	}
	stored->status = STORE_STOPPED;
	stored->pid = 0;
	store_write_state(stored); /* what counts is the file "exit" */
	_Exit(0);
}

/* The launcher: waits for what the shim says. */
static _Noreturn void wait_for_shim(int answer, const char *name)
{
	char said[2] = "";
	ssize_t got;

	while ((got = read(answer, said, 2)) < 0 && errno == EINTR)
		;
	if (got >= 1 && *said == 'r') {
		printf("%s\n", name);
		exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
	}
	/* Without a word it has said itself what was wrong. */
	exit(got == 2 ? (unsigned char)said[1] : EXIT_TOOL_FAILED);
}

const char *detach_choose_name(void)
{
	static char name[16];
	unsigned number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		die_errno("cannot choose a name");
	snprintf(name, sizeof(name), "c%08x", number);
	return name;
}

/* The chain's process: has the new terminal for its input and output, but still
 * the launcher's messages; or reads nothing. */
static void take_input(const struct held *held)
{
	int null;

	if (held) {
		close(held->master);
		close(held->listener);
		if (setsid() < 0 || ioctl(held->slave, TIOCSCTTY, 0) != 0 ||
		    dup2(held->slave, 0) < 0 || dup2(held->slave, 1) < 0)
			die_errno("cannot make the new terminal ours");
		close(output);
		output = held->slave;
		return;
	}
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0)
		die_errno("cannot read from /dev/null");
	close(null);
}

/* The answer's other end, and the shim's child. */
void detach(const struct chain *chain, const char *name, bool tty, bool remove)
{
	struct stored stored = { .directory = -1, .created = time(NULL) };
	struct held room = { -1, -1, -1, -1 }, *held = tty ? &room : NULL;
	int answer[2], ends[2];
	pid_t child, shim, parent;

	store_check_name(name);
	signal(SIGCHLD, SIG_DFL);
	if (pipe2(answer, O_CLOEXEC) != 0)
		die_errno("cannot make a pipe to the shim");
	shim = fork();
	if (shim < 0)
		die_errno("cannot fork the shim");
	if (shim > 0) {
		close(answer[1]);
		wait_for_shim(answer[0], name);
	}
	close(answer[0]);
	answer[1] = begin_move_up(answer[1]);
	/* No key of the launcher's terminal, and not its end, is for us. */
	if (setsid() < 0)
		die_errno("cannot begin a session");
	strcpy(stored.name, name);
	record_describe(chain, stored.command, sizeof(stored.command));
	stored.own_cgroup = record_has_cgroup(chain);
	stored.directory = begin_move_up(store_claim(name));
	record_links(stored.directory, name, chain);
	output = openat(stored.directory, "log",
			O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (output < 0)
		store_give_up(stored.directory, name, "make the log");
	output = begin_move_up(output);
	if (held)
		hold_open(held, stored.directory, output);
	begin_open(ends);

	parent = getpid();
	child = fork();
	if (child < 0)
		die_errno("cannot fork the container");
	if (child > 0) {
		close(ends[1]);
		be_the_shim(&stored, child, ends[0], answer[1], held, remove);
	}
	close(ends[0]);
	close(answer[1]);
	close(stored.directory);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		die_errno("cannot ask to be killed with the shim");
	/* Had it died before that, we would not have been told. */
	if (getppid() != parent)
		_Exit(EXIT_TOOL_FAILED);
	take_input(held);
	keep_descriptor(output);
	old_stderr = begin_move_up(dup(2));
	keep_descriptor(old_stderr);
	begin_tell(ends[1], print_to_log, talk_to_launcher);
	standing_behind = leave_launcher;
}
