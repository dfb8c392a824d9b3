/* settings.c: the settings that each IPC namespace has of its own. Another
 * one, even of a like name, might be the whole machine's. ipc_namespaces(7). */
#include <string.h>

#include "settings.h"

static const char *const settings[] = { "kernel/msgmax",
					"kernel/msgmnb",
					"kernel/msgmni",
					"kernel/msg_next_id",
					"kernel/sem",
					"kernel/sem_next_id",
					"kernel/shmall",
					"kernel/shmmax",
					"kernel/shmmni",
					"kernel/shm_next_id",
					"kernel/shm_rmid_forced",
					"fs/mqueue/msg_default",
					"fs/mqueue/msg_max",
					"fs/mqueue/msgsize_default",
					"fs/mqueue/msgsize_max",
					"fs/mqueue/queues_max",
					NULL };

bool ipc_has_setting(const struct sysctl *sysctl)
{
	for (const char *const *path = settings; *path; path++)
		if (strcmp(*path, sysctl->path + strlen("/proc/sys/")) == 0)
			return true;
	return false;
}
