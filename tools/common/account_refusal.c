/* account_refusal.c: why a process could not become another user. See account.h. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "file.h"
#include "paste.h"

struct account_facts account_asked;

/* The id outside that an id in here stands for. Returns false when it has none. */
static bool find_outer(const char *map, unsigned id, unsigned *outer)
{
	unsigned first, outside, count;

	for (; map && sscanf(map, "%u %u %u", &first, &outside, &count) == 3;
	     map = strchr(map, '\n'), map += map != NULL)
		if (id >= first && id - first < count) {
			*outer = outside + (id - first);
			return true;
		}
	return false;
}

/* "0 stands for 1000 outside; 1 to 10 for 100000 to 100009" */
static const char *in_words(const char *map)
{
	static char text[400];
	unsigned first, outside, count;
	size_t n = 0;

	*text = '\0';
	for (; map && sscanf(map, "%u %u %u", &first, &outside, &count) == 3 && n < 300;
	     map = strchr(map, '\n'), map += map != NULL)
		if (count == 1)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
					      "%s%u stands for %u outside", n ? "; " : "", first,
					      outside);
		else
			n += (size_t)snprintf(text + n, sizeof(text) - n,
					      "%s%u to %u stand for %u to %u outside",
					      n ? "; " : "", first, first + (count - 1), outside,
					      outside + (count - 1));
	return *text ? text : "nothing is mapped";
}

/* Who may map one id only can still choose which one it is in here. */
static void fix_by_map(const struct account_facts *facts, struct reason *reason)
{
	unsigned uid, gid;
	char first[120];

	if (facts->has_uid && find_outer(facts->uid_map, facts->our_uid, &uid) &&
	    find_outer(facts->gid_map, facts->our_gid, &gid)) {
		snprintf(first, sizeof(first),
			 "ns-user --uid-map %u:%u:1 --gid-map %u:%u:1 --keep-caps", facts->uid, uid,
			 facts->has_gid ? facts->gid : facts->uid, gid);
		FIX("let ns-user make you that user:\n%s\n"
		    "or begin with the ids that /etc/subuid lends you:\n%s",
		    paste_without(first, "--user= --userspec= --groups= --clear-groups"),
		    paste_line("ns-user --map-auto", NULL));
	} else {
		FIX("begin with the ids that /etc/subuid lends you:  %s",
		    paste_line("ns-user --map-auto", NULL));
	}
}

bool account_reason(const char *call, int error, const struct state *state,
		    const struct account_facts *facts, struct reason *reason)
{
	bool groups = strstr(call, "setgroups(") != NULL;
	bool user = strstr(call, "setresuid(") != NULL;
	const char *capability = user ? "CAP_SETUID" : "CAP_SETGID";

	if (!groups && !user && !strstr(call, "setresgid("))
		return false;
	if (error == EPERM && groups && state->setgroups_denied) {
		fix_by_map(facts, reason);
		return REASON("SETGROUPS-DENIED", "user_namespaces(7)",
			      "/proc/self/setgroups is 'deny' in this user namespace: an ordinary "
			      "user may not drop a group,\n"
			      "which may be what keeps it out of a file");
	}
	if (error == EPERM && !why_has(state, user ? CAP_SETUID : CAP_SETGID)) {
		if (state->uid == 0)
			FIX("do it in the first link that drops it, or keep it until then:\n"
			    "capdrop drops %s only after it has become another user",
			    capability);
		else
			FIX("put ns-user first:  %s\nor become root:  %s",
			    paste_line("ns-user", NULL), paste_line("sudo", NULL));
		return REASON("ID-PRIV", "credentials(7)",
			      "changing to another %s takes %s, and you are uid %u without it",
			      user     ? "user"
			      : groups ? "set of groups"
				       : "group",
			      capability, state->uid);
	}
	if (error == EINVAL && state->in_user_namespace) {
		const char *map = user ? facts->uid_map : facts->gid_map;
		char id[60] = "one of these ids";

		if (!groups && (user ? facts->has_uid : facts->has_gid))
			snprintf(id, sizeof(id), "%s %u", user ? "user id" : "group id",
				 user ? facts->uid : facts->gid);
		fix_by_map(facts, reason);
		return REASON("ID-UNMAPPED", "user_namespaces(7)",
			      "%s has no mapping in this user namespace, where %s", id,
			      in_words(map));
	}
	return false;
}

bool account_decide(const char *call, int error, const struct state *state, struct reason *reason)
{
	struct account_facts facts = account_asked;

	facts.our_uid = geteuid();
	facts.our_gid = getegid();
	if (read_file("/proc/self/uid_map", facts.uid_map, sizeof(facts.uid_map)) < 0)
		*facts.uid_map = '\0';
	if (read_file("/proc/self/gid_map", facts.gid_map, sizeof(facts.gid_map)) < 0)
		*facts.gid_map = '\0';
	return account_reason(call, error, state, &facts, reason);
}
