/* bundle_powers.c: what the program of a bundle may do: capabilities, and the
 * security modules. See bundle.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "bundle.h"
#include "memory.h"
#include "message.h"

/* Those that we have, and those that come with a user namespace. */
static uint64_t capabilities_here(const struct bundle *bundle)
{
	uint64_t all = 0;
	cap_t own = cap_get_proc();

	if (!own)
		die_errno("cannot read our capabilities");
	for (int cap = 0; cap < cap_max_bits() && cap < 64; cap++) {
		cap_flag_value_t permitted = CAP_CLEAR;

		cap_get_flag(own, cap, CAP_PERMITTED, &permitted);
		if (bundle_has(bundle, BUNDLE_USER) || permitted == CAP_SET)
			all |= UINT64_C(1) << cap;
	}
	cap_free(own);
	return all;
}

/* A set as capdrop takes it: "chown,kill". A new string. */
static char *set_text(uint64_t set)
{
	char *list = copy_text("");

	for (int cap = 0; cap < 64; cap++) {
		char *name, *longer;

		if (!(set >> cap & 1))
			continue;
		name = cap_to_name(cap);
		longer = print_text("%s%s%s", list, *list ? "," : "", name + strlen("cap_"));
		cap_free(name);
		free(list);
		list = longer;
	}
	return list;
}

static void add_set(struct words *words, const char *option, uint64_t set)
{
	char *list = set_text(set);

	words_add_option(words, option, "%s", list);
	free(list);
}

/* Of the five sets exec makes two by itself, permitted and effective: for user 0
 * from bounding, for others from ambient. So what capdrop takes says it all, but
 * for user 0 with less permitted than bounding: that stays so under no_new_privs
 * only, and then the rest of bounding can never be had. */
void bundle_plan_capabilities(const struct bundle *bundle, struct chain *chain, bool mapped)
{
	struct words *words = row_add(chain, "capdrop", "few of root's powers, and who it is");
	uint64_t here = capabilities_here(bundle), bounding = bundle->process.bounding;
	uint64_t lost = bounding & ~here, inheritable, ambient;

	if (lost) {
		char *list = set_text(lost);

		note("process.capabilities: we have no %s to give; left out", list);
		free(list);
	}
	bounding &= here;
	if (bundle->process.uid == 0 && bundle->process.no_new_privileges)
		bounding &= bundle->process.permitted;
	inheritable = bundle->process.inheritable & bounding;
	/* What is not inheritable can't be ambient; other runtimes pass over it
	 * as well. User 0 has it by bounding. */
	ambient = bundle->process.ambient & inheritable & bundle->process.permitted;
	if (bundle->process.uid != 0 && ambient != bundle->process.ambient) {
		char *list = set_text(bundle->process.ambient & ~ambient);

		note("process.capabilities.ambient: %s is not permitted and inheritable as well; "
		     "left out",
		     list);
		free(list);
	}
	/* "nodev" can be taken off again by who may mount. */
	if (bundle->linux_.devices_ruled && bundle_devices_by_nodev(bundle) &&
	    !bundle_has(bundle, BUNDLE_USER) && bounding >> CAP_SYS_ADMIN & 1)
		strict_missing_path(bundle->file, "linux.resources.devices",
				    "devices are denied by mounts with \"nodev\", and with "
				    "CAP_SYS_ADMIN the program could\ntake that off");
	if (bounding)
		add_set(words, "--keep", bounding);
	else
		words_add_option(words, "--drop", "all");
	if (inheritable & ~ambient)
		add_set(words, "--inheritable", inheritable & ~ambient);
	if (ambient)
		add_set(words, "--ambient", ambient);
	bundle_plan_ids(bundle, words, mapped);
	if (!bundle->process.no_new_privileges)
		words_add(words, "--allow-new-privs");
}

void bundle_plan_security(const struct bundle *bundle, struct chain *chain)
{
	bool labels = bundle->process.apparmor || bundle->process.selinux;
	struct words *words;

	if (!bundle->linux_.seccomp && !labels)
		return;
	words = row_add(chain, "lsm",
			bundle->linux_.seccomp ? "the filter of linux.seccomp" : "its label");
	words_add_option(words, "--seccomp", "%s", bundle->linux_.seccomp ? "fd:3" : "none");
	if (bundle->process.apparmor)
		words_add_option(words, "--apparmor-profile", "%s", bundle->process.apparmor);
	if (bundle->process.selinux)
		words_add_option(words, "--selinux-label", "%s", bundle->process.selinux);
	if (!bundle->process.no_new_privileges)
		words_add(words, "--allow-new-privs");
}
