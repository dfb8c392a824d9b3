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
