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

# Waits up to 5 seconds until a command succeeds.
until_true() {
	for _ in $(seq 100); do
		if "$@"; then return 0; fi
		sleep 0.05
	done
	echo "still not so: $*"
	return 1
}
