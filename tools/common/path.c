/* path.c: what can be told of a path by its text alone. See path.h. */
#include <string.h>

#include "path.h"

bool path_is_below(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}
