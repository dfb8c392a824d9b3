/* list.h: what the IPC namespace holds (ns-ipc --list). */
#ifndef STRATA_NS_IPC_LIST_H
#define STRATA_NS_IPC_LIST_H

/* Prints to stdout the System V objects and POSIX message queues of the IPC
 * namespace we are in, and the POSIX shared memory that we see, each with
 * whether an IPC namespace isolates it. May leave us in another mount
 * namespace, and so is for a process that ends. sysvipc(7), mq_overview(7),
 * shm_overview(7). */
void ipc_list(void);

#endif
