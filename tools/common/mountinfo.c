/* mountinfo.c: the lines of /proc/self/mountinfo. See mountinfo.h. */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
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

/* Cuts the next word off a line. */
static char *next_word(char **line)
{
	char *word = *line;

	*line += strcspn(*line, " ");
	if (**line)
		*(*line)++ = '\0';
	return word;
}

bool mountinfo_parse(char *line, struct mountinfo *mount)
{
	char *word[6], *dash;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < 6; i++)
		word[i] = next_word(&line);
	/* What may stand here, any number of words, ends with a dash. */
	dash = strncmp(line, "- ", 2) == 0 ? line : strstr(line, " - ");
	if (!*word[5] || !dash)
		return false;
	mount->id = atoi(word[0]);
	mount->parent = atoi(word[1]);
	mount->device = word[2];
	mountinfo_unescape(word[3]);
	mount->root = word[3];
	mountinfo_unescape(word[4]);
	mount->target = word[4];
	mount->flags = word[5];
	mount->peers = dash == line ? "" : line;
	line = dash + (dash == line ? 2 : 3);
	*dash = '\0';
	mount->type = next_word(&line);
	word[0] = next_word(&line);
	mountinfo_unescape(word[0]);
	mount->source = word[0];
	return *mount->type != '\0';
}

bool mountinfo_has(const char *flags, const char *word)
{
	size_t length = strlen(word);

	for (; *flags; flags += strcspn(flags, ","), flags += *flags == ',')
		if (strncmp(flags, word, length) == 0 &&
		    (flags[length] == ',' || flags[length] == '\0'))
			return true;
	return false;
}
