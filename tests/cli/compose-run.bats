# compose-run: a whole container, and the line that makes it.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	cd "$BATS_TEST_TMPDIR"
	# Without a cgroup of one's own a note says so each time; --without
	# cgroup says that it is meant.
	C=()
	is_root || C=(--without cgroup)
}

is_root() { [ "$(id -u)" -eq 0 ]; }

make_root() {
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
}

run_box() { run compose-run "${C[@]}" "$@"; }

@test "every namespace is another than ours, and PID 1 is the program" {
	run_box -- sh -c 'echo $$; for n in user pid uts ipc net mnt cgroup; do readlink /proc/self/ns/$n; done'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 1 ]
	for n in user pid uts ipc net mnt; do
		not grep -qxF "$(readlink "/proc/self/ns/$n")" <<<"$output"
	done
}

@test "as in Docker: its capabilities, a seccomp filter; and beyond it no_new_privs" {
	run_box -- grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status
	grep -q '^CapEff:.*00000000a80425fb' <<<"$output"
	grep -q '^CapBnd:.*00000000a80425fb' <<<"$output"
	grep -q '^CapInh:.*0000000000000000' <<<"$output"
	grep -q '^Seccomp:.*2' <<<"$output"
	grep -q '^NoNewPrivs:.*1' <<<"$output"
}

@test "the machine's / is the image: to be read, with fresh /tmp, /run and home" {
	mkdir home
	HOME=$PWD/home run_box -- sh -c 'cat /etc/passwd | wc -l; touch /usr/x; touch /etc/x
		ls -A /tmp | grep -v "^$1$"; ls -A /run; ls -A ~; touch /tmp/a /run/b ~/c && echo written; echo $HOME' sh "$(cut -d/ -f3 <<<"$PWD")"
	[ "${lines[0]}" = "$(wc -l </etc/passwd)" ]
	[[ ${lines[1]} == *"/usr/x"*"Read-only"* ]]
	[[ ${lines[2]} == *"/etc/x"*"Read-only"* ]]
	[ "${lines[3]}" = written ]
	[ "${lines[4]}" = "$PWD/home" ]
	[ -z "$(ls -A home)" ]
}

@test "--rootfs DIR throws writes away, :rw keeps them, --read-only refuses them" {
	make_root
	run_box --rootfs root -- sh -c 'touch /new && ls /new'
	[ "$output" = /new ]
	[ ! -e root/new ]
	run_box --rootfs root:rw -- touch /new
	[ -e root/new ]
	run_box --rootfs root --read-only -- touch /newer
	[ "$status" -ne 0 ]
	[[ $output == *"Read-only"* ]]
}

@test "a root that belongs to somebody else still has a /tmp to write to" {
	! is_root || skip "root may copy everything up"
	[ -x /usr/lib64/ld-linux-x86-64.so.2 ] || skip "/usr is no root of its own here"
	run_box --rootfs /usr -- sh -c 'touch /tmp/x && echo written; touch /lib/x'
	[ "${lines[0]}" = written ]
	[ "$status" -ne 0 ]
}

@test "the environment is clean: Docker's PATH, a home, a host name, and what -e says" {
	make_root
	export LEAK=1 PASSED=yes
	run_box --rootfs root -e 'A=b c' -e PASSED -e UNSET_NAME -- env
	grep -qx 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' <<<"$output"
	grep -qx 'HOME=/root' <<<"$output"
	grep -qx 'HOSTNAME=strata' <<<"$output"
	grep -qx 'A=b c' <<<"$output"
	grep -qx 'PASSED=yes' <<<"$output"
	not grep -q '^LEAK=' <<<"$output"
	not grep -q '^UNSET_NAME' <<<"$output"
	! grep -q '^STRATA' <<<"$output"
}

@test "--hostname, --workdir and --user" {
	make_root
	run_box --rootfs root --hostname lab1 -w /etc -u 33:44 -- sh -c 'hostname; pwd; id -u; id -g; grep CapEff /proc/self/status'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = lab1 ]
	[ "${lines[1]}" = /etc ]
	[ "${lines[2]}" = 33 ]
	[ "${lines[3]}" = 44 ]
	[[ ${lines[4]} == *0000000000000000 ]]
}

@test "--user by a name of the root's" {
	make_root
	echo 'box:x:333:444::/home/box:/bin/sh' >>root/etc/passwd
	run_box --rootfs root -u box -- sh -c 'id -u; id -g; echo $HOME'
	[ "$output" = "$(printf '333\n444\n/home/box')" ]
	run_box --rootfs root -u nobody-of-this-name -- true
	[ "$status" -eq 125 ]
}

@test "--volume shows a directory of ours, :ro to be read only; --tmpfs is empty and noexec" {
	make_root
	mkdir data
	echo ours >data/file
	run_box --rootfs root -v ./data:/data -v ./data/file:/one -v "$PWD/data:/ro:ro" --tmpfs /scratch:size=64k -- sh -c '
		cat /data/file /one; touch /data/new; touch /ro/x
		cp /bin/busybox /scratch/b 2>/dev/null; grep " /scratch " /proc/self/mountinfo'
	[ "${lines[0]}" = ours ]
	[ "${lines[1]}" = ours ]
	[[ ${lines[2]} == *Read-only* ]]
	[[ ${lines[3]} == *noexec*size=64k* ]]
	[ -e data/new ]
	[ ! -e data/x ]
}

@test "a volume from the directory on which the root would be built" {
	[ -d /mnt ] && [ -d /media ] || skip "no /mnt and /media here"
	run_box -v /mnt:/media -- true
	[ "$status" -eq 0 ]
}

@test "masked paths are empty, read-only ones can't be written, /dev has no disk" {
	run_box -- sh -c 'cat /proc/keys /proc/timer_list | wc -c; ls -A /sys/firmware | wc -l
		for f in /proc/sys/kernel/hostname /sys/kernel/uevent_seqnum; do echo x >$f; done; ls /dev'
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = 0 ]
	[ "$(grep -c Read-only <<<"$output")" -ge 1 ]
	for name in null zero full random urandom tty pts shm mqueue; do
		grep -qx "$name" <<<"$output"
	done
	! grep -qE '^(vd|sd|nvme|kmsg|mem|kvm)' <<<"$output"
}

@test "each namespace can be the host's, and then it is" {
	for pair in pid:pid network:net ipc:ipc uts:uts cgroupns:cgroup; do
		run_box --"${pair%:*}" host -- readlink "/proc/self/ns/${pair#*:}"
		[ "$status" -eq 0 ]
		[ "$output" = "$(readlink "/proc/self/ns/${pair#*:}")" ]
	done
	run_box --pid host --network host --ipc host --uts host --cgroupns host -- true
	[ "$status" -eq 0 ]
}

@test "--userns host is for root, and said to anyone else" {
	run_box --userns host -- readlink /proc/self/ns/user
	if is_root; then
		[ "$output" = "$(readlink /proc/self/ns/user)" ]
	else
		[ "$status" -eq 125 ]
	fi
}

@test "--without leaves one layer out, each of the ten" {
	for layer in cgroup ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm; do
		if [ $layer = ns-user ] && ! is_root; then continue; fi
		run compose-run --without "cgroup,$layer" -- true
		echo "$layer: $output"
		[ "$status" -eq 0 ]
	done
	run compose-run --without nonsense -- true
	[ "$status" -eq 125 ]
}

@test "what was asked for is never dropped because --without leaves its layer out" {
	make_root
	while read -r layer options; do
		# shellcheck disable=SC2086 # words
		run compose-run --without "$layer" $options -- touch "$PWD/ran"
		echo "$layer: $options: $output"
		[ "$status" -eq 125 ]
		[[ $output == *"not without $layer"* ]]
		[ ! -e ran ]
	done <<-END
		cgroup --memory 10m
		ns-uts --hostname x
		ns-mnt --rootfs root
		ns-mnt --rootfs root --read-only
		ns-mnt -v $PWD:/mnt
		ns-mnt --tmpfs /mnt
		chroot --rootfs root
		chroot -w /etc
		chroot --read-only
		chroot --tmpfs /mnt
		ns-pid --init
		capdrop --cap-drop ALL
		lsm --security-opt apparmor=foo
		lsm --security-opt seccomp=root/etc/passwd
	END
}

@test "devices of a root or a volume can't be opened, and a volume that is a device can" {
	is_root || skip "only root can make a device node"
	make_root
	mkdir data
	mknod root/disk c 1 5 && mknod data/disk c 1 5
	for options in '--rootfs root:rw' '--rootfs root --read-only' '--rootfs root -v ./data:/mnt'; do
		# shellcheck disable=SC2086 # words
		run_box $options -- sh -c 'head -c 4 /disk || head -c 4 /mnt/disk; echo end'
		[ "$(grep -c 'ermission denied' <<<"$output")" -ge 1 ]
	done
	run_box --rootfs root -v /dev/zero:/mnt/zero -- sh -c 'head -c 4 /mnt/zero | wc -c'
	[ "$output" = 4 ]
}

@test "a passwd that is a device, and one without end, do not hang it" {
	make_root
	rm root/etc/passwd
	truncate -s 3G root/etc/passwd
	run timeout -s KILL 10 compose-run "${C[@]}" --rootfs root -u somebody -- true
	[ "$status" -eq 125 ]
	rm root/etc/passwd
	mkfifo root/etc/passwd
	run timeout -s KILL 10 compose-run "${C[@]}" --rootfs root -u somebody -- true
	[ "$status" -eq 125 ]
}

@test "--cap-add and --cap-drop, as docker reads them" {
	eff() { compose-run "${C[@]}" "$@" -- sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status; }
	[ "$(eff --cap-drop ALL)" = 0000000000000000 ]
	[ "$(eff --cap-drop ALL --cap-add CHOWN)" = 0000000000000001 ]
	[ "$(eff --cap-add NET_ADMIN)" = 00000000a80435fb ]
	[ "$(eff --cap-drop CHOWN --cap-drop KILL)" = 00000000a80425da ]
}

@test "a very long option is not cut short" {
	long=$(printf 'chown,%.0s' {1..3000})kill
	run compose-run "${C[@]}" --cap-drop "$long" -- sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status
	[ "$output" = 00000000a80425da ]
}

@test "inside a user namespace of ours it works again, without rights to drop groups" {
	run ns-user compose-run --without cgroup -- id -u
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "a user whose home is not there gets / as its home" {
	getent passwd nobody | grep -q /nonexistent || skip "nobody has a home on this machine"
	run_box --user nobody -- sh -c 'id -u; echo $HOME'
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = / ]
}

@test "limits hold, and are seen inside" {
	is_root || skip "limits need a cgroup, which this user has none of"
	run compose-run --pids-limit 10 -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 60 & done'
	[ "$status" -ne 0 ]
	run compose-run --memory 24m -- sh -c 'head -c 200m /dev/zero | tail'
	[ "$status" -ne 0 ]
	run compose-run --memory 64m --cpus 0.5 --pids-limit 20 -- sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max'
	grep -qx 67108864 <<<"$output"
	grep -qx 20 <<<"$output"
}

@test "limits that can't be had are an error, and the program does not run" {
	! is_root || skip "root can have limits"
	compose-run --check | grep -q '✗ cgroup' || skip "this user has a cgroup"
	run compose-run --memory 64m -v "$PWD:/mnt" -- touch /mnt/ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
}

@test "--init: PID 1 is an init that ends on SIGTERM and reaps" {
	run_box --init -- sh -c 'echo $$; cat /proc/1/comm'
	[ "${lines[0]}" != 1 ]
	[ "${lines[1]}" = compose-run ]
	compose-run "${C[@]}" --init -- sleep 300 3>&- &
	pid=$!
	until_true has_become $pid sleep
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 143 ]
}

@test "--security-opt: a seccomp profile of one's own, unconfined, and no-new-privileges" {
	cat >profile.json <<-'END'
		{ "defaultAction": "SCMP_ACT_ALLOW",
		  "syscalls": [ { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95 } ] }
	END
	run_box --security-opt seccomp=profile.json -- sh -c 'mkdir /tmp/x; ls -l /proc/self/fd | grep -c profile'
	[[ ${lines[0]} == *"not supported"* ]]
	[ "${lines[1]}" = 0 ]
	run_box --security-opt seccomp=unconfined -- grep '^Seccomp:' /proc/self/status
	[[ $output == *0 ]]
	run_box --security-opt no-new-privileges=false --security-opt seccomp=unconfined -- grep NoNewPrivs /proc/self/status
	[[ $output == *0 ]]
	run_box --security-opt seccomp=/no/such.json -- true
	[ "$status" -eq 125 ]
	# As Docker also writes it.
	run_box --security-opt no-new-privileges:true --security-opt seccomp:unconfined -- grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status
	[[ $output == NoNewPrivs:*1*Seccomp:*0 ]]
	run_box --privileged --security-opt seccomp=builtin -- grep '^Seccomp:' /proc/self/status
	[[ $output == *2 ]]
}

@test "--security-opt: no profile and no context by Docker's words, also where neither runs" {
	run_box --security-opt apparmor=unconfined --security-opt label=disable --security-opt label:disable -- true
	[ "$status" -eq 0 ]
	for part in label=type:svirt_t label:level:s0 systempaths=unconfined writable-cgroups=true; do
		run_box --security-opt "$part" -- true
		[ "$status" -eq 125 ]
		[[ $output == *"${part%%[=:]*}: "* ]] || { echo "$output"; false; }
	done
}

@test "exit status, pipes and signals are the program's" {
	run_box -- sh -c 'exit 7'
	[ "$status" -eq 7 ]
	[ "$(echo in | compose-run "${C[@]}" -- cat)" = in ]
	[ "$(compose-run "${C[@]}" -- yes | head -n 1)" = y ]
	run_box -- no-such-program
	[ "$status" -eq 127 ]
	[[ $output == "compose-run: "* ]]
	run_box -- /etc/passwd
	[ "$status" -eq 126 ]
}

@test "a root without a shell, and one that is no directory" {
	mkdir empty
	run_box --rootfs empty
	[ "$status" -eq 127 ]
	touch file
	run_box --rootfs file -- true
	[ "$status" -eq 125 ]
	[ -z "$(ls -A empty)" ]
}

@test "mistakes are told in few lines, with what was expected" {
	for line in '--network bride' '--no-such' '--rootfs /no/such' '-v x' '-w rel' '--security-opt x' \
		'--hostname x --uts host' '--memory' '--cap-drop' "--hostname $(printf 'a%.0s' {1..300})" \
		'--rootfs a:b'  \
		'--cap-add no_such_capability' '--pids-limit many' '--cpus x' '--memory 5q'; do
		# shellcheck disable=SC2086 # words
		run compose-run --without lsm $line -- touch ran
		echo "$line: $output"
		[ "$status" -eq 125 ]
		# One, or the message with its why, fix and see.
		[ "$(grep -vc 'note:\|^  [a-z]*: ' <<<"$output")" -eq 1 ]
		[ ! -e ran ]
	done
}

@test "--check has a line for each of the ten" {
	run compose-run --check
	for tool in cgroup ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm; do
		grep -qE "^(✓|✗) $tool" <<<"$output"
	done
	if grep -q '^✗' <<<"$output"; then [ "$status" -eq 1 ]; else [ "$status" -eq 0 ]; fi
}

@test "--dry-run tells the chain and does nothing, for anyone" {
	run compose-run "${C[@]}" --dry-run -v "$PWD:/mnt" -- touch /mnt/ran
	[ "$status" -eq 0 ]
	[[ $output == *"unshare(CLONE_NEWPID)"* ]]
	[[ $output == *"would execute touch"* ]]
	[ ! -e ran ]
}

@test "--explain tells each layer in few lines, and changes nothing" {
	run compose-run "${C[@]}" -x -- echo ran
	[[ $output == *ran* ]]
	for tool in ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm; do
		grep -qx "$tool" <<<"$output"
	done
	[ "${#lines[@]}" -lt 140 ]
}

@test "without cgroup rights the missing cgroup is said, not silently left out" {
	! is_root || skip "root has cgroups"
	compose-run --check | grep -q '✗ cgroup' || skip "this user has a cgroup"
	run compose-run -- true
	[ "$status" -eq 0 ]
	[[ $output == *"note: no cgroup of its own"* ]]
}

@test "--step needs a terminal, and does not go with --chain" {
	run compose-run --step -- echo RAN </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *"no terminal here"* ]]
	run compose-run --step --chain -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"--step"*"--chain"* ]]
	[[ $output != *RAN* ]]
}

@test "-t without a terminal is refused, and the fix works as pasted" {
	run compose-run -t --without cgroup -- sh -c 'test -t 0 && echo a terminal' </dev/null
	[ "$status" -eq 125 ]
	[[ ${lines[0]} == "compose-run: -t: the input is no terminal [TTY-NONE]" ]]
	command -v script >/dev/null || skip "script is not installed"
	fix=$(grep -o 'script -qec .*' <<<"$output")
	run timeout 20 sh -c "$fix" </dev/null
	[[ $output == *"a terminal"* ]]
}

@test "--without: a layer that there is not" {
	run compose-run --without user -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"no layer 'user'; they are called as the tools: cgroup, ns-user, "* ]]
	run compose-run --without lms -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"did you mean lsm?" ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}
