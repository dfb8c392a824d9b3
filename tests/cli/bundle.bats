# compose-run --bundle: a container as an OCI bundle's config.json says.

load helper
load bundle

setup() {
	make_box
}

@test "the program, its directory, its environment, its host name and its ids" {
	config 'p["args"] = ["sh", "-c", "id -u; id -g; pwd; hostname; env | sort"]; p["cwd"] = "/tmp"
p["env"] += ["A=b c"]'
	run_box
	[ "$status" -eq 0 ]
	[ "${lines[0]} ${lines[1]} ${lines[2]} ${lines[3]}" = "0 0 /tmp box" ]
	grep -qx 'A=b c' <<<"$output"
	grep -qx 'PATH=/bin' <<<"$output"
	grep -qx 'HOME=/root' <<<"$output"
	[ "$(grep -c = <<<"$output")" -le 7 ]
}

@test "words behind the options run instead of process.args; the status is the program's" {
	run_box -- sh -c 'echo $$; exit 7'
	[ "$output" = 1 ]
	[ "$status" -eq 7 ]
}

@test "relative to where one is: --bundle . and a path with a link in it" {
	ln -s box link
	cd box
	run compose-run --bundle . -- hostname
	[ "${lines[-1]}" = box ]
	run compose-run --bundle ../link -- hostname
	[ "${lines[-1]}" = box ]
}

@test "the printed line makes the same container, and so does --chain" {
	config 'p["args"] = ["sh", "-c", "hostname; id; grep ^Cap /proc/self/status; cut -d\" \" -f5,6 /proc/self/mountinfo; ls /dev"]'
	box >fused
	box --chain >programs
	box --print-chain >line
	sh ./line >typed 2>errors
	cmp fused programs
	cmp fused typed
	[ "$(wc -l <fused)" -gt 20 ]
}

@test "a read-only root can't be written to, and a writable one keeps what is written" {
	run_box -- touch /x
	[ "$status" -ne 0 ]
	[[ $output == *"Read-only"* ]]
	config 'c["root"]["readonly"] = False'
	run_box -- touch /x
	[ "$status" -eq 0 ]
	[ -e box/rootfs/x ]
}

@test "mounts have the flags that the config.json says, and the program can't undo them" {
	mkdir data
	echo here >data/file
	config 'mount("/tmp", type="tmpfs", source="tmpfs", options=["nosuid", "size=1m"])
mount("/mnt", type="none", source="../data", options=["rbind", "ro", "nosuid", "noexec"])
mount("/etc/one", source="/etc/hostname", options=["bind"])
c["root"]["readonly"] = False'
	run_box -- sh -c 'cat /mnt/file; touch /mnt/new; mount -o remount,rw /mnt; grep -E " /(tmp|mnt) " /proc/self/mountinfo; cat /etc/one'
	[ "${lines[0]}" = here ]
	[[ $output == *"/mnt/new: Read-only"* ]]
	[ ! -e data/new ]
	grep -q ' /tmp rw,nosuid' <<<"$output"
	[ "$(grep -c ' /tmp rw.*noexec.* - ' <<<"$output")" -eq 0 ]
	grep -qE ' /mnt ro,nosuid,(nodev,)?noexec' <<<"$output"
	grep -qxF "$(cat /etc/hostname)" <<<"$output"
}

@test "'bind' shows a directory alone, 'rbind' what is mounted in it as well" {
	is_root || skip "the mounts that an ordinary user gets are tied together"
	mkdir -p data/in
	config 'mount("/mnt", source="../data", options=["bind"])
mount("/srv", source="../data", options=["rbind"])
c["root"]["readonly"] = False'
	run ns-mnt --tmpfs "$PWD/data/in" -- sh -c 'touch data/in/x; exec compose-run --bundle box -- ls /mnt/in /srv/in'
	[ "$(tr '\n' ' ' <<<"$output")" = "/mnt/in:  /srv/in: x " ]
}

@test "a mount point that a read-only root lacks is made in it, as by runc and crun" {
	local engine modes='' tested=0 rootless=
	is_root || rootless=--rootless
	mkdir decoy
	for engine in runc crun ours; do
		rm -rf box && mkdir box
		"$BATS_TEST_DIRNAME/../../lab/rootfs" box/rootfs >/dev/null
		rmdir box/rootfs/proc box/rootfs/sys box/rootfs/dev
		# What is missing behind a link of the image's is made inside.
		ln -s "$PWD/decoy" box/rootfs/out
		mkdir -p "box/rootfs$PWD/decoy"
		config 'mount("/new/dir", type="tmpfs", source="tmpfs")
mount("/etc/new-file", source="/etc/hostname", options=["bind"])
mount("/out/deep", type="tmpfs", source="tmpfs")
mount("/dev/shm/deep", type="tmpfs", source="tmpfs"); mount("/new/dir/sub", type="tmpfs", source="tmpfs")
p["args"] = ["sh", "-c", "touch /x 2>/dev/null && echo WRITTEN; cat /etc/new-file; cut -d \" \" -f5 /proc/self/mountinfo | grep -E \"new|deep\" | sort"]'
		if [ "$engine" = ours ]; then
			box >got
		else
			command -v "$engine" >/dev/null || continue
			XDG_RUNTIME_DIR=$PWD ns-mnt -- sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null
				exec "$@"' sh "$engine" run -b box "points-$$" >got 2>errors </dev/null ||
				XDG_RUNTIME_DIR=$PWD timeout 20 "$engine" --root "$PWD/state" run -b box \
					"points-$$" >got 2>errors </dev/null || continue
		fi
		grep -qx "$(cat /etc/hostname)" got
		[ "$(grep -c / got)" -eq 5 ]
		if grep WRITTEN got; then false; fi
		[ -d box/rootfs/new/dir ] && [ -f box/rootfs/etc/new-file ] && [ -d box/rootfs/proc ]
		[ ! -e box/rootfs/dev/shm ] && [ ! -e box/rootfs/new/dir/sub ] && [ ! -e box/rootfs/x ]
		[ -d "box/rootfs$PWD/decoy/deep" ]
		[ -z "$(ls -A decoy)" ]
		# Then nothing of it is in the line.
		if box --print-chain | grep -e --make-; then false; fi
	done
}

@test "files with other owners: in a container without a user namespace" {
	is_root || skip "only root may show files with other owners"
	mkdir data
	touch data/of-root data/of-7
	chown 7:8 data/of-7
	config 'mount("/mnt", source="../data", options=["rbind", "idmap"],
    uidMappings=[{"containerID": 0, "hostID": 1234, "size": 1}, {"containerID": 7, "hostID": 0, "size": 1}],
    gidMappings=[{"containerID": 0, "hostID": 5678, "size": 10}])'
	ns-mnt --mount "type=bind,src=$PWD/data,dst=/mnt,idmap=0:1:1" true ||
		skip "the file system of $PWD takes no map"
	run_box -- sh -c 'stat -c "%n %u:%g" /mnt/*; touch /mnt/new'
	[ "${lines[0]}" = "/mnt/of-7 0:5686" ]
	[ "${lines[1]}" = "/mnt/of-root 1234:5678" ]
	# 0 inside is 7 on the disk; a gid that no map has can't be written.
	[[ ${lines[2]} == *"Value too large"* ]]
	config 'mount("/mnt", source="../data", options=["bind", "idmap"])'
	refused "mounts[3].options has a value that can't be used" -- echo INSIDE
}

@test "files with other owners: in a user namespace, by the container's own map" {
	is_root || skip "only root may show files with other owners"
	dir=/var/tmp/strata-idmap.$$
	mkdir -p "$dir/data" && cp -a box "$dir"
	chmod 755 "$dir"
	cd "$dir"
	touch data/of-root data/of-7
	chown 7:8 data/of-7
	config 'l["namespaces"].append({"type": "user"})
for m in ("uid", "gid"): l[m + "Mappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000}]
mount("/mnt", source="../data", options=["rbind", "ridmap"])
mount("/tmp", source="/usr", options=["rbind", "ro"])'
	if ! ns-mnt --mount "type=bind,src=$PWD/data,dst=/mnt,idmap=0:1:1" true; then
		cd / && rm -rf "$dir"
		skip "the file system of $dir takes no map"
	fi
	run_box -- sh -c 'stat -c "%n %u:%g" /mnt/*; stat -c "%u" /tmp; tr -s " " </proc/self/uid_map'
	[ "$(tr '\n' ' ' <<<"$output")" = "/mnt/of-7 7:8 /mnt/of-root 0:0 65534  0 100000 1000 " ]
	run_box -- touch /mnt/made
	[ "$(stat -c %u:%g data/made)" = 0:0 ]
	# The machine's own mount is as it was.
	[ "$(stat -c %u data/of-7)" = 7 ]
	if grep -q "$dir" /proc/self/mountinfo; then false; fi
	config 'l["namespaces"].append({"type": "user"})
for m in ("uid", "gid"): l[m + "Mappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000}]
mount("/mnt", source="../data", options=["bind", "idmap"]); mount("/tmp", source="../data", options=["bind"])'
	refused "mounts[3].source is not supported" -- echo INSIDE
	cd / && rm -rf "$dir"
}

@test "an ordinary user is told why files can't have other owners" {
	if is_root; then skip "for an ordinary user"; fi
	mkdir data
	config 'mount("/mnt", source="../data", options=["bind", "idmap"])'
	refused "mounts[3].options is not supported [OCI-UNSUPPORTED]" -- echo INSIDE
	[[ $output == *"takes root where their file system was mounted, and you"*"are uid $(id -u)"* ]]
}

@test "the default devices are there, and work; others can't be opened" {
	run_box -- sh -c 'ls /dev | tr "\n" " "; echo x >/dev/null; head -c 3 /dev/zero | wc -c; ls -l /dev/fd /dev/ptmx'
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "fd full null ptmx pts random stderr stdin stdout tty urandom zero "* ]]
	[[ $output == *"/dev/ptmx -> pts/ptmx"* ]]
	is_root || skip "the rest takes root: only who has CAP_MKNOD on the machine can make a node"
	# Who may mount, and make nodes: the rules are those of the cgroup.
	config 'for key in ("bounding", "permitted", "effective"): p["capabilities"][key] = ["CAP_MKNOD", "CAP_SYS_ADMIN"]'
	run_box -- sh -c 'mount -t tmpfs none /mnt; cd /mnt; mknod disk b 8 0; mknod mem c 1 1; mknod null c 1 3 && echo x >null && echo opened'
	[ "$(grep -c 'Operation not permitted' <<<"$output")" -eq 2 ]
	[ "$(grep -c opened <<<"$output")" -eq 1 ]
}

@test "linux.resources.devices: what is allowed can be opened, so far, and nothing else" {
	is_root || skip "rules about devices take root"
	config 'for key in ("bounding", "permitted", "effective"): p["capabilities"][key] = ["CAP_MKNOD"]
l["resources"]["devices"] += [{"allow": True, "type": "c", "major": 1, "minor": 11, "access": "wm"},
    {"allow": True, "type": "b", "access": "m"}]
mount("/mnt", type="tmpfs", source="tmpfs")'
	# /dev/kmsg by another name, to write to, and a disk that can't be opened.
	run_box -- sh -c 'cd /mnt; mknod log c 1 11; mknod disk b 8 0 && echo made; : >log && echo written; cat log; cat disk'
	[[ $output == *made* ]]
	[[ $output == *written* ]]
	[[ $output == *"can't open 'log': Operation not permitted"* ]]
	[[ $output == *"can't open 'disk': Operation not permitted"* ]]
	config 'l["resources"]["devices"][0]["allow"] = True
for key in ("bounding", "permitted", "effective"): p["capabilities"][key] = ["CAP_MKNOD"]
mount("/mnt", type="tmpfs", source="tmpfs")'
	run_box -- sh -c 'mknod /mnt/log c 1 11 && : >/mnt/log && echo opened'
	[[ $output == *opened* ]]
}

@test "linux.devices: a device of the machine's is bound; another one is refused" {
	local device type=
	for device in /dev/fuse /dev/kvm /dev/net/tun /dev/loop-control /dev/kmsg; do
		[ -c "$device" ] && type=c && break
	done
	[ "$type" ] || skip "this machine has none of the devices that are known here"
	printf -v minor '%d' "0x$(stat -c %T "$device")"
	printf -v major '%d' "0x$(stat -c %t "$device")"
	node="{'path': '$device', 'type': 'c', 'major': $major, 'minor': $minor"
	# Without no new file system, as the mount point is made in it.
	config "l['devices'] = [$node}]; c['root']['readonly'] = False
l.setdefault('resources', {'devices': [{'allow': False}]})['devices'].append({'allow': True, 'type': 'c', 'major': $major, 'minor': $minor, 'access': 'r'})
if uid: del l['resources']"
	run_box -- stat -c '%t:%T %a' "$device"
	[ "$output" = "$(stat -c '%t:%T %a' "$device")" ]
	config "l['devices'] = [$node, 'fileMode': 1}]"
	refused "linux.devices[0] is not supported" -- echo INSIDE
	config "l['devices'] = [$node}]; l['devices'][0]['minor'] += 1"
	refused "linux.devices[0] is not supported" -- echo INSIDE
	config "l['devices'] = [{'path': '/dev/mem', 'type': 'p'}]"
	refused "linux.devices[0] is not supported" -- echo INSIDE
}

@test "terminals can be opened in its devpts" {
	run_box -- sh -c 'exec 3<>/dev/ptmx && ls /dev/pts'
	[ "$(tr '\n' ' ' <<<"$output")" = "0 ptmx " ]
}

@test "without a mount on /dev there is one nevertheless" {
	config 'c["mounts"] = [c["mounts"][0]]'
	run_box -- sh -c 'test -c /dev/null && test -c /dev/urandom && ls -d /dev/pts /dev/shm'
	[ "$status" -eq 0 ]
}

@test "masked paths are empty, read-only ones can't be written to" {
	run_box -- sh -c 'cat /proc/keys | wc -c; echo 1 >/proc/sys/kernel/panic'
	[ "${lines[0]}" = 0 ]
	[[ $output == *"Read-only file system"* ]]
}

@test "the five sets of capabilities, for root and for another user" {
	config 'p["capabilities"]["inheritable"] = ["CAP_KILL"]'
	run_box -- grep -E '^(Cap|NoNew)' /proc/self/status
	[ "$(tr -d '\n' <<<"$output" | tr -s '\t' ' ')" = \
		"CapInh: 0000000000000020CapPrm: 0000000020000420CapEff: 0000000020000420CapBnd: 0000000020000420CapAmb: 0000000000000000NoNewPrivs: 1" ]
	config 'p["user"] = {"uid": 5, "gid": 6}
for m in ("uid", "gid"):
    for r in l.get(m + "Mappings", []): r["containerID"] = p["user"][m]
for key in ("inheritable", "ambient"): p["capabilities"][key] = ["CAP_KILL"]'
	run_box -- sh -c 'id -u; id -g; grep -E ^Cap /proc/self/status'
	[ "$(tr -d '\n' <<<"$output" | tr -s '\t' ' ')" = \
		"56CapInh: 0000000000000020CapPrm: 0000000000000020CapEff: 0000000000000020CapBnd: 0000000020000420CapAmb: 0000000000000020" ]
}

@test "a capability that nobody can have is left out, and a note says so" {
	config 'p["capabilities"]["bounding"] = p["capabilities"]["bounding"] + ["CAP_OF_TOMORROW"]'
	run_box -- grep CapBnd /proc/self/status
	[ "$status" -eq 0 ]
	[[ $output == *"this kernel knows no capability CAP_OF_TOMORROW; left out"* ]]
	[[ $output == *0000000020000420* ]]
}

@test "further groups and a umask" {
	is_root || skip "an ordinary user can't have other groups"
	config 'p["user"] = {"uid": 5, "gid": 6, "additionalGids": [7, 8], "umask": 0o27}'
	run_box -- sh -c 'id -G; umask'
	[ "${lines[0]}" = "6 7 8" ]
	[ "${lines[1]}" = 0027 ]
}

@test "as root, a user namespace with a map to other ids" {
	is_root || skip "only root can map ids that are not its own"
	chmod 755 . ..
	mkdir -p /var/tmp/strata-bundle.$$
	cp -a box /var/tmp/strata-bundle.$$
	cd /var/tmp/strata-bundle.$$
	config 'l["namespaces"].append({"type": "user"})
for m in ("uid", "gid"): l[m + "Mappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000}]'
	run_box -- sh -c 'id -u; tr -s " " </proc/self/uid_map'
	cd /
	rm -rf "/var/tmp/strata-bundle.$$"
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = " 0 100000 1000" ]
}

@test "limits of the process, and when it is killed for its memory" {
	config 'p["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
  {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}, {"type": "RLIMIT_FSIZE", "soft": 2**64-1, "hard": 2**64-1}]
p["oomScoreAdj"] = 77'
	for how in --bundle '--chain --bundle'; do
		# shellcheck disable=SC2086 # words
		run compose-run $how box -- sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -f; cat /proc/self/oom_score_adj'
		[ "$(grep -v note: <<<"$output" | tr '\n' ' ')" = "100 200 0 unlimited 77 " ]
	done
	# Who lets somebody else's score fall, takes it from others.
	[ "$(id -u)" -ne 0 ] || capsh --has-p=cap_sys_resource 2>/dev/null && skip "root may lower it here"
	config 'p["oomScoreAdj"] = -77'
	refused "OOM-LOWER" -- echo INSIDE
	config 'p["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 10**9}]'
	refused "ULIMIT-" -- echo INSIDE
}

@test "the filter in linux.seccomp is in force, with and without no_new_privs" {
	config 'l["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}
mount("/tmp", type="tmpfs", source="tmpfs")'
	run_box -- sh -c 'mkdir /tmp/x; grep ^Seccomp: /proc/self/status'
	[[ $output == *"Permission denied"* ]]
	[[ $output == *$'Seccomp:\t2'* ]]
	run compose-run --chain --bundle box -- mkdir /tmp/x
	[[ $output == *"Permission denied"* ]]
	config 'l["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}
mount("/tmp", type="tmpfs", source="tmpfs"); p["noNewPrivileges"] = False'
	run_box -- sh -c 'mkdir /tmp/x; grep -E "^(Seccomp:|NoNew)" /proc/self/status'
	[[ $output == *"Permission denied"* ]]
	[[ $output == *$'NoNewPrivs:\t0'* ]]
	[[ $output == *$'Seccomp:\t2'* ]]
	config 'l["seccomp"] = {"defaultAction": "SCMP_ACT_ALOW"}'
	run_box -- echo INSIDE
	[ "$status" -eq 125 ]
	[[ $output == *'did you mean "SCMP_ACT_ALLOW"'* ]]
	[[ $output != *INSIDE* ]]
}

@test "kernel parameters of its network and of its IPC" {
	config 'l["sysctl"] = {"net.ipv4.ip_forward": "1", "kernel.shmmni": "77", "fs.mqueue.msg_max": "5"}'
	run_box -- cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni /proc/sys/fs/mqueue/msg_max
	[ "$(tr '\n' ' ' <<<"$output")" = "1 77 5 " ]
	config 'l["sysctl"] = {"kernel.panic": "1"}'
	refused 'linux.sysctl["kernel.panic"] is not supported' -- echo INSIDE
}

@test "a namespace with a path is entered" {
	is_root || skip "an ordinary user can't enter a namespace of the machine's"
	ns-net ns-uts --hostname other -- sleep 30 &
	until_true grep -qx sleep "/proc/$!/comm"
	config "l['namespaces'][1]['path'] = '/proc/$!/ns/net'
l['namespaces'][3]['path'] = '/proc/$!/ns/uts'; del c['hostname']"
	run_box -- sh -c 'hostname; readlink /proc/self/ns/net'
	there=$(readlink "/proc/$!/ns/net")
	kill $!
	[ "${lines[0]}" = other ]
	[ "${lines[1]}" = "$there" ]
	config 'l["namespaces"][1]["path"] = "/proc/self/ns/uts"'
	refused "NS-JOIN-TYPE" -- echo INSIDE
}

@test "limits become those of a cgroup" {
	is_root || skip "an ordinary user has no cgroup to limit here"
	config 'l["resources"].update(memory={"limit": 67108864}, pids={"limit": 20},
  cpu={"shares": 512, "quota": 50000, "period": 100000})
l["namespaces"].append({"type": "cgroup"}); mount("/sys", type="sysfs", options=["ro"])
mount("/sys/fs/cgroup", type="cgroup", options=["ro", "nosuid", "noexec", "nodev"])'
	run_box -- sh -c 'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.shares cpu/cpu.cfs_quota_us 2>/dev/null ||
		cat memory.max pids.max cpu.weight cpu.max; echo 1 >pids/pids.max || echo 1 >pids.max'
	[ "${lines[0]}" = 67108864 ]
	[ "${lines[1]}" = 20 ]
	[[ ${lines[3]} == 50000* ]]
	[[ $output == *"Read-only"* ]]
}

@test "a cgroupsPath is the name of the cgroup, or one to enter" {
	is_root || skip "an ordinary user has no cgroup to name here"
	config 'l["cgroupsPath"] = "bundle-test"; l["resources"]["pids"] = {"limit": 20}'
	run_box -- cat /proc/self/cgroup
	[ "$(grep -c '/bundle-test$' <<<"$output")" -ge 1 ]
	parent=/strata-test-$$-$BATS_TEST_NUMBER
	config "l['cgroupsPath'] = '$parent/in/c1'; l['resources']['pids'] = {'limit': 20}"
	run_box -- sh -c 'cat /proc/self/cgroup; exec 3>&-'
	[ "$(grep -c ":$parent/in/c1\$" <<<"$output")" -ge 1 ]
	[ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "${parent#/}")" ]
	config "l['cgroupsPath'] = '$parent/../c1'"
	refused "--parent: no part of the path begins with a '.'" -- echo INSIDE
	config 'l["cgroupsPath"] = "a/b"'
	refused "linux.cgroupsPath is not supported" -- echo INSIDE
	config 'l["cgroupsPath"] = "system.slice:a:b"'
	refused "linux.cgroupsPath is not supported" -- echo INSIDE
}

@test "the config.json is all there is: other options are refused" {
	for options in '--hostname x' '--read-only' '-v /tmp:/tmp' '--memory 1g' '--cap-add kill'; do
		# shellcheck disable=SC2086 # two words
		run compose-run $options --bundle box -- echo INSIDE
		[ "$status" -eq 125 ]
		[[ $output == *"--bundle: the config.json says all"* ]]
	done
}

@test "with process.terminal the program has a terminal of its own, and it is /dev/console" {
	config 'p["terminal"] = True'
	run script -qec "compose-run --bundle box -- sh -c 'tty; test -c /dev/console && ls -l /dev/console; echo x >/dev/console'" /dev/null </dev/null
	[ "$status" -eq 0 ]
	[[ $output == *"/dev/console"* ]]
	run_box -- touch /ran </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *TTY-NONE* ]]
}

@test "nothing runs where something is not understood, and each is named" {
	config 'l["intelRdt"] = {"closID": "a"}'
	refused "linux.intelRdt is not supported [OCI-UNSUPPORTED]" -- echo INSIDE
	config 'l["mountLabel"] = "system_u:object_r:svirt_sandbox_file_t:s0"'
	refused "linux.mountLabel is not supported [OCI-UNSUPPORTED]" -- echo INSIDE
	config 'l["maskedPath"] = ["/proc/kcore"]'
	refused 'linux.maskedPath is unknown [OCI-KEY]' -- echo INSIDE
	[[ $output == *'did you mean "maskedPaths"'* ]]
	config 'p["cwd"] = "tmp"'
	refused "process.cwd has a value that can't be used [OCI-VALUE]" -- echo INSIDE
	[[ $output == *"jq .process.cwd $PWD/box/config.json"* ]]
	echo '{"ociVersion": "1.0.2", }' >box/config.json
	refused "[OCI-JSON]" -- echo INSIDE
	[[ $output == *"vi +1 $PWD/box/config.json"* ]]
}

@test "a config.json that is none: missing, a directory, a FIFO, too long" {
	rm box/config.json
	refused "cannot open" -- echo INSIDE
	mkdir box/config.json
	refused "no regular file" -- echo INSIDE
	rmdir box/config.json
	mkfifo box/config.json
	refused "no regular file" -- echo INSIDE
	rm box/config.json
	head -c 2000000 /dev/zero | tr '\0' ' ' >box/config.json
	refused "more than a megabyte" -- echo INSIDE
	run compose-run --bundle nowhere -- echo INSIDE
	[ "$status" -eq 125 ]
	[[ $output == *"cannot find 'nowhere'"* ]]
}

@test "the root is the directory that it seems: no link, not the machine's" {
	mv box/rootfs box/real
	ln -s / box/rootfs
	refused "root.path has a value that can't be used" -- echo INSIDE
	rm box/rootfs
	ln -s real box/rootfs
	refused "root.path has a value that can't be used" -- echo INSIDE
	config 'c["root"]["path"] = "real/../real"'
	refused "root.path has a value that can't be used" -- echo INSIDE
	config 'c["root"]["path"] = "/"'
	refused "root.path has a value that can't be used" -- echo INSIDE
	config "c['root']['path'] = '$PWD/box/real/'"
	run_box -- hostname
	[ "$output" = box ]
}

@test "links in the image lead no mount out of it (CVE-2021-30465), and none to /proc (CVE-2019-19921)" {
	mkdir decoy
	ln -s "$PWD/decoy" box/rootfs/out
	ln -s ../../../../../../../../../.. box/rootfs/up
	config 'mount("/out/new", type="tmpfs", options=["size=1m"]); c["root"]["readonly"] = False'
	run_box -- cat /proc/self/mountinfo
	[ -z "$(ls -A decoy)" ]
	config 'mount("/up/tmp", type="tmpfs", options=["size=1m"])'
	run_box -- grep -c ' /tmp ' /proc/self/mountinfo
	[ "$output" = 1 ]
	rmdir box/rootfs/proc
	ln -s "$PWD/decoy" box/rootfs/proc
	config
	refused "cannot find the mount point '/proc'" -- echo INSIDE
}

@test "nothing but procfs goes on /proc, and nothing over its files (CVE-2019-16884)" {
	mkdir box/fake
	config 'c["mounts"][0] = {"destination": "/proc", "source": "fake", "options": ["bind"]}'
	refused "mounts[0].destination has a value" -- echo INSIDE
	config 'c["mounts"][0]["type"] = "tmpfs"'
	refused "mounts[0].destination has a value" -- echo INSIDE
	config 'mount("/proc/self/attr", type="tmpfs")'
	refused "mounts[3].destination has a value" -- echo INSIDE
}

@test "an option of a mount can't be a word of ns-mnt's" {
	config 'mount("/tmp", type="tmpfs", options=["dst=/etc"])'
	refused "mounts[3].options is not supported" -- echo INSIDE
	config 'mount("/tmp,dst=/etc", type="tmpfs")'
	refused "mounts[3].destination has a value" -- echo INSIDE
}

@test "the bundle of runc's and crun's own 'spec' runs as there" {
	command -v jq >/dev/null || skip "no jq"
	local tested=0 engine rootless=
	is_root || rootless=--rootless
	cat >probe <<-'END'
		hostname; id; pwd; env | grep -v '^PWD=' | sort
		grep -E '^(Cap|Seccomp|NoNew|Umask|Groups)' /proc/self/status; umask
		cat /proc/self/limits /proc/self/uid_map /proc/self/oom_score_adj; ls /dev
		# Devices may be bound or made, and cgroups be there or not; and "nodev" is
		# how devices are denied here. What is left has to be the same.
		sed 's/ - / /' /proc/self/mountinfo | awk '$5 !~ "^(/dev/.*|/sys/fs/cgroup.*)$" || $5 ~ "pts|shm|mqueue" {
			gsub(/,nodev|,relatime/, "", $6); print $5, $6 }' | grep -v '^/proc/[akt]\|/sys/firm' | sort
		for f in /proc/keys /proc/timer_list; do wc -c <$f; done
		touch /x; echo 1 >/proc/sys/kernel/panic
		ls /proc | grep -c '^[0-9]'; cat /proc/net/dev | cut -d: -f1
	END
	for engine in runc crun; do
		command -v "$engine" >/dev/null || continue
		rm -f box/config.json
		(cd box && "$engine" spec $rootless) || continue
		jq --rawfile probe probe --arg uid "$(id -u)" '.process.terminal = false | .process.args = ["sh", "-c", $probe]
			| if .linux.uidMappings then .linux.uidMappings[0].hostID = ($uid | tonumber) else . end' \
			box/config.json >new && mv new box/config.json
		# crun before 1.9 does not know v2 beside v1.
		if ! XDG_RUNTIME_DIR=$PWD ns-mnt -- sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null
			exec "$@"' sh "$engine" run -b box "strata-test-$$" >theirs 2>their-errors </dev/null; then
			is_root || XDG_RUNTIME_DIR=$PWD timeout 20 "$engine" --root "$PWD/state" run -b box \
				"strata-test-$$" >theirs 2>their-errors </dev/null || continue
		fi
		[ -s theirs ] || continue
		box >ours </dev/null
		# crun makes a link "core" to /proc/kcore as well.
		diff <(grep -vx core theirs) ours
		tested=$((tested + 1))
	done
	[ "$tested" -gt 0 ] || skip "neither runc nor crun runs here"
}

@test "[PROC-PIDNS] without a PID namespace in the file: the fix speaks of the file" {
	if is_root; then skip "root may mount /proc for the machine's PID namespace"; fi
	config 'c["linux"]["namespaces"] = [n for n in c["linux"]["namespaces"] if n["type"] != "pid"]'
	run compose-run --bundle box -- true
	[ "$status" -eq 125 ]
	[[ $output == *"[PROC-PIDNS]"*'"type": "pid"'* ]]
	[[ $output != *"/ns-user"* ]]
}
