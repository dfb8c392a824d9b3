#!/usr/bin/env bats
# compose-run --bundle where there is cgroup v2 alone: the limits and the rules
# about devices of linux.resources, in the files and programs of v2.

load ../cli/helper
load machine

setup() {
	[ -e /sys/fs/cgroup/cgroup.controllers ] || skip "this machine has no pure cgroup v2"
	cd "$BATS_TEST_TMPDIR"
	mkdir box
	"$BATS_TEST_DIRNAME/../../lab/rootfs" box/rootfs >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
}

# Skips where a controller is off.
need() {
	for controller; do
		grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers ||
			skip "the controller '$controller' is off, or not in this kernel"
	done
}

# A small container, as root, with these linux.resources and a view of its cgroup.
bundle() {
	python3 - "$1" >box/config.json <<-'END'
		import json, sys
		c = {
		    "ociVersion": "1.0.2",
		    "process": {"user": {"uid": 0, "gid": 0}, "args": ["sh"], "env": ["PATH=/bin"], "cwd": "/",
		                "capabilities": {key: ["CAP_MKNOD"] for key in ("bounding", "permitted", "effective")},
		                "noNewPrivileges": True},
		    "root": {"path": "rootfs"},
		    "mounts": [{"destination": "/proc", "type": "proc"}, {"destination": "/sys", "type": "sysfs"},
		               {"destination": "/sys/fs/cgroup", "type": "cgroup", "options": ["ro"]},
		               {"destination": "/tmp", "type": "tmpfs"}],
		    "linux": {"namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount", "cgroup")],
		              "resources": eval(sys.argv[1])},
		}
		json.dump(c, sys.stdout)
	END
}

box() { run compose-run --bundle box -- sh -c "cd /sys/fs/cgroup; $1"; }

@test "limits of a bundle stand in the files of cgroup v2" {
	only_root
	need memory pids cpu
	bundle '{"memory": {"limit": 67108864, "swap": 134217728, "reservation": 1048576}, "pids": {"limit": 20},
		"cpu": {"shares": 512, "quota": 30000, "period": 60000}}'
	box 'cat memory.max memory.low pids.max cpu.max; [ ! -e memory.swap.max ] || cat memory.swap.max; cat cpu.weight'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]} ${lines[1]} ${lines[2]} ${lines[3]}" = "67108864 1048576 20 30000 60000" ]
	[ "${lines[-1]}" = 20 ]
}

@test "linux.resources.unified: any file of the cgroup" {
	only_root
	need memory pids
	bundle '{"unified": {"memory.high": "33554432", "pids.max": "17", "memory.oom.group": "1"}}'
	box 'cat memory.high pids.max memory.oom.group'
	echo "$output"
	[ "$(tr '\n' ' ' <<<"$output")" = "33554432 17 1 " ]
	bundle '{"unified": {"memory.nosuch": "1"}}'
	box 'echo INSIDE'
	[ "$status" -eq 125 ]
	[[ $output != *INSIDE* ]]
}

@test "linux.resources.unified: io.max of a disk" {
	only_root
	need io
	disk=$(awk '$4 ~ /^(vd|sd|ubd)/ && $2 % 16 == 0 { print $1 ":" $2; exit }' /proc/partitions)
	[ "$disk" ] || skip "no disk that is known here"
	bundle "{'unified': {'io.max': '$disk rbps=1048576'}}"
	box 'cat io.max'
	echo "$output"
	[[ $output == *"$disk rbps=1048576 "* ]]
}

@test "what cgroup v2 has not is refused by name" {
	only_root
	bundle '{"memory": {"limit": 67108864, "swappiness": 10}}'
	box 'echo INSIDE'
	[ "$status" -eq 125 ]
	[[ $output == *"linux.resources.memory.swappiness is not supported"* ]]
	[[ $output != *INSIDE* ]]
}

@test "who goes over the memory of a bundle is killed" {
	only_root
	need memory
	bundle '{"memory": {"limit": 33554432, "swap": 33554432}}'
	box 'head -c 200000000 /dev/zero | tail -c 150000000 | wc -c'
	echo "$output"
	[[ $output != *150000000* ]]
	[[ $output == *"[CG-OOM]"* ]]
}

@test "linux.resources.devices is a program on cgroup v2: EPERM for what is not allowed" {
	only_root
	bundle '{"devices": [{"allow": False}, {"allow": True, "type": "c", "major": 1, "minor": 11, "access": "wm"}]}'
	box 'cd /tmp; mknod log c 1 11; : >log && echo written; cat log; mknod mem c 1 1
		: </dev/zero && echo zero; mknod disk b 8 0; echo end'
	echo "$output"
	[[ $output == *written* ]]
	[[ $output == *zero* ]]
	[[ $output == *end* ]]
	[ "$(grep -c 'not permitted' <<<"$output")" -eq 3 ]
	# All of it is gone with the cgroup.
	: >/dev/full || true
	run find /sys/fs/cgroup -name 'strata-*'
	[ -z "$output" ]
}

@test "an ordinary user's limits, below the cgroup that was handed over" {
	only_student
	need_user_namespaces
	need memory pids
	bundle '{"memory": {"limit": 67108864}, "pids": {"limit": 20}}'
	python3 - <<-'END'
		import json, os
		c = json.load(open("box/config.json"))
		c["linux"]["namespaces"].append({"type": "user"})
		for m, id in (("uid", os.getuid()), ("gid", os.getgid())):
		    c["linux"][m + "Mappings"] = [{"containerID": 0, "hostID": id, "size": 1}]
		json.dump(c, open("box/config.json", "w"))
	END
	box 'cat memory.max pids.max'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"67108864"*"20"* ]]
}
