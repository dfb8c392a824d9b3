/* mountinfo.c: the lines of /proc/self/mountinfo. See mountinfo.h. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "mountinfo.h"

static bool is_escape(const char *text)
{
	return text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
	       text[2] <= '7' && text[3] >= '0' && text[3] <= '7';
}

void mountinfo_unescape(char *path)
{
	char *to = path;

	for (; *path; path++)
		if (is_escape(path)) {
			*to++ = (char)((path[1] - '0') << 6 | (path[2] - '0') << 3 |
				       (path[3] - '0'));
			path += 3;
		} else {
			*to++ = *path;
		}
	*to = '\0';
}

char *mountinfo_target(char *line)
{
	for (int word = 1; word < 5; word++) {
		line = strchr(line, ' ');
		if (!line)
			return NULL;
		line++;
	}
	line[strcspn(line, " \n")] = '\0';
	if (!*line)
		return NULL;
	mountinfo_unescape(line);
	return line;
}
