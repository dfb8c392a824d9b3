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

# The lines behind "fix:" of the last run.
fix() {
	sed -n '/^  fix: /,/^  see: /p' <<<"$output" | sed '$d; s/^  fix: //; s/^       //'
}

# A cgroup of this user's, with two more below, and no controller in them: $d.
three_levels() {
	only_v2
	d=$(sed 's|^0::|/sys/fs/cgroup|; s|/session.scope$||' /proc/self/cgroup)/why$$
	mkdir -p "$d/a/b"
}

@test "cgroup v2: --why says that a controller is here" {
	only_v2
	run cgroup --why memory
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "✓ cgroup: 'memory' is here: v2, mounted at /sys/fs/cgroup; ours is /sys/fs/cgroup$(sed -n 's/0:://p' /proc/self/cgroup)" ]]
	[[ "$output" == *"/sys/fs/cgroup "*"has it, and hands it on"* ]]
}

@test "cgroup v2: --why climbs to the cgroup that does not hand it on, and its fix works" {
	three_levels
	run sh -c "echo 0 >$d/a/b/cgroup.procs && exec cgroup --why memory"
	echo "$output"
	fix >"$BATS_TEST_TMPDIR/fix"
	sh -e "$BATS_TEST_TMPDIR/fix" || true
	fixed=$(sh -c "echo 0 >$d/a/b/cgroup.procs && exec cgroup --why memory") || true
	rmdir "$d/a/b" "$d/a" "$d"
	[ "$status" -eq 1 ]
	[[ "$output" == *"[CG-PARENT]"*"$d/a/b"*"(ours) lacks it"*"$d "*"has it, and does not hand it on"* ]]
	[ "$(cat "$BATS_TEST_TMPDIR/fix")" = "echo +memory > $d/cgroup.subtree_control
echo +memory > $d/a/cgroup.subtree_control" ]
	[[ "$fixed" == "✓ "* ]]
}

@test "cgroup v2: --why says which processes are in the way, and its fix moves them" {
	three_levels
	sleep 300 3>&- &
	echo $! >"$d/cgroup.procs"
	run sh -c "echo 0 >$d/a/b/cgroup.procs && exec cgroup --why memory"
	echo "$output"
	fix >"$BATS_TEST_TMPDIR/fix"
	sh -e "$BATS_TEST_TMPDIR/fix" || true
	moved=$(cat "$d/leaf/cgroup.procs")
	fixed=$(sh -c "echo 0 >$d/a/b/cgroup.procs && exec cgroup --why memory") || true
	kill -KILL $!
	wait $! || true
	rmdir "$d/a/b" "$d/a" "$d/leaf" "$d"
	[[ "$output" == *"[CG-PARENT]"*"1 process ($! sleep)"* ]]
	[ "$moved" = $! ]
	[[ "$fixed" == "✓ "* ]]
}

@test "cgroup v2: --why tells what only v1 has, and what this kernel was built without" {
	only_v2
	run cgroup --why devices
	[ "$status" -eq 1 ]
	[[ "$output" == *"only v1 has this controller"* ]]
	grep -qw cpuset /sys/fs/cgroup/cgroup.controllers && skip "this kernel has cpuset"
	run cgroup --why cpuset
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"[CG-UNKNOWN]"*"built without CONFIG_CPUSETS"* ]]
}

@test "cgroup v2: the pids limit tells how often it has refused, as the kernel counts" {
	only_v2
	run cgroup --pids-limit 4 -- sh -c '
		(sleep 1 & sleep 1 & sleep 1 & sleep 1 & sleep 1 & true) 2>/dev/null
		read -r word n <"/sys/fs/cgroup$(sed s/0:://p -n /proc/self/cgroup)/pids.events"; echo counted $n
		exit 7'
	echo "$output"
	[ "$status" -eq 7 ] || [ "$status" -eq 2 ]
	if [ "$status" -eq 7 ]; then
		n=$(sed -n 's/^counted //p' <<<"$output")
		[[ "$output" == *"refused $n fork"* ]]
	fi
	[[ "$output" == *"cgroup: note: the pids limit 4"*" refused "*"[CG-PIDS]"* ]]
}

@test "cgroup v2: who was killed by the memory limit is named, or where to look" {
	only_v2
	run cgroup --memory 32M --memory-swap 32M -- sh -c \
		'echo $$; exec python3 -c "bytearray(200 << 20)"'
	echo "$output"
	[ "$status" -eq 137 ]
	if dmesg >/dev/null 2>&1; then
		[[ "$output" == *"the memory limit 32M was hit; the kernel killed pid ${lines[0]} (python3) [CG-OOM]"* ]]
	else
		[[ "$output" == *"the memory limit 32M was hit; the kernel killed 1 process [CG-OOM]; its log says who:  sudo dmesg | grep 'task_memcg="* ]]
	fi
}

@test "cgroup v2: a kill by the limit of a cgroup above is not called ours" {
	only_v2
	run cgroup --memory 32M --memory-swap 32M -- cgroup --memory 100M -- sh -c \
		'exec python3 -c "bytearray(200 << 20)"'
	echo "$output"
	[[ "$output" == *"killed "*" for want of memory: not by a limit of this cgroup, but by one of a cgroup above"* ]]
	[[ "$output" == *"the memory limit 32M was hit; the kernel killed "* ]]
	[[ "$output" != *"the memory limit 100M was hit"* ]]
}

@test "cgroup v2: --report has the kernel's numbers" {
	only_v2
	run cgroup --report --memory 64M --pids-limit 9 --cpus 0.3 -- sh -c '
		timeout 1 sh -c "while :; do :; done"
		head -c 20000000 /dev/zero | tail -c 20000000 | wc -c
		cd "/sys/fs/cgroup$(sed s/0:://p -n /proc/self/cgroup)"
		echo PEAK $(cat memory.peak) PIDS $(cat pids.peak)'
	echo "$output"
	[ "$status" -eq 0 ]
	read -r _ peak _ pids <<<"$(grep '^PEAK' <<<"$output")"
	if [[ "$peak" == [0-9]* ]]; then
		[[ "$output" =~ "memory:     at most "([0-9]+)\.[0-9]"M at once; the limit is 64M" ]]
		[ "${BASH_REMATCH[1]}" -ge $((peak >> 20)) ] && [ "${BASH_REMATCH[1]}" -lt 64 ]
		[[ "$output" == *"processes:  at most $pids at once"* ]]
	else
		[[ "$output" == *"memory:     not known: this kernel keeps no peak"* ]]
	fi
	[[ "$output" =~ "throttled:  "[0-9.]+" "m?s", all CPUs together, in "([0-9]+)" of "[0-9]+" periods" ]]
	[ "${BASH_REMATCH[1]}" -gt 3 ]
}

@test "cgroup v1: --report without any v2 counts the CPU time, too" {
	only_with vm.cgroup=v1
	only_root
	run cgroup --report -- sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" =~ "CPU time:   "[0-9.]+" "m?s": " ]]
	[[ "$output" == *"memory:     at most "* ]]
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
	run cgroup --why memory
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"[CG-NOMOUNT]"*"mount -t cgroup2 none /sys/fs/cgroup"* ]]
}

@test "with the memory controller off, a memory limit is refused, and others are not" {
	only_with cgroup_disable=memory
	refused CG-DISABLED cgroup --memory 64M --
	run cgroup --why memory
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"[CG-DISABLED]"*"cgroup_disable=memory"* ]]
	# It is asked for nevertheless, and then told.
	run cgroup --report -- true
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"memory:     not counted: the controller 'memory'"* ]]
	cgroup --pids-limit 20 -- true
}
