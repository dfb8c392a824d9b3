# Ways out of a container, tried on decoys that these tests make themselves.
# Each is named after what it is known by.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	cd "$BATS_TEST_TMPDIR"
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null || skip "no busybox root: is busybox-static installed?"
	echo decoy >secret
	C=(--without cgroup)
	[ "$(id -u)" -ne 0 ] || C=()
}

box() { compose-run "${C[@]}" --rootfs root "$@"; }

@test "CVE-2024-21626: no descriptor of a directory outside gets in" {
	exec 9<"$PWD"
	run box -- sh -c 'for n in /proc/self/fd/*; do cat $n/secret $n/../secret; done 2>/dev/null; echo end'
	exec 9<&-
	[ "$output" = end ]
}

@test "CVE-2024-21626: the working directory is inside, whatever names it" {
	for chain in "" --chain; do
		for fd in $(seq 3 60); do
			# shellcheck disable=SC2086
			run box $chain -w "/proc/self/fd/$fd" -- cat secret 9<"$PWD"
			[ "$status" -eq 125 ]
			[[ $output != *decoy* ]]
		done
	done
	# The image itself may hold the link.
	ln -s /proc/self/fd/6 root/work
	run box -w /work -- cat secret
	[ "$status" -eq 125 ]
	[[ $output != *decoy* ]]
	run box -- sh -c 'pwd; cat secret'
	[ "${lines[0]}" = / ]
	[[ $output != *decoy* ]]
}

@test "a directory as standard input is refused" {
	run box -- cat /proc/self/fd/0/secret <"$PWD"
	[ "$status" -eq 125 ]
	[[ $output != *decoy* ]]
}

@test "no process inside has another root, not even PID 1 (/proc/1/root)" {
	for init in "" --init; do
		# shellcheck disable=SC2086
		run box $init -- sh -c 'for p in /proc/[0-9]*; do cat $p/root'"$PWD"'/secret $p/cwd/secret; done 2>/dev/null; ls /proc/1/root/; echo end'
		[[ $output != *decoy* ]]
		[[ $output == *end ]]
	done
}

@test "an init (--init) has nothing of the outside open, and can't be looked into" {
	for chain in "" --chain; do
		# shellcheck disable=SC2086
		run box $chain --init -- sh -c 'cat /proc/1/fd/*/secret; ls /proc/1/fd; cat /proc/1/exe | wc -c; echo end' 9<"$PWD"
		[[ $output != *decoy* ]]
		[[ $output == *denied* ]]
		[[ $output == *end ]]
	done
}

@test "ns-mnt --join hands no directory of the outside in" {
	compose-run "${C[@]}" --rootfs root -- sleep 60 3>&- &
	pid=$!
	# The last of the chain of supervisors is the program.
	until_true has_become $pid sleep
	last=$(youngest $pid)
	run ns-user -j "$last" ns-pid -j "$last" ns-mnt -j "/proc/$last/ns/mnt" -- cat /proc/self/fd/9/secret 9<"$PWD"
	first=$output
	run ns-user -j "$last" ns-pid -j "$last" ns-mnt -j "/proc/$last/ns/mnt" -- cat /proc/self/fd/0/secret <"$PWD"
	kill -KILL $pid
	[[ $first != *decoy* ]]
	[[ $output != *decoy* ]]
	[ "$status" -eq 125 ]
}

@test "CVE-2019-5736: the program outside can't be written to through /proc/self/exe" {
	cp "$(command -v compose-run)" copy
	sum=$(sha256sum <copy)
	run ./copy "${C[@]}" --rootfs root --init -- sh -c 'for p in 1 self; do echo x >/proc/$p/exe; done; echo end'
	[[ $output == *end ]]
	[ "$(sha256sum <copy)" = "$sum" ]
}

@test "CVE-2020-15257: abstract sockets of outside are not reached" {
	command -v python3 >/dev/null || skip "python3 is missing"
	name=strata-decoy-$$
	python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind("\0" + sys.argv[1]); s.listen(); time.sleep(60)' $name 3>&- &
	server=$!
	listening() { grep -q "@$name" /proc/net/unix; }
	until_true listening
	run compose-run "${C[@]}" -- python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).connect("\0" + sys.argv[1]); print("reached")' $name
	kill $server
	[[ $output != *reached* ]]
	[[ $output == *"refused"* ]]
}

@test "CVE-2017-5226: TIOCSTI can't type into the terminal outside" {
	command -v python3 >/dev/null || skip "python3 is missing"
	command -v script >/dev/null || skip "script (util-linux; on Debian: bsdutils) is missing"
	[ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)" = 1 ] ||
		skip "dev.tty.legacy_tiocsti is 0: this kernel lets nobody type by TIOCSTI"
	cat >type.py <<-'END'
	import errno, fcntl, termios
	for character in b"typed\n":
	    try:
	        fcntl.ioctl(0, termios.TIOCSTI, bytes([character]))
	        print("typed it")
	    except OSError as error:
	        print(errno.errorcode[error.errno])
	END
	# What the next program outside reads within a second, from a real terminal.
	cat >outside <<-'END'
	stty -echo
	"$@" python3 -c "$(cat type.py)"
	read -r -t 1 line
	echo "outside got <$line>"
	END
	# Nobody types at the keyboard: a pipe without an end, as script would
	# pass that on.
	mkfifo -m 666 keyboard
	in_terminal() { run script -qec "bash $PWD/outside $*" /dev/null <>keyboard; }

	# That it can be seen at all: without a filter it does type.
	in_terminal env
	[[ $output == *"typed it"* ]]
	[[ $output == *"outside got <typed>"* ]]
	in_terminal compose-run "${C[@]}" --
	[ "$(grep -c EPERM <<<"$output")" -eq 6 ]
	[[ $output != *"typed it"* ]]
	[[ $output == *"outside got <>"* ]]
}

@test "capabilities do not come back through a new user namespace" {
	run compose-run "${C[@]}" -- unshare -U true
	[ "$status" -ne 0 ]
	[[ $output == *"not permitted"* ]]
}

@test "what is masked can't be unmasked: no mount, no umount" {
	run compose-run "${C[@]}" -- sh -c 'umount /proc/keys; mount -t proc proc /tmp; mount -o remount,rw /; cat /proc/keys | wc -c'
	[[ $output == *0 ]]
	[ "$(grep -ciE 'denied|permitted|must be' <<<"$output")" -ge 3 ]
}

@test "CVE-2025-31133: /dev/null of the image is not what masks" {
	rm -f root/dev/null
	ln -s ../secret root/dev/null
	echo inner >root/secret
	run box -- sh -c 'cat /proc/keys; cat /proc/timer_list; ls -l /dev/null'
	[[ $output != *inner* ]]
	[[ $output == *"1,"*"3"* ]]
}

@test "CVE-2019-19921, CVE-2023-27561: a root whose /proc is a link does not move /proc outside" {
	rmdir root/proc
	mkdir root/elsewhere
	ln -s "$PWD" root/proc
	run box -- sh -c 'cat /proc/secret; ls /'
	[[ $output != *decoy* ]]
	[ "$(cat secret)" = decoy ]
}

@test "a root whose /proc is a link through /dev does not get its masks skipped" {
	rmdir root/proc
	mkdir root/a
	ln -s /dev/p root/proc
	ln -s /a root/dev/p
	run box -- sh -c 'for p in /proc /a; do [ -w $p/sys/kernel/core_pattern ] && : >>$p/sys/kernel/core_pattern && echo OPENED; done; echo end'
	[[ $output != *OPENED* ]]
	[ "$status" -eq 125 ]
}

@test "who renames the mount point of /proc meanwhile does not get its masks skipped" {
	command -v strace >/dev/null || skip "strace is missing"
	# It waits behind the second, and before a third.
	strace -f -o trace -e trace=move_mount -e inject=move_mount:delay_exit=3000000:when=2 \
		compose-run "${C[@]}" --rootfs root:rw -- sh -c ': >>/a/sys/kernel/hostname && echo OPENED; echo end' >out 2>&1 3>&- &
	pid=$!
	until_true grep -qs DELAYED trace
	mv root/proc root/a && mkdir root/proc
	not calls_begun move_mount 3
	wait $pid || true
	! grep -q OPENED out
}

@test "CVE-2019-16884: a label is not written to a file that looks like /proc" {
	mkdir -p vol/thread-self/attr/apparmor
	echo x >vol/thread-self/attr/apparmor/current
	: >vol/thread-self/attr/apparmor/exec
	ln -s /proc root/data
	run box -v ./vol:/data --security-opt apparmor=exec -- echo ran
	[ "$status" -eq 125 ]
	[[ $output != *ran* ]]
}

@test "CVE-2021-30465: a volume's mount point that is a link stays inside" {
	mkdir data
	ln -s ../../../../../../../..$PWD root/out
	run box -v ./data:/out/data -- true
	[ ! -e data/data ]
	[ "$(ls -A data)" = "" ]
	! grep -q "$PWD/data" /proc/self/mountinfo
}

@test "mknod gives no disk: device nodes can't be made, or not opened" {
	run box -- sh -c 'mknod /disk b 8 0 && cat /disk; mknod /mem c 1 1 && cat /mem; echo end'
	[[ $output == *end ]]
	[[ $output != *"decoy"* ]]
	[ "$(grep -ciE 'denied|permitted' <<<"$output")" -ge 2 ]
}

@test "the container can't signal or see processes outside" {
	sleep 300 3>&- &
	pid=$!
	run compose-run "${C[@]}" -- sh -c "kill -0 $pid; ls -d /proc/$pid"
	alive=no
	kill -0 $pid && alive=yes
	kill $pid
	[ "$alive" = yes ]
	[ "$status" -ne 0 ]
	[[ $output == *"No such"* ]]
}

@test "the machine's name, time and sysctls can't be changed from inside" {
	before=$(cat /proc/sys/kernel/hostname)
	run compose-run "${C[@]}" -- sh -c 'hostname changed; date -s 2001-01-01; echo 1 >/proc/sys/vm/drop_caches; echo b >/proc/sysrq-trigger'
	[ "$status" -ne 0 ]
	[ "$(cat /proc/sys/kernel/hostname)" = "$before" ]
	[ "$(date +%Y)" -gt 2001 ]
}
