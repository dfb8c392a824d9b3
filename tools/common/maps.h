/* maps.h: which ids inside stand for which outside. user_namespaces(7), "User
 * and group ID mappings". */
#ifndef STRATA_MAPS_H
#define STRATA_MAPS_H

#include <stdbool.h>

/* So many ranges the kernel takes (4.15), and prints in 33 bytes each. */
#define MAP_RANGES_MAX 340
#define MAP_LINE 33

/* Room for a map as a text, and one byte: what fills it was cut. A map is text
 * as the kernel takes it, "INNER OUTER COUNT\n" for each range; "" for none. */
#define MAP_SIZE (MAP_RANGES_MAX * MAP_LINE + 2)

/* What a map is when no range was asked for. */
enum map_mode {
	MAP_ALL = 'a',	   /* every id that we have here, onto itself */
	MAP_ROOT = 'r',	   /* our own id becomes 0 */
	MAP_CURRENT = 'c', /* our own id stays as it is */
};

/* The map of the first user namespace. */
#define MAP_EVERYBODY "0 0 4294967295\n"

/* Adds a range. Ends with 125 when it is one more than the kernel takes. */
void map_append(char *map, unsigned long inner, unsigned long outer, unsigned long count);

/* Makes `map` the one that hands on each id that has a number inside of `of`,
 * with the same number. */
void map_onto_itself(char *map, const char *of);

/* Finds the number outside of an id inside, or, inwards, the one inside of an
 * id outside. Returns whether there is one. */
bool map_translate(const char *map, unsigned long id, bool inwards, unsigned long *other);

/* Whether `own`, the map of the user namespace that we are in, has all ids that
 * a new map asks for, each range within one of its own, as the kernel wants it.
 * If not, *missing is one that it has not, or the last of a range that is in two
 * pieces there. */
bool map_covers(const char *own, const char *wanted, unsigned long *missing);

/* Adds a range "INNER:OUTER:COUNT". Ends with 125 when it is none, or one more
 * than the kernel takes. `map` has MAP_SIZE bytes. */
void map_add(char *map, const char *range);

/* Fills a map that is empty, by a map_mode (0 is as MAP_CURRENT). `own` is our
 * id here, `path` the file of our own map: /proc/self/uid_map or gid_map. Ends
 * with 125 when there are more ranges than the kernel takes. */
void map_complete(char *map, int mode, unsigned own, const char *path);

/* Whether the user 0 outside has an id inside. */
bool map_takes_root(const char *map);

/* Reads a map back from `path` and ends with 125 when it is not the one that
 * was asked for. */
void map_verify(const char *path, const char *wanted);

#endif
