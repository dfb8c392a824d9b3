/* refusal.c: why a step of capdrop failed. See refusal.h. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "account.h"
#include "file.h"
#include "paste.h"
#include "refusal.h"

bool capdrop_missing(const char *id, uid_t uid, uint64_t permitted, struct reason *reason)
{
	bool ambient = strcmp(id, "CAP-AMBIENT") == 0;

	if (uid != 0)
		FIX("ns-user first, which gives all of them over what is made in it:  %s\n"
		    "or become root:  %s",
		    paste_line(ambient ? "ns-user -c --keep-caps" : "ns-user", NULL),
		    paste_line("sudo", NULL));
	else
		FIX("leave it out; 'capdrop --print' shows what is there\n"
		    "or have it over what is made in a user namespace only:  %s",
		    paste_line("ns-user", NULL));
	return REASON(
		id, "capabilities(7)",
		ambient ? "only what is permitted can be made ambient, and the permitted set of uid "
			  "%u here is: %s"
			: "the permitted set can only shrink, and that of uid %u here is: %s",
		uid, sets_in_words(permitted));
}

/* We have what the step takes, and it was refused. */
static bool refused_by_others(const char *id, const struct state *state,
			      const struct capdrop_facts *facts, struct reason *reason)
{
	if (state->apparmor_userns == 1 && state->in_user_namespace) {
		FIX("use sudo; or, until the next boot (weakens the machine):  sudo sysctl -w "
		    "kernel.apparmor_restrict_unprivileged_userns=0");
		return REASON(id, "apparmor(7)",
			      "we have the capabilities for it, and AppArmor lets them count for "
			      "nothing in user namespaces of ordinary users "
			      "(kernel.apparmor_restrict_unprivileged_userns = 1); it confines us "
			      "as '%s'",
			      facts->confined_by);
	}
	FIX("see which:  cat /proc/self/attr/current; grep Seccomp: /proc/self/status\n"
	    "and run it outside of that");
	return REASON(id, "capabilities(7)",
		      "we have the capabilities for it, so one of two forbids it: a security "
		      "module%s%s%s, or a seccomp filter (%s)",
		      *facts->confined_by ? " (it confines us as '" : "", facts->confined_by,
		      *facts->confined_by ? "')" : "",
		      state->seccomp == 2 ? "there is one" : "there is none now");
}

static bool decide_setpcap(const struct state *state, const struct capdrop_facts *facts,
			   struct reason *reason)
{
	if (why_has(state, CAP_SETPCAP))
		return refused_by_others("CAP-SETPCAP", state, facts, reason);
	if (state->uid == 0) {
		FIX("name all that go in one capdrop; or keep setpcap until the last one\n"
		    "or put ns-user first:  %s",
		    paste_line("ns-user", NULL));
		return REASON(
			"CAP-SETPCAP", "capabilities(7)",
			"taking capabilities out of the bounding set (the most a program can get) "
			"takes CAP_SETPCAP, and you are uid 0 without it: it was dropped "
			"before");
	}
	FIX("put ns-user first:  %s\nor become root:  %s", paste_line("ns-user", NULL),
	    paste_line("sudo", NULL));
	return REASON(
		"CAP-SETPCAP", "capabilities(7)",
		"taking capabilities out of the bounding set (the most a program can get) takes "
		"CAP_SETPCAP, and you are uid %u without it",
		state->uid);
}

/* One line of the comparison, when the two differ. */
static void compare(char *text, size_t size, const char *name, uint64_t wanted, uint64_t held)
{
	size_t n = strlen(text);

	if (wanted != held && n < size)
		snprintf(text + n, size - n, "\n%-12s wanted %016llx (%s), is %016llx (%s)", name,
			 (unsigned long long)wanted, sets_in_short(wanted),
			 (unsigned long long)held, sets_in_short(held));
}

static bool decide_difference(const struct capdrop_facts *facts, struct reason *reason)
{
	const struct sets *wanted = &facts->wanted, *held = &facts->held;
	char lines[800] = "";

	compare(lines, sizeof(lines), "permitted", wanted->permitted, held->permitted);
	compare(lines, sizeof(lines), "effective", wanted->effective, held->effective);
	compare(lines, sizeof(lines), "inheritable", wanted->inheritable, held->inheritable);
	compare(lines, sizeof(lines), "ambient", wanted->ambient, held->ambient);
	/* Of this only what is too much was read. */
	compare(lines, sizeof(lines), "bounding", wanted->bounding,
		wanted->bounding | held->bounding);
	FIX("see what stands between:  grep Seccomp: /proc/self/status; cat /proc/self/attr/current");
	return REASON("CAP-NOTAPPLIED", "capabilities(7)",
		      "all steps were answered with success, as a seccomp filter, a tracer or a "
		      "sandbox can do, and the kernel holds something else%s%s",
		      *lines ? ":" : ": no_new_privs is not set", lines);
}

bool capdrop_reason(const char *call, int error, const struct state *state,
		    const struct capdrop_facts *facts, struct reason *reason)
{
	if (error == EPERM && strstr(call, "PR_CAPBSET_DROP"))
		return decide_setpcap(state, facts, reason);
	if (error == EPERM && strncmp(call, "capset(", 7) == 0) {
		if (!(facts->wanted.permitted & ~facts->held.permitted))
			return refused_by_others("CAP-REGAIN", state, facts, reason);
		return capdrop_missing("CAP-REGAIN", state->uid, facts->held.permitted, reason);
	}
	if (error == EPERM && strstr(call, "PR_CAP_AMBIENT_RAISE")) {
		if (!(facts->securebits & SECBIT_NO_CAP_AMBIENT_RAISE))
			return refused_by_others("CAP-AMBIENT", state, facts, reason);
		FIX("start it without that bit; 'setpriv --dump' shows the securebits");
		return REASON("CAP-AMBIENT", "capabilities(7)",
			      "the securebit NO_CAP_AMBIENT_RAISE is set: whoever started us has "
			      "forbidden ambient capabilities");
	}
	if (error == 0 && strstr(call, "PR_CAPBSET_READ")) {
		FIX("build Strata with a libcap that is as new as the kernel");
		return REASON("CAP-KERNEL", "capabilities(7)",
			      "the kernel has capabilities that this program knows nothing of, and "
			      "so would not drop");
	}
	if (error == 0 && (strstr(call, "cap_get_proc") || strstr(call, "PR_GET_NO_NEW_PRIVS")))
		return decide_difference(facts, reason);
	return account_decide(call, error, state, reason);
}

bool capdrop_decide(const char *call, int error, const struct state *state, struct reason *reason,
		    void *argument)
{
	struct capdrop_facts *facts = argument;
	char text[4096];
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	facts->securebits = bits < 0 ? 0 : (unsigned)bits;
	if (read_file("/proc/self/status", text, sizeof(text)) > 0 && error != 0) {
		const char *permitted = find_field(text, "CapPrm");

		facts->held.permitted = permitted ? strtoull(permitted, NULL, 16) : 0;
	}
	if (read_file("/proc/self/attr/current", facts->confined_by, sizeof(facts->confined_by)) <
	    0)
		*facts->confined_by = '\0';
	facts->confined_by[strcspn(facts->confined_by, "\n")] = '\0';
	return capdrop_reason(call, error, state, facts, reason);
}
