/* devices.h: which device nodes the processes of a cgroup may open and make. */
#ifndef STRATA_CGROUP_DEVICES_H
#define STRATA_CGROUP_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

struct bpf_insn;
struct cgroup_work;

/* One rule, as the kernel writes it in devices.allow and devices.deny of v1:
 * "c 1:3 rwm". */
struct device_rule {
	bool allow;
	char type;		/* 'c', 'b', or 'a' for both */
	long long major, minor; /* -1: any */
	unsigned access;	/* BPF_DEVCG_ACC_ bits */
};

/* Rules in their order: of those that a device meets, the last one decides. */
struct device_rules {
	struct device_rule *rule;
	size_t count;
};

/* Adds a rule: "a", or "TYPE MAJOR:MINOR ACCESS", where a number may be * and
 * access is of r (read), w (write), m (mknod). Ends with 125 when it is none. */
void device_rules_add(struct device_rules *rules, bool allow, const char *text);

/* A rule as the kernel writes it. */
#define DEVICE_RULE_SIZE 64
void device_rule_text(const struct device_rule *rule, char text[DEVICE_RULE_SIZE]);

/* The rules as v1 can keep them: for all devices one answer, and exceptions from
 * it, which are put into *exceptions in the form of rules. Returns that answer,
 * 1 for allow and 0 for deny; or -1 where v1 can't: then *wrong is the rule that
 * is an exception from an exception. */
int device_rules_simplify(const struct device_rules *rules, struct device_rules *exceptions,
			  const struct device_rule **wrong);

/* The rules as a program that v2 runs for each device that is opened or made. It
 * returns 1 to allow and 0 to deny. Returns the number of instructions, of which
 * there is room for DEVICE_PROGRAM_SIZE(count). bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE. */
#define DEVICE_PROGRAM_SIZE(count) (6 + 8 * (count) + 2)
size_t device_program(const struct device_rules *rules, struct bpf_insn *program);

/* Puts the rules into force for the new cgroup, and reads back that they are.
 * Ends with 125 when a step fails. */
void cgroup_set_devices(struct cgroup_work *work);

#endif
