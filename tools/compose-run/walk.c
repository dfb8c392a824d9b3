/* walk.c: --step. See walk.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "message.h"
#include "paste.h"
#include "step.h"
#include "walk.h"

/* Why each link stands where it does. */
static const char *const places[][2] = {
	{ "cgroup", "first: the files of cgroups are outside, and soon out of sight" },
	{ "ns-user", "before what it is to own: the powers that it gives count for that only" },
	{ "ns-pid", "behind ns-user, which owns it; before ns-mnt, for its /proc to show it" },
	{ "ns-uts", "behind ns-user, which owns it; else the order does not matter" },
	{ "ns-ipc", "behind ns-user, which owns it; else the order does not matter" },
	{ "ns-net", "behind ns-user, which owns it; before ns-mnt, for its /sys to show it" },
	{ "ns-mnt", "before chroot: the mounts are made of what is outside" },
	{ "chroot", "behind the mounts, and before the powers go that it takes" },
	{ "capdrop", "late: all before it takes capabilities" },
	{ "lsm", "last: it would forbid the calls of all others" },
	{ "compose-run hooks", "where the config.json's hooks are due" },
	{ "compose-run process", "before the powers go that it may take" },
	{ "compose-run time", "behind ns-user, which owns it; before ns-pid, which forks for it" },
};

static const struct chain *walked;
static size_t at; /* the row that comes next */
static int left_out;

/* The name of a link: "ns-uts", or "compose-run time". */
static const char *name_of(const struct row *row)
{
	static char name[64];

	if (chain_name_words(row->words.word) == 1)
		return row->words.word[0];
	snprintf(name, sizeof(name), "%s %s", row->words.word[0], row->words.word[1]);
	return name;
}

static const char *place_of(const struct row *row)
{
	const char *tool = name_of(row);

	if (row->words.count == 2 && strcmp(row->words.word[1], "--cgroupns") == 0)
		return "behind ns-user, which owns it; behind the first cgroup, its topmost";
	if (row->words.count > 1 && strcmp(row->words.word[1], "--outside") == 0)
		return "before ns-user, behind which nobody has a right to this network any more";
	if (strcmp(tool, "ns-net") == 0 && row->words.count > 1 &&
	    strncmp(row->words.word[1], "--user-net", 10) == 0)
		return "behind ns-user, which owns it; before ns-pid, where its helper must not be";
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (strcmp(places[i][0], tool) == 0)
			return places[i][1];
	return "";
}

/* The row whose words these are, or NULL: the program is none. */
static const struct row *row_of(char *const words[])
{
	const struct row *row = at < walked->count ? &walked->rows[at] : NULL;

	return row && row->comment && strcmp(row->words.word[0], words[0]) == 0 ? row : NULL;
}

static void tell(const struct row *row)
{
	size_t column = 0;

	dprintf(2, "\n%s: %s\n  why here: %s\n  ", name_of(row), row->comment, place_of(row));
	for (size_t i = 0; i < row->words.count; i++) {
		char *word = paste_word(row->words.word[i]);

		if (column > 60 && strncmp(word, "--", 2) == 0) {
			dprintf(2, "\\\n      ");
			column = 4;
		}
		column += (size_t)dprintf(2, "%s ", word);
		free(word);
	}
	dprintf(2, "\n");
}

/* A shell where we are now. It has the terminal until it ends. */
static void look_around(void)
{
	void (*interrupt)(int) = signal(SIGINT, SIG_IGN);
	void (*quit)(int) = signal(SIGQUIT, SIG_IGN);
	void (*output)(int) = signal(SIGTTOU, SIG_IGN);
	void (*children)(int) = signal(SIGCHLD, SIG_DFL);
	pid_t front = tcgetpgrp(0), child;

	dprintf(2, "A shell in what has been built so far; 'exit' leads back.\n");
	child = fork();
	if (child == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGTTOU, SIG_DFL);
		execl("/bin/sh", "sh", (char *)NULL);
		dprintf(2, "%s: cannot run /bin/sh here: %s\n", tool_name, errno_text(errno));
		_Exit(EXIT_CANNOT_RUN);
	}
	if (child < 0)
		dprintf(2, "%s: cannot fork a shell here: %s\n", tool_name, errno_text(errno));
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (front > 0)
		tcsetpgrp(0, front); /* what the shell took may be gone with it */
	signal(SIGINT, interrupt);
	signal(SIGQUIT, quit);
	signal(SIGTTOU, output);
	signal(SIGCHLD, children);
}

/* The first letter of the line that is typed; 'q' at the end of input. Byte by
 * byte: what comes behind the line is the program's. */
static char read_answer(void)
{
	char first = '\n', byte;
	ssize_t got;

	for (bool begun = false;; begun = true) {
		while ((got = read(0, &byte, 1)) < 0 && errno == EINTR)
			;
		if (got <= 0)
			return 'q';
		if (!begun)
			first = byte;
		if (byte == '\n')
			return first;
	}
}

/* As before_link wants it (chain.h). */
static char **stop_before(char *words[])
{
	const struct row *row;

	while ((row = row_of(words))) {
		tell(row);
		dprintf(2, "[Enter] do it   s a shell here   k leave it out   q stop: ");
		switch (read_answer()) {
		case '\n': at++; return words;
		case 's': look_around(); break;
		case 'k':
			/* They talk to each other. */
			if (strcmp(name_of(row), "compose-run hooks") == 0) {
				dprintf(2,
					"Hooks can't be left out here, but in the config.json.\n");
				break;
			}
			dprintf(2, "%s is left out.\n", row->words.word[0]);
			words += row->words.count;
			left_out++;
			at++;
			break;
		case 'q':
			dprintf(2, "\n%s: stopped before %s; the program was not run\n", tool_name,
				row->words.word[0]);
			exit(EXIT_TOOL_FAILED);
		}
	}
	if (left_out)
		dprintf(2, "\nDone, but for what was left out. The program:\n");
	else
		dprintf(2, "\nAll layers are there. The program:\n");
	return words;
}

void walk_through(const struct chain *chain)
{
	if (!isatty(0) || !isatty(2))
		die("--step asks before each layer, and input or messages are no terminal here; use "
		    "--explain, or script(1)");
	walked = chain;
	/* Past env(1), prlimit(1) and choom(1), which are done already. */
	for (at = 1; row_is_outside(&chain->rows[at]);)
		at++;
	before_link = stop_before;
}
