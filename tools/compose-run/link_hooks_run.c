/* link_hooks_run.c: one hook, from its JSON to its end. See link_hooks.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "link_hooks.h"
#include "memory.h"
#include "message.h"

static char failure[400];
static unsigned went_well;

const char *hook_failure(void)
{
	return failure;
}

unsigned hook_count(void)
{
	return went_well;
}

/* ---- what is asked for ---- */

/* A list of strings as execve(2) takes it. */
static char **read_list(const char *option, const json_t *list)
{
	size_t count = json_array_size(list);
	char **words = resize(NULL, count + 1, sizeof(*words));

	for (size_t i = 0; i < count; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		if (!word)
			die("--%s: \"args\" and \"env\" are lists of strings", option);
		words[i] = copy_text(word);
	}
	words[count] = NULL;
	return words;
}

void hook_read(const char *option, const char *text, struct hook *hook)
{
	json_error_t error;
	json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	json_t *args = NULL, *env = NULL;
	json_int_t timeout = 1;

	if (!document)
		die("--%s takes a hook in JSON, as the config.json has it: %s", option, error.text);
	*hook = (struct hook){ .timeout = 0 };
	if (json_unpack_ex(document, &error, 0, "{s:s, s?o, s?o, s?I !}", "path", &hook->path,
			   "args", &args, "env", &env, "timeout", &timeout) != 0)
		die("--%s takes {\"path\": ..., \"args\": [...], \"env\": [...], \"timeout\": ...}: %s",
		    option, error.text);
	if (*hook->path != '/')
		die("--%s: the path of a hook is absolute, and not '%.100s'", option, hook->path);
	if ((args && !json_is_array(args)) || (env && !json_is_array(env)))
		die("--%s: \"args\" and \"env\" are lists of strings", option);
	if (timeout < 1 || timeout > INT_MAX)
		die("--%s: a timeout is a number of seconds from 1 to %d", option, INT_MAX);
	if (json_object_get(document, "timeout"))
		hook->timeout = (int)timeout;
	hook->args = read_list(option, args);
	hook->env = read_list(option, env);
	if (!hook->args[0]) {
		hook->args = resize(hook->args, 2, sizeof(*hook->args));
		hook->args[0] = copy_text(hook->path);
		hook->args[1] = NULL;
	}
	/* The document stays: the path is part of it. */
}

/* ---- running it ---- */

/* A pipe that holds the whole text already, so that nobody has to wait for a hook
 * that does not read it. Returns the end to read from, or -1 with errno. */
static int pipe_with(const char *text)
{
	size_t size = strlen(text);
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	if ((size <= 65536 || fcntl(ends[1], F_SETPIPE_SZ, size) >= 0) &&
	    write(ends[1], text, size) == (ssize_t)size && fcntl(ends[0], F_SETFL, 0) == 0) {
		close(ends[1]);
		return ends[0];
	}
	error = errno;
	close(ends[0]);
	close(ends[1]);
	errno = error;
	return -1;
}

/* The child: tells through `started` why it could not become the hook. */
static _Noreturn void become(const struct hook *hook, int input, int started, pid_t parent,
			     const sigset_t *mask, const char *directory)
{
	unsigned last = (unsigned)started;
	int error;

	/* A group of its own, so that all of it can be ended when it takes too
	 * long; and gone with us. */
	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(EXIT_TOOL_FAILED);
	/* What it prints is no output of the program's. */
	if (dup2(input, 0) == 0 && dup2(2, 1) == 1 &&
	    (last == 3 || syscall(SYS_close_range, 3, last - 1, 0) == 0) &&
	    syscall(SYS_close_range, last + 1, ~0U, 0) == 0 &&
	    (!directory || chdir(directory) == 0)) {
		signal(SIGPIPE, SIG_DFL);
		signal(SIGCHLD, SIG_DFL);
		sigprocmask(SIG_SETMASK, mask, NULL);
		execve(hook->path, hook->args, hook->env);
	}
	error = errno;
	_exit(write(started, &error, sizeof(error)) == sizeof(error) ? EXIT_CANNOT_RUN
								     : EXIT_TOOL_FAILED);
}

/* Waits for its end, up to the timeout, with SIGCHLD blocked. Returns whether it
 * has ended, with its status. */
static bool wait_for(pid_t child, int timeout, int *status)
{
	struct timespec now, end;
	sigset_t one;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout;
	sigemptyset(&one);
	sigaddset(&one, SIGCHLD);
	for (;;) {
		struct timespec left;

		if (waitpid(child, status, timeout ? WNOHANG : 0) == child)
			return true;
		if (!timeout)
			continue; /* a signal came */
		clock_gettime(CLOCK_MONOTONIC, &now);
		left.tv_sec = end.tv_sec - now.tv_sec;
		left.tv_nsec = end.tv_nsec - now.tv_nsec;
		if (left.tv_nsec < 0) {
			left.tv_nsec += 1000000000;
			left.tv_sec--;
		}
		if (left.tv_sec < 0)
			return false;
		sigtimedwait(&one, NULL, &left);
	}
}

/* From fork to end. Returns as hook_run() does. */
static int run_child(const struct hook *hook, int input, const sigset_t *mask,
		     const char *directory)
{
	pid_t child, parent = getpid();
	int started[2], error = 0, status = 0;
	ssize_t got;

	if (pipe2(started, O_CLOEXEC) != 0)
		return -1;
	child = fork();
	if (child == 0)
		become(hook, input, started[1], parent, mask, directory);
	close(started[1]);
	if (child < 0) {
		close(started[0]);
		return -1;
	}
	/* Both do it, so that it is done whoever comes first. */
	setpgid(child, child);
	while ((got = read(started[0], &error, sizeof(error))) < 0 && errno == EINTR)
		;
	close(started[0]);
	if (!wait_for(child, hook->timeout, &status)) {
		kill(-child, SIGKILL);
		waitpid(child, &status, 0);
		snprintf(failure, sizeof(failure), "it took longer than its timeout, %d s",
			 hook->timeout);
	} else if (got == sizeof(error)) {
		snprintf(failure, sizeof(failure), "it could not be executed: %s",
			 errno_text(error));
	} else if (WIFSIGNALED(status)) {
		snprintf(failure, sizeof(failure), "it was ended by SIG%s",
			 sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "RT");
	} else if (WEXITSTATUS(status) != 0) {
		snprintf(failure, sizeof(failure), "it ended with status %d", WEXITSTATUS(status));
	}
	errno = 0;
	return *failure ? -1 : 0;
}

int hook_run(const struct hook *hook, const char *state, const sigset_t *mask,
	     const char *directory)
{
	struct sigaction children;
	sigset_t one, before;
	int input = pipe_with(state), result, error;

	*failure = '\0';
	if (input < 0)
		return -1;
	/* Inherited as ignored, SIGCHLD would never come. */
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL }, &children);
	sigemptyset(&one);
	sigaddset(&one, SIGCHLD);
	sigprocmask(SIG_BLOCK, &one, &before);
	result = run_child(hook, input, mask, directory);
	error = errno;
	went_well += result == 0;
	/* As PID 1 we have got what it left behind. */
	while (getpid() == 1 && waitpid(-1, NULL, WNOHANG) > 0)
		;
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGCHLD, &children, NULL);
	close(input);
	errno = error;
	return result;
}
