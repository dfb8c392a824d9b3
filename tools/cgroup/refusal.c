/* refusal.c: why a step of this tool failed, from what facts.c has read. See
 * refusal.h. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "message.h"
#include "paste.h"
#include "refusal.h"

const char *cgroup_quoted(const char *path)
{
	static char texts[4][400];
	static unsigned turn;
	char *text = texts[turn++ % 4], *word = paste_word(path);

	snprintf(text, sizeof(*texts), "%s", word);
	free(word);
	return text;
}

const char *cgroup_line_with(const char *old, const char *new)
{
	char *const *words = tool_words;
	char **changed, *word = NULL;
	const char *line, *at;
	int count = 0, place = old ? 1 : optind;

	while (words && words[count])
		count++;
	if (old)
		for (; place < count && place < optind; place++)
			if (*old && strstr(words[place], old))
				break;
	if (!words || place > count || (old && (place == count || place == optind)))
		return old ? NULL : "...";
	changed = resize(NULL, (size_t)count + 3, sizeof(*changed));
	memcpy(changed, words, ((size_t)count + 1) * sizeof(*changed));
	if (old) {
		at = strstr(words[place], old);
		word = print_text("%.*s%s%s", (int)(at - words[place]), words[place], new,
				  at + strlen(old));
		changed[place] = word;
	} else {
		memmove(changed + place + 2, changed + place,
			((size_t)(count - place) + 1) * sizeof(*changed));
		changed[place] = (char *)new;
		changed[place + 1] = (char *)"--";
	}
	tool_words = changed;
	line = paste_line(NULL, NULL);
	tool_words = words;
	free(word);
	free(changed);
	return line;
}

bool cgroup_busy_reason(const char *directory, const char *members, struct reason *reason)
{
	FIX("move them to a leaf below it, and try again:\n"
	    "d=%s; mkdir -p $d/leaf; for p in $(cat $d/cgroup.procs); do echo $p > "
	    "$d/leaf/cgroup.procs; done\n"
	    "%s",
	    cgroup_quoted(directory), paste_line(NULL, NULL));
	return REASON("CG-BUSY", "cgroups(7)",
		      "v2 lets a cgroup have limits below it only if it holds no process itself;\n"
		      "%s holds %s",
		      directory, *members ? members : "some");
}

bool cgroup_left_reason(const struct cgroup_left *left, int error, struct reason *reason)
{
	const char *name = cgroup_quoted(left->path);

	if (error != EBUSY) {
		FIX("sudo rmdir %s", name);
		return REASON("CG-RMDIR", "rmdir(2)", "the kernel does not let us remove it");
	}
	if (!*left->members && *left->below) {
		FIX("find %s -depth -type d -exec rmdir {} +", name);
		return REASON("CG-RMDIR", "cgroups(7)",
			      "a cgroup goes only when it is empty, and other cgroups are below "
			      "it: %s",
			      left->below);
	}
	if (*left->frozen)
		FIX("echo THAWED > %s; sleep 1; find %s -depth -type d -exec rmdir {} +",
		    cgroup_quoted(left->frozen), name);
	else if (left->version == 2)
		FIX("echo 1 > %s/cgroup.kill; sleep 1; find %s -depth -type d -exec rmdir {} +\n"
		    "who waits for a disk (STAT is D) dies only after that:  ps -o "
		    "pid,stat,wchan,args $(cat %s/cgroup.procs)",
		    name, name, name);
	else
		FIX("kill -KILL $(cat %s/cgroup.procs); sleep 1; find %s -depth -type d -exec "
		    "rmdir {} +\n"
		    "who waits for a disk (STAT is D) dies only after that:  ps -o "
		    "pid,stat,wchan,args $(cat %s/cgroup.procs)",
		    name, name, name);
	return REASON("CG-RMDIR", "cgroups(7)",
		      "a cgroup goes only when it is empty, and in it is %s: killed, and not gone "
		      "after 3 s%s%s%s%s",
		      *left->members ? left->members : "a process that can't be seen from here",
		      *left->frozen ? ",\nsince it is frozen by v1's freezer: " : "", left->frozen,
		      *left->below ? "; below it are " : "", left->below);
}

/* How to get a cgroup of one's own. */
static bool not_yours(const struct cgroup_hierarchy *hierarchy, const struct state *state,
		      const struct cgroup_facts *facts, struct reason *reason)
{
	const char *own = cgroup_quoted(hierarchy->own);

	if (state->uid == 0 && state->in_user_namespace) {
		FIX("put cgroup before ns-user:  %s", cgroup_line_with(NULL, "ns-user"));
	} else if (state->uid == 0 || state->uid == facts->owner) {
		FIX("see what confines you:  cat /proc/self/attr/current; grep Cap "
		    "/proc/self/status; ls -ld %s",
		    cgroup_quoted(facts->owner_of));
		return REASON(
			"CG-DELEGATE", "cgroups(7)",
			"the cgroup %s belongs to uid %u, and you are uid %u:\nits mode, "
			"a capability that was dropped (CAP_DAC_OVERRIDE), or a security module "
			"is in the way",
			facts->owner_of, facts->owner, state->uid);
	} else if (hierarchy->version == 1) {
		FIX("v1 is not given to ordinary users; become root:  %s",
		    paste_line("sudo", NULL));
	} else if (facts->systemd) {
		FIX("systemd-run --user --scope -p Delegate=yes %s\n"
		    "or become root:  %s",
		    paste_line(NULL, NULL), paste_line("sudo", NULL));
	} else {
		FIX("as root, give your shell (%d) one:  d=%s/yours; mkdir $d;\n"
		    "chown %u $d $d/cgroup.procs $d/cgroup.subtree_control $d/cgroup.threads; "
		    "echo %d > $d/cgroup.procs",
		    facts->parent, own, state->uid, facts->parent);
	}
	return REASON("CG-DELEGATE", "cgroups(7)",
		      "the cgroup %s belongs to uid %u%s, and you are uid %u%s", facts->owner_of,
		      facts->owner,
		      state->in_user_namespace && facts->owner == 65534
			      ? " (which stands for all that have no number here)"
			      : "",
		      state->uid,
		      state->uid == 0 ? " of a user namespace, which is not the machine's root"
				      : "");
}

static bool decide_directory(const struct cgroup_work *work, int error, const struct state *state,
			     const struct cgroup_facts *facts, struct reason *reason)
{
	const struct cgroup_hierarchy *in = work->in;
	const char *place = in->place ? in->place : in->own, *again;
	char another[256];

	switch (error) {
	case EACCES:
	case EPERM: return not_yours(in, state, facts, reason);
	case EROFS:
		FIX("%smount -o remount,rw %s\n"
		    "in a container that may not, start it with  docker run --privileged",
		    state->uid ? "sudo " : "", cgroup_quoted(in->mount));
		return REASON("CG-READONLY", "cgroups(7)",
			      "%s is mounted read-only: you are probably inside a container",
			      in->mount);
	case EEXIST:
		snprintf(another, sizeof(another), "%.200s2", work->name);
		again = cgroup_line_with(work->name, another);
		FIX("another name:  %s\n"
		    "or enter it:  %scgroup --join %s -- sh\n"
		    "or, when nobody uses it:  rmdir %s",
		    again ? again : "--name", tool_words ? paste_directory() : "",
		    cgroup_quoted(in->path), cgroup_quoted(in->path));
		return REASON("CG-EXISTS", "cgroups(7)", "there is a cgroup %s", in->path);
	case EAGAIN:
		if (*facts->full) {
			FIX("echo max > %s", cgroup_quoted(facts->full));
			return REASON("CG-DEPTH", "cgroups(7)",
				      "the number of cgroups below is limited: %s is %s",
				      facts->full, facts->full_value);
		}
		FIX("look at those above:  grep . %s/cgroup.max.*", cgroup_quoted(place));
		return REASON("CG-DEPTH", "cgroups(7)",
			      "%s or a cgroup above it allows no more cgroups below it "
			      "(cgroup.max.depth, cgroup.max.descendants)",
			      place);
	case ENOENT:
		FIX("see where we are now, and begin again:  cat /proc/self/cgroup;  %s",
		    paste_line(NULL, NULL));
		return REASON("CG-NOMOUNT", "cgroups(7)",
			      "there is no cgroup %s: it was removed, or something else is "
			      "mounted there",
			      place);
	case ENOTDIR:
		FIX("see what is mounted there:  findmnt -T %s", cgroup_quoted(place));
		return REASON("CG-NOMOUNT", "cgroups(7)",
			      "%s is no cgroup; something else may be mounted there", place);
	}
	return false;
}

/* "cpu pids" -> "-cpu -pids", for cgroup.subtree_control. */
static const char *minus(const char *enabled)
{
	static char text[200];
	size_t n = 0;

	*text = '\0';
	while (*(enabled += strspn(enabled, " ")) && n < sizeof(text)) {
		int length = (int)strcspn(enabled, " ");

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s-%.*s", n ? " " : "", length,
				      enabled);
		enabled += length;
	}
	return text;
}

/* A cgroup that can't hold processes, since an ancestor is a threaded domain. */
static bool threaded(const char *path, const struct cgroup_facts *facts, struct reason *reason)
{
	if (*facts->threader && !*facts->threader_enabled && *facts->threaded) {
		FIX("when nothing is left in that one (cat %s/cgroup.threads):  rmdir %s",
		    cgroup_quoted(facts->threaded), cgroup_quoted(facts->threaded));
		return REASON("CG-THREADED", "cgroups(7)",
			      "%s can't hold processes ('domain invalid'):\nbeside it, %s is "
			      "'threaded', and makes %s a '%s'",
			      path, facts->threaded, facts->threader, facts->threader_type);
	}
	if (*facts->threader && *facts->threader_enabled) {
		FIX("take the controllers away from there:  echo '%s' > %s/cgroup.subtree_control",
		    minus(facts->threader_enabled), cgroup_quoted(facts->threader));
		return REASON("CG-THREADED", "cgroups(7)",
			      "%s can't hold processes ('domain invalid'): above it,\n"
			      "%s hands on '%s' and holds processes itself, so it is a '%s'",
			      path, facts->threader, facts->threader_enabled, facts->threader_type);
	}
	FIX("see what it is, and those above it:  cat %s/cgroup.type", cgroup_quoted(path));
	return REASON("CG-THREADED", "cgroups(7)",
		      "%s is 'threaded' or 'domain invalid': a controller was enabled above it in "
		      "a cgroup\nwith processes in it",
		      path);
}

static bool no_more_processes(const struct cgroup_facts *facts, struct reason *reason)
{
	if (*facts->full) {
		FIX("end some of them; or allow more:  echo max > %s", cgroup_quoted(facts->full));
		return REASON("CG-PIDS", "cgroups(7)",
			      "the limit on processes is reached: %s is %s", facts->full,
			      facts->full_value);
	}
	FIX("see which of them it is:  ulimit -u;  cat /proc/sys/kernel/pid_max "
	    "/proc/sys/kernel/threads-max;\nps -eLo user= | sort | uniq -c");
	if (facts->processes_of_user >= 0)
		return REASON("CG-PIDS", "fork(2)",
			      "no cgroup's pids.max is reached: it is the limit on processes of "
			      "this user (%lld,\nulimit -u), or the machine's",
			      facts->processes_of_user);
	return REASON("CG-PIDS", "fork(2)",
		      "no cgroup's pids.max is reached: it is the machine's limit on processes");
}

/* A process was to enter a cgroup, or to be born in it. */
static bool decide_join(const struct cgroup_work *work, const struct cgroup_hierarchy *in,
			int error, const struct state *state, const struct cgroup_facts *facts,
			struct reason *reason)
{
	const char *line, *path = cgroup_quoted(in->path);
	char leaf[400];

	switch (error) {
	case EBUSY:
		snprintf(leaf, sizeof(leaf), "%.390s/leaf", in->path);
		line = work->join
			       ? cgroup_line_with(work->join, *facts->child ? facts->child : leaf)
			       : NULL;
		if (*facts->child)
			FIX("enter one below it:  %s", line ? line : cgroup_quoted(facts->child));
		else
			FIX("make one below it, and enter that:  mkdir %s/leaf;  %s", path,
			    line ? line : "");
		return REASON("CG-BUSY", "cgroups(7)",
			      "v2 lets processes live only in leaves, and cgroups below %s have "
			      "limits (its\ncgroup.subtree_control is not empty)",
			      in->path);
	case EOPNOTSUPP: return threaded(in->path, facts, reason);
	case EACCES:
	case EPERM: return not_yours(in, state, facts, reason);
	case ENOSPC:
		FIX("as root:  echo %s > %s/cpuset.mems; echo %s > %s/cpuset.cpus",
		    *facts->mems ? facts->mems : "0", path, *facts->cpus ? facts->cpus : "0", path);
		return REASON(
			"CG-CPUSET", "cgroups(7)",
			"the cpuset %s has no CPU or no memory node yet (v1); the cgroup above "
			"it has\nthe CPUs %s and the memory nodes %s",
			in->path, facts->cpus, facts->mems);
	case EAGAIN: return no_more_processes(facts, reason);
	case ENOENT:
	case ENODEV:
		FIX("try again:  %s", paste_line(NULL, NULL));
		return REASON("CG-GONE", "cgroups(7)", "somebody has removed %s meanwhile",
			      in->path);
	}
	return false;
}

/* On v2, a controller was to be enabled, or a process moved aside. */
static bool decide_enable(const struct cgroup_work *work, int error, const struct state *state,
			  const struct cgroup_facts *facts, struct reason *reason)
{
	const char *controller = work->controller ? work->controller : "memory";

	switch (error) {
	case EBUSY: return cgroup_busy_reason(work->at, facts->members, reason);
	case EOPNOTSUPP: return threaded(work->at, facts, reason);
	case EACCES:
	case EPERM:
		if (state->uid == 0 && state->in_user_namespace)
			FIX("put cgroup before ns-user:  %s", cgroup_line_with(NULL, "ns-user"));
		else
			FIX("echo +%s | sudo tee %s/cgroup.subtree_control", controller,
			    cgroup_quoted(work->at));
		return REASON(
			"CG-PARENT", "cgroups(7)",
			"%s has '%s' in cgroup.controllers but not in "
			"cgroup.subtree_control,\nand that file belongs to uid %u; you are uid "
			"%u",
			work->at, controller, facts->owner, state->uid);
	}
	return false;
}

bool cgroup_reason(const char *call, int error, const struct cgroup_work *work,
		   const struct state *state, const struct cgroup_facts *facts,
		   struct reason *reason)
{
	const struct cgroup_hierarchy *in = work->in;

	if (strstr(call, "cgroup_find(") && error == ENOENT) {
		if (state->root_changed)
			FIX("put cgroup before chroot in the chain");
		else
			FIX("mount -t proc proc /proc;  %s", paste_line(NULL, NULL));
		return REASON("CG-NOMOUNT", "cgroups(7)", "there is no /proc here%s",
			      state->root_changed
				      ? ": the root was changed, and /sys/fs/cgroup with the "
					"cgroups' files is\nout of reach as well"
				      : ", and with it our own cgroup can't be found");
	}
	if (!in)
		return false;
	if (strstr(call, "write_rule(") || strstr(call, "SYS_bpf"))
		return cgroup_devices_reason(work, call, error, state, reason);
	if (strstr(call, "_knob("))
		return cgroup_knob_reason(work, error, facts, reason);
	if (in->version == 2 &&
	    (strstr(call, "\"cgroup.subtree_control\"") || strstr(call, "\"cgroup.procs\"")))
		return decide_enable(work, error, state, facts, reason);
	if (strstr(call, "join(") || (strstr(call, "fork_into(") && in->used))
		return decide_join(work, in, error, state, facts, reason);
	if (strstr(call, "mkdir(") || strstr(call, "cgroup_open("))
		return decide_directory(work, error, state, facts, reason);
	return false;
}
