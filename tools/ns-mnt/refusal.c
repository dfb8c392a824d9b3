/* refusal.c: why a step of ns-mnt failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "message.h"
#include "paste.h"
#include "refusal.h"

static bool is_type(const struct mnt_facts *facts, const char *type)
{
	return facts->order && facts->order->type && strcmp(facts->order->type, type) == 0;
}

/* Whether our own command line has an option that begins so. */
static bool asks_for(const char *option)
{
	for (int i = 1; tool_words && tool_words[0] && tool_words[i]; i++)
		if (strncmp(tool_words[i], option, strlen(option)) == 0)
			return true;
	return false;
}

/* The kernel's own file systems show a namespace, and are for its owner. */
static bool decide_owner(const struct mnt_facts *facts, struct reason *reason)
{
	if (is_type(facts, "proc")) {
		/* Inside compose-run nobody has typed our line. */
		if (chain_name)
			FIX("let the container have a PID namespace, without --pid host;\n"
			    "in the config.json of a bundle:  { \"type\": \"pid\" } in linux.namespaces");
		else
			FIX("ns-pid behind ns-user, so that it owns the processes:  %s",
			    paste_line(asks_for("--sys") ? "ns-user ns-pid ns-net"
							 : "ns-user ns-pid",
				       NULL));
		return REASON("PROC-PIDNS", "user_namespaces(7)",
			      "in a user namespace, /proc may be mounted only for a PID namespace "
			      "that it owns,\nand ours belongs to an outer user namespace");
	}
	if (is_type(facts, "sysfs")) {
		char option[300];

		snprintf(option, sizeof(option), "--ro-bind /sys:%.250s", facts->order->target);
		FIX("ns-net behind ns-user:  %s\n"
		    "or show the /sys that there is:  %s%s",
		    paste_line(asks_for("--proc") ? "ns-user ns-pid ns-net" : "ns-user ns-net",
			       NULL),
		    paste_first(true), paste_instead("--sys", facts->order->target, option));
		return REASON("SYSFS-NETNS", "user_namespaces(7)",
			      "/sys shows network devices: in a user namespace it may be mounted "
			      "only for a\nnetwork namespace that it owns, and ours belongs to an "
			      "outer user namespace");
	}
	if (is_type(facts, "mqueue")) {
		FIX("ns-ipc behind ns-user:  %s", paste_line("ns-user ns-ipc", NULL));
		return REASON(
			"MNT-OWNER", "user_namespaces(7)",
			"in a user namespace, POSIX message queues may be mounted only for an "
			"IPC namespace\nthat it owns");
	}
	if (is_type(facts, "cgroup") || is_type(facts, "cgroup2")) {
		FIX("a cgroup namespace behind ns-user:  %s",
		    paste_line("ns-user cgroup --cgroupns", NULL));
		return REASON("MNT-OWNER", "user_namespaces(7)",
			      "in a user namespace, cgroups may be mounted only for a cgroup "
			      "namespace that it owns");
	}
	if (facts->order && facts->order->kind == MOUNT_FS) {
		FIX("mount it outside of the user namespace, as root there, and ns-user behind "
		    "it:\n%s",
		    paste_line("sudo", NULL));
		return REASON("MNT-BLOCKDEV", "user_namespaces(7)",
			      "we are in a user namespace, and file systems of the type %s may be "
			      "mounted outside only:\na disk with made-up contents could harm the "
			      "kernel. In here the kernel takes proc, sysfs,\ntmpfs, devpts, "
			      "mqueue, cgroup, overlay, and fuse",
			      facts->order->type);
	}
	return false;
}

/* A new /proc or /sys must show no more than can be seen already. */
static bool decide_revealing(const struct state *state, const struct mnt_facts *facts,
			     struct reason *reason)
{
	const char *what = is_type(facts, "sysfs") ? "/sys" : "/proc";
	char *root, text[300];

	if (!state->proc_visible || !facts->visible) {
		root = paste_word(new_root ? new_root : "DIR");
		snprintf(text, sizeof(text), "chroot --pivot %.200s", root);
		if (new_root) {
			char option[300];

			snprintf(option, sizeof(option), "--root %.200s", root);
			FIX("mount it before the old root goes:  %s",
			    paste_between("ns-user ns-pid ns-net", option, text));
		} else {
			FIX("mount it before the old root goes:  ns-mnt before chroot");
		}
		free(root);
		return REASON("PROC-NONE", "mount_namespaces(7)",
			      "in a user namespace the kernel shows as much of %s as one can see "
			      "already,\nand here none can be seen any more",
			      what);
	}
	snprintf(text, sizeof(text), "--bind %s:%.200s", what, facts->order->target);
	if (facts->read_only && !*facts->covered && is_type(facts, "sysfs"))
		FIX("a read-only one is allowed (ns-mnt --sys DIR; compose-run without "
		    "--privileged);\nor start the container around us with docker run "
		    "--privileged: there /sys can be written to");
	else
		FIX("show the old one instead:  %s%s\n"
		    "or start the container around us with docker run --security-opt "
		    "systempaths=unconfined,\nor with podman run --security-opt unmask=ALL",
		    paste_first(state->in_user_namespace),
		    asks_for(is_type(facts, "sysfs") ? "--sys" : "--proc")
			    ? paste_instead(is_type(facts, "sysfs") ? "--sys" : "--proc",
					    facts->order->target, text)
			    : paste_line(NULL, "--no-proc"));
	if (*facts->covered)
		return REASON("PROC-MASKED", "mount_namespaces(7)",
			      "a part of the %s that one can see here is covered: %s;\n"
			      "in a user namespace the kernel refuses a new one, which would show "
			      "that part again",
			      what, facts->covered);
	if (facts->read_only)
		return REASON("PROC-MASKED", "mount_namespaces(7)",
			      "the %s that one can see here is read-only; in a user namespace the "
			      "kernel refuses\na new one that could be written to",
			      what);
	return false;
}

/* A file can't be put on a directory, or the other way round. */
static bool decide_kinds(const struct mnt_facts *facts, struct reason *reason)
{
	const struct mount_order *order = facts->order;

	if (facts->source_is_directory)
		FIX("take a directory for it; make one:  mkdir -p /tmp/place");
	else
		FIX("take a file for it; make one:  touch /tmp/place");
	return REASON("MNT-DST", "mount(2)",
		      "the mount point '%s' is %s, and what goes there is %s", order->target,
		      facts->target_is_directory ? "a directory" : "a file",
		      facts->source_is_directory ? "a directory" : "a file");
}

/* Whether what is mounted is a file. */
static bool mounts_file(const struct mnt_facts *facts)
{
	enum mount_kind kind = facts->order->kind;

	return kind == MOUNT_LINES || kind == MOUNT_HOSTS ||
	       (kind == MOUNT_BIND && !facts->source_is_directory);
}

static bool decide_target(const char *call, int error, const struct state *state,
			  const struct mnt_facts *facts, struct reason *reason)
{
	const struct mount_order *order = facts->order;
	char *target = paste_word(order->target), *slash;
	bool known;

	if (error == EROFS && strstr(call, "make_below(")) {
		FIX("choose one that is there, as /mnt; or take a root of your own: compose-run "
		    "--rootfs DIR");
		free(target);
		return REASON(
			"MNT-DST", "mount(2)",
			"'%.300s' is not there, and can't be made: the root it would be in is "
			"read-only",
			*facts->target.part ? facts->target.part : order->target);
	}
	if (error == EACCES && facts->target.kind == PATH_GONE) {
		FIX("make it, as the owner of the directory above:  mkdir -p %.300s",
		    facts->target.part);
		free(target);
		return REASON(
			"MNT-DST", "mount(2)",
			"'%.300s' is not there, and we may not write to the directory where it "
			"would be made",
			facts->target.part);
	}
	if (error == ELOOP && facts->target.kind == PATH_FINE) {
		FIX("look at it:  ls -ld %s", target);
		free(target);
		return REASON("MNT-DST", "openat2(2)",
			      "a symbolic link is on the way to '%s'; where the kernel's own files "
			      "go, none is\nfollowed, since it could lead them elsewhere "
			      "(CVE-2019-19921)",
			      order->target);
	}
	known = missing_decide("MNT-DST", "the mount point: ", &facts->target, state, reason);
	/* Masks are for what is there. */
	if (known && facts->target.kind == PATH_GONE && !order->root && order->kind != MOUNT_MASK &&
	    order->kind != MOUNT_REMOUNT_RO) {
		slash = strrchr(target, '/');
		if (!mounts_file(facts) || !slash)
			FIX("make it:  %s %s", mounts_file(facts) ? "touch" : "mkdir -p", target);
		else
			FIX("make it:  mkdir -p %.*s && touch %s",
			    slash == target ? 1 : (int)(slash - target), target, target);
	}
	free(target);
	return known;
}

/* With --no-symlinks a path outside leads elsewhere than it seems. */
static bool decide_link(const char *path, struct reason *reason)
{
	char *word = paste_word(path);

	FIX("see where it leads:  namei -l %s\n"
	    "and write that:  realpath %s",
	    word, word);
	free(word);
	return REASON("MNT-LINK", "openat2(2)",
		      "there is a symbolic link in the path '%s', and with --no-symlinks none is "
		      "followed:\nperhaps somebody has put it there after the path was looked at",
		      path);
}

/* The step was about a path. */
static bool decide_path(const char *call, int error, const struct state *state,
			const struct mnt_facts *facts, struct reason *reason)
{
	if (error == ELOOP && facts->order->no_symlinks && strstr(call, "order->source"))
		return decide_link(facts->order->source, reason);
	if (error == ELOOP && facts->order->no_symlinks && !facts->order->root &&
	    strstr(call, "order->target"))
		return decide_link(facts->order->target, reason);
	if (error == ELOOP && facts->link_in_root && strstr(call, "_below"))
		return decide_link(facts->order->root, reason);
	if (strstr(call, "order->source") || strstr(call, "realpath(folder") ||
	    strstr(call, "open(folder"))
		return missing_decide("MNT-SRC", "the source: ", &facts->source, state, reason);
	if (strstr(call, "open_tree(AT_FDCWD, path,") && error == ENOENT) {
		FIX("ns-mnt before the link that has changed /dev");
		return REASON("MNT-SRC", "null(4)",
			      "a device that every program expects is not in this /dev, and a new "
			      "/dev takes it from\nthere");
	}
	if (strstr(call, "open_below") || strstr(call, "make_below(") ||
	    strstr(call, "open_covered(") || strstr(call, "realpath(place"))
		return decide_target(call, error, state, facts, reason);
	if (strstr(call, "move_mount(mount, \"\", target") &&
	    (error == ENOTDIR || error == EINVAL) &&
	    facts->source_is_directory != facts->target_is_directory)
		return decide_kinds(facts, reason);
	return false;
}

/* What we may not do, though we have CAP_SYS_ADMIN. */
static bool decide_privilege(const char *call, const struct state *state,
			     const struct mnt_facts *facts, struct reason *reason)
{
	bool about_mounts = strstr(call, "mount") || strstr(call, "open_tree") ||
			    strstr(call, "fsopen") || strstr(call, "fsconfig");

	if (about_mounts && !why_has(state, CAP_SYS_ADMIN)) {
		FIX("put ns-user first:  %s\nor become root:  %s", paste_line("ns-user", NULL),
		    paste_line("sudo", NULL));
		return REASON("MNT-PRIV", "mount_namespaces(7)",
			      "mounting takes CAP_SYS_ADMIN, and you are uid %u without it",
			      state->uid);
	}
	if (strstr(call, "chroot(\".\")") && !why_has(state, CAP_SYS_CHROOT)) {
		FIX("keep it for as long:  capdrop behind ns-mnt");
		return REASON("CHROOT-PRIV", "chroot(2)",
			      "a mount on '/' becomes our root by chroot, and that takes "
			      "CAP_SYS_CHROOT");
	}
	if (!facts->first_user && (strstr(call, "fsopen(") || strstr(call, "FSCONFIG_CMD_CREATE")))
		return decide_owner(facts, reason);
	if (!facts->first_user && strstr(call, "fsmount(") &&
	    (is_type(facts, "proc") || is_type(facts, "sysfs")))
		return decide_revealing(state, facts, reason);
	if (!facts->first_user && (strstr(call, "mount_setattr(") || strstr(call, "MS_REMOUNT"))) {
		FIX("leave noatime and nodiratime away; or do it outside of the user namespace:\n%s",
		    paste_line("sudo", NULL));
		return REASON("MNT-LOCKED", "mount_namespaces(7)",
			      "the mount came from outside of the user namespace that we are in, "
			      "and such a mount's\nread-only, nosuid, nodev, noexec and times are "
			      "locked: they can't be made different");
	}
	/* ns-mnt has just made this namespace, so it is ours. */
	if (strstr(call, "MS_REC | MS_") || strstr(call, "move_mount(")) {
		FIX("put lsm last in the chain\n"
		    "if there is none before ns-mnt, see what confines us:  cat "
		    "/proc/self/attr/current");
		return REASON("LL-MOUNT", "landlock(7)",
			      "a security module forbids it: under Landlock (lsm) no mount "
			      "can be changed");
	}
	return false;
}

bool ns_mnt_reason(const char *call, int error, const struct state *state,
		   const struct mnt_facts *facts, struct reason *reason)
{
	if (facts->order && facts->order->idmap &&
	    (strstr(call, "&idmap") || strstr(call, "write_file(path, map->")) &&
	    idmap_decide(call, error, facts, reason))
		return true;
	if (error == EPERM)
		return decide_privilege(call, state, facts, reason);
	if (error == EINVAL && strstr(call, "MS_REC | MS_")) {
		if (new_root) {
			char *root = paste_word(new_root), text[300];

			snprintf(text, sizeof(text), "chroot %.280s", root);
			free(root);
			FIX("ns-mnt before chroot:  %s%s", paste_first(state->in_user_namespace),
			    paste_between(NULL, NULL, text));
		} else {
			FIX("ns-mnt before the chroot; or:  %s",
			    paste_line(NULL, "--propagation unchanged"));
		}
		return REASON("MNT-NOTMOUNT", "mount_namespaces(7)",
			      "'/' is not a mount point: after a chroot it is a plain directory");
	}
	if (error == ENODEV && strstr(call, "fsopen(")) {
		if (*facts->type_near)
			FIX("did you mean:  %s%s", paste_first(state->in_user_namespace),
			    paste_edit(facts->order->type, facts->type_near));
		else
			FIX("see what there is:  cat /proc/filesystems\n"
			    "or load its module, as root:  modprobe %s",
			    facts->order->type);
		return REASON("MNT-TYPE", "filesystems(5)",
			      "this kernel has no file system of the type '%s'",
			      facts->order->type);
	}
	if (!facts->order)
		return false;
	if (facts->order->kind == MOUNT_OVERLAY &&
	    overlay_decide(call, error, facts, state, reason))
		return true;
	return decide_path(call, error, state, facts, reason);
}

bool ns_mnt_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	static struct mnt_facts none;
	struct mnt_facts *facts = argument ? argument : &none;

	mnt_facts_read(facts);
	return ns_mnt_reason(call, error, state, facts, reason);
}
