/* memory.c: memory, or the end. See memory.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "message.h"

static void *checked(void *memory)
{
	if (!memory)
		die_errno("cannot go on without memory");
	return memory;
}

char *copy_text(const char *text)
{
	return checked(strdup(text));
}

char *copy_part(const char *text, size_t length)
{
	return checked(strndup(text, length));
}

char *print_text(const char *format, ...)
{
	char *text;
	va_list values;
	int n;

	va_start(values, format);
	n = vasprintf(&text, format, values);
	va_end(values);
	return checked(n < 0 ? NULL : text);
}

void *resize(void *array, size_t count, size_t size)
{
	return checked(reallocarray(array, count, size));
}
