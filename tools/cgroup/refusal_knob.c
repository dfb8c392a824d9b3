/* refusal_knob.c: why a limit could not be set. See refusal.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "paste.h"
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

bool cgroup_devices_reason(const struct cgroup_work *work, const char *call, int error,
			   const struct state *state, struct reason *reason)
{
	bool program = strstr(call, "SYS_bpf");

	if (error == EPERM && (state->uid != 0 || state->in_user_namespace)) {
		FIX("become root, outside of a user namespace:  %s", paste_line("sudo", NULL));
		return REASON("CG-DEVICES", program ? "bpf(2)" : "cgroups(7)",
			      "%s, and you are uid %u%s",
			      program ? "a program for the kernel takes CAP_BPF and CAP_NET_ADMIN"
				      : "rules about devices take CAP_SYS_ADMIN",
			      state->uid, state->in_user_namespace ? " of a user namespace" : "");
	}
	if (error == EPERM && program) {
		FIX("see which powers are there:  grep CapEff /proc/self/status; in a container that "
		    "has not all,\nstart it with  docker run --privileged");
		return REASON(
			"CG-DEVICES", "bpf(2)",
			"a program for the kernel takes CAP_BPF and CAP_NET_ADMIN; one of them "
			"is missing, or a\ncgroup above %s lets none be attached below it",
			work->in->place);
	}
	if (error == EPERM) {
		FIX("ask for what the cgroup above has:  cat %s/devices.list",
		    cgroup_quoted(work->in->place));
		return REASON("CG-DEVICES", "cgroups(7)",
			      "a cgroup can't allow what the one above it, %s, does not; or "
			      "CAP_SYS_ADMIN is missing",
			      work->in->place);
	}
	if (program && (error == EINVAL || error == ENOSYS)) {
		FIX("see whether the kernel was built with it:  grep CONFIG_CGROUP_BPF "
		    "/boot/config-$(uname -r)");
		return REASON(
			"CG-DEVICES", "bpf(2)",
			"on v2 rules about devices are a program that the kernel runs, and this "
			"one takes none:\nthat came with Linux 4.15, and can be left out");
	}
	return false;
}
