# capdrop: which powers are left, and who the process is.

load helper

setup() {
	need_namespaces
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# A field of /proc/self/status, as the program at the end sees it.
status_of() {
	field=$1
	shift
	"$@" sed -n "s/^$field:[[:space:]]*//p" /proc/self/status
}

none=0000000000000000

@test "capdrop leaves nothing in any of the five sets, and no way back" {
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		[ "$(status_of $set own capdrop)" = $none ]
	done
	[ "$(status_of NoNewPrivs own capdrop)" = 1 ]
}

@test "root without capabilities is stopped by the mode of a file" {
	echo here >"$BATS_TEST_TMPDIR/file"
	chmod 0 "$BATS_TEST_TMPDIR/file"
	run own capdrop -- cat "$BATS_TEST_TMPDIR/file"
	[ "$status" -ne 0 ]
	[[ $output == *"Permission denied"* ]]
	run own capdrop --keep dac_override -- cat "$BATS_TEST_TMPDIR/file"
	[ "$output" = here ]
}

@test "--keep keeps what it names, in all spellings" {
	for name in net_raw NET_RAW cap_net_raw CAP_NET_RAW; do
		[ "$(status_of CapEff own capdrop --keep $name)" = 0000000000002000 ]
	done
	[ "$(status_of CapBnd own capdrop --keep net_raw,chown)" = 0000000000002001 ]
}

@test "--drop alone leaves the others" {
	eff=$(status_of CapEff own capdrop --drop chown)
	[ "$((0x$eff & 1))" -eq 0 ]
	[ "$((0x$eff & 0x2000))" -ne 0 ]
	[ "$(status_of NoNewPrivs own capdrop --drop chown)" = 1 ]
}

@test "presets, with --add and --drop on top" {
	[ "$(status_of CapEff own capdrop --preset docker)" = 00000000a80425fb ]
	[ "$(status_of CapEff own capdrop --preset none)" = $none ]
	[ "$(status_of CapEff own capdrop --preset none --add kill)" = 0000000000000020 ]
	[ "$(status_of CapEff own capdrop --preset docker --drop chown --add sys_time)" = 00000000aa0425fa ]
	[ "$(status_of CapBnd own capdrop --drop all --keep kill)" = 0000000000000020 ]
	run own capdrop --preset lxc true
	[ "$status" -eq 125 ]
}

@test "--ambient survives an exec as another user than root" {
	is_root || skip "only root can become another user"
	[ "$(status_of CapEff capdrop --user 1000 --ambient net_raw)" = 0000000000002000 ]
	[ "$(status_of CapAmb capdrop --user 1000 --ambient net_raw)" = 0000000000002000 ]
	[ "$(status_of CapEff capdrop --user 1000 --keep net_raw)" = $none ]
}

@test "--user and --groups change all ids, real, effective, saved and of the file system" {
	is_root || skip "only root can become another user"
	[ "$(status_of Uid capdrop --user 77:88)" = "$(printf '77\t77\t77\t77')" ]
	[ "$(status_of Gid capdrop --user 77:88)" = "$(printf '88\t88\t88\t88')" ]
	[ "$(status_of Groups capdrop --user 77:88 --groups 5,6)" = "5 6 " ]
	[ "$(status_of Groups capdrop --clear-groups)" = " " ] || [ -z "$(status_of Groups capdrop --clear-groups | tr -d ' ')" ]
	run capdrop --user no-such-user -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a user without an entry needs a group: ours is not handed to it" {
	is_root || skip "only root can become another user"
	run capdrop --user 54321 -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	[ "$(status_of Gid capdrop --user 54321:54321)" = "$(printf '54321\t54321\t54321\t54321')" ]
}

@test "--allow-new-privs leaves the bit off" {
	[ "$(status_of NoNewPrivs own capdrop --allow-new-privs --drop chown)" = 0 ]
}

@test "an ordinary user without ns-user is refused, where setpriv silently drops nothing" {
	! is_root || skip "root may drop"
	[ "$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)" != $none ] || skip "there is nothing to drop"
	run capdrop -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-SETPCAP]"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "where there is nothing left to drop, capdrop again is no fault" {
	run own capdrop capdrop -- true
	[ "$status" -eq 0 ]
}

@test "an unknown capability gets a proposal" {
	run own capdrop --keep sys_amdin true
	[ "$status" -eq 125 ]
	[[ $output == *"did you mean sys_admin?"* ]]
	[ "${#lines[@]}" -eq 1 ]
	run own capdrop --keep "" true
	[ "$status" -eq 125 ]
	run own capdrop --keep 63 true
	[ "$status" -eq 125 ]
}

@test "--print shows the five sets in words" {
	run own capdrop --keep kill -- capdrop --print
	[ "$status" -eq 0 ]
	[[ $output == *"permitted    kill"* ]]
	[[ $output == *"bounding     kill"* ]]
	[[ $output == *"no_new_privs yes"* ]]
	run capdrop --print $$
	[ "$status" -eq 0 ]
	run capdrop --print nonsense
	[ "$status" -eq 125 ]
}

@test "the child of a supervisor dies with it although capdrop changed its user" {
	is_root || skip "only root can become another user"
	ns-pid capdrop --user 1000 -- sleep 300 3>&- &
	pid=$!
	child=
	has_child() { child=$(cat "/proc/$pid/task/$pid/children") && [ -n "$child" ]; }
	until_true has_child
	child=${child%% *}
	is_sleep() { [ "$(cat "/proc/$child/comm")" = sleep ]; }
	until_true is_sleep
	kill -KILL "$pid"
	wait "$pid" || true
	gone() { [ ! -e "/proc/$child" ]; }
	until_true gone
}
