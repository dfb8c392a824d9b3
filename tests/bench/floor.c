/* floor: the whole of a container, and nothing but its kernel calls.
 *
 *	floor CGROUP|- ROOT PROGRAM [ARG]...
 *
 * The measure for `compose-run --rootfs ROOT -- PROGRAM`: what the kernel
 * alone needs for the same isolation. It knows one container, reads no
 * options, reads nothing back, explains nothing, and has no C library, whose
 * start-up costs half a millisecond on a virtual machine. It is honest only
 * while it does what compose-run does; the bench looks at both from inside and
 * says when they differ (probe.sh). It does, as root:
 *
 *   - a cgroup below CGROUP, a folder of cgroup v2 ("-": none); the program is
 *     born in it (CLONE_INTO_CGROUP); removed at the end
 *   - a user namespace, all ids mapped onto themselves by a helper outside
 *   - PID, UTS, IPC, network, mount and cgroup namespaces, which it owns
 *   - a host name; `lo` up
 *   - all mounts private; ROOT under an overlay with a tmpfs on top
 *   - /proc; /sys, read-only
 *   - /dev: null zero full random urandom tty, pts, shm, mqueue, and the links
 *     ptmx fd stdin stdout stderr
 *   - the paths that Docker masks (tmpfs or /dev/null over them) and those
 *     that it makes read-only
 *   - pivot_root; the old root is detached
 *   - descriptors from 3 on close at the exec
 *   - Docker's 14 capabilities: bounding, permitted and effective set;
 *     inheritable and ambient are empty
 *   - no supplementary groups (as root)
 *   - no_new_privs, and a seccomp filter: lsm's default one where it was
 *     built, else one of the same rules (filter.c)
 *   - the program dies with us; we wait, and end as it did
 *
 * As an ordinary user the same without the cgroup; the user namespace maps
 * the user to root, as the user may write it without help.
 *
 * Not one of these may be left out to look better. What may be: calls that
 * change nothing about the result. Forks: one for the helper, one for the
 * program. */
#include "raw.h"

#include <stdbool.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* What lsm loads for a container with Docker's capabilities. */
#if __has_include("filters.h")
#include "filters.h"
#define filter_code filter_chroot
#else
#include "filter.h"
#endif

#define ENOENT 2
#define EINVAL 22
#define SIGKILL 9
#define MNT_DETACH 2
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Every call is checked. One that may meet a path which this kernel does not
 * have is TRY'd: it is -ENOENT then. */
#define DO(name, ...) done(raw(name, __VA_ARGS__), 0, #name "(" #__VA_ARGS__ ")")
#define TRY(name, ...) done(raw(name, __VA_ARGS__), -ENOENT, #name "(" #__VA_ARGS__ ")")

static long done(long result, long allowed, const char *call)
{
	if (result < 0 && result != allowed)
		fail("floor", call, result);
	return result;
}

static void write_text(const char *path, const char *text)
{
	long fd = DO(openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);

	DO(write, fd, text, length(text));
	DO(close, fd);
}

static void add_map(char **end, unsigned long inner, unsigned long outer, unsigned long count)
{
	add_number(end, inner);
	add_text(end, " ");
	add_number(end, outer);
	add_text(end, " ");
	add_number(end, count);
}

/* Only somebody with CAP_SETUID outside may map more than itself, and from
 * unshare on we are inside: a child that was forked before writes the map. */
static void user_namespace_of_root(unsigned long pid)
{
	char path[64], *end = path, *file;
	int gate[2];
	long helper;

	add_text(&end, "/proc/");
	add_number(&end, pid);
	add_text(&end, "/");
	file = end;
	DO(pipe2, gate, O_CLOEXEC);
	helper = done(fork_into(0, -1), 0, "clone3 for the helper");
	if (!helper) {
		char byte;

		DO(read, gate[0], &byte, 1);
		add_text(&end, "uid_map");
		write_text(path, "0 0 4294967295");
		end = file;
		add_text(&end, "gid_map");
		write_text(path, "0 0 4294967295");
		leave(0);
	}
	DO(unshare, CLONE_NEWUSER);
	DO(write, gate[1], "", 1);

	int status = 0;

	DO(wait4, helper, &status);
	if (status)
		leave(EXIT_TOOL_FAILED);
}

static void user_namespace_of_user(unsigned long uid)
{
	char map[64], *end = map;
	unsigned long gid = (unsigned long)DO(getegid, 0);

	DO(unshare, CLONE_NEWUSER);
	add_map(&end, 0, uid, 1);
	write_text("/proc/self/uid_map", map);
	/* Otherwise one could leave a group that keeps one out: CVE-2014-8989. */
	write_text("/proc/self/setgroups", "deny");
	end = map;
	add_map(&end, 0, gid, 1);
	write_text("/proc/self/gid_map", map);
}

static void loopback_up(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	long fd = DO(socket, AF_INET, SOCK_DGRAM | O_CLOEXEC);

	DO(ioctl, fd, SIOCSIFFLAGS, &lo);
}

static void device(const char *outside, const char *inside)
{
	DO(mknodat, AT_FDCWD, inside, S_IFREG | 0666);
	DO(mount, outside, inside, 0, MS_BIND);
}

/* In a user namespace devices cannot be made, but those of the machine can be
 * bound. */
static void devices(void)
{
	DO(mount, "tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k");
	device("/dev/null", "dev/null");
	device("/dev/zero", "dev/zero");
	device("/dev/full", "dev/full");
	device("/dev/random", "dev/random");
	device("/dev/urandom", "dev/urandom");
	device("/dev/tty", "dev/tty");
	DO(mkdirat, AT_FDCWD, "dev/pts", 0755);
	DO(mount, "devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	   "newinstance,ptmxmode=0666,mode=0620");
	DO(mkdirat, AT_FDCWD, "dev/shm", 0755);
	DO(mount, "tmpfs", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	   "mode=1777,size=64m");
	DO(mkdirat, AT_FDCWD, "dev/mqueue", 0755);
	DO(mount, "mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	DO(symlinkat, "pts/ptmx", AT_FDCWD, "dev/ptmx");
	DO(symlinkat, "/proc/self/fd", AT_FDCWD, "dev/fd");
	DO(symlinkat, "/proc/self/fd/0", AT_FDCWD, "dev/stdin");
	DO(symlinkat, "/proc/self/fd/1", AT_FDCWD, "dev/stdout");
	DO(symlinkat, "/proc/self/fd/2", AT_FDCWD, "dev/stderr");
}

static void masks(void)
{
	static const char *const files[] = {
		"proc/interrupts", "proc/kcore",       "proc/keys",	   "proc/latency_stats",
		"proc/timer_list", "proc/timer_stats", "proc/sched_debug",
	};
	static const char *const folders[] = {
		"proc/acpi",	"proc/asound", "proc/scsi", "sys/devices/virtual/powercap",
		"sys/firmware",
	};
	static const char *const fixed[] = {
		"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger",
	};
	const char *empty = NULL;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		TRY(mount, "/dev/null", files[i], 0, MS_BIND);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (empty)
			TRY(mount, empty, folders[i], 0, MS_BIND);
		else if (TRY(mount, "tmpfs", folders[i], "tmpfs", MS_RDONLY) == 0)
			empty = folders[i];
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (TRY(mount, fixed[i], fixed[i], 0, MS_BIND | MS_REC) == 0)
			DO(mount, 0, fixed[i], 0,
			   MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
}

static void root(const char *path)
{
	/* Where we stand is the lower layer, even if /tmp is about to cover it. */
	DO(chdir, path);
	DO(mount, 0, "/", 0, MS_REC | MS_PRIVATE);
	DO(mount, "tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
	DO(mkdirat, AT_FDCWD, "/tmp/upper", 0755);
	DO(mkdirat, AT_FDCWD, "/tmp/work", 0755);
	DO(mkdirat, AT_FDCWD, "/tmp/root", 0755);
	DO(mount, "overlay", "/tmp/root", "overlay", 0,
	   "lowerdir=.,upperdir=/tmp/upper,workdir=/tmp/work,userxattr");
	DO(chdir, "/tmp/root");
	DO(mount, "proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	DO(mount, "sysfs", "sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	devices();
	masks();
	/* The old root lands on top of the new one, and is the "." that goes. */
	DO(pivot_root, ".", ".");
	DO(umount2, ".", MNT_DETACH);
	DO(chdir, "/");
}

static void capabilities(void)
{
	const uint64_t docker = 0xa80425fb;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2] = {
		{ .effective = (uint32_t)docker, .permitted = (uint32_t)docker },
	};

	for (unsigned cap = 0; cap < 64; cap++) {
		long result = docker >> cap & 1 ? 0 : raw(prctl, PR_CAPBSET_DROP, cap);

		if (result == -EINVAL)
			break; /* the kernel knows no more */
		done(result, 0, "prctl(PR_CAPBSET_DROP)");
	}
	DO(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
	DO(capset, &header, sets);
}

_Noreturn static void container(bool by_root, const char *new_root, char *program[])
{
	static const char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
		NULL
	};
	struct sock_fprog filter = { sizeof(filter_code) / sizeof(*filter_code),
				     (struct sock_filter *)filter_code };
#ifdef filter_code
	struct sock_fprog terminal = { sizeof(filter_terminal) / sizeof(*filter_terminal),
				       (struct sock_filter *)filter_terminal };
#endif

	DO(prctl, PR_SET_PDEATHSIG, SIGKILL);
	/* Its root is the cgroup that we are in now: therefore not at the fork. */
	DO(unshare, CLONE_NEWCGROUP);
	DO(sethostname, "floor", 5);
	loopback_up();
	root(new_root);
	DO(close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (by_root)
		DO(setgroups, 0, 0);
	capabilities();
	DO(prctl, PR_SET_NO_NEW_PRIVS, 1);
	DO(seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
#ifdef filter_code
	DO(seccomp, SECCOMP_SET_MODE_FILTER, 0, &terminal);
#endif
	raw(execve, program[0], program, environment);
	leave(EXIT_NOT_FOUND);
}

void start(long *stack)
{
	char **argv = (char **)(stack + 1);
	unsigned long uid = (unsigned long)DO(geteuid, 0);
	uint64_t flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
	char cgroup[4200], *end = cgroup;
	long joined = -1, child;
	int status = 0;

	if (stack[0] < 4 || length(argv[1]) > 4000)
		fail("floor", "expected: floor CGROUP|- ROOT PROGRAM [ARG]...", -EINVAL);

	if (uid == 0) {
		unsigned long pid = (unsigned long)DO(getpid, 0);

		if (argv[1][0] != '-') {
			add_text(&end, argv[1]);
			add_text(&end, "/floor.");
			add_number(&end, pid);
			DO(mkdirat, AT_FDCWD, cgroup, 0755);
			joined = DO(openat, AT_FDCWD, cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
			flags |= CLONE_INTO_CGROUP;
		}
		user_namespace_of_root(pid);
	} else {
		user_namespace_of_user(uid);
	}

	child = done(fork_into(flags, (int)joined), 0, "clone3 for the program");
	if (!child)
		container(uid == 0, argv[2], argv + 3);

	DO(wait4, child, &status);
	if (joined >= 0)
		DO(unlinkat, AT_FDCWD, cgroup, AT_REMOVEDIR);
	leave(status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff);
}
