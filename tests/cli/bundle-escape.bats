# Hostile bundles, and bundles that somebody changes while they are started: what
# was found in other runtimes from 2019 to 2025, by its CVE, tried on
# compose-run --bundle with decoys that these tests make themselves. More of
# them, with compose-run's own options: escape.bats.

bats_require_minimum_version 1.5.0
load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	command -v python3 >/dev/null || skip "python3 is missing"
	cd "$BATS_TEST_TMPDIR"
	mkdir box
	"$BATS_TEST_DIRNAME/../../lab/rootfs" box/rootfs >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
	mkdir decoy
	echo decoy >decoy/secret
	config
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# As in bundle.bats: a small container, changed by statements of Python's.
config() {
	python3 - "$(id -u)" "$(id -g)" "$*" >box/config.json <<-'END'
		import json, sys
		uid, gid = int(sys.argv[1]), int(sys.argv[2])
		c = {
		    "ociVersion": "1.0.2",
		    "process": {"user": {"uid": 0, "gid": 0}, "args": ["sh"], "env": ["PATH=/bin"], "cwd": "/",
		                "noNewPrivileges": True},
		    "root": {"path": "rootfs"},
		    "hostname": "box",
		    "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
		    "linux": {
		        "namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
		        "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
		        "readonlyPaths": ["/proc/sys", "/proc/irq"],
		    },
		}
		p, l = c["process"], c["linux"]
		if uid:
		    l["namespaces"].append({"type": "user"})
		    l["uidMappings"] = [{"containerID": 0, "hostID": uid, "size": 1}]
		    l["gidMappings"] = [{"containerID": 0, "hostID": gid, "size": 1}]
		def mount(destination, **keys):
		    c["mounts"].append({"destination": destination, **keys})
		exec(sys.argv[3])
		json.dump(c, sys.stdout, indent=1)
	END
}

run_box() { run compose-run --bundle box "$@"; }

# Starts a bundle that stands still for three seconds before a system call, and does
# something meanwhile:  meanwhile CALL N COMMANDS -- WORD...
meanwhile() {
	command -v strace >/dev/null || skip "strace is missing"
	local call=$1 when=$2 commands=$3
	shift 4
	strace -f -o trace -e "trace=$call" -e "inject=$call:delay_enter=3000000:when=$when" \
		compose-run --bundle box "$@" >out 2>&1 </dev/null 3>&- &
	local pid=$!
	until_true calls_begun "$call" "$when"
	eval "$commands"
	# It still stands there.
	not grep -q DELAYED trace
	status=0
	wait $pid || status=$?
	output=$(cat out)
	# It has to have stood still at all.
	grep -q DELAYED trace
}

@test "CVE-2021-30465: the root is exchanged for a link before ns-mnt opens it" {
	meanwhile unshare 2 'mv box/rootfs box/old && ln -s "$PWD/decoy" box/rootfs' -- sh -c 'cat /secret; echo INSIDE'
	[[ $output != *decoy$'\n'* ]]
	[[ $output != *INSIDE* ]]
	[ "$status" -eq 125 ]
	[[ $output == *"[MNT-LINK]"* ]]
}

@test "CVE-2021-30465: the root is exchanged between its mounts" {
	# By the second mount the first, the root itself, is there.
	meanwhile move_mount 2 'mv box/rootfs box/old && ln -s "$PWD/decoy" box/rootfs' -- \
		sh -c 'cat /secret; ls /proc/1/status; cat /proc/keys; echo INSIDE'
	[ ! -e decoy/proc ]
	[[ $output != *decoy$'\n'* ]]
	[[ $output == *"/proc/1/status"*INSIDE* ]]
}

@test "CVE-2021-30465: the root is exchanged before chroot goes there" {
	mkdir other && cp -a box/rootfs other
	echo other >other/rootfs/secret
	meanwhile pivot_root 1 'mv box/rootfs box/old && mv other/rootfs box/rootfs' -- \
		sh -c 'cat /secret; echo x >/proc/sys/kernel/panic; echo INSIDE'
	[[ $output != *other* ]]
	[[ $output == *"Read-only"*INSIDE* ]]
	mv box/rootfs other/rootfs && mv box/old box/rootfs
	# Earlier, when it has not yet gone there.
	meanwhile close_range 1 'mv box/rootfs box/old && mv other/rootfs box/rootfs' -- \
		sh -c 'cat /secret; echo x >/proc/sys/kernel/panic; echo INSIDE'
	[[ $output != *other* ]]
	[[ $output == *"Read-only"*INSIDE* ]]
}

@test "CVE-2021-30465: the source of a mount is exchanged for a link" {
	mkdir box/data
	config 'mount("/mnt", source="data", options=["bind"])'
	meanwhile unshare 2 'rmdir box/data && ln -s "$PWD/decoy" box/data' -- sh -c 'cat /mnt/secret; echo INSIDE'
	[[ $output != *decoy$'\n'* ]]
	[[ $output != *INSIDE* ]]
	[[ $output == *"[MNT-LINK]"* ]]
}

@test "the config.json is exchanged after it was read: the filter is the one that was checked" {
	config 'l["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}'
	sed 's/"mkdir",/"acct",/; s/"mkdirat"/"swapoff"/' box/config.json >changed
	# The same file, with another text in it.
	meanwhile unshare 2 'cat changed >box/config.json' -- \
		sh -c 'mkdir /new && echo MADE; echo INSIDE'
	if grep mkdir box/config.json; then false; fi
	[[ $output != *MADE* ]]
	[[ $output == *"Permission denied"*INSIDE* ]]
}

# ---- 2019 ----

# An image whose program is run by whoever is executed there: by compose-run. It
# stays, as nobody writes to the FIFO.
evil() {
	printf '#!/proc/self/exe --env-file=/fifo\n' >box/rootfs/evil
	chmod 755 box/rootfs/evil
	mkfifo -m 666 box/rootfs/fifo
	cp "$(command -v compose-run)" copy
	cp copy copy2
}

# Our file, as a process has it that was executed inside.
exe_inside() { pgrep -n -f '^/proc/self/exe --env-file=/fifo /evil' >inside; }

@test "CVE-2019-5736: while a container runs, nobody writes to the program that made it" {
	evil
	config 'c["process"]["noNewPrivileges"] = False'
	./copy --bundle box -- /evil >out 2>&1 </dev/null 3>&- &
	pid=$!
	until_true exe_inside
	read -r inside <inside
	run sh -c "echo x >>/proc/$inside/exe"
	exe=$(readlink "/proc/$inside/exe")
	kill -KILL $pid
	wait $pid || true
	[ "$exe" = "$PWD/copy" ]
	[[ $output == *"Text file busy"* ]]
	cmp copy copy2
}

@test "CVE-2019-5736: a program without a supervisor is a sealed copy" {
	evil
	./copy --pid host --without cgroup --rootfs box/rootfs -- /evil >out 2>&1 </dev/null 3>&- &
	pid=$!
	until_true exe_inside
	read -r inside <inside
	exec 7<"/proc/$inside/exe"
	exe=$(readlink "/proc/$inside/exe")
	kill -KILL $pid "$inside" 2>/dev/null || true
	wait $pid || true
	run sh -c 'echo x >>/proc/self/fd/7'
	exec 7<&-
	[[ $exe == "/memfd:compose-run"* ]]
	[ "$status" -ne 0 ]
	cmp copy copy2
	# It costs nothing where a supervisor stays.
	run ./copy --bundle box -- true
	[ "$status" -eq 0 ]
}

@test "CVE-2019-5736: exec leaves nothing behind that can be written to" {
	is_root || skip "an ordinary user's containers have no descriptor of others to keep"
	evil
	# It waits for somebody to come in, takes hold of the program, and writes to
	# it when that has ended.
	cat >box/rootfs/attack <<-'END'
		exec 2>&1
		while [ ! -e /held ]; do
			for p in /proc/[0-9]*; do
				[ $p != /proc/1 ] || continue
				case $(readlink $p/exe) in *copy2|*memfd*) exec 7<$p/exe; : >/held; break ;; esac
			done
		done
		while [ -e $p/exe ]; do usleep 10000; done
		echo EVIL >>/proc/self/fd/7 && echo WRITTEN
		echo end
	END
	config 'c["process"]["noNewPrivileges"] = False'
	./copy -d --name "cve-$$" --bundle box -- sh /attack >/dev/null
	./copy2 exec "cve-$$" -- /evil >out 2>&1 </dev/null &
	until_true test -e box/rootfs/held
	kill -KILL $!
	wait $! || true
	ended() { ./copy logs "cve-$$" | grep -q '^end'; }
	until_true ended
	run ./copy logs "cve-$$"
	./copy wait "cve-$$" >/dev/null
	./copy rm "cve-$$" >/dev/null
	[[ $output == *"not permitted"* ]]
	[[ $output != *WRITTEN* ]]
	cmp copy copy2
}

@test "CVE-2019-16884, CVE-2025-52881: nothing is put over the files in /proc that labels are written to" {
	mkdir box/fake
	for place in /proc/self/attr /proc/self/attr/exec /proc/thread-self /proc/./self/attr/apparmor /proc//sys; do
		for mount in 'type="tmpfs"' 'source="fake", options=["bind"]'; do
			config "mount('$place', $mount)"
			run_box -- echo INSIDE
			[ "$status" -eq 125 ]
			[[ $output == *"mounts[1].destination has a value"* ]]
			[[ $output != *INSIDE* ]]
		done
	done
	# By a link of the image's, which leads there only when it is mounted.
	ln -s /proc/self/attr box/rootfs/attr
	config 'mount("/attr", type="tmpfs", source="tmpfs")'
	run_box -- sh -c 'echo INSIDE'
	[ "$status" -eq 125 ]
	[[ $output == *"[MNT-DST]"*"a symbolic link is on the way to '/attr'"* ]]
	[[ $output != *INSIDE* ]]
}

@test "CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: a /proc that is a link, or below one, is refused" {
	for link in "$PWD/decoy" decoy /tmp ../../../../../../tmp; do
		rm -rf box/rootfs/proc
		ln -s "$link" box/rootfs/proc
		mkdir -p box/rootfs/tmp box/rootfs/decoy
		run_box -- sh -c 'echo x >/proc/sys/kernel/core_pattern; echo INSIDE'
		[ "$status" -eq 125 ]
		[[ $output == *"the mount point '/proc'"* ]]
		[[ $output != *INSIDE* ]]
	done
	[ "$(cat decoy/secret)" = decoy ]
}

# ---- 2022 and 2023 ----

@test "CVE-2022-29162: no inheritable capabilities, unless they are asked for" {
	config 'p["capabilities"] = {key: ["CAP_CHOWN", "CAP_KILL"] for key in ("bounding", "permitted", "effective")}'
	run_box -- grep -E '^Cap(Inh|Amb)' /proc/self/status
	[ "$(grep ^Cap <<<"$output" | tr -d '\n' | tr -s '\t' ' ')" = "CapInh: 0000000000000000CapAmb: 0000000000000000" ]
	run compose-run --rootfs box/rootfs --cap-add sys_chroot -- grep CapInh /proc/self/status
	[[ $output == *0000000000000000 ]]
}

@test "CVE-2023-25809: a /sys of the machine's shows no cgroups that can be written to" {
	config 'mount("/sys", type="none", source="/sys", options=["rbind", "rprivate", "nosuid", "noexec", "nodev", "ro"])'
	# shellcheck disable=SC2016 # for the shell inside
	run_box -- sh -c 'find /sys/fs/cgroup -name cgroup.procs | while read -r f; do (: >>$f) 2>/dev/null && echo OPENED $f; done
		mkdir /sys/fs/cgroup/*/new$$ 2>/dev/null && echo MADE; echo end'
	[[ $output != *OPENED* ]]
	[[ $output != *MADE* ]]
	[[ $output == *end ]]
}

# ---- 2024 ----

@test "CVE-2024-21626: the working directory of the config.json is inside" {
	for fd in $(seq 0 20); do
		config "c['process']['cwd'] = '/proc/self/fd/$fd'"
		run compose-run --bundle box -- cat secret ../secret 9<"$PWD/decoy"
		[ "$status" -ne 0 ]
		[[ $output != *decoy$'\n'* ]]
	done
	ln -s /proc/self/fd/9 box/rootfs/work
	config 'c["process"]["cwd"] = "/work"'
	run compose-run --bundle box -- cat secret 9<"$PWD/decoy"
	[ "$status" -eq 125 ]
	# An image may name the program so as well.
	config 'c["process"]["args"] = ["/proc/self/fd/9/secret"]'
	chmod 755 decoy/secret
	run -127 compose-run --bundle box 9<"$PWD/decoy"
}

@test "CVE-2024-45310: mount points are made in the image, whatever becomes of their path meanwhile" {
	config 'mount("/a/b/new", type="tmpfs", source="tmpfs")'
	mkdir -p box/rootfs/a
	meanwhile mkdirat 1 'mv box/rootfs/a box/rootfs/was && ln -s "$PWD/decoy" box/rootfs/a' -- echo INSIDE
	[ "$(ls decoy)" = secret ]
	# The same in a root that is read-only, where it is made before.
	rm -rf box/rootfs/a box/rootfs/was
	mkdir -p box/rootfs/a
	config 'mount("/a/b/new", type="tmpfs", source="tmpfs"); c["root"]["readonly"] = True'
	meanwhile mkdirat 1 'mv box/rootfs/a box/rootfs/was && ln -s "$PWD/decoy" box/rootfs/a' -- echo INSIDE
	[ "$(ls decoy)" = secret ]
}

# ---- 2025 ----

@test "CVE-2025-31133: what masks is the machine's /dev/null, and no link of the image's" {
	rm -rf box/rootfs/dev
	mkdir box/rootfs/dev
	ln -s /proc/sys/kernel/core_pattern box/rootfs/dev/null
	# Without a mount on /dev, with a tmpfs, and with a directory of the bundle's.
	mkdir box/dev
	ln -s /proc/sys/kernel/core_pattern box/dev/null
	for mount in '' 'mount("/dev", type="tmpfs", source="tmpfs")' 'mount("/dev", source="dev", options=["bind"])'; do
		config "$mount"
		run_box -- sh -c 'cat /proc/keys; cat /proc/timer_list | wc -c; (: >>/proc/keys) && cat /proc/keys | wc -c
			echo x >/proc/sys/kernel/core_pattern; echo end'
		[[ $output != *"$(cat /proc/sys/kernel/core_pattern)"$'\n'* ]]
		if [ "$status" -ne 125 ]; then
			[[ $output == *end ]]
			[ "$(head -n 1 <<<"$(grep -v 'note:' <<<"$output")")" = 0 ]
		fi
	done
}

@test "CVE-2025-52565: the terminal is put on no file in /proc by a /dev/console that is a link" {
	command -v script >/dev/null || skip "script (util-linux; on Debian: bsdutils) is missing"
	ln -s /proc/sys/kernel/core_pattern box/rootfs/dev/console
	config 'p["terminal"] = True'
	run script -qec "compose-run --bundle box -- sh -c 'ls -l /dev/console; cut -d\" \" -f5 /proc/self/mountinfo | grep core_pattern; (: >>/proc/sys/kernel/core_pattern) && echo OPENED; echo end'" /dev/null </dev/null
	[[ $output != *OPENED* ]]
	[[ $output != */proc/sys/kernel/core_pattern$'\r'* ]] || [[ $output == *"nonexistent"* ]]
	[[ $output == *end* ]]
	# ns-mnt itself follows no link there, in a directory that is not its own.
	run own ns-pid ns-mnt --root box/rootfs --bind box/rootfs:/ --proc /proc --console /dev/console -- echo INSIDE
	[ "$status" -eq 125 ]
	[[ $output != *INSIDE* ]]
}
