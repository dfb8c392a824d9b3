/* options.c: from the command line, worded as for docker run, to a config. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "docker.h"
#include "environment.h"
#include "memory.h"
#include "message.h"
#include "mounts.h"
#include "network.h"
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
	"  --network none|host|bridge|user   -p, --publish [ADDR:]PORT:PORT[/udp]\n"
	"  --ip ADDRESS   --dns ADDRESS   --pid host   --ipc host   --uts host\n"
	"  --userns host   --cgroupns host   --without LAYER,...   share; leave out\n"
	"  -i, --interactive   -t, --tty   --init   --pid-file FILE   --preserve-fds N\n"
	"  --name NAME   --rm   -d, --detach   go on without us; then:  compose-run list,\n"
	"            logs|attach|wait|stop|pause|unpause|rm NAME, exec [-t] NAME PROGRAM\n"
	"  --bundle DIR   --emit-oci DIR   do as an OCI bundle says; write one, and stop\n"
	"  --print-chain   --chain   --step   print the links; as programs; ask for each\n"
	"  --compare PID|NAME [PID|NAME]   --alike   --json   --draw PID|NAME|--   look\n"
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
	IP,
	DNS,
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
	ALIKE,
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
	{ "read-only", optional_argument, NULL, READ_ONLY },
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
	{ "publish", required_argument, NULL, 'p' },
	{ "ip", required_argument, NULL, IP },
	{ "dns", required_argument, NULL, DNS },
	{ "pid", required_argument, NULL, PID },
	{ "ipc", required_argument, NULL, IPC },
	{ "uts", required_argument, NULL, UTS },
	{ "userns", required_argument, NULL, USERNS },
	{ "cgroupns", required_argument, NULL, CGROUPNS },
	{ "init", optional_argument, NULL, INIT },
	{ "without", required_argument, NULL, WITHOUT },
	{ "print-chain", no_argument, NULL, PRINT_CHAIN },
	{ "chain", no_argument, NULL, CHAIN },
	{ "step", no_argument, NULL, STEP_THROUGH },
	{ "bundle", required_argument, NULL, BUNDLE },
	{ "emit-oci", required_argument, NULL, EMIT_OCI },
	{ "detach", optional_argument, NULL, 'd' },
	{ "tty", optional_argument, NULL, 't' },
	{ "name", required_argument, NULL, NAME },
	{ "compare", required_argument, NULL, COMPARE },
	{ "draw", required_argument, NULL, DRAW },
	{ "json", no_argument, NULL, JSON },
	{ "alike", no_argument, NULL, ALIKE },
	{ "overlay", required_argument, NULL, OVERLAY },
	{ "mount", required_argument, NULL, MOUNT },
	{ "device", required_argument, NULL, DEVICE },
	{ "privileged", optional_argument, NULL, PRIVILEGED },
	{ "ulimit", required_argument, NULL, ULIMIT },
	{ "env-file", required_argument, NULL, ENV_FILE },
	{ "domainname", required_argument, NULL, DOMAINNAME },
	{ "sysctl", required_argument, NULL, SYSCTL },
	{ "memory-swap", required_argument, NULL, MEMORY_SWAP },
	{ "cpuset-cpus", required_argument, NULL, CPUSET_CPUS },
	{ "interactive", optional_argument, NULL, 'i' },
	{ "rm", optional_argument, NULL, RM },
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

/* "type:svirt_apache_t" and the like, and not a whole context. */
static bool is_part_of_label(const char *value)
{
	static const char *const parts[] = {
		"user", "role", "type", "level", "filetype", "nested"
	};
	size_t length = strcspn(value, ":");

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strlen(parts[i]) == length && strncmp(value, parts[i], length) == 0)
			return true;
	return false;
}

/* What docker knows as well, and what to say of it. */
static void refuse_security(const char *name, const char *value)
{
	if (strcmp(name, "label") == 0)
		die("--security-opt label: '%s' is a part of a context, which Docker adds to its own; "
		    "here it is the whole one:  label=USER:ROLE:TYPE:LEVEL, or disable for none",
		    value);
	if (strcmp(name, "systempaths") == 0)
		die("--security-opt systempaths: without the masks in /proc and /sys a container is "
		    "--privileged; or take  --mask  and  --remount-ro  out of the ns-mnt of "
		    "--print-chain");
	if (strcmp(name, "writable-cgroups") == 0)
		die("--security-opt writable-cgroups: the cgroups can be written only with "
		    "--privileged; or put ,rw behind  dst=/sys/fs/cgroup  in the ns-mnt of "
		    "--print-chain");
}

/* NAME=VALUE, or as Docker also has it, NAME:VALUE. "unconfined" and "disable" are no
 * names of a profile or context, but say that there is none. */
static void set_security(struct config *config, const char *text)
{
	size_t length = strcspn(text, "=:");
	char *name = copy_part(text, length);
	const char *value = text[length] ? text + length + 1 : "";

	if (strcmp(name, "seccomp") == 0 && *value)
		config->linux_.seccomp =
			strcmp(value, "unconfined") == 0 || strcmp(value, "builtin") == 0
				? copy_text(value)
				: find_file(value, "--security-opt seccomp");
	else if (strcmp(name, "apparmor") == 0 && *value)
		config->process.apparmor = strcmp(value, "unconfined") == 0 ? NULL : value;
	else if (strcmp(name, "label") == 0 && strcmp(value, "disable") == 0)
		config->process.selinux = NULL;
	else if (strcmp(name, "label") == 0 && *value && !is_part_of_label(value))
		config->process.selinux = value;
	else if (strcmp(name, "no-new-privileges") == 0 &&
		 (!text[length] || strcmp(value, "true") == 0 || strcmp(value, "false") == 0)) {
		config->process.new_privileges = strcmp(value, "false") == 0;
		config->process.no_new_privileges = !config->process.new_privileges;
	} else {
		refuse_security(name, value);
		die("--security-opt takes seccomp=FILE|unconfined, apparmor=NAME|unconfined, "
		    "label=CONTEXT|disable or no-new-privileges[=false], not '%s'",
		    text);
	}
	free(name);
}

/* "host", or the word that stands for a namespace of its own. */
static bool is_host(const char *option, const char *value, const char *own)
{
	if (strcmp(value, "host") == 0)
		return true;
	if (strncmp(value, "container:", 10) == 0)
		die("%s: to run a program in a container that runs:  compose-run exec %s -- PROGRAM; "
		    "to share that namespace only, change the line of --print-chain:  ns-%s --join PID",
		    option, value + 10, strcmp(option, "--userns") == 0 ? "user" : option + 2);
	if (strcmp(value, own) != 0)
		die("%s takes %s or host, not '%s'", option, own, value);
	return false;
}

static void add_without(struct config *config, char *list)
{
	char *save = NULL;

	for (char *layer = strtok_r(list, ",", &save); layer; layer = strtok_r(NULL, ",", &save)) {
		const char *close = closest(layer, tool_names);

		if (!close)
			die("--without: there is no layer '%s'; they are called as the tools: cgroup, ns-user, "
			    "ns-pid, ns-uts, ns-ipc, ns-net, ns-mnt, chroot, capdrop, lsm",
			    layer);
		if (strcmp(close, layer) != 0)
			die("--without: there is no layer '%s'; did you mean %s?", layer, close);
		words_add(&config->without, "%s", layer);
	}
}

/* In docker run, -1 is no limit, and so is 0. */
static char *limit_or_max(char *value)
{
	static char max[] = "max";

	return strcmp(value, "-1") == 0 || strcmp(value, "0") == 0 ? max : value;
}

/* What docker has as its default, and so is as if it were not given. */
static char *limit_or_none(char *value)
{
	return strcmp(value, "0") == 0 ? NULL : value;
}

/* --rm=true, as docker has it: a truth value may stand behind the '='. */
static bool is_wanted(const char *option, const char *value)
{
	bool wanted = true;

	if (value && !parse_truth(value, &wanted))
		die("%s is true or false, not '%s'", option, value);
	return wanted;
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
	while ((c = next_option(argc, argv, "dtv:u:w:e:m:ip:", table)) != -1)
		switch (c) {
		case ROOTFS: mounts_set_rootfs(config, optarg); break;
		case READ_ONLY: config->root.readonly = is_wanted("--read-only", optarg); break;
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
		case 'm': config->linux_.memory = limit_or_none(optarg); break;
		case CPUS: config->linux_.cpus = limit_or_none(optarg); break;
		case PIDS_LIMIT: config->linux_.pids = limit_or_max(optarg); break;
		case CAP_ADD: words_add(&config->process.cap_add, "%s", optarg); break;
		case CAP_DROP: words_add(&config->process.cap_drop, "%s", optarg); break;
		case SECURITY_OPT: set_security(config, optarg); break;
		case NETWORK: network_set(config, optarg); break;
		case 'p': network_add_publish(config, optarg); break;
		case IP: network_set_ip(config, optarg); break;
		case DNS: network_add_dns(config, optarg); break;
		case PID: config->linux_.host_pid = is_host("--pid", optarg, "private"); break;
		case IPC: config->linux_.host_ipc = is_host("--ipc", optarg, "private"); break;
		case UTS: config->linux_.host_uts = is_host("--uts", optarg, "private"); break;
		case USERNS:
			config->linux_.host_user = is_host("--userns", optarg, "private");
			break;
		case CGROUPNS:
			config->linux_.host_cgroup = is_host("--cgroupns", optarg, "private");
			break;
		case INIT: config->init = is_wanted("--init", optarg); break;
		case WITHOUT: add_without(config, optarg); break;
		case PRINT_CHAIN: request->print = true; break;
		case CHAIN: request->separate = true; break;
		case STEP_THROUGH: request->step = true; break;
		case BUNDLE: request->bundle = optarg; break;
		case EMIT_OCI: request->emit = optarg; break;
		case 'd': request->detach = is_wanted("--detach", optarg); break;
		case 't': request->tty = is_wanted("--tty", optarg); break;
		case RM: request->remove = is_wanted("--rm", optarg); break;
		case NAME: request->name = optarg; break;
		case COMPARE: request->compare = optarg; break;
		case DRAW: request->draw = optarg; break;
		case JSON: request->json = true; break;
		case ALIKE: request->alike = true; break;
		case OVERLAY: mounts_add_overlay(config, optarg); break;
		case MOUNT: mounts_add_mount(config, optarg); break;
		case DEVICE: mounts_add_device(config, optarg); break;
		case PRIVILEGED: config->privileged = is_wanted("--privileged", optarg); break;
		case ULIMIT: ulimits_add(&config->process.ulimits, optarg); break;
		case ENV_FILE: environment_add_file(config, optarg); break;
		case DOMAINNAME: config->domainname = optarg; break;
		case SYSCTL: sysctls_add(config, optarg); break;
		case MEMORY_SWAP:
			config->linux_.memory_swap = limit_or_none(optarg);
			if (config->linux_.memory_swap)
				config->linux_.memory_swap = limit_or_max(optarg);
			break;
		case CPUSET_CPUS: config->linux_.cpuset = optarg; break;
		/* What docker run asks for with these is always so here: the
		 * program has our input, and nothing is kept. */
		case 'i': is_wanted("--interactive", optarg); break;
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
	if (request->name && (request->separate || request->step))
		die("--name takes this process to tell when the program begins, so it does not go "
		    "with --chain or --step");
	if ((request->json || request->alike) && !request->compare)
		die("%s goes with --compare", request->json ? "--json" : "--alike");
	request->check = check_wanted;
	config->process.args = argv + optind;
	if (argv[optind] && !*argv[optind])
		die("the program's name is empty");
}
