/* facts.h: what can be seen of the ten layers of a process, from outside. */
#ifndef STRATA_FACTS_H
#define STRATA_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "process.h"

/* The ten, in the order of the chain; their names are tool_names (chain.h). */
enum layer_index {
	LAYER_CGROUP,
	LAYER_USER,
	LAYER_PID,
	LAYER_UTS,
	LAYER_IPC,
	LAYER_NET,
	LAYER_MNT,
	LAYER_CHROOT,
	LAYER_CAPDROP,
	LAYER_LSM,
	LAYERS
};

/* Facts that are told together when they have the same value: "limit of
 * memory, pids: none"; or, when that holds for all of them, "limits: none". */
struct fact_group {
	const char *some, *all;
};

struct fact {
	char *name;			/* "host name" */
	char *value;			/* in words; NULL when it is not known, */
	char *unknown;			/* ... and why not */
	const struct fact_group *group; /* NULL: it stands alone */
	bool decides;			/* whether a layer is another one when this differs */
	bool bare;			/* its value says all without the name: "31 mounts" */
	const char *doubt;		/* why an equal value does not prove anything; or NULL */
};

struct layer {
	struct fact *facts;
	size_t count;
};

struct facts {
	struct layer layers[LAYERS];
};

/* Looks at all layers of a process. Changes nothing, and runs nothing. */
void facts_read(const struct process *process, struct facts *facts);

/* Adds a fact. The value is printed by a format, and cleaned (process.h). */
struct fact *fact_add(struct layer *layer, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds one that is not known; the reason is printed by a format. */
struct fact *fact_add_unknown(struct layer *layer, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The fact of that name and group, or NULL. */
const struct fact *fact_find(const struct layer *layer, const char *name,
			     const struct fact_group *group);

/* limits.c: the cgroups of a process, and the limits that they set. */
void facts_of_cgroup(const struct process *process, struct layer *layer);

#endif
