/* refusal_knob.c: why a limit could not be set. See refusal.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "refusal.h"

/* What the other version calls a knob, or comes closest; NULL if not known. */
static const char *other_name(const char *knob)
{
	static const char *const pairs[][2] = {
		{ "memory.max", "memory.limit_in_bytes" },
		{ "memory.swap.max", "memory.memsw.limit_in_bytes" },
		{ "memory.high", "memory.soft_limit_in_bytes" },
		{ "cpu.max", "cpu.cfs_quota_us" },
		{ "cpu.weight", "cpu.shares" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		for (int j = 0; j < 2; j++)
			if (strcmp(pairs[i][j], knob) == 0)
				return pairs[i][1 - j];
	return NULL;
}

static bool no_such_knob(const struct cgroup_work *work, const struct cgroup_facts *facts,
			 struct reason *reason)
{
	const char *other = other_name(work->at),
		   *line = cgroup_line_with(work->at, other ? other : "");
	int version = work->in->version;

	if (strstr(work->at, "swap") || strstr(work->at, "memsw")) {
		FIX("leave --memory-swap away; or start the kernel with swapaccount=1, which "
		    "counts swap:\nsee whether it says 0 there:  grep -o 'swapaccount=[01]' "
		    "/proc/cmdline");
		return REASON("CG-SWAP", "cgroups(7)",
			      "this kernel does not count swap: there is no %s", work->at);
	}
	if (other)
		FIX("v%d calls it %s:  %s\n"
		    "--memory, --memory-swap and --cpus work on both",
		    version, other, line ? line : "");
	else if (*facts->close) {
		line = cgroup_line_with(work->at, facts->close);
		FIX("did you mean '%s'?  %s", facts->close, line ? line : "");
	} else
		FIX("see which there are:  ls %s", cgroup_quoted(work->in->own));
	return REASON(other && version == 1 ? "CG-HYBRID" : "CG-VALUE", "cgroups(7)",
		      "the controller '%.*s' is cgroup v%d's here, and has no knob %s%s%s",
		      (int)strcspn(work->at, "."), work->at, version, work->at,
		      other ? "; that is its name in v" : "",
		      !other	     ? ""
		      : version == 1 ? "2"
				     : "1");
}

bool cgroup_knob_reason(const struct cgroup_work *work, int error, const struct cgroup_facts *facts,
			struct reason *reason)
{
	const char *line;

	switch (error) {
	case ENOENT: return no_such_knob(work, facts, reason);
	case EOPNOTSUPP:
		FIX("see which there are:  ls %s", cgroup_quoted(work->in->own));
		return REASON("CG-VALUE", "cgroups(7)", "the kernel does not support %s here",
			      work->at);
	case 0:
	case EINVAL:
	case ERANGE:
	case EBADMSG:
	case EOVERFLOW:
	case ENODEV:
	case EACCES:
	case EPERM: break;
	default: return false;
	}
	if (strncmp(work->at, "cpuset.", 7) == 0) {
		line = work->limits.cpuset ? cgroup_line_with(work->limits.cpuset, facts->cpus)
					   : NULL;
		if (line && *facts->cpus)
			FIX("%s", line);
		else
			FIX("see which there are:  cat %s/%s", cgroup_quoted(work->in->place),
			    work->at);
		return REASON("CG-CPUSET", "cgroups(7)",
			      "one can have only what exists and what the cgroup above has: the "
			      "CPUs %s, the memory\nnodes %s",
			      facts->cpus, facts->mems);
	}
	if (error == EACCES || error == EPERM || error == ENODEV) {
		FIX("ask for less than the cgroup above has:  cat %s/%s\nor leave this knob alone",
		    cgroup_quoted(work->in->place), work->at);
		return REASON("CG-VALUE", "cgroups(7)", "%s can't be written to here", work->at);
	}
	FIX("write it in the same form, mostly a number, a size such as 64M, or max; and not more\n"
	    "than the cgroup above has:  cat %s/%s",
	    cgroup_quoted(work->in->place), work->at);
	return REASON("CG-VALUE", "cgroups(7)", "%s for %s%s%s%s",
		      error ? "the kernel does not take this value"
			    : "the kernel took the value, and keeps another",
		      work->at, *facts->held ? ", which holds '" : "", facts->held,
		      *facts->held ? "'" : "");
}
