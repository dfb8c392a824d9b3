/* call_names.c: names and numbers of system calls, also of those that are newer
 * than libseccomp. Since Linux 5.0 a new call has the same number on all
 * architectures, counted from the first, so that a number is enough. */
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "lsm.h"
#include "message.h"

/* The calls since 5.18, which libseccomp 2.5.4 has no names for (Debian 12's has some).
 * It is asked first. */
static const struct {
	const char *name;
	int number;
} newer_calls[] = {
	{ "cachestat", 451 },	     /* 6.5 */
	{ "fchmodat2", 452 },	     /* 6.6 */
	{ "map_shadow_stack", 453 }, /* 6.6 */
	{ "futex_wake", 454 },	     /* 6.7 */
	{ "futex_wait", 455 },
	{ "futex_requeue", 456 },
	{ "statmount", 457 }, /* 6.8 */
	{ "listmount", 458 },
	{ "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },
	{ "mseal", 462 },      /* 6.10 */
	{ "setxattrat", 463 }, /* 6.13 */
	{ "getxattrat", 464 },
	{ "listxattrat", 465 },
	{ "removexattrat", 466 },
	{ "open_tree_attr", 467 }, /* 6.15 */
	{ "file_getattr", 468 },   /* 6.17 */
	{ "file_setattr", 469 },
	{ "listns", 470 },	     /* 6.19 */
	{ "rseq_slice_yield", 471 }, /* 7.0 */
	{ "uretprobe", LSM_URETPROBE },
};

uint32_t lsm_first_number(uint32_t arch)
{
	switch (arch) {
	case SCMP_ARCH_X32: return LSM_X32_BIT;
	case SCMP_ARCH_MIPS:
	case SCMP_ARCH_MIPSEL: return 4000;
	case SCMP_ARCH_MIPS64:
	case SCMP_ARCH_MIPSEL64: return 5000;
	case SCMP_ARCH_MIPS64N32:
	case SCMP_ARCH_MIPSEL64N32: return 6000;
	default: return 0;
	}
}

int lsm_newer_number(const char *name)
{
	for (size_t i = 0; i < sizeof(newer_calls) / sizeof(*newer_calls); i++)
		if (strcmp(newer_calls[i].name, name) == 0)
			return newer_calls[i].number;
	return -1;
}

bool lsm_filter_knows(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR || lsm_newer_number(name) >= 0;
}

const char *lsm_filter_name(uint32_t arch, int number)
{
	const char *name;

	if (arch == AUDIT_ARCH_X86_64 && (number & LSM_X32_BIT))
		arch = SCMP_ARCH_X32;
	name = seccomp_syscall_resolve_num_arch(arch, number);
	number = (int)((uint32_t)number - lsm_first_number(arch));
	if (number == LSM_URETPROBE && arch != SCMP_ARCH_X86_64)
		return name;
	for (size_t i = 0; !name && i < sizeof(newer_calls) / sizeof(*newer_calls); i++)
		if (newer_calls[i].number == number)
			name = newer_calls[i].name;
	return name;
}

const char *const *lsm_filter_names(void)
{
	size_t newer = sizeof(newer_calls) / sizeof(*newer_calls), n = 0;
	const char **names = calloc(600 + newer + 1, sizeof(*names));

	if (!names)
		die_errno("cannot list the system calls");
	for (int number = 0; number < 600; number++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

		if (name)
			names[n++] = name;
	}
	for (size_t i = 0; i < newer; i++)
		names[n++] = newer_calls[i].name;
	return names;
}
