/* minimize.c: the smallest set of capabilities with which a program works.
 * See minimize.h.
 *
 * One could leave out one capability after the other, and keep those without
 * which the program fails: 41 runs. Here a whole block of them is left out at
 * once. If the program still works, none of the block is needed; if not, the
 * block is cut in halves, and each is tried by itself. The answer is the same,
 * and a program that needs one capability is run about 14 times. (Delta
 * debugging, by Andreas Zeller, is of this kind.)
 *
 * The runs are as if the line that is printed had been typed: the same steps,
 * in a child. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "memory.h"
#include "message.h"
#include "minimize.h"
#include "paste.h"
#include "sets.h"
#include "step.h"
#include "why.h"

struct search {
	const struct minimize *what;
	pid_t ourselves;
	int input;	 /* what the program reads */
	off_t beginning; /* where that is to begin */
	int runs;

	/* What is known already. */
	struct {
		uint64_t set;
		bool works;
	} * known;
	size_t known_count;
};

/* Input that can't be read twice is copied, to its end. That of a terminal is
 * somebody who can't be asked 14 times. */
static int copy_input(void)
{
	struct pollfd waiting = { .fd = 0, .events = POLLIN };
	char buffer[65536];
	ssize_t got;
	int copy = memfd_create("standard input", MFD_CLOEXEC);

	if (copy < 0)
		die_errno("cannot keep a copy of the standard input for the runs");
	if (poll(&waiting, 1, 1000) == 0)
		note("reading the standard input to its end, as each run is to get all of it; "
		     "</dev/null gives them none");
	while ((got = read(0, buffer, sizeof(buffer))) > 0)
		if (write(copy, buffer, (size_t)got) != got)
			die_errno("cannot keep a copy of the standard input for the runs");
	if (got < 0)
		die_errno("cannot read the standard input");
	return copy;
}

static void find_input(struct search *search)
{
	struct stat status;

	if (fstat(0, &status) != 0)
		die_errno("cannot tell what the standard input is");
	if (S_ISREG(status.st_mode)) {
		search->input = 0;
		search->beginning = lseek(0, 0, SEEK_CUR);
	} else if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
		search->input = copy_input();
	} else {
		search->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (search->input < 0)
		die_errno("cannot open /dev/null, for the runs to read");
}

/* What each run is, in the child. A byte in the pipe says that the steps went
 * well. What the program says is told with --explain only. */
static _Noreturn void be_run(const struct search *search, uint64_t set, int told)
{
	/* The last goes to stdout, which is for the result. */
	int output = explaining ? 2 : open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (output < 0)
		die_errno("cannot open /dev/null, for the runs to write to");
	if (lseek(search->input, search->beginning, SEEK_SET) < 0 && errno != ESPIPE)
		die_errno("cannot go back to the beginning of the standard input");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != search->ourselves)
		die_errno("cannot ask to be killed together with the search");
	explaining = false;
	step_ready();
	search->what->setup(set, search->what->argument);
	if (write(told, "", 1) != 1 || dup2(search->input, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(output, 2) < 0)
		_Exit(EXIT_TOOL_FAILED);
	exec_next(search->what->words);
}

/* "exits with 1", "is killed by SIGSYS". */
static const char *outcome(int status)
{
	static char text[64];

	if (WIFEXITED(status)) {
		snprintf(text, sizeof(text), "exits with %d", WEXITSTATUS(status));
	} else {
		const char *name = sigabbrev_np(WTERMSIG(status));

		snprintf(text, sizeof(text), "is killed by SIG%s", name ? name : "RT");
	}
	return text;
}

/* What came out of a run; the set is named by what is in it, or by what is not,
 * whichever is shorter. */
static void tell(const struct search *search, uint64_t set, int status)
{
	uint64_t missing = search->what->start & ~set;
	bool with = __builtin_popcountll(set) < __builtin_popcountll(missing) || !missing;

	dprintf(2, "%s: run %d, with%s %s: %s\n", tool_name, search->runs, with ? "" : "out",
		missing ? sets_in_words(with ? set : missing) : "the whole set", outcome(status));
}

/* Runs the program with a set. Returns its status as waitpid(2) tells it. */
static int run(struct search *search, uint64_t set)
{
	int ends[2], status;
	char byte;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		die_errno("cannot make a pipe to the run");
	child = fork();
	if (child < 0)
		die_errno("cannot fork for the run");
	if (child == 0) {
		close(ends[0]);
		be_run(search, set, ends[1]);
	}
	search->runs++;
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		byte = 1;
	close(ends[0]);
	if (waitpid(child, &status, 0) != child)
		die_errno("cannot wait for the run");
	/* The step that failed has said why. */
	if (byte)
		_Exit(EXIT_TOOL_FAILED);
	/* ^C was for us as well. */
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGQUIT)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
		_Exit(128 + WTERMSIG(status));
	}
	if (explaining)
		tell(search, set, status);
	return status;
}

static bool works(struct search *search, uint64_t set)
{
	int status;

	for (size_t i = 0; i < search->known_count; i++)
		if (search->known[i].set == set)
			return search->known[i].works;
	status = run(search, set);
	search->known = resize(search->known, search->known_count + 1, sizeof(*search->known));
	search->known[search->known_count].set = set;
	search->known[search->known_count].works = status == 0;
	return search->known[search->known_count++].works;
}

/* The lower half of the bits in a set. */
static uint64_t lower_half(uint64_t set)
{
	uint64_t half = 0;

	for (int count = __builtin_popcountll(set) / 2; count > 0; count--) {
		half |= set & -set;
		set &= set - 1;
	}
	return half;
}

/* Takes out of a set what can go of a block. The old and mighty capabilities
 * have low numbers and are tried first; of two that serve alike, the one of
 * less power stays: cap_dac_read_search (2), and not cap_dac_override (1). */
static uint64_t reduce(struct search *search, uint64_t set, uint64_t block)
{
	uint64_t half;

	if (works(search, set & ~block))
		return set & ~block;
	if (__builtin_popcountll(block) < 2)
		return set;
	half = lower_half(block);
	set = reduce(search, set, half);
	return reduce(search, set, block & ~half);
}

/* A program may do without one capability just because it lacks another. So
 * those that stayed are tried once more, each alone, until all are needed. */
static uint64_t reduce_one_by_one(struct search *search, uint64_t set)
{
	for (int cap = 0; cap < 64; cap++) {
		uint64_t fewer = set & ~(UINT64_C(1) << cap);

		if (fewer != set && works(search, fewer)) {
			set = fewer;
			cap = -1;
		}
	}
	return set;
}

static const char *line(const struct minimize *what, uint64_t set)
{
	const char *options = what->options(set, what->argument);
	char *text =
		print_text("%scapdrop%s%s --", paste_directory(), *options ? " " : "", options);
	char **word = what->words;

	for (word += strcmp(*word, "--") == 0; *word; word++) {
		char *quoted = paste_word(*word), *longer = print_text("%s %s", text, quoted);

		free(quoted);
		free(text);
		text = longer;
	}
	return text;
}

/* The program must work with the whole set, and again if it is run again. */
static void try_start(struct search *search)
{
	const struct minimize *what = search->what;
	const char *whole = line(what, what->start);
	struct reason refusal = { 0 }, *reason = &refusal;
	int status = run(search, what->start);

	if (status != 0) {
		FIX("see what it says:  %s", whole);
		(void)REASON(
			"CAP-FAILS", "capdrop(1)",
			"the search begins with a set with which it exits 0, and with %s it %s",
			sets_in_short(what->start), outcome(status));
		why_refuse(reason, "the program does not work to begin with");
	}
	if (works(search, 0))
		return;
	status = run(search, what->start);
	if (status != 0) {
		FIX("take away what a run leaves, before the next one:\n"
		    "capdrop --minimize -- sh -c 'rm -rf FILE; PROGRAM'");
		(void)REASON(
			"CAP-UNSTEADY", "capdrop(1)",
			"with the same set it has worked the first time, and now it %s: a run "
			"leaves something\n"
			"behind that disturbs the next, or fails now and then; so no run can tell "
			"what it needs",
			outcome(status));
		why_refuse(reason, "the program does not work a second time");
	}
}

void minimize(const struct minimize *what)
{
	struct search search = { .what = what, .ourselves = getpid() };
	struct reason refusal = { 0 }, *reason = &refusal;
	uint64_t set = what->start;
	int status;

	/* Inherited as ignored, it would take the statuses away. */
	signal(SIGCHLD, SIG_DFL);
	find_input(&search);
	try_start(&search);
	if (set)
		set = reduce(&search, set, set);
	set = reduce_one_by_one(&search, set);
	status = run(&search, set);
	if (status != 0) {
		FIX("see what it says, more than once:  %s", line(what, set));
		(void)REASON("CAP-UNSTEADY", "capdrop(1)",
			     "with the same set (%s) it has worked before, and now it %s",
			     sets_in_short(set), outcome(status));
		why_refuse(reason, "the program does not work every time");
	}
	printf("%s\n", line(what, set));
	exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
}
