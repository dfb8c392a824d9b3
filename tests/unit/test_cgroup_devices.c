/* Rules about devices: how they are read, what the program for v2 answers (run
 * here, without a kernel), and what v1 can keep of them. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "../../tools/cgroup/devices.h"

/* A list of words: "deny a", "allow c 1:3 rwm". */
static struct device_rules rules_of(const char *const texts[])
{
	struct device_rules rules = { NULL, 0 };

	for (; *texts; texts++)
		device_rules_add(&rules, **texts == 'a', strchr(*texts, ' ') + 1);
	return rules;
}

#define RULES(...) rules_of((const char *const[]){ __VA_ARGS__, NULL })

/* What the kernel does with the program: only what ours is made of. */
static unsigned run(const struct bpf_insn *code, size_t length, const unsigned context[3])
{
	unsigned reg[11] = { 0 };

	for (size_t at = 0, steps = 0; at < length; at++, steps++) {
		struct bpf_insn in = code[at];
		unsigned *to = &reg[in.dst_reg], value = (unsigned)in.imm;

		assert_true(steps <= length);
		switch (in.code) {
		case BPF_LDX | BPF_W | BPF_MEM:
			assert_int_equal(in.src_reg, BPF_REG_1);
			*to = context[in.off / 4];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K: *to = value; break;
		case BPF_ALU | BPF_MOV | BPF_X: *to = reg[in.src_reg]; break;
		case BPF_ALU | BPF_AND | BPF_K: *to &= value; break;
		case BPF_ALU | BPF_RSH | BPF_K: *to >>= value; break;
		case BPF_JMP32 | BPF_JNE | BPF_K: at += *to != value ? (size_t)in.off : 0; break;
		case BPF_JMP32 | BPF_JSET | BPF_K: at += *to & value ? (size_t)in.off : 0; break;
		case BPF_JMP | BPF_JA: at += (size_t)in.off; break;
		case BPF_JMP | BPF_EXIT: return reg[0];
		default: fail_msg("the program has an instruction %#x", in.code);
		}
	}
	fail_msg("the program goes on behind its end");
	return 0;
}

static bool allows(const struct device_rules *rules, char type, unsigned major, unsigned minor,
		   unsigned access)
{
	struct bpf_insn *code = calloc(DEVICE_PROGRAM_SIZE(rules->count), sizeof(*code));
	size_t length = device_program(rules, code);
	unsigned context[3] = { access << 16 |
					(type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
				major, minor };
	unsigned answer;

	assert_true(length <= DEVICE_PROGRAM_SIZE(rules->count));
	answer = run(code, length, context);
	free(code);
	assert_true(answer <= 1);
	return answer;
}

enum { R = BPF_DEVCG_ACC_READ, W = BPF_DEVCG_ACC_WRITE, M = BPF_DEVCG_ACC_MKNOD };

static void the_last_rule_decides(void **state)
{
	struct device_rules rules = RULES("deny a", "allow c 1:3 rwm", "allow c 136:* rw",
					  "allow b 8:0 r", "deny c 136:7 w");

	(void)state;
	assert_true(allows(&rules, 'c', 1, 3, R | W));
	assert_true(allows(&rules, 'c', 1, 3, M));
	assert_false(allows(&rules, 'c', 1, 5, R));
	assert_false(allows(&rules, 'b', 1, 3, R));
	assert_true(allows(&rules, 'c', 136, 4, R | W));
	assert_false(allows(&rules, 'c', 136, 4, M));
	assert_true(allows(&rules, 'c', 136, 7, R));
	assert_false(allows(&rules, 'c', 136, 7, R | W));
	assert_true(allows(&rules, 'b', 8, 0, R));
	assert_false(allows(&rules, 'b', 8, 0, R | W));
	assert_false(allows(&rules, 'b', 8, 1, R));
	free(rules.rule);
	/* Read by one rule, and write by another. */
	rules = RULES("deny a", "allow b 8:0 r", "allow b 8:* w");
	assert_true(allows(&rules, 'b', 8, 0, R | W));
	assert_false(allows(&rules, 'b', 8, 1, R | W));
	free(rules.rule);
	/* What no rule is about. */
	rules = RULES("deny b *:* rwm");
	assert_true(allows(&rules, 'c', 1, 1, R | W));
	assert_false(allows(&rules, 'b', 4294967295U, 0, M));
	free(rules.rule);
	rules = RULES("deny c 4294967295:* rwm");
	assert_false(allows(&rules, 'c', 4294967295U, 3, R));
	assert_true(allows(&rules, 'c', 1, 3, R));
	free(rules.rule);
}

/* All rules of two, tried against their meaning. */
static void programs_mean_what_the_rules_say(void **state)
{
	static const char *const texts[] = { "deny a",	       "allow a",	"allow c 1:3 rw",
					     "deny c 1:* w",   "allow b *:0 m", "deny a 1:3 r",
					     "allow a *:* rm", "deny c *:3 rwm" };
	enum { N = sizeof(texts) / sizeof(*texts) };

	(void)state;
	for (size_t i = 0; i < N * N * N; i++) {
		struct device_rules rules = RULES(texts[i % N], texts[i / N % N], texts[i / N / N]);

		for (unsigned device = 0; device < 8 * 7; device++) {
			char type = device & 1 ? 'b' : 'c';
			unsigned major = device & 2 ? 1 : 2, minor = device & 4 ? 3 : 0;
			unsigned access = device / 8 + 1, left = access;
			bool allowed = true;

			for (size_t j = rules.count; j-- > 0 && left && allowed;) {
				const struct device_rule *rule = &rules.rule[j];

				if ((rule->type != 'a' && rule->type != type) ||
				    (rule->major >= 0 && rule->major != major) ||
				    (rule->minor >= 0 && rule->minor != minor))
					continue;
				allowed = rule->allow || !(left & rule->access);
				left &= ~rule->access;
			}
			assert_int_equal(allows(&rules, type, major, minor, access), allowed);
		}
		free(rules.rule);
	}
}

/* "default: exception, exception", or the rule that is too much. */
static const char *simple(struct device_rules rules)
{
	static char text[512];
	const struct device_rule *wrong = NULL;
	struct device_rules exceptions;
	char rule[DEVICE_RULE_SIZE];
	int allow = device_rules_simplify(&rules, &exceptions, &wrong);

	if (allow < 0) {
		device_rule_text(wrong, rule);
		snprintf(text, sizeof(text), "not %s", rule);
	} else {
		snprintf(text, sizeof(text), "%s:", allow ? "allow" : "deny");
		for (size_t i = 0; i < exceptions.count; i++) {
			device_rule_text(&exceptions.rule[i], rule);
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s,", rule);
		}
	}
	free(exceptions.rule);
	free(rules.rule);
	return text;
}

static void v1_keeps_one_answer_and_exceptions(void **state)
{
	(void)state;
	assert_string_equal(simple(RULES("deny a", "allow c 1:3 rwm")), "deny: c 1:3 rwm,");
	assert_string_equal(simple(RULES("deny b 8:* w")), "allow: b 8:* w,");
	assert_string_equal(simple(RULES("deny b 8:* w", "deny a *:* rwm")), "deny:");
	assert_string_equal(simple(RULES("deny a", "allow a *:* m")), "deny: b *:* m, c *:* m,");
	/* Taken back again, as a whole; and what was denied anyway. */
	assert_string_equal(simple(RULES("deny a", "allow c 1:3 r", "deny c 1:* rwm")), "deny:");
	assert_string_equal(simple(RULES("deny a", "deny c 1:3 r", "allow c 1:5 r")),
			    "deny: c 1:5 r,");
	assert_string_equal(simple(RULES("deny a", "allow c 1:* rwm", "deny c 1:3 r")),
			    "not c 1:3 r");
	assert_string_equal(simple(RULES("deny a", "allow c 1:3 rw", "deny c 1:3 w")),
			    "not c 1:3 w");
}

static void add_one(void *text)
{
	struct device_rules rules = { NULL, 0 };

	device_rules_add(&rules, true, text);
}

static void what_is_no_rule(void **state)
{
	static const char *const wrong[] = {
		"",	    "d",	"a 1:3",    "c",	 "c 1:3",     "c 1:3 ",
		"c 1 rwm",  "c 1:3 x",	"c:1:3 r",  "c -1:3 r",	 "c 1:-1 r",  "c 1:4294967296 r",
		" c 1:3 r", "c  1:3 r", "c 1:3  r", "c 1:3 r w", "c 0x1:3 r", "c 1:3 r\n",
		"null",	    "aa",	"c * rwm",  "c *:** r",	 "c 1: r",    "c :1 r",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct outcome outcome = outcome_of(add_one, (void *)wrong[i]);

		if (outcome.status != 125 || !strstr(outcome.said, "CG-VALUE"))
			fail_msg("'%s': %d, %s", wrong[i], outcome.status, outcome.said);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_rule_decides),
		cmocka_unit_test(programs_mean_what_the_rules_say),
		cmocka_unit_test(v1_keeps_one_answer_and_exceptions),
		cmocka_unit_test(what_is_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
