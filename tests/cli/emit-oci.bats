# compose-run --emit-oci: what the options say, as a bundle for other runtimes.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	cd "$BATS_TEST_TMPDIR"
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
	C=()
	is_root || C=(--without cgroup)
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# The value of a Python expression over the config.json, c.
value() {
	python3 -c 'import json, sys; c = json.load(open("box/config.json")); print(eval(sys.argv[1]))' "$1"
}

emit() { compose-run "${C[@]}" --rootfs root --read-only --emit-oci box "$@" 2>notes; }

# What a container is, from inside.
probe() {
	cat <<-'END'
		hostname; id; pwd; env | grep -v '^PWD=' | sort; umask
		grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status
		tr -s ' ' </proc/self/uid_map; ls /dev
		sed 's/ - / /' /proc/self/mountinfo | awk '$5 !~ "^/dev/.*|^/sys/fs/cgroup.*" {
			gsub(/,nodev|,noexec|,relatime/, "", $6); print $5, $6 }' | sort
		mkdir /tmp/x 2>&1; unshare -U true 2>&1; touch /x 2>&1; echo 1 2>&1 >/proc/sys/kernel/panic; true
	END
}

plain() { sed -e 's,^\(/proc/[a-z_]*\) .*,\1,' -e '/^core$/d' "$1"; }

@test "what comes back with --bundle is the same container" {
	emit --hostname cell -e 'A=b c' -w /tmp --tmpfs /tmp:size=1m -v /etc:/mnt:ro --cap-drop chown \
		-- sh -c "$(probe)"
	compose-run "${C[@]}" --rootfs root --read-only --hostname cell -e 'A=b c' -w /tmp \
		--tmpfs /tmp:size=1m -v /etc:/mnt:ro --cap-drop chown -- sh -c "$(probe)" >ours
	compose-run --bundle box >back 2>errors
	diff ours back
	[ "$(wc -l <ours)" -gt 30 ]
}

@test "runc and crun run it, with the same result" {
	local engine tested=0
	emit --hostname cell -e 'A=b c' -w /tmp --tmpfs /tmp:size=1m -v /etc:/mnt:ro --cap-drop chown \
		-- sh -c "$(probe)"
	compose-run --bundle box >ours 2>errors
	for engine in runc crun; do
		command -v "$engine" >/dev/null || continue
		# crun before 1.9 does not know v2 beside v1.
		if ! XDG_RUNTIME_DIR=$PWD ns-mnt -- sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null
			exec "$@"' sh "$engine" run -b box "strata-test-$$" >theirs 2>errors </dev/null; then
			is_root || XDG_RUNTIME_DIR=$PWD timeout 20 "$engine" --root "$PWD/state" run -b box \
				"strata-test-$$" >theirs 2>errors </dev/null || continue
		fi
		[ -s theirs ] || continue
		# Under what flags a covered file of /proc is, each decides for itself.
		diff <(plain ours) <(plain theirs)
		tested=$((tested + 1))
	done
	[ "$tested" -gt 0 ] || skip "neither runc nor crun runs here"
}

@test "runc and crun run what has no user namespace, too" {
	is_root || skip "only root can do without a user namespace"
	emit --userns host -- sh -c 'echo written >/dev/null && echo opened'
	local engine tested=0
	for engine in runc crun; do
		command -v "$engine" >/dev/null || continue
		run ns-mnt -- sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null
			exec "$@"' sh "$engine" run -b box "strata-test-$$" </dev/null
		echo "$engine: $output"
		[ "$output" = opened ]
		tested=$((tested + 1))
	done
	[ "$(compose-run --bundle box)" = opened ]
	[ "$tested" -gt 0 ] || skip "neither runc nor crun is here"
}

@test "limits, users, namespaces and masks are in their places" {
	is_root || skip "only root has limits and other users here"
	emit --memory 64M --cpus 0.5 --pids-limit 50 -u 5:6 --ipc host --userns host -- true
	[ "$(value 'c["linux"]["resources"]["memory"]["limit"]')" = 67108864 ]
	[ "$(value 'c["linux"]["resources"]["cpu"]["quota"], c["linux"]["resources"]["cpu"]["period"]')" = "(50000, 100000)" ]
	[ "$(value 'c["linux"]["resources"]["pids"]["limit"]')" = 50 ]
	[ "$(value 'c["process"]["user"]["uid"], c["process"]["user"]["gid"]')" = "(5, 6)" ]
	[ "$(value 'sorted(n["type"] for n in c["linux"]["namespaces"])')" = "['cgroup', 'mount', 'network', 'pid', 'uts']" ]
	[ "$(value '"/proc/kcore" in c["linux"]["maskedPaths"] and "/proc/sys" in c["linux"]["readonlyPaths"]')" = True ]
	run compose-run --bundle box -- sh -c 'id -u; id -g; cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
	[ "${lines[0]} ${lines[1]} ${lines[2]}" = "5 6 67108864" ]
}

@test "the filter is there, with the rules for the capabilities that are left" {
	emit -- true
	[ "$(value 'c["linux"]["seccomp"]["defaultAction"]')" = SCMP_ACT_ERRNO ]
	[ "$(value 'any("read" in s["names"] for s in c["linux"]["seccomp"]["syscalls"])')" = True ]
	[ "$(value 'any("mount" in s["names"] for s in c["linux"]["seccomp"]["syscalls"])')" = False ]
	grep -q TIOCSTI notes
	rm -r box
	emit --cap-add sys_admin -- true
	[ "$(value 'any("mount" in s["names"] for s in c["linux"]["seccomp"]["syscalls"])')" = True ]
	rm -r box
	emit --security-opt seccomp=unconfined -- true
	[ "$(value '"seccomp" in c["linux"]')" = False ]
	rm -r box
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}' >profile
	emit --security-opt seccomp=profile --tmpfs /tmp -- true
	run compose-run --bundle box -- mkdir /tmp/x
	[[ $output == *"not permitted"* ]]
	rm -r box
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_KILL"]}}]}' >profile
	run emit --security-opt seccomp=profile -- true
	[ "$status" -eq 125 ]
	grep -q 'OCI-EMIT' notes
	[ ! -e box/config.json ]
}

@test "what the runtime-spec has no words for is refused, and nothing is written" {
	for options in '--rootfs root' '' '--rootfs root:rw --init' '--rootfs root:rw --preserve-fds 1' '--rootfs root:rw --without chroot'; do
		# shellcheck disable=SC2086 # words
		run compose-run "${C[@]}" $options --emit-oci box -- true 3</dev/null
		[ "$status" -eq 125 ]
		[[ $output == *"[OCI-EMIT]"* || $output == *"not without chroot"* ]]
		[ ! -e box/config.json ]
	done
	# The overlay is ours, and nobody has typed it.
	run compose-run "${C[@]}" --rootfs root --emit-oci box -- true
	[[ $output != *--overlay* && $output == *"--rootfs DIR:rw, or --read-only"* ]]
}

@test "nothing is run, and a config.json that is there stays" {
	emit -- touch /tmp/ran
	cp box/config.json before
	run emit --hostname other -- true
	[ "$status" -eq 125 ]
	grep -q 'File exists' notes
	cmp before box/config.json
	run compose-run --bundle box --emit-oci again
	[ "$status" -eq 0 ]
	[ -s again/config.json ]
}
