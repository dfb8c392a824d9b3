/* record.c: kernel calls, noted down instead of made. See record.h. */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "record.h"
#include "unit.h"

char recorded[8192];
static jmp_buf back;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
	size_t used = strlen(recorded);
	va_list values;

	va_start(values, format);
	vsnprintf(recorded + used, sizeof(recorded) - used, format, values);
	va_end(values);
}

static const char *flag_name(int flag)
{
	switch (flag) {
	case CLONE_NEWUTS: return "CLONE_NEWUTS";
	case CLONE_NEWPID: return "CLONE_NEWPID";
	case CLONE_NEWNS: return "CLONE_NEWNS";
	case CLONE_NEWIPC: return "CLONE_NEWIPC";
	case CLONE_NEWNET: return "CLONE_NEWNET";
	case CLONE_NEWUSER: return "CLONE_NEWUSER";
	case CLONE_NEWCGROUP: return "CLONE_NEWCGROUP";
	}
	return "?";
}

int __wrap_unshare(int flags)
{
	put("unshare(%s) ", flag_name(flags));
	return 0;
}

int __wrap_setns(int fd, int flags)
{
	put("setns(%s,%s) ", fd >= 0 ? "fd" : "-1", flag_name(flags));
	return 0;
}

/* What is read back is what was asked for last. */
static char host[65], domain[65];
static uid_t user_now;
static gid_t group_now, groups_now[8];
static size_t group_count;

int __wrap_sethostname(const char *name, size_t length)
{
	put("sethostname(%.*s) ", (int)length, name);
	snprintf(host, sizeof(host), "%.*s", (int)length, name);
	return 0;
}

int __wrap_setdomainname(const char *name, size_t length)
{
	put("setdomainname(%.*s) ", (int)length, name);
	snprintf(domain, sizeof(domain), "%.*s", (int)length, name);
	return 0;
}

int __wrap_chroot(const char *path)
{
	put("chroot(%s) ", path);
	return 0;
}

int __wrap_chdir(const char *path)
{
	put("chdir(%s) ", path);
	return 0;
}

int __wrap_mount(const char *source, const char *target, const char *type, unsigned long flags,
		 const void *data)
{
	(void)type, (void)data;
	put("mount(%s,%s,%s%s%s%s%s) ", source ? source : "-", target, flags & MS_REC ? "rec," : "",
	    flags & MS_PRIVATE ? "private" : "", flags & MS_SLAVE ? "slave" : "",
	    flags & MS_SHARED ? "shared" : "", flags & MS_BIND ? "bind" : "");
	return 0;
}

int __wrap_umount2(const char *path, int flags)
{
	put("umount2(%s,%s) ", path, flags == MNT_DETACH ? "detach" : "?");
	return 0;
}

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	(void)c, (void)d, (void)e, (void)f;
	if (number == SYS_getcwd) {
		strcpy((char *)a, "/");
		return 2;
	}
	/* There is no passwd on the machine of these tests. */
	if (number == SYS_openat2) {
		errno = ENOENT;
		return -1;
	}
	if (number == SYS_pivot_root)
		put("pivot_root(%s,%s) ", (char *)a, (char *)b);
	else if (number == SYS_close_range && a != ~0U)
		put("close_range(%ld,%s) ", a, b == ~0U || b == -1 ? "end" : "middle");
	return 0;
}

int __wrap_setgroups(size_t count, const gid_t *groups)
{
	put("setgroups(%zu", count);
	group_count = count < 8 ? count : 8;
	memcpy(groups_now, groups, group_count * sizeof(*groups));
	for (size_t i = 0; i < count; i++)
		put(",%u", groups[i]);
	put(") ");
	return 0;
}

int __wrap_setresgid(gid_t a, gid_t b, gid_t c)
{
	put("setresgid(%u,%u,%u) ", a, b, c);
	group_now = a;
	return 0;
}

int __wrap_setresuid(uid_t a, uid_t b, uid_t c)
{
	put("setresuid(%u,%u,%u) ", a, b, c);
	user_now = a;
	return 0;
}

int __wrap_uname(struct utsname *now)
{
	memset(now, 0, sizeof(*now));
	strcpy(now->nodename, host);
	strcpy(now->domainname, domain);
	return 0;
}

int __wrap_getresuid(uid_t *a, uid_t *b, uid_t *c)
{
	*a = *b = *c = user_now;
	return 0;
}

int __wrap_getresgid(gid_t *a, gid_t *b, gid_t *c)
{
	*a = *b = *c = group_now;
	return 0;
}

int __wrap_getgroups(int size, gid_t list[])
{
	if (size)
		memcpy(list, groups_now, group_count * sizeof(*list));
	return (int)group_count;
}

_Noreturn void __wrap_exec_next(char *words[]);
void __wrap_exec_next(char *words[])
{
	if (words[0] && strcmp(words[0], "--") == 0)
		words++;
	put("exec(%s)", words[0] ? words[0] : "");
	longjmp(back, 1);
}

void record(int (*tool_main)(int argc, char *argv[]), const char *line)
{
	static char copy[1024];
	char *words[32], *save = NULL;
	int n = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &save); word && n < 31;
	     word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	words[n] = NULL;
	*recorded = '\0';
	if (setjmp(back) == 0)
		tool_main(n, words);
}
