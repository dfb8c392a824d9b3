/* status.c: which security modules this kernel runs, and what confines a
 * process.
 *
 * All of it is read: from /sys/kernel/security/lsm, /proc/PID/status and
 * /proc/PID/attr. Which Landlock rules a process has can't be read, by design.
 * Read on: proc_pid_status(5), proc_pid_attr(5), lsm_list_modules(2). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "file.h"
#include "kernel.h"
#include "lsm.h"
#include "message.h"

/* The numbers of <linux/lsm.h>, from 100 on. */
static const char *const module_names[] = {
	"capability", "selinux",  "smack", "tomoyo",   "apparmor", "yama", "loadpin",
	"safesetid",  "lockdown", "bpf",   "landlock", "ima",	   "evm",  "ipe",
};

/* The file needs securityfs, which containers and chroots lack; the call needs
 * Linux 6.8. */
bool lsm_read_modules(char *text, size_t size)
{
	uint64_t ids[32];
	uint32_t bytes = sizeof(ids);
	size_t n = 0;
	long count;

	if (read_file("/sys/kernel/security/lsm", text, size) > 0) {
		text[strcspn(text, "\n")] = '\0';
		return true;
	}
	count = syscall(SYS_lsm_list_modules, ids, &bytes, 0);
	if (count < 0)
		return false;
	*text = '\0';
	for (long i = 0; i < count && n < size; i++) {
		uint64_t index = ids[i] - 100;
		bool known = index < sizeof(module_names) / sizeof(*module_names);
		int put = known ? snprintf(text + n, size - n, "%s%s", i ? "," : "",
					   module_names[index])
				: snprintf(text + n, size - n, "%smodule %llu", i ? "," : "",
					   (unsigned long long)ids[i]);

		n += (size_t)put;
	}
	return true;
}

static void print_kernel(void)
{
	struct utsname here;
	char text[1024];
	int abi = lsm_landlock_abi();

	uname(&here);
	printf("This kernel: Linux %s, %s\n", here.release, here.machine);
	printf("  security modules  %s\n",
	       lsm_read_modules(text, sizeof(text))
		       ? text
		       : "can't be told: /sys/kernel/security is not mounted here");
	if (abi > 0)
		printf("  Landlock          ABI %d: files%s%s%s\n", abi,
		       abi >= 4 ? ", TCP ports" : "", abi >= 5 ? ", ioctl on devices" : "",
		       abi >= 6 ? ", signals, abstract UNIX sockets" : "");
	else
		printf("  Landlock          %s\n",
		       errno == EOPNOTSUPP
			       ? "built in, but not switched on (lsm= on the kernel's command line)"
			       : "not there");
	if (read_file("/proc/sys/kernel/seccomp/actions_avail", text, sizeof(text)) > 0)
		printf("  seccomp           %s", text);
	else
		printf("  seccomp           not there, or /proc is not mounted\n");
	printf("  AppArmor          %s\n", lsm_apparmor_runs() ? "runs" : "does not run");
	if (!lsm_selinux_runs())
		printf("  SELinux           does not run\n");
	else if (read_file("/sys/fs/selinux/enforce", text, sizeof(text)) > 0)
		printf("  SELinux           runs, %s\n", *text == '1' ? "enforcing" : "permissive");
	else
		printf("  SELinux           runs\n");
}

/* The value behind a name in /proc/PID/status, up to the end of its line. */
static const char *field(const char *status, const char *name, char *value, size_t size)
{
	const char *at = find_field(status, name);

	snprintf(value, size, "%.*s", at ? (int)strcspn(at, "\n") : 0, at ? at : "");
	return value;
}

/* The label that a module gave the process, from one of the attr files. */
static void print_label(const char *module, const char *process, const char *file)
{
	char path[100], text[1024];

	snprintf(path, sizeof(path), "/proc/%s/attr/%s", process, file);
	if (read_file(path, text, sizeof(text)) <= 0) {
		printf("  %-17s can't be read: %s\n", module, errno_text(errno));
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	printf("  %-17s %s\n", module, text);
}

static void print_process(const char *process)
{
	char path[64], status[8192], value[256], number[64];
	int mode;

	snprintf(path, sizeof(path), "/proc/%s/status", process);
	if (read_file(path, status, sizeof(status)) < 0) {
		if (errno == ENOENT && access("/proc/self", F_OK) == 0)
			die("there is no process %s here", process);
		die_errno("cannot read %s", path);
	}
	printf("Process %s (%s)\n", field(status, "Pid", number, sizeof(number)),
	       field(status, "Name", value, sizeof(value)));
	printf("  no_new_privs      %s\n", *field(status, "NoNewPrivs", value, sizeof(value)) == '1'
						   ? "yes: no program it executes gains rights"
						   : "no: set-user-ID programs work");
	mode = atoi(field(status, "Seccomp", value, sizeof(value)));
	field(status, "Seccomp_filters", number, sizeof(number));
	if (mode == 2)
		printf("  seccomp           %s filter%s\n", *number ? number : "at least 1",
		       strcmp(number, "1") == 0 ? "" : "s");
	else
		printf("  seccomp           %s\n",
		       mode == 1 ? "strict: read, write, exit only" : "no filter");
	printf("  Landlock          can't be told: the kernel shows nobody a process's rules\n");
	if (lsm_apparmor_runs()) {
		snprintf(path, sizeof(path), "/proc/%s/attr/apparmor", process);
		print_label("AppArmor", process,
			    access(path, F_OK) == 0 ? "apparmor/current" : "current");
	}
	if (lsm_selinux_runs())
		print_label("SELinux", process, "current");
}

void lsm_status(int pid)
{
	char process[16] = "self";

	if (pid)
		snprintf(process, sizeof(process), "%d", pid);
	print_kernel();
	fputc('\n', stdout);
	print_process(process);
	exit(fflush(stdout) == 0 ? 0 : EXIT_TOOL_FAILED);
}
