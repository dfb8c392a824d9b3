/* chain.c: handing over to the next link. See chain.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "step.h"
#include "why.h"

const char *const tool_names[] = { "cgroup", "ns-user", "ns-pid", "ns-uts", "ns-ipc", "ns-net",
				   "ns-mnt", "chroot",	"capdrop", "lsm", NULL };

bool use_carried_links;
bool checking;

const char *tool_directory(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
	} else {
		/* Without /proc the kernel has still told us which file it
		 * was asked to execute. */
		const char *file = (const char *)getauxval(AT_EXECFN);

		if (!file || !realpath(file, path))
			return NULL;
	}
	slash = strrchr(path, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return path;
}

static bool is_tool(const char *word)
{
	for (const char *const *name = tool_names; *name; name++)
		if (strcmp(*name, word) == 0)
			return true;
	return false;
}

static int count_words(char *words[])
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

/* Calls main() of a carried link. */
static void call_carried(char *words[])
{
	for (const struct link *link = carried_links; link->name; link++)
		if (strcmp(link->name, words[0]) == 0)
			exit(link->main(count_words(words), words));
}

/* The words with --dry-run put in behind the first, for the next tool. */
static char **pass_on_dry_run(char *words[])
{
	static char option[] = "--dry-run";
	int n = count_words(words);
	char **longer = calloc((size_t)n + 2, sizeof(*longer));

	if (!longer)
		die_errno("cannot hand over to %s", words[0]);
	longer[0] = words[0];
	longer[1] = option;
	for (int i = 1; i < n; i++)
		longer[i + 1] = words[i];
	return longer;
}

/* Looks for a bare name in the directories of PATH, and executes the first
 * that is there. Returns with errno set: ENOENT when there was none, and
 * what execve said otherwise. *file is the one that was found last. */
static void exec_in_path(char *words[], char *file, size_t size)
{
	const char *path = getenv("PATH");
	int error = ENOENT;

	if (!path || !*path)
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (const char *end; *path; path = end + (*end == ':')) {
		char candidate[PATH_MAX];
		int n;

		end = strchrnul(path, ':');
		n = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)(end - path), path,
			     end == path ? "" : "/", words[0]);
		if (n < 0 || (size_t)n >= sizeof(candidate))
			continue;
		execve(candidate, words, environ);
		if (errno == ENOENT && faccessat(AT_FDCWD, candidate, F_OK, 0) != 0)
			continue;
		if (errno == ENOTDIR)
			continue;
		/* There is a file. A later directory may hold one that runs,
		 * as the shell would find; if none does, this is the error. */
		if (error == ENOENT) {
			error = errno;
			snprintf(file, size, "%s", candidate);
		}
		if (errno != EACCES)
			break;
	}
	errno = error;
}

static char *default_shell(void)
{
	static char bin_sh[] = "/bin/sh";
	char *shell = getenv("SHELL");

	if (shell && *shell && access(shell, X_OK) == 0)
		return shell;
	return bin_sh;
}

void exec_next(char *words[])
{
	char *shell[2] = { NULL, NULL };
	char file[PATH_MAX] = "";

	if (checking)
		_Exit(0);
	if (words[0] && strcmp(words[0], "--") == 0)
		words++;
	if (!words[0]) {
		shell[0] = default_shell();
		words = shell;
	}
	if (!*words[0]) {
		errno = ENOENT;
		why_die_program(words[0], "");
	}

	if (strchr(words[0], '/')) {
		if (dry_run)
			goto would_execute;
		snprintf(file, sizeof(file), "%s", words[0]);
		execve(words[0], words, environ);
		why_die_program(words[0], file);
	}
	if (is_tool(words[0])) {
		const char *directory = tool_directory();

		if (use_carried_links)
			call_carried(words);
		if (dry_run)
			words = pass_on_dry_run(words);
		if (directory) {
			int n = snprintf(file, sizeof(file), "%s/%s", directory, words[0]);

			if (n > 0 && (size_t)n < sizeof(file))
				execve(file, words, environ);
			if (errno != ENOENT)
				why_die_program(words[0], file);
			*file = '\0';
		}
	} else if (dry_run) {
		goto would_execute;
	}
	exec_in_path(words, file, sizeof(file));
	why_die_program(words[0], file);

would_execute:
	dprintf(2, "%s: would execute %s\n", tool_name, words[0]);
	_Exit(0);
}
