/* profile.c: the rules of the default filter.
 *
 * They are those of Docker's default profile: a call that no line below names
 * is refused with EPERM. Of about 470 calls some 350 are harmless, and are
 * allowed always. The rest is attack surface: kernel code that few programs
 * need and that was wrong often. A CVE at a line is one that this filter
 * stops, and the reason why the line exists.
 *
 * Refused to everybody, since no line allows them:
 *
 *	add_key, keyctl, request_key	key rings know no namespaces; CVE-2016-0728
 *	io_uring_*			CVE-2022-29582, CVE-2023-2598 and many more, and
 *					what it does no seccomp filter sees
 *	userfaultfd			stops the kernel in the middle of a copy, which
 *					makes races easy to win: CVE-2016-6787
 *	kexec_load, kexec_file_load	starts another kernel
 *	swapon, swapoff, nfsservctl	the whole machine's affairs
 *	move_pages, migrate_pages	other processes' memory, across NUMA nodes
 *	vm86, vm86old, modify_ldt on most, uselib, ustat, sysfs, _sysctl: old
 *
 * A filter sees the 64 bits of a register, and the kernel takes an int for
 * most arguments: it drops the upper half. So a rule that allows must not be
 * true of a number with something in there: "greater than 40" is, and 2^32 + 40
 * is AF_VSOCK to the kernel. "Less", "equal", and a mask that names the bits are
 * not. A rule that refuses must look at the lower half only, or 2^32 more is the
 * way around it.
 *
 * Read on: https://docs.docker.com/engine/security/seccomp/ */
#include <asm/ioctls.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>

#include "lsm.h"
#include "message.h"

#define CAP(name) (UINT64_C(1) << (name))

/* Architectures, as bits. They are meant as the machine's own. */
enum {
	X86_64 = 1,
	X86 = 2,
	X32 = 4,
	ARM = 8,
	ARM64 = 16,
	PPC64LE = 32,
	S390 = 64,
	S390X = 128,
	RISCV64 = 256,
};

static const struct {
	uint32_t arch;
	unsigned int bit;
} bits[] = {
	{ SCMP_ARCH_X86_64, X86_64 }, { SCMP_ARCH_X86, X86 },	    { SCMP_ARCH_X32, X32 },
	{ SCMP_ARCH_ARM, ARM },	      { SCMP_ARCH_AARCH64, ARM64 }, { SCMP_ARCH_PPC64LE, PPC64LE },
	{ SCMP_ARCH_S390, S390 },     { SCMP_ARCH_S390X, S390X },   { SCMP_ARCH_RISCV64, RISCV64 },
};

#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP)
#define AF_ALG_NUMBER 38
#define AF_VSOCK_NUMBER 40
#define AN_INT UINT64_C(0xffffffff)

struct rule {
	const char *names;	 /* separated by spaces */
	uint64_t with, without;	 /* only with, only without these capabilities */
	unsigned int on, not_on; /* only on, not on these architectures; 0 for all */
	int error;		 /* 0 allows; otherwise the errno that is returned */
	enum { ANY_ARGUMENTS, ONE_ARGUMENT } condition;
	struct scmp_arg_cmp argument;
};

static const struct rule rules[] = {
	/* Reading and writing, by descriptor. */
	{ .names =
		  "read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 close "
		  "close_range lseek _llseek dup dup2 dup3 fcntl fcntl64 ioctl flock readahead "
		  "fadvise64 fadvise64_64 fallocate ftruncate ftruncate64 fsync fdatasync sync syncfs "
		  "sync_file_range copy_file_range sendfile sendfile64 splice tee vmsplice pipe pipe2 "
		  "cachestat" },

	/* Files by name, and what is known about them. name_to_handle_at only
	 * makes a handle; opening by one is further below. */
	{ .names =
		  "open openat openat2 creat access faccessat faccessat2 stat stat64 lstat lstat64 fstat "
		  "fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64 statmount "
		  "listmount readlink readlinkat getcwd chdir fchdir getdents getdents64 "
		  "name_to_handle_at umask truncate truncate64" },
	{ .names =
		  "mkdir mkdirat mknod mknodat rmdir link linkat symlink symlinkat unlink unlinkat rename "
		  "renameat renameat2 chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 "
		  "fchownat lchown lchown32 utime utimes utimensat utimensat_time64 futimesat" },
	{ .names =
		  "getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat "
		  "listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr "
		  "removexattrat" },
	{ .names = "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark" },

	/* Waiting for descriptors; events; the older asynchronous I/O. */
	{ .names =
		  "select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create "
		  "epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait "
		  "epoll_pwait2 eventfd eventfd2 io_setup io_destroy io_submit io_cancel io_getevents "
		  "io_pgetevents io_pgetevents_time64" },

	/* Memory. */
	{ .names =
		  "brk mmap mmap2 munmap mprotect mremap madvise mincore msync mlock mlock2 mlockall "
		  "munlock munlockall remap_file_pages memfd_create memfd_secret membarrier mseal "
		  "map_shadow_stack pkey_alloc pkey_free pkey_mprotect" },

	/* Processes and threads. The calls that begin with sched_ and set
	 * something are checked by the kernel against CAP_SYS_NICE. */
	{ .names =
		  "fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid "
		  "getpgid getpgrp setpgid getsid setsid set_tid_address set_thread_area "
		  "get_thread_area set_robust_list get_robust_list rseq prctl seccomp pidfd_open "
		  "pidfd_send_signal process_mrelease uretprobe riscv_hwprobe" },
	{ .names =
		  "futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue restart_syscall "
		  "pause" },
	{ .names =
		  "sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam "
		  "sched_getscheduler sched_setscheduler sched_getattr sched_setattr "
		  "sched_get_priority_max sched_get_priority_min sched_rr_get_interval "
		  "sched_rr_get_interval_time64 getpriority setpriority ioprio_get ioprio_set getcpu" },
	{ .names = "getrlimit ugetrlimit setrlimit prlimit64 getrusage times sysinfo uname" },

	/* Reading another process's memory. The kernel's own check is the same
	 * as for a debugger. Before 4.8, ptrace was a way around this filter,
	 * so Docker asks for 4.8; what Strata runs on is newer anyway. */
	{ .names = "ptrace process_vm_readv process_vm_writev" },

	/* Signals. */
	{ .names =
		  "kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigqueueinfo "
		  "rt_tgsigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 "
		  "sigaltstack sigprocmask sigreturn signalfd signalfd4" },

	/* Time. Setting the clock is further below: adjtimex and clock_adjtime
	 * only read it without CAP_SYS_TIME. */
	{ .names =
		  "time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 "
		  "clock_nanosleep clock_nanosleep_time64 nanosleep adjtimex clock_adjtime "
		  "clock_adjtime64 alarm getitimer setitimer timer_create timer_delete "
		  "timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 "
		  "timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime "
		  "timerfd_settime64" },

	/* Who one is. Whether one may become another, capabilities say. */
	{ .names =
		  "getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid "
		  "getresuid32 getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid "
		  "setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid "
		  "setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget "
		  "capset" },

	/* Sockets, once they are there. socketcall is how old 32-bit x86
	 * programs do all of this; its arguments lie in memory, where a filter
	 * can't look, so that the rules for socket() below do not reach it. */
	{ .names =
		  "socketpair bind connect listen accept accept4 getsockname getpeername getsockopt "
		  "setsockopt shutdown send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg "
		  "recvmmsg_time64 socketcall" },

	/* All families but two. AF_ALG, the kernel's ciphers, was a way to
	 * root. AF_VSOCK reaches the hypervisor and other virtual machines, and
	 * knows no network namespaces. So: below 38, 39, and one by one 41 to
	 * 45, the last there is (AF_MCTP). Docker's profile says "above 40",
	 * of which the top of this file tells what it lets pass. */
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_LT, AF_ALG_NUMBER, 0 } },
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, AF_ALG_NUMBER + 1, 0 } },
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, AF_VSOCK_NUMBER + 1, 0 } },
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, AF_VSOCK_NUMBER + 2, 0 } },
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, AF_VSOCK_NUMBER + 3, 0 } },
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, AF_VSOCK_NUMBER + 4, 0 } },
	{ .names = "socket",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, AF_VSOCK_NUMBER + 5, 0 } },

	/* System V and POSIX messages, semaphores, shared memory: ns-ipc's. */
	{ .names =
		  "ipc msgget msgsnd msgrcv msgctl semget semop semtimedop semtimedop_time64 semctl shmget "
		  "shmat shmdt shmctl mq_open mq_unlink mq_timedsend mq_timedsend_time64 "
		  "mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr" },

	/* Giving up more rights is always good. */
	{ .names = "landlock_create_ruleset landlock_add_rule landlock_restrict_self getrandom" },

	/* personality: Linux, 32-bit Linux, the two with uname 2.6, and the
	 * question which one it is. Others would switch off the random layout
	 * of memory (setarch -R), or map page 0. */
	{ .names = "personality",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, 0x0, 0 } },
	{ .names = "personality",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, 0x8, 0 } },
	{ .names = "personality",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, 0x20000, 0 } },
	{ .names = "personality",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, 0x20008, 0 } },
	{ .names = "personality",
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_EQ, 0xffffffff, 0 } },

	/* What only one architecture has. modify_ldt (CVE-2017-17053) is for
	 * Wine and very old thread libraries. */
	{ .names = "arch_prctl", .on = X86_64 | X32 },
	{ .names = "modify_ldt", .on = X86_64 | X32 | X86 },
	{ .names = "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush "
		   "set_tls",
	  .on = ARM | ARM64 },
	{ .names = "sync_file_range2 swapcontext", .on = PPC64LE },
	{ .names = "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr",
	  .on = S390 | S390X },
	{ .names = "riscv_flush_icache", .on = RISCV64 },

	/* New processes: yes, new namespaces: no. In a user namespace of one's
	 * own everyone is root, and most of the kernel's errors of the last
	 * years were reached that way: CVE-2022-0185, CVE-2022-0492,
	 * CVE-2023-32233, CVE-2024-1086. clone3 has its flags in memory, where
	 * a filter can't look; told that it is not there, the C library takes
	 * clone. */
	{ .names = "clone",
	  .without = CAP(CAP_SYS_ADMIN),
	  .not_on = S390 | S390X,
	  .condition = ONE_ARGUMENT,
	  .argument = { 0, SCMP_CMP_MASKED_EQ, NAMESPACES, 0 } },
	{ .names = "clone",
	  .without = CAP(CAP_SYS_ADMIN),
	  .on = S390 | S390X,
	  .condition = ONE_ARGUMENT,
	  .argument = { 1, SCMP_CMP_MASKED_EQ, NAMESPACES, 0 } },
	{ .names = "clone3", .without = CAP(CAP_SYS_ADMIN), .error = ENOSYS },

	/* CAP_SYS_ADMIN: namespaces, mounts (CVE-2022-0185 is in fsconfig), BPF
	 * (CVE-2020-8835, CVE-2021-3490), performance counters
	 * (CVE-2013-2094), the host's name, the kernel's log. */
	{ .names = "clone clone3 unshare setns mount umount umount2 fsopen fsconfig fsmount fspick "
		   "move_mount open_tree mount_setattr quotactl quotactl_fd sethostname "
		   "setdomainname bpf perf_event_open fanotify_init lookup_dcookie "
		   "lsm_get_self_attr lsm_set_self_attr lsm_list_modules syslog",
	  .with = CAP(CAP_SYS_ADMIN) },

	/* A file by its number on the disk, past all directories on the way: how
	 * 'Shocker' (2014) read the host's files from within a container. */
	{ .names = "open_by_handle_at", .with = CAP(CAP_DAC_READ_SEARCH) },
	{ .names = "chroot", .with = CAP(CAP_SYS_CHROOT) },
	{ .names = "kcmp pidfd_getfd process_madvise ptrace process_vm_readv process_vm_writev",
	  .with = CAP(CAP_SYS_PTRACE) },
	{ .names = "get_mempolicy set_mempolicy set_mempolicy_home_node mbind",
	  .with = CAP(CAP_SYS_NICE) },
	{ .names = "bpf", .with = CAP(CAP_BPF) },
	{ .names = "perf_event_open", .with = CAP(CAP_PERFMON) },
	{ .names = "syslog", .with = CAP(CAP_SYSLOG) },

	/* The whole machine. */
	{ .names = "init_module finit_module delete_module", .with = CAP(CAP_SYS_MODULE) },
	{ .names = "iopl ioperm", .with = CAP(CAP_SYS_RAWIO) },
	{ .names = "settimeofday stime clock_settime clock_settime64", .with = CAP(CAP_SYS_TIME) },
	{ .names = "reboot", .with = CAP(CAP_SYS_BOOT) },
	{ .names = "acct", .with = CAP(CAP_SYS_PACCT) },
	{ .names = "vhangup", .with = CAP(CAP_SYS_TTY_CONFIG) },
};

#define RULES (sizeof(rules) / sizeof(*rules))

uint64_t lsm_profile_capabilities(void)
{
	uint64_t all = 0;

	for (size_t i = 0; i < RULES; i++)
		all |= rules[i].with | rules[i].without;
	return all;
}

uint64_t lsm_profile_allows_with(const char *name)
{
	size_t length = strlen(name);
	uint64_t all = 0;

	for (size_t i = 0; i < RULES; i++)
		for (const char *at = rules[i].names; *at; at += strcspn(at, " "), at += *at == ' ')
			if (strncmp(at, name, length) == 0 && (at[length] == ' ' || !at[length]))
				all |= rules[i].with;
	return all;
}

static bool applies(const struct rule *rule, uint32_t native, uint64_t capabilities)
{
	unsigned int here = 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (bits[i].arch == native)
			here = bits[i].bit;
	if (rule->on && !(rule->on & here))
		return false;
	if (rule->not_on & here)
		return false;
	return (rule->with & ~capabilities) == 0 && (rule->without & capabilities) == 0;
}

static void add_names(struct lsm_filter *filter, const struct rule *rule)
{
	uint32_t action = rule->error ? SCMP_ACT_ERRNO((uint32_t)rule->error) : SCMP_ACT_ALLOW;
	char name[64];

	for (const char *at = rule->names; *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		if (length >= sizeof(name))
			die("the default profile has a name that is too long: %s", at);
		memcpy(name, at, length);
		name[length] = '\0';
		/* A name that an older libseccomp does not know, and no kernel
		 * of ours has, is passed over, as Docker does. */
		lsm_filter_rule(filter, name, action, rule->condition == ONE_ARGUMENT,
				&rule->argument);
		at += length;
	}
}

struct sock_fprog lsm_profile_compile(uint32_t native, uint64_t capabilities)
{
	struct lsm_filter filter;

	lsm_filter_begin(&filter, native, SCMP_ACT_ERRNO(EPERM));
	lsm_filter_compat_arches(&filter);
	for (size_t i = 0; i < RULES; i++)
		if (applies(&rules[i], native, capabilities))
			add_names(&filter, &rules[i]);
	return lsm_filter_finish(&filter);
}

void lsm_profile_rules(uint32_t native, uint64_t capabilities,
		       void (*rule)(const char *names, int error,
				    const struct scmp_arg_cmp *condition, void *into),
		       void *into)
{
	for (size_t i = 0; i < RULES; i++)
		if (applies(&rules[i], native, capabilities))
			rule(rules[i].names, rules[i].error,
			     rules[i].condition == ONE_ARGUMENT ? &rules[i].argument : NULL, into);
}

/* The container has our terminal, and what is typed there afterwards is for the
 * shell that started us. TIOCSTI "types" a character, and TIOCLINUX pastes what
 * was selected on the console: both would make that shell do as the program
 * likes (CVE-2017-5226, CVE-2023-1523). Since 6.2 a kernel may be built to
 * refuse TIOCSTI, and dev.tty.legacy_tiocsti says whether it does; TIOCLINUX
 * takes CAP_SYS_ADMIN since 6.7. Docker gives its containers other terminals.
 *
 * libseccomp can't say "this call, but not with that argument" in a filter that
 * refuses by default, so that this is one of its own: filters add up. The
 * kernel takes an unsigned int, hence the mask (CVE-2019-10063). */
struct sock_fprog lsm_profile_compile_terminal(uint32_t native)
{
	static const struct scmp_arg_cmp forbidden[] = {
		{ 1, SCMP_CMP_MASKED_EQ, AN_INT, TIOCSTI },
		{ 1, SCMP_CMP_MASKED_EQ, AN_INT, TIOCLINUX },
	};
	struct lsm_filter filter;

	lsm_filter_begin(&filter, native, SCMP_ACT_ALLOW);
	lsm_filter_compat_arches(&filter);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		lsm_filter_rule(&filter, "ioctl", SCMP_ACT_ERRNO(EPERM), 1, &forbidden[i]);
	return lsm_filter_finish(&filter);
}
