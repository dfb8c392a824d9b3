/* attr.c: AppArmor and SELinux.
 *
 * Both are mandatory access control by rules that root has loaded for the
 * whole machine: AppArmor's profiles name files by path, SELinux's contexts
 * are labels on everything. A process does not choose its rules, it asks to
 * change to a profile or a context, and the rules say whether it may. The
 * question is written to a file in /proc; the change happens at the next
 * execve, so that the whole program runs under it.
 *
 * Read on: proc_pid_attr(5), apparmor(7), and setexeccon(3). */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "file.h"
#include "lsm.h"
#include "message.h"
#include "step.h"
#include "why.h"

#define ATTR "/proc/thread-self/attr/"

/* What is written for a label has to reach the kernel, and not a file that
 * something has put in its place (CVE-2019-16884). */
static void require_proc(void)
{
	struct statfs status;

	if (!dry_run &&
	    (statfs("/proc/thread-self/attr", &status) != 0 || status.f_type != PROC_SUPER_MAGIC))
		die("there is no /proc of the kernel's here, and so no label can be set");
}

/* A file that only a running AppArmor answers. The directory came with 5.8. */
static bool has_own_folder(void)
{
	char text[256];

	return read_file(ATTR "apparmor/current", text, sizeof(text)) > 0;
}

bool lsm_apparmor_runs(void)
{
	char text[16];

	return has_own_folder() ||
	       (read_file("/sys/module/apparmor/parameters/enabled", text, sizeof(text)) > 0 &&
		*text == 'Y');
}

/* The kernel knows this file system only when SELinux was started. Until a
 * policy is loaded, everything has the context "kernel", and SELinux takes
 * any label without doing anything. */
bool lsm_selinux_runs(void)
{
	char text[4096];

	return read_file("/proc/filesystems", text, sizeof(text)) > 0 &&
	       strstr(text, "\tselinuxfs\n") && read_file(ATTR "current", text, sizeof(text)) > 0 &&
	       strcmp(text, "kernel") != 0;
}

void lsm_label_at_exec(char *label, size_t size)
{
	if (read_file(ATTR "apparmor/exec", label, size) <= 0 &&
	    read_file(ATTR "exec", label, size) <= 0)
		*label = '\0';
	label[strcspn(label, "\n")] = '\0';
}

/* One line, without what could end it in the middle. */
static void check_label(const char *label, const char *option, size_t max)
{
	if (strlen(label) > max)
		die("%s: this has %zu bytes, and the limit is %zu", option, strlen(label), max);
	for (const char *c = label; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 127)
			die("%s: expected a name without spaces or control characters", option);
}

/* Whether the text is the label, and nothing that goes on with it: AppArmor puts
 * " (enforce)" behind it. */
static bool is_label(const char *text, const char *label)
{
	size_t length = strlen(label);

	return strncmp(text, label, length) == 0 && strchr(" \n", text[length]);
}

static bool reads_back(const char *file, const char *label)
{
	char text[4200] = "";

	return read_file(file, text, sizeof(text)) > 0 && is_label(text, label);
}

/* Under no_new_privs a profile may only be changed to one that allows less. The
 * program is refused (EPERM) when the other allows more in any point. */
static void warn_of_profile(const char *profile)
{
	char label[300];

	if (read_file(ATTR "apparmor/current", label, sizeof(label)) <= 0 ||
	    is_label(label, "unconfined") || is_label(label, profile))
		return;
	label[strcspn(label, "\n")] = '\0';
	note("AppArmor has this process under '%s' already, and under no_new_privs it changes to "
	     "no profile that allows more in any point: the program may not be executed (EPERM); "
	     "--allow-new-privs would be the way [AA-NNP]",
	     label);
}

void lsm_apparmor_apply(const char *profile, bool allow_new_privs)
{
	const char *file = has_own_folder() ? ATTR "apparmor/exec" : ATTR "exec";
	struct reason refusal = { 0 }, *reason = &refusal;
	char command[512];

	check_label(profile, "--apparmor-profile", 400);
	require_proc();
	if (!lsm_apparmor_runs() && !dry_run) {
		char modules[400];

		if (!lsm_read_modules(modules, sizeof(modules)))
			snprintf(modules, sizeof(modules), "can't be told");
		FIX("leave --apparmor-profile out, or boot with  lsm=...,apparmor  on the kernel's "
		    "command line");
		(void)REASON(
			"AA-OFF", "apparmor(7)",
			"AppArmor does not run on this machine: it is not built into the kernel, or "
			"not switched\non at boot; the modules that run: %s",
			modules);
		why_refuse(reason, "cannot change to the AppArmor profile '%s'", profile);
	}
	snprintf(command, sizeof(command), "exec %s", profile);
	STEP(write_file(file, command), "change to the AppArmor profile '%s'", profile);
	if (!allow_new_privs && !dry_run)
		warn_of_profile(profile);
	if (!dry_run && !reads_back(file, profile)) {
		errno = 0;
		step_fail("read(attr/exec)", "change to the AppArmor profile '%s'", profile);
	}
}

/* Under no_new_privs SELinux changes the context only where the policy says so
 * in so many words; most refuse the execve instead, with EPERM. */
static bool refuses_under_nnp(void)
{
	char text[16];

	return read_file("/sys/fs/selinux/policy_capabilities/nnp_nosuid_transition", text,
			 sizeof(text)) > 0 &&
	       *text == '0';
}

void lsm_selinux_apply(const char *context, bool allow_new_privs)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	check_label(context, "--selinux-label", 4000);
	require_proc();
	if (!lsm_selinux_runs() && !dry_run) {
		FIX("leave --selinux-label out, or boot with  security=selinux selinux=1  and a policy "
		    "in /etc/selinux");
		(void)REASON(
			"SE-OFF", "selinux(8)",
			"SELinux does not run on this machine: it is not built into the kernel, not "
			"switched on\nat boot, or no policy is loaded");
		why_refuse(reason, "cannot change to the SELinux context '%s'", context);
	}
	STEP(write_file(ATTR "exec", context), "change to the SELinux context '%s'", context);
	if (!allow_new_privs && !dry_run && refuses_under_nnp())
		note("this SELinux policy changes no context under no_new_privs: the program will "
		     "not be executed (EPERM); --allow-new-privs would be the way [SE-NNP]");
	if (!dry_run && !reads_back(ATTR "exec", context)) {
		errno = 0;
		step_fail("read(attr/exec)", "change to the SELinux context '%s'", context);
	}
}
