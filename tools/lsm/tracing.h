/* tracing.h: what the files of --trace-denials and --learn share.
 *
 *	attach.c	the tracer: a process beside the program
 *	follow.c	following what is traced, from stop to stop
 *	task.c		the threads, and the filters that each is under
 *	tracee.c	looking into a traced process
 *	call.c		which system call takes what (call.h)
 *	argument.c	reading the arguments, and the files that they name
 *	print.c		numbers as a person reads them
 *	need.c		the rights that Landlock asks for it
 *	simulate.c	what a seccomp filter answers to it
 *	evidence.c	what is read of the machine about a refused call
 *	bits.c		the same, of permission bits
 *	denial.c	who refused it (denial.h)
 *	report.c	telling that, once for each kind of call
 *	want.c		from files and rights to a few options
 *	line.c		a command line with them, to be pasted
 *	learn.c		what a program used, as options
 *
 * All of it runs in the tracer only. Without the two options there is none. */
#ifndef STRATA_LSM_TRACING_H
#define STRATA_LSM_TRACING_H

#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lsm.h"

/* ---- attach.c ---- */

/* What the tracer knows of the plan: the filters and rules that will hold, and
 * the words that lsm was called with. `rest` is the index of the program's. */
struct lsm_trace {
	const struct lsm_seccomp *seccomp;
	const struct lsm_landlock *landlock;
	bool learn;
	char *const *words;
	int rest;
	int filters_before; /* how many seccomp filters there were; -1: can't be told */
};

/* Forks the tracer, and returns in the caller, which is then traced, with all
 * that it forks and executes. The tracer follows until the last of them has
 * ended, and never returns. Ends with 125 when the kernel lets nobody trace.
 * ptrace(2). */
void lsm_trace_start(const struct lsm_trace *trace);

/* A filter that a process is under, and those that it got earlier. */
struct lsm_under {
	const struct lsm_under *earlier;
	const char *whose; /* "default", "--deny", a profile's name; or NULL: a program's own */
	struct sock_fprog program;
};

/* ---- tracee.c ---- */

/* Who a process is to the kernel: its user and groups for files, and its
 * effective capabilities. */
struct lsm_who {
	bool known;
	bool as_we;  /* the same as this process, in the same user namespace */
	bool inside; /* in another user namespace than ours */
	uid_t uid;
	gid_t gid, groups[64];
	int group_count;
	uint64_t effective;
	char uid_map[400], gid_map[400]; /* when inside; with our ids on the right */
};

/* A file that a call names. */
struct lsm_place {
	char given[PATH_MAX]; /* absolute, as the program means it */
	char real[PATH_MAX];  /* without symbolic links; "" when that can't be told */
	bool exists;
	struct stat status;
};

/* Reads memory of a process, `size` bytes; a string, cut off where it does not
 * fit. Return whether there was any. process_vm_readv(2). */
bool lsm_tracee_read(pid_t pid, uint64_t address, void *to, size_t size);
bool lsm_tracee_string(pid_t pid, uint64_t address, char *text, size_t size);

/* The name of the program, as ps shows it. proc_pid_comm(5). */
void lsm_tracee_name(pid_t pid, char *name, size_t size);

/* The process that a thread belongs to; the thread itself when that can't be
 * told. */
pid_t lsm_tracee_process(pid_t pid);

void lsm_tracee_who(pid_t pid, struct lsm_who *who);

/* Finds the file that `path` means to a process, below the descriptor `folder`
 * (or AT_FDCWD). Without `follow` a link at the end is the file. "" is the
 * descriptor's own file. */
void lsm_tracee_place(pid_t pid, int folder, const char *path, bool follow,
		      struct lsm_place *place);

/* The directory that a path lies in. */
void lsm_folder_of(const char *path, char folder[PATH_MAX]);

/* Whether a socket of a process is for TCP. pidfd_getfd(2) */
bool lsm_tracee_is_tcp(pid_t process, int fd);

/* ---- call.c, argument.c ---- */

enum lsm_operation {
	OP_OTHER,
	OP_LOOK, /* stat, access, chdir: what Landlock does not know */
	OP_OPEN,
	OP_EXECUTE,
	OP_TRUNCATE,
	OP_ATTRIBUTES,
	OP_MAKE,
	OP_REMOVE,
	OP_RENAME,
	OP_LINK,
	OP_MOUNT,
	OP_DEVICE,
	OP_BIND,
	OP_CONNECT,
	OP_SIGNAL,
	OP_TRACE,
	OP_RULES, /* may give the process a filter, or Landlock rules */
};

/* A system call of a traced process. */
struct lsm_call {
	pid_t pid, process;
	struct seccomp_data data; /* as a filter sees it */
	int64_t result;
	int error; /* 0 when it went well */
};

/* The same, looked into. */
struct lsm_details {
	const char *name;
	enum lsm_operation operation;
	int capability; /* that it may take, a CAP_ number; or -1 */
	int places;
	struct lsm_place place[2];
	uint64_t flags;	   /* of open */
	unsigned int mode; /* of mkdir; or what access(2) asks */
	bool tcp, abstract;
	int port;		   /* of a TCP address, or -1 */
	bool looked;		   /* false: the memory could not be read */
	char text[PATH_MAX + 200]; /* "openat(\"/etc/shadow\", O_RDONLY)" */
};

/* The name of a call, "call 999" when there is none. The string may be
 * overwritten by the next call. */
const char *lsm_call_name(uint32_t arch, int number);

/* What kind of call it is; quick, and reads nothing. */
enum lsm_operation lsm_call_operation(const struct lsm_call *call);

/* The name, the operation, and the flags of open: the rest is not read. */
void lsm_call_look_flags(const struct lsm_call *call, struct lsm_details *details);

/* Reads the arguments. The process must be stopped. */
void lsm_call_look(const struct lsm_call *call, struct lsm_details *details);

/* ---- need.c ---- */

struct lsm_need {
	char path[PATH_MAX];
	bool folder;	 /* the path is a directory */
	uint64_t rights; /* LANDLOCK_ACCESS_FS_* */
};
#define LSM_NEEDS_MAX 8

/* The rights on files that Landlock asks for this call. Returns how many. */
int lsm_needs(const struct lsm_details *details, struct lsm_need needs[LSM_NEEDS_MAX]);

/* What starts a program: itself, and its loader or the programs in its first
 * line, each with a need. Returns how many. execve(2), elf(5) */
int lsm_needs_to_execute(const char *real, struct lsm_need needs[LSM_NEEDS_MAX]);

/* ---- simulate.c ---- */

/* What a filter answers to a call, SECCOMP_RET_*: as the kernel would run it.
 * seccomp(2), and the kernel's Documentation/networking/filter.rst. */
uint32_t lsm_simulate(const struct sock_fprog *program, const struct seccomp_data *data);

/* The same of all filters; *whose is the one that decided. */
uint32_t lsm_simulate_all(const struct lsm_under *under, const struct seccomp_data *data,
			  const struct lsm_under **whose);

/* ---- report.c ---- */

struct lsm_report;
struct lsm_report *lsm_report_begin(const struct lsm_trace *trace);

/* A call that failed. `searches`: lsm still looks for the program in PATH. */
void lsm_report_call(struct lsm_report *report, const struct lsm_call *call,
		     const struct lsm_under *under, bool own_rules, bool searches);

/* A call that a process is killed for, or trapped (SIGSYS). */
void lsm_report_killed(struct lsm_report *report, const struct lsm_call *call,
		       const struct lsm_under *under, bool killed);

/* The counts, and the options that would allow what was refused. */
void lsm_report_end(struct lsm_report *report);

/* ---- want.c ---- */

/* The option that gives such rights: "--ro", "--rox", "--rw" or "--rwx". */
const char *lsm_option_for(uint64_t rights);

/* The directory that an option should better name: "/usr" for all that lies
 * below it and is only read or executed. Otherwise the path itself. */
const char *lsm_widened(const char *path, uint64_t rights);

/* Files and what is done to them, to become a few options. */
struct lsm_wants {
	size_t count, room;
	void *tree; /* the same by path, tsearch(3) */
	struct lsm_want {
		char *path;
		uint64_t rights; /* LANDLOCK_ACCESS_FS_* */
		bool made;	 /* the program has made it: it was not there before */
		bool left_out;	 /* it would be "/", or the home directory */
	} * *list;
};

void lsm_want(struct lsm_wants *wants, const char *path, uint64_t rights);

/* The program has made this file: before the next run it may not be there, so
 * that the directory around it has to be named. */
void lsm_want_made(struct lsm_wants *wants, const char *path);

/* Whether something is wanted of this very path. */
bool lsm_is_wanted(const struct lsm_wants *wants, const char *path);

/* A few that give the same: what a system directory holds is that directory,
 * many files of one directory are the directory. Never "/" or the home
 * directory; they are left out, and marked so. What is given already is left
 * out as well. */
struct lsm_wants lsm_wants_few(const struct lsm_wants *all, const struct lsm_landlock *given,
			       const char *home);

/* ---- line.c ---- */

/* Writes a line that can be pasted: lsm with the options that it was called
 * with, without --learn and --trace-denials, those that are wanted, more
 * options (or ""), and the program. */
void lsm_line(const struct lsm_trace *trace, const struct lsm_wants *wants, const char *more,
	      char *line, size_t size);

/* ---- learn.c ---- */

struct lsm_learn;
struct lsm_learn *lsm_learn_begin(const struct lsm_trace *trace);

/* A call is about to be made, whose arguments are gone afterwards. Returns
 * what is to be handed to lsm_learn_call(), or NULL. */
struct lsm_details *lsm_learn_enter(const struct lsm_call *call);
void lsm_learn_call(struct lsm_learn *learn, const struct lsm_call *call,
		    struct lsm_details *before);
void lsm_learn_end(struct lsm_learn *learn, int status);

#endif
