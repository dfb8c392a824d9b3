/* chain.c: handing over to the next link. See chain.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
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
		/* compose-run's sealed copy of itself is in no directory. */
		if (strncmp(path, "/memfd:", strlen("/memfd:")) == 0)
			return NULL;
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

/* compose-run's own links; as a tool, the whole of it is no link. */
static const char *const own_links[] = { "hooks", "process", "time", NULL };

int chain_name_words(char *const words[])
{
	if (strcmp(words[0], "compose-run") != 0 || !words[1])
		return 1;
	for (const char *const *name = own_links; *name; name++)
		if (strcmp(*name, words[1]) == 0)
			return 2;
	return 1;
}

/* Whether the word is looked for beside the running tool. */
static bool is_link(char *const words[])
{
	return is_tool(words[0]) || chain_name_words(words) == 2;
}

static int count_words(char *words[])
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

/* Whether the words begin with a link's name, which may be two words. */
static bool is_named(const struct link *link, char *const words[])
{
	size_t length = strlen(words[0]);

	if (chain_name_words(words) == 1)
		return strcmp(link->name, words[0]) == 0;
	return strncmp(link->name, words[0], length) == 0 && link->name[length] == ' ' &&
	       strcmp(link->name + length + 1, words[1]) == 0;
}

/* The carried link that the words begin with, or NULL. */
static const struct link *carried(char *const words[])
{
	for (const struct link *link = carried_links; use_carried_links && link->name; link++)
		if (is_named(link, words))
			return link;
	return NULL;
}

bool chain_is_carried(char *const words[])
{
	return words[0] && carried(words);
}

/* The words with --dry-run put in behind the name, for the next tool. */
static char **pass_on_dry_run(char *words[])
{
	static char option[] = "--dry-run";
	int n = count_words(words), name = chain_name_words(words);
	char **longer = calloc((size_t)n + 2, sizeof(*longer));

	if (!longer)
		die_errno("cannot hand over to %s", words[0]);
	for (int i = 0; i < n; i++)
		longer[i + (i >= name)] = words[i];
	longer[name] = option;
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

/* As chain_candidate(), for the words themselves. */
static bool candidate(char *const words[], int n, char *file, size_t size)
{
	const char *path = getenv("PATH"), *word = words[0];

	if (!*word || carried(words))
		return false;
	if (strchr(word, '/')) {
		name_file(file, size, "", 0, word);
		return n == 0;
	}
	if (is_link(words)) {
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
	return candidate(program_of(words), n, file, size);
}

/* Executes the first candidate for a bare name that can be. Returns with errno
 * set and *file the one that was found: ENOENT and "" when there was none. A
 * file that may not be executed does not end the search, as in the shell. */
static void exec_first(char *words[], char *file, size_t size)
{
	char path[PATH_MAX];
	int error = ENOENT;

	*file = '\0';
	for (int n = 0; candidate(words, n, path, sizeof(path)); n++) {
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
	for (int n = 0; !*file && candidate(words, n, path, sizeof(path)); n++)
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
	link = carried(words);
	if (link)
		exit(link->main(count_words(words), words));
	if (dry_run && !is_link(words)) {
		dprintf(2, "%s: would execute %s\n", tool_name, words[0]);
		_Exit(0);
	}
	if (dry_run)
		words = pass_on_dry_run(words);
	if (chain_name)
		tool_name = chain_name;
	if (!is_link(words))
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
