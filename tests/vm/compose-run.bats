#!/usr/bin/env bats
# A whole container on this kernel.

load ../cli/helper
load machine

@test "compose-run runs a program in a container with all the layers" {
	need_user_namespaces
	inside=$(compose-run -- sh -c 'echo $$; cat /proc/1/comm; readlink /proc/self/ns/uts')
	echo "$inside"
	[ "${inside%uts:*}" = $'1\nsh\n' ]
	[ "uts:${inside##*uts:}" != "$(readlink /proc/self/ns/uts)" ]
}

@test "compose-run, the printed chain and --chain run the same" {
	need_user_namespaces
	look='cat /proc/self/status | grep -E "^(Cap|NoNewPrivs|Seccomp:|Uid|Gid)"; hostname; ls /dev'
	fused=$(compose-run --hostname box -- sh -c "$look")
	[ -n "$fused" ]
	[ "$(compose-run --hostname box --chain -- sh -c "$look")" = "$fused" ]
	eval "typed=\$($(compose-run --hostname box --print-chain -- sh -c "$look"))"
	[ "$typed" = "$fused" ]
}

@test "compose-run with AppArmor: the program is under the profile" {
	need_user_namespaces
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] ||
		skip "AppArmor does not run on this machine"
	label=$(compose-run --security-opt apparmor=strata-vm -- cat /proc/self/attr/current)
	[ "$label" = "strata-vm (enforce)" ]
}
