/* compact.c: the same filter in fewer instructions.
 *
 * libseccomp's program asks for one number after the other, down to single
 * calls. But most neighbors have the same answer: the x86_64 table falls into
 * some 70 ranges. So this asks the program for its answer to every number,
 * joins equal neighbors, and writes a search over the ranges. Where an answer
 * depends on the arguments, the instructions from there on are taken over.
 * Loading takes the kernel time per instruction (it checks and translates
 * them), and per number (it tries each once): both become about half.
 *
 * A jump reaches 255 instructions at most, forward only. So the program is
 * written backward, from its last instruction to its first: all that a jump
 * can go to has its place by then. A label is the number of instructions from
 * there to the end. */
#include <linux/seccomp.h>
#include <stdlib.h>

#include "../lsm.h"
#include "compact.h"
#include "message.h"

#define CODE_MAX BPF_MAXINSNS
#define REACH 240
#define TRIED 470 /* numbers that the kernel tries; about */

struct writer {
	const struct sock_fprog *from;
	size_t taken_over[CODE_MAX];	   /* labels of instructions of `from` */
	struct sock_filter code[CODE_MAX]; /* the last first */
	size_t length;
	struct {
		uint32_t action;
		size_t label;
	} returns[64];
	size_t return_count;
};

struct range {
	uint32_t first;
	uint32_t answer;
	size_t where; /* LSM_DEPENDS: where in the old program it goes on */
	size_t weight;
};

static size_t emit(struct writer *writer, struct sock_filter code)
{
	if (writer->length == CODE_MAX)
		die("a filter became too long");
	writer->code[writer->length++] = code;
	return writer->length;
}

/* A label with the same effect, near enough for the next two instructions. */
static size_t reach(struct writer *writer, size_t label)
{
	if (writer->length - label < REACH)
		return label;
	return emit(writer, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
							 (uint32_t)(writer->length - label)));
}

static size_t emit_jump(struct writer *writer, uint16_t how, uint32_t value, size_t yes, size_t no)
{
	yes = reach(writer, yes);
	no = reach(writer, no);
	return emit(writer,
		    (struct sock_filter)BPF_JUMP(how, value, (uint8_t)(writer->length - yes),
						 (uint8_t)(writer->length - no)));
}

static size_t emit_return(struct writer *writer, uint32_t action)
{
	size_t i = 0;

	while (i < writer->return_count && writer->returns[i].action != action)
		i++;
	if (i < writer->return_count && writer->length - writer->returns[i].label < REACH)
		return writer->returns[i].label;
	if (i == sizeof(writer->returns) / sizeof(*writer->returns))
		die("a filter has too many different answers");
	writer->returns[i].action = action;
	writer->returns[i].label =
		emit(writer, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
	writer->return_count += i == writer->return_count;
	return writer->returns[i].label;
}

/* Takes over the old program's instructions from `at` on. */
static size_t take_over(struct writer *writer, size_t at)
{
	struct sock_filter code = writer->from->filter[at];
	size_t label;

	if (writer->taken_over[at])
		return writer->taken_over[at];
	if (BPF_CLASS(code.code) == BPF_RET) {
		return emit_return(writer, code.k);
	} else if (code.code == (BPF_JMP | BPF_JA)) {
		label = take_over(writer, at + 1 + code.k);
	} else if (BPF_CLASS(code.code) == BPF_JMP) {
		size_t no = take_over(writer, at + 1 + code.jf);
		size_t yes = take_over(writer, at + 1 + code.jt);

		label = emit_jump(writer, code.code, code.k, yes, no);
	} else {
		/* The next one must follow at once. */
		size_t next = take_over(writer, at + 1);

		if (next != writer->length)
			emit(writer,
			     (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
							  (uint32_t)(writer->length - next)));
		label = emit(writer, code);
	}
	writer->taken_over[at] = label;
	return label;
}

/* A search over the ranges, half of the calls to each side. */
static size_t emit_search(struct writer *writer, const struct range *ranges, size_t count)
{
	size_t total = 0, half = 0, middle = 1, left, right;

	if (count == 1)
		return ranges->answer == LSM_DEPENDS ? take_over(writer, ranges->where)
						     : emit_return(writer, ranges->answer);
	for (size_t i = 0; i < count; i++)
		total += ranges[i].weight;
	for (size_t i = 0; i + 1 < count && half + ranges[i].weight / 2 < total / 2; i++) {
		half += ranges[i].weight;
		middle = i + 1;
	}
	right = emit_search(writer, ranges + middle, count - middle);
	left = emit_search(writer, ranges, middle);
	return emit_jump(writer, BPF_JMP | BPF_JGE | BPF_K, ranges[middle].first, right, left);
}

static int compare(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* All numbers at which the answer may change, sorted: those that the program
 * compares with, and the ones behind; the same in x32's half. */
static size_t find_borders(const struct sock_fprog *program, uint32_t *borders)
{
	size_t n = 0;

	borders[n++] = 0;
	for (size_t i = 0; i < program->len; i++) {
		uint32_t k = program->filter[i].k;

		if (BPF_CLASS(program->filter[i].code) != BPF_JMP)
			continue;
		borders[n++] = k;
		borders[n++] = k + 1;
		borders[n++] = k | 0x40000000;
		borders[n++] = (k + 1) | 0x40000000;
	}
	qsort(borders, n, sizeof(*borders), compare);
	return n;
}

static size_t find_ranges(const struct sock_fprog *program, uint32_t arch, const uint32_t *borders,
			  size_t border_count, struct range *ranges)
{
	size_t n = 0;

	for (size_t i = 0; i < border_count; i++) {
		size_t where;
		uint32_t answer = lsm_filter_walk(program, arch, borders[i], &where);
		uint32_t next =
			i + 1 < border_count && borders[i + 1] < TRIED ? borders[i + 1] : TRIED;

		if (n == 0 || ranges[n - 1].answer != answer ||
		    (answer == LSM_DEPENDS && ranges[n - 1].where != where))
			ranges[n++] = (struct range){ borders[i], answer, where, 0 };
		/* What the kernel tries when the filter is loaded. */
		ranges[n - 1].weight += borders[i] < TRIED ? next - borders[i] : 1;
	}
	return n;
}

struct sock_fprog compact(const struct sock_fprog *program, const uint32_t *arches, size_t count)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	uint32_t *borders = calloc(4 * (size_t)program->len + 1, sizeof(*borders));
	struct range *ranges = calloc(4 * (size_t)program->len + 1, sizeof(*ranges));
	struct sock_fprog result = { 0, calloc(CODE_MAX, sizeof(*result.filter)) };
	size_t border_count, next;

	if (!writer || !borders || !ranges || !result.filter)
		die("no memory");
	writer->from = program;
	border_count = find_borders(program, borders);

	/* No architecture has the number 1: the answer to foreign ones. */
	next = emit_return(writer, lsm_filter_action(program, 1, 0));
	for (size_t i = count; i-- > 0;) {
		size_t n = find_ranges(program, arches[i], borders, border_count, ranges);
		size_t block = emit_search(writer, ranges, n);

		if (block != writer->length)
			block = reach(writer, block);
		if (block != writer->length)
			emit(writer,
			     (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
							  (uint32_t)(writer->length - block)));
		block = emit(writer,
			     (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							  offsetof(struct seccomp_data, nr)));
		next = emit_jump(writer, BPF_JMP | BPF_JEQ | BPF_K, arches[i], block, next);
	}
	if (next != writer->length)
		die("the parts of a filter do not meet");
	emit(writer, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, arch)));

	for (size_t i = 0; i < writer->length; i++)
		result.filter[i] = writer->code[writer->length - 1 - i];
	result.len = (unsigned short)writer->length;

	/* Both must give the same answer to everything. */
	for (size_t i = 0; i <= count; i++)
		for (size_t j = 0; j < border_count; j++) {
			uint32_t arch = i < count ? arches[i] : 2;

			if (lsm_filter_action(program, arch, borders[j]) !=
			    lsm_filter_action(&result, arch, borders[j]))
				die("the two filters differ at call %u", borders[j]);
		}
	free(writer);
	free(borders);
	free(ranges);
	return result;
}
