/* alike.c: --compare --alike, whether two processes' layers were made alike. See
 * compare.h.
 *
 * Two containers share no namespace, so by what the kernel calls them they are
 * different in each layer. What the names do tell is whether a layer is a
 * process's own, or ours. So each name is replaced by that, and then what one
 * sees in the layer decides: the host name, the number of mounts, the ids. */
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "memory.h"

/* What one sees in a layer, and what depends on how it was made alone. */
static const char *const telling[] = { "users",	     "groups", "pid",	     "sees", "host name",
				       "interfaces", "mounts", "root mount", NULL };

static bool is_telling(const struct fact *fact, int layer)
{
	/* Of a cgroup that is the limits, which all have one group. */
	if (layer == LAYER_CGROUP)
		return true;
	for (int i = 0; telling[i]; i++)
		if (strcmp(fact->name, telling[i]) == 0)
			return true;
	return fact->decides;
}

/* Whether the fact is a name that no two of the kind have: of a namespace, a
 * cgroup, a directory. */
static bool is_name(const struct fact *fact, int layer)
{
	return strcmp(fact->name, "namespace") == 0 || (layer == LAYER_CGROUP && fact->decides) ||
	       (layer == LAYER_CHROOT && strcmp(fact->name, "directory") == 0);
}

static void replace(struct fact *fact, int layer, const struct facts *ours)
{
	const struct fact *our = fact_find(&ours->layers[layer], fact->name, fact->group);

	fact->doubt = NULL;
	if (is_name(fact, layer) && fact->value && our && our->value &&
	    strcmp(fact->value, our->value) != 0) {
		free(fact->value);
		fact->value = copy_text(layer == LAYER_CHROOT ? "a directory of its own"
					: fact->bare	      ? "a namespace of its own"
							      : "one of its own");
	}
	fact->decides = is_telling(fact, layer);
}

/* Whether both have the very same namespace. Then what is in it is the same. */
static bool is_shared(const struct comparison *comparison, int layer)
{
	const struct fact *of[2];

	for (int side = 0; side < 2; side++)
		of[side] = fact_find(&comparison->facts[side].layers[layer], "namespace", NULL);
	return layer != LAYER_CGROUP && of[0] && of[1] && of[0]->value && of[1]->value &&
	       strcmp(of[0]->value, of[1]->value) == 0;
}

void compare_alike(struct comparison *comparison)
{
	static struct process ourselves;
	static struct facts ours;

	process_hold(&ourselves, NULL);
	facts_read(&ourselves, &ours);
	for (int layer = 0; layer < LAYERS; layer++) {
		bool shared = is_shared(comparison, layer);

		for (int side = 0; side < 2 && !shared; side++) {
			struct layer *facts = &comparison->facts[side].layers[layer];

			for (size_t i = 0; i < facts->count; i++)
				replace(&facts->facts[i], layer, &ours);
		}
	}
	verdict_names[SAME] = "alike";
}
