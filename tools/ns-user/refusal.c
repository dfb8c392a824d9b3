/* refusal.c: why a step of ns-user failed. See refusal.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "file.h"
#include "paste.h"
#include "refusal.h"

/* newuidmap or newgidmap ran without the powers that it needs, or refused. */
static bool decide_mapper(const char *call, int error, const struct ns_user_facts *facts,
			  struct reason *reason)
{
	const char *name = strstr(call, "newuidmap") ? "newuidmap" : "newgidmap";
	const char *file = strstr(call, "newuidmap") ? "/etc/subuid" : "/etc/subgid";
	const char *map = strstr(call, "newuidmap") ? facts->plan->uid_map : facts->plan->gid_map;
	unsigned long missing;

	if (error == ENOENT || !*facts->mapper) {
		FIX("install it; on Debian and Ubuntu:  sudo apt install uidmap");
		return REASON(
			"SUBID-HELPER", "newuidmap(1)",
			"%s is in no directory of PATH: the program that may write a map with "
			"the ids of %s",
			name, file);
	}
	if (facts->no_new_privs) {
		FIX("put ns-user before the link that sets it (capdrop, lsm)");
		return REASON("SUBID-HELPER", "prctl(2)",
			      "%s gets its power by being setuid root, and no_new_privs is set "
			      "here: no program gets any",
			      facts->mapper);
	}
	if (facts->nosuid) {
		FIX("install it on another file system, or mount that one without nosuid");
		return REASON("SUBID-HELPER", "mount(8)",
			      "%s is on a file system that is mounted with nosuid, so that it has "
			      "no power",
			      facts->mapper);
	}
	if (!map_covers(facts->own_map, map, &missing)) {
		FIX("do it outside of this user namespace; or in here, with the ids that are here:\n"
		    "%s",
		    paste_swap("--map-auto", "--map-root"));
		return REASON("SUBID-NESTED", "user_namespaces(7)",
			      "%s lends us id %lu, which has no number in the user namespace that "
			      "we are in (see /proc/self/uid_map)",
			      file, missing);
	}
	if (!facts->file_capability && !((facts->mode & S_ISUID) && facts->owner == 0)) {
		FIX("sudo chown root %s && sudo chmod u+s %s", facts->mapper, facts->mapper);
		return REASON("SUBID-HELPER", "newuidmap(1)",
			      "%s has mode %04o and belongs to uid %u: it must be setuid root "
			      "(4755) or have a capability (getcap %s)",
			      facts->mapper, facts->mode & 07777, facts->owner, facts->mapper);
	}
	return false;
}

/* The first id that is asked for besides our own. */
static unsigned long asked(const char *map, unsigned own)
{
	unsigned long inner, outer, count;

	for (; map && sscanf(map, "%lu %lu %lu", &inner, &outer, &count) == 3;
	     map = strchr(map, '\n'), map += map != NULL)
		if (outer != own || count > 1)
			return outer == own ? outer + 1 : outer;
	return own;
}

static bool decide_map(const char *call, int error, const struct ns_user_facts *facts,
		       struct reason *reason)
{
	const struct plan *plan = facts->plan;
	bool users = strstr(call, "uid_map") != NULL;
	const char *map = users ? plan->uid_map : plan->gid_map;
	unsigned own = users ? plan->uid : plan->gid;
	unsigned long missing;

	if (error == EINVAL)
		return REASON("MAP-FORMAT", "user_namespaces(7)",
			      "the kernel does not take these ranges: two of them overlap, or they "
			      "go beyond the last id (4294967294)");
	if (error != EPERM)
		return false;
	if (facts->written)
		return REASON(
			"MAP-TWICE", "user_namespaces(7)",
			"the map has been written already, by somebody else, and a map can be "
			"written once");
	/* Otherwise files could be made with capabilities that count outside. Who
	 * is an ordinary user never had it, and may map one id only (below). */
	if (users && !plan->setfcap && (plan->privileged || own == 0) && map_takes_root(map)) {
		FIX("put ns-user before capdrop:  ns-user capdrop -- sh");
		return REASON("MAP-SETFCAP", "user_namespaces(7)",
			      "user 0 may only be mapped with CAP_SETFCAP outside (since Linux "
			      "5.12), and that capability was dropped before");
	}
	if (!map_covers(facts->own_map, map, &missing)) {
		if (plan->automatic)
			FIX("%s", paste_swap("--map-auto", "--map-root"));
		else
			FIX("map ids that are here:  %s\n"
			    "they are:  %sns-user --show-map",
			    paste_only("--map-root"), paste_directory());
		return REASON(plan->automatic ? "SUBID-NESTED" : "MAP-OUTER", "user_namespaces(7)",
			      "id %lu has no number in the user namespace that we are in, so that "
			      "it can't be handed on",
			      missing);
	}
	if (plan->privileged)
		return false;
	if (!users && plan->setgroups && strcmp(plan->setgroups, "allow") == 0) {
		FIX("%s", paste_swap("allow", "deny"));
		return REASON("MAP-SETGROUPS", "user_namespaces(7)",
			      "without CAP_SETGID outside, a group map may be written only after "
			      "giving up setgroups(2),\n"
			      "by which one could leave a group that keeps one out of a file");
	}
	FIX("map your own id:  %s\nor ids that /etc/subuid lends you:  %s",
	    paste_only("--map-root"), paste_only("--map-auto"));
	return REASON(
		"MAP-OUTER", "user_namespaces(7)",
		"without CAP_SETUID and CAP_SETGID out here you may map only your own id, %u, "
		"and this map asks for %lu",
		own, asked(map, own));
}

/* The limit of --no-more could not be set. */
static bool decide_limit(int error, const struct state *state, struct reason *reason)
{
	if (error == EROFS) {
		FIX("start that container with:  docker run --privileged ...\n"
		    "or use a virtual machine");
		return REASON(
			"SYSCTL-READONLY", "proc(5)",
			"/proc/sys is mounted read-only: you are probably inside a container");
	}
	if (!state->proc_visible) {
		FIX("put ns-user before chroot, where there is a /proc");
		return REASON("SYSCTL-PROC", "proc(5)",
			      "the limit is a file below /proc/sys, and there is no /proc here");
	}
	return false;
}

bool ns_user_reason(const char *call, int error, const struct state *state,
		    const struct ns_user_facts *facts, struct reason *reason)
{
	if (strncmp(call, "run_mapper", 10) == 0)
		return decide_mapper(call, error, facts, reason);
	if (strstr(call, "sysctl->path"))
		return decide_limit(error, state, reason);
	if (!strstr(call, "uid_map") && !strstr(call, "gid_map"))
		return false;
	if (state->apparmor_userns == 1 && (error == EPERM || error == EACCES)) {
		FIX("become root:  %s\n"
		    "or let AppArmor allow it to this program, as root:\n"
		    "echo 'abi <abi/4.0>, profile strata %s flags=(unconfined) { userns, }' | "
		    "apparmor_parser -a\n"
		    "or, until the next boot, to all (weakens the machine):\n"
		    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
		    paste_line("sudo", NULL), paste_program());
		return REASON("USERNS-APPARMOR", "apparmor(7)",
			      "the namespace was created, then AppArmor took its powers away "
			      "(kernel.apparmor_restrict_unprivileged_userns = 1)");
	}
	return decide_map(call, error, facts, reason);
}

/* Where execvp(3) finds a program; "" for nowhere. */
static void find_in_path(const char *name, char *path, size_t size)
{
	const char *directories = getenv("PATH");

	for (const char *at = directories, *end; at && *at; at = end + (*end == ':')) {
		end = strchrnul(at, ':');
		snprintf(path, size, "%.*s/%s", (int)(end - at), at, name);
		if (access(path, X_OK) == 0)
			return;
	}
	*path = '\0';
}

bool ns_user_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument)
{
	static struct ns_user_facts facts;
	bool users = strstr(call, "uidmap") || strstr(call, "uid_map");
	char path[80], text[8] = "";
	struct statvfs system;
	struct stat status;

	facts.plan = argument;
	snprintf(path, sizeof(path), "/proc/%s/%s", facts.plan->target,
		 users ? "uid_map" : "gid_map");
	facts.written = read_file(path, text, sizeof(text)) > 0;
	/* Only a helper is still outside. */
	snprintf(path, sizeof(path), "/proc/self/%s", users ? "uid_map" : "gid_map");
	if (!facts.plan->helped || read_file(path, facts.own_map, sizeof(facts.own_map)) < 0)
		strcpy(facts.own_map, MAP_EVERYBODY);
	facts.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	find_in_path(users ? "newuidmap" : "newgidmap", facts.mapper, sizeof(facts.mapper));
	if (*facts.mapper && stat(facts.mapper, &status) == 0) {
		facts.mode = status.st_mode;
		facts.owner = status.st_uid;
		facts.file_capability = getxattr(facts.mapper, "security.capability", NULL, 0) > 0;
		facts.nosuid = statvfs(facts.mapper, &system) == 0 && system.f_flag & ST_NOSUID;
	}
	return ns_user_reason(call, error, state, &facts, reason);
}
