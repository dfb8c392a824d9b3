/* inside.c: a child that enters the namespaces of a process and looks around.
 * See inside.h.
 *
 * The host name of another UTS namespace stands nowhere in /proc/PID: that
 * would be a file of /proc/sys, and shows the namespace of who reads it. So
 * somebody has to go there. Entering takes CAP_SYS_ADMIN in the user
 * namespace that the other one belongs to; an ordinary user has that in the
 * user namespaces that are its own, once it has entered them. setns(2) takes
 * a pidfd, and so enters namespaces of this very process (Linux 5.8). */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside.h"
#include "message.h"

#define SHOWN_INTERFACES 6
#define SHOWN_ADDRESSES 4

static const struct {
	const char *file;
	int flag;
} spaces[INSIDES] = {
	[INSIDE_UTS] = { "ns/uts", CLONE_NEWUTS },
	[INSIDE_IPC] = { "ns/ipc", CLONE_NEWIPC },
	[INSIDE_NET] = { "ns/net", CLONE_NEWNET },
};

static void look_at_ipc(struct inside *inside)
{
	union {
		int value;
		struct seminfo *info;
	} argument;
	struct shm_info shm = { 0 };
	struct seminfo sem = { 0 };
	struct msginfo msg = { 0 };

	/* Number 0 stands for none of them; the answer is about all. */
	argument.info = &sem;
	shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shm);
	semctl(0, 0, SEM_INFO, argument);
	msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&msg);
	inside->segments = (unsigned long)shm.used_ids;
	inside->semaphores = (unsigned long)sem.semusz;
	inside->queues = (unsigned long)msg.msgpool;
}

/* An address in words; "" for one that every interface gives itself. */
static const char *address_in_words(const struct sockaddr *address)
{
	static char text[INET6_ADDRSTRLEN];
	const struct sockaddr_in6 *six = (const void *)address;
	const struct sockaddr_in *four = (const void *)address;

	*text = '\0';
	if (address && address->sa_family == AF_INET)
		inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text));
	if (address && address->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
		inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text));
	return text;
}

static void look_at_net(struct inside *inside)
{
	struct ifaddrs *all;
	struct if_nameindex *names = if_nameindex();
	size_t used = 0, size = sizeof(inside->interfaces), n = 0;
	char *text = inside->interfaces;

	if (!names || getifaddrs(&all) != 0) {
		inside->error[INSIDE_NET] = errno;
		return;
	}
	for (; names[n].if_index; n++) {
		unsigned flags = 0;
		int shown = 0;
		char addresses[SHOWN_ADDRESSES * (INET6_ADDRSTRLEN + 2) + 10] = "";
		size_t end = 0;

		if (n >= SHOWN_INTERFACES)
			continue;
		for (struct ifaddrs *one = all; one; one = one->ifa_next) {
			const char *address;

			if (strcmp(one->ifa_name, names[n].if_name) != 0)
				continue;
			flags |= one->ifa_flags;
			address = address_in_words(one->ifa_addr);
			if (!*address || shown++ >= SHOWN_ADDRESSES)
				continue;
			end += (size_t)snprintf(addresses + end, sizeof(addresses) - end, "%s%s",
						end ? ", " : ": ", address);
		}
		used += (size_t)snprintf(text + used, size - used, "%s%s (%s%s%s)", n ? ", " : "",
					 names[n].if_name, flags & IFF_UP ? "up" : "down",
					 addresses, shown > SHOWN_ADDRESSES ? ", ..." : "");
		if (used >= size)
			used = size - 1;
	}
	if (n > SHOWN_INTERFACES)
		snprintf(text + used, size - used, ", and %zu more", n - SHOWN_INTERFACES);
	if (n == 0)
		snprintf(text, size, "none");
}

/* Whether the process is in another namespace of this kind than we are. One
 * that can't be told counts as another: entering it tells. */
static bool is_elsewhere(const struct process *process, const char *file)
{
	char own_path[32], ours[64], theirs[64] = "";
	ssize_t n;

	snprintf(own_path, sizeof(own_path), "/proc/self/%s", file);
	n = readlink(own_path, ours, sizeof(ours) - 1);
	ours[n > 0 ? n : 0] = '\0';
	return !process_link(process, file, theirs, sizeof(theirs)) || strcmp(ours, theirs) != 0;
}

/* Enters what is not ours: first with the rights that we have, then with
 * those that we have in the user namespace of the process. The kernel judges a
 * setns() of several by the rights from before it, so all at once is tried
 * first: with nested user namespaces the inner one has no right to the rest. */
static void enter(const struct process *process, struct inside *inside)
{
	bool has_user = is_elsewhere(process, "ns/user");
	int refused = 0;

	for (int i = 0; i < INSIDES; i++) {
		inside->error[i] = is_elsewhere(process, spaces[i].file) &&
						   setns(process->pidfd, spaces[i].flag) != 0
					   ? errno
					   : 0;
		if (inside->error[i] == EPERM)
			refused |= spaces[i].flag;
	}
	if (refused && has_user && setns(process->pidfd, CLONE_NEWUSER | refused) == 0) {
		for (int i = 0; i < INSIDES; i++)
			if (refused & spaces[i].flag)
				inside->error[i] = 0;
		return;
	}
	for (int i = 0; i < INSIDES && has_user; i++)
		if (inside->error[i] == EPERM &&
		    setns(process->pidfd, CLONE_NEWUSER | spaces[i].flag) == 0) {
			inside->error[i] = 0;
			has_user = false;
		}
	for (int i = 0; i < INSIDES && !has_user; i++)
		if (inside->error[i] == EPERM && setns(process->pidfd, spaces[i].flag) == 0)
			inside->error[i] = 0;
}

static _Noreturn void look_around(const struct process *process, struct inside *inside)
{
	struct utsname names;

	/* In the namespaces of somebody we do not trust: nobody there may
	 * trace us, or open what we have open (as in CVE-2016-9962). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	enter(process, inside);
	if (!inside->error[INSIDE_UTS] && uname(&names) == 0)
		memcpy(inside->host, names.nodename, sizeof(inside->host));
	if (!inside->error[INSIDE_IPC])
		look_at_ipc(inside);
	if (!inside->error[INSIDE_NET])
		look_at_net(inside);
	_exit(0);
}

void inside_look(const struct process *process, struct inside *inside)
{
	struct inside *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sigaction usual = { .sa_handler = SIG_DFL }, before;
	pid_t child;
	int status;

	if (shared == MAP_FAILED)
		die_errno("cannot go on without memory");
	/* Inherited as ignored, the wait would find no child. */
	sigaction(SIGCHLD, &usual, &before);
	child = fork();
	if (child < 0)
		die_errno("cannot fork a child that looks into the namespaces");
	if (child == 0)
		look_around(process, shared);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGCHLD, &before, NULL);
	*inside = *shared;
	munmap(shared, sizeof(*shared));
	if (!WIFEXITED(status))
		for (int i = 0; i < INSIDES; i++)
			inside->error[i] = -1;
}
