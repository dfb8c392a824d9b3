# What every test file loads: the tools come first in PATH.
BIN="${BIN:-$BATS_TEST_DIRNAME/../../bin}"
BIN=$(realpath "$BIN")
PATH="$BIN:$PATH"

# Runs a chain that makes namespaces: root may, anyone else puts ns-user first.
# In the background use "${OWN[@]}" itself, for $! to be the chain.
OWN=(env)
[ "$(id -u)" -eq 0 ] || OWN=(ns-user)
own() { "${OWN[@]}" "$@"; }

# The output on one line: a why is broken into lines of 100 columns.
flat() { tr -s ' \n' ' ' <<<"$output"; }

# Skips a test where this user can make no namespace at all.
need_namespaces() {
	own unshare -u true 2>/dev/null || skip "no namespaces for this user here"
}

# Skips a test that writes to /sys, or wants one in a user namespace that can be
# written to: which the kernel shows only where there is one already.
need_writable_sys() {
	local options
	options=$(awk '$5 == "/sys" { print $6 }' /proc/self/mountinfo | tail -n 1)
	[[ ,$options, != *,ro,* ]] || skip "/sys is read-only here, as in most containers"
}

# Waits until a command succeeds: milliseconds as a rule. The minute is for a busy
# machine, and not for what should be so at once.
until_true() {
	local end=$(($(date +%s) + 60))
	until "$@"; do
		if [ "$(date +%s)" -ge $end ]; then
			echo "still not so: $*"
			return 1
		fi
		sleep 0.05
	done
}

# The last in a line of children, as of a chain its program, of whatever name.
youngest() {
	local pid=$1 child=$1
	while [ -n "$child" ]; do
		pid=$child child=
		# The list ends without a newline, and read is not content with that.
		read -r child _ 2>/dev/null <"/proc/$pid/task/$pid/children" || true
	done
	echo "$pid"
}

# runs PID NAME: whether that process executes that program by now. The name is there
# a moment before the credentials, the arguments are there behind them.
runs() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ] && grep -qs . "/proc/$1/cmdline"; }

# has_become PID NAME: whether the chain with that number has come to its program.
has_become() { runs "$(youngest "$1")" "$2"; }

# is_gone PID: whether it has ended; a zombie only waits for its parent.
is_gone() { ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }

# calls_begun CALL N [LOG]: whether the Nth call is in the log of strace (trace); it
# stands there from its beginning on.
calls_begun() { [ "$(grep -c "^[0-9]* *$1(" "${3:-trace}" 2>/dev/null)" -ge "$2" ]; }

# not COMMAND...: it must fail. (A bare '! command' fails a test only as its last line.)
not() {
	if "$@"; then
		echo "this should have failed: $*"
		return 1
	fi
}
