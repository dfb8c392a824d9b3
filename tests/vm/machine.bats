#!/usr/bin/env bats
# Whether the machine is what the other files take it for.

load ../cli/helper
load machine

@test "the kernel is the one that was asked for" {
	[ "$(word vm.kernel)" != uml ] || run_version=6.1
	[[ $(uname -r) == "${run_version:-$(word vm.kernel)}".* ]]
}

@test "cgroups are mounted as asked for" {
	v1=$(grep -c ' - cgroup ' /proc/self/mountinfo) || true
	v2=$(grep -c ' - cgroup2 ' /proc/self/mountinfo) || true
	case $(word vm.cgroup) in
	none) [ "$v1" -eq 0 ] && [ "$v2" -eq 0 ] ;;
	v1) [ "$v1" -gt 5 ] && [ "$v2" -eq 0 ] ;;
	hybrid) [ "$v1" -gt 5 ] && [ "$v2" -eq 1 ] ;;
	*) [ "$v1" -eq 0 ] && [ "$v2" -eq 1 ] && [ -e /sys/fs/cgroup/cgroup.controllers ] ;;
	esac
}

@test "the security modules are the ones asked for" {
	modules=$(cat /sys/kernel/security/lsm)
	if [ -n "$(word lsm)" ]; then
		[ "${modules#lockdown,}" = "capability,$(word lsm | sed 's/^lockdown,//')" ]
	else
		[[ ,$modules, == *,$(word security),* ]]
	fi
}

@test "an ordinary user and root are told apart" {
	if [ "$(id -u)" -eq 0 ]; then
		head -c 1 /etc/shadow
	else
		[ "$(id -un)" = student ]
		! head -c 1 /etc/shadow
	fi
}
