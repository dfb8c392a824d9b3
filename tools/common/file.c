/* file.c: small files of the kernel's, read and written whole. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -1;
	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	if (got < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	close(fd);
	return (ssize_t)n;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);
	ssize_t put;
	int error;

	if (fd < 0)
		return -1;
	put = write(fd, text, length);
	error = put < 0 ? errno : EIO;
	close(fd);
	if (put == (ssize_t)length)
		return 0;
	errno = error;
	return -1;
}

const char *find_field(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (; text; text = strchr(text, '\n'), text += text != NULL)
		if (strncmp(text, name, length) == 0 && text[length] == ':')
			return text + length + 1 + strspn(text + length + 1, " \t");
	return NULL;
}
