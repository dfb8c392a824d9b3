/* emit.c: from a chain to an OCI bundle, for other runtimes: --emit-oci.
 *
 * It is read off the chain, word for word, and not off the options: so what the
 * config.json says is what the chain does. A word of a link that is in none of
 * the tables is refused, and never left out. The tables are in files of their
 * own; see emitting.h. Read on: the runtime-spec's config.md. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "chain.h"
#include "emit.h"
#include "emitting.h"
#include "memory.h"
#include "message.h"

static const struct emit_word *const tables[] = {
	emit_cgroup_words,  emit_namespace_words, emit_mount_words,
	emit_process_words, emit_power_words,	  emit_link_words,
};

/* The name of a link: "ns-uts", or "compose-run time". */
static const char *tool_of(const struct words *words)
{
	static char name[64];

	if (chain_name_words(words->word) == 1)
		return words->word[0];
	snprintf(name, sizeof(name), "%s %s", words->word[0], words->word[1]);
	return name;
}

static const struct emit_word *find_word(const char *tool, const char *option)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct emit_word *word = tables[i]; word->tool; word++)
			if (strcmp(word->tool, tool) == 0 && strcmp(word->option, option) == 0)
				return word;
	return NULL;
}

/* Returns how many words it was, with its value. */
static size_t emit_option(struct emit *emit, const struct words *words, size_t i)
{
	const char *tool = tool_of(words), *option = words->word[i];
	const struct emit_word *word = find_word(tool, option);

	/* Which nobody has typed: it is how --rootfs alone is made. */
	if (!word && strcmp(tool, "ns-mnt") == 0 && strcmp(option, "--overlay") == 0)
		emit_refuse("what is written goes to memory, and is thrown away", NULL,
			    "the runtime-spec has no words for an overlay; --rootfs DIR:rw, or "
			    "--read-only, can be said");
	if (!word || (word->valued && !words->word[i + 1]))
		emit_refuse(tool, option, "the runtime-spec has no words for this");
	if (word->emit)
		word->emit(emit, word->valued ? words->word[i + 1] : NULL);
	return word->valued ? 2 : 1;
}

static void emit_row(struct emit *emit, const struct words *words)
{
	const char *tool = tool_of(words);
	size_t i = (size_t)chain_name_words(words->word);

	emit_namespace(emit, tool);
	if (strcmp(tool, "ns-mnt") == 0)
		emit->has_mounts = true;
	if (strcmp(tool, "capdrop") == 0)
		emit->has_capdrop = true;
	if (strcmp(tool, "lsm") == 0)
		emit->seccomp = "default";
	while (i < words->count) {
		/* chroot's last word is the new root. */
		if (strcmp(tool, "chroot") == 0 && i + 1 == words->count) {
			emit->has_chroot = true;
			break;
		}
		if (strcmp(tool, "prlimit") == 0 && strncmp(words->word[i], "--", 2) == 0) {
			if (words->word[i][2])
				emit_rlimit(emit, words->word[i] + 2);
			i++;
			continue;
		}
		if (strcmp(tool, "choom") == 0 && strcmp(words->word[i], "--") == 0) {
			i++;
			continue;
		}
		i += emit_option(emit, words, i);
	}
}

static void emit_all(struct emit *emit, const struct chain *chain)
{
	uint64_t capabilities;
	json_t *args;

	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;

		if (i == 0) {
			/* env -i NAME=VALUE ... */
			for (size_t j = 2; j < words->count; j++)
				emit_add(emit_list(emit->process, "env"),
					 json_string(words->word[j]));
		} else if (i + 1 == chain->count) {
			args = emit_list(emit->process, "args");
			for (size_t j = 1; j < words->count; j++)
				emit_add(args, json_string(words->word[j]));
		} else {
			emit_row(emit, words);
		}
	}
	if (!emit->has_mounts || !emit->has_chroot || !emit->root)
		emit_refuse("--without ns-mnt and chroot", NULL,
			    "the other runtimes always mount a root and change to it");
	emit_default_maps(emit);
	emit_user(emit);
	capabilities = emit_capabilities(emit);
	emit_set(emit->process, "noNewPrivileges", json_boolean(!emit->new_privs));
	if (emit->seccomp && strcmp(emit->seccomp, "none") != 0)
		emit_filter(emit, strcmp(emit->seccomp, "default") == 0 ? NULL : chain->file,
			    capabilities);
}

/* "No limit" gets its real value, which the library can't write. */
static void replace_largest(char *text)
{
	static const char stand_in[] = " -9223372036854775808", largest[] = " 18446744073709551615";

	while ((text = strstr(text, stand_in)))
		memcpy(text, largest, strlen(largest));
}

static void write_config(const char *file, json_t *spec)
{
	char *text = json_dumps(spec, JSON_INDENT(4)), *copy;
	static struct bundle bundle;
	size_t size;
	int fd;

	if (!text)
		die("--emit-oci: no memory");
	replace_largest(text);
	/* What we write we also read, or it is a mistake of ours. */
	copy = copy_text(text);
	size = strlen(text);
	bundle_parse(file, copy, size, &bundle);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		die_errno("--emit-oci: cannot make %s", file);
	if (write(fd, text, size) != (ssize_t)size || write(fd, "\n", 1) != 1 || close(fd) != 0) {
		unlink(file);
		die_errno("--emit-oci: cannot write %s", file);
	}
	free(copy);
	free(text);
}

void emit_bundle(const struct chain *chain, bool has_terminal, const char *path)
{
	struct emit emit = { .umask = -1, .file_fd = chain->file ? chain->file_fd : 0 };
	char *file = print_text("%s/config.json", path);

	emit.spec = emit_made(json_object());
	emit_set(emit.spec, "ociVersion", json_string("1.0.2"));
	emit.process = emit_object(emit.spec, "process");
	emit_set(emit.process, "terminal", json_boolean(has_terminal));
	emit_set(emit.process, "cwd", json_string("/"));
	emit_object(emit.spec, "root");
	emit.mounts = emit_list(emit.spec, "mounts");
	emit.linux_ = emit_object(emit.spec, "linux");
	emit.namespaces = emit_list(emit.linux_, "namespaces");
	emit.devices = emit_list(emit_object(emit.linux_, "resources"), "devices");
	emit_add(emit.devices, json_pack("{s:b, s:s}", "allow", 0, "access", "rwm"));
	emit_all(&emit, chain);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		die_errno("--emit-oci: cannot make the directory %s", path);
	write_config(file, emit.spec);
	json_decref(emit.spec);
	free(file);
}
