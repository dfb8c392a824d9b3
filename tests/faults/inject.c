/* inject: run a command, and make one of its system calls fail.
 *
 *	inject -r LIST -- COMMAND...		write every call to LIST
 *	inject -i CALL,N,HOW [-t TEXT] -o REPORT -- COMMAND...
 *
 * With -t TEXT only calls count whose text (a path, mostly) is TEXT when the
 * digits are taken out of both: "/proc/123/uid_map" is "/proc//uid_map".
 *
 * The N-th CALL (from 1 on, of all the command's processes together, in the
 * order in which they begin) is not made, and returns HOW: an errno's name,
 * or "done", which is success for what was not done. With N+ all later ones
 * go the same way, as on a kernel that does not have the call.
 *
 * strace -e inject=... does nearly this, but counts in each process anew: of
 * two calls with the same number it always meets the one before the fork.
 *
 * Exit status: that of the command; 128 + a signal; 99 for trouble here. The
 * report has a line "hit ..." for each call that was met, and "left" or
 * "hung" when processes went on (they are killed then). Read on: ptrace(2). */
#include <elf.h>
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

#define TRACEES_MAX 64
#define LEFT_AFTER 2 /* seconds that others may go on behind the command */
#define HUNG_AFTER 20

struct tracee {
	pid_t pid;
	bool hit; /* in a call that is not made */
	struct __ptrace_syscall_info entry;
};

static struct tracee tracees[TRACEES_MAX];
static FILE *list, *report;
static volatile sig_atomic_t alarms;

static int wanted_call = -1, wanted_error;
static unsigned long wanted_number, seen;
static bool and_later;
static const char *wanted_text;

static _Noreturn void trouble(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void ring(int number)
{
	(void)number;
	alarms = 1;
}

static struct tracee *find(pid_t pid)
{
	struct tracee *unused = NULL;

	for (int i = 0; i < TRACEES_MAX; i++) {
		if (tracees[i].pid == pid)
			return &tracees[i];
		if (!tracees[i].pid && !unused)
			unused = &tracees[i];
	}
	if (!unused)
		trouble("too many processes");
	memset(unused, 0, sizeof(*unused));
	unused->pid = pid;
	return unused;
}

static int count_tracees(void)
{
	int n = 0;

	for (int i = 0; i < TRACEES_MAX; i++)
		n += tracees[i].pid != 0;
	return n;
}

static void kill_tracees(void)
{
	for (int i = 0; i < TRACEES_MAX; i++)
		if (tracees[i].pid)
			kill(tracees[i].pid, SIGKILL);
}

/* Makes the kernel skip the call that is about to begin. */
static void skip_call(pid_t pid)
{
#if defined(__x86_64__)
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) != 0)
		return;
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
#elif defined(__aarch64__)
	int none = -1;
	struct iovec part = { &none, sizeof(none) };

	ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &part);
#else
#error "skip_call() is missing for this machine"
#endif
}

static void set_result(pid_t pid, long result)
{
#if defined(__x86_64__)
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) != 0)
		return;
	regs.rax = (unsigned long long)result;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
#elif defined(__aarch64__)
	struct user_pt_regs regs;
	struct iovec part = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) != 0)
		return;
	regs.regs[0] = (unsigned long long)result;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part);
#endif
}

/* Which argument of a call is a text, or -1. */
static int text_argument(const char *name)
{
	static const char *const first[] = { "execve",	    "mkdir",	     "rmdir",  "chdir",
					     "chroot",	    "open",	     "access", "stat",
					     "lstat",	    "readlink",	     "statfs", "umount2",
					     "sethostname", "setdomainname", "fsopen", NULL };
	static const char *const second[] = { "openat",	    "openat2",	  "mkdirat",	"mknodat",
					      "faccessat",  "faccessat2", "newfstatat", "statx",
					      "readlinkat", "mount",	  "open_tree",	"write",
					      "symlinkat",  NULL };

	for (int i = 0; first[i]; i++)
		if (strcmp(first[i], name) == 0)
			return 0;
	for (int i = 0; second[i]; i++)
		if (strcmp(second[i], name) == 0)
			return 1;
	return strcmp(name, "fsconfig") == 0 ? 2 : -1;
}

#define TEXT_MAX 241

/* The text that a call is about, without blanks; "-" for none. */
static void read_text(pid_t pid, const struct __ptrace_syscall_info *entry, const char *name,
		      char text[TEXT_MAX])
{
	int at = text_argument(name);
	unsigned long from = at >= 0 ? entry->entry.args[at] : 0;
	size_t got = 0;

	memset(text, 0, TEXT_MAX);
	/* Page by page: behind the last one of a mapping there is nothing. */
	while (from && got < TEXT_MAX - 1 && strlen(text) == got) {
		size_t left = TEXT_MAX - 1 - got, page = 4096 - (from + got) % 4096;
		struct iovec here = { text + got, left < page ? left : page };
		struct iovec there = { (void *)(from + got), here.iov_len };

		if (process_vm_readv(pid, &here, 1, &there, 1, 0) != (ssize_t)here.iov_len)
			break;
		got += here.iov_len;
	}
	if (strcmp(name, "write") == 0 && entry->entry.args[2] < TEXT_MAX)
		text[entry->entry.args[2]] = '\0';
	for (char *c = text; *c; c++)
		if (*c <= ' ' || *c == 127)
			*c = '_';
	if (!*text)
		strcpy(text, "-");
}

static const char *name_of(const struct __ptrace_syscall_info *entry)
{
	static char name[64];
	char *found = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)entry->entry.nr);

	snprintf(name, sizeof(name), "%s", found ? found : "?");
	free(found);
	return name;
}

/* Writes "NAME ARG0 ARG1 TEXT FILE" about a call at its entry. */
static void describe(FILE *to, pid_t pid, const struct __ptrace_syscall_info *entry)
{
	const char *name = name_of(entry);
	char text[TEXT_MAX], path[40], file[200] = "";

	read_text(pid, entry, name, text);
	if (strcmp(name, "write") == 0 || strcmp(name, "read") == 0) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, (int)entry->entry.args[0]);
		n = readlink(path, file, sizeof(file) - 1);
		file[n > 0 ? n : 0] = '\0';
	}
	fprintf(to, "%s %lld %lld %s %s", name, (long long)(int)entry->entry.args[0],
		(long long)entry->entry.args[1], text, *file ? file : "-");
}

/* Whether two texts are the same but for digits. */
static bool is_alike(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	for (;; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

static void at_entry(struct tracee *tracee)
{
	if (list) {
		describe(list, tracee->pid, &tracee->entry);
		fprintf(list, " %d\n", tracee->pid);
	}
	if ((int)tracee->entry.entry.nr != wanted_call)
		return;
	if (wanted_text) {
		char text[TEXT_MAX];

		read_text(tracee->pid, &tracee->entry, name_of(&tracee->entry), text);
		if (!is_alike(text, wanted_text))
			return;
	}
	seen++;
	if (seen != wanted_number && !(and_later && seen > wanted_number))
		return;
	fprintf(report, "hit ");
	describe(report, tracee->pid, &tracee->entry);
	fprintf(report, "\n");
	tracee->hit = true;
	skip_call(tracee->pid);
}

static void at_exit_of(struct tracee *tracee, const struct __ptrace_syscall_info *info)
{
	/* A program begins: what came before it was the setup. */
	if (list && (long)tracee->entry.entry.nr == SYS_execve && !info->exit.is_error)
		fprintf(list, "EXECUTED - - - - %d\n", tracee->pid);
	if (!tracee->hit)
		return;
	tracee->hit = false;
	if (wanted_error)
		set_result(tracee->pid, -wanted_error);
	else /* all of it was written */
		set_result(tracee->pid, (int)tracee->entry.entry.nr == SYS_write
						? (long)tracee->entry.entry.args[2]
						: 0);
}

static void at_syscall(struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		tracee->entry = info;
		at_entry(tracee);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		at_exit_of(tracee, &info);
	}
}

static void parse(char *spec)
{
	char *number = strchr(spec, ','), *how = number ? strchr(number + 1, ',') : NULL, *end;

	errno = EINVAL;
	if (!how)
		trouble("-i takes CALL,N,HOW");
	*number++ = '\0';
	*how++ = '\0';
	wanted_call = seccomp_syscall_resolve_name(spec);
	wanted_number = strtoul(number, &end, 10);
	and_later = *end == '+';
	if (wanted_call < 0 || wanted_number == 0)
		trouble("-i takes CALL,N,HOW");
	if (strcmp(how, "done") == 0)
		return;
	for (wanted_error = 1; wanted_error < 134; wanted_error++) {
		const char *name = strerrorname_np(wanted_error);

		if (name && strcmp(name, how) == 0)
			return;
	}
	trouble("there is no such errno");
}

static pid_t start(char *command[])
{
	pid_t child = fork();
	int status;

	if (child < 0)
		trouble("fork");
	if (child == 0) {
		raise(SIGSTOP);
		execvp(command[0], command);
		trouble(command[0]);
	}
	if (waitpid(child, &status, WUNTRACED) != child ||
	    ptrace(PTRACE_SEIZE, child, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) != 0)
		trouble("ptrace");
	kill(child, SIGCONT);
	find(child);
	return child;
}

int main(int argc, char *argv[])
{
	pid_t command;
	int c, status, result = 99;
	bool over = false;

	while ((c = getopt(argc, argv, "+r:i:o:t:")) != -1) {
		if (c == 'r' && !(list = fopen(optarg, "we")))
			trouble(optarg);
		if (c == 'i')
			parse(optarg);
		if (c == 't')
			wanted_text = optarg;
		if (c == 'o' && !(report = fopen(optarg, "we")))
			trouble(optarg);
	}
	if (!argv[optind] || (wanted_call >= 0 && !report)) {
		errno = EINVAL;
		trouble("inject -r LIST|-i CALL,N,HOW -o REPORT -- COMMAND");
	}
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = ring }, NULL);
	alarm(HUNG_AFTER);
	command = start(argv + optind);
	if (report)
		fprintf(report, "pid %d\n", command);

	while (count_tracees() > 0) {
		pid_t pid = waitpid(-1, &status, __WALL);
		struct tracee *tracee;
		int signal = 0;

		if (alarms) {
			if (report)
				fprintf(report, "%s\n", over ? "left" : "hung");
			kill_tracees();
			alarms = 0;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		tracee = find(pid);
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			tracee->pid = 0;
			if (pid == command) {
				result = WIFEXITED(status) ? WEXITSTATUS(status)
							   : 128 + WTERMSIG(status);
				over = true;
				alarm(LEFT_AFTER);
			}
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			at_syscall(tracee);
		else if (status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP) {
			/* Stopped by a signal, and to stay so. */
			ptrace(PTRACE_LISTEN, pid, 0, 0);
			continue;
		} else if (status >> 16 == 0)
			signal = WSTOPSIG(status);
		ptrace(PTRACE_SYSCALL, pid, 0, (long)signal);
	}
	if (report)
		fclose(report);
	return result;
}
