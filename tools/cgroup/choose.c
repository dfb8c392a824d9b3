/* choose.c: in which hierarchies a cgroup is made.
 *
 * In v2 where there is one, so that all that is in it can be found and killed;
 * and on v1 in each that has a limit to be set, or a number to be read. */
#include <errno.h>
#include <string.h>

#include "cgroup.h"
#include "message.h"
#include "step.h"

static _Noreturn void fail_missing(struct cgroup_work *work, const char *controller)
{
	static struct reason reason;

	cgroup_missing(controller, &reason);
	work->known = &reason;
	errno = ENOENT;
	if (strcmp(controller, "cgroup") == 0)
		step_fail("cgroup_find(&work->layout)", "find where cgroups are mounted");
	step_fail("cgroup_find(&work->layout)", "find the controller '%s'", controller);
}

void cgroup_want_counters(struct cgroup_work *work, const char *wanted[])
{
	static const char *const counters[] = { "memory", "pids", "cpuacct" };
	struct cgroup_hierarchy *unified = cgroup_with(&work->layout, "cgroup");

	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++) {
		struct cgroup_hierarchy *cgroup = cgroup_with(&work->layout, counters[i]);

		/* v2 counts CPU time in each cgroup, without a controller. */
		if (!cgroup || (unified && strcmp(counters[i], "cpuacct") == 0))
			continue;
		if (cgroup->version == 1 ||
		    cgroup_lists(cgroup->mount, "cgroup.controllers", counters[i]))
			cgroup_want(wanted, counters[i]);
	}
}

void cgroup_choose_hierarchies(struct cgroup_work *work, const char *const wanted[])
{
	struct cgroup_layout *layout = &work->layout;
	struct cgroup_hierarchy *unified = cgroup_with(layout, "cgroup"), *any;
	bool v1_limits = false;

	for (; *wanted; wanted++) {
		struct cgroup_hierarchy *cgroup = cgroup_with(layout, *wanted);

		if (!cgroup)
			fail_missing(work, *wanted);
		cgroup->used = true;
		if (cgroup->version == 2)
			continue;
		v1_limits = true;
		if (unified && explaining)
			note("%s is bound to cgroup v1 here, at %s, so it is not in v2 [CG-HYBRID]",
			     *wanted, cgroup->mount);
	}
	if (unified)
		unified->used = true;
	if (unified || v1_limits)
		return;
	/* v1 alone, and no limit: any will do. */
	any = cgroup_with(layout, "pids");
	if (!any && layout->count > 0)
		any = &layout->all[0];
	if (!any)
		fail_missing(work, "cgroup");
	any->used = true;
}
