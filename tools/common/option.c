/* option.c: the options that all tools share. See option.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "descriptors.h"
#include "message.h"
#include "option.h"
#include "order.h"
#include "step.h"
#include "trace.h"
#include "why.h"

static const char *tool_usage;
static const char *(*tool_instead)(const char *option);
bool check_wanted;

void tool_start(const char *name, const char *usage, char *const words[])
{
	const char *explain = getenv("STRATA_EXPLAIN");

	tool_name = name;
	tool_words = words;
	failing = (struct failing){ NULL, NULL, NULL };
	fill_standard_descriptors();
	tool_usage = usage;
	tool_instead = NULL;
	check_wanted = false;
	explaining =
		explaining_chain || dry_run || (explain && *explain && strcmp(explain, "0") != 0);
	trace_open();
	trace_begin_link();
	step_begin_link();
	/* 0 starts getopt afresh: another link may have run in this process. */
	optind = 0;
	opterr = 0;
}

void tool_refuses(const char *(*instead)(const char *option))
{
	tool_instead = instead;
}

/* Ends the process when the word is an option that the tool knows and does not
 * take. */
static void refuse_known(const char *word)
{
	const char *instead = tool_instead ? tool_instead(word) : NULL;

	if (instead)
		die("option '%.*s' is not taken: %s", (int)strcspn(word, "="), word, instead);
}

static _Noreturn void die_unknown(const char *word, const struct option *table)
{
	const char *names[80];
	const char *name = word;
	size_t n = 0;
	const char *close;

	refuse_known(word);
	if (strncmp(word, "--", 2) != 0)
		die("unknown option '%s'; '%s --help' lists the options", word, tool_name);
	name += 2;
	for (; table->name && n < 79; table++)
		names[n++] = table->name;
	names[n] = NULL;
	close = closest(name, names);
	if (close)
		die("unknown option '%s'; did you mean '--%s'?", word, close);
	die("unknown option '%s'; '%s --help' lists the options", word, tool_name);
}

int next_option(int argc, char *argv[], const char *letters, const struct option *table)
{
	char all[64];
	int c, word;

	snprintf(all, sizeof(all), "+:hVxn%s", letters);
	for (;;) {
		word = optind ? optind : 1;
		/* Before getopt takes it for a shortened one: --ip for --ipc. */
		if (word < argc && strncmp(argv[word], "--", 2) == 0 && argv[word][2])
			refuse_known(argv[word]);
		c = getopt_long(argc, argv, all, table, NULL);
		switch (c) {
		case 'h':
			fputs(tool_usage, stdout);
			exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
		case 'V':
			printf("%s (Strata) %s\n", tool_name, VERSION);
			exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
		case 'x': explaining = true; break;
		case 'n':
			dry_run = true;
			explaining = true;
			break;
		case OPTION_CHECK: check_wanted = true; break;
		case ':':
			die("option '%s' needs a value; '%s --help' says which", argv[word],
			    tool_name);
		case '?': {
			char letter[3] = { '-', (char)optopt, '\0' };

			if (strncmp(argv[word], "--", 2) == 0) {
				char *equals = strchr(argv[word], '=');

				if (optopt)
					die("option '%.*s' takes no value",
					    (int)(equals ? equals - argv[word] : 80), argv[word]);
				die_unknown(argv[word], table);
			}
			die_unknown(letter, table);
		}
		default:
			if (c != -1 && optarg && !*optarg)
				die("option '%s' needs a value, and got an empty one", argv[word]);
			return c;
		}
	}
}

void tool_ready(const char *lasting)
{
	if (check_wanted && lasting)
		die("--check tries the setup and leaves nothing behind; %s would, so it does not go "
		    "with it",
		    lasting);
	order_check(tool_words + optind);
	if (check_wanted)
		check();
	step_ready();
}
