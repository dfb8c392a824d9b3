/* Why a map was refused, from states and facts. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../../tools/ns-user/refusal.h"
#include "reason.h"
#include "unit.h"

#define UID_CALL "write_file(path, plan->uid_map)"
#define GID_CALL "write_file(path, plan->gid_map)"
#define MAPPER_CALL "run_mapper(\"newuidmap\", process, plan->uid_map)"

static struct plan plan;
static struct ns_user_facts facts;
static struct state state;
static struct reason reason;

/* Somebody without privilege, who maps his own id to 0. */
static int begin(void **unused)
{
	(void)unused;
	memset(&plan, 0, sizeof(plan));
	memset(&state, 0, sizeof(state));
	plan.uid = plan.gid = 1000;
	strcpy(plan.uid_map, "0 1000 1\n");
	strcpy(plan.gid_map, "0 1000 1\n");
	facts = (struct ns_user_facts){ .plan = &plan, .mode = S_ISUID | 0755 };
	strcpy(facts.own_map, MAP_EVERYBODY);
	strcpy(facts.mapper, "/usr/bin/newuidmap");
	state.uid = 65534; /* inside, without an id */
	state.apparmor_userns = -1;
	state.proc_visible = true;
	return 0;
}

static void expect(const char *call, int error, const char *id, const char *word)
{
	bool known;

	memset(&reason, 0, sizeof(reason));
	known = ns_user_reason(call, error, &state, &facts, &reason);
	reason_expect(call, known, &reason, id, word, NULL);
}

static void maps(void **unused)
{
	(void)unused;
	strcpy(plan.uid_map, "0 1000 5\n");
	expect(UID_CALL, EPERM, "MAP-OUTER", "your own id, 1000, and this map asks for 1001");
	strcpy(plan.uid_map, "7 4 1\n");
	expect(UID_CALL, EPERM, "MAP-OUTER", "asks for 4");
	expect(UID_CALL, EINVAL, "MAP-FORMAT", "overlap");
	expect(UID_CALL, EIO, NULL, NULL);
	facts.written = true;
	expect(UID_CALL, EPERM, "MAP-TWICE", "once");
}

static void map_of_root(void **unused)
{
	(void)unused;
	strcpy(plan.uid_map, "0 0 1\n");
	plan.uid = 0;
	plan.privileged = true;
	expect(UID_CALL, EPERM, "MAP-SETFCAP", "CAP_SETFCAP");
	/* An ordinary user never had it: what one may map is the own id. */
	plan.uid = 1000;
	plan.privileged = false;
	expect(UID_CALL, EPERM, "MAP-OUTER", "only your own id, 1000");
	plan.uid = 0;
	plan.privileged = true;
	/* With it, that is not the reason. */
	plan.setfcap = true;
	expect(UID_CALL, EPERM, NULL, NULL);
	/* An id that is not here can't be handed on, whoever we are. */
	strcpy(facts.own_map, "0 1000 1\n1 100000 10\n");
	strcpy(plan.uid_map, "0 0 1\n1 5 10\n");
	expect(UID_CALL, EPERM, "MAP-OUTER", "id 11 has no number");
	plan.automatic = true;
	expect(UID_CALL, EPERM, "SUBID-NESTED", "id 11 has no number");
}

static void setgroups(void **unused)
{
	(void)unused;
	plan.setgroups = "allow";
	expect(GID_CALL, EPERM, "MAP-SETGROUPS", "setgroups(2)");
	/* It is no matter of users. */
	expect(UID_CALL, EPERM, "MAP-OUTER", NULL);
	plan.setgroups = "deny";
	expect(GID_CALL, EPERM, "MAP-OUTER", NULL);
}

static void mapper(void **unused)
{
	(void)unused;
	plan.automatic = true;
	strcpy(plan.uid_map, "0 1000 1\n1 100000 65536\n");
	/* It had all that it needs, and has said itself what it misses. */
	expect(MAPPER_CALL, 0, NULL, NULL);
	facts.mode = 0755;
	expect(MAPPER_CALL, 0, "SUBID-HELPER", "mode 0755");
	facts.file_capability = true;
	expect(MAPPER_CALL, 0, NULL, NULL);
	/* Where root has no number, its files seem to be nobody's. */
	strcpy(facts.own_map, "0 1000 1\n");
	facts.owner = 65534;
	expect(MAPPER_CALL, 0, "SUBID-NESTED", "id 1000,");
	facts.nosuid = true;
	expect(MAPPER_CALL, 0, "SUBID-HELPER", "nosuid");
	facts.no_new_privs = true;
	expect(MAPPER_CALL, 0, "SUBID-HELPER", "no_new_privs");
	*facts.mapper = '\0';
	expect(MAPPER_CALL, ENOENT, "SUBID-HELPER", "no directory of PATH");
	/* Not setuid for root. */
	begin(NULL);
	facts.owner = 1000;
	expect(MAPPER_CALL, 0, "SUBID-HELPER", "belongs to uid 1000");
}

static void apparmor(void **unused)
{
	(void)unused;
	state.apparmor_userns = 1;
	expect(UID_CALL, EPERM, "USERNS-APPARMOR", "AppArmor");
	expect(GID_CALL, EACCES, "USERNS-APPARMOR", "AppArmor");
	assert_non_null(strstr(reason.fix, "userns,"));
	state.apparmor_userns = 0;
	expect(GID_CALL, EACCES, NULL, NULL);
}

static void limit(void **unused)
{
	(void)unused;
	expect("write_file(sysctl->path, sysctl->value)", EROFS, "SYSCTL-READONLY", "read-only");
	expect("write_file(sysctl->path, sysctl->value)", ENOENT, NULL, NULL);
	state.proc_visible = false;
	expect("write_file(sysctl->path, sysctl->value)", ENOENT, "SYSCTL-PROC", "no /proc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(maps, begin),
		cmocka_unit_test_setup(map_of_root, begin),
		cmocka_unit_test_setup(setgroups, begin),
		cmocka_unit_test_setup(mapper, begin),
		cmocka_unit_test_setup(apparmor, begin),
		cmocka_unit_test_setup(limit, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
