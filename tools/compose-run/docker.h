/* docker.h: the options of docker run that compose-run does not take. */
#ifndef STRATA_DOCKER_H
#define STRATA_DOCKER_H

#include <stddef.h>

struct docker_option {
	const char *name; /* without "--" */
	char letter;	  /* of its short form; '\0' without one */
	const char *instead;
};

/* All of them, ended by a NULL name. */
extern const struct docker_option docker_options[];

/* What to use in place of an option, "--link" or "-p", or why there is none;
 * NULL when docker run has no such option either. */
const char *docker_instead(const char *option);

#endif
