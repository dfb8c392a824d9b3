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
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "chain.h"
#include "lsm.h"
#include "message.h"
#include "number.h"
#include "option.h"
#include "refusal.h"
#include "step.h"
#include "tracing.h"

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
	"  --trace-denials           say what is refused, by whom, and how to allow it\n"
	"  --learn                   say the files and ports used, as options\n"
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
	TRACE_DENIALS,
	LEARN,
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
	{ "trace-denials", no_argument, NULL, TRACE_DENIALS },
	{ "learn", no_argument, NULL, LEARN },
	COMMON_OPTIONS,
};

struct plan {
	struct lsm_seccomp seccomp;
	struct lsm_landlock landlock;
	const char *apparmor, *selinux;
	bool allow_new_privs, status;
	bool trace_denials, learn;
	struct lsm_work work; /* the same, for the reason of a failure */
};

/* What holds now, for --explain. Which Landlock rules there are nobody can
 * read; whether "/" can be opened, everybody can try. */
static void look_at_rules(char *text, size_t size)
{
	int filters = lsm_seccomp_count(), root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char count[16] = "some", label[100] = "";

	if (filters >= 0 || prctl(PR_GET_SECCOMP) == 0)
		snprintf(count, sizeof(count), "%d", filters < 0 ? 0 : filters);
	lsm_label_at_exec(label, sizeof(label));
	snprintf(text, size, "no_new_privs %d, filters %s, / %s%s%s",
		 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), count, root >= 0 ? "opens" : "is closed",
		 *label ? ", at exec " : "", label);
	if (root >= 0)
		close(root);
}

static void setup(struct plan *plan)
{
	step_watch(look_at_rules);
	/* Written to /proc, which Landlock may close. Done at the next execve. */
	if (plan->apparmor)
		lsm_apparmor_apply(plan->apparmor, plan->allow_new_privs);
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

	if (lsm_landlock_wanted(&plan->landlock) && !plan->learn)
		lsm_landlock_apply(&plan->landlock);

	/* Last: it may forbid any of the calls above. */
	lsm_seccomp_load(&plan->seccomp);
}

/* Outside of all rules, so before them. */
static void start_trace(struct plan *plan, char *argv[])
{
	struct lsm_trace trace = {
		.seccomp = &plan->seccomp,
		.landlock = &plan->landlock,
		.learn = plan->learn,
		.words = argv,
		.rest = optind,
		.filters_before = lsm_seccomp_count(),
	};

	if (plan->trace_denials && plan->learn)
		die("--learn applies no rules for files, so --trace-denials is for another run");
	lsm_landlock_find(&plan->landlock);
	lsm_trace_start(&trace);
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
		case TRACE_DENIALS: plan.trace_denials = true; break;
		case LEARN: plan.learn = true; break;
		}
	if (plan.status)
		lsm_status(parse_pid(argv[optind]));
	if (plan.landlock.best_effort && !lsm_landlock_wanted(&plan.landlock))
		die("--best-effort is about Landlock, and needs one of its options, such as --ro");
	if (action && !plan.seccomp.deny)
		die("--seccomp-action says what --deny does, and needs it");
	tool_ready(NULL);
	plan.work = (struct lsm_work){ plan.apparmor, plan.selinux, &plan.landlock, getpid() };
	failing.decide = lsm_decide;
	failing.argument = &plan.work;
	lsm_seccomp_prepare(&plan.seccomp, plan.allow_new_privs);
	/* The tracer will see it happen. */
	if (!checking && !plan.trace_denials)
		plan.landlock.words = argv + optind;
	if (!checking)
		lsm_seccomp_foresee(&plan.seccomp, argv + optind);
	if (plan.trace_denials || plan.learn)
		start_trace(&plan, argv);
	setup(&plan);
	exec_next(argv + optind);
}
