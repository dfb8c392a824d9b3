/* raw.h: system calls without a C library, for x86-64 and arm64.
 *
 * Programs that include this are linked with -nostdlib -static: what they
 * cost is what the kernel does for them, and nothing else. A call returns
 * what the kernel returns: a negative errno when it fails. syscall(2). */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>

#define EXIT_TOOL_FAILED 125
#define EXIT_NOT_FOUND 127
#define SIGCHLD 17

static inline long raw_call(long number, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
#else
#error "only x86-64 and arm64 are known here"
#endif
}

/* raw(mkdirat, AT_FDCWD, path, mode): up to five arguments, the rest 0. */
#define RAW(number, a, b, c, d, e, ...) \
	raw_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define raw(name, ...) RAW(__NR_##name, __VA_ARGS__, 0, 0, 0, 0, 0)

/* The kernel starts a program with argc on top of the stack, argv above it,
 * and the environment behind argv's NULL. start() gets that place. */
_Noreturn void start(long *stack) __attribute__((used));
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n"
	"\tand $-16, %rsp\n\tcall start\n");
#else
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tand sp, x0, #-16\n\tbl start\n");
#endif

/* The compiler makes calls of these two out of plain C. */
void *memset(void *to, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = (char)byte;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

static size_t length(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

/* Both put text or a number at *end, and move *end behind it. */
static void add_text(char **end, const char *text)
{
	while (*text)
		*(*end)++ = *text++;
	**end = '\0';
}

static void add_number(char **end, unsigned long number)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		*(*end)++ = digits[--n];
	**end = '\0';
}

_Noreturn static void leave(int status)
{
	for (;;)
		raw(exit_group, status);
}

/* Says on stderr which call failed and with what errno, and ends with 125. */
_Noreturn static void fail(const char *program, const char *call, long error)
{
	char text[400], *end = text;

	add_text(&end, program);
	add_text(&end, ": failed with errno ");
	add_number(&end, (unsigned long)-error);
	add_text(&end, ": ");
	add_text(&end, call);
	add_text(&end, "\n");
	raw(write, 2, text, length(text));
	leave(EXIT_TOOL_FAILED);
}

/* Forks; flags and cgroup as in clone3(2). */
static long fork_into(uint64_t flags, int cgroup)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = SIGCHLD,
		.cgroup = flags & CLONE_INTO_CGROUP ? (unsigned)cgroup : 0,
	};

	return raw(clone3, &args, sizeof(args));
}

#endif
