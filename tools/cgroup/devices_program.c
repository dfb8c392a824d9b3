/* devices_program.c: rules about devices as a program for the kernel (eBPF).
 *
 * v2 has no file for such rules. It runs a program of ours, each time a process
 * of the cgroup opens a device node or makes one, and what the program returns
 * is the answer. Such a program is a row of instructions of a small machine
 * with 64-bit registers: r1 points to what is asked, r0 is what is returned. The
 * kernel proves that it ends and reads nothing else, and translates it to the
 * processor's own.
 *
 * Ours asks the rules from the last one to the first, and the first that the
 * device meets decides; that is, for each of read, write and mknod, as one may
 * be decided by one rule and one by another. A device that meets no rule may be
 * used, so far as the cgroups above say so: their programs are run as well.
 * Read on: bpf(2), the kernel's Documentation/bpf/standardization/instruction-set.rst,
 * struct bpf_cgroup_dev_ctx in linux/bpf.h. */
#include <linux/bpf.h>

#include "devices.h"

/* What a register holds in our program. */
enum { ANSWER = BPF_REG_0, ASKED, TYPE, ACCESS, MAJOR, MINOR };

/* One instruction, with its operands. */
static void add(struct bpf_insn **at, int code, int to, int from, int offset, unsigned value)
{
	*(*at)++ = (struct bpf_insn){ .code = (__u8)code,
				      .dst_reg = (__u8)(to & 0xf),
				      .src_reg = (__u8)(from & 0xf),
				      .off = (__s16)offset,
				      .imm = (__s32)value };
}

static void load(struct bpf_insn **at, int to, size_t offset)
{
	add(at, BPF_LDX | BPF_W | BPF_MEM, to, ASKED, (int)offset, 0);
}

static void answer(struct bpf_insn **at, unsigned value)
{
	add(at, BPF_ALU64 | BPF_MOV | BPF_K, ANSWER, 0, 0, value);
	add(at, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* Goes on with the next rule, unless a register holds this value. How far that
 * is, is filled in by end_rule. */
static void want(struct bpf_insn **at, int what, unsigned value)
{
	add(at, BPF_JMP32 | BPF_JNE | BPF_K, what, 0, 0, value);
}

/* All jumps of a rule that have no aim yet go to its end. */
static void end_rule(struct bpf_insn *begin, struct bpf_insn *end)
{
	for (struct bpf_insn *jump = begin; jump < end; jump++)
		if (BPF_CLASS(jump->code) == BPF_JMP32 && jump->off == 0)
			jump->off = (__s16)(end - jump - 1);
}

static void add_rule(struct bpf_insn **at, const struct device_rule *rule)
{
	struct bpf_insn *begin = *at;

	if (rule->type != 'a')
		want(at, TYPE, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->major >= 0)
		want(at, MAJOR, (unsigned)rule->major);
	if (rule->minor >= 0)
		want(at, MINOR, (unsigned)rule->minor);
	if (rule->allow) {
		/* What it allows need not be asked any more. */
		add(at, BPF_ALU | BPF_AND | BPF_K, ACCESS, 0, 0, ~rule->access);
		want(at, ACCESS, 0);
		answer(at, 1);
	} else {
		add(at, BPF_JMP32 | BPF_JSET | BPF_K, ACCESS, 0, 1, rule->access);
		add(at, BPF_JMP | BPF_JA, 0, 0, 2, 0);
		answer(at, 0);
	}
	end_rule(begin, *at);
}

size_t device_program(const struct device_rules *rules, struct bpf_insn *program)
{
	struct bpf_insn *at = program;

	/* The kind of the device is in the lower half, what is asked in the upper. */
	load(&at, ACCESS, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	add(&at, BPF_ALU | BPF_MOV | BPF_X, TYPE, ACCESS, 0, 0);
	add(&at, BPF_ALU | BPF_AND | BPF_K, TYPE, 0, 0, 0xffff);
	add(&at, BPF_ALU | BPF_RSH | BPF_K, ACCESS, 0, 0, 16);
	load(&at, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	load(&at, MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (size_t i = rules->count; i-- > 0;)
		add_rule(&at, &rules->rule[i]);
	answer(&at, 1);
	return (size_t)(at - program);
}
