/* sysctls.c: --sysctl KEY=VALUE, and which namespace has that setting. */
#include <string.h>

#include "../ns-ipc/settings.h"
#include "message.h"
#include "sysctl.h"
#include "sysctls.h"

void sysctls_add(struct config *config, const char *value)
{
	static struct sysctl sysctl;
	const char *path = sysctl.path + strlen("/proc/sys/");

	sysctl_parse(&sysctl, value, "net.ipv4.ip_forward=1");
	if (strncmp(path, "net/", 4) == 0)
		words_add(&config->linux_.net_sysctls, "%s", value);
	else if (ipc_has_setting(&sysctl))
		words_add(&config->linux_.ipc_sysctls, "%s", value);
	else if (strcmp(path, "kernel/domainname") == 0)
		config->domainname = sysctl.value;
	else if (strcmp(path, "kernel/hostname") == 0)
		die("--sysctl %s: the host name has an option of its own:  --hostname %s",
		    sysctl.key, sysctl.value);
	else if (strncmp(path, "user/", 5) == 0)
		die("--sysctl %s: this is a setting of the user namespace, and ns-user sets none",
		    sysctl.key);
	else
		die("--sysctl %s: no namespace has this setting of its own, so it would be changed "
		    "for the whole machine; there are: net.*, kernel.msg*, kernel.sem, kernel.shm*, "
		    "fs.mqueue.*, kernel.domainname",
		    sysctl.key);
}
