/* search.c: from what each call gets to the BPF program that the kernel takes.
 *
 * libseccomp's program asks for one number after the other, down to single
 * calls. But most neighbors have the same answer: under Docker's rules the
 * x86_64 table falls into some 70 ranges. So this writes a search over ranges.
 * Loading takes the kernel time per instruction (it checks and translates
 * them), and per number (since 5.11 it tries each once, and keeps a bit for a
 * call that is allowed whatever its arguments: no filter is run for that).
 *
 * A jump reaches 255 instructions at most, forward only. So the program is
 * written backward, from its last instruction to its first: all that a jump
 * can go to has its place by then. A label is the number of instructions from
 * there to the end. */
#include <linux/seccomp.h>
#include <stdlib.h>

#include "message.h"
#include "search.h"

#define CODE_MAX BPF_MAXINSNS
#define REACH 240
#define TRIED 470 /* numbers that the kernel tries; about */

struct writer {
	struct sock_filter code[CODE_MAX]; /* the last first */
	size_t length;
	struct {
		uint32_t action;
		size_t label;
	} returns[64];
	size_t return_count;
};

static size_t emit(struct writer *writer, struct sock_filter code)
{
	if (writer->length == CODE_MAX)
		die("this seccomp filter has more than %d instructions, the kernel's limit",
		    CODE_MAX);
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
	size_t i = 0, label;

	while (i < writer->return_count && writer->returns[i].action != action)
		i++;
	if (i < writer->return_count && writer->length - writer->returns[i].label < REACH)
		return writer->returns[i].label;
	label = emit(writer, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
	if (i == sizeof(writer->returns) / sizeof(*writer->returns))
		return label; /* nobody else can use it */
	writer->returns[i].action = action;
	writer->returns[i].label = label;
	writer->return_count += i == writer->return_count;
	return label;
}

/* Goes to a label without a jump of one's own. */
static void fall_through(struct writer *writer, size_t label)
{
	if (label != writer->length)
		emit(writer, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
							  (uint32_t)(writer->length - label)));
}

/* Takes over a program's instructions from `at` on. */
static size_t take_over(struct writer *writer, struct search_rest *rest, size_t at)
{
	struct sock_filter code = rest->program.filter[at];
	size_t label;

	if (rest->labels[at])
		return rest->labels[at];
	if (BPF_CLASS(code.code) == BPF_RET) {
		return emit_return(writer, code.k);
	} else if (code.code == (BPF_JMP | BPF_JA)) {
		label = take_over(writer, rest, at + 1 + code.k);
	} else if (BPF_CLASS(code.code) == BPF_JMP) {
		size_t no = take_over(writer, rest, at + 1 + code.jf);
		size_t yes = take_over(writer, rest, at + 1 + code.jt);

		label = emit_jump(writer, code.code, code.k, yes, no);
	} else {
		/* The next one must follow at once. */
		fall_through(writer, take_over(writer, rest, at + 1));
		label = emit(writer, code);
	}
	rest->labels[at] = label;
	return label;
}

/* How many of the numbers that the kernel tries are in this range; `last` is the
 * last one. */
static size_t weight(const struct search_range *range, const struct search_range *last)
{
	uint32_t next = range < last && range[1].first < TRIED ? range[1].first : TRIED;

	return range->first < next ? next - range->first : 1;
}

/* A search over some of the ranges, half of the calls to each side. */
static size_t emit_search(struct writer *writer, const struct search_range *ranges,
			  const struct search_range *end, const struct search_range *last)
{
	const struct search_range *middle = ranges + 1;
	size_t total = 0, half = 0, left, right;

	if (middle == end)
		return ranges->rest ? take_over(writer, ranges->rest, ranges->where)
				    : emit_return(writer, ranges->action);
	for (const struct search_range *range = ranges; range < end; range++)
		total += weight(range, last);
	for (const struct search_range *range = ranges; range + 1 < end; range++) {
		if (half + weight(range, last) / 2 >= total / 2)
			break;
		half += weight(range, last);
		middle = range + 1;
	}
	right = emit_search(writer, middle, end, last);
	left = emit_search(writer, ranges, middle, last);
	return emit_jump(writer, BPF_JMP | BPF_JGE | BPF_K, middle->first, right, left);
}

struct sock_fprog search_write(const struct search_arch *arches, size_t count, uint32_t foreign)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	struct sock_fprog program;
	size_t next;

	if (!writer)
		die_errno("cannot build the seccomp filter: no memory for it");
	next = emit_return(writer, foreign);
	for (size_t i = count; i-- > 0;) {
		const struct search_range *ranges = arches[i].ranges;
		const struct search_range *end = ranges + arches[i].count;
		size_t block;

		fall_through(writer, emit_search(writer, ranges, end, end - 1));
		block = emit(writer,
			     (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							  offsetof(struct seccomp_data, nr)));
		next = emit_jump(writer, BPF_JMP | BPF_JEQ | BPF_K, arches[i].arch, block, next);
	}
	fall_through(writer, next);
	emit(writer, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, arch)));

	program.len = (unsigned short)writer->length;
	program.filter = calloc(writer->length, sizeof(*program.filter));
	if (!program.filter)
		die_errno("cannot build the seccomp filter: no memory for it");
	for (size_t i = 0; i < writer->length; i++)
		program.filter[i] = writer->code[writer->length - 1 - i];
	free(writer);
	return program;
}
