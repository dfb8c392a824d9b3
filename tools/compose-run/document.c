/* document.c: a JSON file that may come from anywhere. See document.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document.h"
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "why.h"

static _Noreturn void refuse(const char *name, int line, const char *message)
{
	struct reason refusal = { 0 }, *reason = &refusal;
	char *quoted = paste_word(name);

	(void)REASON("OCI-JSON", "https://www.rfc-editor.org/rfc/rfc8259", "line %d: %s", line,
		     message);
	FIX("vi +%d %s", line, quoted);
	free(quoted);
	why_refuse(reason, "cannot read %s", name);
}

/* Looks at a number, digits with a sign before them, before the library does:
 * it can hold none of the two. */
static const char *take_number(char *number, size_t length)
{
	static const char largest[] = "18446744073709551615", stand_in[] = "-9223372036854775808";

	if (length != strlen(largest))
		return NULL;
	if (strncmp(number, stand_in, length) == 0)
		return "the number -9223372036854775808 means nothing here";
	if (strncmp(number, largest, length) == 0)
		memcpy(number, stand_in, length);
	return NULL;
}

/* What is to be refused before the library reads it, or NULL. The depth
 * decides how often its reader calls itself. */
static const char *find_wrong(char *text, size_t size, int *line)
{
	int depth = 0;

	*line = 1;
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c == '\n')
			++*line;
		if (c == '\0')
			return "this is no JSON: it holds a byte 0";
		if (c == '{' || c == '[')
			depth++;
		if (c == '}' || c == ']')
			depth--;
		if (depth > DOCUMENT_DEPTH_MAX)
			return "objects and lists lie more than 32 deep here; in a config.json 7 do";
		if (c == '"') {
			for (i++; i < size && text[i] != '"' && text[i] != '\n' && text[i]; i++)
				if (text[i] == '\\' && i + 1 < size && text[i + 1] != '\n')
					i++;
			if (i < size && text[i] != '"')
				i--;
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			size_t length = 1;
			const char *wrong;

			while (i + length < size && strchr("0123456789.eE+-", text[i + length]) &&
			       text[i + length])
				length++;
			wrong = take_number(text + i, length);
			if (wrong)
				return wrong;
			i += length - 1;
		}
	}
	return NULL;
}

json_t *document_parse(const char *name, char *text, size_t size)
{
	json_error_t error;
	json_t *root;
	int line;
	const char *wrong = find_wrong(text, size, &line);

	if (wrong)
		refuse(name, line, wrong);
	/* A key that stands twice would mean one thing here, and another in
	 * another program. */
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		char message[sizeof(error.text) + 32];

		snprintf(message, sizeof(message), "this is no JSON: %s", error.text);
		refuse(name, error.line > 0 ? error.line : 1, message);
	}
	return root;
}

json_t *document_read(const char *file, char **kept, size_t *kept_size)
{
	/* Without O_NONBLOCK a FIFO of that name would keep us forever. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	size_t size = 0;
	ssize_t got = 0;
	char *text;
	json_t *root;

	if (fd < 0)
		die_errno("cannot open %s", file);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		die("%s is no regular file", file);
	text = resize(NULL, DOCUMENT_BYTES_MAX + 1, 1);
	while (size <= DOCUMENT_BYTES_MAX &&
	       (got = read(fd, text + size, DOCUMENT_BYTES_MAX + 1 - size)) > 0)
		size += (size_t)got;
	if (got < 0)
		die_errno("cannot read %s", file);
	close(fd);
	if (size > DOCUMENT_BYTES_MAX)
		refuse(file, 1, "the file has more than a megabyte; Docker's have 25 KB");
	if (kept) {
		*kept = resize(NULL, size + 1, 1);
		memcpy(*kept, text, size);
		*kept_size = size;
	}
	root = document_parse(file, text, size);
	free(text);
	return root;
}
