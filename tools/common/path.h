/* path.h: what can be told of a path by its text alone. */
#ifndef STRATA_PATH_H
#define STRATA_PATH_H

#include <stdbool.h>

/* Whether `path` is `folder`, or lies below it. Both are absolute, as
 * realpath(3) gives them: no symbolic links, no "..", and no '/' at the end,
 * except for "/" itself. */
bool path_is_below(const char *path, const char *folder);

#endif
