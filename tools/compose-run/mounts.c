/* mounts.c: the options that say what files the container has. See mounts.h.
 *
 * The spelling is docker's, as the reference of docker run has it. What it
 * can say and we can't is refused, with what to do instead. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "memory.h"
#include "message.h"
#include "mounts.h"
#include "number.h"
#include "paste.h"

char *mounts_outer_path(struct config *config, const char *path, const char *option)
{
	char *real = realpath(path, NULL);

	/* Docker makes a directory then; nothing is changed outside here. */
	if (!real && errno == ENOENT && strcmp(option, "--volume") == 0)
		die("%s: cannot find '%s': No such file or directory (ENOENT); if it is to be a new "
		    "directory, make it:  mkdir -p %s",
		    option, path, paste_word(path));
	if (!real)
		die_errno("%s: cannot find '%s'", option, path);
	if (strchr(real, ','))
		die("%s: a path with a comma can't be mounted: '%s'", option, real);
	words_add(&config->outside, "%s", real);
	return real;
}

/* The same for a layer of an overlay. */
static char *layer_path(struct config *config, const char *path, const char *option)
{
	char *real = mounts_outer_path(config, path, option);
	struct stat status;

	if (stat(real, &status) != 0 || !S_ISDIR(status.st_mode))
		die("%s takes a directory, and '%s' is none", option, path);
	if (strchr(real, ':'))
		die("%s: a directory with a colon in its name can't be a layer: '%s'", option,
		    real);
	return real;
}

void mounts_set_rootfs(struct config *config, char *value)
{
	size_t length = strlen(value);

	if (length > 3 && strcmp(value + length - 3, ":rw") == 0) {
		value[length - 3] = '\0';
		config->root.writable = true;
	}
	config->root.path = layer_path(config, value, "--rootfs");
	if (strcmp(config->root.path, "/") == 0)
		die("--rootfs / is what you get without --rootfs");
}

/* Whether a path inside can be handed to ns-mnt. */
static void check_target(const char *target)
{
	if (*target != '/' || strchr(target, ','))
		die("a mount point is an absolute path inside, without commas, not '%s'", target);
}

static void add(struct config *config, struct config_mount mount)
{
	check_target(mount.target);
	/* What the machine has there is its layer, without --rootfs. */
	if (mount.kind == CONFIG_VOLUME)
		words_add(&config->outside, "%s", mount.target);
	if (mount.target[strspn(mount.target, "/.")] == '\0')
		die("'/' itself can't be a mount point here: --rootfs DIR says what is there");
	config->mounts = resize(config->mounts, config->mount_count + 1, sizeof(mount));
	config->mounts[config->mount_count++] = mount;
}

static _Noreturn void refuse_named(const char *option, const char *name, const char *instead)
{
	die("%s: there are no named volumes, as nothing is kept; for the directory '%s' write %s",
	    option, name, instead);
}

/* Docker has more words there, as :ro,z. */
static _Noreturn void refuse_mode(const char *mode)
{
	char *words = copy_text(mode), *save = NULL;

	for (char *word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (strcmp(word, "z") == 0 || strcmp(word, "Z") == 0)
			die("--volume: ':%s' would label the files outside for SELinux, for good; do "
			    "it there:  chcon -R -t container_file_t SRC",
			    word);
		if (strstr(word, "shared") || strstr(word, "slave") || strstr(word, "private"))
			die("--volume: ':%s' is not taken: what is mounted on one side later is not "
			    "seen on the other (rprivate, as Docker has it without a word); for "
			    "another, change --propagation in the ns-mnt of --print-chain",
			    word);
	}
	die("--volume SRC:DST ends in :ro or :rw, not ':%s'", mode);
}

void mounts_add_volume(struct config *config, char *value)
{
	struct config_mount mount = { .kind = CONFIG_BIND, .source = value };
	char *mode;

	if (*value == '/' && !strchr(value, ':')) {
		add(config, (struct config_mount){ .kind = CONFIG_VOLUME, .target = value });
		return;
	}
	mount.target = strchr(value, ':');
	if (!mount.target || mount.target == value || !mount.target[1])
		die("--volume takes SRC:DST[:ro], or DST alone, not '%s'", value);
	*mount.target++ = '\0';
	mode = strchr(mount.target, ':');
	if (mode) {
		*mode++ = '\0';
		mount.read_only = strcmp(mode, "ro") == 0;
		if (!mount.read_only && strcmp(mode, "rw") != 0)
			refuse_mode(mode);
	}
	if (!strchr(value, '/'))
		refuse_named("--volume", value, print_text("./%s:%s", value, mount.target));
	mount.source = mounts_outer_path(config, value, "--volume");
	add(config, mount);
}

void mounts_add_tmpfs(struct config *config, char *value)
{
	char *options = strchr(value, ':');

	if (options)
		*options++ = '\0';
	/* As docker does: nothing to execute there, unless asked for. */
	add(config, (struct config_mount){ .kind = CONFIG_TMPFS,
					   .target = value,
					   .options = print_text("noexec%s%s", options ? "," : "",
								 options ? options : "") });
}

/* What --mount was given; NULL and false where nothing was. */
struct wanted {
	const char *whole; /* for messages */
	char *type, *source, *target, *size, *mode;
	bool read_only, no_copy;
	const char *of_bind, *of_tmpfs, *of_volume; /* a word for that type only */
};

/* No value is true. */
static bool read_bool(const char *key, const char *value)
{
	bool truth = true;

	if (value && !parse_truth(value, &truth))
		die("--mount: %s is true or false, not '%s'", key, value);
	return truth;
}

/* How docker lets a bind mount be: what is mounted outside later on does not
 * come in (rprivate), and all that is mounted below comes along. */
static void read_bind_word(const char *key, const char *value)
{
	if (strcmp(key, "bind-propagation") == 0) {
		if (!value ||
		    (strcasecmp(value, "rprivate") != 0 && strcasecmp(value, "private") != 0))
			die("--mount: bind-propagation is rprivate here, not '%s': the whole mount "
			    "namespace is; for another, change --propagation in the ns-mnt of "
			    "--print-chain",
			    value ? value : "");
	} else if (strcmp(key, "bind-recursive") == 0) {
		if (!value || (strcmp(value, "enabled") != 0 && strcmp(value, "readonly") != 0))
			die("--mount: bind-recursive is enabled or readonly here, not '%s': what is "
			    "mounted below comes along, and is read-only when the whole is",
			    value ? value : "");
	} else if (strcmp(key, "bind-nonrecursive") == 0) {
		if (read_bool(key, value))
			die("--mount: bind-nonrecursive can't be had: what is mounted below comes "
			    "along");
	} else if (strcmp(key, "bind-create-src") == 0) {
		die("--mount: bind-create-src would make a directory outside; make it before:  "
		    "mkdir -p SRC");
	} else {
		die("--mount: there is no '%s'; of a bind mount there are bind-propagation and "
		    "bind-recursive",
		    key);
	}
}

static void read_word(struct wanted *wanted, char *key, char *value)
{
	if (strcmp(key, "readonly") == 0 || strcmp(key, "ro") == 0)
		wanted->read_only = read_bool(key, value);
	else if (strncmp(key, "bind-", 5) == 0)
		read_bind_word(wanted->of_bind = key, value);
	else if (strcmp(key, "volume-nocopy") == 0)
		wanted->no_copy = read_bool(wanted->of_volume = key, value);
	else if (strncmp(key, "volume-", 7) == 0)
		die("--mount: %s says how a volume is kept, and here none is; leave it out", key);
	else if (!value || !*value)
		die("--mount takes words KEY=VALUE with commas between them, and '%s' is none: "
		    "'%s'",
		    key, wanted->whole);
	else if (strcmp(key, "type") == 0)
		wanted->type = value;
	else if (strcmp(key, "source") == 0 || strcmp(key, "src") == 0)
		wanted->source = value;
	else if (strcmp(key, "target") == 0 || strcmp(key, "dst") == 0 ||
		 strcmp(key, "destination") == 0)
		wanted->target = value;
	else if (strcmp(key, "tmpfs-size") == 0)
		wanted->size = value, wanted->of_tmpfs = key;
	else if (strcmp(key, "tmpfs-mode") == 0)
		wanted->mode = value, wanted->of_tmpfs = key;
	else if (strcmp(key, "consistency") != 0) /* is for Docker on a Mac */
		die("--mount: there is no '%s'; it takes type, src, dst, readonly, tmpfs-size, "
		    "tmpfs-mode, volume-nocopy, bind-propagation and bind-recursive",
		    key);
}

static void add_wanted_tmpfs(struct config *config, const struct wanted *wanted)
{
	unsigned long long size = 0;
	char *options = copy_text("noexec");

	if (wanted->source)
		die("--mount type=tmpfs has no src: it is new and empty");
	if (wanted->size && !parse_size(wanted->size, &size))
		die("--mount: tmpfs-size is a size such as 64m, not '%s'", wanted->size);
	if (wanted->mode &&
	    (strlen(wanted->mode) > 5 || wanted->mode[strspn(wanted->mode, "01234567")]))
		die("--mount: tmpfs-mode is an octal number such as 1770, not '%s'", wanted->mode);
	if (size)
		options = print_text("%s,size=%llu", options, size);
	if (wanted->mode)
		options = print_text("%s,mode=%s", options, wanted->mode);
	if (wanted->read_only)
		options = print_text("%s,ro", options);
	add(config, (struct config_mount){
			    .kind = CONFIG_TMPFS, .target = wanted->target, .options = options });
}

void mounts_add_mount(struct config *config, char *value)
{
	static char volume[] = "volume";
	struct wanted wanted = { .whole = copy_text(value), .type = volume };
	const char *alien;
	char *save = NULL;

	for (char *key = strtok_r(value, ",", &save); key; key = strtok_r(NULL, ",", &save)) {
		char *equals = strchr(key, '=');

		if (equals)
			*equals++ = '\0';
		read_word(&wanted, key, equals);
	}
	if (!wanted.target)
		die("--mount needs dst=DST, a path inside: '%s'", wanted.whole);
	alien = strcasecmp(wanted.type, "bind") != 0 && wanted.of_bind	   ? wanted.of_bind
		: strcasecmp(wanted.type, "tmpfs") != 0 && wanted.of_tmpfs ? wanted.of_tmpfs
		: strcasecmp(wanted.type, "volume") != 0		   ? wanted.of_volume
									   : NULL;
	if (alien)
		die("--mount: %s does not go with type=%s", alien, wanted.type);

	if (strcasecmp(wanted.type, "bind") == 0) {
		if (!wanted.source)
			die("--mount type=bind needs src=SRC, a path outside: '%s'", wanted.whole);
		add(config, (struct config_mount){
				    .kind = CONFIG_BIND,
				    .source = mounts_outer_path(config, wanted.source, "--mount"),
				    .target = wanted.target,
				    .read_only = wanted.read_only });
	} else if (strcasecmp(wanted.type, "tmpfs") == 0) {
		add_wanted_tmpfs(config, &wanted);
	} else if (strcasecmp(wanted.type, "volume") == 0) {
		if (wanted.source)
			refuse_named("--mount", wanted.source,
				     print_text("type=bind,src=./%s,dst=%s", wanted.source,
						wanted.target));
		add(config, (struct config_mount){ .kind = CONFIG_VOLUME,
						   .target = wanted.target,
						   .read_only = wanted.read_only,
						   .empty = wanted.no_copy });
	} else if (strcasecmp(wanted.type, "image") == 0) {
		die("--mount type=image: there are no images here; for a directory that has the "
		    "files of one: type=bind,src=DIR,dst=%s,readonly",
		    wanted.target);
	} else {
		die("--mount: the type is bind, tmpfs or volume, not '%s'; others:  ns-mnt --mount",
		    wanted.type);
	}
}

/* Replaces the path behind ",upper=" and ",work=" by its real one. */
static char *overlay_options(struct config *config, char *options)
{
	char *all = copy_text(""), *save = NULL;

	for (char *word = strtok_r(options, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		char *path = strchr(word, '=');

		if (!path || !path[1] ||
		    (strncmp(word, "upper=", 6) != 0 && strncmp(word, "work=", 5) != 0))
			die("--overlay: behind the commas stand upper=DIR and work=DIR, not '%s'",
			    word);
		*path++ = '\0';
		all = print_text("%s,%s=%s", all, word, layer_path(config, path, "--overlay"));
	}
	return all;
}

void mounts_add_overlay(struct config *config, char *value)
{
	struct config_mount mount = { .kind = CONFIG_OVERLAY, .options = copy_text("") };
	const char *whole = copy_text(value);
	char *comma = strchr(value, ','), *colon, *save = NULL, *layers = NULL;

	if (comma) {
		*comma = '\0';
		mount.options = overlay_options(config, comma + 1);
	}
	if (strcmp(value, "/") == 0) {
		if (comma)
			die("--overlay / is an overlay for each directory, so it takes no upper= and "
			    "work=");
		config->root.overlay = true;
		return;
	}
	colon = strrchr(value, ':');
	mount.target = colon ? colon + 1 : layer_path(config, value, "--overlay");
	if (colon)
		*colon = '\0';
	if (!*value || !*mount.target)
		die("--overlay takes [LOWER[:LOWER...]:]DST[,upper=DIR,work=DIR], not '%s'", whole);
	for (char *layer = strtok_r(value, ":", &save); layer; layer = strtok_r(NULL, ":", &save))
		layers = print_text("%s%s%s", layers ? layers : "", layers ? ":" : "",
				    layer_path(config, layer, "--overlay"));
	mount.source = layers;
	if (!layers)
		die("--overlay takes [LOWER[:LOWER...]:]DST[,upper=DIR,work=DIR], not '%s'", whole);
	add(config, mount);
}

/* Docker's devices cgroup lets a container read a device and not write it. A
 * mount can't: that it is read-only is about files, and a device is none. */
static void check_permissions(const char *text)
{
	if (!strchr(text, 'r') || !strchr(text, 'w'))
		die("--device: reading without writing, or the other way round, can't be had ('%s'): "
		    "that is for the mode of the device to say; give rw, or nothing",
		    text);
}

void mounts_add_device(struct config *config, char *value)
{
	struct config_mount mount = { .kind = CONFIG_DEVICE };
	const char *whole = copy_text(value);
	char *save = NULL, *host = strtok_r(value, ":", &save);
	char *second = strtok_r(NULL, ":", &save), *third = strtok_r(NULL, ":", &save);
	struct stat status;

	if (!host || *host != '/' || strtok_r(NULL, ":", &save))
		die("--device takes HOST[:DST][:rwm], with absolute paths, not '%s'", whole);
	/* As in docker: what has no letters but these is no path. */
	if (second && !third && strspn(second, "rwm") == strlen(second)) {
		third = second;
		second = NULL;
	}
	if (third && strspn(third, "rwm") != strlen(third))
		die("--device: the permissions are letters of rwm, not '%s'", third);
	if (third)
		check_permissions(third);
	mount.source = mounts_outer_path(config, host, "--device");
	mount.target = second ? second : host;
	if (stat(mount.source, &status) != 0 ||
	    !(S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) || S_ISDIR(status.st_mode)))
		die("--device takes a device, or a directory with some, and '%s' is none; for a file "
		    "there is --volume",
		    host);
	if (strcmp(mount.source, "/") == 0 || strcmp(mount.source, "/dev") == 0)
		die("--device %s: all devices of the machine come with --privileged", host);
	add(config, mount);
}
