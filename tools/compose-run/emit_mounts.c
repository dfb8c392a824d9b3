/* emit_mounts.c: the options of ns-mnt as a root and mounts in a config.json.
 * See emitting.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "emitting.h"
#include "memory.h"
#include "message.h"

/* One mount: its own words, and those that ns-mnt sets if none says otherwise. */
struct mount {
	const char *type, *source, *target;
	json_t *options;
	bool nosuid, nodev, noexec, read_only, alone;
};

static void add_option(struct mount *mount, const char *word)
{
	static const char *const recursive = "bind-recursive=disabled";

	if (strcmp(word, "ro") == 0 || strcmp(word, "rw") == 0)
		mount->read_only = strcmp(word, "ro") == 0;
	else if (strcmp(word, "nosuid") == 0 || strcmp(word, "suid") == 0)
		mount->nosuid = *word == 'n';
	else if (strcmp(word, "nodev") == 0 || strcmp(word, "dev") == 0)
		mount->nodev = *word == 'n';
	else if (strcmp(word, "noexec") == 0 || strcmp(word, "exec") == 0)
		mount->noexec = *word == 'n';
	else if (strcmp(word, recursive) == 0)
		mount->alone = true;
	else
		emit_add(mount->options, json_string(word));
}

/* Which flags ns-mnt sets on a new file system. */
static void set_defaults(struct mount *mount)
{
	const char *type = mount->type;
	bool cgroup = strncmp(type, "cgroup", 6) == 0, sys = strcmp(type, "sysfs") == 0;

	mount->nosuid = mount->nodev = true;
	mount->noexec = strcmp(type, "proc") == 0 || strcmp(type, "mqueue") == 0 || sys || cgroup;
	mount->read_only = sys || cgroup;
}

static void add_mount(struct emit *emit, const struct mount *mount)
{
	if (mount->nosuid)
		emit_add(mount->options, json_string("nosuid"));
	if (mount->nodev)
		emit_add(mount->options, json_string("nodev"));
	if (mount->noexec)
		emit_add(mount->options, json_string("noexec"));
	if (mount->read_only)
		emit_add(mount->options, json_string("ro"));
	emit_add(emit->mounts,
		 json_pack("{s:s, s:s, s:s, s:o}", "destination", mount->target, "type",
			   mount->type, "source", mount->source ? mount->source : mount->type,
			   "options", mount->options));
}

static void set_root(struct emit *emit, const struct mount *mount)
{
	json_t *root = emit_object(emit->spec, "root");

	if (strcmp(mount->source, "/") == 0)
		emit_refuse(
			"the machine's own / as the root", NULL,
			"other runtimes want a directory: give --rootfs DIR:rw, or --rootfs DIR "
			"and --read-only");
	emit->root = copy_text(mount->source);
	emit_set(root, "path", json_string(emit->root));
	emit_set(root, "readonly", json_boolean(mount->read_only));
}

/* A device that is bound, and not under "nodev", may be opened. */
static void allow_device(struct emit *emit, const struct mount *mount)
{
	struct stat status;

	if (mount->nodev || stat(mount->source, &status) != 0 ||
	    !(S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)))
		return;
	emit_add(emit->devices, json_pack("{s:b, s:s, s:I, s:I, s:s}", "allow", 1, "type",
					  S_ISCHR(status.st_mode) ? "c" : "b", "major",
					  (json_int_t)major(status.st_rdev), "minor",
					  (json_int_t)minor(status.st_rdev), "access", "rwm"));
}

static void finish_bind(struct emit *emit, struct mount *mount)
{
	if (strcmp(mount->target, "/") == 0) {
		set_root(emit, mount);
		json_decref(mount->options);
		return;
	}
	allow_device(emit, mount);
	mount->type = "none";
	emit_add(mount->options, json_string(mount->alone ? "bind" : "rbind"));
	emit_add(mount->options, json_string("rprivate"));
	add_mount(emit, mount);
}

static bool is_cgroups(const char *target)
{
	static const char place[] = "/sys/fs/cgroup";

	return strncmp(target, place, strlen(place)) == 0 &&
	       (!target[strlen(place)] || target[strlen(place)] == '/');
}

static void finish_fs(struct emit *emit, struct mount *mount)
{
	/* Other runtimes put the cgroups there together themselves. */
	if (is_cgroups(mount->target)) {
		json_decref(mount->options);
		if (emit->shows_cgroups)
			return;
		emit->shows_cgroups = true;
		*mount = (struct mount){ .type = "cgroup", .target = "/sys/fs/cgroup" };
		mount->options = emit_made(json_array());
		set_defaults(mount);
	}
	add_mount(emit, mount);
}

static void emit_mount(struct emit *emit, const char *value)
{
	char *copy = copy_text(value), *save = NULL;
	struct mount mount = { .options = emit_made(json_array()) };
	bool bind;

	/* What the mount is comes first: flags may be set against it. */
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
		if (strncmp(word, "type=", 5) == 0)
			mount.type = word + 5;
	if (!mount.type)
		die("a mount has no type: '%s'", value);
	bind = strcmp(mount.type, "bind") == 0;
	if (strcmp(mount.type, "overlay") == 0)
		emit_refuse("an overlay", NULL, "its layers would be the machine's paths");
	if (!bind)
		set_defaults(&mount);
	save = NULL;
	copy = copy_text(value);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (strncmp(word, "src=", 4) == 0)
			mount.source = word + 4;
		else if (strncmp(word, "dst=", 4) == 0)
			mount.target = word + 4;
		else if (strncmp(word, "type=", 5) != 0)
			add_option(&mount, word);
	}
	if (!mount.target || (bind && !mount.source))
		die("a mount has no source or no destination: '%s'", value);
	if (bind)
		finish_bind(emit, &mount);
	else
		finish_fs(emit, &mount);
}

static void bind_with(struct emit *emit, const char *value, bool read_only)
{
	char *source = copy_text(value), *target = strrchr(source, ':');
	struct mount mount = { .source = source, .read_only = read_only };

	if (!target)
		die("a bind mount is SRC:DST, and not '%s'", value);
	*target++ = '\0';
	mount.target = target;
	mount.options = emit_made(json_array());
	finish_bind(emit, &mount);
	free(source);
}

static void emit_bind(struct emit *emit, const char *value)
{
	bind_with(emit, value, false);
}

static void emit_ro_bind(struct emit *emit, const char *value)
{
	bind_with(emit, value, true);
}

/* A new file system at "DST" or "DST:OPTION,...". */
static void new_fs(struct emit *emit, const char *type, const char *value, const char *options)
{
	char *target = copy_text(value), *words, *save = NULL;
	char *colon = strchr(target, ':');
	struct mount mount = { .type = type, .target = target };

	if (colon)
		*colon++ = '\0';
	words = print_text("%s%s%s", options, *options && colon ? "," : "", colon ? colon : "");
	mount.options = emit_made(json_array());
	set_defaults(&mount);
	for (char *word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save))
		add_option(&mount, word);
	finish_fs(emit, &mount);
	free(target);
	free(words);
}

static void emit_tmpfs(struct emit *emit, const char *value)
{
	new_fs(emit, "tmpfs", value, "");
}

static void emit_proc(struct emit *emit, const char *value)
{
	new_fs(emit, "proc", value, "");
}

static void emit_sys(struct emit *emit, const char *value)
{
	new_fs(emit, "sysfs", value, "");
}

/* The files in it every runtime makes. */
static void emit_dev(struct emit *emit, const char *value)
{
	char *pts = print_text("%s/pts", value), *shm = print_text("%s/shm", value);

	/* Without a user namespace they are nodes, which "nodev" would close. */
	new_fs(emit, "tmpfs", value, "dev,mode=755,size=64k");
	new_fs(emit, "devpts", pts, "dev,noexec,newinstance,ptmxmode=0666,mode=0620");
	new_fs(emit, "tmpfs", shm, "noexec,mode=1777,size=64m");
	free(pts);
	free(shm);
}

static void emit_mask(struct emit *emit, const char *value)
{
	emit_add(emit_list(emit->linux_, "maskedPaths"), json_string(value + (*value == '-')));
}

static void emit_remount_ro(struct emit *emit, const char *value)
{
	if (is_cgroups(value))
		return;
	emit_add(emit_list(emit->linux_, "readonlyPaths"), json_string(value + (*value == '-')));
}

/* Other runtimes put it on /dev/console by themselves. */
static void terminal(struct emit *emit, const char *value)
{
	(void)value;
	emit_set(emit->process, "terminal", json_true());
}

static void propagation(struct emit *emit, const char *value)
{
	if (strcmp(value, "slave") == 0)
		emit_set(emit->linux_, "rootfsPropagation", json_string(value));
	else if (strcmp(value, "private") != 0)
		emit_refuse("ns-mnt --propagation", value, "a container has its mounts to itself");
}

const struct emit_word emit_mount_words[] = {
	{ "ns-mnt", "--root", true, NULL },
	{ "ns-mnt", "--no-symlinks", false, NULL },
	{ "ns-mnt", "--cd", true, NULL },
	{ "ns-mnt", "--make-dir", true, NULL },
	{ "ns-mnt", "--make-file", true, NULL },
	{ "ns-mnt", "--mount", true, emit_mount },
	{ "ns-mnt", "--bind", true, emit_bind },
	{ "ns-mnt", "--ro-bind", true, emit_ro_bind },
	{ "ns-mnt", "--tmpfs", true, emit_tmpfs },
	{ "ns-mnt", "--proc", true, emit_proc },
	{ "ns-mnt", "--sys", true, emit_sys },
	{ "ns-mnt", "--dev", true, emit_dev },
	{ "ns-mnt", "--devices", true, NULL },
	{ "ns-mnt", "--console", true, terminal },
	{ "ns-mnt", "--propagation", true, propagation },
	{ "ns-mnt", "--mask", true, emit_mask },
	{ "ns-mnt", "--remount-ro", true, emit_remount_ro },
	{ NULL, NULL, false, NULL },
};
