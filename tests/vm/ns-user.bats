#!/usr/bin/env bats
# User namespaces where the machine's owner has switched them off.

load ../cli/helper
load machine

@test "user.max_user_namespaces=0: ns-user names the limit, for root as well" {
	only_with sysctl.user.max_user_namespaces=0
	[ "$(cat /proc/sys/user/max_user_namespaces)" = 0 ]
	refused NS-LIMIT ns-user --
	[[ $output == *user.max_user_namespaces* ]]
}

@test "kernel.unprivileged_userns_clone=0: only root may make user namespaces" {
	only_with sysctl.kernel.unprivileged_userns_clone=0
	if [ "$(id -u)" -eq 0 ]; then
		[ "$(ns-user -- id -u)" = 0 ]
	else
		refused USERNS-DEBIAN ns-user --
		[[ $output == *kernel.unprivileged_userns_clone* ]]
	fi
}

@test "ns-user gives an ordinary user the namespaces behind it" {
	only_student
	need_user_namespaces
	[ "$(ns-user ns-uts --hostname box -- hostname)" = box ]
	[ "$(ns-user ns-pid ns-mnt -- sh -c 'echo $$; cat /proc/1/comm')" = $'1\nsh' ]
}
