/* options.c: from the command line, worded as for docker run, to a config. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "docker.h"
#include "environment.h"
#include "message.h"
#include "mounts.h"
#include "number.h"
#include "option.h"
#include "options.h"
#include "sysctls.h"
#include "ulimits.h"

/* As many as chroot --keep-fd may be given, but for the seccomp profile. */
#define PRESERVE_MAX 60

static const char usage[] =
	"Usage: compose-run [OPTION]... [--] [PROGRAM [ARG]...]\n"
	"Run PROGRAM (sh) in a container with all layers, by chaining the ten tools, with\n"
	"the options of docker run: see compose-run(1). The root is the machine's own.\n"
	"\n"
	"  --rootfs DIR[:rw]   --overlay [LOWER[:LOWER...]:]DST   --read-only\n"
	"  -v, --volume SRC:DST[:ro]   --mount type=TYPE,...   --tmpfs DST[:OPTION,...]\n"
	"  --device HOST[:DST]   --privileged   --ulimit NAME=SOFT[:HARD]\n"
	"  -u, --user U[:G]   -w, --workdir DIR   -e, --env NAME[=VALUE]\n"
	"  --env-file FILE   --hostname NAME   --domainname NAME   --sysctl KEY=VALUE\n"
	"  -m, --memory SIZE   --memory-swap SIZE   --cpus N   --cpuset-cpus LIST\n"
	"  --pids-limit N   --cap-add CAP   --cap-drop CAP|ALL\n"
	"  --security-opt seccomp=FILE|apparmor=NAME|label=CONTEXT|no-new-privileges\n"
	"  --network none|host   --pid host   --ipc host   --uts host   --userns host\n"
	"  --cgroupns host   --without LAYER,...   share with the machine; leave out\n"
	"  -i, --interactive   -t, --tty   --init   --pid-file FILE   --preserve-fds N\n"
	"  -d, --detach   --name NAME   --rm   go on without us; then:  compose-run list,\n"
	"                 logs|wait|stop|pause|unpause|rm NAME, exec NAME PROGRAM\n"
	"  --bundle DIR   --emit-oci DIR   do as an OCI bundle says; write one, and stop\n"
	"  --print-chain   --chain   --step   print the links; as programs; ask for each\n"
	"  --compare PID [PID]   --json   --draw PID|--   beside ours; as a picture\n"
	"  --check   -x, --explain   -n, --dry-run   -h, --help   -V, --version\n"
	"\n"
	"Example, as any user:  compose-run -- sh -c 'hostname; ps'\n";

enum {
	ROOTFS = OPTION_OWN,
	READ_ONLY,
	TMPFS,
	HOSTNAME,
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
	BUNDLE,
	EMIT_OCI,
	NAME,
	COMPARE,
	DRAW,
	JSON,
	OVERLAY,
	MOUNT,
	DEVICE,
	PRIVILEGED,
	ULIMIT,
	ENV_FILE,
	DOMAINNAME,
	SYSCTL,
	MEMORY_SWAP,
	CPUSET_CPUS,
	RM,
	PID_FILE,
	PRESERVE_FDS
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
	{ "memory", required_argument, NULL, 'm' },
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
	{ "bundle", required_argument, NULL, BUNDLE },
	{ "emit-oci", required_argument, NULL, EMIT_OCI },
	{ "detach", no_argument, NULL, 'd' },
	{ "tty", no_argument, NULL, 't' },
	{ "name", required_argument, NULL, NAME },
	{ "compare", required_argument, NULL, COMPARE },
	{ "draw", required_argument, NULL, DRAW },
	{ "json", no_argument, NULL, JSON },
	{ "overlay", required_argument, NULL, OVERLAY },
	{ "mount", required_argument, NULL, MOUNT },
	{ "device", required_argument, NULL, DEVICE },
	{ "privileged", no_argument, NULL, PRIVILEGED },
	{ "ulimit", required_argument, NULL, ULIMIT },
	{ "env-file", required_argument, NULL, ENV_FILE },
	{ "domainname", required_argument, NULL, DOMAINNAME },
	{ "sysctl", required_argument, NULL, SYSCTL },
	{ "memory-swap", required_argument, NULL, MEMORY_SWAP },
	{ "cpuset-cpus", required_argument, NULL, CPUSET_CPUS },
	{ "interactive", no_argument, NULL, 'i' },
	{ "rm", no_argument, NULL, RM },
	{ "pid-file", required_argument, NULL, PID_FILE },
	{ "preserve-fds", required_argument, NULL, PRESERVE_FDS },
	COMMON_OPTIONS,
};

static char *find_file(const char *path, const char *option)
{
	char *real = realpath(path, NULL);

	if (!real)
		die_errno("%s: cannot find '%s'", option, path);
	return real;
}

static void set_security(struct config *config, const char *value)
{
	const char *setting = strchr(value, '=');

	setting = setting ? setting + 1 : "";
	if (strncmp(value, "seccomp=", 8) == 0 && *setting)
		config->linux_.seccomp = strcmp(setting, "unconfined") == 0
						 ? setting
						 : find_file(setting, "--security-opt seccomp");
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

/* In docker run, -1 is no limit. */
static char *limit_or_max(char *value)
{
	static char max[] = "max";

	return strcmp(value, "-1") == 0 ? max : value;
}

/* podman's and runc's: so many descriptors from 3 on are the program's, too. */
static unsigned read_preserve(const char *value)
{
	unsigned long long number;

	if (!parse_number(value, PRESERVE_MAX, &number))
		die("--preserve-fds takes a number from 0 to %d, not '%s'", PRESERVE_MAX, value);
	for (int fd = 3; fd < 3 + (int)number; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			die("--preserve-fds %s: descriptor %d is not open", value, fd);
	return (unsigned)number;
}

void options_read(int argc, char *argv[], struct config *config, struct request *request)
{
	static const struct config nothing;
	int c;

	memset(config, 0, sizeof(*config));
	memset(request, 0, sizeof(*request));
	tool_start("compose-run", usage, argv);
	tool_refuses(docker_instead);
	while ((c = next_option(argc, argv, "dtv:u:w:e:m:i", table)) != -1)
		switch (c) {
		case ROOTFS: mounts_set_rootfs(config, optarg); break;
		case READ_ONLY: config->root.readonly = true; break;
		case 'v': mounts_add_volume(config, optarg); break;
		case TMPFS: mounts_add_tmpfs(config, optarg); break;
		case 'u': config->process.user = optarg; break;
		case 'w':
			if (*optarg != '/')
				die("--workdir takes an absolute path inside, not '%s'", optarg);
			config->process.cwd = optarg;
			break;
		case 'e': environment_add(config, optarg); break;
		case HOSTNAME: config->hostname = optarg; break;
		case 'm': config->linux_.memory = optarg; break;
		case CPUS: config->linux_.cpus = optarg; break;
		case PIDS_LIMIT: config->linux_.pids = limit_or_max(optarg); break;
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
		case BUNDLE: request->bundle = optarg; break;
		case EMIT_OCI: request->emit = optarg; break;
		case 'd': request->detach = true; break;
		case 't': request->tty = true; break;
		case RM: request->remove = true; break;
		case NAME: request->name = optarg; break;
		case COMPARE: request->compare = optarg; break;
		case DRAW: request->draw = optarg; break;
		case JSON: request->json = true; break;
		case OVERLAY: mounts_add_overlay(config, optarg); break;
		case MOUNT: mounts_add_mount(config, optarg); break;
		case DEVICE: mounts_add_device(config, optarg); break;
		case PRIVILEGED: config->privileged = true; break;
		case ULIMIT: ulimits_add(&config->process.ulimits, optarg); break;
		case ENV_FILE: environment_add_file(config, optarg); break;
		case DOMAINNAME: config->domainname = optarg; break;
		case SYSCTL: sysctls_add(config, optarg); break;
		case MEMORY_SWAP: config->linux_.memory_swap = limit_or_max(optarg); break;
		case CPUSET_CPUS: config->linux_.cpuset = optarg; break;
		/* What docker run asks for with these is always so here: the
		 * program has our input, and nothing is kept. */
		case 'i': break;
		case PID_FILE: config->process.pid_file = optarg; break;
		case PRESERVE_FDS: config->process.preserve_fds = read_preserve(optarg); break;
		}
	if (request->bundle && memcmp(config, &nothing, sizeof(nothing)) != 0)
		die("--bundle: the config.json says all; an option that changes the container "
		    "does not go with it");
	if (config->root.writable && config->root.readonly)
		die("--rootfs %s:rw and --read-only exclude each other", config->root.path);
	if (request->separate)
		ulimits_check_separate(&config->process.ulimits);
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
