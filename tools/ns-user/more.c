/* more.c: no further user namespaces. See ns-user.h.
 *
 * user.max_user_namespaces says how many may be made below a user namespace,
 * and whoever has CAP_SYS_RESOURCE in that namespace may raise it again. So we
 * make one more: the limit is in the outer of the two, where the program has no
 * powers, and the inner one has used it up. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ns-user.h"
#include "refusal.h"
#include "step.h"
#include "sysctl.h"

/* Tries to make one in a child. Returns 0 when the limit refuses it, or -1
 * with errno, 0 when one was made. */
static int try_another(void)
{
	long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, 0L);

	if (child == 0)
		_Exit(0);
	if (child > 0)
		errno = 0;
	return child < 0 && errno == ENOSPC ? 0 : -1;
}

void allow_no_more(const struct plan *made)
{
	/* In the outer one we may do everything. */
	struct plan inner = { .privileged = true, .setfcap = true, .helped = true };
	struct sysctl limit;

	sysctl_parse(&limit, "user.max_user_namespaces=1", "");
	failing = (struct failing){ ns_user_decide, NULL, (void *)made };
	sysctl_write(&limit);
	map_onto_itself(inner.uid_map, made->uid_map);
	map_onto_itself(inner.gid_map, made->gid_map);
	make_namespace(&inner);
	STEP(try_another(), "see a further user namespace refused");
}
