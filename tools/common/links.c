/* links.c: the ten tools, carried inside chroot and compose-run.
 *
 * Each is compiled a second time with its main() under another name (the
 * Makefile's build/fused), and is called where it would be executed. So are
 * compose-run's own links (tools/compose-run/link_*.c): one of them comes behind
 * chroot, where nothing of the outside can be executed any more. */
#include <stddef.h>

#include "chain.h"

#define LINK(function) extern int function(int argc, char *argv[])
LINK(cgroup_main);
LINK(ns_user_main);
LINK(ns_pid_main);
LINK(ns_uts_main);
LINK(ns_ipc_main);
LINK(ns_net_main);
LINK(ns_mnt_main);
LINK(chroot_main);
LINK(capdrop_main);
LINK(lsm_main);
LINK(hooks_main);
LINK(process_main);
LINK(time_main);

const struct link carried_links[] = {
	{ "cgroup", cgroup_main },	     { "ns-user", ns_user_main },
	{ "ns-pid", ns_pid_main },	     { "ns-uts", ns_uts_main },
	{ "ns-ipc", ns_ipc_main },	     { "ns-net", ns_net_main },
	{ "ns-mnt", ns_mnt_main },	     { "chroot", chroot_main },
	{ "capdrop", capdrop_main },	     { "lsm", lsm_main },
	{ "compose-run hooks", hooks_main }, { "compose-run process", process_main },
	{ "compose-run time", time_main },   { NULL, NULL },
};
