/* subid.c: the ids that the machine lends to a user. See subid.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "maps.h"
#include "number.h"
#include "paste.h"
#include "subid.h"
#include "why.h"

#define ID_MAX 4294967294ULL

/* Splits "sam:100000:65536". Returns whether it is such a line. */
static bool split(char *line, char **name, unsigned long long *first, unsigned long long *count)
{
	char *second, *third;

	line[strcspn(line, "\n")] = '\0';
	*name = line;
	second = strchr(line, ':');
	third = second ? strchr(second + 1, ':') : NULL;
	if (!third)
		return false;
	*second++ = '\0';
	*third++ = '\0';
	return parse_number(second, ID_MAX, first) && parse_number(third, ID_MAX, count) &&
	       *count > 0;
}

int subid_add(FILE *file, const char *name, uid_t uid, unsigned long inner, char *map,
	      unsigned long *beyond)
{
	unsigned long long first, count;
	char number[16], *line = NULL, *whose;
	size_t size = 0;
	int ranges = 0;

	snprintf(number, sizeof(number), "%u", uid);
	while (getline(&line, &size, file) > 0) {
		if (!split(line, &whose, &first, &count))
			continue;
		if (first + count > *beyond)
			*beyond = first + count;
		if (strcmp(whose, number) != 0 && !(*name && strcmp(whose, name) == 0))
			continue;
		map_append(map, inner, first, count);
		inner += count;
		ranges++;
	}
	free(line);
	return ranges;
}

/* How root lends ids to a user: those that nobody has yet. */
static _Noreturn void refuse_none(const char *path, const char *name, unsigned long beyond)
{
	struct reason refusal = { .id = "SUBID-NONE", .see = "subuid(5)" }, *reason = &refusal;
	unsigned long first = beyond > 100000 ? beyond : 100000, last = first + 65535;
	unsigned uid = geteuid();

	if (*name)
		FIX("sudo usermod --add-subuids %lu-%lu --add-subgids %lu-%lu %s", first, last,
		    first, last, name);
	else
		FIX("echo %u:%lu:65536 | sudo tee -a /etc/subuid /etc/subgid", uid, first);
	if (uid == 0) {
		size_t used = strlen(refusal.fix);

		snprintf(refusal.fix + used, sizeof(refusal.fix) - used,
			 "\nor, since root may map any ids:\n%s",
			 paste_swap("--map-auto", "--uid-map 0:100000:65536 --gid-map "
						  "0:100000:65536"));
	}
	snprintf(
		refusal.why, sizeof(refusal.why),
		"%s says which ids a user may map besides their own, and has no line for %s%suid %u",
		path, name, *name ? ", " : "", uid);
	if (*name)
		why_refuse(reason, "no subordinate ids for user %s in %s", name, path);
	why_refuse(reason, "no subordinate ids for uid %u in %s", uid, path);
}

static void fill(const char *path, const char *name, unsigned own, char *map)
{
	FILE *file = fopen(path, "re");
	unsigned long beyond = 0;
	int ranges;

	map_append(map, 0, own, 1);
	ranges = file ? subid_add(file, name, geteuid(), 1, map, &beyond) : 0;
	if (file)
		fclose(file);
	if (ranges == 0)
		refuse_none(path, name, beyond);
}

void subid_maps(char *uid_map, char *gid_map)
{
	char name[ACCOUNT_NAME_MAX];

	account_name(false, geteuid(), name);
	fill("/etc/subuid", name, geteuid(), uid_map);
	fill("/etc/subgid", name, getegid(), gid_map);
}
