/* generate.c: compiles the default seccomp filters, when Strata is built.
 *
 * Building it takes libseccomp some milliseconds, more than the rest of a
 * container together. So it is done here, for the sets of capabilities that
 * matter, and ends up in lsm as arrays: loading one is a single system call.
 * Other sets are compiled when they occur, from the same rules (profile.c).
 *
 * Usage: generate >filters.h */
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lsm.h"
#include "compact.h"
#include "message.h"

/* The architectures of the filter, as the kernel knows them: x32 is to it an
 * x86_64 with a bit set in the number. */
static size_t find_arches(uint32_t native, uint32_t arches[LSM_ARCHES_MAX])
{
	struct lsm_filter filter;
	size_t n = 0;

	lsm_filter_begin(&filter, native, SCMP_ACT_ALLOW);
	lsm_filter_compat_arches(&filter);
	for (size_t i = 0; i < filter.arches; i++)
		if (filter.arch[i] != SCMP_ARCH_X32)
			arches[n++] = filter.arch[i];
	return n;
}

static void generate(uint32_t native, const char *name, const char *what, struct sock_fprog whole)
{
	uint32_t arches[LSM_ARCHES_MAX];
	size_t count = find_arches(native, arches);
	struct sock_fprog program = compact(&whole, arches, count);

	printf("\n/* %s: %hu instructions. */\n", what, program.len);
	printf("static const struct sock_filter filter_%s[] = {", name);
	for (unsigned short i = 0; i < program.len; i++)
		printf("%s{ 0x%02x, %u, %u, 0x%08x },", i % 3 ? " " : "\n\t",
		       program.filter[i].code, program.filter[i].jt, program.filter[i].jf,
		       program.filter[i].k);
	printf("\n};\n");
	free(whole.filter);
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
	generate(native, "none", "no capability that makes a difference",
		 lsm_profile_compile(native, 0));
	generate(native, "chroot", "CAP_SYS_CHROOT only, as Docker's default set has it",
		 lsm_profile_compile(native, chroot_only));
	generate(native, "all", "all capabilities", lsm_profile_compile(native, all));
	generate(native, "terminal", "the second one, for whatever capabilities",
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
