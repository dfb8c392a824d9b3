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
	unsigned long long part = 0, parts = 1;
	unsigned shift = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	if (*end == '.') {
		/* More than nine digits would not change a size that one means. */
		while (isdigit((unsigned char)*++end) && parts < 1000000000) {
			part = 10 * part + (unsigned long long)(*end - '0');
			parts *= 10;
		}
		if (parts == 1 || !*end || !strchr(units, tolower((unsigned char)*end)))
			return false;
	}
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
	/* In two steps: 2^40 times 10^9 would be too much. */
	part = shift < 20 ? (part << shift) / parts : ((part << 20) / parts) << (shift - 20);
	if (*bytes > ULLONG_MAX - part)
		return false;
	*bytes += part;
	return true;
}

bool parse_truth(const char *text, bool *truth)
{
	static const char *const words[][2] = { { "0", "1" },	     { "f", "t" },
						{ "F", "T" },	     { "false", "true" },
						{ "FALSE", "TRUE" }, { "False", "True" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		for (int j = 0; j < 2; j++)
			if (strcmp(text, words[i][j]) == 0) {
				*truth = j == 1;
				return true;
			}
	return false;
}
