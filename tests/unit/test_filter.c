/* The program that we write from tables, and from parts of libseccomp's for rules about
 * arguments, gives the answers of the one that libseccomp itself writes for all. */
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../tools/lsm/tracing.h"
#include "unit.h"

#define X32_BIT 0x40000000U
#define NOSYS (SECCOMP_RET_ERRNO | ENOSYS)

/* By which a run that failed can be had again. */
static unsigned seed;

static unsigned below(unsigned bound)
{
	return (unsigned)rand_r(&seed) % bound;
}

static struct sock_fprog export(scmp_filter_ctx context)
{
	static struct sock_filter code[BPF_MAXINSNS];
	int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t got;

	assert_int_equal(seccomp_export_bpf(context, fd), 0);
	got = pread(fd, code, sizeof(code), 0);
	assert_true(got > 0);
	close(fd);
	return (struct sock_fprog){ (unsigned short)((size_t)got / sizeof(*code)), code };
}

struct pair {
	struct lsm_filter ours;
	scmp_filter_ctx theirs;
	uint32_t default_action;
	uint32_t highest[3]; /* x86_64, x86, x32 */
};

static const uint32_t arches[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 };

static void begin(struct pair *pair, uint32_t default_action)
{
	memset(pair, 0, sizeof(*pair));
	pair->default_action = default_action;
	lsm_filter_begin(&pair->ours, SCMP_ARCH_X86_64, default_action);
	pair->theirs = seccomp_init(default_action);
	assert_non_null(pair->theirs);
	seccomp_attr_set(pair->theirs, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	for (size_t i = 1; i < 3; i++) {
		lsm_filter_arch(&pair->ours, arches[i]);
		assert_int_equal(seccomp_arch_add(pair->theirs, arches[i]), 0);
	}
}

/* The number that a part of socketcall(2) or ipc(2) has of its own; or another negative
 * number. */
static int own_number(uint32_t arch, const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(arch, name);

	if (number >= -100 || number < -1000)
		return number;
	for (number = 479; number >= 0; number--) {
		char *found = seccomp_syscall_resolve_num_arch(arch, number);
		bool is_it = found && strcmp(found, name) == 0;

		free(found);
		if (is_it)
			break;
	}
	return number;
}

static void add(struct pair *pair, const char *name, uint32_t action, unsigned count,
		const struct scmp_arg_cmp *arguments)
{
	int result;

	assert_true(lsm_filter_rule(&pair->ours, name, action, count, arguments));
	for (size_t i = 0; i < 3; i++) {
		int number = action == pair->default_action
				     ? seccomp_syscall_resolve_name_arch(arches[i], name)
				     : own_number(arches[i], name);

		if (number >= 0 && ((uint32_t)number & ~X32_BIT) > pair->highest[i])
			pair->highest[i] = (uint32_t)number & ~X32_BIT;
	}
	if (action == pair->default_action)
		return;
	result = seccomp_rule_add_array(pair->theirs, action, seccomp_syscall_resolve_name(name),
					count, arguments);
	assert_true(result == 0 || result == -EEXIST || result == -EDOM);
}

/* Asks both the same. Some arguments are those of the rules. */
static void compare(const struct sock_fprog *ours, const struct sock_fprog *theirs,
		    const struct pair *pair, uint32_t arch, size_t at, uint32_t number)
{
	struct seccomp_data data = { .nr = (int)(number | (at == 2 ? X32_BIT : 0)), .arch = arch };
	uint32_t expected, got;

	for (size_t i = 0; i < 6; i++)
		data.args[i] = below(4) ? below(8) : (uint64_t)below(8) << 32 | below(8);
	got = lsm_simulate(ours, &data);
	expected = pair->default_action != SCMP_ACT_ALLOW && number > pair->highest[at]
			   ? NOSYS
			   : lsm_simulate(theirs, &data);
	if (got != expected)
		fail_msg("arch %x, call %x(%llx, %llx, %llx): %x, and libseccomp's own says %x",
			 arch, (unsigned)data.nr, data.args[0], data.args[1], data.args[2], got,
			 expected);
}

static void compare_all(struct pair *pair)
{
	struct sock_fprog theirs = export(pair->theirs), ours = lsm_filter_finish(&pair->ours);

	for (uint32_t number = 0; number < 480; number++)
		for (int turn = 0; turn < 6; turn++) {
			compare(&ours, &theirs, pair, AUDIT_ARCH_X86_64, 0, number);
			compare(&ours, &theirs, pair, AUDIT_ARCH_I386, 1, number);
			compare(&ours, &theirs, pair, AUDIT_ARCH_X86_64, 2, number);
		}
	for (unsigned i = 0; i < 50; i++) {
		uint32_t number = (uint32_t)1 << below(30) | below(1000);

		compare(&ours, &theirs, pair, AUDIT_ARCH_X86_64, 0, number);
		compare(&ours, &theirs, pair, AUDIT_ARCH_I386, 1, number);
		compare(&ours, &theirs, pair, AUDIT_ARCH_X86_64, 2, number);
	}
	for (uint32_t number = 0; number < 480; number++) {
		struct seccomp_data data = { .nr = (int)number, .arch = AUDIT_ARCH_AARCH64 };

		assert_int_equal(lsm_simulate(&ours, &data), SECCOMP_RET_KILL_PROCESS);
	}
	seccomp_release(pair->theirs);
	free(ours.filter);
}

/* One that no rule has yet: what counts where two rules of a call overlap depends on
 * their order in libseccomp, and that is not what is compared here. For the same reason
 * not the two that others are part of: libseccomp then drops rules altogether. */
static void pick_name(char name[64], bool *used)
{
	char *found = NULL;
	int number;

	do {
		free(found);
		found = seccomp_syscall_resolve_num_arch(arches[below(2)], (int)below(460));
		number = found ? seccomp_syscall_resolve_name(found) + 20000 : 0;
	} while (!found || used[number] || strcmp(found, "socketcall") == 0 ||
		 strcmp(found, "ipc") == 0);
	used[number] = true;
	snprintf(name, 64, "%s", found);
	free(found);
}

static void random_profiles(void **state)
{
	static const uint32_t actions[] = { SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM),
					    SCMP_ACT_ERRNO(ENOSYS), SCMP_ACT_KILL_PROCESS,
					    SCMP_ACT_LOG };
	static const enum scmp_compare how[] = { SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE,
						 SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT };

	(void)state;
	for (unsigned turn = 0; turn < 100; turn++) {
		bool used[21000] = { false };
		struct pair pair;
		unsigned rules = 1 + below(turn < 20 ? 4 : turn < 60 ? 40 : 300);

		begin(&pair, actions[below(2)]);
		/* libseccomp 2.5 forgets to load the number when the call that
		 * it asks for first is none of its own on an architecture: so
		 * here it asks for this one first. */
		used[SCMP_SYS(read) + 20000] = true;
		add(&pair, "read", SCMP_ACT_KILL_PROCESS, 0, NULL);
		seccomp_syscall_priority(pair.theirs, SCMP_SYS(read), 255);
		for (unsigned i = 0; i < rules; i++) {
			struct scmp_arg_cmp arguments[3];
			unsigned count = below(3) ? 0 : 1 + below(3);
			uint32_t action = actions[below(5)];
			char name[64];

			pick_name(name, used);
			for (unsigned j = 0; j < count; j++)
				arguments[j] = (struct scmp_arg_cmp){ j,
								      below(4) ? how[below(6)]
									       : SCMP_CMP_MASKED_EQ,
								      below(8), below(8) };
			add(&pair, name, action, count, arguments);
		}
		compare_all(&pair);
	}
}

static void no_x86_64_among_them(void **state)
{
	struct lsm_filter filter;
	struct sock_fprog program;
	struct seccomp_data data = { .nr = (int)(X32_BIT | 1), .arch = AUDIT_ARCH_X86_64 };

	(void)state;
	lsm_filter_begin(&filter, SCMP_ARCH_AARCH64, SCMP_ACT_ERRNO(EPERM));
	lsm_filter_arch(&filter, SCMP_ARCH_X32);
	lsm_filter_rule(&filter, "write", SCMP_ACT_ALLOW, 0, NULL);
	program = lsm_filter_finish(&filter);
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_ALLOW);
	data.nr = (int)X32_BIT;
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_ERRNO | EPERM);
	data.nr = 1;
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_KILL_PROCESS);
	data = (struct seccomp_data){ .nr = 64, .arch = AUDIT_ARCH_AARCH64 };
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_ALLOW);
	free(program.filter);
}

static void x86_64_alone(void **state)
{
	struct lsm_filter filter;
	struct sock_fprog program;
	struct seccomp_data data = { .nr = 1, .arch = AUDIT_ARCH_X86_64 };

	(void)state;
	lsm_filter_begin(&filter, SCMP_ARCH_X86_64, SCMP_ACT_ERRNO(EPERM));
	lsm_filter_rule(&filter, "write", SCMP_ACT_ALLOW, 0, NULL);
	program = lsm_filter_finish(&filter);
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_ALLOW);
	data.nr = 0;
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_ERRNO | EPERM);
	data.nr = 2;
	assert_int_equal(lsm_simulate(&program, &data), NOSYS);
	/* x32 is not among the architectures, nor is x86. */
	data.nr = (int)(X32_BIT | 1);
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_KILL_PROCESS);
	data = (struct seccomp_data){ .nr = 4, .arch = AUDIT_ARCH_I386 };
	assert_int_equal(lsm_simulate(&program, &data), SECCOMP_RET_KILL_PROCESS);
	free(program.filter);
}

/* Whichever comes first; as in libseccomp. */
static void a_rule_for_all_arguments_counts_before_others(void **state)
{
	const struct scmp_arg_cmp one = { 0, SCMP_CMP_EQ, 1, 0 };

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct pair pair;

		begin(&pair, SCMP_ACT_ERRNO(EPERM));
		add(&pair, "write", SCMP_ACT_ALLOW, 0, NULL);
		add(&pair, "getpid", turn ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS, !turn, &one);
		add(&pair, "getpid", turn ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW, turn, &one);
		compare_all(&pair);
	}
}

static uint32_t ask(const struct sock_fprog *program, uint32_t arch, uint32_t number,
		    uint64_t first)
{
	struct seccomp_data data = { .nr = (int)number, .arch = arch, .args = { first } };

	return lsm_simulate(program, &data);
}

/* x86 has connect(2) as number 362, and as part 3 of socketcall(2), 102. */
static void parts_of_another_call(void **state)
{
	const struct scmp_arg_cmp five = { 0, SCMP_CMP_EQ, 5, 0 };
	struct lsm_filter filter;
	struct sock_fprog program;

	(void)state;
	/* Both numbers are above that of any other rule. */
	lsm_filter_begin(&filter, SCMP_ARCH_X86, SCMP_ACT_ERRNO(EPERM));
	lsm_filter_rule(&filter, "read", SCMP_ACT_ALLOW, 0, NULL);
	lsm_filter_rule(&filter, "connect", SCMP_ACT_ALLOW, 0, NULL);
	program = lsm_filter_finish(&filter);
	assert_int_equal(ask(&program, AUDIT_ARCH_I386, 362, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(ask(&program, AUDIT_ARCH_I386, 102, 3), SECCOMP_RET_ALLOW);
	assert_int_equal(ask(&program, AUDIT_ARCH_I386, 102, 2), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(ask(&program, AUDIT_ARCH_I386, 361, 0), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(ask(&program, AUDIT_ARCH_I386, 363, 0), NOSYS);
	free(program.filter);

	/* The rule for whatever arguments counts, also when it comes second. */
	for (int turn = 0; turn < 2; turn++) {
		lsm_filter_begin(&filter, SCMP_ARCH_X86, SCMP_ACT_ALLOW);
		if (turn)
			lsm_filter_rule(&filter, "socketcall", SCMP_ACT_TRAP, 0, NULL);
		lsm_filter_rule(&filter, "connect", SCMP_ACT_ERRNO(EPERM), 1, &five);
		lsm_filter_rule(&filter, "connect", SCMP_ACT_KILL_PROCESS, 0, NULL);
		program = lsm_filter_finish(&filter);
		assert_int_equal(ask(&program, AUDIT_ARCH_I386, 362, 4), SECCOMP_RET_KILL_PROCESS);
		assert_int_equal(ask(&program, AUDIT_ARCH_I386, 362, 5), SECCOMP_RET_KILL_PROCESS);
		assert_int_equal(ask(&program, AUDIT_ARCH_I386, 102, 3),
				 turn ? SECCOMP_RET_TRAP : SECCOMP_RET_KILL_PROCESS);
		free(program.filter);
	}
}

/* Of a call that libseccomp has no name for: MIPS counts from elsewhere on. */
static void newer_calls(void **state)
{
	struct lsm_filter filter;
	struct sock_fprog program;

	(void)state;
	lsm_filter_begin(&filter, SCMP_ARCH_MIPSEL64, SCMP_ACT_ALLOW);
	lsm_filter_compat_arches(&filter);
	lsm_filter_arch(&filter, SCMP_ARCH_X32);
	lsm_filter_rule(&filter, "mseal", SCMP_ACT_KILL_PROCESS, 0, NULL);
	program = lsm_filter_finish(&filter);
	assert_int_equal(ask(&program, SCMP_ARCH_MIPSEL, 4462, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(ask(&program, SCMP_ARCH_MIPSEL64, 5462, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(ask(&program, SCMP_ARCH_MIPSEL64N32, 6462, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(ask(&program, SCMP_ARCH_MIPSEL64, 462, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(ask(&program, AUDIT_ARCH_X86_64, X32_BIT | 462, 0),
			 SECCOMP_RET_KILL_PROCESS);
	free(program.filter);
	assert_string_equal(lsm_filter_name(SCMP_ARCH_MIPSEL64, 5462), "mseal");
	assert_null(lsm_filter_name(SCMP_ARCH_MIPSEL64, 462));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_profiles),
		cmocka_unit_test(no_x86_64_among_them),
		cmocka_unit_test(x86_64_alone),
		cmocka_unit_test(a_rule_for_all_arguments_counts_before_others),
		cmocka_unit_test(parts_of_another_call),
		cmocka_unit_test(newer_calls),
	};
	const char *given = getenv("SEED");

	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)getpid();
	printf("# SEED=%u\n", seed);
	fflush(stdout);
	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
