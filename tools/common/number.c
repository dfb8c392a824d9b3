/* number.c: numbers and sizes as people write them. See number.h. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "number.h"

bool parse_number(const char *text, unsigned long long max, unsigned long long *number)
{
	char *end;

	/* strtoull(3) takes signs and blanks in front; we do not. */
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !*end && errno == 0 && *number <= max;
}

bool parse_size(const char *text, unsigned long long *bytes)
{
	static const char units[] = "kmgt";
	unsigned shift = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	if (*end) {
		const char *unit = strchr(units, tolower((unsigned char)*end));

		if (unit) {
			shift = 10 * (unsigned)(unit - units + 1);
			end++;
		}
		if (strcasecmp(end, "b") == 0 || (unit && strcasecmp(end, "ib") == 0))
			end += strlen(end);
	}
	if (*end || *bytes > (ULLONG_MAX >> shift))
		return false;
	*bytes <<= shift;
	return true;
}
