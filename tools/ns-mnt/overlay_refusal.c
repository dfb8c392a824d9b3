/* overlay_refusal.c: why an overlay could not be made. See refusal.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "paste.h"
#include "refusal.h"

bool overlay_decide(const char *call, int error, const struct mnt_facts *facts,
		    const struct state *state, struct reason *reason)
{
	static const char *const unsuited[] = { "overlay", "nfs",     "nfs4", "cifs", "vfat",
						"exfat",   "fuseblk", "9p",   "proc", "sysfs" };
	bool create = strstr(call, "FSCONFIG_CMD_CREATE");
	char *upper, *work;

	if (!create && !strstr(call, "\"upperdir\"") && !strstr(call, "\"workdir\""))
		return false;
	if (create && facts->stacked && error == EINVAL && !facts->upper) {
		FIX("name the layers of the lower overlay themselves:  grep overlay "
		    "/proc/self/mountinfo");
		return REASON("OVL-UPPER", "mount(8)",
			      "a layer of '%s' is an overlay itself, and the kernel stacks no more "
			      "than two",
			      facts->order->source);
	}
	if (!facts->upper || !facts->work)
		return false;
	if (facts->upper_path.kind == PATH_GONE || facts->work_path.kind == PATH_GONE) {
		upper = paste_word(facts->upper);
		work = paste_word(facts->work);
		FIX("make them:  mkdir -p %s %s", upper, work);
		free(upper);
		free(work);
		return REASON("OVL-UPPER", "mount(8)", "%s",
			      missing_words(facts->upper_path.kind == PATH_GONE
						    ? &facts->upper_path
						    : &facts->work_path));
	}
	if (missing_decide("OVL-UPPER", "", &facts->upper_path, state, reason) ||
	    missing_decide("OVL-UPPER", "", &facts->work_path, state, reason))
		return true;
	FIX("let the overlay write to memory, and throw it away: without upper= and work=\n"
	    "or put both on a file system of the machine's, or on a tmpfs:\n"
	    "ns-mnt --tmpfs /mnt -- sh -c 'mkdir /mnt/u /mnt/w; ns-mnt --overlay "
	    "LOWER:DST,upper=/mnt/u,work=/mnt/w'");
	if (error == EROFS)
		return REASON("OVL-UPPER", "mount(8)", "'%s' is on a mount that is read-only",
			      facts->upper);
	if (error == EBUSY)
		return REASON("OVL-UPPER", "mount(8)", "another overlay writes to '%s' or '%s' now",
			      facts->upper, facts->work);
	for (size_t i = 0; i < sizeof(unsuited) / sizeof(*unsuited); i++)
		if (strcmp(facts->upper_type, unsuited[i]) == 0)
			return REASON("OVL-UPPER", "mount(8)",
				      "upper= is on a file system of the type %s, which can't keep "
				      "what an overlay notes\nabout files (extended attributes, "
				      "whiteouts)",
				      facts->upper_type);
	if (error != EINVAL && error != EXDEV)
		return false;
	if (!facts->one_mount || !facts->apart) {
		FIX("two directories side by side, such as:  mkdir -p %s/up %s/work", facts->upper,
		    facts->upper);
		return REASON("OVL-UPPER", "mount(8)",
			      facts->one_mount ? "upper= and work= are the same directory, or one "
						 "lies in the other"
					       : "upper= and work= must be in the same mount, and "
						 "are in two");
	}
	return REASON("OVL-UPPER", "mount(8)",
		      "the file system of upper= (%s) does not suit an overlay in this user "
		      "namespace, or layers\nare nested more than two deep; which, the kernel "
		      "tells:  dmesg | tail",
		      facts->upper_type);
}
