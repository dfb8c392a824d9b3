/* namespace.c: naming a namespace that exists already. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "namespace.h"
#include "step.h"

int open_namespace(const char *type, const char *target)
{
	char path[PATH_MAX];

	if (target[strspn(target, "0123456789")] == '\0') {
		/* Signal 0 only asks. */
		if (kill(atoi(target), 0) != 0 && errno == ESRCH && !dry_run)
			die("--join: there is no process %s here [NS-JOIN-GONE]", target);
		snprintf(path, sizeof(path), "/proc/%.20s/ns/%s", target, type);
	} else if (strlen(target) < sizeof(path)) {
		snprintf(path, sizeof(path), "%s", target);
	} else {
		die("--join takes a process id or a file; this path is too long");
	}
	return STEP(open(path, O_RDONLY | O_CLOEXEC), "open the %s namespace of %s (%s)", type,
		    target, path);
}
