/* seccomp.c: choosing, loading and reading back a seccomp filter.
 *
 * A filter is a small program that the kernel runs before each system call
 * of this process and of all that come from it: it sees the architecture, the
 * call's number and its six arguments as numbers (not what they point to),
 * and answers: go on, fail with this errno, or die. Filters add up, the
 * strictest answer counts, and there is no way to take one off.
 *
 * Without CAP_SYS_ADMIN the kernel takes a filter only under no_new_privs:
 * a set-user-ID program whose setuid() "succeeds" without being made would
 * run on as root. Read on: seccomp(2). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chain.h"
#include "file.h"
#include "filters.h"
#include "lsm.h"
#include "message.h"
#include "number.h"
#include "paste.h"
#include "step.h"
#include "why.h"

/* Docker's own profile has 20 KB. The time that libseccomp takes grows with
 * the square of the number of rules. */
#define PROFILE_BYTES_MAX (1 << 20)

/* The capabilities that the program can have: under no_new_privs, those that
 * are permitted now; otherwise the bounding set, which executing a
 * set-user-ID file may bring back. capget(2), proc_pid_status(5) */
static uint64_t read_capabilities(bool allow_new_privs)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	char status[4096];
	const char *line;

	if (allow_new_privs && read_file("/proc/self/status", status, sizeof(status)) > 0 &&
	    (line = find_field(status, "CapBnd")))
		return strtoull(line, NULL, 16);
	if (syscall(SYS_capget, &header, data) != 0)
		die_errno("cannot read our capabilities");
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static struct sock_fprog default_program(uint64_t capabilities, const char **what)
{
	uint64_t matter = capabilities & lsm_profile_capabilities();

	for (size_t i = 0; i < sizeof(ready_made) / sizeof(*ready_made); i++)
		if (ready_made[i].capabilities == matter) {
			*what = ready_made[i].what;
			return (struct sock_fprog){ ready_made[i].length,
						    (struct sock_filter *)ready_made[i].filter };
		}
	*what = "default, for this set of capabilities";
	return lsm_profile_compile(seccomp_arch_native(), matter);
}

/* Whatever the capabilities are, it is the same. */
static struct sock_fprog terminal_program(void)
{
	return (struct sock_fprog){ sizeof(filter_terminal) / sizeof(*filter_terminal),
				    (struct sock_filter *)filter_terminal };
}

static _Noreturn void refuse_large(const char *name)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	FIX("see what it is:  ls -l %s", name);
	(void)REASON("SC-JSON", "seccomp(2)", "no profile is as long as that; Docker's has 20 KB");
	why_refuse(reason, "%s: a seccomp profile may have up to %d bytes", name,
		   PROFILE_BYTES_MAX);
}

/* Reads a whole profile, from a file, a pipe, or descriptor N. */
static char *read_profile(const char *name, size_t *size)
{
	unsigned long long number = 0;
	bool given = strncmp(name, "fd:", 3) == 0;
	char *text;
	size_t n = 0;
	ssize_t got;
	int fd;

	if (given && !parse_number(name + 3, 1 << 20, &number))
		die("--seccomp %.80s: expected fd: and the number of an open descriptor", name);
	fd = given ? (int)number : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die_errno("cannot open the seccomp profile '%s'", name);
	text = malloc(PROFILE_BYTES_MAX + 1);
	if (!text)
		die_errno("cannot read the seccomp profile '%s'", name);
	while ((got = read(fd, text + n, PROFILE_BYTES_MAX + 1 - n)) > 0) {
		n += (size_t)got;
		if (n > PROFILE_BYTES_MAX)
			refuse_large(name);
	}
	if (got < 0)
		die_errno("cannot read the seccomp profile '%s'", name);
	/* The program has no use for it. */
	if (fd > 2)
		close(fd);
	text[n] = '\0';
	*size = n;
	return text;
}

static struct sock_fprog file_program(const char *name, uint64_t capabilities, unsigned int *flags)
{
	struct sock_fprog program;
	size_t size;
	char *text = read_profile(name, &size);

	program = lsm_json_compile(name, text, size, capabilities, flags);
	free(text);
	return program;
}

static _Noreturn void refuse_unknown_call(const char *name)
{
	const char *near = closest(name, lsm_filter_names());
	struct reason refusal = { 0 }, *reason = &refusal;

	(void)REASON("SC-NAME", "syscalls(2)",
		     "a filter that leaves a name out would not forbid what it is asked to forbid");
	if (near) {
		FIX("%s", paste_edit(name, near));
		why_refuse(reason, "--deny: no system call is named '%.80s'; did you mean '%s'?",
			   name, near);
	}
	FIX("see which calls a program makes:  strace -c PROGRAM");
	why_refuse(reason, "--deny: no system call is named '%.80s'; syscalls(2) lists them", name);
}

static uint32_t deny_action(const char *action)
{
	int error = EPERM;

	if (strcmp(action, "kill") == 0)
		return SCMP_ACT_KILL_PROCESS;
	if (strcmp(action, "log") == 0)
		return SCMP_ACT_LOG;
	if (strncmp(action, "errno", 5) != 0 || (action[5] && action[5] != ':'))
		die("--seccomp-action %.80s: expected kill, errno, errno:NAME (such as "
		    "errno:ENOSYS) or log",
		    action);
	if (action[5])
		error = lsm_errno_number(action + 6);
	if (error < 0)
		die("--seccomp-action %.80s: no error has that name; errno(3) lists them", action);
	return SCMP_ACT_ERRNO((uint32_t)error);
}

static bool is_listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

/* Names that a person knows from C, where the C library takes another call. */
static void warn_of_aliases(const char *list)
{
	if (is_listed(list, "fork") && !is_listed(list, "clone"))
		note("--deny fork: C libraries make processes with clone or clone3, and seldom with "
		     "fork; to forbid all new processes:  --deny fork,vfork,clone,clone3");
	if (is_listed(list, "open") && !is_listed(list, "openat"))
		note("--deny open: C libraries open files with openat, and seldom with open; to "
		     "forbid all opening:  --deny open,openat,openat2,creat");
}

/* A filter that allows all but the calls named, on all architectures that the
 * machine runs. The others would be a way around it, and are killed. */
static struct sock_fprog deny_program(const char *list, uint32_t action)
{
	struct lsm_filter filter;

	lsm_filter_begin(&filter, seccomp_arch_native(), SCMP_ACT_ALLOW);
	lsm_filter_compat_arches(&filter);
	for (;;) {
		size_t length = strcspn(list, ",");
		char name[64];

		if (length == 0)
			die("--deny: expected names of system calls with commas between them, such "
			    "as mkdir,mkdirat");
		snprintf(name, sizeof(name), "%.*s", (int)(length < 63 ? length : 63), list);
		if (length >= sizeof(name) || !lsm_filter_knows(name))
			refuse_unknown_call(name);
		lsm_filter_rule(&filter, name, action, 0, NULL);
		if (!list[length])
			break;
		list += length + 1;
	}
	return lsm_filter_finish(&filter);
}

static uint32_t answer_to(const struct sock_fprog *program, uint32_t number)
{
	return lsm_filter_action(program, seccomp_arch_native(), number);
}

static bool refuses(const struct sock_fprog *program, uint32_t number)
{
	uint32_t answer = answer_to(program, number) & SECCOMP_RET_ACTION_FULL;

	return answer != SECCOMP_RET_ALLOW && answer != SECCOMP_RET_LOG &&
	       answer != SECCOMP_RET_TRACE && answer != LSM_DEPENDS;
}

static void add(struct lsm_seccomp *seccomp, const char *what, struct sock_fprog program,
		unsigned int flags)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	/* The next thing to happen is that the program is executed. */
	if (refuses(&program, SYS_execve)) {
		if (strcmp(what, "of --deny") == 0)
			FIX("leave execve out of --deny");
		else
			FIX("allow execve in the profile %s", what);
		(void)REASON("SC-EXEC", "seccomp(2)",
			     "the filter refuses execve, by which every program is started");
		why_refuse(reason, "cannot run a program under the seccomp filter %s", what);
	}
	seccomp->load[seccomp->count].what = what;
	seccomp->load[seccomp->count].program = program;
	seccomp->load[seccomp->count++].flags = flags;
}

/* Each filter holds at once, and may refuse the call that loads the next: such
 * a one goes last. There can't be two. */
static void put_in_order(struct lsm_seccomp *seccomp)
{
	size_t last = seccomp->count - 1;

	for (size_t i = 0; i < last; i++) {
		typeof(seccomp->load[0]) refusing = seccomp->load[i];

		if (!refuses(&refusing.program, SYS_seccomp))
			continue;
		if (refuses(&seccomp->load[last].program, SYS_seccomp))
			die("--deny seccomp: the profile refuses that call already; leave it out");
		seccomp->load[i] = seccomp->load[last];
		seccomp->load[last] = refusing;
	}
}

void lsm_seccomp_prepare(struct lsm_seccomp *seccomp, bool allow_new_privs)
{
	uint32_t action = deny_action(seccomp->action);
	unsigned int flags = 0;

	if (strcmp(seccomp->profile, "none") != 0) {
		uint64_t capabilities = read_capabilities(allow_new_privs);
		const char *what = seccomp->profile;
		struct sock_fprog program;

		if (strcmp(seccomp->profile, "default") == 0) {
			program = default_program(capabilities, &what);
			add(seccomp, what, program, 0);
			add(seccomp, "default, for the terminal", terminal_program(), 0);
		} else {
			program = file_program(seccomp->profile, capabilities, &flags);
			add(seccomp, what, program, flags);
		}
	}
	if (seccomp->deny) {
		add(seccomp, "of --deny", deny_program(seccomp->deny, action), 0);
		warn_of_aliases(seccomp->deny);
	}
	if (seccomp->count)
		put_in_order(seccomp);
}

void lsm_seccomp_foresee(const struct lsm_seccomp *seccomp, char *words[])
{
	/* What the loader of any program with shared libraries calls. */
	static const struct {
		uint32_t number;
		const char *name;
	} calls[] = { { SYS_openat, "openat" }, { SYS_mmap, "mmap" }, { SYS_read, "read" } };
	char file[PATH_MAX], starter[PATH_MAX];

	for (size_t i = 0; i < seccomp->count; i++)
		for (size_t j = 0; j < sizeof(calls) / sizeof(*calls); j++) {
			if (!refuses(&seccomp->load[i].program, calls[j].number))
				continue;
			/* Only the first place is looked at: it is a warning. */
			for (int n = 0; chain_candidate(words, n, file, sizeof(file)); n++) {
				if (access(file, X_OK) != 0)
					continue;
				lsm_find_starter(file, starter, sizeof(starter));
				if (*starter)
					note("the seccomp filter %s refuses %s, and %s can't be "
					     "started without: its loader, %s, calls it [SC-EXEC]",
					     seccomp->load[i].what, calls[j].name, file, starter);
				return;
			}
		}
}

int lsm_seccomp_count(void)
{
	char text[4096];
	const char *field;

	if (read_file("/proc/self/status", text, sizeof(text)) < 0)
		return -1;
	field = find_field(text, "Seccomp_filters");
	return field ? atoi(field) : -1;
}

void lsm_seccomp_load(const struct lsm_seccomp *seccomp)
{
	bool may_ask = seccomp->count > 0, may_read = may_ask && !dry_run;
	/* Where there is a filter already, "there is one" says nothing. */
	bool first = may_read && prctl(PR_GET_SECCOMP) == SECCOMP_MODE_DISABLED;
	int before = may_read && !first ? lsm_seccomp_count() : 0;

	for (size_t i = 0; i < seccomp->count; i++) {
		const struct sock_fprog *program = &seccomp->load[i].program;
		unsigned int flags = seccomp->load[i].flags;

		/* Under some filters even looking is deadly. */
		if (answer_to(program, SYS_openat) != SECCOMP_RET_ALLOW ||
		    answer_to(program, SYS_read) != SECCOMP_RET_ALLOW ||
		    answer_to(program, SYS_close) != SECCOMP_RET_ALLOW ||
		    answer_to(program, SYS_prctl) != SECCOMP_RET_ALLOW)
			step_watch(NULL);
		/* It holds from the return of this very call on. */
		STEP(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program),
		     "load the seccomp filter %s (%hu instructions)", seccomp->load[i].what,
		     program->len);
		/* Whether the kernel may be asked what it has, without being
		 * killed for the question. */
		may_ask = may_ask && answer_to(program, SYS_prctl) == SECCOMP_RET_ALLOW;
		may_read = may_read && answer_to(program, SYS_openat) == SECCOMP_RET_ALLOW &&
			   answer_to(program, SYS_read) == SECCOMP_RET_ALLOW &&
			   answer_to(program, SYS_close) == SECCOMP_RET_ALLOW;
	}
	if (may_ask && !dry_run && prctl(PR_GET_SECCOMP) != SECCOMP_MODE_FILTER) {
		errno = 0;
		step_fail("prctl(PR_GET_SECCOMP)", "have the seccomp filter");
	}
	if (may_read && (!first || seccomp->count > 1) && before >= 0) {
		int now = lsm_seccomp_count();

		errno = 0;
		if (now >= 0 && now != before + (int)seccomp->count)
			step_fail("read_file(\"/proc/self/status\", text, sizeof(text))",
				  "have %zu seccomp filters more than %d", seccomp->count, before);
	}
}
