/* lack.c: why a controller is not here. See climb.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "climb.h"
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "refusal.h"

/* The controllers of all kernels, and the option that each is built with. */
static const char *const controllers[][2] = {
	{ "memory", "CONFIG_MEMCG" },
	{ "cpu", "CONFIG_CGROUP_SCHED" },
	{ "pids", "CONFIG_CGROUP_PIDS" },
	{ "cpuset", "CONFIG_CPUSETS" },
	{ "io", "CONFIG_BLK_CGROUP" },
	{ "hugetlb", "CONFIG_CGROUP_HUGETLB" },
	{ "rdma", "CONFIG_CGROUP_RDMA" },
	{ "misc", "CONFIG_CGROUP_MISC" },
	{ "dmem", "CONFIG_CGROUP_DMEM" },
	{ "blkio", "CONFIG_BLK_CGROUP" },
	{ "cpuacct", "CONFIG_CGROUP_CPUACCT" },
	{ "devices", "CONFIG_CGROUP_DEVICE" },
	{ "freezer", "CONFIG_CGROUP_FREEZER" },
	{ "net_cls", "CONFIG_CGROUP_NET_CLASSID" },
	{ "net_prio", "CONFIG_CGROUP_NET_PRIO" },
	{ "perf_event", "CONFIG_CGROUP_PERF" },
};
#define CONTROLLERS (sizeof(controllers) / sizeof(*controllers))

const char *cgroup_known(const char *controller)
{
	const char *names[CONTROLLERS + 1];

	for (size_t i = 0; i < CONTROLLERS; i++)
		names[i] = controllers[i][0];
	names[CONTROLLERS] = NULL;
	return closest(controller, names);
}

static const char *config_of(const char *controller)
{
	for (size_t i = 0; i < CONTROLLERS; i++)
		if (strcmp(controllers[i][0], controller) == 0)
			return controllers[i][1];
	return "its option";
}

/* What v2 has in the place of a controller that only v1 has, and the options of
 * cgroup that show it. */
static const char *v2_instead(const char *controller, const char **options)
{
	static const char *const instead[][3] = {
		{ "blkio", "it is called io there", "--why io" },
		{ "cpuacct", "each cgroup counts its CPU time, in cpu.stat", "--report true" },
		{ "devices", "programs of BPF do that there; the kernel's cgroup-v2.rst", NULL },
		{ "freezer", "each cgroup has a file cgroup.freeze for it", NULL },
		{ "net_cls", "a firewall asks for the cgroup's path; iptables-extensions(8)",
		  NULL },
		{ "net_prio", "a firewall asks for the cgroup's path; iptables-extensions(8)",
		  NULL },
		{ "perf_event", "each cgroup has it, without being asked; perf-stat(1), -G", NULL },
	};

	for (size_t i = 0; i < sizeof(instead) / sizeof(*instead); i++)
		if (strcmp(instead[i][0], controller) == 0) {
			*options = instead[i][2];
			return instead[i][1];
		}
	return NULL;
}

void cgroup_boot_fix(const char *controller, const char *boot_file, struct reason *reason)
{
	if (strstr(boot_file, "cmdline.txt"))
		/* A Raspberry Pi: its firmware adds the word, and the last counts. */
		FIX("sudo sed -i 's/$/ cgroup_enable=%s/' %s\n"
		    "sudo reboot",
		    controller, boot_file);
	else if (*boot_file)
		FIX("sudo sed -i 's/cgroup_disable=%s//' %s\n"
		    "sudo update-grub   (Fedora: sudo grub2-mkconfig -o /boot/grub2/grub.cfg)\n"
		    "sudo reboot",
		    controller, boot_file);
	else
		FIX("take cgroup_disable=%s off the kernel's command line (cat /proc/cmdline), in "
		    "the\nsettings of whatever starts this machine, and start it again",
		    controller);
}

static void add_fix(struct reason *reason, const char *line)
{
	size_t n = strlen(reason->fix);

	/* Half a command would do something else. */
	if (n + strlen(line) + 8 > sizeof(reason->fix))
		line = "...";
	snprintf(reason->fix + n, sizeof(reason->fix) - n, "%s%s", n ? "\n" : "", line);
}

/* The command that has a cgroup hand a controller on. */
static void add_echo(struct reason *reason, const struct cgroup_climb *climb,
		     const struct cgroup_level *level)
{
	bool ours = level->ours || climb->uid == 0;
	char *name = paste_word(level->directory), *line;

	if (!level->root && *level->members) {
		line = print_text("%sd=%s; mkdir -p $d/leaf; for p in $(cat $d/cgroup.procs); do "
				  "echo $p > $d/leaf/cgroup.procs; done",
				  ours ? "" : "as root:  ", name);
		add_fix(reason, line);
		free(line);
	}
	line = print_text(ours ? "echo +%s > %s/cgroup.subtree_control"
			       : "echo +%s | sudo tee %s/cgroup.subtree_control",
			  climb->controller, name);
	add_fix(reason, line);
	free(line);
	free(name);
}

/* v2, and the topmost that we see has it: then one on the way does not hand it
 * on, and those below that can't. */
static bool lack_on_the_way(const struct cgroup_climb *climb, struct reason *reason)
{
	const struct cgroup_level *own = &climb->levels[0], *giver;
	int at = climb->count - 1;

	/* The lowest that has it. */
	while (at > 0 && climb->levels[at - 1].has)
		at--;
	giver = &climb->levels[at];
	if (at == 0) {
		*reason->fix = '\0';
		return REASON("", "cgroups(7)", "v2, mounted at %s; ours is %s",
			      climb->levels[climb->count - 1].directory, own->directory);
	}
	if (strstr(giver->type, "threaded") || strstr(giver->type, "invalid")) {
		FIX("use a cgroup outside of it, such as %s; or end the threaded mode: rmdir the "
		    "threaded\ncgroups:  grep -rx threaded %s --include=cgroup.type",
		    climb->levels[climb->count - 1].directory, giver->directory);
		return !REASON(
			"CG-THREADED", "cgroups(7)",
			"%s has it, and is '%s': in such a cgroup only controllers that count "
			"threads\n(cpu, pids, ...) can be handed on",
			giver->directory, giver->type);
	}
	*reason->fix = '\0';
	/* From above downwards; ours needs not hand it on. */
	for (int i = at; i > 0; i--)
		if (!climb->levels[i].hands_on)
			add_echo(reason, climb, &climb->levels[i]);
	return !REASON(
		"CG-PARENT", "cgroups(7)",
		"%s has it and does not hand it on: its cgroup.subtree_control lists %s%s%s%s%s",
		giver->directory, *giver->enabled ? giver->enabled : "nothing",
		!giver->root && *giver->members ? ";\nand for that it may hold no process itself, "
						  "while it holds "
						: "",
		!giver->root ? giver->members : "",
		giver->ours || climb->uid == 0 ? "" : ";\nthat file is not yours", "");
}

/* v2, and the topmost that we see does not have it, but is not the root. */
static bool lack_outside(const struct cgroup_climb *climb, struct reason *reason)
{
	const struct cgroup_level *top = &climb->levels[climb->count - 1];

	FIX("outside, as root:  echo +%s > cgroup.subtree_control  in the cgroup above this one\n"
	    "for a service of systemd:  Delegate=%s  in its unit;  for Docker:  --privileged",
	    climb->controller, climb->controller);
	return !REASON(
		"CG-PARENT", "cgroups(7)",
		"%s, the topmost cgroup that can be seen here, does not get it from the one above\n"
		"it, which lies outside of our cgroup namespace or container; it has: %s",
		top->directory, *climb->v2_list ? climb->v2_list : "nothing");
}

/* A word that no kernel has for a controller. */
static bool no_controller(const struct cgroup_climb *climb, const char *known,
			  struct reason *reason)
{
	const char *line = known ? cgroup_line_with(climb->controller, known) : NULL;

	if (line)
		FIX("did you mean '%s'?  %s", known, line);
	else
		FIX("take one of those, or see why one is missing:  %scgroup --why memory",
		    tool_words ? paste_directory() : "");
	return !REASON("CG-UNKNOWN", "cgroups(7)",
		       "no kernel has a controller '%.40s'; the controllers that can be had here "
		       "are: %s%s%s",
		       climb->controller, climb->v2_list,
		       *climb->v2_list && *climb->v1_list ? " " : "", climb->v1_list);
}

bool cgroup_is_word(const struct cgroup_climb *climb)
{
	const char *known = cgroup_known(climb->controller);

	return climb->listed || cgroup_listed(climb->v2_list, climb->controller) ||
	       (known && strcmp(known, climb->controller) == 0);
}

bool cgroup_lack(const struct cgroup_climb *climb, struct reason *reason)
{
	const char *controller = climb->controller, *options = NULL;
	const char *instead = v2_instead(controller, &options);
	const struct cgroup_level *top = climb->count ? &climb->levels[climb->count - 1] : NULL;
	const char *directory = tool_words ? paste_directory() : "";

	if (*climb->own) {
		*reason->fix = '\0';
		return REASON("CG-HYBRID", "cgroups(7)", "v1, mounted at %s; ours is %s",
			      climb->mount, climb->own);
	}
	if (top && top->has)
		return lack_on_the_way(climb, reason);
	if (climb->disabled) {
		cgroup_boot_fix(controller, climb->boot_file, reason);
		return !REASON("CG-DISABLED", "cgroups(7)",
			       "the kernel was started with it switched off (cgroup_disable=%s)",
			       controller);
	}
	if (climb->namespace_outside) {
		if (climb->limits)
			FIX("set the limits first, where the cgroup namespace is made:  %s",
			    paste_line(NULL, "--cgroupns"));
		else
			FIX("in a mount namespace of your own:  mount -t cgroup2 none "
			    "/sys/fs/cgroup");
		return !REASON(
			"CG-NOMOUNT", "cgroup_namespaces(7)",
			"we are in a cgroup namespace, and the cgroups that are mounted here are "
			"those outside:\nwhich of them is ours can't be seen");
	}
	if (climb->number > 0) {
		FIX("as root:  mkdir -p /sys/fs/cgroup/%s; mount -t cgroup -o %s none "
		    "/sys/fs/cgroup/%s",
		    controller, controller, controller);
		return !REASON(
			"CG-NOMOUNT", "cgroups(7)",
			"it is bound to v1 (hierarchy %d in /proc/cgroups), which is not mounted "
			"here",
			climb->number);
	}
	if (climb->nothing_mounted) {
		FIX("as root:  mount -t cgroup2 none /sys/fs/cgroup");
		return !REASON("CG-NOMOUNT", "cgroups(7)",
			       "no hierarchy of cgroups is mounted here");
	}
	if (!cgroup_is_word(climb))
		return no_controller(climb, cgroup_known(controller), reason);
	/* v2 calls it otherwise, or does without. */
	if (top && instead && !*climb->v1_list) {
		FIX(options ? "%s:  %scgroup %s" : "%s", instead, directory, options);
		return !REASON("CG-UNKNOWN", "cgroups(7)",
			       "only v1 has this controller, and this machine has v2 alone");
	}
	if (strcmp(controller, "io") == 0 && cgroup_listed(climb->v1_list, "blkio")) {
		FIX("%scgroup --why blkio", directory);
		return !REASON("CG-HYBRID", "cgroups(7)",
			       "it is bound to v1 here, which calls it blkio, with other knobs");
	}
	if (top && !top->root)
		return lack_outside(climb, reason);
	if (climb->listed) {
		FIX("as root:  mkdir -p /sys/fs/cgroup/%s; mount -t cgroup -o %s none "
		    "/sys/fs/cgroup/%s",
		    controller, controller, controller);
		return !REASON(
			"CG-NOMOUNT", "cgroups(7)",
			"this kernel has it, and it is not in use: v2 does not have it, and it is "
			"mounted as v1\nnowhere");
	}
	FIX("look how it was built:  grep %s /boot/config-$(uname -r)   or  zgrep %s "
	    "/proc/config.gz\nif that says 'not set', another kernel has it",
	    config_of(controller), config_of(controller));
	return !REASON("CG-UNKNOWN", "cgroups(7)",
		       "this kernel does not have it: it was built without %s. Here are: %s%s%s",
		       config_of(controller), climb->v2_list,
		       *climb->v2_list && *climb->v1_list ? " " : "", climb->v1_list);
}
