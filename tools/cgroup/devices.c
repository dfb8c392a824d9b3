/* devices.c: which device nodes may be opened and made in a cgroup.
 *
 * A device node is a name for a driver of the machine's: a disk, a terminal,
 * all memory. Who is root may make one, and read the disk by it. So a cgroup
 * may have rules about them, "deny a" and "allow c 1:3 rwm" (which is
 * /dev/null), and the kernel asks them at each open(2) and mknod(2), wherever
 * the node is. EPERM is its no.
 *
 * v1 has a controller with two files to write rules to, devices.allow and
 * devices.deny, and keeps one answer for all and the exceptions from it. v2
 * runs a program instead: devices_program.c makes it. Both need root.
 * Read on: the kernel's admin-guide/cgroup-v1/devices.rst, and bpf(2). */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "memory.h"
#include "message.h"
#include "number.h"
#include "step.h"

static const struct {
	char letter;
	unsigned bit;
} letters[] = {
	{ 'r', BPF_DEVCG_ACC_READ },
	{ 'w', BPF_DEVCG_ACC_WRITE },
	{ 'm', BPF_DEVCG_ACC_MKNOD },
};
#define ALL_ACCESS (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD)

static bool read_number(const char *text, size_t length, long long *number)
{
	char *copy = copy_part(text, length);
	unsigned long long value = 0;
	bool any = strcmp(copy, "*") == 0,
	     is_number = any || parse_number(copy, 0xffffffff, &value);

	*number = any ? -1 : (long long)value;
	free(copy);
	return is_number;
}

/* Reads " MAJOR:MINOR ACCESS". */
static bool read_rest(const char *text, struct device_rule *rule)
{
	size_t major = strcspn(text + (*text == ' '), ":"), minor;

	if (*text++ != ' ' || text[major] != ':' || !read_number(text, major, &rule->major))
		return false;
	text += major + 1;
	minor = strcspn(text, " ");
	if (text[minor] != ' ' || !read_number(text, minor, &rule->minor))
		return false;
	text += minor + 1;
	rule->access = 0;
	for (; *text; text++) {
		size_t i = 0;

		while (i < 3 && letters[i].letter != *text)
			i++;
		if (i == 3)
			return false;
		rule->access |= letters[i].bit;
	}
	return rule->access != 0;
}

void device_rules_add(struct device_rules *rules, bool allow, const char *text)
{
	struct device_rule rule = { allow, *text, -1, -1, ALL_ACCESS };

	if (!*text || !strchr("abc", *text) ||
	    (strcmp(text, "a") != 0 && !read_rest(text + 1, &rule)))
		die("--%s-device takes 'TYPE MAJOR:MINOR ACCESS', such as 'c 1:3 rwm', with a, b or "
		    "c, numbers or *, and letters of rwm; or just a, for all; and not '%.60s' "
		    "[CG-VALUE]",
		    allow ? "allow" : "deny", text);
	rules->rule = resize(rules->rule, rules->count + 1, sizeof(rule));
	rules->rule[rules->count++] = rule;
}

static int number_text(char *text, size_t size, long long number)
{
	return number < 0 ? snprintf(text, size, "*") : snprintf(text, size, "%lld", number);
}

void device_rule_text(const struct device_rule *rule, char text[DEVICE_RULE_SIZE])
{
	int n = snprintf(text, DEVICE_RULE_SIZE, "%c ", rule->type);

	n += number_text(text + n, DEVICE_RULE_SIZE - (size_t)n, rule->major);
	text[n++] = ':';
	n += number_text(text + n, DEVICE_RULE_SIZE - (size_t)n, rule->minor);
	text[n++] = ' ';
	for (size_t i = 0; i < 3; i++)
		if (rule->access & letters[i].bit)
			text[n++] = letters[i].letter;
	text[n] = '\0';
}

/* ---- as v1 can keep them ---- */

static bool is_all(const struct device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       rule->access == ALL_ACCESS;
}

/* Whether there may be a device, and something to do with it, that meets both. */
static bool overlap(const struct device_rule *one, const struct device_rule *other)
{
	return (one->type == other->type || one->type == 'a' || other->type == 'a') &&
	       (one->major == other->major || one->major < 0 || other->major < 0) &&
	       (one->minor == other->minor || one->minor < 0 || other->minor < 0) &&
	       one->access & other->access;
}

/* Whether whatever meets `inner` meets `outer` as well. */
static bool holds(const struct device_rule *outer, const struct device_rule *inner)
{
	return (outer->type == 'a' || outer->type == inner->type) &&
	       (outer->major < 0 || outer->major == inner->major) &&
	       (outer->minor < 0 || outer->minor == inner->minor) &&
	       !(inner->access & ~outer->access);
}

static void drop(struct device_rules *rules, size_t i)
{
	rules->count--;
	memmove(&rules->rule[i], &rules->rule[i + 1], (rules->count - i) * sizeof(*rules->rule));
}

/* v1 takes no "a" but for all of them. */
static void add_exception(struct device_rules *rules, struct device_rule rule)
{
	static const char types[] = "bc";

	for (size_t i = 0; i < 2; i++) {
		if (rule.type != 'a' && rule.type != types[i])
			continue;
		rules->rule = resize(rules->rule, rules->count + 1, sizeof(rule));
		rules->rule[rules->count] = rule;
		rules->rule[rules->count++].type = types[i];
	}
}

int device_rules_simplify(const struct device_rules *rules, struct device_rules *exceptions,
			  const struct device_rule **wrong)
{
	bool allow = true;

	*exceptions = (struct device_rules){ NULL, 0 };
	for (size_t i = 0; i < rules->count; i++) {
		const struct device_rule *rule = &rules->rule[i];

		if (is_all(rule)) {
			allow = rule->allow;
			exceptions->count = 0;
		}
		for (size_t j = exceptions->count; j-- > 0;) {
			if (rule->allow != allow || !overlap(rule, &exceptions->rule[j]))
				continue;
			*wrong = rule;
			if (!holds(rule, &exceptions->rule[j]))
				return -1;
			drop(exceptions, j);
		}
		if (rule->allow != allow)
			add_exception(exceptions, *rule);
	}
	return allow;
}

static int write_rule(const struct cgroup_hierarchy *cgroup, bool allow, const char *text)
{
	int fd = openat(cgroup->fd, allow ? "devices.allow" : "devices.deny", O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int error;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

/* Whether devices.list has one line for each exception, and no other. Where all
 * but the exceptions is allowed it does not show them. */
static bool is_listed(const char *list, const struct device_rules *rules, bool allow)
{
	size_t lines = 0;

	for (const char *c = list; *c; c++)
		lines += *c == '\n';
	for (size_t i = 0; rules->rule && i < rules->count && !allow; i++) {
		char text[DEVICE_RULE_SIZE + 1];
		const char *found;

		device_rule_text(&rules->rule[i], text);
		strcat(text, "\n");
		found = strstr(list, text);
		if (!found || (found > list && found[-1] != '\n'))
			return false;
	}
	return allow ? strcmp(list, "a *:* rwm\n") == 0 : lines <= rules->count;
}

static void verify_list(const struct cgroup_hierarchy *cgroup, const struct device_rules *rules,
			bool allow)
{
	char list[8192] = "";
	ssize_t n;
	int fd = STEP(openat(cgroup->fd, "devices.list", O_RDONLY | O_CLOEXEC),
		      "read devices.list back");

	if (dry_run)
		return;
	n = read(fd, list, sizeof(list) - 1);
	close(fd);
	if (n < 0)
		step_fail("read(fd, list, sizeof(list) - 1)", "read devices.list back");
	list[n] = '\0';
	errno = 0;
	if (!is_listed(list, rules, allow))
		step_fail("is_listed(list, rules, allow)",
			  "set the rules about devices: the kernel holds '%.200s'", list);
}

/* Two rules may say the same, or parts of it: the kernel keeps one line then. */
static void merge(struct device_rules *rules)
{
	for (size_t i = 0; rules->rule && i < rules->count; i++)
		for (size_t j = rules->count; j-- > i + 1;) {
			struct device_rule *one = &rules->rule[i], *other = &rules->rule[j];

			if (one->type != other->type || one->major != other->major ||
			    one->minor != other->minor)
				continue;
			one->access |= other->access;
			drop(rules, j);
		}
}

static void set_on_v1(struct cgroup_work *work, const struct cgroup_hierarchy *cgroup)
{
	const struct device_rule *wrong = work->limits.devices.rule;
	struct device_rules exceptions;
	int allow = device_rules_simplify(&work->limits.devices, &exceptions, &wrong);
	char text[DEVICE_RULE_SIZE];

	if (allow < 0) {
		device_rule_text(wrong, text);
		die("--%s-device '%s' is an exception from an exception: v1 keeps one answer for all "
		    "devices, and exceptions from it; name the devices one by one [CG-DEVICES]",
		    wrong->allow ? "allow" : "deny", text);
	}
	merge(&exceptions);
	STEP(write_rule(cgroup, allow, "a"), "%s all devices (write 'a' to %s/devices.%s)",
	     allow ? "allow" : "deny", cgroup->path, allow ? "allow" : "deny");
	for (size_t i = 0; exceptions.rule && i < exceptions.count; i++) {
		device_rule_text(&exceptions.rule[i], text);
		STEP(write_rule(cgroup, !allow, text), "%s '%s' (write it to %s/devices.%s)",
		     allow ? "deny" : "allow", text, cgroup->path, allow ? "deny" : "allow");
	}
	verify_list(cgroup, &exceptions, allow);
	free(exceptions.rule);
}

/* ---- as a program, for v2 ---- */

/* Whether the programs of a cgroup are ours, among others. */
static bool has_program(const struct cgroup_hierarchy *cgroup, int program)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr about = { .info = { .bpf_fd = (__u32)program,
					   .info_len = sizeof(info),
					   .info = (__u64)(unsigned long)&info } };
	__u32 ids[64] = { 0 };
	union bpf_attr query = { 0 };

	query.query.target_fd = (__u32)cgroup->fd;
	query.query.attach_type = BPF_CGROUP_DEVICE;
	query.query.prog_ids = (__u64)(unsigned long)ids;
	query.query.prog_cnt = 64;
	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &about, sizeof(about)) != 0 ||
	    syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) != 0)
		return false;
	errno = 0;
	for (__u32 i = 0; i < query.query.prog_cnt && i < 64; i++)
		if (ids[i] == info.id)
			return true;
	return false;
}

static void set_on_v2(struct cgroup_work *work, const struct cgroup_hierarchy *cgroup)
{
	const struct device_rules *rules = &work->limits.devices;
	struct bpf_insn *code = resize(NULL, DEVICE_PROGRAM_SIZE(rules->count), sizeof(*code));
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
				.insn_cnt = (__u32)device_program(rules, code),
				.insns = (__u64)(unsigned long)code,
				.license = (__u64)(unsigned long)"GPL",
				.prog_name = "strata_devices" };
	/* Beside those of the cgroups above, which are asked as well. */
	union bpf_attr attach = { .attach_type = BPF_CGROUP_DEVICE,
				  .attach_flags = BPF_F_ALLOW_MULTI };
	int program;

	program =
		STEP((int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load)),
		     "load a program of %u instructions that knows %zu rules about devices (on v1 "
		     "devices.allow and devices.deny)",
		     load.insn_cnt, rules->count);
	attach.target_fd = (__u32)cgroup->fd;
	attach.attach_bpf_fd = (__u32)program;
	STEP((int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)),
	     "let it be asked for each device that is opened or made in %s", cgroup->path);
	if (!dry_run && !has_program(cgroup, program))
		step_fail("syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query))",
			  "see that the program is attached");
	/* The cgroup keeps it. */
	if (program >= 0)
		close(program);
	free(code);
}

void cgroup_set_devices(struct cgroup_work *work)
{
	struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, "devices");

	if (!work->limits.devices.count)
		return;
	work->in = cgroup;
	work->at = "devices";
	if (cgroup->version == 1)
		set_on_v1(work, cgroup);
	else
		set_on_v2(work, cgroup);
}
