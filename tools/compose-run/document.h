/* document.h: a JSON file that may come from anywhere, read whole.
 *
 * What is no JSON, is too long or too deep, has a key twice or a byte 0, ends
 * the process with 125 and says where. RFC 8259. */
#ifndef STRATA_DOCUMENT_H
#define STRATA_DOCUMENT_H

#include <jansson.h>
#include <stddef.h>

/* Docker's config.json has 25 KB; and objects in it lie 7 deep. */
#define DOCUMENT_BYTES_MAX (1 << 20)
#define DOCUMENT_DEPTH_MAX 32

/* The largest number of 64 bits without a sign, which is "no limit" for
 * setrlimit(2), is more than the library's numbers hold. It is read as the
 * smallest of those, which is refused when it stands in the file itself. */
#define DOCUMENT_LARGEST INT64_MIN

/* Reads a regular file. Returns its value, to be freed with json_decref(); and
 * its text, unless `kept` is NULL: a new string of *size bytes. */
json_t *document_read(const char *file, char **kept, size_t *size);

/* The same for a text of `size` bytes, which is changed; `name` is for
 * messages. */
json_t *document_parse(const char *name, char *text, size_t size);

#endif
