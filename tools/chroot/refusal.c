/* refusal.c: why a step of chroot failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "paste.h"
#include "refusal.h"

/* What an image may be delivered in. */
static bool is_archive(const char *name)
{
	return strstr(name, ".tar") || strstr(name, ".tgz") || strstr(name, ".tbz");
}

static bool decide_path(const struct chroot_facts *facts, const struct missing *missing,
			const struct state *state, struct reason *reason)
{
	bool file = missing->kind == PATH_NO_DIRECTORY, wd = missing == &facts->wd_path;
	char *root = paste_word(facts->root);

	if (!missing_decide(file ? "CHROOT-NOTDIR" : "CHROOT-NOENT",
			    wd ? "inside the new root, " : "", missing, state, reason)) {
		free(root);
		return false;
	}
	if (wd && missing->kind == PATH_GONE && !*missing->other)
		FIX("make it, or see what is there:  ls %s", root);
	else if (!wd && missing->kind == PATH_GONE && !*missing->other)
		FIX("make a small root there, in Strata's source:  lab/rootfs %s\n"
		    "or see what is there:  ls -d %s*",
		    root, root);
	else if (!wd && file && is_archive(facts->root))
		FIX("unpack it first:  mkdir root && tar -xf %s -C root\n"
		    "and then:  %s%s",
		    root, paste_first(state->in_user_namespace), paste_edit(facts->root, "root"));
	free(root);
	return true;
}

/* pivot_root(2) has one number for most of what may be wrong. */
static bool decide_pivot(int error, const struct state *state, const struct chroot_facts *facts,
			 struct reason *reason)
{
	char bind[400], *root = paste_word(facts->root);
	bool inside = state->in_user_namespace;

	snprintf(bind, sizeof(bind), "ns-mnt --bind %.180s:%.180s", root, root);
	free(root);
	if (error == EBUSY || facts->same) {
		FIX("show it in another place:  %s%sns-mnt --bind /:/mnt %s\n"
		    "or leave --pivot away: this is the root already",
		    paste_first(inside), inside ? "" : paste_directory(),
		    paste_edit(facts->root, "/mnt"));
		return REASON("PIVOT-SAME", "pivot_root(2)",
			      "'%.200s' is on the mount that is the root already, so there is "
			      "nothing to swap it with",
			      facts->root);
	}
	if (error != EINVAL)
		return false;
	if (*facts->shared) {
		FIX("make all mounts private, as ns-mnt does:  %s",
		    paste_line(inside ? "ns-user ns-mnt" : "ns-mnt", NULL));
		return REASON(
			"PIVOT-SHARED", "mount_namespaces(7)",
			"the mount on '%s' is shared (see /proc/self/mountinfo):\n"
			"other mount namespaces would get the change too, so the kernel lets no "
			"root be swapped there",
			facts->shared);
	}
	if (state->root_changed) {
		char place[400];

		snprintf(place, sizeof(place), "%.190s/%.190s",
			 facts->root_before ? facts->root_before : "DIR",
			 facts->root + strspn(facts->root, "/"));
		FIX("swap the root once, to the place where it ends up:\n%s%sns-mnt %s",
		    paste_first(inside), inside ? "" : paste_directory(),
		    paste_edit(facts->root, place));
		return REASON("PIVOT-CHROOTED", "pivot_root(2)",
			      "a chroot came before: '/' is a plain directory now, and only a root "
			      "that is a mount\ncan be swapped");
	}
	if (facts->initramfs) {
		FIX("weaker, since the old root stays where it is:  %s\n"
		    "or start a root of its own first, as an initramfs does: switch_root(8)",
		    paste_instead("--pivot", NULL, ""));
		return REASON("PIVOT-INITRAMFS", "pivot_root(2)",
			      "the machine runs from its initramfs: that root (rootfs) is below "
			      "all other mounts, and\ncan't be swapped");
	}
	if (facts->locked) {
		FIX("bind it onto itself in a mount namespace of ours:  %s",
		    paste_line(bind, NULL));
		return REASON("MNT-LOCKED", "mount_namespaces(7)",
			      "the mount on '%.200s' was made outside of our user namespace: what "
			      "came from there is\nlocked to its place, and can't be taken away or "
			      "moved",
			      facts->root);
	}
	return false;
}

/* EPERM. */
static bool decide_privilege(const char *call, const struct state *state,
			     const struct chroot_facts *facts, struct reason *reason)
{
	bool mounts = strstr(call, "mount") || strstr(call, "pivot_root");
	int capability = mounts ? CAP_SYS_ADMIN : CAP_SYS_CHROOT;

	if (!mounts && !strstr(call, "chroot("))
		return false;
	if (!why_has(state, capability)) {
		bool dropped = state->proc_visible && !(state->bounding >> capability & 1);
		char *root = paste_word(facts->root);

		if (dropped)
			FIX("put capdrop behind it:  %s%schroot %s capdrop -- sh",
			    paste_first(state->in_user_namespace),
			    state->in_user_namespace ? "" : paste_directory(), root);
		else
			FIX("put ns-user first:  %s\nor become root:  %s",
			    paste_line(mounts ? "ns-user ns-mnt" : "ns-user", NULL),
			    paste_line(mounts ? "sudo ns-mnt" : "sudo", NULL));
		free(root);
		return REASON(mounts ? "MNT-PRIV" : "CHROOT-PRIV",
			      mounts ? "mount_namespaces(7)" : "chroot(2)",
			      "%s takes %s, and you are uid %u without it%s",
			      mounts ? "mounting" : "chroot",
			      mounts ? "CAP_SYS_ADMIN" : "CAP_SYS_CHROOT", state->uid,
			      dropped ? ": it was dropped, for good" : "");
	}
	if (!mounts)
		return false;
	if (facts->mounts_are_others) {
		FIX("put ns-mnt first:  %s", paste_line("ns-user ns-mnt", NULL));
		return REASON("PIVOT-OWNER", "mount_namespaces(7)",
			      "this mount namespace is not ours: it belongs to an outer user "
			      "namespace");
	}
	FIX("put lsm last in the chain\n"
	    "if there is none before chroot, see what confines us:  cat /proc/self/attr/current");
	return REASON("LL-MOUNT", "landlock(7)",
		      "the mount namespace is ours, and so a security module forbids it: under "
		      "Landlock (lsm)\nno mount can be changed");
}

bool chroot_reason(const char *call, int error, const struct state *state,
		   const struct chroot_facts *facts, struct reason *reason)
{
	if (error == EPERM && decide_privilege(call, state, facts, reason))
		return true;
	if (strstr(call, "pivot_root"))
		return decide_pivot(error, state, facts, reason);
	if (strstr(call, "plan->wd"))
		return decide_path(facts, &facts->wd_path, state, reason);
	if (strstr(call, "chroot(plan->root)") || strstr(call, "chdir(root)") ||
	    strstr(call, "mount(root, root"))
		return decide_path(facts, &facts->root_path, state, reason);
	return account_decide(call, error, state, reason);
}

bool chroot_decide(const char *call, int error, const struct state *state, struct reason *reason,
		   void *argument)
{
	struct chroot_facts *facts = argument;

	chroot_facts_read(call, facts);
	return chroot_reason(call, error, state, facts, reason);
}
