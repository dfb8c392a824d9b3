/* bundle_ids.c: who the program of a bundle is: the user namespace and its maps,
 * the user and the groups in it. See bundle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bundle.h"
#include "memory.h"

/* The id that we have in a map "INNER:OUTER:COUNT", or -1. */
static long long inner_id(const struct words *map, unsigned own)
{
	for (size_t i = 0; i < map->count; i++) {
		unsigned inner, outer, count;

		if (sscanf(map->word[i], "%u:%u:%u", &inner, &outer, &count) == 3 && own >= outer &&
		    own - outer < count)
			return (long long)inner + (own - outer);
	}
	return -1;
}

static void add_maps(struct words *words, const char *option, const struct words *map)
{
	for (size_t i = 0; i < map->count; i++)
		words_add_option(words, option, "%s", map->word[i]);
}

bool bundle_plan_user(const struct bundle *bundle, struct chain *chain)
{
	const struct words *uids = &bundle->linux_.uid_map, *gids = &bundle->linux_.gid_map;
	uint32_t uid = bundle->process.uid, gid = bundle->process.gid;
	struct words *words;
	bool mapped;

	if (!bundle_has(bundle, BUNDLE_USER)) {
		if (geteuid() != 0)
			strict_wrong_path(
				bundle->file, "linux.namespaces",
				"without {\"type\": \"user\"} only root can make the rest; you "
				"are uid %u\n(runc spec --rootless writes one)",
				geteuid());
		return false;
	}
	words = bundle_add_namespace(bundle, chain, BUNDLE_USER, "ns-user",
				     "the powers that follow end at this border");
	if (bundle->linux_.namespaces[BUNDLE_USER].path || geteuid() == 0) {
		add_maps(words, "--uid-map", uids);
		add_maps(words, "--gid-map", gids);
		return false;
	}
	/* An ordinary user has one id to map, and can't become another. */
	mapped = uids->count == 0 || (inner_id(uids, geteuid()) == (long long)uid &&
				      inner_id(gids, getegid()) == (long long)gid);
	if (uids->count) {
		add_maps(words, "--uid-map", uids);
		add_maps(words, "--gid-map", gids);
	} else if (uid || gid) {
		words_add_option(words, "--uid-map", "%u:%u:1", uid, geteuid());
		words_add_option(words, "--gid-map", "%u:%u:1", gid, getegid());
	}
	if (mapped && uid)
		words_add(words, "--keep-caps");
	return mapped;
}

void bundle_plan_ids(const struct bundle *bundle, struct words *words, bool mapped)
{
	const struct words *groups = &bundle->process.groups;
	char *list = copy_text("");

	for (size_t i = 0; i < groups->count; i++) {
		char *longer = print_text("%s%s%s", list, i ? "," : "", groups->word[i]);

		free(list);
		list = longer;
	}
	if (!mapped && (bundle->process.uid || bundle->process.gid || row_may_set_groups()))
		words_add_option(words, "--user", "%u:%u", bundle->process.uid,
				 bundle->process.gid);
	if (*list)
		words_add_option(words, "--groups", "%s", list);
	else if (!mapped && row_may_set_groups())
		words_add(words, "--clear-groups");
	if (bundle->process.umask >= 0)
		words_add_option(words, "--umask", "%04o", (unsigned)bundle->process.umask);
	free(list);
}
