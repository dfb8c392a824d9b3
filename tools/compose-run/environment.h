/* environment.h: the variables of the container's environment. */
#ifndef STRATA_ENVIRONMENT_H
#define STRATA_ENVIRONMENT_H

#include "config.h"

/* --env NAME=VALUE, or NAME for the value outside; one that is not set there
 * is left out. Ends with 125 when there is no name. */
void environment_add(struct config *config, const char *value);

/* --env-file FILE, as docker run reads it: a variable in each line, in the
 * same two forms. Lines that are empty or begin with '#' are passed over,
 * blanks in front too; all behind the '=' is the value, quotes as well. The
 * variables of --env win. Ends with 125 at a line that is none. */
void environment_add_file(struct config *config, const char *path);

#endif
