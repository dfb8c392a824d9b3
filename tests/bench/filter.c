/* filter: makes the seccomp filter for the OCI runtimes, and for floor when
 * lsm was not built.
 *
 *	filter json             the rules, as config.json has them
 *	filter c > filter.h     the same as a BPF program, as a C array
 *
 * As large as Docker's default one: all calls that libseccomp knows by name
 * are allowed, but for those that Docker refuses to a container without
 * CAP_SYS_ADMIN and the like; clone may make no namespaces; and the machine's
 * other architectures (i386 and x32 beside x86-64) have the same rules. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/filter.h>

static const char *const refused[] = {
	"acct",
	"add_key",
	"bpf",
	"clock_adjtime",
	"clock_adjtime64",
	"clock_settime",
	"clock_settime64",
	"clone",
	"clone3",
	"create_module",
	"delete_module",
	"fanotify_init",
	"finit_module",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"get_kernel_syms",
	"get_mempolicy",
	"init_module",
	"ioperm",
	"iopl",
	"kcmp",
	"kexec_file_load",
	"kexec_load",
	"keyctl",
	"lookup_dcookie",
	"mbind",
	"mount",
	"mount_setattr",
	"move_mount",
	"move_pages",
	"nfsservctl",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"personality",
	"pivot_root",
	"process_madvise",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"request_key",
	"set_mempolicy",
	"set_mempolicy_home_node",
	"setns",
	"settimeofday",
	"stime",
	"swapoff",
	"swapon",
	"_sysctl",
	"sysfs",
	"umount",
	"umount2",
	"unshare",
	"uselib",
	"userfaultfd",
	"ustat",
	"vhangup",
	"vm86",
	"vm86old",
};

#define NAMESPACES                                                                                \
	((uint64_t)(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
		    CLONE_NEWPID | CLONE_NEWNET))

static bool is_refused(const char *name)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (strcmp(refused[i], name) == 0)
			return true;
	return false;
}

static void must(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "filter: %s: %s\n", what, strerror(-result));
		exit(1);
	}
}

/* The names of the calls, from their numbers on this machine. */
static char *name_of(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	if (name && is_refused(name)) {
		free(name);
		return NULL;
	}
	return name;
}

static scmp_filter_ctx rules(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (!filter)
		must(-ENOMEM, "seccomp_init");
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
		must(seccomp_arch_add(filter, SCMP_ARCH_X86), "add i386");
		must(seccomp_arch_add(filter, SCMP_ARCH_X32), "add x32");
	} else if (seccomp_arch_native() == SCMP_ARCH_AARCH64) {
		must(seccomp_arch_add(filter, SCMP_ARCH_ARM), "add arm");
	}
	for (int number = 0; number < 1024; number++) {
		char *name = name_of(number);

		if (name)
			must(seccomp_rule_add(filter, SCMP_ACT_ALLOW,
					      seccomp_syscall_resolve_name(name), 0),
			     name);
		free(name);
	}
	must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			      SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES, 0)),
	     "clone");
	must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1,
			      SCMP_A0(SCMP_CMP_EQ, 0)),
	     "personality");
	/* The C library then takes clone instead, whose flags can be seen. */
	must(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3");
	must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "a binary tree");
	return filter;
}

static void print_c(void)
{
	FILE *program = tmpfile();
	struct sock_filter line;
	size_t count = 0;

	if (!program)
		must(-errno, "a temporary file");
	must(seccomp_export_bpf(rules(), fileno(program)), "seccomp_export_bpf");
	rewind(program);
	puts("/* Made by filter.c. */\nstatic const struct sock_filter filter_code[] = {");
	for (; fread(&line, sizeof(line), 1, program) == 1; count++)
		printf("\t{ 0x%04x, %u, %u, 0x%08x },\n", line.code, line.jt, line.jf, line.k);
	puts("};");
	if (count == 0)
		must(-ENODATA, "an empty filter");
}

static void print_json(void)
{
	bool x86 = seccomp_arch_native() == SCMP_ARCH_X86_64;
	const char *comma = "";

	printf("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [%s],\n",
	       x86 ? "\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\""
		   : "\"SCMP_ARCH_AARCH64\", \"SCMP_ARCH_ARM\"");
	puts("\"syscalls\": [{\"action\": \"SCMP_ACT_ALLOW\", \"names\": [");
	for (int number = 0; number < 1024; number++) {
		char *name = name_of(number);

		if (name) {
			printf("%s\"%s\"", comma, name);
			comma = ",\n";
		}
		free(name);
	}
	printf("]},\n{\"action\": \"SCMP_ACT_ALLOW\", \"names\": [\"clone\"], \"args\": "
	       "[{\"index\": 0, \"value\": %llu, \"valueTwo\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\"}]},\n",
	       (unsigned long long)NAMESPACES);
	puts("{\"action\": \"SCMP_ACT_ALLOW\", \"names\": [\"personality\"], \"args\": "
	     "[{\"index\": 0, \"value\": 0, \"op\": \"SCMP_CMP_EQ\"}]},");
	printf("{\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": %d, \"names\": [\"clone3\"]}]}\n",
	       ENOSYS);
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "c") == 0)
		print_c();
	else if (argc == 2 && strcmp(argv[1], "json") == 0)
		print_json();
	else
		must(-EINVAL, "expected 'c' or 'json'");
	return fflush(stdout) ? 1 : 0;
}
