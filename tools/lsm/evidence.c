/* evidence.c: what is read of the machine about a refused call. See denial.h.
 *
 * The kernel asks in this order: the seccomp filters; then the permission bits
 * of each directory on the way and of the file itself; then the capability, or
 * the security modules. Its answer is EPERM or EACCES to all of them. So each
 * is asked again here, without making the call: the filters by running them
 * (simulate.c), Landlock by comparing with our rules, the bits by reading
 * them (bits.c). Read on: capabilities(7), landlock(7), seccomp(2). */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "denial.h"
#include "file.h"
#include "kernel.h"
#include "mountinfo.h"
#include "namespace.h"
#include "path.h"

/* ---- seccomp ---- */

static void read_filters(const struct lsm_trace *trace, const struct lsm_call *call,
			 const struct lsm_under *under, struct lsm_evidence *evidence)
{
	const struct lsm_under *whose;

	evidence->answer = lsm_simulate_all(under, &call->data, &whose);
	evidence->answered = whose != NULL;
	evidence->whose = whose ? whose->whose : NULL;
	evidence->filters_before = trace->filters_before;
	if (evidence->whose && strcmp(evidence->whose, "default") == 0)
		evidence->allowed_with = lsm_profile_allows_with(evidence->call);
}

/* ---- Landlock ---- */

static bool on_one_mount(const struct lsm_details *details)
{
	char folder[PATH_MAX];
	struct statx status[2];

	if (details->places < 2)
		return false;
	for (int i = 0; i < 2; i++) {
		lsm_folder_of(details->place[i].real, folder);
		if (!*details->place[i].real ||
		    statx(AT_FDCWD, folder, 0, STATX_MNT_ID, &status[i]) != 0 ||
		    !(status[i].stx_mask & STATX_MNT_ID))
			return false;
	}
	return status[0].stx_mnt_id == status[1].stx_mnt_id;
}

static void read_rules(const struct lsm_trace *trace, const struct lsm_details *details,
		       struct lsm_evidence *evidence)
{
	const struct lsm_landlock *landlock = trace->landlock;
	struct lsm_handled handled = lsm_landlock_handled(landlock);
	struct lsm_need needs[LSM_NEEDS_MAX];
	int count = lsm_needs(details, needs);
	uint64_t port_right = details->operation == OP_BIND ? LANDLOCK_ACCESS_NET_BIND_TCP
							    : LANDLOCK_ACCESS_NET_CONNECT_TCP;
	bool port_given = false;

	if (trace->learn || !(handled.files || handled.ports || handled.scopes))
		return;
	evidence->any_rule = true;
	evidence->files_ruled = handled.files != 0;
	evidence->one_mount = on_one_mount(details);
	evidence->signals_scoped = handled.scopes & LANDLOCK_SCOPE_SIGNAL;
	evidence->sockets_scoped = handled.scopes & LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
	for (int i = 0; i < count && !evidence->missing; i++) {
		evidence->missing = needs[i].rights & handled.files &
				    ~lsm_landlock_allows(landlock, needs[i].path);
		if (evidence->missing)
			memcpy(evidence->missing_path, needs[i].path, sizeof(needs[i].path));
	}
	if (!details->tcp || !(handled.ports & port_right))
		return;
	for (size_t i = 0; i < landlock->port_count; i++)
		if (landlock->ports[i].access == port_right &&
		    (int)landlock->ports[i].port == details->port)
			port_given = true;
	evidence->port_missing = !port_given;
}

/* ---- the mount ---- */

static void read_mount(pid_t pid, const struct lsm_details *details, struct lsm_evidence *evidence)
{
	char path[40], folder[PATH_MAX], *line = NULL, *target;
	struct statvfs mount;
	size_t size = 0;
	FILE *file;

	for (int i = 0; i < details->places; i++) {
		const char *real = details->place[i].real;

		if (!*real)
			continue;
		lsm_folder_of(real, folder);
		if (statvfs(details->place[i].exists ? real : folder, &mount) != 0)
			continue;
		evidence->noexec = mount.f_flag & ST_NOEXEC;
		snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
		file = fopen(path, "re");
		/* Where one lies on the other, the last one counts. */
		while (file && getline(&line, &size, file) > 0)
			if ((target = mountinfo_target(line)) && path_is_below(real, target) &&
			    strlen(target) >= strlen(evidence->mount))
				snprintf(evidence->mount, sizeof(evidence->mount), "%s", target);
		if (file)
			fclose(file);
		free(line);
		return;
	}
}

/* ---- signals, tracing, labels ---- */

static void read_target(const struct lsm_call *call, const struct lsm_details *details,
			const struct lsm_who *who, struct lsm_evidence *evidence)
{
	bool second = strncmp(details->name, "tg", 2) == 0 || strstr(details->name, "_tg") ||
		      strcmp(details->name, "ptrace") == 0;
	int target = (int)call->data.args[second ? 1 : 0];
	char path[40], status[8192];
	const char *tracer, *uids;
	unsigned real = 0, saved = 0;

	/* The process itself asks to be traced, or for its own. */
	if (strcmp(details->name, "ptrace") == 0 && call->data.args[0] == PTRACE_TRACEME)
		target = call->pid;
	if (target < 0)
		target = -target;
	snprintf(path, sizeof(path), "/proc/%d/status", target);
	if (strstr(details->name, "pidfd") || read_file(path, status, sizeof(status)) <= 0 ||
	    !(tracer = find_field(status, "TracerPid")) || !(uids = find_field(status, "Uid")))
		return;
	evidence->target_known = true;
	evidence->target_traced = atoi(tracer) == getpid();
	sscanf(uids, "%u %*u %u", &real, &saved);
	evidence->target_ours = who->uid == real || who->uid == saved;
}

static void read_label(pid_t pid, struct lsm_evidence *evidence)
{
	char path[60];

	if (lsm_apparmor_runs())
		evidence->module = "AppArmor";
	else if (lsm_selinux_runs())
		evidence->module = "SELinux";
	if (!evidence->module)
		return;
	snprintf(path, sizeof(path), "/proc/%d/attr/apparmor/current", pid);
	if (*evidence->module == 'S' || access(path, F_OK) != 0)
		snprintf(path, sizeof(path), "/proc/%d/attr/current", pid);
	if (read_file(path, evidence->label, sizeof(evidence->label)) <= 0)
		snprintf(evidence->label, sizeof(evidence->label), "?");
	evidence->label[strcspn(evidence->label, "\n")] = '\0';
	if (strcmp(evidence->label, "unconfined") == 0)
		evidence->module = NULL;
}

/* "/proc/1/environ": there the kernel asks as for ptrace(2). */
static bool is_of_other_process(const struct lsm_call *call, const struct lsm_details *details)
{
	int number = 0;

	return details->places && sscanf(details->place[0].given, "/proc/%d/", &number) == 1 &&
	       number != call->process;
}

void lsm_evidence_read(const struct lsm_trace *trace, const struct lsm_call *call,
		       const struct lsm_details *details, const struct lsm_under *under,
		       struct lsm_evidence *evidence)
{
	struct lsm_who who;

	memset(evidence, 0, sizeof(*evidence));
	evidence->call = details->name;
	evidence->operation = details->operation;
	evidence->error = call->error;
	evidence->abstract = details->abstract;
	evidence->port = details->port;
	evidence->capability = details->capability;
	/* A user namespace is for everybody. */
	if ((strcmp(details->name, "unshare") == 0 || strcmp(details->name, "clone") == 0) &&
	    (call->data.args[0] & CLONE_NEWUSER))
		evidence->capability = -1;
	read_filters(trace, call, under, evidence);
	read_rules(trace, details, evidence);
	lsm_tracee_who(call->pid, &who);
	lsm_name_of("/etc/passwd", who.uid, true, evidence->user, sizeof(evidence->user));
	evidence->no_proc = !who.known;
	evidence->closed = !details->looked;
	evidence->other_process = is_of_other_process(call, details);
	evidence->in_user_namespace = who.inside || in_user_namespace();
	if (evidence->capability >= 0)
		evidence->has_capability = lsm_who_has(&who, evidence->capability);
	lsm_evidence_bits(details, &who, evidence);
	read_mount(call->pid, details, evidence);
	if (details->operation == OP_SIGNAL || details->operation == OP_TRACE)
		read_target(call, details, &who, evidence);
	read_label(call->pid, evidence);
}
