/* lsm.h: what the files of lsm share.
 *
 *	lsm.c		the tool: options, the order of the steps
 *	attr.c		AppArmor and SELinux, through /proc/thread-self/attr
 *	landlock.c	Landlock
 *	foresee.c	whether the program can start under it
 *	seccomp.c	choosing, loading and reading back a seccomp filter
 *	filter.c	from rules to what each call gets
 *	search.h	and from that to the BPF program that the kernel takes
 *	call_names.c	names of system calls
 *	profile.c	the rules of the two default filters
 *	json.h		the rules of a file, as Docker and OCI write them: json*.c
 *	capability.c	names of capabilities
 *	status.c	--status
 *	refusal.h	why a step failed: refusal.c, machine.c
 *	tracing.h	--trace-denials and --learn, and their files
 *	generate/	runs when Strata is built: the default filters, compiled */
#ifndef STRATA_LSM_H
#define STRATA_LSM_H

#include <linux/filter.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- filter.c: rules to BPF ---- */

#define LSM_ARCHES_MAX 24

/* x32 programs are x86_64 programs that set this bit in each call's number. */
#define LSM_X32_BIT 0x40000000

/* What a call gets whatever its arguments are. */
struct lsm_answer {
	uint32_t number;
	uint32_t action;
};

/* A rule about arguments. */
struct lsm_condition {
	uint32_t action;
	int number; /* as libseccomp has it on this machine */
	unsigned int count;
	struct scmp_arg_cmp arguments[6];
};

/* The rules for one architecture. */
struct lsm_arch {
	uint32_t arch;		  /* SCMP_ARCH_* */
	struct lsm_answer *plain; /* by number */
	size_t plain_count;
	uint32_t highest;	    /* the highest call that a rule names */
	scmp_filter_ctx context;    /* the other rules */
	struct lsm_condition *last; /* of them, those that must come last */
	size_t last_count;
};

/* A filter in the making. All functions end the process when they fail. */
struct lsm_filter {
	uint32_t default_action;
	size_t arches;
	struct lsm_arch arch[LSM_ARCHES_MAX]; /* [0] is the native one */
};

/* Begins a filter for `native` (SCMP_ARCH_*). Actions are SCMP_ACT_*. */
void lsm_filter_begin(struct lsm_filter *filter, uint32_t native, uint32_t default_action);

/* Adds an architecture that the machine runs besides its own. */
void lsm_filter_arch(struct lsm_filter *filter, uint32_t arch);

/* Adds those that Docker adds: x86 and x32 on x86_64, arm on aarch64, ... */
void lsm_filter_compat_arches(struct lsm_filter *filter);

/* Adds a rule; all the arguments' conditions must hold. Returns false, and
 * adds nothing, when no kernel that we know has a call of this name. */
bool lsm_filter_rule(struct lsm_filter *filter, const char *name, uint32_t action,
		     unsigned int count, const struct scmp_arg_cmp *arguments);

/* The program, allocated. The filter is used up. */
struct sock_fprog lsm_filter_finish(struct lsm_filter *filter);

/* What a program answers to call `number` of `arch` (AUDIT_ARCH_*), whatever
 * its arguments: SECCOMP_RET_*, or LSM_DEPENDS when that depends on them. */
#define LSM_DEPENDS 1U
uint32_t lsm_filter_action(const struct sock_fprog *program, uint32_t arch, uint32_t number);

/* The same; *where is the instruction that answers, or that depends. */
uint32_t lsm_filter_walk(const struct sock_fprog *program, uint32_t arch, uint32_t number,
			 size_t *where);

/* ---- call_names.c ---- */

/* A call that only x86_64 has, in a gap of its table. */
#define LSM_URETPROBE 335 /* 6.11 */

/* Whether there is a call of this name on any architecture of ours. */
bool lsm_filter_knows(const char *name);

/* The name of call `number` of `arch` (AUDIT_ARCH_*), allocated or constant;
 * NULL when we know none. */
const char *lsm_filter_name(uint32_t arch, int number);

/* All names of the native architecture's calls, allocated, ended by NULL. */
const char *const *lsm_filter_names(void);

/* From where on an architecture (SCMP_ARCH_*) counts its calls. */
uint32_t lsm_first_number(uint32_t arch);

/* The number of a call that libseccomp may have no name for, counted from 0; -1 for
 * others. */
int lsm_newer_number(const char *name);

/* ---- profile.c: the default filters ---- */

/* The capabilities (bits, as in capabilities(7)) that make a difference. */
uint64_t lsm_profile_capabilities(void);

/* The default rules for a process with these capabilities, on `native`. */
struct sock_fprog lsm_profile_compile(uint32_t native, uint64_t capabilities);

/* Calls rule() for each of these rules, in their order: names of calls, with
 * blanks between; 0 when they are allowed, or the errno that they return; a
 * condition for one argument, or NULL. */
void lsm_profile_rules(uint32_t native, uint64_t capabilities,
		       void (*rule)(const char *names, int error,
				    const struct scmp_arg_cmp *condition, void *into),
		       void *into);

/* The capabilities with which a rule allows the call to a process. */
uint64_t lsm_profile_allows_with(const char *name);

/* The second default filter, which allows all but typing into the terminal. */
struct sock_fprog lsm_profile_compile_terminal(uint32_t native);

/* ---- json.c, json_names.c: a filter from a file ---- */

/* Reads the profile in text (of `size` bytes, ended by a 0 besides), which
 * came from the file `name`. *flags are for seccomp(2). */
struct sock_fprog lsm_json_compile(const char *name, const char *text, size_t size,
				   uint64_t capabilities, unsigned int *flags);

/* The number of an errno's name, or of a number below 4096; -1 otherwise. */
int lsm_errno_number(const char *name);

/* ---- capability.c ---- */

/* "CHOWN" for 0; NULL for a number that no kernel of ours has. */
const char *lsm_capability_name(int number);

/* ---- seccomp.c ---- */

/* What is asked for, and what came of it, to be loaded in this order. */
struct lsm_seccomp {
	const char *profile; /* "default", "none", "fd:N" or a file */
	const char *deny;    /* names, separated by commas; or NULL */
	const char *action;  /* "kill", "errno", "errno:NAME" or "log" */
	size_t count;
	struct {
		const char *what;
		struct sock_fprog program;
		unsigned int flags;
	} load[3]; /* the default filter is two, and there is --deny */
};

/* Reads and compiles; changes nothing. With allow_new_privs a set-user-ID
 * program may get the whole bounding set, and the rules are chosen for it. */
void lsm_seccomp_prepare(struct lsm_seccomp *seccomp, bool allow_new_privs);

/* Loads the filters. The last step before the program. */
void lsm_seccomp_load(const struct lsm_seccomp *seccomp);

/* Says so when the rest of the chain could not be started under a filter. */
void lsm_seccomp_foresee(const struct lsm_seccomp *seccomp, char *words[]);

/* How many filters this process is under (Linux 5.9), or -1. */
int lsm_seccomp_count(void);

/* ---- landlock.c ---- */

struct lsm_landlock {
	size_t path_count, port_count;
	struct lsm_path {
		const char *option, *path;
		uint64_t access;
		/* Which file or directory it is, once it was looked up. */
		bool found;
		dev_t device;
		ino_t inode;
	} * paths;
	struct lsm_port {
		uint64_t access, port;
	} * ports;
	uint64_t scoped;
	bool best_effort;
	const struct lsm_path *now; /* the rule that is being made */
	char **words;		    /* what will be executed, to be foreseen; or NULL */
};

/* Takes note of an option; ends the process when the value is none. */
void lsm_landlock_path(struct lsm_landlock *landlock, const char *option, const char *path);
uint64_t lsm_rights_of(const char *option); /* "--ro", "--rox", "--rw", "--rwx" */
void lsm_landlock_ports(struct lsm_landlock *landlock, const char *option, const char *text);
void lsm_landlock_scope(struct lsm_landlock *landlock, const char *list);

/* Whether any restriction was asked for; applies them. */
bool lsm_landlock_wanted(const struct lsm_landlock *landlock);
void lsm_landlock_apply(struct lsm_landlock *landlock);

/* foresee.c: says so when the rest of the chain could not be executed under
 * these rules, and what is missing. Before they are applied. */
void lsm_landlock_foresee(struct lsm_landlock *landlock);

/* Looks the files of all rules up; and then, which rights the rules give for a
 * path without symbolic links: those on it and on all directories above it. */
void lsm_landlock_find(struct lsm_landlock *landlock);
uint64_t lsm_landlock_allows(const struct lsm_landlock *landlock, const char *real);

/* Which rights are denied where no rule allows them, with this kernel's
 * Landlock. */
struct lsm_handled {
	uint64_t files, ports, scopes;
};
struct lsm_handled lsm_landlock_handled(const struct lsm_landlock *landlock);

/* The loader of a program, or the program in the first line of a script: ""
 * for a static program, or what can't be read. elf(5), execve(2) */
void lsm_find_starter(const char *file, char *starter, size_t size);

/* Landlock's version in this kernel, or -1 with errno set: ENOSYS when it is
 * not built in, EOPNOTSUPP when it is switched off. */
int lsm_landlock_abi(void);

/* ---- attr.c ---- */

bool lsm_apparmor_runs(void);
bool lsm_selinux_runs(void);

/* The profile or context that the next exec changes to; "" for none. */
void lsm_label_at_exec(char *label, size_t size);

/* Sets the profile or context that the next exec changes to. */
void lsm_apparmor_apply(const char *profile, bool allow_new_privs);
void lsm_selinux_apply(const char *context, bool allow_new_privs);

/* ---- status.c ---- */

/* Writes "capability,landlock,..." into text: the security modules that run.
 * Returns whether it can be told. */
bool lsm_read_modules(char *text, size_t size);

/* Prints the state of the kernel and of a process (0: of this one) to stdout,
 * and ends the process. */
_Noreturn void lsm_status(int pid);

#endif
