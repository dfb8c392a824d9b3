/* inside.h: what a process sees in its namespaces of host name, IPC and
 * network, which no file of /proc/PID shows to others. */
#ifndef STRATA_INSIDE_H
#define STRATA_INSIDE_H

#include "process.h"

enum { INSIDE_UTS, INSIDE_IPC, INSIDE_NET, INSIDES };

struct inside {
	/* For each of the three: 0 when it was looked at, or the errno of
	 * setns(2), which refused it; -1 when the child was killed. */
	int error[INSIDES];
	char host[65];
	unsigned long segments, semaphores, queues; /* of System V */
	char interfaces[1024];			    /* "lo (up: 127.0.0.1), eth0 (down)" */
};

/* Has a child enter those of the three that are not ours, where we may, and
 * look around. uname(2), shmctl(2), getifaddrs(3). */
void inside_look(const struct process *process, struct inside *inside);

#endif
