/* options.h: from the command line to a config. */
#ifndef STRATA_OPTIONS_H
#define STRATA_OPTIONS_H

#include "config.h"

/* What is to be done with the container, besides what it is to be. */
struct request {
	bool print, separate, check, step, json, alike;
	bool tty;	      /* -t */
	bool detach, remove;  /* -d, --rm */
	const char *name;     /* --name, or NULL */
	char *compare, *draw; /* a process; "--": what the options ask for; or NULL */
	const char *bundle;   /* a directory that says all, and no config; or NULL */
	const char *emit;     /* a directory to say it all in; or NULL */
};

/* Reads the command line. Ends with 125 at a mistake. */
void options_read(int argc, char *argv[], struct config *config, struct request *request);

#endif
