/* generate.c: compiles the default seccomp filters, when Strata is built.
 *
 * Compiling one takes about a millisecond, a quarter of a container's start. So
 * it is done here, for the sets of capabilities that matter, and ends up in lsm
 * as arrays: loading one is a single system call.
 * Other sets are compiled when they occur, from the same rules (profile.c).
 *
 * Usage: generate >filters.h */
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lsm.h"
#include "message.h"

static void generate(const char *name, const char *what, struct sock_fprog program)
{
	printf("\n/* %s: %hu instructions. */\n", what, program.len);
	printf("static const struct sock_filter filter_%s[] = {", name);
	for (unsigned short i = 0; i < program.len; i++)
		printf("%s{ 0x%02x, %u, %u, 0x%08x },", i % 3 ? " " : "\n\t",
		       program.filter[i].code, program.filter[i].jt, program.filter[i].jf,
		       program.filter[i].k);
	printf("\n};\n");
	free(program.filter);
}

/* An argument such as "aarch64" writes another machine's, to look at. */
int main(int argc, char *argv[])
{
	const uint64_t chroot_only = UINT64_C(1) << CAP_SYS_CHROOT;
	uint32_t native = argc > 1 ? seccomp_arch_resolve_name(argv[1]) : seccomp_arch_native();
	uint64_t all = lsm_profile_capabilities();

	tool_name = "generate";
	if (native == 0)
		die("no such architecture: %s", argv[1]);
	printf("/* The default seccomp filters, compiled. Made by tools/lsm/generate. */\n"
	       "#include <linux/filter.h>\n#include <stdint.h>\n");
	generate("none", "no capability that makes a difference", lsm_profile_compile(native, 0));
	generate("chroot", "CAP_SYS_CHROOT only, as Docker's default set has it",
		 lsm_profile_compile(native, chroot_only));
	generate("all", "all capabilities", lsm_profile_compile(native, all));
	generate("terminal", "the second one, for whatever capabilities",
		 lsm_profile_compile_terminal(native));
	printf("\nstatic const struct {\n"
	       "\tconst char *what;\n"
	       "\tuint64_t capabilities;\n"
	       "\tconst struct sock_filter *filter;\n"
	       "\tunsigned short length;\n"
	       "} ready_made[] = {\n");
	printf("\t{ \"default, for no capabilities\", 0x0, filter_none, "
	       "sizeof(filter_none) / sizeof(*filter_none) },\n");
	printf("\t{ \"default, for CAP_SYS_CHROOT\", UINT64_C(0x%" PRIx64 "), filter_chroot, "
	       "sizeof(filter_chroot) / sizeof(*filter_chroot) },\n",
	       chroot_only);
	printf("\t{ \"default, for all capabilities\", UINT64_C(0x%" PRIx64 "), filter_all, "
	       "sizeof(filter_all) / sizeof(*filter_all) },\n};\n",
	       all);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
