/* spec.c: mounts as they are written in options. See spec.h. */
#include <string.h>

#include "memory.h"
#include "message.h"
#include "spec.h"

struct mount_order spec_covered(enum mount_kind kind, const char *path)
{
	bool if_there = strncmp(path, "-/", 2) == 0;

	return (struct mount_order){ .kind = kind,
				     .target = path + if_there,
				     .if_there = if_there };
}

struct mount_order spec_bind(char *spec, const char *options, const char *name)
{
	char *target = strrchr(spec, ':');

	if (!target || target == spec || !target[1])
		die("%s takes SRC:DST, not '%s' (a path with a colon: --mount type=bind,src=,dst=)",
		    name, spec);
	*target++ = '\0';
	return (struct mount_order){
		.kind = MOUNT_BIND, .source = spec, .target = target, .options = options
	};
}

struct mount_order spec_tmpfs(char *spec)
{
	char *options = strchr(spec, ':');

	if (options)
		*options++ = '\0';
	if (!*spec)
		die("--tmpfs takes DST[:OPTION,...], such as /tmp:size=64m,mode=1777");
	return (struct mount_order){
		.kind = MOUNT_FS, .type = "tmpfs", .target = spec, .options = options
	};
}

struct mount_order spec_overlay(char *spec)
{
	char *options = NULL, *target;

	/* The options come last: ",upper=DIR,work=DIR". */
	for (char *comma = spec; (comma = strchr(comma, ',')); comma++)
		if (strncmp(comma, ",upper=", 7) == 0 || strncmp(comma, ",work=", 6) == 0) {
			options = comma;
			break;
		}
	if (options)
		*options++ = '\0';
	target = strrchr(spec, ':');
	if (!target || target == spec || !target[1])
		die("--overlay takes LOWER[:LOWER...]:DST[,upper=DIR,work=DIR], not '%s'", spec);
	*target++ = '\0';
	return (struct mount_order){
		.kind = MOUNT_OVERLAY, .source = spec, .target = target, .options = options
	};
}

/* Whether the first `length` bytes of a word are this key. */
static bool is_key(const char *word, size_t length, const char *key)
{
	return length == strlen(key) && strncmp(word, key, length) == 0;
}

struct mount_order spec_mount(char *spec)
{
	struct mount_order order = { .kind = MOUNT_FS };
	const char *idmap = NULL;
	char *rest = copy_text(""), *save = NULL;
	const char *whole = copy_text(spec);

	for (char *word = strtok_r(spec, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		char *value = strchr(word, '=');
		/* A word without a value is an option of the mount. */
		size_t length = value ? (size_t)(value - word) : 0;

		if (is_key(word, length, "type"))
			order.type = value + 1;
		else if (is_key(word, length, "src") || is_key(word, length, "source"))
			order.source = value + 1;
		else if (is_key(word, length, "dst") || is_key(word, length, "destination") ||
			 is_key(word, length, "target"))
			order.target = value + 1;
		else if (is_key(word, length, "idmap"))
			idmap = value + 1;
		else if (strcmp(word, "bind-recursive=disabled") == 0)
			order.alone = true;
		else if (strcmp(word, "bind-recursive=enabled") == 0)
			order.alone = false;
		else if (mount_is_propagation(word))
			order.propagation = word;
		else
			rest = print_text("%s%s%s", rest, *rest ? "," : "", word);
	}
	order.options = *rest ? rest : NULL;
	if (!order.type || !*order.type || !order.target || !*order.target)
		die("--mount takes type=TYPE,dst=DST[,src=SRC][,OPTION...], not '%s'", whole);
	if (strcmp(order.type, "bind") == 0)
		order.kind = MOUNT_BIND;
	if (order.kind == MOUNT_BIND && (!order.source || !*order.source))
		die("--mount type=bind needs src=SRC: '%s'", whole);
	if (order.kind != MOUNT_BIND && (order.alone || order.propagation))
		die("--mount: bind-recursive and %s are for type=bind: '%s'",
		    order.propagation ? order.propagation : "private, slave, unbindable", whole);
	if (idmap && order.kind != MOUNT_BIND)
		die("idmap= goes with --mount type=bind: '%s'", whole);
	if (idmap) {
		order.idmap = resize(NULL, 1, sizeof(*order.idmap));
		idmap_read(idmap, order.idmap);
	}
	return order;
}

bool spec_line(char *spec, const char *root, struct mount_order *before, struct mount_order *order)
{
	char *text = strchr(spec, ':');

	if (*spec != '/' || !text)
		die("--line takes DST:TEXT, as '/etc/resolv.conf:nameserver 10.0.0.1', not '%s'",
		    spec);
	*text++ = '\0';
	if (strchr(text, '\n'))
		die("--line takes one line; give it again for the next one");
	if (before && before->kind == MOUNT_LINES && before->root == root &&
	    strcmp(before->target, spec) == 0) {
		before->options = print_text("%s%s\n", before->options, text);
		return false;
	}
	*order = (struct mount_order){ .kind = MOUNT_LINES,
				       .target = spec,
				       .options = print_text("%s\n", text) };
	return true;
}
