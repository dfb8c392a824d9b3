/* probe: print what a process is inside of, a fact on each line.
 *
 *	probe [NAMESPACES [ARG]...]
 *
 * NAMESPACES is the line that probe --host prints outside; with it, each
 * namespace is "the machine's" or "another". What differs from run to run (numbers of mounts, of
 * namespaces, of processes outside) is left out, so that two containers that
 * were set up alike give the same text. A static program: it runs in any root.
 *
 * When standard input is a pipe, it waits for its end before it goes. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const namespaces[] = { "cgroup",	      "ipc",  "mnt",  "net", "pid",
					  "pid_for_children", "time", "user", "uts" };
#define NAMESPACES (sizeof(namespaces) / sizeof(*namespaces))

static ssize_t slurp(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	*text = '\0';
	if (fd < 0)
		return -1;
	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	return (ssize_t)n;
}

static const char *link_of(const char *path)
{
	static char text[512];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	if (n < 0)
		return strerrorname_np(errno);
	text[n] = '\0';
	return text;
}

static void print_namespaces(bool raw, const char *host)
{
	for (size_t i = 0; i < NAMESPACES; i++) {
		char path[64], line[600];
		const char *ours;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespaces[i]);
		ours = link_of(path);
		if (raw) {
			printf("%s=%s;", namespaces[i], ours);
			continue;
		}
		snprintf(line, sizeof(line), "%s=%s;", namespaces[i], ours);
		printf("namespace %s: %s\n", namespaces[i],
		       !strchr(ours, '[')   ? ours
		       : strstr(host, line) ? "the machine's"
					    : "another");
	}
}

/* "strata-123-456", the name of a cgroup, without its numbers. */
static void hide_numbers(char *text)
{
	while ((text = strstr(text, "strata-"))) {
		char *to = text += strlen("strata-");
		size_t n = strspn(to, "0123456789-");

		memmove(to, to + n, strlen(to + n) + 1);
	}
}

static void print_file(const char *name, const char *path)
{
	static char text[65536];
	char *save = NULL;

	if (slurp(path, text, sizeof(text)) < 0) {
		printf("%s: %s\n", name, strerrorname_np(errno));
		return;
	}
	hide_numbers(text);
	if (!*text)
		printf("%s: empty\n", name);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		printf("%s: %s\n", name, line);
}

static void print_status(void)
{
	static const char *const lines[] = { "Umask",
					     "Uid",
					     "Gid",
					     "Groups",
					     "NSpid",
					     "Threads",
					     "SigBlk",
					     "SigIgn",
					     "SigCgt",
					     "CapInh",
					     "CapPrm",
					     "CapEff",
					     "CapBnd",
					     "CapAmb",
					     "NoNewPrivs",
					     "Seccomp",
					     "Seccomp_filters",
					     "Speculation_Store_Bypass",
					     "SpeculationIndirectBranch" };
	static char text[16384];
	char *save = NULL;

	slurp("/proc/self/status", text, sizeof(text));
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
			size_t n = strlen(lines[i]);

			if (strncmp(line, lines[i], n) != 0 || line[n] != ':')
				continue;
			/* Numbers outside are another each time. */
			if (strcmp(lines[i], "NSpid") == 0) {
				int levels = 0;

				for (char *c = line; *c; c++)
					levels += *c == '\t';
				printf("levels of process ids: %d\n", levels);
			} else {
				printf("%s\n", line);
			}
		}
}

/* mountinfo without the numbers of mounts, of devices, and of groups. */
static void print_mounts(void)
{
	static char text[262144];
	char *save = NULL;

	slurp("/proc/self/mountinfo", text, sizeof(text));
	hide_numbers(text);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char root[4096], point[4096], options[512];
		char *rest = strstr(line, " - ");

		if (sscanf(line, "%*s %*s %*s %4095s %4095s %511s", root, point, options) != 3 ||
		    !rest)
			continue;
		/* The numbers of namespaces that are bound somewhere. */
		printf("mount: %s %s %s%s%s%s%s\n", point, strchr(root, '[') ? "nsfs" : root,
		       options, strstr(line, " shared:") ? " shared" : "",
		       strstr(line, " master:") ? " slave" : "",
		       strstr(line, " unbindable") ? " unbindable" : "", rest);
	}
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void print_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, by_name);

	if (n < 0)
		printf("in %s: %s\n", path, strerrorname_np(errno));
	for (int i = 0; i < n; i++) {
		char file[600], target[520] = "";
		struct stat status;

		if (strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0)
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (lstat(file, &status) != 0)
			continue;
		if (S_ISLNK(status.st_mode))
			snprintf(target, sizeof(target), " -> %s", link_of(file));
		printf("in %s: %s %06o %u:%u", path, entries[i]->d_name, status.st_mode,
		       status.st_uid, status.st_gid);
		if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
			printf(" device %u,%u", major(status.st_rdev), minor(status.st_rdev));
		printf("%s\n", target);
	}
}

static void print_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		struct stat status;
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0)
			continue;
		fstat(fd, &status);
		printf("descriptor %d: type %06o mode %d%s\n", fd, status.st_mode & S_IFMT,
		       fcntl(fd, F_GETFL) & O_ACCMODE, flags & FD_CLOEXEC ? " cloexec" : "");
	}
}

static void print_interfaces(void)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) != 0)
		printf("interfaces: %s\n", strerrorname_np(errno));
	for (struct ifaddrs *one = all; one; one = one->ifa_next) {
		char text[INET6_ADDRSTRLEN] = "-";

		if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET)
			inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)one->ifa_addr)->sin_addr,
				  text, sizeof(text));
		if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET6)
			inet_ntop(AF_INET6,
				  &((struct sockaddr_in6 *)(void *)one->ifa_addr)->sin6_addr, text,
				  sizeof(text));
		printf("interface %s: %s flags %x\n", one->ifa_name, text, one->ifa_flags & 0xffff);
	}
}

static void print_limits(void)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		struct rlimit limit;

		if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
			printf("rlimit %d: %llx %llx\n", i, (unsigned long long)limit.rlim_cur,
			       (unsigned long long)limit.rlim_max);
	}
}

/* What the kernel says to a call that does no harm. */
static void print_result(const char *what, long result)
{
	printf("try %s: %s\n", what, result >= 0 ? "done" : strerrorname_np(errno));
}

static long random_number(void)
{
	unsigned number = 0;

	return getrandom(&number, sizeof(number), 0) < 0 ? 0 : (long)number;
}

/* In a child, for what they change of a process. */
static void try_calls(void)
{
	char device[64];
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child > 0) {
		int status;

		waitpid(child, &status, 0);
		printf("tries ended: %x\n", status);
		return;
	}
	print_result("unshare(0)", unshare(0));
	print_result("unshare(CLONE_NEWUTS)", unshare(CLONE_NEWUTS));
	print_result("unshare(CLONE_NEWUSER)", unshare(CLONE_NEWUSER));
	/* With the right to mount it would be ENODEV, with that to rename EINVAL. */
	print_result("mount", mount("none", "/tmp", "nosuchfs", 0, NULL));
	print_result("sethostname", syscall(SYS_sethostname, "x", -1));
	print_result("keyctl",
		     syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
	print_result("bpf", syscall(SYS_bpf, 0, NULL, 0));
	print_result("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	print_result("userfaultfd", syscall(SYS_userfaultfd, 0));
	print_result("open_by_handle_at", syscall(SYS_open_by_handle_at, -1, NULL, 0));
	print_result("clone3", syscall(SYS_clone3, NULL, 0));
	print_result("setns", setns(-1, 0));
	print_result("chroot", chroot("/"));
	snprintf(device, sizeof(device), "/tmp/probe-%d-%ld", getpid(), random_number());
	print_result("mknod of a device", mknod(device, S_IFCHR | 0600, makedev(1, 3)));
	unlink(device);
	print_result("socket AF_VSOCK", socket(AF_VSOCK, SOCK_STREAM, 0));
	print_result("socket raw", socket(AF_INET, SOCK_RAW, 1));
	print_result("personality", personality(0xffffffff));
	print_result("io_uring_setup", syscall(SYS_io_uring_setup, 0, NULL));
	print_result("settimeofday", syscall(SYS_settimeofday, 1, 1));
	print_result("write to /etc", open("/etc/passwd", O_WRONLY));
	print_result("write to /", open("/", O_WRONLY | O_TMPFILE, 0600));
	print_result("write to /tmp", open("/tmp", O_WRONLY | O_TMPFILE, 0600));
	print_result("write to /proc/sys", open("/proc/sys/kernel/panic", O_WRONLY));
	print_result("write to /sys", open("/sys/kernel/profiling", O_WRONLY));
	fflush(stdout);
	_exit(0);
}

/* A number that is small in a PID namespace of one's own, and any outside. */
static void print_number(const char *what, int number)
{
	if (number < 5)
		printf("%s: %d\n", what, number);
	else
		printf("%s: 5 or more\n", what);
}

/* How many processes /proc shows. */
static int count_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int n = 0;

	while (proc && (entry = readdir(proc)))
		n += entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
	if (proc)
		closedir(proc);
	return n;
}

int main(int argc, char *argv[])
{
	static char host[4096];
	struct utsname names;
	struct stat status;
	int signal = 0;
	char byte;

	if (argc > 1 && strcmp(argv[1], "--host") == 0) {
		print_namespaces(true, NULL);
		return 0;
	}
	setvbuf(stdout, NULL, _IOFBF, 65536);
	if (argc > 1)
		snprintf(host, sizeof(host), "%s", argv[1]);
	print_namespaces(false, host);
	for (int i = 2; i < argc; i++)
		printf("argument: %s\n", argv[i]);
	uname(&names);
	printf("host name: %s\ndomain name: %s\n", names.nodename, names.domainname);
	print_number("process", getpid());
	print_number("parent", getppid());
	printf("own process group: %d\nown session: %d\nsession known: %d\n", getpgrp() == getpid(),
	       getsid(0) == getpid(), getsid(0) != 0);
	print_number("processes seen", count_processes());
	print_status();
	print_file("uid_map", "/proc/self/uid_map");
	print_file("gid_map", "/proc/self/gid_map");
	print_file("setgroups", "/proc/self/setgroups");
	print_file("cgroup", "/proc/self/cgroup");
	print_file("oom_score_adj", "/proc/self/oom_score_adj");
	print_file("security context", "/proc/self/attr/current");
	printf("securebits: %x\n", (unsigned)prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	printf("keepcaps: %d\n", prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
	prctl(PR_GET_PDEATHSIG, &signal);
	printf("dies with its parent: %d\n", signal);
	printf("dumpable: %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	prctl(PR_GET_CHILD_SUBREAPER, &signal);
	printf("subreaper: %d\n", signal);
	printf("personality: %x\n", (unsigned)personality(0xffffffff));
	printf("nice: %d\n", getpriority(PRIO_PROCESS, 0));
	printf("current folder: %s\n", link_of("/proc/self/cwd"));
	printf("root: %s\n", link_of("/proc/self/root"));
	for (char **variable = environ; *variable; variable++)
		printf("environment: %s\n", *variable);
	print_descriptors();
	print_interfaces();
	print_limits();
	print_mounts();
	print_folder("/");
	print_folder("/dev");
	print_folder("/sys/fs/cgroup");
	print_folder("/proc/sys/kernel/keys");
	try_calls();
	printf("end\n");
	fflush(stdout);
	if (fstat(0, &status) == 0 && S_ISFIFO(status.st_mode))
		while (read(0, &byte, 1) > 0)
			;
	return 0;
}
