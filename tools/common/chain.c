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
#include "order.h"
#include "planned.h"
#include "step.h"
#include "trace.h"
#include "why.h"

const char *const tool_names[] = { "cgroup", "ns-user", "ns-pid",  "ns-uts", "ns-ipc", "ns-net",
				   "ns-mnt", "chroot",	"capdrop", "lsm",    NULL };

bool use_carried_links;
const char *chain_name;
const char *new_root;
char **(*before_link)(char *words[]);
void (*exec_failed)(void);
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

/* The carried link that a word means, or NULL. */
static const struct link *carried(const char *word)
{
	for (const struct link *link = carried_links; use_carried_links && link->name; link++)
		if (strcmp(link->name, word) == 0)
			return link;
	return NULL;
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

static char *default_shell(void)
{
	static char bin_sh[] = "/bin/sh";
	char *shell = getenv("SHELL");

	if (shell && *shell && access(shell, X_OK) == 0)
		return shell;
	return bin_sh;
}

/* The words of the program: without "--", and the shell when there are none. */
static char **program_of(char *words[])
{
	static char *shell[2];

	if (words[0] && strcmp(words[0], "--") == 0)
		words++;
	if (words[0])
		return words;
	shell[0] = default_shell();
	return shell;
}

/* Writes "DIRECTORY/WORD", or "" when that is too long. */
static void name_file(char *file, size_t size, const char *directory, size_t length,
		      const char *word)
{
	int n = snprintf(file, size, "%.*s%s%s", (int)length, directory, length ? "/" : "", word);

	if (n < 0 || (size_t)n >= size)
		*file = '\0';
}

/* As chain_candidate(), for the word itself. */
static bool candidate(const char *word, int n, char *file, size_t size)
{
	const char *path = getenv("PATH");

	if (!*word || carried(word))
		return false;
	if (strchr(word, '/')) {
		name_file(file, size, "", 0, word);
		return n == 0;
	}
	if (is_tool(word)) {
		const char *tools = tool_directory();

		if (tools && n-- == 0) {
			name_file(file, size, tools, strlen(tools), word);
			return true;
		}
	}
	if (!path || !*path)
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (const char *end; *path; path = end + (*end == ':')) {
		end = strchrnul(path, ':');
		if (n-- == 0) {
			/* An empty directory in PATH is the current one. */
			name_file(file, size, path, (size_t)(end - path), word);
			return true;
		}
	}
	return false;
}

bool chain_candidate(char *words[], int n, char *file, size_t size)
{
	return candidate(program_of(words)[0], n, file, size);
}

/* Executes the first candidate for a bare name that can be. Returns with errno
 * set and *file the one that was found: ENOENT and "" when there was none. A
 * file that may not be executed does not end the search, as in the shell. */
static void exec_first(char *words[], char *file, size_t size)
{
	char path[PATH_MAX];
	int error = ENOENT;

	*file = '\0';
	for (int n = 0; candidate(words[0], n, path, sizeof(path)); n++) {
		execve(path, words, environ);
		if (errno == ENOENT || errno == ENOTDIR || *file)
			continue;
		/* A directory that we may not enter holds nothing that was found. */
		if (errno == EACCES && faccessat(AT_FDCWD, path, F_OK, 0) != 0)
			continue;
		error = errno;
		snprintf(file, size, "%s", path);
		if (error != EACCES)
			break;
	}
	/* ENOENT may be about a file that is there, and its loader is not. */
	for (int n = 0; !*file && candidate(words[0], n, path, sizeof(path)); n++)
		if (faccessat(AT_FDCWD, path, F_OK, 0) == 0)
			snprintf(file, size, "%s", path);
	errno = error;
}

void exec_next(char *words[])
{
	char file[PATH_MAX] = "";
	const struct link *link;

	step_end_link();
	trace_end_link();
	planned_add(tool_name);
	if (checking)
		_Exit(0);
	if (before_link)
		words = before_link(words);
	words = program_of(words);
	if (!*words[0]) {
		errno = ENOENT;
		why_die_program(words[0], "");
	}
	link = carried(words[0]);
	if (link)
		exit(link->main(count_words(words), words));
	if (dry_run && !is_tool(words[0])) {
		dprintf(2, "%s: would execute %s\n", tool_name, words[0]);
		_Exit(0);
	}
	if (dry_run)
		words = pass_on_dry_run(words);
	if (chain_name)
		tool_name = chain_name;
	if (!is_tool(words[0]))
		order_forget();
	if (!strchr(words[0], '/')) {
		exec_first(words, file, sizeof(file));
	} else {
		snprintf(file, sizeof(file), "%s", words[0]);
		execve(words[0], words, environ);
	}
	if (exec_failed) {
		int error = errno;

		exec_failed();
		errno = error;
	}
	why_die_program(words[0], file);
}
