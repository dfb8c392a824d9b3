# The kernel's command line tells what the machine is like.

# The last value of NAME=VALUE on it.
word() {
	tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p" | tail -n 1
}

# Skips a test for which the command line would have to hold other words.
only_with() {
	[[ " $(cat /proc/cmdline) " == *" $1 "* ]] || skip "this machine was booted without $1"
}

only_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

only_student() {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
}

# Skips where this user may make no user namespace, as sysctls have it.
need_user_namespaces() {
	[ "$(cat /proc/sys/user/max_user_namespaces)" -gt 0 ] ||
		skip "user.max_user_namespaces is 0 here"
	[ "$(id -u)" -eq 0 ] || [ "$(cat /proc/sys/kernel/unprivileged_userns_clone)" = 1 ] ||
		skip "kernel.unprivileged_userns_clone is 0 here"
}

# Runs a chain that has to fail before its program does anything, with this id.
# shellcheck disable=SC2154 # run sets output and status
refused() {	# ID WORD...
	local id=$1
	shift
	run "$@" touch "$BATS_TEST_TMPDIR/ran"
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *"[$id]"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}
