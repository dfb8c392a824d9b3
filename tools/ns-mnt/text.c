/* text.c: small files that ns-mnt writes itself, and puts over others. See text.h.
 *
 * So the image, or the machine whose root it is, keeps its own file, and nothing
 * has to be left outside for it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "memory.h"
#include "step.h"
#include "target.h"
#include "text.h"

/* The first address of IPv4 that others can have for us, or "". */
static void find_address(char *text, size_t size)
{
	struct ifaddrs *all = NULL;

	*text = '\0';
	if (getifaddrs(&all) != 0)
		return;
	for (struct ifaddrs *one = all; one && !*text; one = one->ifa_next) {
		const struct sockaddr_in *address = (const void *)one->ifa_addr;

		if (address && address->sin_family == AF_INET && !(one->ifa_flags & IFF_LOOPBACK))
			inet_ntop(AF_INET, &address->sin_addr, text, (socklen_t)size);
	}
	freeifaddrs(all);
}

char *text_of_hosts(void)
{
	/* As in docker, line by line. */
	static const char local[] = "127.0.0.1\tlocalhost\n"
				    "::1\tlocalhost ip6-localhost ip6-loopback\n"
				    "fe00::\tip6-localnet\n"
				    "ff00::\tip6-mcastprefix\n"
				    "ff02::1\tip6-allnodes\n"
				    "ff02::2\tip6-allrouters\n";
	char address[INET_ADDRSTRLEN];
	struct utsname names;
	bool domain;

	find_address(address, sizeof(address));
	if (!*address || uname(&names) != 0)
		return copy_text(local);
	/* "(none)" is what the kernel begins with. */
	domain = *names.domainname && *names.domainname != '(';
	return print_text("%s%s\t%s%s%s%s%s\n", local, address, names.nodename, domain ? "." : "",
			  domain ? names.domainname : "", domain ? " " : "",
			  domain ? names.nodename : "");
}

/* Writes it all at once: a short write is an error. */
static int write_text(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

/* A file of that name and text, as a mount that is nowhere. Only what is mounted
 * somewhere can be taken in part (before Linux 6.15), so the file system is put on
 * `place` for a moment, and taken off by standing in it. */
static int make_file(const char *place, const char *name, const char *text)
{
	int mount = mount_new("tmpfs", "tmpfs", "mode=0755,size=64k",
			      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	int fd = STEP(openat(mount, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644),
		      "make the file '%s'", name);
	int back, tree;

	STEP(write_text(fd, text), "write it");
	if (fd >= 0)
		close(fd);
	STEP(move_mount(mount, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH),
	     "put it where it can be taken from");
	tree = STEP(open_tree(mount, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), "take the file");
	back = STEP(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), "keep our place");
	STEP(fchdir(mount), "stand in the file system");
	STEP(umount2(".", MNT_DETACH), "take it off again");
	STEP(fchdir(back), "go back");
	if (back >= 0)
		close(back);
	if (mount >= 0)
		close(mount);
	return tree;
}

void mount_text(struct mount_order *order)
{
	char *text = order->kind == MOUNT_HOSTS ? text_of_hosts() : copy_text(order->options);
	const char *slash = strrchr(order->target, '/');
	const char *name = slash && slash[1] ? slash + 1 : "file";
	int tree = make_file(order->root ? order->root : "/", name, text);

	mount_attach(tree, mount_open_target(order, false), order);
	order->mount = tree;
	free(text);
}
