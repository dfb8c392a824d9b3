#!/usr/bin/env bats
# A whole container on this kernel.

load ../cli/helper
load machine

# What the machine must have for all the layers.
need_layers() {
	[[ $(cat /proc/cmdline) != *sysctl.* ]] || skip "user namespaces are switched off here"
}

@test "compose-run runs a program in a container with all the layers" {
	need_layers
	run compose-run -- sh -c 'echo $$; cat /proc/1/comm; readlink /proc/self/ns/uts'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" = sh ]
	[ "${lines[2]}" != "$(readlink /proc/self/ns/uts)" ]
}

@test "compose-run, the printed chain and --chain run the same" {
	need_layers
	look='cat /proc/self/status | grep -E "^(Cap|NoNewPrivs|Seccomp:|Uid|Gid)"; hostname; ls /dev'
	fused=$(compose-run --hostname box -- sh -c "$look")
	[ -n "$fused" ]
	[ "$(compose-run --hostname box --chain -- sh -c "$look")" = "$fused" ]
	eval "typed=\$($(compose-run --hostname box --print-chain -- sh -c "$look"))"
	[ "$typed" = "$fused" ]
}

@test "compose-run with AppArmor: the program is under the profile" {
	need_layers
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] ||
		skip "AppArmor does not run on this machine"
	run compose-run --security-opt apparmor=strata-test -- cat /proc/self/attr/current
	echo "$output"
	[ "$output" = "strata-test (enforce)" ]
}
