/* filter.c: from rules to the BPF program that the kernel takes.
 *
 * libseccomp writes the program: it knows each architecture's numbers, and
 * sorts them into a tree of comparisons. Two things it can't do here, and a
 * few instructions of our own in front of its program do:
 *
 * - Calls that are newer than libseccomp. Since Linux 5.0 a new call has the
 *   same number on all architectures, so that a number is enough.
 * - Calls that are newer than the rules. The kernel's own answer to a call it
 *   does not have is ENOSYS, and C libraries then fall back to an older one.
 *   The filter's EPERM would tell them that it is there and forbidden: when
 *   clone3 and faccessat2 came, nothing worked under the filters of before.
 *   So whatever lies above the highest number in the rules gets ENOSYS.
 *
 * Read on: seccomp(2), seccomp_rule_add(3), and the kernel's
 * Documentation/userspace-api/seccomp_filter.rst. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lsm.h"
#include "message.h"

/* x32 programs are x86_64 programs that set this bit in each call. */
#define X32_BIT 0x40000000

/* The calls since 5.18, which libseccomp 2.5.4 (Debian 12) has no names for.
 * A newer libseccomp is asked first. */
static const struct {
	const char *name;
	int number;
} newer_calls[] = {
	{ "cachestat", 451 },	     /* 6.5 */
	{ "fchmodat2", 452 },	     /* 6.6 */
	{ "map_shadow_stack", 453 }, /* 6.6 */
	{ "futex_wake", 454 },	     /* 6.7 */
	{ "futex_wait", 455 },
	{ "futex_requeue", 456 },
	{ "statmount", 457 }, /* 6.8 */
	{ "listmount", 458 },
	{ "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },
	{ "mseal", 462 },      /* 6.10 */
	{ "setxattrat", 463 }, /* 6.13 */
	{ "getxattrat", 464 },
	{ "listxattrat", 465 },
	{ "removexattrat", 466 },
	{ "open_tree_attr", 467 }, /* 6.15 */
	{ "file_getattr", 468 },   /* 6.17 */
	{ "file_setattr", 469 },
	{ "listns", 470 },	     /* 6.19 */
	{ "rseq_slice_yield", 471 }, /* 7.0 */
};

/* One that only x86_64 has, in a gap of its table. */
#define URETPROBE 335 /* 6.11 */

static int newer_number(const char *name)
{
	for (size_t i = 0; i < sizeof(newer_calls) / sizeof(*newer_calls); i++)
		if (strcmp(newer_calls[i].name, name) == 0)
			return newer_calls[i].number;
	return -1;
}

bool lsm_filter_knows(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR || newer_number(name) >= 0 ||
	       strcmp(name, "uretprobe") == 0;
}

const char *lsm_filter_name(uint32_t arch, int number)
{
	bool x32 = arch == AUDIT_ARCH_X86_64 && (number & X32_BIT);
	const char *name = seccomp_syscall_resolve_num_arch(x32 ? SCMP_ARCH_X32 : arch, number);

	for (size_t i = 0; !name && i < sizeof(newer_calls) / sizeof(*newer_calls); i++)
		if (newer_calls[i].number == (x32 ? number & ~X32_BIT : number))
			name = newer_calls[i].name;
	if (!name && arch == AUDIT_ARCH_X86_64 && number == URETPROBE)
		name = "uretprobe";
	return name;
}

const char *const *lsm_filter_names(void)
{
	size_t newer = sizeof(newer_calls) / sizeof(*newer_calls), n = 0;
	const char **names = calloc(600 + newer + 1, sizeof(*names));

	if (!names)
		die_errno("cannot list the system calls");
	for (int number = 0; number < 600; number++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

		if (name)
			names[n++] = name;
	}
	for (size_t i = 0; i < newer; i++)
		names[n++] = newer_calls[i].name;
	return names;
}

/* libseccomp returns -errno. */
static void check(int result, const char *what)
{
	errno = -result;
	if (result < 0)
		die_errno("cannot build the seccomp filter: %s", what);
}

static scmp_filter_ctx begin_context(uint32_t action)
{
	scmp_filter_ctx context = seccomp_init(action);

	if (!context)
		die("cannot build the seccomp filter: seccomp_init() fails");
	/* A tree of comparisons, and no chain. With it, loading the filter is
	 * faster too: since 5.11 the kernel runs it for every number once, and
	 * keeps a bit for each call that is allowed whatever its arguments.
	 * Such a call then costs next to nothing: no filter is run for it. */
	check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "the tree");
	check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS),
	      "the action for foreign architectures");
	return context;
}

void lsm_filter_begin(struct lsm_filter *filter, uint32_t native, uint32_t default_action)
{
	memset(filter, 0, sizeof(*filter));
	/* Level 3 is Linux 4.14. Told so, libseccomp need not try what this
	 * kernel can do, which may not be the one that the filter is for. */
	check(seccomp_api_set(3), "libseccomp is too old");
	filter->default_action = default_action;
	filter->native = begin_context(default_action);
	filter->arch[0] = native;
	filter->arches = 1;
	if (native != seccomp_arch_native()) {
		check(seccomp_arch_add(filter->native, native), "the architecture");
		check(seccomp_arch_remove(filter->native, SCMP_ARCH_NATIVE), "the architecture");
	}
}

void lsm_filter_arch(struct lsm_filter *filter, uint32_t arch)
{
	for (size_t i = 0; i < filter->arches; i++)
		if (filter->arch[i] == arch)
			return;
	if (filter->arches == LSM_ARCHES_MAX)
		die("cannot build the seccomp filter: more than %d architectures", LSM_ARCHES_MAX);
	if (!filter->others) {
		filter->others = begin_context(filter->default_action);
		check(seccomp_arch_add(filter->others, arch), "an architecture");
		check(seccomp_arch_remove(filter->others, SCMP_ARCH_NATIVE), "an architecture");
	} else {
		check(seccomp_arch_add(filter->others, arch), "an architecture");
	}
	filter->arch[filter->arches++] = arch;
}

void lsm_filter_compat_arches(struct lsm_filter *filter)
{
	static const uint32_t compat[][3] = {
		{ SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 },
		{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, 0 },
		{ SCMP_ARCH_MIPS64, SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64N32 },
		{ SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64N32 },
		{ SCMP_ARCH_S390X, SCMP_ARCH_S390, 0 },
	};

	for (size_t i = 0; i < sizeof(compat) / sizeof(*compat); i++)
		for (int j = 1; compat[i][0] == filter->arch[0] && j < 3 && compat[i][j]; j++)
			lsm_filter_arch(filter, compat[i][j]);
}

static bool lets_pass(uint32_t action)
{
	return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG ||
	       (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE;
}

/* A rule for a call that libseccomp has no name for: the first one counts. */
static void add_newer(struct lsm_filter *filter, int number, uint32_t action)
{
	for (size_t i = 0; i < filter->arches; i++)
		if (filter->highest[i] < number)
			filter->highest[i] = number;
	for (size_t i = 0; i < filter->newer_count; i++)
		if (filter->newer[i].number == number)
			return;
	if (filter->newer_count == LSM_NEWER_MAX)
		die("cannot build the seccomp filter: too many new system calls");
	filter->newer[filter->newer_count].number = number;
	filter->newer[filter->newer_count++].action = action;
}

static void add_rule(scmp_filter_ctx context, uint32_t action, int number, unsigned int count,
		     const struct scmp_arg_cmp *arguments, const char *name)
{
	int result = seccomp_rule_add_array(context, action, number, count, arguments);

	/* The same rule a second time is no fault, nor is one for a call that
	 * none of these architectures has. */
	if (result < 0 && result != -EEXIST && result != -EDOM)
		check(result, name);
}

bool lsm_filter_rule(struct lsm_filter *filter, const char *name, uint32_t action,
		     unsigned int count, const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR && strcmp(name, "uretprobe") == 0) {
		if (filter->arch[0] == SCMP_ARCH_X86_64 && action != filter->default_action &&
		    seccomp_arch_native() == SCMP_ARCH_X86_64)
			add_rule(filter->native, action, URETPROBE, count, arguments, name);
		return true;
	}
	if (number == __NR_SCMP_ERROR) {
		number = newer_number(name);
		if (number < 0)
			return false;
		if (count)
			die("a rule on the arguments of '%s' can't be kept [SC-NAME]\n"
			    "  why: the call is newer than the libseccomp that Strata was built with\n"
			    "  fix: leave its \"args\" out, which allows or refuses it whatever they are\n"
			    "  see: seccomp_rule_add(3)",
			    name);
		add_newer(filter, number, action);
		return true;
	}
	for (size_t i = 0; i < filter->arches; i++) {
		int there = seccomp_syscall_resolve_name_arch(filter->arch[i], name);

		/* Below 0 are the names that this architecture has no call for. */
		if (there < 0)
			continue;
		there &= ~X32_BIT;
		if (filter->highest[i] < there)
			filter->highest[i] = there;
	}
	/* What the default does anyway needs no rule, and may not be one. */
	if (action == filter->default_action)
		return true;
	add_rule(filter->native, action, number, count, arguments, name);
	if (filter->others)
		add_rule(filter->others, action, number, count, arguments, name);
	return true;
}

#define PROLOGUE_MAX 255
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP(how, value, yes, no) BPF_JUMP(BPF_JMP | (how) | BPF_K, value, yes, no)
#define GOTO(distance) BPF_STMT(BPF_JMP | BPF_JA, distance)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

/* The part in front of libseccomp's program, as at the top of this file.
 * Returns its length; 0 when none is needed. It looks like this:
 *
 *	    load the number
 *	    if it is not above `limit`, go on with libseccomp's program
 *	    load the architecture; for each that we know:
 *	        load the number; above the highest in the rules? ENOSYS
 *	        go to `calls`
 *	    go on with libseccomp's program, which kills a foreign one
 *	calls:
 *	    for each newer call: is it that? then its action
 *
 * so that the usual calls pay for two instructions only. */
static size_t write_prologue(const struct lsm_filter *filter, struct sock_filter *code)
{
	const uint32_t nosys = SCMP_ACT_ERRNO(ENOSYS);
	bool unknown_pass = lets_pass(filter->default_action);
	uint32_t highest[LSM_ARCHES_MAX], limit = UINT32_MAX;
	size_t to_calls[LSM_ARCHES_MAX], blocks = 0, n = 2;
	bool x32 = false;
	size_t x32_at = 0;

	if (filter->newer_count == 0 && unknown_pass)
		return 0;
	for (size_t i = 0; i < filter->arches; i++) {
		highest[i] = unknown_pass ? UINT32_MAX : (uint32_t)filter->highest[i];
		if (filter->arch[i] == SCMP_ARCH_X32) {
			x32 = true;
			x32_at = i;
		}
		if (highest[i] < limit)
			limit = highest[i];
	}
	for (size_t i = 0; i < filter->newer_count; i++)
		if ((uint32_t)filter->newer[i].number - 1 < limit)
			limit = (uint32_t)filter->newer[i].number - 1;

	code[n++] = (struct sock_filter)LOAD(arch);
	for (size_t i = 0; i < filter->arches; i++) {
		if (filter->arch[i] == SCMP_ARCH_X32)
			continue;
		if (filter->arch[i] == SCMP_ARCH_X86_64) {
			uint32_t above = x32 && !unknown_pass ? highest[x32_at] | (uint32_t)X32_BIT
							      : UINT32_MAX;

			code[n++] = (struct sock_filter)JUMP(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 6);
			code[n++] = (struct sock_filter)LOAD(nr);
			code[n++] = (struct sock_filter)JUMP(BPF_JGE, X32_BIT, 1, 0);
			code[n++] = (struct sock_filter)JUMP(BPF_JGT, highest[i], 2, 1);
			code[n++] = (struct sock_filter)JUMP(BPF_JGT, above, 1, 0);
		} else {
			code[n++] = (struct sock_filter)JUMP(BPF_JEQ, filter->arch[i], 0, 4);
			code[n++] = (struct sock_filter)LOAD(nr);
			code[n++] = (struct sock_filter)JUMP(BPF_JGT, highest[i], 1, 0);
		}
		to_calls[blocks++] = n;
		code[n++] = (struct sock_filter)GOTO(0);
		code[n++] = (struct sock_filter)RETURN(nosys);
	}
	/* A foreign architecture passes over the calls: see at the end. */
	to_calls[blocks] = n;
	code[n++] = (struct sock_filter)GOTO(0);
	for (size_t i = 0; i < blocks; i++)
		code[to_calls[i]].k = (uint32_t)(n - to_calls[i] - 1);
	if (x32)
		code[n++] =
			(struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)X32_BIT);
	for (size_t i = 0; i < filter->newer_count && n + 2 <= PROLOGUE_MAX; i++) {
		code[n++] =
			(struct sock_filter)JUMP(BPF_JEQ, (uint32_t)filter->newer[i].number, 0, 1);
		code[n++] = (struct sock_filter)RETURN(filter->newer[i].action);
	}
	if (n + 2 > PROLOGUE_MAX)
		die("cannot build the seccomp filter: too many architectures and new calls");
	code[to_calls[blocks]].k = (uint32_t)(n - to_calls[blocks] - 1);
	code[0] = (struct sock_filter)LOAD(nr);
	code[1] = (struct sock_filter)JUMP(BPF_JGT, limit, 0, (uint8_t)(n - 2));
	return n;
}

struct sock_fprog lsm_filter_finish(struct lsm_filter *filter)
{
	struct sock_filter *code = calloc(BPF_MAXINSNS, sizeof(*code));
	int fd = memfd_create("filter", MFD_CLOEXEC);
	struct sock_fprog program;
	size_t n, room;
	ssize_t got;

	if (!code || fd < 0)
		die_errno("cannot build the seccomp filter: no memory for it");
	/* The merge takes `others` along. */
	if (filter->others)
		check(seccomp_merge(filter->native, filter->others), "the architectures");
	check(seccomp_export_bpf(filter->native, fd), "seccomp_export_bpf()");
	seccomp_release(filter->native);

	n = write_prologue(filter, code);
	room = (BPF_MAXINSNS - n) * sizeof(*code);
	got = pread(fd, code + n, room, 0);
	if (got < 0)
		die_errno("cannot build the seccomp filter: reading it");
	if (lseek(fd, 0, SEEK_END) > got)
		die("this seccomp filter has more than %d instructions, the kernel's limit",
		    BPF_MAXINSNS);
	close(fd);
	program.len = (unsigned short)(n + (size_t)got / sizeof(*code));
	program.filter = code;
	return program;
}

uint32_t lsm_filter_walk(const struct sock_fprog *program, uint32_t arch, uint32_t number,
			 size_t *where)
{
	uint32_t value = 0;

	for (size_t at = 0; at < program->len; at++) {
		const struct sock_filter *code = &program->filter[at];
		bool yes;

		*where = at;
		switch (code->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (code->k == offsetof(struct seccomp_data, nr))
				value = number;
			else if (code->k == offsetof(struct seccomp_data, arch))
				value = arch;
			else
				return LSM_DEPENDS;
			continue;
		case BPF_ALU | BPF_AND | BPF_K: value &= code->k; continue;
		case BPF_RET | BPF_K: return code->k;
		case BPF_JMP | BPF_JA: at += code->k; continue;
		case BPF_JMP | BPF_JEQ | BPF_K: yes = value == code->k; break;
		case BPF_JMP | BPF_JGT | BPF_K: yes = value > code->k; break;
		case BPF_JMP | BPF_JGE | BPF_K: yes = value >= code->k; break;
		case BPF_JMP | BPF_JSET | BPF_K: yes = (value & code->k) != 0; break;
		default: return LSM_DEPENDS;
		}
		at += yes ? code->jt : code->jf;
	}
	return LSM_DEPENDS;
}

uint32_t lsm_filter_action(const struct sock_fprog *program, uint32_t arch, uint32_t number)
{
	size_t where;

	return lsm_filter_walk(program, arch, number, &where);
}
