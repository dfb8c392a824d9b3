/* idmap_refusal.c: why ids could not be mapped. See refusal.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "paste.h"
#include "refusal.h"

bool idmap_decide(const char *call, int error, const struct mnt_facts *facts, struct reason *reason)
{
	const char *source = facts->order->source;

	if (strstr(call, "write_file(path, map->")) {
		if (error == EINVAL) {
			FIX("ranges that do not overlap, such as:  idmap=0:100000:65536");
			return REASON("MAP-FORMAT", "user_namespaces(7)",
				      "the kernel does not take these ranges: two of them overlap, "
				      "or they go beyond\nthe last id (4294967294)");
		}
		if (error == EPERM && facts->lacks_id) {
			FIX("map ids that are here:  %sns-user --show-map", paste_directory());
			return REASON("MAP-OUTER", "user_namespaces(7)",
				      "id %lu has no number in the user namespace that we are in, "
				      "so that no file can be\nshown as its own",
				      facts->missing_id);
		}
		return false;
	}
	if (error == ENOSYS) {
		FIX("change the owners in a copy:  cp -a %s COPY && chown -R USER:GROUP COPY",
		    source);
		return REASON("MNT-IDMAP", "mount_setattr(2)",
			      "this kernel has no mount_setattr(), and so no mapped ids: they came "
			      "with Linux 5.12");
	}
	if (error != EPERM && error != EINVAL)
		return false;
	if (facts->map_is_first) {
		FIX("name a process in another user namespace, or the map itself:  "
		    "idmap=0:100000:65536");
		return REASON("MNT-IDMAP", "mount_setattr(2)",
			      "idmap names the first user namespace, in which every id is itself: "
			      "there is nothing\nto map");
	}
	if (error == EPERM && facts->mapped) {
		FIX("bind the directory that is shown there, not the mount that shows it");
		return REASON("MNT-IDMAP", "mount_setattr(2)",
			      "'%s' is in a mount whose ids are mapped already, and they can be "
			      "mapped only once",
			      source);
	}
	if (error == EPERM && !facts->first_user) {
		FIX("do it outside of the user namespace, as root there, and ns-user behind it:\n%s",
		    paste_line("sudo", NULL));
		return REASON("MNT-IDMAP", "mount_setattr(2)",
			      "the file system of '%s' was mounted outside of the user namespace "
			      "that we are in,\nand only there the owners of its files may be "
			      "shown as others",
			      source);
	}
	if (error == EINVAL && *facts->refuses) {
		FIX("change the owners in a copy:  cp -a %s COPY && chown -R USER:GROUP COPY%s",
		    source,
		    strcmp(facts->refuses, source) == 0
			    ? ""
			    : "\nor bind a directory that has no such mount below it");
		return REASON("MNT-IDMAP", "mount_setattr(2)",
			      "the mount of '%s' takes no map: its type, %s, can't map ids in this "
			      "kernel (or it was\nmounted in the very user namespace whose map was "
			      "asked for)",
			      facts->refuses, facts->refuses_type);
	}
	return false;
}
