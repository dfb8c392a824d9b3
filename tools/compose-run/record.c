/* record.c: what of a chain is kept with a container. See record.h. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "paste.h"
#include "record.h"
#include "store.h"

/* Whether another program goes through this link, too, to be as confined as the
 * first: env, choom, prlimit, compose-run process, capdrop and lsm. And chroot, when the root is not
 * that of a mount namespace, which one enters with its root. */
static bool is_kept(const struct row *row)
{
	const char *name = row->words.word[0];

	if (strcmp(name, "compose-run") == 0)
		return strcmp(row->words.word[1], "process") == 0;
	if (row_is_outside(row) || strcmp(name, "capdrop") == 0 || strcmp(name, "lsm") == 0)
		return true;
	return row->comment && strcmp(name, "chroot") == 0 &&
	       strcmp(row->words.word[1], "--pivot") != 0;
}

/* The root is there already, and only the working directory is left to be changed to. */
static bool is_kept_for_directory(const struct row *row)
{
	const struct words *words = &row->words;

	if (!row->comment || strcmp(words->word[0], "chroot") != 0 ||
	    strcmp(words->word[1], "--pivot") != 0)
		return false;
	for (size_t i = 2; i + 1 < words->count; i++)
		if (strcmp(words->word[i], "--wd") == 0)
			return true;
	return false;
}

static void add_word(json_t *link, const char *word)
{
	char *text = store_encode(word);

	/* A word that is missing would be a confinement that is missing. */
	if (json_array_append_new(link, json_string(text)) != 0)
		die("cannot keep the links of the container: no memory");
	free(text);
}

bool record_has_cgroup(const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;

		if (chain->rows[i].comment && strcmp(words->word[0], "cgroup") == 0 &&
		    !(words->count == 2 && strcmp(words->word[1], "--cgroupns") == 0))
			return true;
	}
	return false;
}

/* What the filter was made from, which may be another file by then. */
static void keep_profile(int directory, const char *name, const char *file)
{
	int from = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int to = openat(directory, "seccomp.json",
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	char bytes[16384];
	ssize_t got = -1;

	while (from >= 0 && to >= 0 && (got = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)got) != got) {
			got = -1;
			break;
		}
	if (got < 0)
		store_give_up(directory, name, "keep the seccomp profile");
	close(from);
	close(to);
}

void record_links(int directory, const char *name, const struct chain *chain)
{
	json_t *links = json_array();
	char *text;

	if (chain->file)
		keep_profile(directory, name, chain->file);
	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;
		bool for_directory = is_kept_for_directory(&chain->rows[i]);
		json_t *link;

		if (i != 0 && !for_directory && !is_kept(&chain->rows[i]))
			continue;
		link = json_array();
		for (size_t j = 0; j < words->count; j++)
			if (!for_directory)
				add_word(link, words->word[j]);
			else if (strcmp(words->word[j], "--pivot") != 0)
				add_word(link, j + 1 < words->count ? words->word[j] : "/");
		json_array_append_new(links, link);
	}
	text = json_dumps(links, 0);
	if (!text || store_write(directory, "links.json", text) != 0)
		store_give_up(directory, name, "keep the links");
	free(text);
	json_decref(links);
}

/* Leaves a line of text that can be printed, whatever its bytes were. */
static void tidy(char *text, bool cut)
{
	char *last = text + strlen(text);
	json_t *string;

	/* The last character may not be whole. */
	while (cut && last > text && ((unsigned char)*--last & 0xc0) == 0x80)
		;
	if (cut)
		*last = '\0';
	string = json_string(text);
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\177')
			*at = ' ';
		else if (!string && (unsigned char)*at >= 0x80)
			*at = '?';
	json_decref(string);
}

void record_describe(const struct chain *chain, char *text, size_t size)
{
	const struct words *words = &chain->rows[chain->count - 1].words;
	size_t n = 0;

	*text = '\0';
	for (size_t i = words->count && strcmp(words->word[0], "--") == 0;
	     i < words->count && n < size; i++) {
		char *word = paste_word(words->word[i]);

		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "", word);
		free(word);
	}
	tidy(text, n >= size);
}
