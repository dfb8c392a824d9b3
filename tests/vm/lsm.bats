#!/usr/bin/env bats
# lsm on kernels with AppArmor, and with an older Landlock or none.
# guest-tests has loaded the profile strata-vm (strata-vm.apparmor).

load ../cli/helper
load machine

only_apparmor() {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] ||
		skip "AppArmor does not run on this machine"
}

# Landlock's ABI, 0 where there is none: landlock_create_ruleset(NULL, 0, 1).
landlock_abi() {
	python3 -c 'import ctypes; print(max(0, ctypes.CDLL(None).syscall(444, None, 0, 1)))'
}

@test "AppArmor: the program runs under the profile, enforced" {
	only_apparmor
	run lsm --apparmor-profile strata-vm -- cat /proc/self/attr/current
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "strata-vm (enforce)" ]
}

@test "AppArmor: what the profile denies fails, and the rest works" {
	only_apparmor
	cat /etc/debian_version
	run lsm --apparmor-profile strata-vm -- cat /etc/debian_version
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"Permission denied"* ]]
	lsm --apparmor-profile strata-vm -- cat /etc/hostname /etc/passwd
}

@test "AppArmor: children stay under the profile" {
	only_apparmor
	run lsm --apparmor-profile strata-vm -- sh -c 'sh -c "cat /proc/self/attr/current; :"; :'
	[ "$output" = "strata-vm (enforce)" ]
}

@test "AppArmor: an unknown profile is refused, and the program does not run" {
	only_apparmor
	refused AA-NOPROFILE lsm --apparmor-profile no-such-profile --
}

@test "Landlock that is built in and switched off is told from one that is missing" {
	[ "$(landlock_abi)" -eq 0 ] || skip "Landlock runs here"
	case $(uname -r) in
	5.10.*) refused LL-NONE lsm --ro / -- ;;
	*)
		[ "$(word vm.kernel)" != uml ] || skip "User-mode Linux is built without Landlock"
		refused LL-OFF lsm --ro / --
		;;
	esac
}

@test "an older Landlock: --best-effort takes what there is, and that holds" {
	abi=$(landlock_abi)
	[ "$abi" -gt 0 ] || skip "no Landlock here"
	run lsm --best-effort --rox / -- sh -c "echo x >$BATS_TEST_TMPDIR/file"
	echo "$output"
	[ "$status" -ne 0 ]
	[ "$status" -ne 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/file" ]
	lsm --best-effort --rox / --rw "$BATS_TEST_TMPDIR" -- sh -c "echo x >$BATS_TEST_TMPDIR/file"
	[ "$(cat "$BATS_TEST_TMPDIR/file")" = x ]
}

@test "AppArmor: under no_new_privs no profile that allows more can be changed to" {
	only_apparmor
	refused AA-NNP lsm --apparmor-profile strata-vm -- "$BIN/lsm" --apparmor-profile strata-vm-wide --
	[[ $output == *"(EPERM) [AA-NNP]"*"this process is under 'strata-vm (enforce)' already"* ]]
	# With no_new_privs set only by the second, it is execve that refuses.
	run lsm --allow-new-privs --seccomp none --apparmor-profile strata-vm -- \
		"$BIN/lsm" --apparmor-profile strata-vm-wide -- touch "$BATS_TEST_TMPDIR/ran"
	echo "$output"
	[ "$status" -eq 126 ]
	[[ $output == *"note: AppArmor has this process under 'strata-vm (enforce)' already"*"[AA-NNP]"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	# Into what it is under already it may change, and nothing is said.
	run lsm --apparmor-profile strata-vm -- "$BIN/lsm" --apparmor-profile strata-vm -- cat /proc/self/attr/current
	[ "$output" = "strata-vm (enforce)" ]
}

@test "an older Landlock: what it lacks is listed, and the line of the fix works" {
	abi=$(landlock_abi)
	[ "$abi" -gt 0 ] && [ "$abi" -lt 6 ] || skip "Landlock ABI $abi here"
	refused LL-ABI lsm --scope signal --
	[[ $output == *"signals needs ABI 6 (Linux 6.12)"*"and the Landlock of this kernel has $abi"* ]]
	[ "$abi" -ge 4 ] || refused LL-ABI lsm --bind-tcp 80 --scope signal --
	fix=$(sed -n 's/^  fix: //p' <<<"$output")
	eval "$fix"
	[ -e "$BATS_TEST_TMPDIR/ran" ]
}

# What is traced, where the kernel tells a tracer the calls.
only_tracing() {
	run lsm --trace-denials -- true
	[[ $output != *"[TRACE-KERNEL]"* ]] || skip "this kernel tells no tracer the calls"
}

@test "--trace-denials under AppArmor: it is named as the one that may have refused" {
	only_apparmor
	only_tracing
	run lsm --apparmor-profile strata-vm --trace-denials -- cat /etc/debian_version
	echo "$output"
	[[ $output == *'openat("/etc/debian_version", O_RDONLY) refused by none of lsm'*"AppArmor, which has the program under 'strata-vm (enforce)'"* ]]
}

@test "User-mode Linux tells no tracer the calls: that is said, and the program does not run" {
	[ "$(word vm.kernel)" = uml ] || skip "this is another kernel"
	refused TRACE-KERNEL lsm --trace-denials --
	refused TRACE-KERNEL lsm --learn --
}

@test "--trace-denials and --learn with an older Landlock" {
	abi=$(landlock_abi)
	[ "$abi" -gt 0 ] || skip "no Landlock here"
	only_tracing
	cd "$BATS_TEST_TMPDIR"
	echo hello >file
	run lsm --best-effort --rox /usr --ro /etc --trace-denials -- cat file
	echo "$output"
	[[ $output == *"openat(\"$PWD/file\", O_RDONLY) refused by Landlock: add --ro $PWD/file"* ]]
	lsm --learn -- cat file 2>learned
	cat learned
	line=$(grep -v '^lsm: ' learned)
	[ "$(bash -c "${line/lsm /lsm --best-effort }" 2>/dev/null)" = hello ]
}
