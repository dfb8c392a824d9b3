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
	{ "ns-pid", "pid_namespaces(7)" },   { "ns-uts", "uts_namespaces(7)" },
	{ "ns-mnt", "mount_namespaces(7)" }, { "ns-ipc", "ipc_namespaces(7)" },
	{ "ns-net", "rtnetlink(7)" },	     { "ns-user", "user_namespaces(7)" },
	{ "chroot", "chroot(2)" },	     { "cgroup", "cgroups(7)" },
	{ "capdrop", "capabilities(7)" },    { "lsm", "landlock(7)" },
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
	if (strncmp(call, "tcsetpgrp", length) == 0)
		return "tcsetpgrp(3)";
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
		if (strcmp(subjects[i][0], tool) == 0)
			return subjects[i][1];
	return "namespaces(7)";
}
