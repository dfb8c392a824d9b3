# compose-run --bundle: clocks, scheduling and personality, and files of cgroups.

load helper
load bundle

setup() {
	make_box
}

@test "a time namespace, whose clocks are moved as linux.timeOffsets says" {
	[ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
	here=$(readlink /proc/self/ns/time)
	now=$(cut -d. -f1 /proc/uptime)
	config 'l["namespaces"].append({"type": "time"})
l["timeOffsets"] = {"monotonic": {"secs": 1000, "nanosecs": 5}, "boottime": {"secs": 604800}}'
	for how in --bundle '--chain --bundle'; do
		# shellcheck disable=SC2086 # words
		run compose-run $how box -- sh -c 'cut -d. -f1 /proc/uptime; tr -s " " </proc/self/timens_offsets; ls -l /proc/self/ns/time; echo $$'
		output=$(grep -v note: <<<"$output")
		mapfile -t lines <<<"$output"
		[ "$((lines[0] - now))" -ge 604800 ]
		[ "$((lines[0] - now))" -lt 605000 ]
		[ "${lines[1]} ${lines[2]}" = "monotonic 1000 5 boottime 604800 0" ]
		[[ ${lines[3]} != *"$here" ]]
		[ "${lines[4]}" = 1 ]
	done
	# The clocks of the machine, and of our children, are as they were.
	[ "$(readlink /proc/self/ns/time)" = "$here" ]
	# Without a PID namespace as well, and as it is typed.
	config 'l["namespaces"] = [n for n in l["namespaces"] if n["type"] != "pid"] + [{"type": "time"}]
l["timeOffsets"] = {"boottime": {"secs": 604800}}
c["mounts"][0] = {"destination": "/proc", "type": "none", "source": "/proc", "options": ["rbind"]}
for k in ("maskedPaths", "readonlyPaths"): del l[k]'
	box --print-chain -- true >line
	grep -q 'compose-run time --boottime 604800 ' line
	run compose-run time --boottime 604800 -- cat /proc/uptime
	if is_root; then [ "$((${output%%.*} - now))" -ge 604800 ]; else [[ $output == *"[NS-PRIV]"* ]]; fi
}

@test "what clocks can't do is told" {
	[ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
	config 'l["namespaces"].append({"type": "time"}); l["timeOffsets"] = {"boottime": {"secs": -10**9}}'
	refused "[TIME-RANGE]" -- echo INSIDE
	config 'l["timeOffsets"] = {"boottime": {"secs": 1}}'
	refused 'linux.timeOffsets has a value' -- echo INSIDE
	config 'l["namespaces"].append({"type": "time"}); l["timeOffsets"] = {"boottime": {"secs": 1, "nanosecs": 10**9}}'
	refused 'linux.timeOffsets.boottime.nanosecs has a value' -- echo INSIDE
}

@test "a time namespace with a path is entered" {
	is_root || skip "an ordinary user can't enter a namespace of the machine's"
	[ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
	compose-run time --boottime 604800 -- sleep 30 &
	until_true sh -c "grep -qx sleep /proc/\$(pgrep -P $!)/comm"
	inner=$(pgrep -P $!)
	config "l['namespaces'].append({'type': 'time', 'path': '/proc/$inner/ns/time'})"
	run_box -- sh -c 'ls -l /proc/self/ns/time'
	[[ $output == *"$(readlink "/proc/$inner/ns/time")" ]]
	config "l['namespaces'].append({'type': 'time', 'path': '/proc/$inner/ns/uts'})"
	refused "NS-JOIN-TYPE" -- echo INSIDE
	kill "$inner"
}

# Policy, niceness, and class of the disk of the program, and of a child.
look='uname -m; cut -d" " -f19,41 /proc/1/stat; cut -d" " -f19,41 /proc/self/stat; ionice'

@test "personality, scheduler and I/O priority are the program's, and its children's" {
	config 'l["personality"] = {"domain": "LINUX32"}
p["scheduler"] = {"policy": "SCHED_BATCH", "nice": 7}
p["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 6}'
	for how in --bundle '--chain --bundle'; do
		# shellcheck disable=SC2086 # words
		run compose-run $how box -- sh -c "$look"
		output=$(grep -v note: <<<"$output" | tr '\n' ' ')
		[[ $output == i?86" 7 3 7 3 best-effort: prio 6 " || $(uname -m) != x86_64 ]]
		[[ $output == *" 7 3 7 3 best-effort: prio 6 " ]]
	done
	box --print-chain -- sh -c "$look" >line
	[[ $(sh ./line 2>/dev/null | tr '\n' ' ') == *" 7 3 7 3 best-effort: prio 6 " ]]
	tr -d '\\\n' <line | tr -s ' ' | grep -q 'compose-run process --personality LINUX32 --scheduler SCHED_BATCH'
	config 'p["scheduler"] = {"policy": "SCHED_IDLE"}; l["personality"] = {"domain": "LINUX"}'
	run_box -- sh -c "$look"
	[[ $output == "$(uname -m)"* ]]
	[ "${lines[1]}" = "0 5" ]
}

@test "real-time policies and deadlines; SCHED_FLAG_RESET_ON_FORK ends with the children" {
	is_root && compose-run process --scheduler SCHED_FIFO --priority 1 -- true 2>/dev/null ||
		skip "no real-time policies for us here"
	stat='cut -d" " -f40,41 /proc/1/stat; cut -d" " -f40,41 /proc/self/stat; true'
	config 'p["scheduler"] = {"policy": "SCHED_RR", "priority": 7}'
	run_box -- sh -c "$stat"
	[ "${lines[*]}" = "7 2 7 2" ]
	config 'p["scheduler"] = {"policy": "SCHED_FIFO", "priority": 9, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}'
	run_box -- sh -c "$stat"
	[ "${lines[*]}" = "9 1 0 0" ]
	# It is the last before the root changes: no supervisor takes it.
	box --print-chain >line
	[ "$(grep -n 'compose-run process' line | cut -d: -f1)" -gt "$(grep -n '^ns-mnt' line | cut -d: -f1)" ]
	config 'p["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 5000000, "period": 10000000,
  "flags": ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN"]}'
	run_box -- sh -c "$stat"
	[[ "${lines[*]}" == "0 6 0 0" || $output == *PROC-BUSY* || $output == *PROC-SCHED* ]]
}

@test "who may not have more is told, and nothing runs" {
	if is_root; then
		capsh --has-p=cap_sys_nice 2>/dev/null && skip "root may have all of it here"
	fi
	config 'p["scheduler"] = {"policy": "SCHED_FIFO", "priority": 3}'
	refused "[PROC-SCHED]" -- echo INSIDE
	config 'p["scheduler"] = {"policy": "SCHED_OTHER", "nice": -5}'
	refused "[PROC-SCHED]" -- echo INSIDE
	config 'p["ioPriority"] = {"class": "IOPRIO_CLASS_RT", "priority": 0}'
	refused "[PROC-IO]" -- echo INSIDE
}

@test "values that make no sense, or that nobody can keep, are refused by name" {
	while IFS='|' read -r statement where; do
		config "$statement"
		refused "$where" -- echo INSIDE
	done <<-'END'
		p["scheduler"] = {"policy": "SCHED_ISO"}|process.scheduler.policy is not supported
		p["scheduler"] = {"policy": "SCHED_FIFI", "priority": 1}|did you mean SCHED_FIFO?
		p["scheduler"] = {"policy": "SCHED_FIFO"}|process.scheduler has a value
		p["scheduler"] = {"policy": "SCHED_RR", "priority": 5, "nice": 3}|process.scheduler has a value
		p["scheduler"] = {"policy": "SCHED_OTHER", "priority": 3}|process.scheduler has a value
		p["scheduler"] = {"policy": "SCHED_OTHER", "runtime": 5000}|process.scheduler has a value
		p["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 9000, "deadline": 5000}|process.scheduler has a value
		p["scheduler"] = {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_RECLAIM"]}|process.scheduler has a value
		p["scheduler"] = {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_UTIL_CLAMP_MIN"]}|process.scheduler.flags[0] is not supported
		p["scheduler"] = {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_KEEP_POLICY"]}|process.scheduler.flags[0] is not supported
		p["ioPriority"] = {"class": "IOPRIO_CLASS_NONE"}|process.ioPriority.class has a value
		p["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 8}|process.ioPriority.priority has a value
		l["personality"] = {"domain": "BSD"}|linux.personality.domain has a value
		l["personality"] = {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]}|linux.personality.flags[0] is not supported
		p["execCPUAffinity"] = {"initial": "0"}|process.execCPUAffinity is not supported
	END
	config 'c["ociVersion"] = "1.2.1"; p["execCPUAffinity"] = {"initial": "0", "final": "0-3, 7"}'
	run_box -- echo runs
	[ "$output" = runs ]
}

@test "a further program (exec) has the same clocks, personality and policy" {
	[ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
	export XDG_RUNTIME_DIR=$PWD
	config 'l["namespaces"].append({"type": "time"}); l["timeOffsets"] = {"boottime": {"secs": 604800}}
l["personality"] = {"domain": "LINUX32"}; p["scheduler"] = {"policy": "SCHED_BATCH", "nice": 7}
p["args"] = ["sleep", "60"]'
	compose-run -d --name "more-$$" --bundle box 2>/dev/null
	run compose-run exec "more-$$" -- sh -c 'uname -m; cut -d" " -f19,41 /proc/self/stat; ls -l /proc/self/ns/time /proc/1/ns/time | sed "s/.*-> //" | sort -u | wc -l'
	compose-run stop "more-$$" >/dev/null
	compose-run rm "more-$$" >/dev/null
	[[ ${lines[0]} == i?86 || $(uname -m) != x86_64 ]]
	[ "${lines[1]}" = "7 3" ]
	[ "${lines[2]}" = 1 ]
}

@test "a further program (exec) has a policy that its parents can't hand on" {
	command -v chrt >/dev/null || skip "chrt is not installed (util-linux)"
	export XDG_RUNTIME_DIR=$PWD
	config 'p["args"] = ["sleep", "100"]; c["ociVersion"] = "1.1.0"
p["scheduler"] = {"policy": "SCHED_BATCH", "nice": 1, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}'
	compose-run -d --name "own-$$" --bundle box 2>/dev/null
	compose-run exec "own-$$" -- sleep 100 &
	policies() { ps -eo cls=,pid=,args= | awk '$3 == "sleep" && $4 == 100 { print $2 }' | xargs -n 1 chrt -p; }
	both() { [ "$(policies | grep -c 'SCHED_BATCH|SCHED_RESET_ON_FORK')" -ge 2 ]; }
	until_true both && held=yes
	compose-run stop "own-$$" && compose-run rm "own-$$"
	[ "$held" = yes ]
}

@test "blockIO and hugepageLimits are files of the cgroup" {
	is_root || skip "an ordinary user has no cgroup to limit here"
	local device sizes
	device=$(cat /sys/block/*/dev 2>/dev/null | head -n 1)
	config "l['cgroupsPath'] = 'io-$$'; p['args'] = ['sh', '-c', 'read x']
l['resources']['blockIO'] = {'throttleReadBpsDevice': [{'major': ${device%:*}, 'minor': ${device#*:}, 'rate': 1048576}]}"
	mkfifo fifo
	compose-run --bundle box <fifo 2>errors &
	exec 5>fifo
	there() { grep -rqs "^$device .*1048576" /sys/fs/cgroup/*/"io-$$"/blkio.throttle.read_bps_device /sys/fs/cgroup/"io-$$"/io.max; }
	until_true there
	echo >&5
	wait $!
	exec 5>&-
	sizes=$(ls /sys/kernel/mm/hugepages 2>/dev/null)
	[[ $sizes == *hugepages-2048kB* ]] || skip "no huge pages of 2 MB here"
	config 'l["resources"]["hugepageLimits"] = [{"pageSize": "2MB", "limit": 4194304}]'
	box --print-chain | grep -qE -- '--set hugetlb.2MB.(max|limit_in_bytes)=4194304'
	run_box -- true
	[[ $status -eq 0 || $output == *"[CG-"* ]]
}
