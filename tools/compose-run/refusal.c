/* refusal.c: why a step of compose-run's own failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "memory.h"
#include "refusal.h"

static const char *text_of(rlim_t value)
{
	return value == RLIM_INFINITY ? "unlimited" : print_text("%llu", (unsigned long long)value);
}

bool compose_run_decide(const char *call, int error, const struct state *state,
			struct reason *reason, void *argument)
{
	const struct ulimit_facts *limit = argument;

	if (error != EPERM || !strstr(call, "prlimit("))
		return false;
	/* No process may have more descriptors open than fs.nr_open. */
	if (limit->resource == RLIMIT_NOFILE && limit->hard <= limit->now.rlim_max) {
		FIX("a smaller one, up to:  sysctl fs.nr_open");
		return REASON("ULIMIT-OPEN", "proc_sys_fs(5)",
			      "no process may have more open files than fs.nr_open says, and %s is "
			      "more",
			      text_of(limit->hard));
	}
	if (limit->resource == RLIMIT_NOFILE && why_has(state, CAP_SYS_RESOURCE)) {
		FIX("a smaller one, up to:  sysctl fs.nr_open");
		return REASON("ULIMIT-OPEN", "proc_sys_fs(5)",
			      "no process may have more open files than fs.nr_open says; or, in a "
			      "user namespace (it does not count for limits that it has "
			      "CAP_SYS_RESOURCE), the hard limit is %s already",
			      text_of(limit->now.rlim_max));
	}
	FIX("ask for at most what holds:  --ulimit %s=%s%s", limit->name,
	    text_of(limit->now.rlim_max), state->uid ? "   or use sudo" : "");
	return REASON("ULIMIT-HARD", "prlimit(2)",
		      "the hard limit of %s is %s here, and only who has CAP_SYS_RESOURCE on the "
		      "machine itself may raise it; you are uid %u%s",
		      limit->name, text_of(limit->now.rlim_max), state->uid,
		      why_has(state, CAP_SYS_RESOURCE) ? ", and have it in a user namespace only"
						       : " without it");
}
