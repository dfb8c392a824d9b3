/* lsm: what the kernel refuses, whoever one is.
 *
 * Ordinary access control asks who you are: user ids, capabilities. This link
 * adds rules that hold even for root, in the order in which the kernel has
 * them applied here: an AppArmor profile or an SELinux context for the next
 * execve; no_new_privs, so that no program gains rights by being executed; a
 * Landlock ruleset for files, ports and signals; a seccomp filter for the
 * system calls themselves. All of it is inherited, and none can be undone.
 *
 * Landlock and seccomp need no privilege at all once no_new_privs is set. They
 * also bind the later links of a chain (mount and pivot_root fail under
 * Landlock), so that lsm comes last.
 * Read on: seccomp(2), landlock(7), prctl(2) PR_SET_NO_NEW_PRIVS. */
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chain.h"
#include "lsm.h"
#include "message.h"
#include "number.h"
#include "option.h"
#include "step.h"

static const char usage[] =
	"Usage: lsm [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM with no_new_privs and a seccomp filter, by the rules of Docker's\n"
	"default profile. Options add Landlock, AppArmor, SELinux. There is no way back.\n"
	"\n"
	"  --seccomp FILE|fd:N|default|none   a JSON profile as Docker and OCI write it\n"
	"  --deny CALL,...           refuse these system calls as well\n"
	"  --seccomp-action errno[:NAME]|kill|log   what --deny does; errno is EPERM\n"
	"  --ro PATH   --rox PATH   --rw PATH   --rwx PATH   Landlock: PATH and below may\n"
	"                            be read (r), written (w), executed (x); nothing else\n"
	"  --bind-tcp PORT           Landlock: may listen on PORT, and use no other port\n"
	"  --connect-tcp PORT        Landlock: may connect to PORT, the same\n"
	"  --scope signal|abstract-unix-socket,...  Landlock: none of these to outside\n"
	"  --best-effort             leave out what Landlock lacks here, and say so\n"
	"  --apparmor-profile NAME   --selinux-label CONTEXT    change to it\n"
	"  --allow-new-privs         without no_new_privs; takes CAP_SYS_ADMIN\n"
	"  --status [PID]            what this kernel has, and what confines a process\n"
	"  -x, --explain             say each kernel call and what it changed\n"
	"  -n, --dry-run             say the calls of the whole chain, and make none\n"
	"      --check               say whether this works here, and why not\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Example, as any user:  lsm --deny mkdir,mkdirat -- mkdir /tmp/x\n";

enum {
	SECCOMP = OPTION_OWN,
	DENY,
	ACTION,
	RO,
	ROX,
	RW,
	RWX,
	BIND,
	CONNECT,
	SCOPE,
	BEST_EFFORT,
	APPARMOR,
	SELINUX,
	ALLOW_NEW_PRIVS,
	STATUS,
};

static const struct option table[] = {
	{ "seccomp", required_argument, NULL, SECCOMP },
	{ "deny", required_argument, NULL, DENY },
	{ "seccomp-action", required_argument, NULL, ACTION },
	{ "ro", required_argument, NULL, RO },
	{ "rox", required_argument, NULL, ROX },
	{ "rw", required_argument, NULL, RW },
	{ "rwx", required_argument, NULL, RWX },
	{ "bind-tcp", required_argument, NULL, BIND },
	{ "connect-tcp", required_argument, NULL, CONNECT },
	{ "scope", required_argument, NULL, SCOPE },
	{ "best-effort", no_argument, NULL, BEST_EFFORT },
	{ "apparmor-profile", required_argument, NULL, APPARMOR },
	{ "selinux-label", required_argument, NULL, SELINUX },
	{ "allow-new-privs", no_argument, NULL, ALLOW_NEW_PRIVS },
	{ "status", no_argument, NULL, STATUS },
	COMMON_OPTIONS,
};

struct plan {
	struct lsm_seccomp seccomp;
	struct lsm_landlock landlock;
	const char *apparmor, *selinux;
	bool allow_new_privs, status;
};

void lsm_refuse(const char *id, const char *why, const char *fix, const char *see, const char *what,
		...)
{
	char phrase[700];
	va_list values;

	va_start(values, what);
	vsnprintf(phrase, sizeof(phrase), what, values);
	va_end(values);
	dprintf(2, "%s: cannot %s [%s]\n  why: %s\n%s%s%s%s%s%s", tool_name, phrase, id, why,
		*fix ? "  fix: " : "", fix, *fix ? "\n" : "", *see ? "  see: " : "", see,
		*see ? "\n" : "");
	_Exit(EXIT_TOOL_FAILED);
}

static void setup(const struct plan *plan)
{
	/* Written to /proc, which Landlock may close. Done at the next execve. */
	if (plan->apparmor)
		lsm_apparmor_apply(plan->apparmor);
	if (plan->selinux)
		lsm_selinux_apply(plan->selinux, plan->allow_new_privs);

	/* From now on execve gives no rights: set-user-ID bits and file
	 * capabilities count for nothing. There is no way back, either. */
	if (!plan->allow_new_privs) {
		STEP(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs");
		if (STEP(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), "read no_new_privs back") != 1 &&
		    !dry_run) {
			errno = 0;
			step_fail("prctl(PR_GET_NO_NEW_PRIVS)", "set no_new_privs");
		}
	}

	if (lsm_landlock_wanted(&plan->landlock))
		lsm_landlock_apply(&plan->landlock);

	/* Last: it may forbid any of the calls above. */
	lsm_seccomp_load(&plan->seccomp);
}

static bool is_admin(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	return syscall(SYS_capget, &header, data) == 0 && data[0].effective >> CAP_SYS_ADMIN & 1;
}

/* The kernel's answer would be EACCES from one call, EPERM from the other. */
static void check_privilege(const struct plan *plan)
{
	if (!plan->allow_new_privs || dry_run || is_admin() ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return;
	if (plan->seccomp.count)
		lsm_refuse("SC-NNP",
			   "without no_new_privs the kernel takes a filter only from a "
			   "process with CAP_SYS_ADMIN",
			   "leave --allow-new-privs out", "seccomp(2)", "load a seccomp filter");
	if (lsm_landlock_wanted(&plan->landlock))
		lsm_refuse("LL-NNP",
			   "without no_new_privs the kernel takes a ruleset only from a "
			   "process with CAP_SYS_ADMIN",
			   "leave --allow-new-privs out", "landlock(7)",
			   "restrict this process with Landlock");
}

static int parse_pid(const char *word)
{
	unsigned long long pid = 0;

	if (word && (!parse_number(word, 1 << 22, &pid) || pid == 0))
		die("--status %.80s: expected the number of a process, or nothing for our own",
		    word);
	return (int)pid;
}

int main(int argc, char *argv[])
{
	struct plan plan = { .seccomp = { .profile = "default", .action = "errno" } };
	bool action = false;
	int c;

	tool_start("lsm", usage, argv);
	/* There can't be more of them than there are words. */
	plan.landlock.paths = calloc((size_t)argc, sizeof(*plan.landlock.paths));
	plan.landlock.ports = calloc((size_t)argc, sizeof(*plan.landlock.ports));
	if (!plan.landlock.paths || !plan.landlock.ports)
		die_errno("cannot read the options");

	while ((c = next_option(argc, argv, "", table)) != -1)
		switch (c) {
		case SECCOMP: plan.seccomp.profile = optarg; break;
		case DENY:
			if (plan.seccomp.deny)
				die("--deny goes once, with commas between the names");
			plan.seccomp.deny = optarg;
			break;
		case ACTION:
			plan.seccomp.action = optarg;
			action = true;
			break;
		case RO: lsm_landlock_path(&plan.landlock, "--ro", optarg); break;
		case ROX: lsm_landlock_path(&plan.landlock, "--rox", optarg); break;
		case RW: lsm_landlock_path(&plan.landlock, "--rw", optarg); break;
		case RWX: lsm_landlock_path(&plan.landlock, "--rwx", optarg); break;
		case BIND: lsm_landlock_ports(&plan.landlock, "--bind-tcp", optarg); break;
		case CONNECT: lsm_landlock_ports(&plan.landlock, "--connect-tcp", optarg); break;
		case SCOPE: lsm_landlock_scope(&plan.landlock, optarg); break;
		case BEST_EFFORT: plan.landlock.best_effort = true; break;
		case APPARMOR: plan.apparmor = optarg; break;
		case SELINUX: plan.selinux = optarg; break;
		case ALLOW_NEW_PRIVS: plan.allow_new_privs = true; break;
		case STATUS: plan.status = true; break;
		}
	if (plan.status)
		lsm_status(parse_pid(argv[optind]));
	if (plan.landlock.best_effort && !lsm_landlock_wanted(&plan.landlock))
		die("--best-effort is about Landlock, and needs one of its options, such as --ro");
	if (action && !plan.seccomp.deny)
		die("--seccomp-action says what --deny does, and needs it");
	tool_ready(NULL);
	lsm_seccomp_prepare(&plan.seccomp, plan.allow_new_privs);
	check_privilege(&plan);
	if (!checking)
		lsm_landlock_foresee(&plan.landlock, argv + optind);
	setup(&plan);
	exec_next(argv + optind);
}
