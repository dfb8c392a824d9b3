/* check.c: does this work here, as this user? See check.h. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "check.h"
#include "message.h"

/* Reads all of a descriptor, up to size - 1 bytes, as a string. */
static void read_all(int fd, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
}

void check(void)
{
	char said[4096];
	const char *reason = said;
	size_t name = strlen(tool_name);
	int ends[2], status;
	pid_t child;

	/* Inherited as ignored, SIGCHLD would take the status away. */
	signal(SIGCHLD, SIG_DFL);
	if (pipe(ends) != 0)
		die_errno("cannot make a pipe for the check");
	child = fork();
	if (child < 0)
		die_errno("cannot fork for the check");
	if (child == 0) {
		if (dup2(ends[1], 2) < 0)
			_Exit(EXIT_TOOL_FAILED);
		close(ends[0]);
		close(ends[1]);
		checking = true;
		return;
	}
	close(ends[1]);
	read_all(ends[0], said, sizeof(said));
	if (waitpid(child, &status, 0) != child)
		die_errno("cannot wait for the check");
	if (strncmp(said, tool_name, name) == 0 && said[name] == ':')
		reason += name + 1 + (said[name + 1] == ' ');
	if (status == 0)
		printf("✓ %s\n", tool_name);
	else
		printf("✗ %s: %s", tool_name, *reason ? reason : "failed, and said nothing\n");
	exit(fflush(stdout) == 0 && status == 0 ? 0 : 1);
}
