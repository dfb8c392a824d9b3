/* option.h: the options that all tools share, and the way they are read.
 *
 * Options stop at the first word that is not one, since the rest of the line
 * is the next link's. See getopt_long(3). */
#ifndef STRATA_OPTION_H
#define STRATA_OPTION_H

#include <getopt.h>
#include <stdbool.h>

/* Behind the tool's own entries in its table of long options. A tool numbers
 * its own from OPTION_OWN upwards. */
enum { OPTION_CHECK = 256, OPTION_OWN };
#define COMMON_OPTIONS                                                                        \
	{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },            \
		{ "explain", no_argument, NULL, 'x' }, { "dry-run", no_argument, NULL, 'n' }, \
		{ "check", no_argument, NULL, OPTION_CHECK },                                 \
	{                                                                                     \
		NULL, 0, NULL, 0                                                              \
	}

/* Begins a tool: its name for messages, its usage text for --help, and the
 * words that it was called with. What an earlier link in this process has set
 * (failing, step_watch) is forgotten. */
void tool_start(const char *name, const char *usage, char *const words[]);

/* For a tool that knows options which it does not take: instead() says of such
 * a one, "--link" or "-p", what to use or why there is nothing; of any other
 * NULL. Then next_option says that. */
void tool_refuses(const char *(*instead)(const char *option));

/* The next option, or -1 behind the last one; then optind is where the rest
 * of the chain begins. `letters` are the tool's own short options, as for
 * getopt(3). The common options are dealt with here; an unknown option or a
 * missing or empty value ends the process with 125. */
int next_option(int argc, char *argv[], const char *letters, const struct option *table);

/* Whether --check was among the options. */
extern bool check_wanted;

/* Between the options and setup(): with --check, tries what follows in a
 * child, prints a line with the outcome to stdout, and ends the process.
 * `lasting` is an option that was given and whose effect would outlive that
 * (it is refused), or NULL. */
void tool_ready(const char *lasting);

#endif
