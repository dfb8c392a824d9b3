/* options.c: from the command line, worded as for docker run, to a config. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "memory.h"
#include "message.h"
#include "option.h"
#include "options.h"
#include "step.h"

static const char usage[] =
	"Usage: compose-run [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM (sh) in a container with all layers, by chaining the ten tools, with\n"
	"the options of docker run; the root is the machine's, read-only, or --rootfs.\n"
	"\n"
	"  --rootfs DIR[:rw]      the root directory; writes are thrown away without :rw\n"
	"  --read-only            no writes to it at all\n"
	"  -v, --volume SRC:DST[:ro]   --tmpfs DST[:OPTION,...]   mounts\n"
	"  -u, --user U[:G]   -w, --workdir DIR   -e, --env NAME[=VALUE]  --hostname NAME\n"
	"  --memory SIZE   --cpus N   --pids-limit N   limits\n"
	"  --cap-add CAP   --cap-drop CAP|ALL          more or fewer than Docker's 14\n"
	"  --security-opt seccomp=FILE|unconfined|apparmor=NAME|label=CONTEXT|\n"
	"                         no-new-privileges[=false]\n"
	"  --network none|host   --pid host   --ipc host   --uts host   --userns host\n"
	"  --cgroupns host        share with the machine instead of a new namespace\n"
	"  -t, --tty   --init     a terminal of its own; an init, which passes signals on\n"
	"  --without LAYER,...    leave out layers, by the names of their tools\n"
	"  --print-chain   --chain   --step   print the links; run them as programs of\n"
	"                         their own; ask before each one\n"
	"  -d, --detach   --name NAME   --rm   go on without us; then:  compose-run list,\n"
	"                         logs|wait|stop|pause|unpause|rm NAME, exec NAME PROGRAM\n"
	"  --compare PID [PID]   --json   --draw PID|--   beside ours; as a picture\n"
	"  --check   -x, --explain   -n, --dry-run   -h, --help   -V, --version\n"
	"\n"
	"Example, as any user:  compose-run -- sh -c 'hostname; ps'\n";

enum {
	ROOTFS = OPTION_OWN,
	READ_ONLY,
	TMPFS,
	HOSTNAME,
	MEMORY,
	CPUS,
	PIDS_LIMIT,
	CAP_ADD,
	CAP_DROP,
	SECURITY_OPT,
	NETWORK,
	PID,
	IPC,
	UTS,
	USERNS,
	CGROUPNS,
	INIT,
	WITHOUT,
	PRINT_CHAIN,
	CHAIN,
	STEP_THROUGH,
	RM,
	NAME,
	COMPARE,
	DRAW,
	JSON
};

static const struct option table[] = {
	{ "rootfs", required_argument, NULL, ROOTFS },
	{ "read-only", no_argument, NULL, READ_ONLY },
	{ "volume", required_argument, NULL, 'v' },
	{ "tmpfs", required_argument, NULL, TMPFS },
	{ "user", required_argument, NULL, 'u' },
	{ "workdir", required_argument, NULL, 'w' },
	{ "env", required_argument, NULL, 'e' },
	{ "hostname", required_argument, NULL, HOSTNAME },
	{ "memory", required_argument, NULL, MEMORY },
	{ "cpus", required_argument, NULL, CPUS },
	{ "pids-limit", required_argument, NULL, PIDS_LIMIT },
	{ "cap-add", required_argument, NULL, CAP_ADD },
	{ "cap-drop", required_argument, NULL, CAP_DROP },
	{ "security-opt", required_argument, NULL, SECURITY_OPT },
	{ "network", required_argument, NULL, NETWORK },
	{ "pid", required_argument, NULL, PID },
	{ "ipc", required_argument, NULL, IPC },
	{ "uts", required_argument, NULL, UTS },
	{ "userns", required_argument, NULL, USERNS },
	{ "cgroupns", required_argument, NULL, CGROUPNS },
	{ "init", no_argument, NULL, INIT },
	{ "without", required_argument, NULL, WITHOUT },
	{ "print-chain", no_argument, NULL, PRINT_CHAIN },
	{ "chain", no_argument, NULL, CHAIN },
	{ "step", no_argument, NULL, STEP_THROUGH },
	{ "detach", no_argument, NULL, 'd' },
	{ "rm", no_argument, NULL, RM },
	{ "tty", no_argument, NULL, 't' },
	{ "name", required_argument, NULL, NAME },
	{ "compare", required_argument, NULL, COMPARE },
	{ "draw", required_argument, NULL, DRAW },
	{ "json", no_argument, NULL, JSON },
	COMMON_OPTIONS,
};

/* A path as it is outside, without symbolic links: the new root is put
 * together on another folder, and must not cover it. */
static char *outer_path(const char *path, const char *option)
{
	char *real = realpath(path, NULL);

	if (!real)
		die_errno("%s: cannot find '%s'", option, path);
	if (strchr(real, ','))
		die("%s: a path with a comma can't be mounted: '%s'", option, real);
	return real;
}

static void set_rootfs(struct config *config, char *value)
{
	size_t length = strlen(value);
	struct stat status;

	if (length > 3 && strcmp(value + length - 3, ":rw") == 0) {
		value[length - 3] = '\0';
		config->root.writable = true;
	}
	config->root.path = outer_path(value, "--rootfs");
	if (stat(config->root.path, &status) != 0 || !S_ISDIR(status.st_mode))
		die("--rootfs takes a folder, and '%s' is none", value);
	if (strchr(config->root.path, ':'))
		die("--rootfs: a folder with a colon in its name can't be a layer: '%s'",
		    config->root.path);
	if (strcmp(config->root.path, "/") == 0)
		die("--rootfs / is what you get without --rootfs");
}

static void add_mount(struct config *config, struct config_mount mount)
{
	if (*mount.target != '/' || strchr(mount.target, ','))
		die("a mount point is an absolute path inside, without commas, not '%s'",
		    mount.target);
	config->mounts = resize(config->mounts, config->mount_count + 1, sizeof(mount));
	config->mounts[config->mount_count++] = mount;
}

static void add_volume(struct config *config, char *value)
{
	struct config_mount mount = { .source = value };
	char *mode;

	mount.target = strchr(value, ':');
	if (!mount.target || mount.target == value || !mount.target[1])
		die("--volume takes SRC:DST[:ro], not '%s'", value);
	*mount.target++ = '\0';
	mode = strchr(mount.target, ':');
	if (mode) {
		*mode++ = '\0';
		mount.read_only = strcmp(mode, "ro") == 0;
		if (!mount.read_only && strcmp(mode, "rw") != 0)
			die("--volume SRC:DST ends in :ro or :rw, not ':%s'", mode);
	}
	if (!strchr(value, '/'))
		die("--volume: there are no named volumes; for the folder '%s' write ./%s:%s",
		    value, value, mount.target);
	mount.source = outer_path(value, "--volume");
	add_mount(config, mount);
}

static void add_tmpfs(struct config *config, char *value)
{
	struct config_mount mount = { .target = value };
	char *options = strchr(value, ':'), *all;

	if (options)
		*options++ = '\0';
	/* As docker does: nothing to execute there, unless asked for. */
	all = print_text("noexec%s%s", options ? "," : "", options ? options : "");
	mount.options = all;
	add_mount(config, mount);
}

static void add_env(struct config *config, const char *value)
{
	const char *set;

	if (*value == '=')
		die("--env takes NAME=VALUE or NAME, not '%s'", value);
	if (strchr(value, '='))
		words_add(&config->process.env, "%s", value);
	else if ((set = getenv(value)))
		words_add(&config->process.env, "%s=%s", value, set);
}

static void set_security(struct config *config, const char *value)
{
	const char *setting = strchr(value, '=');

	setting = setting ? setting + 1 : "";
	if (strncmp(value, "seccomp=", 8) == 0 && *setting)
		config->linux_.seccomp = strcmp(setting, "unconfined") == 0
						 ? setting
						 : outer_path(setting, "--security-opt seccomp");
	else if (strncmp(value, "apparmor=", 9) == 0 && *setting)
		config->process.apparmor = setting;
	else if (strncmp(value, "label=", 6) == 0 && *setting)
		config->process.selinux = setting;
	else if (strcmp(value, "no-new-privileges") == 0 ||
		 strcmp(value, "no-new-privileges=true") == 0 ||
		 strcmp(value, "no-new-privileges=false") == 0) {
		config->process.new_privileges = strcmp(setting, "false") == 0;
		config->process.no_new_privileges = !config->process.new_privileges;
	} else
		die("--security-opt takes seccomp=FILE|unconfined, apparmor=NAME, label=CONTEXT or "
		    "no-new-privileges[=false], not '%s'",
		    value);
}

/* "host", or the word that stands for a namespace of its own. */
static bool is_host(const char *option, const char *value, const char *own)
{
	if (strcmp(value, "host") == 0)
		return true;
	if (strcmp(value, own) != 0)
		die("%s takes %s or host, not '%s'", option, own, value);
	return false;
}

static void add_without(struct config *config, char *list)
{
	char *save = NULL;

	for (char *layer = strtok_r(list, ",", &save); layer; layer = strtok_r(NULL, ",", &save)) {
		const char *close = closest(layer, tool_names);

		if (!close || strcmp(close, layer) != 0)
			die("--without: there is no layer '%s'%s%s%s", layer,
			    close ? "; did you mean " : "", close ? close : "", close ? "?" : "");
		words_add(&config->without, "%s", layer);
	}
}

void options_read(int argc, char *argv[], struct config *config, struct request *request)
{
	int c;

	memset(config, 0, sizeof(*config));
	memset(request, 0, sizeof(*request));
	tool_start("compose-run", usage, argv);
	while ((c = next_option(argc, argv, "dtv:u:w:e:", table)) != -1)
		switch (c) {
		case ROOTFS: set_rootfs(config, optarg); break;
		case READ_ONLY: config->root.readonly = true; break;
		case 'v': add_volume(config, optarg); break;
		case TMPFS: add_tmpfs(config, optarg); break;
		case 'u': config->process.user = optarg; break;
		case 'w':
			if (*optarg != '/')
				die("--workdir takes an absolute path inside, not '%s'", optarg);
			config->process.cwd = optarg;
			break;
		case 'e': add_env(config, optarg); break;
		case HOSTNAME: config->hostname = optarg; break;
		case MEMORY: config->linux_.memory = optarg; break;
		case CPUS: config->linux_.cpus = optarg; break;
		case PIDS_LIMIT: config->linux_.pids = optarg; break;
		case CAP_ADD: words_add(&config->process.cap_add, "%s", optarg); break;
		case CAP_DROP: words_add(&config->process.cap_drop, "%s", optarg); break;
		case SECURITY_OPT: set_security(config, optarg); break;
		case NETWORK:
			config->linux_.host_network = is_host("--network", optarg, "none");
			break;
		case PID: config->linux_.host_pid = is_host("--pid", optarg, "private"); break;
		case IPC: config->linux_.host_ipc = is_host("--ipc", optarg, "private"); break;
		case UTS: config->linux_.host_uts = is_host("--uts", optarg, "private"); break;
		case USERNS:
			config->linux_.host_user = is_host("--userns", optarg, "private");
			break;
		case CGROUPNS:
			config->linux_.host_cgroup = is_host("--cgroupns", optarg, "private");
			break;
		case INIT: config->init = true; break;
		case WITHOUT: add_without(config, optarg); break;
		case PRINT_CHAIN: request->print = true; break;
		case CHAIN: request->separate = true; break;
		case STEP_THROUGH: request->step = true; break;
		case 'd': request->detach = true; break;
		case 't': request->tty = true; break;
		case RM: request->remove = true; break;
		case NAME: request->name = optarg; break;
		case COMPARE: request->compare = optarg; break;
		case DRAW: request->draw = optarg; break;
		case JSON: request->json = true; break;
		}
	if (config->hostname && config->linux_.host_uts)
		die("--hostname does not go with --uts host: it would rename the machine");
	if (config->root.writable && config->root.readonly)
		die("--rootfs %s:rw and --read-only exclude each other", config->root.path);
	if (request->step && request->separate)
		die("--step stops between the links of this process, and --chain makes programs of "
		    "them");
	if (request->detach && (request->separate || request->step))
		die("-d goes on behind the launcher's back, so it does not go with --chain or --step");
	if (request->tty && request->detach)
		die("-t carries keys and output between two terminals, and with -d nobody is there");
	if (request->name && !request->detach)
		die("--name is what a container is found by that goes on: use it with -d");
	if (request->json && !request->compare)
		die("--json goes with --compare");
	request->check = check_wanted;
	config->process.args = argv + optind;
	if (argv[optind] && !*argv[optind])
		die("the program's name is empty");
}
