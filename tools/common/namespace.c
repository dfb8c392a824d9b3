/* namespace.c: naming a namespace that exists already. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "namespace.h"
#include "number.h"
#include "step.h"

int open_namespace(const char *type, const char *target)
{
	char path[PATH_MAX];

	if (!*target)
		die("--join takes a process id or a file, not ''");
	if (target[strspn(target, "0123456789")] == '\0') {
		unsigned long long pid;

		/* Signal 0 only asks. No process has a number over 2^22
		 * (proc(5), pid_max), and kill(2) takes 0 and -1 for many. */
		if (!parse_number(target, 1 << 22, &pid) || pid == 0 ||
		    (kill((pid_t)pid, 0) != 0 && errno == ESRCH && !dry_run))
			die("--join: there is no process %.20s here [NS-JOIN-GONE]", target);
		snprintf(path, sizeof(path), "/proc/%llu/ns/%s", pid, type);
	} else if (strlen(target) < sizeof(path)) {
		snprintf(path, sizeof(path), "%s", target);
	} else {
		die("--join takes a process id or a file; this path is too long");
	}
	return STEP(open(path, O_RDONLY | O_CLOEXEC), "open the %s namespace of %s (%s)", type,
		    target, path);
}
