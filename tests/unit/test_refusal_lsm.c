/* Why a step of lsm failed, decided from states of machines that are not here:
 * with AppArmor, SELinux, Yama, without Landlock. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "../../tools/lsm/refusal.h"
#include "reason.h"
#include "unit.h"

#define SECCOMP_CALL "syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program)"
#define VERSION_CALL \
	"syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)"
#define RULE_CALL "syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)"
#define OPEN_CALL "open(path->path, O_PATH | O_CLOEXEC)"
#define RESTRICT_CALL "syscall(SYS_landlock_restrict_self, fd, 0)"
#define APPARMOR_CALL "write_file(file, command)"
#define SELINUX_CALL "write_file(ATTR \"exec\", context)"
#define TRACE_CALL "ptrace(PTRACE_SEIZE, program, 0, PTRACE_O_EXITKILL)"

static const struct state user = { .uid = 1000 };
static const struct state root = { .effective = ~0ULL };

static const struct lsm_machine fine = {
	.kernel = "6.12.0",
	.modules = "capability,yama",
	.option = "--ro",
	.path = "/srv/data/x",
	.ptrace_scope = -1,
	.seen = true,
};

static struct reason reason;

static void expect(const char *call, int error, const struct state *state,
		   struct lsm_machine machine, const char *id)
{
	bool known;

	memset(&reason, 0, sizeof(reason));
	known = lsm_decide_from(call, error, state, &machine, &reason);
	reason_expect(call, known, &reason, id, NULL, NULL);
	if (!id)
		return;
	assert_true(*reason.fix != '\0');
	for (const char *line = reason.why; line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strcspn(line, "\n") > 100)
			fail_msg("%s: a line of more than 100 columns: %s", id, line);
}

static void says(const char *in, const char *part)
{
	if (!strstr(in, part))
		fail_msg("expected '%s' in: %s", part, in);
}

static void no_new_privs(void **unused)
{
	struct lsm_machine set = fine;

	(void)unused;
	set.no_new_privs = true;
	expect(SECCOMP_CALL, EACCES, &user, fine, "SC-NNP");
	expect(SECCOMP_CALL, EACCES, &user, set, NULL);
	expect(SECCOMP_CALL, EACCES, &root, fine, NULL);
	expect(SECCOMP_CALL, EINVAL, &user, fine, NULL);
	expect(RESTRICT_CALL, EPERM, &user, fine, "LL-NNP");
	expect(RESTRICT_CALL, EPERM, &root, fine, NULL);
	expect(RESTRICT_CALL, E2BIG, &root, set, "LL-LAYERS");
}

static void landlock(void **unused)
{
	struct lsm_machine machine = fine;

	(void)unused;
	expect(VERSION_CALL, ENOSYS, &root, fine, "LL-NONE");
	says(reason.why, "this kernel, 6.12.0, has no Landlock");
	assert_null(strstr(reason.why, "filters"));
	machine.filters = 2;
	expect(VERSION_CALL, ENOSYS, &root, machine, "LL-NONE");
	says(reason.why, "one of the\n2 seccomp filters");
	expect(VERSION_CALL, EOPNOTSUPP, &root, fine, "LL-OFF");
	says(reason.why, "capability,yama");
	says(reason.fix, "lsm=landlock,capability,yama");
	*machine.modules = '\0';
	expect(VERSION_CALL, EOPNOTSUPP, &root, machine, "LL-OFF");
	says(reason.fix, "lsm=landlock,...");
	expect(VERSION_CALL, EPERM, &root, machine, "LL-REFUSED");
}

static void landlock_rules(void **unused)
{
	struct lsm_machine machine = fine;

	(void)unused;
	expect(RULE_CALL, EBADFD, &user, fine, "LL-FS");
	says(reason.fix, "--ro /srv/data/x");
	expect(RULE_CALL, EINVAL, &user, fine, "LL-DIRRIGHT");
	says(reason.fix, "--ro \"$(dirname /srv/data/x)\"");
	machine.is_directory = true;
	expect(RULE_CALL, EINVAL, &user, machine, "LL-ABI");
	expect(RULE_CALL, ENOMSG, &user, machine, "LL-EMPTY");
	expect(RULE_CALL, ENOMEM, &user, machine, NULL);

	machine.path = "/srv/my data";
	strcpy(machine.missing, "/srv/my data");
	expect(OPEN_CALL, ENOENT, &user, machine, "LL-PATH");
	says(reason.why, "there is no /srv/my data");
	says(reason.fix, "mkdir -p '/srv/my data'");
	strcpy(machine.closed, "/srv");
	expect(OPEN_CALL, EACCES, &user, machine, "LL-PATH");
	says(reason.why, "search the directory /srv");
	expect(OPEN_CALL, EMFILE, &user, machine, NULL);
}

static void apparmor(void **unused)
{
	struct lsm_machine machine = fine;

	(void)unused;
	expect(APPARMOR_CALL, ENOENT, &root, machine, NULL);
	machine.profile = "web";
	expect(APPARMOR_CALL, ENOENT, &root, machine, "AA-NOPROFILE");
	says(reason.fix, "profile web");
	strcpy(machine.label, "docker-default (enforce)");
	machine.confined = true;
	expect(APPARMOR_CALL, EACCES, &root, machine, "AA-DENIED");
	says(reason.why, "docker-default");
	expect(APPARMOR_CALL, EPERM, &root, machine, NULL);
	machine.no_new_privs = true;
	expect(APPARMOR_CALL, EPERM, &root, machine, "AA-NNP");
	says(reason.fix, "capdrop");
}

static void selinux(void **unused)
{
	struct lsm_machine machine = fine;

	(void)unused;
	machine.context = "a:b:c:s0";
	strcpy(machine.label, "system_u:system_r:init_t:s0");
	expect(SELINUX_CALL, EINVAL, &root, machine, "SE-CTX");
	says(reason.why, "permissive");
	machine.enforcing = true;
	expect(SELINUX_CALL, EINVAL, &root, machine, "SE-CTX");
	says(reason.why, "enforcing");
	says(reason.why, "init_t");
	expect(SELINUX_CALL, EACCES, &root, machine, "SE-DENIED");
	expect(SELINUX_CALL, ENOMEM, &root, machine, NULL);
}

static void tracing(void **unused)
{
	struct lsm_machine machine = fine;

	(void)unused;
	expect(TRACE_CALL, EPERM, &user, machine, NULL);
	machine.filters = 1;
	expect(TRACE_CALL, EPERM, &user, machine, "TRACE-SECCOMP");
	machine.ptrace_scope = 1;
	expect(TRACE_CALL, EPERM, &user, machine, "TRACE-SECCOMP");
	machine.ptrace_scope = 2;
	expect(TRACE_CALL, EPERM, &user, machine, "TRACE-YAMA");
	says(reason.fix, "sysctl -w kernel.yama.ptrace_scope=1");
	expect(TRACE_CALL, EPERM, &root, machine, "TRACE-SECCOMP");
	machine.ptrace_scope = 3;
	expect(TRACE_CALL, EPERM, &root, machine, "TRACE-YAMA");
	machine.tracer = 77;
	strcpy(machine.tracer_name, "strace");
	expect(TRACE_CALL, EPERM, &root, machine, "TRACE-BUSY");
	says(reason.why, "strace (process 77)");
	expect(TRACE_CALL, ESRCH, &root, machine, "TRACE-PIDNS");
	expect("ptrace(PTRACE_GET_SYSCALL_INFO, program, sizeof(info), &info)", EIO, &root, fine,
	       "TRACE-KERNEL");
	expect("ptrace(PTRACE_GET_SYSCALL_INFO, program, sizeof(info), &info)", ESRCH, &root, fine,
	       NULL);
	machine.seen = false;
	expect(TRACE_CALL, EPERM, &root, machine, "TRACE-PIDNS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_new_privs),	  cmocka_unit_test(landlock),
		cmocka_unit_test(landlock_rules), cmocka_unit_test(apparmor),
		cmocka_unit_test(selinux),	  cmocka_unit_test(tracing),
	};

	return cmocka_run_group_tests_name("refusal_lsm", tests, NULL, NULL);
}
