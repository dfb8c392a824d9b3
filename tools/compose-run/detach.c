/* detach.c: -d. See detach.h.
 *
 *	launcher          what was typed; ends when the program runs
 *	  shim            of a session of its own: waits, and keeps the status
 *	    chain         the links, and the supervisors of cgroup and ns-pid
 *	      program
 *
 * This is what containerd-shim does behind Docker: neither the launcher nor a
 * service of the machine is the parent of a container, so that these may end.
 *
 * The program's process says through a socket that it is about to be executed;
 * the kernel tells its number as it is out here (SCM_CREDENTIALS, unix(7)). The
 * socket closes at exec, which is how we know that it has begun. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "descriptors.h"
#include "detach.h"
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "store.h"
#include "supervise.h"

/* Of the chain's processes: the socket to the shim, the log, and the launcher's
 * stderr. */
static int socket_end = -1, log_file = -1, old_stderr = -1;

/* Numbers out of the way of those that mean something (compose-run's 3). */
static int move_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, 100);

	if (moved < 0)
		die_errno("cannot move descriptor %d out of the way", fd);
	close(fd);
	return moved;
}

static void print_to_log(void)
{
	if (dup2(log_file, 1) < 0 || dup2(log_file, 2) < 0)
		die_errno("cannot write to the log");
}

/* What the launcher was given is not ours to hold: who reads from a pipe would
 * wait for its end as long as the container runs. All of our own close at
 * exec. */
static void close_inherited(void)
{
	DIR *all = opendir("/proc/self/fd");
	struct dirent *entry;

	while (all && (entry = readdir(all))) {
		int fd = atoi(entry->d_name);

		if (fd > 2 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			close(fd);
	}
	if (all)
		closedir(all);
}

/* A supervisor goes on, and has no more to say to the launcher's terminal. */
static void leave_launcher(void)
{
	print_to_log();
	close(socket_end);
	close(old_stderr);
	close(log_file);
	close_inherited();
}

/* As before_link wants it (chain.h). */
static char **tell_shim(char *words[])
{
	for (const struct link *link = carried_links; words[0] && link->name; link++)
		if (strcmp(link->name, words[0]) == 0)
			return words;
	if (write(socket_end, "x", 1) != 1)
		die_errno("cannot tell the shim that the program begins");
	print_to_log();
	return words;
}

/* As exec_failed wants it (chain.h). */
static void tell_failure(void)
{
	if (write(socket_end, "f", 1) != 1)
		_Exit(EXIT_TOOL_FAILED); /* the shim is gone */
	dup2(old_stderr, 2);
}

/* Reads what the chain says. Returns the program's process id once it has begun,
 * or 0 when it never will. */
static pid_t hear_of_program(int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char byte;
	struct iovec part = { &byte, 1 };
	pid_t pid = 0;

	for (;;) {
		struct msghdr message = { .msg_iov = &part,
					  .msg_iovlen = 1,
					  .msg_control = &control,
					  .msg_controllen = sizeof(control) };
		ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		struct ucred sender;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? pid : 0;
		if (byte == 'f' || !header || header->cmsg_type != SCM_CREDENTIALS)
			return 0;
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
		pid = sender.pid;
	}
}

/* Whether another program goes through this link, too, to be as confined as the
 * first: env, choom, prlimit, capdrop and lsm. And chroot, when the root is not
 * that of a mount namespace, which one enters with its root. */
static bool is_kept(const struct row *row)
{
	const char *name = row->words.word[0];

	if (row_is_outside(row) || strcmp(name, "capdrop") == 0 || strcmp(name, "lsm") == 0)
		return true;
	return row->comment && strcmp(name, "chroot") == 0 &&
	       strcmp(row->words.word[1], "--pivot") != 0;
}

static void add_word(json_t *link, const char *word)
{
	char *text = store_encode(word);

	/* A word that is missing would be a confinement that is missing. */
	if (json_array_append_new(link, json_string(text)) != 0)
		die("cannot keep the links of the container: no memory");
	free(text);
}

static bool has_cgroup(const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;

		if (chain->rows[i].comment && strcmp(words->word[0], "cgroup") == 0 &&
		    !(words->count == 2 && strcmp(words->word[1], "--cgroupns") == 0))
			return true;
	}
	return false;
}

static void keep_links(int directory, const struct chain *chain)
{
	json_t *links = json_array();
	char *text;

	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;
		json_t *link;

		if (i != 0 && !is_kept(&chain->rows[i]))
			continue;
		link = json_array();
		for (size_t j = 0; j < words->count; j++)
			add_word(link, words->word[j]);
		json_array_append_new(links, link);
	}
	text = json_dumps(links, 0);
	if (!text || store_write(directory, "links.json", text) != 0)
		die_errno("cannot keep the links of the container");
	free(text);
	json_decref(links);
}

/* Leaves a line of text that can be printed, whatever its bytes were. */
static void tidy(char *text, bool cut)
{
	char *last = text + strlen(text);
	json_t *string;

	/* The last character may not be whole. */
	while (cut && last > text && ((unsigned char)*--last & 0xc0) == 0x80)
		;
	if (cut)
		*last = '\0';
	string = json_string(text);
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\177')
			*at = ' ';
		else if (!string && (unsigned char)*at >= 0x80)
			*at = '?';
	json_decref(string);
}

/* The program, as a line that can be read. */
static void describe(const struct chain *chain, char *text, size_t size)
{
	const struct words *words = &chain->rows[chain->count - 1].words;
	size_t n = 0;

	*text = '\0';
	for (size_t i = words->count && strcmp(words->word[0], "--") == 0;
	     i < words->count && n < size; i++) {
		char *word = paste_word(words->word[i]);

		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "", word);
		free(word);
	}
	tidy(text, n >= size);
}

static int status_of(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TOOL_FAILED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Nothing of the launcher's stays open, or it would seem to go on. */
static void let_go_of_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0)
		_Exit(EXIT_TOOL_FAILED);
	print_to_log();
	close(null);
}

/* Stands behind the chain until it ends. */
static _Noreturn void be_the_shim(struct stored *stored, pid_t child, int fd, int answer,
				  bool remove)
{
	char failed[2] = "f";
	int status;

	/* The launcher may be gone before we tell it anything. */
	signal(SIGPIPE, SIG_IGN);
	close_inherited();
	stored->pid = hear_of_program(fd);
	stored->start = store_start_of(stored->pid);
	stored->status = STORE_RUNNING;
	close(fd);
	if (stored->pid == 0) {
		status = status_of(child);
		store_remove_own(stored->directory, stored->name);
		failed[1] = (char)status;
		_Exit(write(answer, failed, 2) == 2 ? 0 : EXIT_TOOL_FAILED);
	}
	if (store_write_state(stored) != 0) {
		dprintf(2, "%s: cannot keep the state of the container '%s': %s\n", tool_name,
			stored->name, errno_text(errno));
		kill(child, SIGKILL);
		status_of(child);
		store_remove_own(stored->directory, stored->name);
		failed[1] = (char)EXIT_TOOL_FAILED;
		_Exit(write(answer, failed, 2) == 2 ? 0 : EXIT_TOOL_FAILED);
	}
	if (write(answer, "r", 1) != 1)
		note("the launcher is gone already");
	close(answer);
	let_go_of_terminal();
	status = status_of(child);
	/* Somebody may wait, with the file open. */
	if (store_write_exit(stored->directory, status) != 0)
		note("cannot keep the exit status %d: %s", status, errno_text(errno));
	if (remove) {
		store_remove_own(stored->directory, stored->name);
		_Exit(0);
	}
	stored->status = STORE_STOPPED;
	stored->pid = 0;
	store_write_state(stored); /* what counts is the file "exit" */
	_Exit(0);
}

/* The launcher: waits for what the shim says. */
static _Noreturn void wait_for_shim(int answer, const char *name)
{
	char said[2] = "";
	ssize_t got;

	while ((got = read(answer, said, 2)) < 0 && errno == EINTR)
		;
	if (got >= 1 && *said == 'r') {
		printf("%s\n", name);
		exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
	}
	/* Without a word it has said itself what was wrong. */
	exit(got == 2 ? (unsigned char)said[1] : EXIT_TOOL_FAILED);
}

static const char *choose_name(void)
{
	static char name[16];
	unsigned number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		die_errno("cannot choose a name");
	snprintf(name, sizeof(name), "c%08x", number);
	return name;
}

/* The answer's other end, and the shim's child. */
void detach(const struct chain *chain, const char *name, bool remove)
{
	struct stored stored = { .directory = -1, .created = time(NULL) };
	int answer[2], ends[2], on = 1, null;
	pid_t child, shim, parent;

	if (!name)
		name = choose_name();
	if (!store_name_is_good(name))
		die("--name is of letters, digits, '_', '.' and '-', at most %d, and begins with a "
		    "letter or digit; not '%.100s'",
		    STORE_NAME_MAX, name);
	signal(SIGCHLD, SIG_DFL);
	if (pipe2(answer, O_CLOEXEC) != 0)
		die_errno("cannot make a pipe to the shim");
	shim = fork();
	if (shim < 0)
		die_errno("cannot fork the shim");
	if (shim > 0) {
		close(answer[1]);
		wait_for_shim(answer[0], name);
	}
	close(answer[0]);
	answer[1] = move_up(answer[1]);
	/* No key of the launcher's terminal, and not its end, is for us. */
	if (setsid() < 0)
		die_errno("cannot begin a session");
	strcpy(stored.name, name);
	describe(chain, stored.command, sizeof(stored.command));
	stored.own_cgroup = has_cgroup(chain);
	stored.directory = move_up(store_claim(name));
	keep_links(stored.directory, chain);
	log_file = openat(stored.directory, "log",
			  O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (log_file < 0)
		die_errno("cannot make the log of the container '%s'", name);
	log_file = move_up(log_file);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 ||
	    setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0)
		die_errno("cannot make a socket to the program");
	ends[0] = move_up(ends[0]);
	socket_end = move_up(ends[1]);

	parent = getpid();
	child = fork();
	if (child < 0)
		die_errno("cannot fork the container");
	if (child > 0) {
		close(socket_end);
		be_the_shim(&stored, child, ends[0], answer[1], remove);
	}
	close(ends[0]);
	close(answer[1]);
	close(stored.directory);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		die_errno("cannot ask to be killed with the shim");
	/* Had it died before that, we would not have been told. */
	if (getppid() != parent)
		_Exit(EXIT_TOOL_FAILED);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0)
		die_errno("cannot read from /dev/null");
	close(null);
	keep_descriptor(socket_end);
	keep_descriptor(log_file);
	old_stderr = move_up(dup(2));
	keep_descriptor(old_stderr);
	before_link = tell_shim;
	exec_failed = tell_failure;
	standing_behind = leave_launcher;
}
