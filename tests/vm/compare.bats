#!/usr/bin/env bats
# compose-run --compare where the development machines have nothing to compare:
# limits of cgroup v2, the labels of AppArmor, and older kernels.

load ../cli/helper
load machine

setup() {
	TARGETS=()
}

teardown() {
	local pid
	for pid in "${TARGETS[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
	wait
}

# Starts a chain that ends in a program of its own, and waits for that.
start() {
	local mark="7${RANDOM}$RANDOM"
	"$@" sleep "$mark" 3>&- &
	for _ in $(seq 600); do
		TARGET=$(pgrep -n -x -f "sleep $mark") && break
		sleep 0.1
	done
	[ "$TARGET" ]
	TARGETS+=("$TARGET")
}

# A row with all its lines, as one.
row() {
	awk -v layer="$1" '/^[^ ]/ { inside = $1 == layer } inside' <<<"$output" | tr -s ' \n' ' '
}

@test "a whole container beside ours, on this kernel" {
	need_user_namespaces
	start compose-run --without cgroup --hostname box --
	run compose-run --compare "$TARGET"
	echo "$output"
	[ "$status" -eq 1 ]
	for layer in ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm; do
		[[ $(row "$layer") == "$layer different "* ]]
	done
	[[ $(row ns-uts) == *"host name box "* ]]
	[[ $(row ns-net) == *"lo (up: 127.0.0.1"* ]]
	[[ $(row ns-pid) == *"; pid 1; sees 1 process "* ]]
}

@test "a process beside itself, on this kernel" {
	run compose-run --compare $$ $$
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "cgroup v2: the limits, and those of a cgroup above" {
	only_root
	[ -e /sys/fs/cgroup/cgroup.controllers ] || skip "no cgroup v2 here"
	cgroup --memory 64M --pids-limit 20 --cpus 0.5 true || skip "no limits can be set here"
	start cgroup --memory 64M --pids-limit 20 --cpus 0.5
	run compose-run --compare "$TARGET"
	echo "$output"
	[[ $(row cgroup) == "cgroup different "*"cgroup of v2: /"*"/strata-"* ]]
	for limit in 'memory: 64M' 'cpu: 0.5 CPUs' 'pids: 20'; do
		[[ $(row cgroup) == *"limit of $limit"* ]]
	done
	[[ $(row cgroup) == *"limits: none"* ]]
}

@test "AppArmor: the label is told, and another one is another layer" {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] ||
		skip "AppArmor does not run on this machine"
	only_root
	start lsm --seccomp none --apparmor-profile strata-vm --
	run compose-run --compare "$TARGET"
	echo "$output"
	[[ $(row lsm) == "lsm different "*"AppArmor strata-vm (enforce)"*"AppArmor unconfined"* ]]
	run compose-run --compare $$
	[[ $(row lsm) == "lsm same "*"AppArmor unconfined"* ]]
}
