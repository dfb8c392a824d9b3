/* manage.c: what one does with containers that run already. See manage.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "enter.h"
#include "file.h"
#include "hold.h"
#include "link.h"
#include "manage.h"
#include "memory.h"
#include "message.h"
#include "pty.h"
#include "run.h"
#include "sealed.h"
#include "store.h"

#define STOP_AFTER 10	/* seconds between SIGTERM and SIGKILL, as in docker */
#define FREEZE_AFTER 10 /* seconds until all of a container has to be frozen */

/* A file of the container's cgroup of v2, such as cgroup.freeze; a new string. NULL
 * when it has none of its own, or has ended and was fetched. */
static char *cgroup_file(const struct stored *stored, const char *file)
{
	char path[64], text[8192], ours[8192] = "";
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", stored->pid);
	if (!store_is_there(stored) || read_file(path, text, sizeof(text)) <= 0)
		return NULL;
	read_file("/proc/self/cgroup", ours, sizeof(ours));
	at = strncmp(text, "0::", 3) == 0 ? text + 3 : strstr(text, "\n0::");
	at = at && *at == '\n' ? at + 4 : at;
	/* It must be the container's own: we would freeze ourselves, or who else
	 * is in the cgroup that it was started in. */
	if (!at || !stored->own_cgroup || strcmp(text, ours) == 0)
		return NULL;
	snprintf(path, sizeof(path), "%s",
		 access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) == 0 ? "/sys/fs/cgroup/unified"
									  : "/sys/fs/cgroup");
	return print_text("%s%.*s/%s", path, (int)strcspn(at, "\n"), at, file);
}

static bool is_frozen(const struct stored *stored)
{
	char path[64], text[8192], events[256] = "", *file;
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", stored->pid);
	if (stored->status != STORE_RUNNING || read_file(path, text, sizeof(text)) <= 0)
		return false;
	at = strncmp(text, "0::", 3) == 0 ? text + 3 : strstr(text, "\n0::");
	if (!at)
		return false;
	at += *at == '\n' ? 4 : 0;
	file = print_text("%s%.*s/cgroup.events",
			  access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) == 0
				  ? "/sys/fs/cgroup/unified"
				  : "/sys/fs/cgroup",
			  (int)strcspn(at, "\n"), at);
	read_file(file, events, sizeof(events));
	free(file);
	return strstr(events, "frozen 1") != NULL;
}

static const char *status_in_words(const struct stored *stored)
{
	static char text[64];

	switch (stored->status) {
	case STORE_CREATING: return "creating";
	case STORE_RUNNING: return is_frozen(stored) ? "paused" : "running";
	case STORE_LOST: return "lost";
	case STORE_STOPPED: break;
	}
	snprintf(text, sizeof(text), "stopped (%d)", stored->exit_status);
	return text;
}

/* A container that runs, or the end. */
static void find_running(const char *name, struct stored *stored)
{
	store_find(name, stored);
	if (stored->status != STORE_RUNNING)
		die("the container '%s' does not run: it is %s", name, status_in_words(stored));
	/* Its number may be another's by now. */
	if (!store_is_alive(stored))
		die("the container '%s' has ended just now", name);
}

char *manage_process(char *word)
{
	struct stored stored;

	if (!store_name_is_good(word) || word[strspn(word, "0123456789")] == '\0')
		return word;
	find_running(word, &stored);
	close(stored.directory);
	return print_text("%d", stored.pid);
}

static void list(char *names[])
{
	struct stored stored;
	char created[32];

	if (*names)
		die("list takes no names; it shows all");
	names = store_names();
	printf("%-20s %-12s %8s  %-19s  %s\n", "NAME", "STATUS", "PID", "CREATED", "COMMAND");
	for (; *names; names++) {
		if (!store_look(*names, &stored))
			continue; /* removed just now */
		strftime(created, sizeof(created), "%Y-%m-%d %H:%M:%S", localtime(&stored.created));
		printf("%-20s %-12s ", stored.name, status_in_words(&stored));
		if (stored.status == STORE_RUNNING)
			printf("%8d", stored.pid);
		else
			printf("%8s", "-");
		printf("  %-19s  %s\n", stored.created ? created : "-", stored.command);
		close(stored.directory);
	}
}

static void logs(const char *name)
{
	struct stored stored;
	char bytes[65536];
	ssize_t got;
	int fd;

	store_find(name, &stored);
	fd = openat(stored.directory, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		die("'%s' was started in the foreground, and what it prints went there", name);
	if (fd < 0)
		die_errno("cannot open the log of '%s'", name);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		if (fwrite(bytes, 1, (size_t)got, stdout) != (size_t)got)
			die_errno("cannot print the log");
	if (got < 0)
		die_errno("cannot read the log of '%s'", name);
}

static void wait_for(const char *name)
{
	struct stored stored;

	store_find(name, &stored);
	store_wait(&stored);
	if (stored.status != STORE_STOPPED)
		die(store_is_alive(&stored)
			    ? "the shim of '%s' was killed, and the program goes on without it; to end "
			      "it:  compose-run stop %s"
			    : "nobody knows how '%s' ended: its shim was killed, and it with it",
		    name, name);
	printf("%d\n", stored.exit_status);
}

/* Sends a signal to the program, and to no other that has got its number. */
static void send(int pidfd, const struct stored *stored, int signal)
{
	if (pidfd >= 0 && store_is_alive(stored))
		syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

static void freeze(const struct stored *stored, const char *value)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	char *file = cgroup_file(stored, "cgroup.freeze");
	struct timespec now, begin;

	if (!file && store_is_alive(stored))
		die("the container '%s' has no cgroup of its own (v2), which is what freezes all of "
		    "it at once; as root it gets one",
		    stored->name);
	if (file && write_file(file, value) != 0) {
		int error = errno;

		if (store_is_alive(stored)) {
			errno = error;
			die_errno("cannot write '%s' to %s", value, file);
		}
	}
	/* By the clock: each process in there freezes when it next runs. */
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (now = begin; store_is_alive(stored) && is_frozen(stored) != (*value == '1');
	     clock_gettime(CLOCK_MONOTONIC, &now)) {
		if (now.tv_sec - begin.tv_sec > FREEZE_AFTER)
			die("%s took '%s', and the container '%s' is still %s", file, value,
			    stored->name, *value == '1' ? "running" : "paused");
		nanosleep(&moment, NULL);
	}
	if (!store_is_alive(stored))
		die("the container '%s' has ended just now", stored->name);
	free(file);
}

/* Lets one that is to end go on, whatever the kernel says of it: while a killed
 * process leaves, its cgroup is not frozen, and then the others are again. Among them
 * may be who has to fetch it. */
static void thaw(const struct stored *stored)
{
	char *file = cgroup_file(stored, "cgroup.freeze");

	if (file && write_file(file, "0") != 0) {
		int error = errno;

		if (is_frozen(stored)) {
			errno = error;
			die_errno("cannot write '0' to %s", file);
		}
	}
	free(file);
}

static void freeze_one(const char *name, const char *value)
{
	struct stored stored;

	find_running(name, &stored);
	freeze(&stored, value);
	printf("%s\n", name);
}

static void stop(const char *name)
{
	struct stored stored;
	struct pollfd program = { .events = POLLIN };

	store_find(name, &stored);
	if (stored.status == STORE_CREATING)
		die("the container '%s' is being started; try again when it runs", name);
	if (stored.status == STORE_LOST && store_is_alive(&stored)) {
		/* Nobody is behind it who would tell how it ended. */
		program.fd = (int)syscall(SYS_pidfd_open, stored.pid, 0);
		send(program.fd, &stored, SIGKILL);
		if (program.fd < 0 || poll(&program, 1, STOP_AFTER * 1000) == 0)
			die("cannot kill the program of '%s', process %d", name, stored.pid);
	}
	if (stored.status == STORE_RUNNING) {
		program.fd = (int)syscall(SYS_pidfd_open, stored.pid, 0);
		send(program.fd, &stored, SIGTERM);
		thaw(&stored);
		if (program.fd >= 0 && poll(&program, 1, STOP_AFTER * 1000) == 0)
			send(program.fd, &stored, SIGKILL);
		store_wait(&stored);
	}
	printf("%s\n", name);
}

static void remove_one(const char *name)
{
	struct stored stored;

	store_find(name, &stored);
	store_remove(&stored);
	printf("%s\n", name);
}

static void pause_one(const char *name)
{
	freeze_one(name, "1");
}

static void unpause(const char *name)
{
	freeze_one(name, "0");
}

/* Ends as its program does. */
static void attach(const char *name)
{
	struct stored stored;

	find_running(name, &stored);
	hold_attach(stored.directory, name);
	store_wait(&stored);
	exit(stored.status == STORE_STOPPED ? stored.exit_status : EXIT_TOOL_FAILED);
}

/* exec [-t] [--print-chain] NAME [--] PROGRAM [ARG]... */
static _Noreturn void execute(char *argv[])
{
	char **words = argv + 2;
	struct stored stored;
	struct chain chain;
	bool print = false, tty = false;
	const char *name;

	for (; *words && **words == '-'; words++)
		if (strcmp(*words, "--print-chain") == 0)
			print = true;
		else if (strcmp(*words, "--tty") == 0 || strcmp(*words, "-t") == 0 ||
			 strcmp(*words, "-it") == 0 || strcmp(*words, "-ti") == 0)
			tty = true;
		else if (strcmp(*words, "-i") != 0 && strcmp(*words, "--interactive") != 0)
			die("exec takes -t, -i and --print-chain before the name, not '%s'; for "
			    "variables, a directory or a user:  exec NAME -- env NAME=VALUE "
			    "PROGRAM, env -C DIR PROGRAM, setpriv --reuid UID PROGRAM",
			    *words);
	name = *words;
	if (!name)
		die("exec takes a name and a program:  compose-run exec NAME -- PROGRAM [ARG]...");
	words++;
	if (*words && strcmp(*words, "--") == 0)
		words++;
	if (!*words)
		die("exec takes a program:  compose-run exec %s -- PROGRAM [ARG]...", name);
	find_running(name, &stored);
	if (!print && is_frozen(&stored))
		die("the container '%s' is paused, and what is run in it would be, too; first:  "
		    "compose-run unpause %s",
		    name, name);
	enter_compile(&stored, words, &chain);
	if (print) {
		run_print(&chain);
		exit(0);
	}
	sealed_again(argv);
	if (tty)
		run_on_pty();
	run_chain(&chain, false);
}

/* Options that docker has for these words, and what to do instead. */
static void refuse_option(const char *word, const char *option)
{
	static const char *const instead[][2] = {
		{ "rm", "what runs is stopped first:  compose-run stop NAME; compose-run rm NAME" },
		{ "stop",
		  "10 seconds are between SIGTERM and SIGKILL; for another signal or time:  "
		  "kill -SIGNAL PID, of  compose-run list" },
		{ "logs", "to follow it:  compose-run attach NAME, with -d -t, or tail(1) on its "
			  "file, log, where compose-run(1) says under FILES" },
		{ "attach", "^P ^Q leaves it" },
	};

	if (*option != '-')
		return;
	for (size_t i = 0; i < sizeof(instead) / sizeof(*instead); i++)
		if (strcmp(word, instead[i][0]) == 0)
			die("%s takes no options but names, and not '%s': %s", word, option,
			    instead[i][1]);
	die("%s takes no options but names, and not '%s'", word, option);
}

/* One after the other, each in a process of its own: what is wrong with one does
 * not keep the others. Returns the exit status. */
static int manage_each(void (*each)(const char *name), char *names[])
{
	int result = 0;

	for (; *names; names++) {
		int status = 0;
		pid_t child = fork();

		if (child < 0)
			die_errno("cannot fork");
		if (child == 0) {
			each(*names);
			_exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
		}
		while (waitpid(child, &status, 0) < 0)
			if (errno != EINTR)
				die_errno("cannot wait for what is done about '%s'", *names);
		if (status != 0)
			result = EXIT_TOOL_FAILED;
	}
	return result;
}

void manage(int argc, char *argv[])
{
	static const struct {
		const char *word;
		void (*each)(const char *name);
	} commands[] = {
		{ "logs", logs },	{ "wait", wait_for },	{ "stop", stop },
		{ "pause", pause_one }, { "unpause", unpause }, { "rm", remove_one },
		{ "attach", attach },
	};

	if (argc < 2)
		return;
	if (strcmp(argv[1], "hooks") == 0)
		exit(hooks_main(argc, argv));
	if (strcmp(argv[1], "process") == 0)
		exit(process_main(argc, argv));
	if (strcmp(argv[1], "time") == 0)
		exit(time_main(argc, argv));
	if (strcmp(argv[1], "exec") == 0)
		execute(argv);
	if (strcmp(argv[1], "list") == 0) {
		list(argv + 2);
		exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(argv[1], commands[i].word) != 0)
			continue;
		if (argc < 3)
			die("%s takes the names of containers; see  compose-run list", argv[1]);
		for (int j = 2; j < argc; j++)
			refuse_option(argv[1], argv[j]);
		if (argc > 3)
			exit(manage_each(commands[i].each, argv + 2));
		commands[i].each(argv[2]);
		exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
	}
}
