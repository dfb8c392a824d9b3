/* exec.c: what executing a file makes of the five sets. See exec.h.
 *
 * The sets that a process has are not those that its program will have: at
 * exec the kernel computes them anew, from the process and from the file. Where
 * no_new_privs is set, the result is cut to what was permitted before. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "exec.h"
#include "file.h"
#include "message.h"
#include "step.h"

/* Whether the kernel heeds the set-user-ID and set-group-ID bits. */
static bool bits_count(const struct exec *exec)
{
	return !exec->no_new_privs && !exec->is_nosuid && !exec->is_unmapped;
}

static uid_t user_after(const struct exec *exec)
{
	return exec->has_user_bit && bits_count(exec) ? exec->file_user : exec->effective;
}

static bool capabilities_count(const struct exec *exec)
{
	return exec->has_capabilities && !exec->is_nosuid;
}

/* Whether user 0 is treated as root always was. */
static bool is_root(const struct exec *exec, uid_t after)
{
	if (exec->securebits & SECBIT_NOROOT)
		return false;
	/* The one exception: set-user-ID root, with capabilities of its own. */
	if (capabilities_count(exec) && exec->real != 0 && after == 0)
		return false;
	return exec->real == 0 || after == 0;
}

static bool changes_ids(const struct exec *exec)
{
	return user_after(exec) != exec->effective ||
	       (exec->has_group_bit && bits_count(exec) && exec->file_group != exec->group);
}

bool exec_foresee(const struct exec *exec, struct sets *after)
{
	const struct sets *now = &exec->sets;
	uid_t user = user_after(exec);
	bool in_use = false, refused = false;

	*after = *now;
	after->permitted = 0;
	if (capabilities_count(exec)) {
		after->permitted = (now->bounding & exec->file_permitted) |
				   (now->inheritable & exec->file_inheritable);
		in_use = exec->begins_effective;
		/* A program that was to have them and does not ask is not
		 * started with fewer. */
		refused = in_use && exec->file_permitted & ~after->permitted;
	}
	if (is_root(exec, user)) {
		after->permitted = now->bounding | now->inheritable;
		if (user == 0)
			in_use = true;
	}
	if (exec->no_new_privs)
		after->permitted &= now->permitted;
	if (capabilities_count(exec) || changes_ids(exec))
		after->ambient = 0;
	after->permitted |= after->ambient;
	after->effective = in_use ? after->permitted : after->ambient;
	return !refused;
}

/* The file that exec_next() will execute, or false. */
static bool find_file(char *words[], char *file, size_t size)
{
	for (int n = 0; chain_candidate(words, n, file, size); n++)
		if (faccessat(AT_FDCWD, file, X_OK, AT_EACCESS) == 0)
			return true;
	return false;
}

/* Replaces a script's name by its interpreter's, whose bits and capabilities
 * are those that count. */
static void find_interpreter(char *file, size_t size)
{
	for (int depth = 0; depth < 5; depth++) {
		char head[PATH_MAX];
		int fd = open(file, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head) - 1);
		const char *name;

		if (fd >= 0)
			close(fd);
		head[n > 0 ? n : 0] = '\0';
		if (strncmp(head, "#!", 2) != 0)
			return;
		name = head + 2 + strspn(head + 2, " \t");
		snprintf(file, size, "%.*s", (int)strcspn(name, " \t\n"), name);
	}
}

static void read_file_capabilities(const char *file, struct exec *exec)
{
	cap_t caps = cap_get_file(file);

	/* Those that count in another user namespace only have its root's id. */
	if (caps && cap_get_nsowner(caps) == 0) {
		exec->has_capabilities = true;
		exec->file_permitted = sets_of(caps, CAP_PERMITTED);
		exec->file_inheritable = sets_of(caps, CAP_INHERITABLE);
		exec->begins_effective = sets_of(caps, CAP_EFFECTIVE) != 0;
	}
	cap_free(caps);
}

/* An owner or group that has no number in our user namespace is shown as 65534.
 * Nobody can become that by a bit of the file. */
static bool is_unmapped(const struct stat *status)
{
	char map[64];
	unsigned first = 0, outside = 0, count = 0;

	if (status->st_uid != 65534 && status->st_gid != 65534)
		return false;
	return read_file("/proc/self/uid_map", map, sizeof(map)) > 0 &&
	       sscanf(map, "%u %u %u", &first, &outside, &count) == 3 && count != UINT32_MAX;
}

static void read_exec(const char *file, struct exec *exec)
{
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
	struct stat status;
	struct statvfs mount;

	exec->group = getegid();
	exec->securebits = bits < 0 ? 0 : (unsigned)bits;
	exec->is_nosuid = statvfs(file, &mount) == 0 && mount.f_flag & ST_NOSUID;
	if (stat(file, &status) != 0)
		memset(&status, 0, sizeof(status));
	exec->has_user_bit = status.st_mode & S_ISUID;
	exec->has_group_bit = status.st_mode & S_ISGID && status.st_mode & S_IXGRP;
	exec->file_user = status.st_uid;
	exec->file_group = status.st_gid;
	exec->is_unmapped = is_unmapped(&status);
	read_file_capabilities(file, exec);
}

static void say_row(const char *name, uint64_t before, uint64_t now, uint64_t after)
{
	const char *first = sets_in_short(before), *second = sets_in_short(now);

	dprintf(2, "    %-12s %s -> %s -> %s\n", name, first, second, sets_in_short(after));
}

/* Which of the rules apply, a line each. */
static void say_rules(const struct exec *exec)
{
	uid_t user = user_after(exec);
	bool privileged = exec->has_user_bit || exec->has_group_bit || exec->has_capabilities;

	if (exec->has_capabilities)
		dprintf(2, "    the file has capabilities: permitted %s, inheritable %s%s\n",
			sets_in_short(exec->file_permitted), sets_in_short(exec->file_inheritable),
			exec->begins_effective ? ", and in use from the start" : "");
	if (exec->has_user_bit)
		dprintf(2, "    the file is set-user-ID, of user %u\n", exec->file_user);
	if (exec->has_group_bit)
		dprintf(2, "    the file is set-group-ID, of group %u\n", exec->file_group);
	if (privileged && exec->is_nosuid)
		dprintf(2, "    its mount has nosuid, so that counts for nothing\n");
	else if ((exec->has_user_bit || exec->has_group_bit) && exec->is_unmapped)
		dprintf(2,
			"    its owner has no number in this user namespace, so such a bit counts "
			"for nothing\n");
	else if ((exec->has_user_bit || exec->has_group_bit) && exec->no_new_privs)
		dprintf(2, "    no_new_privs is set, so such a bit counts for nothing\n");
	if (is_root(exec, user))
		dprintf(2, "    user 0 gets its bounding set%s\n",
			exec->no_new_privs ? ", cut to what was permitted (no_new_privs)"
					   : " back");
	else if (user == 0 && exec->securebits & SECBIT_NOROOT)
		dprintf(2, "    the securebit NOROOT is set, so user 0 is as any other\n");
	else if (capabilities_count(exec) || changes_ids(exec))
		dprintf(2, "    of such a file the ambient set is emptied\n");
	else
		dprintf(2, "    user %u takes along what is ambient, and nothing else\n", user);
}

/* Executes the file in a child that is traced, which stops it before the first
 * instruction. Returns whether its sets could be read; errno else. */
static bool measure(const char *file, char *words[], struct sets *sets)
{
	char number[16], self[16] = "";
	bool known = false, no_new_privs;
	int status, error;
	pid_t child;

	snprintf(number, sizeof(number), "%d", getpid());
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0 || strcmp(self, number) != 0) {
		errno = ENOENT; /* this /proc shows other numbers */
		return false;
	}
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			execve(file, words, environ);
		_Exit(errno > 0 && errno < 256 ? errno : 255);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return false;
	if (!WIFSTOPPED(status)) {
		errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
		return false;
	}
	snprintf(number, sizeof(number), "%d", child);
	known = sets_read(number, sets, &no_new_privs);
	error = errno;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	errno = error;
	return known;
}

static bool same(const struct sets *a, const struct sets *b)
{
	return a->permitted == b->permitted && a->effective == b->effective &&
	       a->inheritable == b->inheritable && a->ambient == b->ambient &&
	       a->bounding == b->bounding;
}

static void say_measured(const char *file, char *words[], const struct exec *exec,
			 const struct sets *foreseen, bool possible)
{
	bool gains = changes_ids(exec) || foreseen->permitted & ~exec->sets.permitted;
	struct sets found;

	/* Else a program could be stopped and read while it has the power. */
	if (gains && !(exec->sets.effective >> CAP_SYS_PTRACE & 1)) {
		dprintf(2, "    not measured: who is traced gets no more than the tracer has\n");
	} else if (measure(file, words, &found)) {
		if (same(&found, foreseen) && possible)
			dprintf(2, "    measured: the same\n");
		else
			dprintf(2,
				"    measured: permitted %s, effective %s, inheritable %s, ambient "
				"%s\n",
				sets_in_short(found.permitted), sets_in_short(found.effective),
				sets_in_short(found.inheritable), sets_in_short(found.ambient));
	} else if (!possible && errno == EPERM) {
		dprintf(2, "    measured: refused, %s\n", errno_text(errno));
	} else {
		dprintf(2, "    not measured: %s\n", errno_text(errno));
	}
}

void exec_explain(const struct sets *before, const struct sets *now, uid_t uid, bool no_new_privs,
		  char *words[])
{
	struct exec exec = { .sets = *now, .effective = uid, .no_new_privs = no_new_privs };
	struct sets after;
	char file[PATH_MAX], binary[PATH_MAX], *shell[] = { file, NULL };
	bool possible;

	if (!find_file(words, file, sizeof(file)))
		return;
	if (*words && strcmp(*words, "--") == 0)
		words++;
	if (!*words)
		words = shell;
	strcpy(binary, file);
	find_interpreter(binary, sizeof(binary));
	exec.real = uid == geteuid() ? getuid() : uid;
	read_exec(binary, &exec);
	possible = exec_foresee(&exec, &after);
	dprintf(2, "%s: the sets before, now, and when %s is executed; see capabilities(7):\n",
		tool_name, file);
	if (strcmp(binary, file) != 0)
		dprintf(2, "    it is a script: what counts is its interpreter, %s\n", binary);
	say_row("permitted", before->permitted, now->permitted, after.permitted);
	say_row("effective", before->effective, now->effective, after.effective);
	say_row("inheritable", before->inheritable, now->inheritable, after.inheritable);
	say_row("ambient", before->ambient, now->ambient, after.ambient);
	say_row("bounding", before->bounding, now->bounding, after.bounding);
	say_rules(&exec);
	if (!possible)
		dprintf(2, "    the kernel will refuse it: it is to begin with %s, and may not\n",
			sets_in_short(exec.file_permitted & ~now->bounding));
	if (!dry_run)
		say_measured(file, words, &exec, &after, possible);
}
