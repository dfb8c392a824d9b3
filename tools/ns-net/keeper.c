/* keeper.c: the process that starts a helper and keeps it. See helper.h.
 *
 *	ns-net            stays outside, behind its child (supervise.h)
 *	  child           makes the network; the rest of the chain, the program
 *	  keeper          PID 1 of a PID namespace
 *	    helper        and whatever it forks
 *
 * The helper has to end with the container, also when ns-net is killed. It changes
 * its credentials and forks, so it can't be asked to be killed with us
 * (PR_SET_PDEATHSIG). But the keeper can, which does nothing of that; and with the
 * first process of a PID namespace the kernel kills all in it.
 *
 * The helper's root is the machine's until it has locked itself up. So it must not
 * be in the container's PID namespace, where /proc/N/root would lead there: that is
 * why ns-net with --user-net stands before ns-pid.
 *
 * A helper finds the network by a path, /proc/N/ns/net, which the kernel shows to
 * those only who could trace process N: who have all of its capabilities. pasta
 * drops most of its own before it looks. So N is the keeper, which enters the
 * network and then has none.
 * Read on: pid_namespaces(7), ptrace(2) ("Ptrace access mode checking"). */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper.h"
#include "message.h"
#include "pass.h"

/* How long a helper has to get ready, in milliseconds. */
#define TIMEOUT 10000

/* The descriptor by which a helper says that it is ready. */
#define READY 3

/* What helpers take capabilities for: to enter the network (SYS_ADMIN) and set it
 * up, to open a port below 1024, and to lock themselves up. */
#define NEEDED                                                                          \
	(1ULL << CAP_SYS_ADMIN | 1ULL << CAP_NET_ADMIN | 1ULL << CAP_NET_BIND_SERVICE | \
	 1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_SETPCAP | 1ULL << CAP_SYS_CHROOT)

/* The keeper tells the child how it went: "r", or "f" and the errno and a text. */
struct answer {
	char how;
	int error;
	char said[600];
};

static _Noreturn void fail(int socket, int error, const char *said)
{
	struct answer answer = { .how = 'f', .error = error };

	snprintf(answer.said, sizeof(answer.said), "%s", said);
	_Exit(write(socket, &answer, sizeof(answer)) < 0 ? EXIT_TOOL_FAILED : 0);
}

static _Noreturn void fail_errno(int socket, const char *what)
{
	char text[600];
	int error = errno;

	snprintf(text, sizeof(text), "cannot %s: %s", what, errno_text(error));
	fail(socket, error, text);
}

/* Leaves us only those capabilities of ours, for ever. */
static int keep_capabilities(unsigned long long kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2];

	for (int i = 0; i < 64; i++)
		if (!(kept >> i & 1) && prctl(PR_CAPBSET_READ, i) == 1 &&
		    prctl(PR_CAPBSET_DROP, i) != 0)
			return -1;
	if (syscall(SYS_capget, &header, sets) != 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		unsigned half = (unsigned)(kept >> 32 * i);

		sets[i].permitted &= half;
		sets[i].effective &= half;
		/* With it goes what a program gets as an ambient one. */
		sets[i].inheritable &= half;
	}
	return (int)syscall(SYS_capset, &header, sets);
}

/* Executes the helper. It gets nothing of ours: no descriptor but those that it
 * speaks by, no variable, no way to more power; and waits for `go`. */
static _Noreturn void run(const struct helper *helper, char *words[], int go, int output, int ready)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *environment[] = { path, NULL };
	char byte = 0;

	if (read(go, &byte, 1) != 1)
		_Exit(EXIT_TOOL_FAILED);
	/* `ready` may be where another of them has to go. */
	if (dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
	    (ready = fcntl(ready, F_DUPFD_CLOEXEC, 100)) < 0 || dup2(ready, READY) < 0 ||
	    syscall(SYS_close_range, READY + 1, ~0U, 0) != 0 || chdir("/") != 0 ||
	    keep_capabilities(NEEDED) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		dprintf(2, "cannot get ready to run it: %s", errno_text(errno));
		_Exit(EXIT_TOOL_FAILED);
	}
	execve(helper->path, words, environment);
	dprintf(2, "cannot execute %s: %s", helper->path, errno_text(errno));
	_Exit(EXIT_CANNOT_RUN);
}

/* What the helper has printed, without its complaints that nobody keeps a log. */
struct words {
	char text[600];
	size_t length;
};

/* Returns false at the end. */
static bool listen_to(int output, struct words *words)
{
	char bytes[2048];
	ssize_t got = read(output, bytes, sizeof(bytes));

	for (ssize_t i = 0; i < got && words->length < sizeof(words->text) - 1; i++)
		words->text[words->length++] = bytes[i];
	words->text[words->length] = '\0';
	return got > 0 || (got < 0 && errno == EINTR);
}

/* Whether a line says how it goes, and not what went wrong. */
static bool is_progress(const char *line)
{
	static const char *const begins[] = { "Failed to send ", "WARNING: ", "sent tapfd",
					      "received tapfd",	 "Starting ", "* " };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Puts the lines behind each other that say something. */
static void tidy(struct words *words)
{
	char text[sizeof(words->text)] = "", *save = NULL;
	size_t n = 0;

	for (char *line = strtok_r(words->text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (is_progress(line))
			continue;
		line += strspn(line, " \t");
		for (char *at = line; *at; at++)
			if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7f)
				*at = '?';
		if (*line && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? "; " : "",
					      line);
	}
	strcpy(words->text, text);
}

static int milliseconds_from(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)((now.tv_sec - begin->tv_sec) * 1000 +
		     (now.tv_nsec - begin->tv_nsec) / 1000000);
}

/* Waits until the helper is ready, or ends with what it said. */
static void await(const struct helper *helper, pid_t child, int socket, int output, int ready)
{
	struct pollfd events[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN },
		{ .fd = output, .events = POLLIN },
		{ .fd = helper_says_ready(helper) ? ready : -1, .events = POLLIN },
	};
	struct words words = { .length = 0 };
	struct timespec begin;
	int status;
	char byte = 0;

	if (events[0].fd < 0)
		fail_errno(socket, "take hold of the program");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		int left = TIMEOUT - milliseconds_from(&begin),
		    n = poll(events, 3, left > 0 ? left : 0);

		if (n < 0 && errno != EINTR)
			fail_errno(socket, "wait for the program");
		if (n == 0 && left <= 0) {
			tidy(&words);
			fail(socket, ETIMEDOUT, words.text);
		}
		if (events[1].revents && !listen_to(output, &words))
			events[1].fd = -1;
		if (events[2].revents) {
			if (read(ready, &byte, 1) == 1)
				break;
			events[2].fd = -1; /* it has ended, or will never say it */
		}
		if (!events[0].revents)
			continue;
		/* It is ready when it has left its parent behind, who ends well. */
		if (waitpid(child, &status, 0) == child && WIFEXITED(status) &&
		    WEXITSTATUS(status) == 0 && !helper_says_ready(helper))
			break;
		while (events[1].fd >= 0 && poll(events + 1, 1, 0) > 0 && listen_to(output, &words))
			;
		tidy(&words);
		if (!*words.text)
			snprintf(words.text, sizeof(words.text), "nothing, and ended with %s %d",
				 WIFSIGNALED(status) ? "signal" : "status",
				 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		fail(socket, ENETUNREACH, words.text);
	}
	close(events[0].fd);
}

/* Takes the network from the child's message. Ends when the child has ended. */
static int take_network(int socket)
{
	char byte = 0;
	int network;

	if (take_descriptors(socket, &byte, &network, 1) == 0)
		return network;
	if (errno == EBADMSG)
		fail(socket, EPROTO, "no network came");
	_Exit(0);
}

/* Nothing of who started us is ours to hold open. */
static int let_go(int socket)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
	    (socket = fcntl(socket, F_DUPFD_CLOEXEC, 100)) < 0 || dup3(socket, 3, O_CLOEXEC) < 0 ||
	    syscall(SYS_close_range, 4, ~0U, 0) != 0)
		_Exit(EXIT_TOOL_FAILED);
	return 3;
}

/* The keeper's life. */
static _Noreturn void keep(const struct helper *helper, int socket, int parent)
{
	struct pollfd supervisor = { .fd = parent, .events = POLLIN };
	int network, output[2], ready[2], go[2];
	char number[32] = "", path[64], bytes[2048];
	struct answer answer = { .how = 'r' };
	sigset_t none;
	pid_t child;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || poll(&supervisor, 1, 0) != 0)
		_Exit(EXIT_TOOL_FAILED);
	/* A key of the terminal's is not for us. */
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	socket = let_go(socket);
	network = take_network(socket);

	/* Our number as /proc shows it, where the helper will look. */
	if (readlink("/proc/self", number, sizeof(number) - 1) < 0)
		fail_errno(socket, "find ourselves in /proc");
	snprintf(path, sizeof(path), "/proc/%s/ns/net", number);
	if (pipe2(output, O_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0 ||
	    pipe2(go, O_CLOEXEC) != 0)
		fail_errno(socket, "make a pipe");
	child = fork();
	if (child < 0)
		fail_errno(socket, "fork");
	if (child == 0) {
		close(go[1]);
		run(helper, helper_words(helper, path, READY), go[0], output[1], ready[1]);
	}
	close(output[1]);
	close(ready[1]);
	close(go[0]);
	if (setns(network, CLONE_NEWNET) != 0)
		fail_errno(socket, "enter the new network");
	close(network);
	if (keep_capabilities(0) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0)
		fail_errno(socket, "drop capabilities");
	if (write(go[1], "g", 1) != 1)
		fail_errno(socket, "start the program");
	close(go[1]);
	await(helper, child, socket, output[0], ready[0]);
	/* It has found the network. From now on nobody without CAP_SYS_PTRACE looks
	 * into us: our root is the machine's, and in a container without ns-pid the
	 * program has us in its /proc, and no fewer capabilities than we. */
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_GET_DUMPABLE) != 0)
		fail_errno(socket, "let nobody look into this process");
	if (write(socket, &answer, sizeof(answer)) != sizeof(answer))
		_Exit(EXIT_TOOL_FAILED);
	close(socket);
	close(ready[0]);

	/* What it says now goes nowhere; but it may say it. When the last one has
	 * ended, so do we, with a status that tells ns-net: it was ready before. */
	while (read(output[0], bytes, sizeof(bytes)) > 0)
		;
	while (wait(NULL) > 0 || errno == EINTR)
		;
	_Exit(KEEPER_HELPER_ENDED);
}

int keeper_fork(struct helper *helper)
{
	struct clone_args args = { .flags = CLONE_NEWPID, .exit_signal = SIGCHLD };
	int ends[2], parent = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (parent < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	/* As fork(2), into a PID namespace; no libc function for it. */
	helper->keeper = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (helper->keeper < 0)
		return -1;
	if (helper->keeper == 0) {
		close(ends[0]);
		keep(helper, ends[1], parent);
	}
	close(ends[1]);
	close(parent);
	helper->socket = ends[0];
	return 0;
}

int keeper_start(struct helper *helper)
{
	int network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct answer answer = { .said = "" };
	ssize_t got;

	if (network < 0)
		return -1;
	got = pass_descriptors(helper->socket, 'n', &network, 1);
	close(network);
	while (got >= 0 && (got = read(helper->socket, &answer, sizeof(answer))) < 0 &&
	       errno == EINTR)
		got = 0;
	close(helper->socket);
	if (got == sizeof(answer) && answer.how == 'r')
		return 0;
	snprintf(helper->said, sizeof(helper->said), "%.599s", answer.said);
	errno = got == sizeof(answer) ? answer.error : ECHILD;
	return -1;
}

void keeper_end(const struct helper *helper)
{
	kill(helper->keeper, SIGKILL);
	waitpid(helper->keeper, NULL, 0);
}
