/* bundle_root.c: where the root of a bundle is. See bundle.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle.h"
#include "memory.h"
#include "message.h"

/* The root has to be a directory of this name, and no symbolic link to some
 * other one: the maker of a bundle could have put "/" there. */
void bundle_find_root(struct bundle *bundle)
{
	const char *file = bundle->file, *path = bundle->root.path;
	char *whole = *path == '/' ? copy_text(path)
				   : print_text("%.*s%s", (int)(strrchr(file, '/') + 1 - file),
						file, path);
	char *real;
	size_t length = strlen(whole);
	struct stat status;

	while (length > 1 && whole[length - 1] == '/')
		whole[--length] = '\0';
	real = realpath(whole, NULL);
	if (!real)
		die_errno("%s: root.path: cannot find '%s'", file, whole);
	if (strcmp(real, whole) != 0)
		strict_wrong_path(
			file, "root.path",
			"it has a symbolic link, \"..\", or \"//\" on its way, and may lead "
			"elsewhere than it seems:\n'%.200s' is '%.200s'",
			whole, real);
	if (stat(real, &status) != 0 || !S_ISDIR(status.st_mode))
		strict_wrong_path(file, "root.path", "'%.200s' is no directory", real);
	if (strcmp(real, "/") == 0)
		strict_wrong_path(file, "root.path",
				  "the machine's own / is no root of a container");
	if (strchr(real, ','))
		strict_wrong_path(file, "root.path", "ns-mnt takes no path with a comma in it");
	free(whole);
	bundle->root.path = real;
}
