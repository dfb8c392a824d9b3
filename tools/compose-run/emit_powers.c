/* emit_powers.c: who the process is and what it may: the words of capdrop and lsm. They
 * say it together, so that it is written at the end. See emitting.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../capdrop/sets.h"
#include "account.h"
#include "emitting.h"
#include "memory.h"
#include "message.h"

static void preset(struct emit *emit, const char *value)
{
	emit->preset = true;
	emit->base = sets_preset(value);
}

static void keep(struct emit *emit, const char *value)
{
	emit->kept = true;
	emit->add |= sets_parse(value);
}

static void add(struct emit *emit, const char *value)
{
	emit->add |= sets_parse(value);
}

static void drop(struct emit *emit, const char *value)
{
	emit->dropped = true;
	if (strcasecmp(value, "all") == 0)
		emit->kept = true;
	else
		emit->drop |= sets_parse(value);
}

static void ambient(struct emit *emit, const char *value)
{
	emit->ambient |= sets_parse(value);
}

static void inheritable(struct emit *emit, const char *value)
{
	emit->inheritable |= sets_parse(value);
}

static void user(struct emit *emit, const char *value)
{
	emit->user = value;
}

static void groups(struct emit *emit, const char *value)
{
	emit->groups = value;
}

static void umask_of(struct emit *emit, const char *value)
{
	emit->umask = (int)strtoul(value, NULL, 8);
}

static void allow_new_privs(struct emit *emit, const char *value)
{
	(void)value;
	emit->new_privs = true;
}

static void seccomp(struct emit *emit, const char *value)
{
	emit->seccomp = value;
}

static void apparmor(struct emit *emit, const char *value)
{
	emit_set(emit->process, "apparmorProfile", json_string(value));
}

static void selinux(struct emit *emit, const char *value)
{
	emit_set(emit->process, "selinuxLabel", json_string(value));
}

const struct emit_word emit_power_words[] = {
	{ "capdrop", "--preset", true, preset },
	{ "capdrop", "--keep", true, keep },
	{ "capdrop", "--add", true, add },
	{ "capdrop", "--drop", true, drop },
	{ "capdrop", "--ambient", true, ambient },
	{ "capdrop", "--inheritable", true, inheritable },
	{ "capdrop", "--user", true, user },
	{ "capdrop", "--groups", true, groups },
	{ "capdrop", "--clear-groups", false, NULL },
	{ "capdrop", "--umask", true, umask_of },
	{ "capdrop", "--allow-new-privs", false, allow_new_privs },
	{ "lsm", "--seccomp", true, seccomp },
	{ "lsm", "--apparmor-profile", true, apparmor },
	{ "lsm", "--selinux-label", true, selinux },
	{ "lsm", "--allow-new-privs", false, allow_new_privs },
	{ NULL, NULL, false, NULL },
};

static void emit_capability_set(json_t *sets, const char *name, uint64_t set)
{
	json_t *list = emit_list(sets, name);

	for (int cap = 0; cap < 64 && cap < cap_max_bits(); cap++)
		if (set >> cap & 1) {
			char *lower = cap_to_name(cap);
			char *upper = lower ? copy_text(lower) : NULL;

			if (!upper)
				die_errno("cannot name a capability");
			for (char *c = upper; *c; c++)
				if (*c >= 'a' && *c <= 'z')
					*c = (char)(*c - 'a' + 'A');
			emit_add(list, json_string(upper));
			cap_free(lower);
			free(upper);
		}
}

/* Computes as capdrop does. */
uint64_t emit_capabilities(struct emit *emit)
{
	uint64_t base = emit->base, set;
	json_t *sets = emit_object(emit->process, "capabilities");

	if (!emit->has_capdrop || (emit->dropped && !emit->kept && !emit->preset))
		base = sets_preset("all");
	set = ((base | emit->add) & ~emit->drop) | emit->ambient;
	emit_capability_set(sets, "bounding", set);
	emit_capability_set(sets, "permitted", set);
	emit_capability_set(sets, "effective", set);
	emit_capability_set(sets, "inheritable", emit->inheritable | emit->ambient);
	emit_capability_set(sets, "ambient", emit->ambient);
	return set;
}

void emit_user(struct emit *emit)
{
	static struct account account;
	json_t *to = emit_object(emit->process, "user");

	if (emit->user)
		account_find(emit->root ? emit->root : "/", emit->user, &account);
	if (emit->groups)
		account_find_groups(emit->groups, &account);
	emit_set(to, "uid", json_integer(account.has_uid ? account.uid : emit->uid));
	emit_set(to, "gid", json_integer(account.has_gid ? account.gid : emit->gid));
	if (emit->umask >= 0)
		emit_set(to, "umask", json_integer(emit->umask));
	/* The user's own group among them, as capdrop sets them. */
	for (size_t i = 0; i < account.group_count; i++)
		if (account.groups[i] != account.gid)
			emit_add(emit_list(to, "additionalGids"), json_integer(account.groups[i]));
}
