/* refusal.c: why a step of lsm failed. See refusal.h. Reads nothing; machine.c
 * does. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paste.h"
#include "refusal.h"

static bool decide_seccomp(int error, const struct state *state, const struct lsm_machine *machine,
			   struct reason *reason)
{
	if (error != EACCES || machine->no_new_privs || why_has(state, CAP_SYS_ADMIN))
		return false;
	FIX("leave --allow-new-privs out, or:  %s", paste_line("sudo", NULL));
	return REASON(
		"SC-NNP", "seccomp(2)",
		"without no_new_privs the kernel takes a filter only from a process with "
		"CAP_SYS_ADMIN,\nand you are uid %u without it: a set-user-ID program could be "
		"tricked by the filter",
		state->uid);
}

static bool decide_version(int error, const struct lsm_machine *machine, struct reason *reason)
{
	static const char leave[] = "leave the Landlock options (--ro, --rox, --rw, --rwx, "
				    "--bind-tcp, --connect-tcp, --scope) out";

	if (error == ENOSYS) {
		FIX("%s, or take a newer kernel", leave);
		(void)REASON("LL-NONE", "landlock(7)",
			     "this kernel, %s, has no Landlock; it came with Linux 5.13",
			     machine->kernel);
		if (machine->filters > 0) {
			size_t n = strlen(reason->why);

			snprintf(reason->why + n, sizeof(reason->why) - n,
				 "; or one of the\n%d seccomp filters that hold here answers so: "
				 "'lsm --status' shows them",
				 machine->filters);
		}
		return true;
	}
	if (error == EOPNOTSUPP) {
		FIX("boot with  lsm=landlock,%s  on the kernel's command line (Debian, Ubuntu: in"
		    "\nGRUB_CMDLINE_LINUX of /etc/default/grub, then: sudo update-grub)",
		    *machine->modules ? machine->modules : "...");
		return REASON("LL-OFF", "landlock(7)",
			      "Landlock is built into this kernel, but not switched on; the "
			      "modules that run:\n%s",
			      *machine->modules ? machine->modules : "can't be told");
	}
	FIX("see the filters:  lsm --status\nor %s", leave);
	return REASON("LL-REFUSED", "landlock(7)",
		      "the kernel does not say which version of Landlock it has: a seccomp filter "
		      "may forbid the\nquestion, and %d hold%s here",
		      machine->filters < 0 ? 0 : machine->filters,
		      machine->filters == 1 ? "s" : "");
}

static bool decide_rule(int error, const struct lsm_machine *machine, struct reason *reason)
{
	const char *option = machine->option ? machine->option : "--ro";
	const char *path = machine->path ? machine->path : "?";

	switch (error) {
	case EBADFD:
		FIX("leave  %s %s  out", option, path);
		return REASON(
			"LL-FS", "landlock(7)",
			"it lies on a file system of the kernel's own (a pipe, a socket, a "
			"namespace), for\nwhich Landlock has no rules; such files stay allowed");
	case EINVAL:
		if (machine->path && !machine->is_directory) {
			char *quoted = paste_word(path);

			FIX("name the directory around it:  %s \"$(dirname %s)\"", option, quoted);
			free(quoted);
			return REASON("LL-DIRRIGHT", "landlock(7)",
				      "%s is no directory, and some of the rights of %s are for "
				      "what is in one",
				      path, option);
		}
		FIX("%s", paste_line(NULL, "--best-effort"));
		return REASON("LL-ABI", "landlock(7)",
			      "this kernel's Landlock does not know one of the rights");
	case ENOMSG:
		FIX("leave  %s %s  out", option, path);
		return REASON("LL-EMPTY", "landlock(7)", "a rule that gives no right is none");
	default: return false;
	}
}

static bool decide_path(int error, const struct lsm_machine *machine, struct reason *reason)
{
	char *quoted;

	if (!machine->path)
		return false;
	quoted = paste_word(machine->path);
	if (error == EACCES && *machine->closed) {
		FIX("see its mode:  ls -ld %s\nor leave  %s %s  out", machine->closed,
		    machine->option, quoted);
		free(quoted);
		return REASON("LL-PATH", "path_resolution(7)",
			      "you may not search the directory %s", machine->closed);
	}
	if ((error != ENOENT && error != ENOTDIR) || !*machine->missing) {
		free(quoted);
		return false;
	}
	FIX("make it first (mkdir -p %s), or leave  %s %s  out", quoted, machine->option, quoted);
	free(quoted);
	return REASON("LL-PATH", "path_resolution(7)",
		      error == ENOTDIR ? "what comes before %s is no directory"
				       : "there is no %s; a rule is for a file that is there",
		      machine->missing);
}

static bool decide_restrict(int error, const struct state *state, const struct lsm_machine *machine,
			    struct reason *reason)
{
	if (error == E2BIG) {
		FIX("put the options of several lsm of this chain into one");
		return REASON(
			"LL-LAYERS", "landlock(7)",
			"this process has 16 Landlock rulesets already, which is the kernel's "
			"limit");
	}
	if (error != EPERM || machine->no_new_privs || why_has(state, CAP_SYS_ADMIN))
		return false;
	FIX("leave --allow-new-privs out, or:  %s", paste_line("sudo", NULL));
	return REASON("LL-NNP", "landlock(7)",
		      "without no_new_privs the kernel takes a ruleset only from a process with "
		      "CAP_SYS_ADMIN,\nand you are uid %u without it",
		      state->uid);
}

static bool decide_apparmor(int error, const struct lsm_machine *machine, struct reason *reason)
{
	switch (error) {
	case ENOENT:
		FIX("load the file that has 'profile %s':  sudo apparmor_parser -r "
		    "/etc/apparmor.d/FILE\nor see those that are loaded:  sudo aa-status",
		    machine->profile);
		return REASON("AA-NOPROFILE", "apparmor_parser(8)",
			      "no profile of the name '%s' is loaded; 'no such file' is AppArmor's "
			      "way to say so",
			      machine->profile);
	case EPERM:
		if (!machine->no_new_privs || !machine->confined)
			return false;
		FIX("put this lsm before what sets no_new_privs (capdrop, another lsm), or give that "
		    "one\n--allow-new-privs");
		return REASON("AA-NNP", "apparmor(7)",
			      "this process is under '%s' already and has no_new_privs:\nAppArmor "
			      "lets it change to no profile that allows more in any point",
			      machine->label);
	case EACCES:
		FIX("add  change_profile -> %s,  to that profile, and load it again;\nsudo dmesg | "
		    "grep DENIED   # shows the refusal",
		    machine->profile);
		return REASON("AA-DENIED", "apparmor.d(5)",
			      "the profile that this process is under, '%s',\ndoes not allow to "
			      "change to '%s'",
			      machine->label, machine->profile);
	default: return false;
	}
}

static bool decide_selinux(int error, const struct lsm_machine *machine, struct reason *reason)
{
	const char *mode = machine->enforcing ? "enforcing" : "permissive";

	switch (error) {
	case EINVAL:
		FIX("compare with  id -Z  and  ps -eZ:  USER:ROLE:TYPE, and a level behind it where they have one");
		return REASON("SE-CTX", "selinux(8)",
			      "the loaded policy has no context '%s' (SELinux is %s; this process "
			      "has\n'%s')",
			      machine->context, mode, machine->label);
	case EACCES:
	case EPERM:
		FIX("see the refusal, and the rule that is missing:\n"
		    "sudo ausearch -m avc -ts recent | audit2allow");
		return REASON(
			"SE-DENIED", "selinux(8)",
			"the policy does not let '%s'\nchoose a context for execve (SELinux is %s)",
			machine->label, mode);
	default: return false;
	}
}

static bool decide_trace(int error, const struct state *state, const struct lsm_machine *machine,
			 struct reason *reason)
{
	if (error == ESRCH || !machine->seen) {
		FIX("let ns-pid fork: leave --no-fork out");
		return REASON("TRACE-PIDNS", "pid_namespaces(7)",
			      "the tracer, which is forked here, is in another PID namespace than "
			      "this process,\nand does not see it");
	}
	if (error != EPERM && error != EACCES && error != ENOSYS)
		return false;
	if (machine->tracer > 0) {
		FIX("run it without %s", machine->tracer_name);
		return REASON("TRACE-BUSY", "ptrace(2)",
			      "a process has one tracer only, and %s (process %d) traces this one",
			      machine->tracer_name, machine->tracer);
	}
	if (machine->ptrace_scope >= 3 ||
	    (machine->ptrace_scope == 2 && !why_has(state, CAP_SYS_PTRACE))) {
		FIX(machine->ptrace_scope >= 3
			    ? "boot again; it can't be lowered, and something sets it (grep -r "
			      "ptrace_scope /etc/sysctl.d)"
			    : "sudo sysctl -w kernel.yama.ptrace_scope=1   # weakens the machine "
			      "until the next boot");
		return REASON("TRACE-YAMA", "ptrace(2)",
			      "Yama forbids it: kernel.yama.ptrace_scope = %d, with which %s",
			      machine->ptrace_scope,
			      machine->ptrace_scope >= 3 ? "nobody may trace"
							 : "only CAP_SYS_PTRACE may trace");
	}
	if (machine->filters > 0) {
		FIX("in Docker:  docker run --cap-add SYS_PTRACE ...  or a kernel from 4.8 on\n"
		    "see the filters:  lsm --status");
		return REASON(
			"TRACE-SECCOMP", "ptrace(2)",
			"nothing else is in the way, and one of the %d seccomp filters that hold "
			"here may\nrefuse ptrace: you are probably inside a container",
			machine->filters);
	}
	return false;
}

static bool decide_kernel(int error, const struct lsm_machine *machine, struct reason *reason)
{
	if (error != EIO && error != EINVAL)
		return false;
	FIX("take another kernel, or look yourself:  strace -f -Z ...");
	return REASON("TRACE-KERNEL", "ptrace(2)",
		      "this kernel, %s, can't tell a tracer which call a process makes: "
		      "PTRACE_GET_SYSCALL_INFO\ncame with Linux 5.3, and not for all machines "
		      "(User-mode Linux lacks it)",
		      machine->kernel);
}

bool lsm_decide_from(const char *call, int error, const struct state *state,
		     const struct lsm_machine *machine, struct reason *reason)
{
	if (strstr(call, "SYS_seccomp"))
		return decide_seccomp(error, state, machine, reason);
	if (strstr(call, "LANDLOCK_CREATE_RULESET_VERSION"))
		return decide_version(error, machine, reason);
	if (strstr(call, "SYS_landlock_add_rule"))
		return decide_rule(error, machine, reason);
	if (strstr(call, "open(path->path"))
		return decide_path(error, machine, reason);
	if (strstr(call, "SYS_landlock_restrict_self"))
		return decide_restrict(error, state, machine, reason);
	if (strstr(call, "write_file(file, command)") && machine->profile)
		return decide_apparmor(error, machine, reason);
	if (strstr(call, "write_file(ATTR") && machine->context)
		return decide_selinux(error, machine, reason);
	if (strstr(call, "PTRACE_GET_SYSCALL_INFO"))
		return decide_kernel(error, machine, reason);
	if (strstr(call, "PTRACE_SEIZE"))
		return decide_trace(error, state, machine, reason);
	return false;
}
