/* simulate.c: what a seccomp filter answers to a call.
 *
 * A call that fails with EPERM does not tell who refused it. The filter does:
 * it is a program of numbers only, and gives the same answer whoever runs it.
 * So the tracer runs the very instructions that the kernel was given, over
 * the numbers of the call that failed.
 *
 * These are all the instructions that the kernel takes for a filter; programs
 * load filters of their own, written by other compilers than ours. Read on:
 * seccomp(2), and the kernel's Documentation/networking/filter.rst. */
#include <string.h>

#include "tracing.h"

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
};

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word = 0;

	if (offset <= sizeof(*data) - sizeof(word))
		memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static uint32_t compute(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return b ? a / b : 0;
	case BPF_OR: return a | b;
	case BPF_AND: return a & b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return b < 32 ? a << b : 0;
	case BPF_RSH: return b < 32 ? a >> b : 0;
	default: return 0U - a; /* BPF_NEG */
	}
}

static bool holds(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_JEQ: return a == b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	default: return (a & b) != 0; /* BPF_JSET */
	}
}

uint32_t lsm_simulate(const struct sock_fprog *program, const struct seccomp_data *data)
{
	struct machine m = { 0 };

	for (size_t at = 0; at < program->len; at++) {
		const struct sock_filter *code = &program->filter[at];
		uint32_t operand = BPF_SRC(code->code) == BPF_X ? m.x : code->k;
		uint32_t *word = &m.memory[code->k % BPF_MEMWORDS];
		uint32_t value = code->k;

		switch (BPF_CLASS(code->code)) {
		case BPF_LD:
		case BPF_LDX:
			if (BPF_MODE(code->code) == BPF_ABS)
				value = load(data, code->k);
			else if (BPF_MODE(code->code) == BPF_MEM)
				value = *word;
			else if (BPF_MODE(code->code) == BPF_LEN)
				value = sizeof(*data);
			*(BPF_CLASS(code->code) == BPF_LD ? &m.a : &m.x) = value;
			break;
		case BPF_ST: *word = m.a; break;
		case BPF_STX: *word = m.x; break;
		case BPF_ALU: m.a = compute(BPF_OP(code->code), m.a, operand); break;
		case BPF_JMP:
			if (BPF_OP(code->code) == BPF_JA)
				at += code->k;
			else
				at += holds(BPF_OP(code->code), m.a, operand) ? code->jt : code->jf;
			break;
		case BPF_RET: return BPF_RVAL(code->code) == BPF_A ? m.a : code->k;
		case BPF_MISC:
			if (BPF_MISCOP(code->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
		}
	}
	/* The kernel takes no filter that does not end in an answer. */
	return SECCOMP_RET_KILL_PROCESS;
}

uint32_t lsm_simulate_all(const struct lsm_under *under, const struct seccomp_data *data,
			  const struct lsm_under **whose)
{
	uint32_t strictest = SECCOMP_RET_ALLOW;

	*whose = NULL;
	for (; under; under = under->earlier) {
		uint32_t answer = lsm_simulate(&under->program, data);

		/* As numbers with a sign, the stricter ones are the smaller. */
		if ((int32_t)(answer & SECCOMP_RET_ACTION_FULL) <
		    (int32_t)(strictest & SECCOMP_RET_ACTION_FULL)) {
			strictest = answer;
			*whose = under;
		}
	}
	return strictest;
}
