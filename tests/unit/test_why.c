/* From an errno and a state of the machine to the reason. */
#include <errno.h>
#include <string.h>

#include "../../tools/ns-uts/refusal.h"
#include "namespace.h"
#include "reason.h"
#include "unit.h"
#include "why.h"

#define ALL 0x1ffffffffffULL

/* A machine on which nothing is in the way. */
static const struct state fine = {
	.uid = 0,
	.effective = ALL,
	.bounding = ALL,
	.proc_visible = true,
	.userns_clone = -1,
	.apparmor_userns = -1,
	.namespaces_max = 10000,
	.namespaces_name = "user.max_user_namespaces",
};

/* A tool's own deciding function, or NULL: what comes after those. */
static bool (*decide)(const char *, int, const struct state *, struct reason *, void *);

static void expect(const char *call, int error, struct state machine, const char *id)
{
	struct reason reason = { 0 };
	bool known = decide ? decide(call, error, &machine, &reason, NULL)
			    : why_decide("tool", call, error, &machine, &reason);

	reason_expect(call, known, &reason, id, NULL, NULL);
}

static void namespaces(void **unused)
{
	struct state user = fine, state;
	struct reason reason;

	(void)unused;
	decide = NULL;
	user.uid = 1000;
	user.effective = 0;
	expect("unshare(CLONE_NEWUTS)", EPERM, user, "NS-PRIV");
	expect("unshare(CLONE_NEWUTS)", EPERM, fine, NULL);
	expect("unshare(CLONE_NEWUTS)", ENOMEM, user, NULL);
	expect("cgroup_find(&work->layout)", EMFILE, user, "FILES-MANY");

	state = user;
	state.bounding = 0;
	expect("unshare(CLONE_NEWNET)", EPERM, state, "NS-PRIV");

	state = user;
	state.seccomp = 2;
	state.unshare_refused = true;
	expect("unshare(CLONE_NEWUSER)", EPERM, state, "NS-SECCOMP");
	/* A filter that lets unshare(0) pass is not what refused. */
	state.unshare_refused = false;
	expect("unshare(CLONE_NEWUTS)", EPERM, state, "NS-PRIV");

	state = user;
	state.userns_clone = 0;
	expect("unshare(CLONE_NEWUSER)", EPERM, state, "USERNS-DEBIAN");
	state = user;
	state.root_changed = true;
	expect("unshare(CLONE_NEWUSER)", EPERM, state, "USERNS-CHROOT");
	state.root_changed = false;
	state.id_unmapped = true;
	expect("unshare(CLONE_NEWUSER)", EPERM, state, "USERNS-UNMAPPED");
	expect("unshare(CLONE_NEWUTS)", EPERM, state, "NS-PRIV");
	expect("unshare(CLONE_NEWUSER)", EINVAL, fine, NULL);
	state = fine;
	state.threads = 2;
	expect("unshare(CLONE_NEWUSER)", EINVAL, state, "USERNS-THREADS");
	state.no_user_namespaces = true;
	expect("unshare(CLONE_NEWUSER)", EINVAL, state, "USERNS-OFF");
	state = fine;
	state.namespaces_max = 0;
	expect("unshare(CLONE_NEWUSER)", ENOSPC, state, "NS-LIMIT");
	expect("unshare(CLONE_NEWUSER)", ENOSPC, fine, "NS-DEPTH");
	assert_true(why_decide("tool", "unshare(CLONE_NEWNET)", ENOSPC, &fine, &reason));
	assert_non_null(strstr(reason.fix, "lsns -t net;"));
	expect("unshare(CLONE_NEWPID)", EINVAL, fine, "PID-TWICE");
	expect("setns(other, CLONE_NEWNET)", EPERM, user, "NS-JOIN-PRIV");
	joining = (struct joining){ "4711", 4711, 0, true, NULL };
	expect("setns(other, CLONE_NEWUSER)", EINVAL, fine, "NS-JOIN-SELF");
	expect("setns(other, CLONE_NEWPID)", EINVAL, fine, "NS-JOIN-UP");
	expect("open(path, O_RDONLY | O_CLOEXEC)", EACCES, user, "NS-JOIN-PRIV");
	expect("open(path, O_RDONLY | O_CLOEXEC)", ENOENT, user, "NS-JOIN-GONE");
	memset(&joining, 0, sizeof(joining));
}

static void others(void **unused)
{
	struct state none = fine, elsewhere = fine, filtered = fine;

	(void)unused;
	none.uid = 1000;
	none.effective = 0;
	decide = NULL;
	expect("fork_into(supervisor->cgroup)", ENOMEM, fine, "PID-DEAD");
	decide = ns_uts_decide;
	elsewhere.owner_elsewhere = true;
	filtered.seccomp = 2;
	expect("sethostname(names->host, strlen(names->host))", EPERM, elsewhere, "UTS-OWNER");
	expect("setdomainname(names->domain, strlen(names->domain))", EPERM, elsewhere,
	       "UTS-OWNER");
	expect("sethostname(names->host, strlen(names->host))", EPERM, filtered, "UTS-DENIED");
	expect("sethostname(names->host, strlen(names->host))", EPERM, none, NULL);
	expect("sethostname(names->host, strlen(names->host))", EFAULT, elsewhere, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(namespaces),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
