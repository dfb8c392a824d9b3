/* outcome.c: running what ends its process. See unit.h. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct outcome outcome_of(void (*function)(void *), void *argument)
{
	struct outcome outcome = { 0 };
	size_t used = 0;
	ssize_t got;
	int ends[2], status;
	pid_t child;

	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		function(argument);
		fflush(stdout);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], outcome.said + used, sizeof(outcome.said) - 1 - used)) > 0)
		used += (size_t)got;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	return outcome;
}
