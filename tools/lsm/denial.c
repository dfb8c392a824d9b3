/* denial.c: who refused a call. See denial.h.
 *
 * One number comes back, and six may have sent it. Each of them has been asked
 * again (evidence.c); here their answers are put together. Where one of them
 * alone says no, it was that one. Where two do, both are named: the call needs
 * both to agree. Where none does, it is somebody that can't be asked, and
 * those who may be it are listed, each with the command that tells. */
#include <errno.h>
#include <linux/landlock.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "denial.h"

static const char no_option[] = "no option of lsm allows that";

static bool verdict_of(struct lsm_verdict *verdict, const char *layer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static bool verdict_of(struct lsm_verdict *verdict, const char *layer, const char *format, ...)
{
	va_list values;

	snprintf(verdict->layer, sizeof(verdict->layer), "%s", layer);
	va_start(values, format);
	vsnprintf(verdict->text, sizeof(verdict->text), format, values);
	va_end(values);
	return true;
}

static void add(struct lsm_verdict *verdict, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct lsm_verdict *verdict, const char *format, ...)
{
	size_t n = strlen(verdict->text);
	va_list values;

	va_start(values, format);
	vsnprintf(verdict->text + n, sizeof(verdict->text) - n, format, values);
	va_end(values);
}

/* "CAP_SYS_ADMIN or CAP_BPF" */
static void list_capabilities(uint64_t mask, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (int i = 0; i < 64 && n < size; i++)
		if (mask >> i & 1)
			n += (size_t)snprintf(text + n, size - n, "%sCAP_%s", n ? " or " : "",
					      lsm_capability_name(i) ? lsm_capability_name(i)
								     : "?");
}

void lsm_denial_filter(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	const char *whose = evidence->whose;
	char capabilities[100];

	if (!whose) {
		verdict_of(verdict, "seccomp", "by a filter that the program has loaded itself; %s",
			   no_option);
	} else if (strcmp(whose, "--deny") == 0) {
		verdict_of(verdict, "seccomp", "leave %s out of --deny", evidence->call);
	} else if (strcmp(whose, "terminal") == 0) {
		verdict_of(verdict, "seccomp",
			   "the default filter lets no program type into the terminal; "
			   "--seccomp none would");
	} else if (strcmp(whose, "default") != 0) {
		verdict_of(verdict, "seccomp", "allow %s in %s", evidence->call, whose);
	} else if (evidence->error == ENOSYS) {
		verdict_of(verdict, "seccomp",
			   "the default filter says that there is no such call, so that programs "
			   "take an older one; if this one does not, --seccomp none");
	} else if (evidence->allowed_with) {
		list_capabilities(evidence->allowed_with, capabilities, sizeof(capabilities));
		verdict_of(verdict, "seccomp",
			   "the default filter allows it only with %s; add --seccomp none, or "
			   "a profile that allows %s",
			   capabilities, evidence->call);
	} else {
		verdict_of(verdict, "seccomp",
			   "the default filter allows it to nobody; add --seccomp none, or a "
			   "profile that allows %s",
			   evidence->call);
	}
}

static bool filter_refused(const struct lsm_evidence *evidence)
{
	return evidence->answered &&
	       (evidence->answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
	       (int)(evidence->answer & SECCOMP_RET_DATA) == evidence->error;
}

/* ---- files ---- */

static void say_bits(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	const char *path = evidence->bits_path, *owner = evidence->owner;
	const char *user = evidence->user;

	switch (evidence->bits) {
	case BITS_DIRECTORY:
		verdict_of(verdict, "ownership",
			   "the directory %s has mode %04o %s, and the program runs as %s", path,
			   evidence->mode, owner, user);
		break;
	case BITS_STICKY:
		verdict_of(verdict, "ownership",
			   "%s belongs to %s, and in a directory with the sticky bit (t) only "
			   "its owner may take it away",
			   path, owner);
		break;
	case BITS_OWNER:
		verdict_of(
			verdict, "ownership",
			"%s belongs to %s, and only its owner may do this; the program runs as %s",
			path, owner, user);
		break;
	case BITS_IMMUTABLE:
		verdict_of(
			verdict, "ownership",
			"%s is marked as not to be changed; lsattr shows it, chattr -ia takes it away",
			path);
		break;
	default:
		verdict_of(verdict, "ownership", "%s has mode %04o %s, and the program runs as %s",
			   path, evidence->mode, owner, user);
	}
}

/* The option that Landlock's rules lack. */
static void say_option(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	const char *path = lsm_widened(evidence->missing_path, evidence->missing);

	verdict->rights = evidence->missing;
	add(verdict, "add %s %s", lsm_option_for(evidence->missing), path);
	if (strcmp(path, "/") == 0)
		add(verdict, ", which is everything: better another directory");
}

static bool lacks_capability(const struct lsm_evidence *evidence)
{
	return evidence->capability >= 0 && !evidence->has_capability;
}

static bool say_capability(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	return verdict_of(verdict, "capability",
			  "it takes CAP_%s, which the program (user %s) does not have; no "
			  "option of lsm gives it",
			  lsm_capability_name(evidence->capability), evidence->user);
}

/* Those who can't be asked, each with the command that tells. */
static bool say_candidates(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	verdict_of(verdict, "none of lsm's rules", "it may be: ");
	if (evidence->module)
		add(verdict, "%s, which has the program under '%s' (%s); ", evidence->module,
		    evidence->label,
		    *evidence->module == 'A' ? "sudo dmesg | grep DENIED"
					     : "sudo ausearch -m avc -ts recent");
	if (evidence->filters_before > 0)
		add(verdict,
		    "one of the %d seccomp filters that were there before (lsm --status); ",
		    evidence->filters_before);
	if (evidence->own_rules)
		add(verdict, "Landlock rules that the program has made itself; ");
	if (evidence->in_user_namespace && evidence->capability >= 0 && evidence->has_capability)
		add(verdict,
		    "CAP_%s, which it has in its own user namespace only (user_namespaces(7)); ",
		    lsm_capability_name(evidence->capability));
	if (strcmp(evidence->call, "socket") == 0 || evidence->operation == OP_CONNECT)
		add(verdict, "a firewall (sudo nft list ruleset); ");
	if (evidence->no_proc)
		add(verdict, "ownership, which can't be looked at without a /proc; ");
	else if (evidence->closed)
		add(verdict,
		    "ownership: the program lets nobody read its memory, and so the path can't "
		    "be told; ");
	if (evidence->other_process)
		add(verdict, "%s (ptrace(2)); ",
		    evidence->any_rule
			    ? "Landlock, under which a program looks into no process outside"
			    : "looking into another process, which takes more than to be "
			      "of the same user");
	add(verdict, "a rule of the kernel's own (man 2 %s)",
	    strchr(evidence->call, ' ') ? "syscalls" : evidence->call);
	return true;
}

static bool decide_files(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	/* Landlock's answer for files is EACCES. */
	bool missing = evidence->missing && evidence->error == EACCES;

	if (evidence->bits > BITS_ALLOW) {
		say_bits(evidence, verdict);
		if (missing) {
			add(verdict, "; Landlock would refuse it too: ");
			say_option(evidence, verdict);
		} else {
			add(verdict, "; %s", no_option);
		}
		return true;
	}
	if (missing && evidence->bits == BITS_UNKNOWN) {
		verdict_of(verdict, "Landlock, or by ownership, which can't be seen from here",
			   " ");
		*verdict->text = '\0';
		say_option(evidence, verdict);
		return true;
	}
	if (missing) {
		verdict_of(verdict, "Landlock", " ");
		*verdict->text = '\0';
		say_option(evidence, verdict);
		return true;
	}
	if (evidence->noexec && evidence->operation == OP_EXECUTE)
		return verdict_of(verdict, "a mount with noexec", "that of %s; %s", evidence->mount,
				  no_option);
	if (lacks_capability(evidence) && evidence->error == EPERM)
		return say_capability(evidence, verdict);
	return say_candidates(evidence, verdict);
}

/* To another directory a file may only go, or get a second name, where both
 * allow all changes, and where nobody gains rights on it by that. Between two
 * mounts it may never; the error is the same. */
static bool decide_other_directory(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	if (!evidence->files_ruled || !evidence->one_mount)
		return false;
	if (!evidence->missing)
		return verdict_of(verdict, "Landlock",
				  "the file would gain rights by it; give the same option to both "
				  "directories");
	verdict_of(verdict, "Landlock", "to another directory, both must allow changes: ");
	say_option(evidence, verdict);
	return true;
}

/* ---- the rest ---- */

static bool decide_mount(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	if (evidence->files_ruled && evidence->error == EPERM) {
		verdict_of(verdict, "Landlock",
			   "it forbids all mounting once there is a rule for files; mount before "
			   "lsm, or leave --ro, --rox, --rw and --rwx out");
		if (lacks_capability(evidence))
			add(verdict, "; and it takes CAP_%s",
			    lsm_capability_name(evidence->capability));
		return true;
	}
	if (lacks_capability(evidence))
		return say_capability(evidence, verdict);
	return decide_files(evidence, verdict);
}

static bool decide_socket(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	bool bind = evidence->operation == OP_BIND;

	/* Landlock is asked first. */
	if (evidence->port_missing && evidence->error == EACCES) {
		verdict->port = true;
		return verdict_of(verdict, "Landlock", "add %s %d",
				  bind ? "--bind-tcp" : "--connect-tcp", evidence->port);
	}
	if (evidence->abstract && evidence->sockets_scoped && evidence->error == EPERM)
		return verdict_of(verdict, "Landlock",
				  "the socket is of a program outside; leave abstract-unix-socket "
				  "out of --scope");
	if (evidence->port >= 0 && !(bind && lacks_capability(evidence)))
		return say_candidates(evidence, verdict);
	if (evidence->port >= 0)
		return say_capability(evidence, verdict);
	return decide_files(evidence, verdict);
}

static bool decide_signal(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	bool may_by_owner = evidence->target_ours || evidence->has_capability;
	bool outside = evidence->signals_scoped && !evidence->target_traced;
	static const char leave[] = "leave signal out of --scope";

	if (!evidence->target_known)
		return say_candidates(evidence, verdict);
	if (!may_by_owner)
		return verdict_of(
			verdict, "ownership",
			"the other process is another user's, and that takes CAP_KILL; %s%s",
			outside ? "Landlock would refuse it too: " : no_option,
			outside ? leave : "");
	if (outside)
		return verdict_of(verdict, "Landlock", "the other process is outside; %s", leave);
	return say_candidates(evidence, verdict);
}

static bool decide_tracing(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	if (strcmp(evidence->call, "ptrace") == 0 && evidence->target_traced)
		return verdict_of(
			verdict, "lsm's own tracing",
			"a process has one tracer only; without --trace-denials it works");
	if (evidence->any_rule && evidence->target_known && !evidence->target_traced)
		return verdict_of(verdict, "Landlock",
				  "a program under it may not look into processes outside; %s",
				  no_option);
	if (lacks_capability(evidence) && evidence->target_known && !evidence->target_ours)
		return say_capability(evidence, verdict);
	return say_candidates(evidence, verdict);
}

bool lsm_denial_decide(const struct lsm_evidence *evidence, struct lsm_verdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	/* The filters come first: what they refuse was never made. */
	if (filter_refused(evidence)) {
		lsm_denial_filter(evidence, verdict);
		/* The default filter has C libraries take clone for clone3, and
		 * they all do: with each thread of each program. */
		return !(evidence->error == ENOSYS && evidence->whose &&
			 strcmp(evidence->whose, "default") == 0 &&
			 strcmp(evidence->call, "clone3") == 0);
	}
	if (evidence->error == EROFS)
		return verdict_of(verdict, "a read-only mount", "that of %s; %s",
				  *evidence->mount ? evidence->mount : "this file system",
				  no_option);
	if (evidence->error == EXDEV)
		return decide_other_directory(evidence, verdict);
	if (evidence->error != EACCES && evidence->error != EPERM)
		return false;
	/* A shell puts its child into a group, and the child does so too; who
	 * comes second is told this. */
	if (strcmp(evidence->call, "setpgid") == 0)
		return false;
	switch (evidence->operation) {
	case OP_MOUNT: return decide_mount(evidence, verdict);
	case OP_BIND:
	case OP_CONNECT: return decide_socket(evidence, verdict);
	case OP_SIGNAL: return decide_signal(evidence, verdict);
	case OP_TRACE: return decide_tracing(evidence, verdict);
	case OP_RULES:
	case OP_OTHER:
		return lacks_capability(evidence) ? say_capability(evidence, verdict)
						  : say_candidates(evidence, verdict);
	default: return decide_files(evidence, verdict);
	}
}
