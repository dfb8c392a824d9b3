/* Who refused a call: decided from what was read of a machine. What a filter
 * answers. And how few options many files become. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/lsm/denial.h"
#include "unit.h"

#define READ LANDLOCK_ACCESS_FS_READ_FILE
#define WRITE LANDLOCK_ACCESS_FS_WRITE_FILE
#define EXECUTE LANDLOCK_ACCESS_FS_EXECUTE
#define MAKE LANDLOCK_ACCESS_FS_MAKE_REG

static const struct lsm_evidence nothing = {
	.call = "openat",
	.operation = OP_OPEN,
	.error = EACCES,
	.port = -1,
	.bits = BITS_ALLOW,
	.capability = -1,
	.user = "sam",
	.owner = "root:shadow",
	.mode = 0640,
};

static struct lsm_verdict verdict;

static void expect(struct lsm_evidence evidence, const char *layer, const char *text)
{
	bool refused = lsm_denial_decide(&evidence, &verdict);

	if (!layer) {
		if (refused)
			fail_msg("no refusal, and yet: %s: %s", verdict.layer, verdict.text);
		return;
	}
	if (!refused || strcmp(verdict.layer, layer) != 0 || !strstr(verdict.text, text))
		fail_msg("expected %s: ...%s..., got %s: %s", layer, text,
			 refused ? verdict.layer : "nothing", verdict.text);
}

static void files(void **unused)
{
	struct lsm_evidence evidence = nothing;

	(void)unused;
	evidence.bits = BITS_FILE;
	strcpy(evidence.bits_path, "/etc/shadow");
	expect(evidence, "ownership",
	       "/etc/shadow has mode 0640 root:shadow, and the program runs as sam; no option");
	evidence.missing = READ;
	strcpy(evidence.missing_path, "/etc/shadow");
	expect(evidence, "ownership", "; Landlock would refuse it too: add --ro /etc/shadow");
	evidence.bits = BITS_ALLOW;
	expect(evidence, "Landlock", "add --ro /etc/shadow");
	assert_true(verdict.rights == READ);
	evidence.bits = BITS_UNKNOWN;
	expect(evidence, "Landlock, or by ownership, which can't be seen from here",
	       "add --ro /etc/shadow");
	/* Landlock says EACCES for files. */
	evidence.bits = BITS_ALLOW;
	evidence.error = EPERM;
	expect(evidence, "none of lsm's rules", "man 2 openat");
	evidence.error = EROFS;
	strcpy(evidence.mount, "/usr");
	expect(evidence, "a read-only mount", "that of /usr; no option");
	for (int error = 1; error < 134; error++) {
		evidence.error = error;
		if (error != EACCES && error != EPERM && error != EROFS)
			expect(evidence, NULL, NULL);
	}
}

static void advice(void **unused)
{
	struct lsm_evidence evidence = nothing;

	(void)unused;
	evidence.missing = EXECUTE | READ;
	strcpy(evidence.missing_path, "/usr/bin/true");
	expect(evidence, "Landlock", "add --rox /usr");
	evidence.missing = WRITE;
	expect(evidence, "Landlock", "add --rw /usr/bin/true");
	evidence.missing = MAKE;
	strcpy(evidence.missing_path, "/");
	expect(evidence, "Landlock", "add --rw /, which is everything: better another");
	evidence.missing = READ;
	strcpy(evidence.missing_path, "/proc/812/maps");
	expect(evidence, "Landlock", "add --ro /proc");
	evidence.missing = WRITE | EXECUTE;
	strcpy(evidence.missing_path, "/srv/x");
	expect(evidence, "Landlock", "add --rwx /srv/x");
}

static void filters(void **unused)
{
	struct lsm_evidence evidence = nothing;

	(void)unused;
	evidence.call = "unshare";
	evidence.operation = OP_OTHER;
	evidence.error = EPERM;
	evidence.answered = true;
	evidence.answer = SECCOMP_RET_ERRNO | EPERM;
	evidence.whose = "default";
	evidence.allowed_with = 1ULL << CAP_SYS_ADMIN;
	expect(evidence, "seccomp", "only with CAP_SYS_ADMIN; add --seccomp none");
	evidence.allowed_with = 0;
	expect(evidence, "seccomp", "to nobody");
	evidence.whose = "--deny";
	expect(evidence, "seccomp", "leave unshare out of --deny");
	evidence.whose = "web.json";
	expect(evidence, "seccomp", "allow unshare in web.json");
	evidence.whose = NULL;
	expect(evidence, "seccomp", "loaded itself; no option");
	/* Another errno is another's. */
	evidence.answer = SECCOMP_RET_ERRNO | ENOSYS;
	evidence.capability = CAP_SYS_ADMIN;
	expect(evidence, "capability", "CAP_SYS_ADMIN");
	evidence.error = ENOSYS;
	evidence.whose = "default";
	expect(evidence, "seccomp", "no such call");
	evidence.call = "clone3";
	expect(evidence, NULL, NULL);
	evidence.answered = false;
	expect(evidence, NULL, NULL);
}

static void others(void **unused)
{
	struct lsm_evidence evidence = nothing;

	(void)unused;
	evidence.operation = OP_MOUNT;
	evidence.call = "mount";
	evidence.error = EPERM;
	evidence.capability = CAP_SYS_ADMIN;
	expect(evidence, "capability", "CAP_SYS_ADMIN");
	evidence.files_ruled = true;
	expect(evidence, "Landlock", "forbids all mounting");
	assert_non_null(strstr(verdict.text, "and it takes CAP_SYS_ADMIN"));
	evidence.has_capability = true;
	expect(evidence, "Landlock", "forbids all mounting");
	assert_null(strstr(verdict.text, "CAP_SYS_ADMIN"));

	evidence = nothing;
	evidence.operation = OP_CONNECT;
	evidence.call = "connect";
	evidence.port = 80;
	expect(evidence, "none of lsm's rules", "a firewall");
	evidence.port_missing = true;
	expect(evidence, "Landlock", "add --connect-tcp 80");
	evidence.operation = OP_BIND;
	evidence.capability = CAP_NET_BIND_SERVICE;
	expect(evidence, "Landlock", "add --bind-tcp 80");
	evidence.port_missing = false;
	expect(evidence, "capability", "CAP_NET_BIND_SERVICE");

	evidence = nothing;
	evidence.operation = OP_SIGNAL;
	evidence.call = "kill";
	evidence.error = EPERM;
	expect(evidence, "none of lsm's rules", "man 2 kill");
	evidence.target_known = true;
	expect(evidence, "ownership", "another user's");
	evidence.signals_scoped = true;
	expect(evidence, "ownership", "Landlock would refuse it too: leave signal out");
	evidence.target_ours = true;
	expect(evidence, "Landlock", "leave signal out of --scope");
	evidence.target_traced = true;
	expect(evidence, "none of lsm's rules", "");

	evidence = nothing;
	evidence.operation = OP_RENAME;
	evidence.call = "rename";
	evidence.error = EXDEV;
	expect(evidence, NULL, NULL);
	evidence.files_ruled = true;
	expect(evidence, NULL, NULL);
	evidence.one_mount = true;
	expect(evidence, "Landlock", "gain rights");

	evidence = nothing;
	evidence.call = "setpgid";
	evidence.operation = OP_OTHER;
	expect(evidence, NULL, NULL);
}

static void those_who_cannot_be_asked(void **unused)
{
	struct lsm_evidence evidence = nothing;

	(void)unused;
	evidence.filters_before = 1;
	evidence.own_rules = true;
	evidence.module = "AppArmor";
	strcpy(evidence.label, "docker-default (enforce)");
	expect(evidence, "none of lsm's rules", "docker-default");
	assert_non_null(strstr(verdict.text, "dmesg | grep DENIED"));
	assert_non_null(strstr(verdict.text, "seccomp filter"));
	assert_non_null(strstr(verdict.text, "has made itself"));
}

/* ---- simulate.c ---- */

static uint32_t run(const struct sock_filter *code, size_t length, uint32_t number,
		    uint64_t argument)
{
	struct sock_fprog program = { (unsigned short)length, (struct sock_filter *)code };
	struct seccomp_data data = { .nr = (int)number, .arch = AUDIT_ARCH_X86_64 };

	data.args[1] = argument;
	return lsm_simulate(&program, &data);
}

static void computes_as_the_kernel_does(void **unused)
{
	static const struct sock_filter sums[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),	 /* a = the number */
		BPF_STMT(BPF_ST, 3),			 /* m[3] = a */
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 10), /* a *= 10 */
		BPF_STMT(BPF_MISC | BPF_TAX, 0),	 /* x = a */
		BPF_STMT(BPF_LD | BPF_MEM, 3),		 /* a = m[3] */
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),	 /* a += x: 11 times */
		BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 1),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 4),
		BPF_STMT(BPF_ALU | BPF_NEG, 0),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	static const struct sock_filter jumps[] = {
		/* The low half of the second argument. */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 7),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 100, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 2),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 8, 1, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		BPF_STMT(BPF_RET | BPF_K, 3),
		BPF_STMT(BPF_RET | BPF_K, 4),
	};
	static const struct sock_filter endless[] = {
		BPF_STMT(BPF_JMP | BPF_JA, 0xfffffff0),
	};

	(void)unused;
	assert_int_equal(run(sums, 12, 5, 0), (-((55U ^ 1U) << 4) & 0xffffU) / 3);
	assert_int_equal(run(jumps, 10, 0, 7), 1);
	assert_int_equal(run(jumps, 10, 0, 0x100000007), 1);
	assert_int_equal(run(jumps, 10, 0, 101), 2);
	assert_int_equal(run(jumps, 10, 0, 8), 3);
	assert_int_equal(run(jumps, 10, 0, 1), 4);
	assert_true(run(endless, 1, 0, 0) == SECCOMP_RET_KILL_PROCESS);
}

static void the_strictest_filter_counts(void **unused)
{
	struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_filter fail[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1) };
	struct sock_filter end[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS) };
	struct lsm_under first = { NULL, "first", { 1, fail } };
	struct lsm_under second = { &first, "second", { 1, allow } };
	struct lsm_under third = { &second, "third", { 1, end } };
	struct seccomp_data data = { .nr = 1 };
	const struct lsm_under *whose;

	(void)unused;
	assert_true(lsm_simulate_all(&second, &data, &whose) == (SECCOMP_RET_ERRNO | 1));
	assert_string_equal(whose->whose, "first");
	assert_true(lsm_simulate_all(&third, &data, &whose) == SECCOMP_RET_KILL_PROCESS);
	assert_string_equal(whose->whose, "third");
	assert_true(lsm_simulate_all(NULL, &data, &whose) == SECCOMP_RET_ALLOW);
	assert_null(whose);
}

/* The default filter, whole: what needs no argument is answered as by walking it. */
static void the_default_filter(void **unused)
{
	struct sock_fprog program = lsm_profile_compile(seccomp_arch_native(), 0);

	(void)unused;
	for (int number = 0; number < 600; number++) {
		uint32_t answer =
			lsm_filter_action(&program, seccomp_arch_native(), (uint32_t)number);
		struct seccomp_data data = { .nr = number, .arch = seccomp_arch_native() };

		if (answer != LSM_DEPENDS)
			assert_true(lsm_simulate(&program, &data) == answer);
	}
	free(program.filter);
}

/* ---- want.c ---- */

static char *few(struct lsm_wants *wants, const char *home)
{
	static char text[4000];
	struct lsm_landlock given = { .path_count = 0 };
	struct lsm_wants options = lsm_wants_few(wants, &given, home);

	*text = '\0';
	for (size_t i = 0; i < options.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s %s",
			 i ? " " : "", options.list[i]->left_out ? "NOT " : "",
			 lsm_option_for(options.list[i]->rights), options.list[i]->path);
	return text;
}

static void few_options(void **unused)
{
	struct lsm_wants wants = { .count = 0 };

	(void)unused;
	lsm_want(&wants, "/usr/bin/env", EXECUTE | READ);
	lsm_want(&wants, "/usr/lib/x", READ);
	lsm_want(&wants, "/etc/passwd", READ);
	lsm_want(&wants, "/dev/null", WRITE);
	assert_string_equal(few(&wants, "/home/sam"), "--rox /usr --ro /etc/passwd --rw /dev/null");
	/* A directory that is given holds its files. */
	lsm_want(&wants, "/etc", LANDLOCK_ACCESS_FS_READ_DIR | READ);
	assert_string_equal(few(&wants, "/home/sam"), "--rox /usr --ro /etc --rw /dev/null");
	/* More is wanted of one file in it. */
	lsm_want(&wants, "/etc/group", WRITE);
	assert_string_equal(few(&wants, "/home/sam"),
			    "--rox /usr --ro /etc --rw /dev/null --rw /etc/group");
}

static void never_all(void **unused)
{
	struct lsm_wants wants = { .count = 0 };

	(void)unused;
	lsm_want(&wants, "/", LANDLOCK_ACCESS_FS_READ_DIR);
	lsm_want(&wants, "/etc", MAKE);
	/* /etc holds the home directory here. */
	assert_string_equal(few(&wants, "/etc/sam"), "NOT --ro / NOT --rw /etc");
	assert_string_equal(few(&wants, "/home/sam"), "NOT --ro / --rw /etc");
	assert_string_equal(few(&wants, NULL), "NOT --ro / --rw /etc");
}

static void what_was_made_is_its_directory(void **unused)
{
	struct lsm_wants wants = { .count = 0 };

	(void)unused;
	lsm_want(&wants, "/var/tmp", MAKE);
	lsm_want_made(&wants, "/var/tmp/made");
	lsm_want(&wants, "/var/tmp/made/program", EXECUTE | READ);
	assert_string_equal(few(&wants, NULL), "--rwx /var/tmp");
	/* What is not there (any more) can't be named. */
	lsm_want(&wants, "/etc/no-such-directory/file", READ);
	assert_string_equal(few(&wants, NULL), "--ro /etc --rwx /var/tmp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),
		cmocka_unit_test(advice),
		cmocka_unit_test(filters),
		cmocka_unit_test(others),
		cmocka_unit_test(those_who_cannot_be_asked),
		cmocka_unit_test(computes_as_the_kernel_does),
		cmocka_unit_test(the_strictest_filter_counts),
		cmocka_unit_test(the_default_filter),
		cmocka_unit_test(few_options),
		cmocka_unit_test(never_all),
		cmocka_unit_test(what_was_made_is_its_directory),
	};

	return cmocka_run_group_tests_name("denial", tests, NULL, NULL);
}
