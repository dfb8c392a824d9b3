/* compose-run hooks: programs that a config.json wants run at certain moments, a
 * link of a chain that stands in up to three places.
 *
 *	compose-run hooks --id ...	outside, before all that makes the container
 *	cgroup ... ns-mnt ...
 *	compose-run hooks --created	all is made, and the root is still outside's
 *	chroot --pivot ... capdrop ... lsm ...
 *	compose-run hooks --starting	the program is executed next
 *
 * A process that has entered the namespaces of a container can't leave them. So
 * the hooks for outside (prestart, createRuntime, poststart) are run by a process
 * that has stayed there: the first link forks it, and the others ask it, over a
 * socket. Those for inside (createContainer, startContainer) the links run
 * themselves. The first link also stands behind the whole chain, as cgroup does;
 * when that has ended, however it did, it runs the poststop hooks.
 *
 * Each hook finds the state of the container in JSON on its input. When one
 * fails before the program runs, the program does not run.
 * Needs no privilege of its own.
 * Read on: the runtime-spec's config.md, "POSIX-platform Hooks", and runtime.md. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "link.h"
#include "link_hooks.h"
#include "memory.h"
#include "message.h"
#include "number.h"
#include "option.h"
#include "paste.h"
#include "step.h"
#include "supervise.h"
#include "why.h"

static const char usage[] =
	"Usage: compose-run hooks [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run the hooks of an OCI bundle at their moments. A link, as the ten tools are: the\n"
	"first one stays outside and runs those for there; with --created, before chroot,\n"
	"and --starting, before the program, it asks the first, and runs those for inside.\n"
	"\n"
	"      --fd N                 the descriptor over which they talk\n"
	"      --created              all is made. --last: no link behind asks again\n"
	"      --starting             the program is executed next\n"
	"      --id ID --bundle DIR --oci-version VERSION --annotations JSON\n"
	"                             what the state says that each gets on its input\n"
	"      --prestart HOOK        (can be repeated, as all of these) before chroot,\n"
	"      --createRuntime HOOK   outside\n"
	"      --createContainer HOOK before chroot, inside; with --created\n"
	"      --startContainer HOOK  behind all links, inside; with --starting\n"
	"      --poststart HOOK       when the program has begun, outside\n"
	"      --poststop HOOK        when all is gone, outside\n"
	"  -x, --explain   -n, --dry-run   -h, --help   -V, --version\n"
	"\n"
	"Example:  compose-run hooks --poststop '{\"path\": \"/bin/cat\"}' -- echo running\n";

enum { PRESTART, CREATE_RUNTIME, CREATE_CONTAINER, START_CONTAINER, POSTSTART, POSTSTOP, MOMENTS };

static const struct {
	const char *name, *status;
	bool only_warns; /* when it fails */
} moments[MOMENTS] = {
	[PRESTART] = { "prestart", "creating", false },
	[CREATE_RUNTIME] = { "createRuntime", "creating", false },
	[CREATE_CONTAINER] = { "createContainer", "creating", false },
	[START_CONTAINER] = { "startContainer", "created", false },
	[POSTSTART] = { "poststart", "running", true },
	[POSTSTOP] = { "poststop", "stopped", true },
};

enum { FD = OPTION_OWN, CREATED, STARTING, LAST, ID, BUNDLE, VERSION_OPTION, ANNOTATIONS, FIRST };

static const struct option table[] = {
	{ "fd", required_argument, NULL, FD },
	{ "created", no_argument, NULL, CREATED },
	{ "starting", no_argument, NULL, STARTING },
	{ "last", no_argument, NULL, LAST },
	{ "id", required_argument, NULL, ID },
	{ "bundle", required_argument, NULL, BUNDLE },
	{ "oci-version", required_argument, NULL, VERSION_OPTION },
	{ "annotations", required_argument, NULL, ANNOTATIONS },
	{ "prestart", required_argument, NULL, FIRST + PRESTART },
	{ "createRuntime", required_argument, NULL, FIRST + CREATE_RUNTIME },
	{ "createContainer", required_argument, NULL, FIRST + CREATE_CONTAINER },
	{ "startContainer", required_argument, NULL, FIRST + START_CONTAINER },
	{ "poststart", required_argument, NULL, FIRST + POSTSTART },
	{ "poststop", required_argument, NULL, FIRST + POSTSTOP },
	COMMON_OPTIONS,
};

struct plan {
	bool created, starting, last;
	int fd; /* -1: nobody asks */
	const char *id, *bundle, *version, *annotations;
	struct hook *hooks[MOMENTS];
	size_t counts[MOMENTS];
	json_t *state;	/* what stays of it */
	sigset_t mask;	/* the hooks' blocked signals: ours, before we supervise */
	pid_t listener; /* who answers */
	int inner;	/* its other end */
};

/* ---- the hooks of one moment ---- */

/* What was tried last, for the message. */
static struct {
	const struct hook *hook;
	const char *state;
} tried;

/* The words of a list, as one types them, behind `line`, which is freed. */
static char *add_typed(char *line, char *const words[])
{
	for (; *words; words++) {
		char *word = paste_word(*words), *longer = print_text("%s %s", line, word);

		free(word);
		free(line);
		line = longer;
	}
	return line;
}

static bool decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	char *path[] = { (char *)tried.hook->path, NULL }, *input, *line;

	(void)error, (void)state, (void)argument;
	if (strncmp(call, "hook_run(", 9) != 0 || !*hook_failure())
		return false;
	input = paste_word(tried.state);
	line = add_typed(print_text("echo %s | env -i", input), tried.hook->env);
	line = add_typed(add_typed(line, path), tried.hook->args + 1);
	if (strlen(line) < 900)
		FIX("run it by hand:  %.900s", line);
	free(line);
	free(input);
	return REASON("HOOK-FAILED", "https://github.com/opencontainers/runtime-spec",
		      "%s; so the program is not run", hook_failure());
}

/* Runs one whose failure changes nothing. */
static int hook_try(const char *moment, const struct hook *hook, const char *state,
		    const sigset_t *mask, const char *directory)
{
	if (hook_run(hook, state, mask, directory) != 0)
		note("the %s hook %s did not go well: %s", moment, hook->path,
		     *hook_failure() ? hook_failure() : errno_text(errno));
	return 0;
}

static void run_all(const struct plan *plan, int moment, pid_t pid, const char *directory)
{
	const char *name = moments[moment].name;
	char *state = plan->counts[moment]
			      ? hooks_state_text(plan->state, moments[moment].status, pid)
			      : NULL;
	const sigset_t *mask = &plan->mask;

	failing = (struct failing){ decide, NULL, NULL };
	for (size_t i = 0; i < plan->counts[moment]; i++) {
		const struct hook *hook = &plan->hooks[moment][i];

		tried.hook = hook;
		tried.state = state;
		if (moments[moment].only_warns)
			STEP(hook_try(name, hook, state, mask, directory), "run the %s hook %s",
			     name, hook->path);
		else
			STEP(hook_run(hook, state, mask, directory), "run the %s hook %s", name,
			     hook->path);
	}
	failing = (struct failing){ NULL, NULL, NULL };
	free(state);
}

/* For --explain. */
static void look(char *text, size_t size)
{
	snprintf(text, size, "%u hooks have run here", hook_count());
}

/* ---- outside ---- */

/* Until the program runs, answers those inside. */
static _Noreturn void listen_to_links(const struct plan *plan, int fd)
{
	char *answer = json_dumps(plan->state, 0), byte, what;
	bool created = false;
	ssize_t got;
	pid_t pid;
	int pipe;

	do {
		what = hooks_hear(fd, &pid, &pipe);
		if ((what == HOOKS_CREATED || what == HOOKS_LAST) && !created) {
			created = true;
			run_all(plan, PRESTART, pid, plan->bundle);
			run_all(plan, CREATE_RUNTIME, pid, plan->bundle);
		} else if (what == HOOKS_STARTING && pipe >= 0) {
			/* It ends when the program is executed; before that a byte
			 * says that it could not be. */
			while ((got = read(pipe, &byte, 1)) < 0 && errno == EINTR)
				;
			if (got == 0)
				run_all(plan, POSTSTART, pid, plan->bundle);
			_Exit(0);
		} else if (what != HOOKS_STATE) {
			_Exit(0);
		}
	} while (answer && hooks_answer(fd, answer) == 0 && what != HOOKS_LAST);
	_Exit(0);
}

static void start_listener(struct plan *plan)
{
	int ends[2] = { -1, -1 }, on = 1;
	pid_t parent = getpid();

	STEP(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
	     "make a socket to the links inside");
	STEP(setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)),
	     "be told who speaks there");
	plan->listener = STEP(fork(), "fork who stays outside for the hooks");
	if (plan->listener == 0) {
		close(ends[1]);
		STEP(prctl(PR_SET_PDEATHSIG, SIGKILL), "ask to be killed with the supervisor");
		/* Had it died before that, we would not have been told. */
		if (getppid() != parent)
			_Exit(EXIT_TOOL_FAILED);
		listen_to_links(plan, ends[0]);
	}
	if (dry_run) {
		/* In a dry run nobody talks, but chroot looks for the number. */
		ends[0] = -1;
		ends[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	close(ends[0]);
	/* Open over all links that are executed, and no longer. */
	if ((ends[1] == plan->fd ? fcntl(plan->fd, F_SETFD, 0) : dup2(ends[1], plan->fd)) < 0)
		die_errno("cannot pass descriptor %d on", plan->fd);
	if (ends[1] != plan->fd)
		close(ends[1]);
	plan->inner = plan->fd;
}

/* When the chain has ended, in the supervisor. */
static void end(void *argument)
{
	struct plan *plan = argument;

	/* We hold the other end as well: nobody speaks any more. A poststart hook
	 * is waited for. */
	if (plan->inner >= 0)
		close(plan->inner);
	while (plan->listener > 0 && waitpid(plan->listener, NULL, 0) < 0 && errno == EINTR)
		;
	run_all(plan, POSTSTOP, 0, plan->bundle);
}

static void stay_outside(struct plan *plan)
{
	struct supervisor supervisor = { .cgroup = -1, .ended = end, .argument = plan };

	plan->state = hooks_state(plan->version, plan->id, plan->bundle, plan->annotations);
	if (plan->fd >= 0)
		start_listener(plan);
	for (int moment = 0; dry_run && moment < MOMENTS; moment++)
		run_all(plan, moment, 0, NULL);
	supervise(&supervisor);
}

/* ---- inside ---- */

static void ask(struct plan *plan, char what)
{
	char *answer = NULL;

	if (dry_run)
		answer = copy_text("{}");
	else
		answer = hooks_ask(plan->fd, what);
	if (!answer)
		die("the program is not run, since the hooks outside did not all go well");
	plan->state = json_loads(answer, 0, NULL);
	if (!plan->state)
		die("descriptor %d does not lead to 'compose-run hooks' outside", plan->fd);
	free(answer);
}

/* The end of a pipe to the listener, and who else wants to know. */
static int starting_pipe = -1;
static void (*told_before)(void);

/* As exec_failed wants it (chain.h). */
static void tell_failure(void)
{
	if (write(starting_pipe, "f", 1) != 1)
		note("nobody outside hears that the program could not be executed");
	if (told_before)
		told_before();
}

static void start(struct plan *plan)
{
	ask(plan, HOOKS_STATE);
	/* A hook is a program of the image, and we are not yet: it is not to look
	 * into us, trace us, or write to our file (CVE-2019-5736). For the program,
	 * exec puts this back. */
	STEP(prctl(PR_SET_DUMPABLE, 0), "let nobody look into this process");
	run_all(plan, START_CONTAINER, getpid(), NULL);
	starting_pipe = STEP(hooks_say_starting(plan->fd), "say that the program is next");
	if (!dry_run) {
		close(plan->fd);
		told_before = exec_failed;
		exec_failed = tell_failure;
	}
}

static void setup(struct plan *plan)
{
	step_watch(look);
	sigprocmask(SIG_SETMASK, NULL, &plan->mask);
	if (plan->created) {
		ask(plan, plan->last ? HOOKS_LAST : HOOKS_CREATED);
		run_all(plan, CREATE_CONTAINER, getpid(), NULL);
	} else if (plan->starting) {
		start(plan);
	} else {
		stay_outside(plan);
	}
}

static void add_hook(struct plan *plan, int moment, const char *text)
{
	size_t count = plan->counts[moment]++;

	plan->hooks[moment] = resize(plan->hooks[moment], count + 1, sizeof(*plan->hooks[moment]));
	hook_read(moments[moment].name, text, &plan->hooks[moment][count]);
}

static int read_fd(const char *text)
{
	unsigned long long number;

	if (!parse_number(text, 9999, &number) || number < 3)
		die("--fd takes the number of a descriptor from 3 on, and not '%s'", text);
	return (int)number;
}

/* Whether what was asked for is of this place. */
static void check(const struct plan *plan)
{
	bool inside = plan->created || plan->starting;

	if (plan->created && plan->starting)
		die("--created comes before chroot, --starting before the program: two links");
	if (plan->last && !plan->created)
		die("--last goes with --created");
	if (inside && (plan->id || plan->bundle || plan->version || plan->annotations))
		die("what the state says is known to the link outside");
	if (inside && (plan->fd < 0 || (!dry_run && fcntl(plan->fd, F_GETFD) < 0)))
		die("--fd takes the descriptor that 'compose-run hooks --fd N' outside has opened");
	for (int moment = 0; moment < MOMENTS; moment++)
		if (plan->counts[moment] && (plan->created != (moment == CREATE_CONTAINER) ||
					     plan->starting != (moment == START_CONTAINER)))
			die("--%s does not go with this link; see 'compose-run hooks --help'",
			    moments[moment].name);
	if (!inside && plan->fd < 0 &&
	    plan->counts[PRESTART] + plan->counts[CREATE_RUNTIME] + plan->counts[POSTSTART])
		die("these hooks are run when a link inside asks for them: give --fd, and put "
		    "'compose-run hooks --created' before chroot");
	if (plan->bundle && *plan->bundle != '/')
		die("--bundle takes an absolute path here");
}

int hooks_main(int argc, char *argv[])
{
	struct plan plan = { .fd = -1, .inner = -1 };
	int c;

	tool_start("compose-run hooks", usage, argv);
	while ((c = next_option(argc - 1, argv + 1, "", table)) != -1)
		switch (c) {
		case FD: plan.fd = read_fd(optarg); break;
		case CREATED: plan.created = true; break;
		case STARTING: plan.starting = true; break;
		case LAST: plan.last = true; break;
		case ID: plan.id = optarg; break;
		case BUNDLE: plan.bundle = optarg; break;
		case VERSION_OPTION: plan.version = optarg; break;
		case ANNOTATIONS: plan.annotations = optarg; break;
		default: add_hook(&plan, c - FIRST, optarg); break;
		}
	check(&plan);
	link_ready();
	setup(&plan);
	exec_next(argv + 1 + optind);
}
