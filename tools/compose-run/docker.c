/* docker.c: the options of docker run that compose-run does not take, and what
 * to use in their place, or why there is nothing. The list is that of
 * `docker run --help`, version 28. An option that we learn leaves it. */
#include <string.h>

#include "docker.h"

/* What several of them have in common. */
#define NO_DAEMON "there is no service that keeps watch, "
#define NO_IMAGE "there are no images, only directories (--rootfs DIR), "
#define FOUR_ONLY                                                                                       \
	"--network bridge is of IPv4 only; change ns-net in the line of --print-chain:  ns-net --veth " \
	"OUTER --ip CIDR"
#define WINDOWS "is for Docker on Windows only"
#define DEVICE_LIMIT(knob)                                                           \
	"put a cgroup with that limit around it:  cgroup --set blkio.throttle." knob \
	"='MAJ:MIN N' "                                                              \
	"compose-run ... (v2: io.max)"

const struct docker_option docker_options[] = {
	{ "add-host", 0, "write the names to a file:  -v FILE:/etc/hosts:ro" },
	{ "annotation", 0, NO_DAEMON "so nobody could read a remark on a container" },
	{ "attach", 'a',
	  "PROGRAM has your input, output and messages already; redirect them in the shell" },
	{ "blkio-weight", 0,
	  "put a cgroup around it:  cgroup --set io.weight=N compose-run ... (v1: blkio.weight)" },
	{ "blkio-weight-device", 0,
	  "put a cgroup around it:  cgroup --set 'io.weight=MAJ:MIN N' compose-run ..." },
	{ "cgroup-parent", 0,
	  "start it from inside that cgroup:  cgroup --join PATH compose-run ..." },
	{ "cidfile", 0,
	  "a container has no id but the number of its first process:  --pid-file FILE" },
	{ "cpu-count", 0, WINDOWS "; --cpus N limits here" },
	{ "cpu-percent", 0, WINDOWS "; --cpus N limits here" },
	{ "cpu-period", 0, "period and quota are one number of CPUs here:  --cpus N" },
	{ "cpu-quota", 0, "period and quota are one number of CPUs here:  --cpus N" },
	{ "cpu-rt-period", 0,
	  "put a cgroup around it (v1 only):  cgroup --set cpu.rt_period_us=N compose-run ..." },
	{ "cpu-rt-runtime", 0,
	  "put a cgroup around it (v1 only):  cgroup --set cpu.rt_runtime_us=N compose-run ..." },
	{ "cpu-shares", 'c',
	  "put a cgroup around it:  cgroup --set cpu.weight=N compose-run ... (v1: cpu.shares)" },
	{ "cpuset-mems", 0,
	  "put a cgroup around it:  cgroup --set cpuset.mems=LIST compose-run ..." },
	{ "detach-keys", 0,
	  "compose-run attach is left by ^P ^Q; without -d, ^Z and fg work as for any program" },
	{ "device-cgroup-rule", 0,
	  "devices are let in one by one:  --device HOST[:DST]; for rules put a cgroup around it, as root:  "
	  "cgroup --deny-device a --allow-device 'c 1:3 rwm' compose-run ..." },
	{ "device-read-bps", 0, DEVICE_LIMIT("read_bps_device") },
	{ "device-read-iops", 0, DEVICE_LIMIT("read_iops_device") },
	{ "device-write-bps", 0, DEVICE_LIMIT("write_bps_device") },
	{ "device-write-iops", 0, DEVICE_LIMIT("write_iops_device") },
	{ "disable-content-trust", 0, NO_IMAGE "and nothing is downloaded" },
	{ "dns-option", 0, "write it to a file:  -v FILE:/etc/resolv.conf:ro" },
	{ "dns-opt", 0, "write it to a file:  -v FILE:/etc/resolv.conf:ro" },
	{ "dns-search", 0, "write it to a file:  -v FILE:/etc/resolv.conf:ro" },
	{ "entrypoint", 0, NO_IMAGE "so none has an entry point: name it as PROGRAM" },
	{ "expose", 0, "it only makes a remark in Docker, and opens nothing; leave it out" },
	{ "gpus", 0,
	  "let its devices in:  --device /dev/dri (or /dev/nvidia0, ...), and its libraries with -v" },
	{ "group-add", 0,
	  "change capdrop in the line of --print-chain:  capdrop --groups G,... ..." },
	{ "health-cmd", 0, NO_DAEMON "and nobody watches it; run the test yourself" },
	{ "health-interval", 0, NO_DAEMON "and nobody watches it" },
	{ "health-retries", 0, NO_DAEMON "and nobody watches it" },
	{ "health-start-interval", 0, NO_DAEMON "and nobody watches it" },
	{ "health-start-period", 0, NO_DAEMON "and nobody watches it" },
	{ "health-timeout", 0, NO_DAEMON "and nobody watches it" },
	{ "io-maxbandwidth", 0, WINDOWS },
	{ "io-maxiops", 0, WINDOWS },
	{ "ip6", 0, FOUR_ONLY },
	{ "isolation", 0, WINDOWS },
	{ "kernel-memory", 0,
	  "the kernel has no such limit any more (since 5.16); --memory counts it all" },
	{ "label", 'l', NO_DAEMON "so nobody could look for a label" },
	{ "label-file", 0, NO_DAEMON "so nobody could look for a label" },
	{ "link", 0,
	  "Docker itself has given it up; put both programs into one network:  ns-net --join PID" },
	{ "link-local-ip", 0, FOUR_ONLY },
	{ "log-driver", 0,
	  "output and messages go where yours go; with -d to one log:  compose-run logs NAME" },
	{ "log-opt", 0,
	  "output and messages go where yours go; with -d to one log:  compose-run logs NAME" },
	{ "mac-address", 0, "set it with ip(8) on the cable of ns-net --veth" },
	{ "memory-reservation", 0,
	  "put a cgroup around it:  cgroup --set memory.low=SIZE compose-run ... (v1: memory.soft_limit_in_bytes)" },
	{ "memory-swappiness", 0,
	  "put a cgroup around it (v1 only):  cgroup --set memory.swappiness=N compose-run ..." },
	{ "network-alias", 0,
	  "nobody looks names up for containers; write them to a file:  -v FILE:/etc/hosts:ro" },
	{ "net-alias", 0,
	  "nobody looks names up for containers; write them to a file:  -v FILE:/etc/hosts:ro" },
	{ "no-healthcheck", 0, "nothing is checked; leave it out" },
	{ "oom-kill-disable", 0,
	  "put a cgroup around it (v1 only):  cgroup --set memory.oom_control=1 compose-run ..." },
	{ "oom-score-adj", 0, "it is inherited:  choom -n N -- compose-run ..." },
	{ "platform", 0,
	  NO_IMAGE "of the machine's own kind; a kernel runs another's only with binfmt_misc" },
	{ "publish-all", 'P', NO_IMAGE "so none names its ports:  -p PORT:PORT for each" },
	{ "pull", 0, NO_IMAGE "and nothing is downloaded; lab/rootfs DIR makes a small one" },
	{ "quiet", 'q', NO_IMAGE "and nothing is downloaded; nothing but notes is said" },
	{ "restart", 0,
	  NO_DAEMON
	  "and nobody restarts it; in a shell:  until compose-run ...; do sleep 1; done" },
	{ "runtime", 0, "this is the runtime: a chain, which --print-chain shows" },
	{ "shm-size", 0, "put another file system there:  --tmpfs /dev/shm:size=SIZE,mode=1777" },
	{ "sig-proxy", 0,
	  "signals are always passed on; start it in the background for what is not meant to" },
	{ "stop-signal", 0,
	  "stop sends SIGTERM; for another:  kill -SIGNAL PID (compose-run list shows it)" },
	{ "stop-timeout", 0,
	  "stop waits for 10 seconds before SIGKILL; without -d:  timeout -k 10 TIME compose-run ..." },
	{ "storage-opt", 0,
	  "what is written to the root is in memory; limit it with --memory SIZE" },
	{ "use-api-socket", 0, "there is no daemon, so it has no socket" },
	{ "volume-driver", 0, "there are no named volumes, as nothing is kept:  -v DIR:DST" },
	{ "volumes-from", 0,
	  "name the directories again:  -v SRC:DST; or enter a running one:  ns-mnt --join PID" },
	{ NULL, 0, NULL }
};

const char *docker_instead(const char *option)
{
	size_t length = strcspn(option, "=");

	for (const struct docker_option *known = docker_options; known->name; known++)
		if (option[1] == '-' ? strlen(known->name) == length - 2 &&
					       strncmp(known->name, option + 2, length - 2) == 0
				     : known->letter && known->letter == option[1])
			return known->instead;
	return NULL;
}
