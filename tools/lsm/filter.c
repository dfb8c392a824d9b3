/* filter.c: from the rules of a seccomp filter to what each call gets.
 *
 * Most rules say what a call gets whatever its arguments are. These are kept in
 * a table for each architecture, and search.c writes the program from that: much
 * faster than libseccomp, which looks for each jump through what is there
 * already, and in fewer instructions. Rules about arguments, and those for calls
 * that an architecture has as part of another one (socket(2) in socketcall(2) on
 * x86), libseccomp compiles; its program is asked for each number, and where it
 * depends on the arguments, its instructions from there on are taken over.
 *
 * One thing libseccomp can't do: the kernel's own answer to a call it does not
 * have is ENOSYS, and C libraries then fall back to an older one. The filter's
 * EPERM would tell them that it is there and forbidden: when clone3 and
 * faccessat2 came, nothing worked under the filters of before. So whatever lies
 * above the highest number in the rules gets ENOSYS.
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
#include "search.h"

/* libseccomp returns -errno. */
static void check(int result, const char *what)
{
	errno = -result;
	if (result < 0)
		die_errno("cannot build the seccomp filter: %s", what);
}

static scmp_filter_ctx begin_context(uint32_t arch, uint32_t action)
{
	scmp_filter_ctx context = seccomp_init(action);

	if (!context)
		die("cannot build the seccomp filter: seccomp_init() fails");
	check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS),
	      "the action for foreign architectures");
	if (arch != seccomp_arch_native()) {
		check(seccomp_arch_add(context, arch), "an architecture");
		check(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), "an architecture");
	}
	return context;
}

void lsm_filter_begin(struct lsm_filter *filter, uint32_t native, uint32_t default_action)
{
	memset(filter, 0, sizeof(*filter));
	/* Level 3 is Linux 4.14. Told so, libseccomp need not try what this
	 * kernel can do, which may not be the one that the filter is for. */
	check(seccomp_api_set(3), "libseccomp is too old");
	filter->default_action = default_action;
	lsm_filter_arch(filter, native);
}

void lsm_filter_arch(struct lsm_filter *filter, uint32_t arch)
{
	struct lsm_arch *new = &filter->arch[filter->arches];

	for (size_t i = 0; i < filter->arches; i++)
		if (filter->arch[i].arch == arch)
			return;
	if (filter->arches++ == LSM_ARCHES_MAX)
		die("cannot build the seccomp filter: more than %d architectures", LSM_ARCHES_MAX);
	new->arch = arch;
	new->highest = lsm_first_number(arch);
	new->context = begin_context(arch, filter->default_action);
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
		for (int j = 1; compat[i][0] == filter->arch[0].arch && j < 3 && compat[i][j]; j++)
			lsm_filter_arch(filter, compat[i][j]);
}

static bool lets_pass(uint32_t action)
{
	return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG ||
	       (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE;
}

/* Where the call's number is in the table, or would be. */
static size_t find(const struct lsm_arch *arch, uint32_t number)
{
	size_t low = 0, high = arch->plain_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (arch->plain[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A rule for whatever arguments. Of several for a call, libseccomp keeps the first,
 * and before that drops those about arguments. */
static void add_plain(struct lsm_arch *arch, uint32_t number, uint32_t action)
{
	size_t at = find(arch, number), after = arch->plain_count - at;

	if (after && arch->plain[at].number == number)
		return;
	arch->plain = realloc(arch->plain, (arch->plain_count + 1) * sizeof(*arch->plain));
	if (!arch->plain)
		die_errno("cannot build the seccomp filter: no memory for it");
	memmove(arch->plain + at + 1, arch->plain + at, after * sizeof(*arch->plain));
	arch->plain[at] = (struct lsm_answer){ number, action };
	arch->plain_count++;
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

/* Whether an architecture has a call as part of socketcall(2) or ipc(2): seccomp.h
 * numbers these from -101 and -201 down, and those that it has not from -10001 down. */
static bool is_part_of_another(int number)
{
	return number < -100 && number > -1000;
}

/* libseccomp drops a rule for whatever arguments when one about arguments came before
 * it, of a call that is part of another: there the two can't be told apart. So these
 * come after all others, and are dropped. */
static void add_last(struct lsm_arch *arch, uint32_t action, int number, unsigned int count,
		     const struct scmp_arg_cmp *arguments)
{
	struct lsm_condition *new;

	arch->last = reallocarray(arch->last, arch->last_count + 1, sizeof(*arch->last));
	if (!arch->last)
		die_errno("cannot build the seccomp filter: no memory for it");
	new = &arch->last[arch->last_count++];
	*new = (struct lsm_condition){ .action = action, .number = number, .count = count };
	memcpy(new->arguments, arguments, count * sizeof(*arguments));
}

/* The number of a call that libseccomp has no name for, on an architecture; -1 when
 * it has none. */
static int newer_there(uint32_t arch, int number)
{
	if (number == LSM_URETPROBE && arch != SCMP_ARCH_X86_64)
		return -1;
	return number + (int)lsm_first_number(arch);
}

bool lsm_filter_rule(struct lsm_filter *filter, const char *name, uint32_t action,
		     unsigned int count, const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(name);
	bool newer = number == __NR_SCMP_ERROR;

	if (newer) {
		number = lsm_newer_number(name);
		if (number < 0)
			return false;
		if (count)
			die("a rule on the arguments of '%s' can't be kept [SC-NAME]\n"
			    "  why: the call is newer than the libseccomp that Strata was built with\n"
			    "  fix: leave its \"args\" out, which allows or refuses it whatever they are\n"
			    "  see: seccomp_rule_add(3)",
			    name);
	}
	for (size_t i = 0; i < filter->arches; i++) {
		struct lsm_arch *arch = &filter->arch[i];
		int there = newer ? newer_there(arch->arch, number)
				  : seccomp_syscall_resolve_name_arch(arch->arch, name);

		if (there >= 0 && arch->highest < (uint32_t)there)
			arch->highest = (uint32_t)there;
		/* What the default does anyway needs no rule, and may not be one. */
		if (action == filter->default_action)
			continue;
		if (there >= 0 && !count)
			add_plain(arch, (uint32_t)there, action);
		else if (is_part_of_another(there) && count)
			add_last(arch, action, number, count, arguments);
		else if (there >= 0 || is_part_of_another(there))
			add_rule(arch->context, action, number, count, arguments, name);
	}
	return true;
}

/* libseccomp's program for what is not in the table, and for one architecture. */
static struct search_rest export(scmp_filter_ctx context)
{
	const struct sock_filter load =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	int fd = memfd_create("filter", MFD_CLOEXEC);
	struct search_rest rest;
	struct sock_filter *code;
	size_t size;

	if (fd < 0)
		die_errno("cannot build the seccomp filter: no memory for it");
	check(seccomp_export_bpf(context, fd), "seccomp_export_bpf()");
	seccomp_release(context);
	size = (size_t)lseek(fd, 0, SEEK_END);
	if (size / sizeof(*code) > BPF_MAXINSNS)
		die("this seccomp filter has more than %d instructions, the kernel's limit",
		    BPF_MAXINSNS);
	code = malloc(size);
	rest.labels = calloc(size / sizeof(*code), sizeof(*rest.labels));
	if (!code || !rest.labels || pread(fd, code, size, 0) != (ssize_t)size)
		die_errno("cannot build the seccomp filter: reading it");
	close(fd);

	/* It begins with the question which architecture it is, which search.c
	 * has asked already. In its place the number is loaded: libseccomp 2.5
	 * leaves that out when the first of its calls is part of another one. */
	if (size < 2 * sizeof(*code) || code[0].k != offsetof(struct seccomp_data, arch) ||
	    code[1].code != (BPF_JMP | BPF_JEQ | BPF_K))
		die("cannot build the seccomp filter: libseccomp's begins in an unknown way");
	code[0] = load;
	code[1] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, code[1].jt);
	rest.program = (struct sock_fprog){ (unsigned short)(size / sizeof(*code)), code };
	return rest;
}

/* A call that is part of another one may have a number of its own as well: connect(2) is
 * part of socketcall(2), which is 102 on x86, and is 362 since Linux 4.3. libseccomp tells
 * neither, but its program has an answer to both. */
static void raise_highest(struct lsm_arch *arch, const struct sock_fprog *rest,
			  uint32_t default_action)
{
	size_t where;

	for (size_t i = 0; i < rest->len; i++) {
		uint32_t number = rest->filter[i].k;

		if (BPF_CLASS(rest->filter[i].code) == BPF_JMP && number > arch->highest &&
		    number < LSM_X32_BIT &&
		    lsm_filter_walk(rest, arch->arch, number, &where) != default_action)
			arch->highest = number;
	}
}

/* What call `number` gets: an action, or LSM_DEPENDS, and from where on. */
static uint32_t answer(const struct lsm_filter *filter, const struct lsm_arch *arch,
		       const struct search_rest *rest, uint32_t number, size_t *where)
{
	size_t at = find(arch, number);

	if (at < arch->plain_count && arch->plain[at].number == number)
		return arch->plain[at].action;
	if (number > arch->highest && !lets_pass(filter->default_action) &&
	    (arch->arch != SCMP_ARCH_X86_64 || number < LSM_X32_BIT))
		return SCMP_ACT_ERRNO(ENOSYS);
	return lsm_filter_walk(&rest->program, arch->arch, number, where);
}

static int compare(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* All numbers at which the answer may change, sorted: those of the table, and those
 * that the other program compares with; and the ones behind. Returns how many. */
static size_t find_borders(const struct lsm_arch *arch, const struct sock_fprog *rest,
			   uint32_t **borders)
{
	size_t n = 0;

	*borders = calloc(2 * (arch->plain_count + rest->len) + 3, sizeof(**borders));
	if (!*borders)
		die_errno("cannot build the seccomp filter: no memory for it");
	(*borders)[n++] = 0;
	(*borders)[n++] = LSM_X32_BIT;
	(*borders)[n++] = arch->highest + 1;
	for (size_t i = 0; i < arch->plain_count; i++) {
		(*borders)[n++] = arch->plain[i].number;
		(*borders)[n++] = arch->plain[i].number + 1;
	}
	for (size_t i = 0; i < rest->len; i++) {
		if (BPF_CLASS(rest->filter[i].code) != BPF_JMP)
			continue;
		(*borders)[n++] = rest->filter[i].k;
		(*borders)[n++] = rest->filter[i].k + 1;
	}
	qsort(*borders, n, sizeof(**borders), compare);
	return n;
}

/* Appends the ranges of an architecture, of the numbers from `first` on, up to
 * `end`. Returns the new count. */
static size_t add_ranges(const struct lsm_filter *filter, const struct lsm_arch *arch,
			 struct search_rest *rest, uint32_t first, uint32_t end,
			 struct search_range **ranges, size_t count)
{
	uint32_t *borders;
	size_t n = find_borders(arch, &rest->program, &borders);

	*ranges = reallocarray(*ranges, count + n, sizeof(**ranges));
	if (!*ranges)
		die_errno("cannot build the seccomp filter: no memory for it");
	for (size_t i = 0; i < n && borders[i] <= end; i++) {
		struct search_range range = { .first = borders[i] };

		if (borders[i] < first)
			continue;
		range.action = answer(filter, arch, rest, borders[i], &range.where);
		if (range.action == LSM_DEPENDS)
			range.rest = rest;
		else
			range.where = 0;
		if (count && range.action == (*ranges)[count - 1].action &&
		    range.rest == (*ranges)[count - 1].rest &&
		    range.where == (*ranges)[count - 1].where)
			continue;
		(*ranges)[count++] = range;
	}
	free(borders);
	return count;
}

struct sock_fprog lsm_filter_finish(struct lsm_filter *filter)
{
	struct search_rest rest[LSM_ARCHES_MAX];
	struct search_range *ranges[LSM_ARCHES_MAX] = { NULL };
	struct search_arch parts[LSM_ARCHES_MAX];
	struct sock_fprog program;
	size_t count = 0, x86_64 = SIZE_MAX, x32 = SIZE_MAX;

	for (size_t i = 0; i < filter->arches; i++) {
		struct lsm_arch *arch = &filter->arch[i];

		for (size_t j = 0; j < arch->last_count; j++)
			add_rule(arch->context, arch->last[j].action, arch->last[j].number,
				 arch->last[j].count, arch->last[j].arguments,
				 "a rule on arguments");
		rest[i] = export(arch->context);
		raise_highest(arch, &rest[i].program, filter->default_action);
		if (filter->arch[i].arch == SCMP_ARCH_X86_64)
			x86_64 = i;
		if (filter->arch[i].arch == SCMP_ARCH_X32)
			x32 = i;
	}
	for (size_t i = 0; i < filter->arches; i++) {
		const struct lsm_arch *arch = &filter->arch[i];
		bool halves = i == x86_64 && x32 != SIZE_MAX;
		size_t n;

		/* To the kernel x32 is the upper half of x86_64. */
		if (i == x32 && x86_64 != SIZE_MAX)
			continue;
		n = add_ranges(filter, arch, &rest[i], 0, halves ? LSM_X32_BIT - 1 : UINT32_MAX,
			       &ranges[i], 0);
		if (halves)
			n = add_ranges(filter, &filter->arch[x32], &rest[x32], LSM_X32_BIT,
				       UINT32_MAX, &ranges[i], n);
		parts[count++] = (struct search_arch){ i == x32 ? AUDIT_ARCH_X86_64 : arch->arch,
						       ranges[i], n };
	}
	program = search_write(parts, count, SCMP_ACT_KILL_PROCESS);
	for (size_t i = 0; i < filter->arches; i++) {
		free(filter->arch[i].plain);
		free(filter->arch[i].last);
		free(ranges[i]);
		free(rest[i].program.filter);
		free(rest[i].labels);
	}
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
