/* run.c: what is done with a chain: print it, run it, or try its layers. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "memory.h"
#include "message.h"
#include "oom_score.h"
#include "paste.h"
#include "run.h"
#include "step.h"
#include "ulimits.h"

/* What the first link is called by. Behind env(1), PATH is the container's,
 * and our directory may not be in it. The further links are found beside it. */
static char *first_name(char *name)
{
	const char *folder = tool_directory();
	char *path;

	if (!folder || strcmp(folder, "/usr/local/bin") == 0 || strcmp(folder, "/usr/bin") == 0)
		return name;
	path = print_text("%s/%s", folder, name);
	/* env(1) would take it for a variable, and pass the link over. */
	if (strchr(path, '='))
		die("the directory of the tools has '=' in its name, so env can't run them: %s",
		    folder);
	return path;
}

/* Where the ten tools begin: the rows before are programs of the machine, whose
 * work we do ourselves when the links are not run as programs. */
static size_t first_tool(const struct chain *chain)
{
	size_t i = 1;

	while (i < chain->count && row_is_outside(&chain->rows[i]))
		i++;
	return i;
}

/* The chain as one list of words; a copy of compose-run's -x goes to each
 * link that is a program of its own. */
static void flatten(const struct chain *chain, bool separate, struct words *all)
{
	size_t first = first_tool(chain);

	for (size_t i = separate ? 0 : first; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;
		size_t name = (size_t)chain_name_words(words->word);

		/* In a dry run it would change us, and perhaps be refused. */
		if (dry_run && i > 0 && i < first)
			continue;

		for (size_t j = 0; j < words->count; j++) {
			char *word = words->word[j];

			if (separate && i == first && j == 0 && chain->rows[i].comment)
				word = first_name(word);
			words_add(all, "%s", word);
			if (separate && i >= first && chain->rows[i].comment && explaining_chain &&
			    j + 1 == name)
				words_add(all, dry_run ? "-n" : "-x");
		}
	}
}

/* Prints a word so that a shell reads it back. Returns the columns taken. */
static int print_word(const char *word)
{
	char *quoted = paste_word(word);
	int columns = printf("%s", quoted);

	free(quoted);
	return columns;
}

void run_print(const struct chain *chain)
{
	size_t first = first_tool(chain);

	for (size_t i = 0; i < chain->count; i++) {
		const struct row *row = &chain->rows[i];
		int column = 0;

		for (size_t j = 0; j < row->words.count; j++) {
			char *word = row->words.word[j];

			if (i == first && j == 0 && row->comment)
				word = first_name(word);
			/* A long link goes on in the next row, at an option. */
			if (column > 60 && strncmp(word, "--", 2) == 0) {
				printf(" \\\n    ");
				column = 4;
			} else if (j) {
				column += printf(" ");
			}
			column += print_word(word);
			if (j + 1 == (size_t)chain_name_words(row->words.word) && row->comment &&
			    i >= first && explaining_chain)
				column += printf(" -x");
		}
		/* A command substitution of a comment is nothing: the one way
		 * to have a comment inside a line that goes on. */
		if (row->comment)
			printf("%*s`# %s` \\\n", column < 40 ? 40 - column : 1, "", row->comment);
	}
	if (chain->file) {
		printf(" %u<", chain->file_fd);
		print_word(chain->file);
	}
	printf("\n");
	if (fflush(stdout) != 0)
		die_errno("cannot print the chain");
}

/* Does what the first row, env(1), does as a program. */
static void set_environment(const struct words *words)
{
	clearenv();
	for (size_t i = 2; i < words->count; i++)
		putenv(words->word[i]);
}

/* What was read of the file, as a file without a name. */
static int open_text(const struct chain *chain)
{
	int fd = memfd_create("profile", 0);

	if (fd < 0)
		step_fail("memfd_create(\"profile\", 0)", "keep what was read of '%s'",
			  chain->file);
	if (write(fd, chain->text, chain->size) != (ssize_t)chain->size)
		step_fail("write(fd, chain->text, chain->size)", "keep what was read of '%s'",
			  chain->file);
	if (lseek(fd, 0, SEEK_SET) != 0)
		step_fail("lseek(fd, 0, SEEK_SET)", "keep what was read of '%s'", chain->file);
	return fd;
}

/* Opens the file that a link reads, as the descriptor that it is told. */
static void open_file(const struct chain *chain)
{
	int fd = chain->text ? open_text(chain) : open(chain->file, O_RDONLY | O_NONBLOCK);
	int wanted = (int)chain->file_fd;
	struct stat status;

	if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)))
		die("the seccomp profile '%s' is no regular file", chain->file);
	if (fd < 0)
		die_errno("cannot open the seccomp profile '%s'", chain->file);
	if (fd != wanted && (dup2(fd, wanted) < 0 || close(fd) != 0))
		die_errno("cannot pass on the seccomp profile '%s'", chain->file);
}

void run_chain(const struct chain *chain, bool separate)
{
	struct words all = { NULL, 0 };

	if (chain->file)
		open_file(chain);
	/* Also when prlimit(1) will do it again: so it is told as ours are. */
	for (size_t i = 1; i < first_tool(chain); i++)
		if (strcmp(chain->rows[i].words.word[0], "choom") == 0)
			oom_score_set(&chain->rows[i].words);
		else
			ulimits_set(&chain->rows[i].words);
	flatten(chain, separate, &all);
	if (!separate) {
		set_environment(&chain->rows[0].words);
		use_carried_links = true;
		chain_name = tool_name;
	}
	exec_next(all.word);
}

/* Runs words in a child that ends with a --check. Returns whether it works. */
static bool try_words(const char *const words[])
{
	char *copy[16];
	size_t n = 0;
	int status;
	pid_t child;

	for (; n < 15 && words[n]; n++)
		copy[n] = copy_text(words[n]);
	copy[n] = NULL;
	fflush(stdout);
	child = fork();
	if (child < 0)
		die_errno("cannot fork for the check");
	if (child == 0) {
		use_carried_links = true;
		exec_next(copy);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void run_check(void)
{
	/* Each layer behind those that it needs, as in the chain. */
	static const char *const chains[][12] = {
		{ "cgroup", "--check", NULL },
		{ "ns-user", "--check", NULL },
		{ "ns-user", "ns-pid", "--check", NULL },
		{ "ns-user", "ns-uts", "--hostname", "check", "--check", NULL },
		{ "ns-user", "ns-ipc", "--check", NULL },
		{ "ns-user", "ns-net", "--check", NULL },
		{ "ns-user", "ns-pid", "ns-mnt", "--check", NULL },
		{ "ns-user", "ns-mnt", "--ro-bind", "/:/tmp", "chroot", "--check", "--pivot",
		  "/tmp", NULL },
		{ "ns-user", "capdrop", "--preset", "docker", "--check", NULL },
		{ "ns-user", "capdrop", "lsm", "--check", NULL },
	};
	bool all = true;

	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++)
		all &= try_words(chains[i]);
	exit(all ? 0 : 1);
}
