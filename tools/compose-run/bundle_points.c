/* bundle_points.c: mount points that a read-only root does not have. See bundle.h.
 *
 * Images often lack /proc or /etc/resolv.conf. As in other runtimes they are made,
 * in the bundle's own directory, before the root is made read-only, and stay
 * there. Only what is missing is in the chain, so that it shows what is changed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bundle.h"
#include "path.h"

/* Whether a path is there inside of a root, whose links lead nowhere else. A link
 * at its end is something, too, wherever it leads. */
static bool is_there(const char *root, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
				.resolve = RESOLVE_IN_ROOT };
	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, error;

	if (top < 0)
		return true;
	fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
	error = errno;
	close(top);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || error != ENOENT;
}

void bundle_plan_point(const struct bundle *bundle, struct words *covered, const char *target,
		       const char *source, struct words *line)
{
	struct stat status;
	bool file = source && stat(source, &status) == 0 && !S_ISDIR(status.st_mode);

	if (!bundle->root.readonly)
		return;
	/* What lies in an earlier mount is made there. */
	for (size_t i = 0; i < covered->count; i++)
		if (path_is_below(target, covered->word[i]))
			return;
	words_add(covered, "%s", target);
	if (!is_there(bundle->root.path, target))
		words_add_option(line, file ? "--make-file" : "--make-dir", "%s", target);
}
