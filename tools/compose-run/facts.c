/* facts.c: facts about a process, layer by layer. See facts.h.
 *
 * All of it stands in /proc/PID, but for what inside.c has to go and see. Some
 * of it the kernel shows to everyone, and some only to those who might trace
 * the process: its namespaces and its root. What may not be read is kept as
 * unknown, with the reason; it is never taken for equal.
 * Read on: proc(5), namespaces(7), ptrace(2) ("Ptrace access mode checking"). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lsm/lsm.h"
#include "facts.h"
#include "file.h"
#include "inside.h"
#include "memory.h"
#include "message.h"
#include "roots.h"
#include "who.h"

static struct fact *add(struct layer *layer, const char *name, char *value, char *unknown)
{
	struct fact *fact;

	layer->facts = resize(layer->facts, layer->count + 1, sizeof(*layer->facts));
	fact = &layer->facts[layer->count++];
	memset(fact, 0, sizeof(*fact));
	fact->name = clean_text(name);
	fact->value = value;
	fact->unknown = unknown;
	return fact;
}

/* What a format prints, cleaned. A new string. */
static char *print_clean(const char *format, va_list values)
{
	char *text, *clean;

	if (vasprintf(&text, format, values) < 0)
		die("cannot go on without memory");
	clean = clean_text(text);
	free(text);
	return clean;
}

struct fact *fact_add(struct layer *layer, const char *name, const char *format, ...)
{
	va_list values;
	char *value;

	va_start(values, format);
	value = print_clean(format, values);
	va_end(values);
	return add(layer, name, value, NULL);
}

struct fact *fact_add_unknown(struct layer *layer, const char *name, const char *format, ...)
{
	va_list values;
	char *unknown;

	va_start(values, format);
	unknown = print_clean(format, values);
	va_end(values);
	return add(layer, name, NULL, unknown);
}

const struct fact *fact_find(const struct layer *layer, const char *name,
			     const struct fact_group *group)
{
	for (size_t i = 0; i < layer->count; i++)
		if (layer->facts[i].group == group && strcmp(layer->facts[i].name, name) == 0)
			return &layer->facts[i];
	return NULL;
}

/* "uts:[4026531838]", the name that the kernel gives a namespace. */
static void add_namespace(const struct process *process, struct layer *layer, const char *file)
{
	char text[64];
	struct fact *fact;

	if (process_link(process, file, text, sizeof(text)))
		fact = fact_add(layer, "namespace", "%s", text);
	else if (errno == ENOENT)
		fact = fact_add(layer, "namespace", "none in this kernel");
	else
		fact = fact_add_unknown(layer, "namespace", "/proc/%d/%s: %s", process->pid, file,
					errno_text(errno));
	fact->decides = true;
	fact->bare = true;
}

/* Why a child could not look inside. */
static void add_not_entered(struct layer *layer, const char *name, int error)
{
	if (error > 0)
		fact_add_unknown(layer, name, "may not enter: %s", errno_text(error));
	else
		fact_add_unknown(layer, name, "who went to look was killed");
}

static void add_ipc(const struct inside *inside, struct layer *layer)
{
	unsigned long segments = inside->segments, sets = inside->semaphores,
		      queues = inside->queues;
	struct fact *fact;

	if (inside->error[INSIDE_IPC]) {
		add_not_entered(layer, "System V objects", inside->error[INSIDE_IPC]);
		return;
	}
	if (segments + sets + queues == 0)
		fact = fact_add(layer, "System V objects", "no System V objects");
	else
		fact = fact_add(layer, "System V objects",
				"%lu memory segment%s, %lu semaphore set%s, %lu queue%s", segments,
				segments == 1 ? "" : "s", sets, sets == 1 ? "" : "s", queues,
				queues == 1 ? "" : "s");
	fact->bare = true;
}

/* The names of the interfaces, which everybody may read. proc_pid_net(5). */
static void add_interfaces(const struct process *process, struct layer *layer)
{
	FILE *file = fopen(process_path(process, "net/dev"), "re");
	char *line = NULL, names[400] = "";
	size_t size = 0, used = 0;

	while (file && getline(&line, &size, file) > 0) {
		char *end = strrchr(line, '|') ? NULL : strchr(line, ':');

		if (!end || used >= sizeof(names) - 40)
			continue;
		*end = '\0';
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", line + strspn(line, " "));
	}
	free(line);
	if (!file) {
		fact_add_unknown(layer, "interfaces", "/proc/%d/net/dev: %s", process->pid,
				 errno_text(errno));
		return;
	}
	fclose(file);
	fact_add(layer, "interfaces", "%s", used ? names : "none")->bare = true;
}

static void add_net(const struct process *process, const struct inside *inside, struct layer *layer)
{
	if (inside->error[INSIDE_NET])
		add_interfaces(process, layer);
	else
		fact_add(layer, "interfaces", "%s", inside->interfaces)->bare = true;
}

static void add_seccomp(const char *status, struct layer *layer)
{
	const char *mode = find_field(status, "Seccomp"),
		   *filters = find_field(status, "Seccomp_filters"); /* 5.9 */
	struct fact *fact;

	if (!mode)
		fact = fact_add(layer, "seccomp", "no seccomp in this kernel");
	else if (*mode == '2')
		fact = fact_add(layer, "seccomp", "%.*s seccomp filter%s",
				filters ? (int)strcspn(filters, "\n") : 8,
				filters ? filters : "at least one",
				filters && atoi(filters) == 1 ? "" : "s");
	else
		fact = fact_add(layer, "seccomp", "%s",
				*mode == '1' ? "seccomp strict: read, write, exit only"
					     : "no seccomp filter");
	fact->decides = true;
	fact->bare = true;
	if (mode && *mode == '2')
		fact->doubt = "the kernel does not show what they refuse";
}

/* The label that a security module gave the process. proc_pid_attr(5). */
static void add_label(const struct process *process, struct layer *layer, const char *module,
		      const char *file)
{
	char label[1024];
	ssize_t n = read_file(process_path(process, file), label, sizeof(label));
	struct fact *fact;

	if (n < 0 && errno == ENOENT && strchr(file + 5, '/')) {
		/* Before 5.8 the module had no directory of its own. */
		add_label(process, layer, module, "attr/current");
		return;
	}
	if (n < 0)
		fact = fact_add_unknown(layer, module, "/proc/%d/%s: %s", process->pid, file,
					errno_text(errno));
	else {
		label[strcspn(label, "\n")] = '\0';
		fact = fact_add(layer, module, "%s", *label ? label : "none");
	}
	fact->decides = true;
}

static void add_lsm(const struct process *process, const char *status, struct layer *layer)
{
	add_seccomp(status, layer);
	if (lsm_apparmor_runs())
		add_label(process, layer, "AppArmor", "attr/apparmor/current");
	if (lsm_selinux_runs())
		add_label(process, layer, "SELinux", "attr/current");
}

void facts_read(const struct process *process, struct facts *facts)
{
	static const char *const spaces[LAYERS] = {
		[LAYER_CGROUP] = "ns/cgroup", [LAYER_USER] = "ns/user", [LAYER_PID] = "ns/pid",
		[LAYER_UTS] = "ns/uts",	      [LAYER_IPC] = "ns/ipc",	[LAYER_NET] = "ns/net",
		[LAYER_MNT] = "ns/mnt",
	};
	char status[8192];
	struct inside inside;
	struct layer *layers = facts->layers;

	memset(facts, 0, sizeof(*facts));
	if (read_file(process_path(process, "status"), status, sizeof(status)) < 0) {
		process_check_alive(process);
		die_errno("cannot read /proc/%d/status", process->pid);
	}
	inside_look(process, &inside);
	for (int i = 0; i < LAYERS; i++)
		if (spaces[i])
			add_namespace(process, &layers[i], spaces[i]);
	facts_of_cgroup(process, &layers[LAYER_CGROUP]);
	facts_of_maps(process, &layers[LAYER_USER]);
	facts_of_pid(process, status, &layers[LAYER_PID]);
	if (inside.error[INSIDE_UTS])
		add_not_entered(&layers[LAYER_UTS], "host name", inside.error[INSIDE_UTS]);
	else
		fact_add(&layers[LAYER_UTS], "host name", "%s", inside.host);
	add_ipc(&inside, &layers[LAYER_IPC]);
	add_net(process, &inside, &layers[LAYER_NET]);
	facts_of_mounts(process, &layers[LAYER_MNT]);
	facts_of_root(process, &layers[LAYER_CHROOT]);
	facts_of_powers(status, &layers[LAYER_CAPDROP]);
	add_lsm(process, status, &layers[LAYER_LSM]);
	process_check_alive(process);
}
