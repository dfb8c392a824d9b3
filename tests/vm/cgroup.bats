#!/usr/bin/env bats
# cgroup where cgroups are mounted in one way only, or something is off.

load ../cli/helper
load machine

# Cgroup v2 alone, with the controllers of a usual kernel.
only_v2() {
	[ -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has no pure cgroup v2"
	grep -q memory /sys/fs/cgroup/cgroup.controllers || skip "the memory controller is off"
}

@test "cgroup v2: the limits stand in memory.max, pids.max and cpu.max" {
	only_v2
	run cgroup --memory 64M --pids-limit 20 --cpus 0.5 -- sh -c '
		cd "/sys/fs/cgroup$(sed s/0:://p -n /proc/self/cgroup)"
		cat memory.max pids.max cpu.max'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 67108864 ]
	[ "${lines[1]}" = 20 ]
	[ "${lines[2]}" = "50000 100000" ]
}

@test "cgroup v2: who goes over the memory limit is killed, and nobody else" {
	only_v2
	run cgroup --memory 32M -- python3 -c 'print(len(bytearray(200 << 20)))'
	echo "$output"
	[ "$status" -eq 137 ]
	run cgroup --memory 300M -- python3 -c 'print(len(bytearray(200 << 20)))'
	echo "$output"
	[ "$output" = $((200 << 20)) ]
}

@test "cgroup v2: the cgroup is gone afterwards, and we are where we were" {
	only_v2
	here=$(cat /proc/self/cgroup)
	before=$(find /sys/fs/cgroup -type d)
	cgroup --memory 64M -- true
	[ "$(cat /proc/self/cgroup)" = "$here" ]
	[ "$(find /sys/fs/cgroup -type d)" = "$before" ]
}

@test "cgroup v1: the limits stand in memory.limit_in_bytes and pids.max" {
	only_with vm.cgroup=v1
	only_root
	run cgroup --memory 64M --pids-limit 20 -- sh -c '
		cat "/sys/fs/cgroup/memory$(sed -n "s/.*:memory://p" /proc/self/cgroup)/memory.limit_in_bytes"
		cat "/sys/fs/cgroup/pids$(sed -n "s/.*:pids://p" /proc/self/cgroup)/pids.max"'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 67108864 ]
	[ "${lines[1]}" = 20 ]
}

@test "without any cgroups, cgroup says so" {
	only_with vm.cgroup=none
	refused CG-NOMOUNT cgroup --
	refused CG-NOMOUNT cgroup --memory 64M --
}

@test "with the memory controller off, a memory limit is refused, and others are not" {
	only_with cgroup_disable=memory
	refused CG-DISABLED cgroup --memory 64M --
	cgroup --pids-limit 20 -- true
}
