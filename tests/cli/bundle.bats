# compose-run --bundle: a container as an OCI bundle's config.json says.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	cd "$BATS_TEST_TMPDIR"
	mkdir box
	"$BATS_TEST_DIRNAME/../../lab/rootfs" box/rootfs >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
	config
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Writes box/config.json: a small container, in which statements of Python's
# change something. An ordinary user's has a user namespace.
config() {
	python3 - "$(id -u)" "$(id -g)" "$*" >box/config.json <<-'END'
		import json, sys
		uid, gid = int(sys.argv[1]), int(sys.argv[2])
		capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
		c = {
		    "ociVersion": "1.0.2",
		    "process": {
		        "user": {"uid": 0, "gid": 0},
		        "args": ["sh"],
		        "env": ["PATH=/bin", "TERM=xterm"],
		        "cwd": "/",
		        "capabilities": {key: capabilities for key in ("bounding", "permitted", "effective")},
		        "noNewPrivileges": True,
		    },
		    "root": {"path": "rootfs", "readonly": True},
		    "hostname": "box",
		    "mounts": [
		        {"destination": "/proc", "type": "proc", "source": "proc"},
		        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
		         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
		        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
		         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
		    ],
		    "linux": {
		        "namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
		        "resources": {"devices": [{"allow": False, "access": "rwm"}]},
		        "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
		        "readonlyPaths": ["/proc/sys", "/proc/irq"],
		    },
		}
		p, l = c["process"], c["linux"]
		if uid:
		    l["namespaces"].append({"type": "user"})
		    l["uidMappings"] = [{"containerID": 0, "hostID": uid, "size": 1}]
		    l["gidMappings"] = [{"containerID": 0, "hostID": gid, "size": 1}]
		    del l["resources"]
		def mount(destination, **keys):
		    c["mounts"].append({"destination": destination, **keys})
		exec(sys.argv[3])
		json.dump(c, sys.stdout, indent=1)
	END
}

# Without a cgroup of one's own a note says so each time.
box() {
	local status=0
	compose-run --bundle box "$@" 2>errors || status=$?
	grep -v 'note: no cgroup of its own' errors >&2 || true
	return $status
}

run_box() { run box "$@"; }

refused() {
	local what=$1
	shift
	run_box "$@"
	[ "$status" -eq 125 ]
	[[ $output == *"$what"* ]]
	! grep -q INSIDE <<<"$output"
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

@test "the default devices are there, and work; others can't be opened" {
	run_box -- sh -c 'ls /dev | tr "\n" " "; echo x >/dev/null; head -c 3 /dev/zero | wc -c; ls -l /dev/fd /dev/ptmx'
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "fd full null ptmx pts random stderr stdin stdout tty urandom zero "* ]]
	[[ $output == *"/dev/ptmx -> pts/ptmx"* ]]
	is_root || return 0
	# A node may be made with CAP_MKNOD; to open it is denied.
	config 'for key in ("bounding", "permitted", "effective"): p["capabilities"][key] = ["CAP_MKNOD"]'
	run_box -- sh -c 'mknod /dev/disk c 1 3 && echo made; cat /dev/disk && echo opened'
	[[ $output == *made* ]]
	[[ $output != *opened* ]]
	[[ $output == *"Permission denied"* ]]
	# Who may mount could take that off again.
	config 'for key in ("bounding", "permitted", "effective"): p["capabilities"][key] = ["CAP_SYS_ADMIN"]'
	refused "linux.resources.devices is not supported [OCI-UNSUPPORTED]" -- echo INSIDE
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
	config 'l["cgroupsPath"] = "/no/such/cgroup"'
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
	config 'c["hooks"] = {"prestart": [{"path": "/bin/true"}]}'
	refused "hooks is not supported [OCI-UNSUPPORTED]" -- echo INSIDE
	config 'p["ioPriority"] = {"class": "IOPRIO_CLASS_IDLE", "priority": 4}'
	refused "process.ioPriority is not supported [OCI-UNSUPPORTED]" -- echo INSIDE
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
