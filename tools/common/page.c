/* page.c: which manual page to read about a call. See page.h. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "page.h"

/* The calls in section 2 of the manual that a step makes. */
static const char *const calls[] = {
	"bind",
	"capset",
	"chdir",
	"chroot",
	"clone",
	"close_range",
	"connect",
	"execve",
	"fchdir",
	"fork",
	"fsconfig",
	"fsmount",
	"fsopen",
	"ioctl",
	"ioprio_get",
	"ioprio_set",
	"kill",
	"landlock_add_rule",
	"mkdir",
	"mkdirat",
	"mknodat",
	"mount",
	"mount_setattr",
	"move_mount",
	"open",
	"open_tree",
	"openat",
	"openat2",
	"personality",
	"pidfd_open",
	"pipe",
	"pivot_root",
	"poll",
	"prctl",
	"prlimit",
	"ptrace",
	"read",
	"readlink",
	"rmdir",
	"sched_getattr",
	"sched_setattr",
	"seccomp",
	"send",
	"setgroups",
	"sethostname",
	"setns",
	"setpgid",
	"setresgid",
	"setresuid",
	"setdomainname",
	"signalfd",
	"socket",
	"socketpair",
	"symlinkat",
	"umount2",
	"uname",
	"unlink",
	"unshare",
	"wait4",
	"waitid",
	"write",
	"landlock_create_ruleset",
	"landlock_restrict_self",
};

/* For what is no call of the kernel's itself. */
static const char *const subjects[][2] = {
	{ "ns-pid", "pid_namespaces(7)" },
	{ "ns-uts", "uts_namespaces(7)" },
	{ "ns-mnt", "mount_namespaces(7)" },
	{ "ns-ipc", "ipc_namespaces(7)" },
	{ "ns-net", "rtnetlink(7)" },
	{ "ns-user", "user_namespaces(7)" },
	{ "chroot", "chroot(2)" },
	{ "cgroup", "cgroups(7)" },
	{ "capdrop", "capabilities(7)" },
	{ "lsm", "landlock(7)" },
	{ "compose-run time", "time_namespaces(7)" },
	{ "compose-run hooks", "compose-run(1)" },
	{ "compose-run process", "compose-run(1)" },
};

/* For some functions that stand in a step, and make several calls. */
static const char *const functions[][2] = {
	{ "ask", "unix(7)" },	       { "firewall_let_pass", "iptables(8)" },
	{ "firewall_run", "nft(8)" },  { "lock_take", "flock(2)" },
	{ "publish_take", "bind(2)" },
};

const char *page_of_call(const char *call, const char *tool)
{
	static char page[40];
	size_t length;

	/* "(int)syscall(SYS_pivot_root, ...": the name is behind SYS_. */
	if (strncmp(call, "(int)", 5) == 0)
		call += 5;
	if (strncmp(call, "syscall(SYS_", 12) == 0)
		call += 12;
	length = strcspn(call, "(,)");
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strlen(calls[i]) == length && strncmp(calls[i], call, length) == 0) {
			snprintf(page, sizeof(page), "%s(2)", calls[i]);
			return page;
		}
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strlen(functions[i][0]) == length &&
		    strncmp(functions[i][0], call, length) == 0)
			return functions[i][1];
	if (strncmp(call, "tcsetpgrp", length) == 0)
		return "tcsetpgrp(3)";
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
		if (strcmp(subjects[i][0], tool) == 0)
			return subjects[i][1];
	return "namespaces(7)";
}
