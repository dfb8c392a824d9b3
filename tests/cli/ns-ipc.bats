# ns-ipc: message queues, semaphores and shared memory of one's own.

bats_require_minimum_version 1.5.0

load helper

# That 'echo RAN' was not run. (A line to paste may have it in it.)
not_run() {
	! grep -qx RAN <<<"$output"
}

setup() {
	need_namespaces
	command -v ipcmk >/dev/null || skip "ipcmk (util-linux) is not installed"
	PID=
	FILE=
}

teardown() {
	[ -z "$PID" ] || { kill -KILL "$PID" && wait "$PID"; } 2>/dev/null || true
	[ -z "$FILE" ] || rm -f "$FILE"
}

# Starts sleep in the background behind ns-ipc and a shell command; its number
# is $PID.
start_one() {
	"${OWN[@]}" ns-ipc sh -c "$1; exec sleep 60" >"$BATS_TEST_TMPDIR/started" 3>&- &
	PID=$!
	until_true is_sleep "$PID"
}

is_sleep() {
	[ "$(cat "/proc/$1/comm")" = sleep ]
}

# Enters the user namespace of $PID first, where there is one.
enter() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else ns-user --join "$PID" "$@"; fi
}

@test "ns-ipc gives the program another IPC namespace than ours" {
	run own ns-ipc readlink /proc/self/ns/ipc
	[ "$status" -eq 0 ]
	[[ $output == ipc:* ]]
	[ "$output" != "$(readlink /proc/self/ns/ipc)" ]
}

@test "a queue, semaphores and memory made outside are not seen inside ns-ipc" {
	start_one 'ipcmk -Q; ipcmk -S 3; ipcmk -M 4096'
	# They are there, and the second namespace, in the first, has none.
	run enter ns-ipc --join "$PID" sh -c 'cat /proc/sysvipc/*; echo; ns-ipc cat /proc/sysvipc/*'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 9 ]
	run own ns-ipc cat /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm
	[ "${#lines[@]}" -eq 3 ]
}

@test "what is made inside ns-ipc does not show outside" {
	# 123457 bytes: nobody else's memory has that size.
	run own ns-ipc sh -c 'ipcmk -M 123457 >&2; cat /proc/sysvipc/shm'
	[ "$status" -eq 0 ]
	[[ $output == *" 123457 "* ]]
	run cat /proc/sysvipc/shm
	[[ $output != *" 123457 "* ]]
}

@test "ns-ipc --sysctl sets a limit that holds inside" {
	before=$(cat /proc/sys/kernel/shmmax)
	run own ns-ipc --sysctl kernel.shmmax=4096 -- sh -c 'ipcmk -M 4096 && ipcmk -M 8192'
	[ "$status" -ne 0 ]
	[[ $output == *"memory id"* ]]
	[[ $output == *[Ii]"nvalid argument"* ]]
	[ "$(cat /proc/sys/kernel/shmmax)" = "$before" ]
	run own ns-ipc --sysctl kernel.msgmni=1 -- sh -c 'ipcmk -Q && ipcmk -Q'
	[ "$status" -ne 0 ]
	[[ $output == *"queue id"* ]]
}

@test "ns-ipc takes several --sysctl, lists, hexadecimal numbers and keys with slashes" {
	before=$(cat /proc/sys/kernel/sem /proc/sys/fs/mqueue/msg_max)
	run own ns-ipc --sysctl kernel.sem='100 2000 10 20' --sysctl fs.mqueue.msg_max=5 \
		--sysctl kernel/msgmni=0x10 --sysctl kernel.shmmax=18446744073709551615 \
		-- sh -c 'cd /proc/sys; cat kernel/sem fs/mqueue/msg_max kernel/msgmni kernel/shmmax'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$(printf '100\t2000\t10\t20')" ]
	[ "${lines[1]}" = 5 ]
	[ "${lines[2]}" = 16 ]
	[ "${lines[3]}" = 18446744073709551615 ]
	[ "$(cat /proc/sys/kernel/sem /proc/sys/fs/mqueue/msg_max)" = "$before" ]
}

@test "ns-ipc --sysctl sets the first numbers of a list alone" {
	run own ns-ipc --sysctl kernel.sem=123 -- cat /proc/sys/kernel/sem
	[ "$status" -eq 0 ]
	[[ $output == 123$'\t'* ]]
}

@test "ns-ipc --sysctl refuses what the namespace does not isolate, and says what it does" {
	for key in kernel.hostname vm.swappiness kernel.auto_msgmni fs.mqueue fs.mqueue.nosuch \
		kernel.shm kernel.shmmaxx kernel.semx net.ipv4.ip_forward; do
		run own unshare -u ns-ipc --sysctl "$key=1" -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == *"'$key'"*kernel.msgmax*kernel.sem*kernel.shmall*fs.mqueue.*"[SYSCTL-SCOPE]" ]]
	done
	for key in kernel/../kernel/hostname kernel.//.kernel.shmmax kernel..shmmax; do
		run own unshare -u ns-ipc --sysctl "$key=1" -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		not_run
	done
}

@test "ns-ipc --sysctl says in one line what it expected" {
	for word in kernel.shmmax kernel.shmmax= 'kernel.shmmax= ' =1 =; do
		run ns-ipc --sysctl "$word" -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == *kernel.shmmax* ]]
		not_run
	done
}

@test "ns-ipc --sysctl ends when the kernel does not take the value" {
	for setting in kernel.shmmax=-1 kernel.shmmax=x kernel.shmmax=18446744073709551616 \
		kernel.msgmax=-1 kernel.msgmax='12 abc' kernel.sem='1 2 3 4 5' \
		kernel.shm_rmid_forced=2; do
		run own ns-ipc --sysctl "$setting" -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"cannot set kernel."*"[SYSCTL-"* ]]
		not_run
	done
}

@test "ns-ipc ends when writing a setting did nothing at all" {
	command -v strace >/dev/null || skip "strace is not installed"
	run own strace -qq -o /dev/null -e inject=write:retval=4:when=1 \
		ns-ipc --sysctl kernel.shmmax=4096 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-HELD]"* ]]
	not_run
}

@test "ns-ipc --sysctl says that the settings are another user namespace's" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to enter a namespace of somebody else's"
	setpriv --reuid 1000 --regid 1000 --clear-groups ns-user true 2>/dev/null ||
		skip "an ordinary user can make no user namespace here"
	setpriv --reuid 1000 --regid 1000 --clear-groups \
		ns-user --map-root ns-ipc sleep 60 3>&- &
	PID=$!
	until_true is_sleep "$PID"
	# Behind unshare, so that a mistake does not change the machine.
	run unshare -i ns-ipc --join "$PID" --sysctl kernel.shmmax=4096 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-OWNER]"* ]]
	not_run
	[[ $output == *"another user namespace"* ]]
}

@test "ns-ipc --sysctl says that it takes uid 0 of the user namespace" {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
	run ns-user --map-current --keep-caps ns-ipc --sysctl kernel.shmmax=4096 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-PRIV]"* ]]
	not_run
}

@test "ns-ipc --list names each kind and whether it is isolated" {
	run own ns-ipc ns-ipc --list
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "System V message queues "*"isolated: yes" ]]
	[[ $output == *"System V semaphores "*"isolated: yes"* ]]
	[[ $output == *"System V shared memory "*"isolated: yes"* ]]
	[[ $output == *"POSIX message queues "*"isolated: yes"* ]]
	[[ $output == *"POSIX shared memory "*"isolated: no"* ]]
}

@test "ns-ipc --list shows what ipcmk made, and nothing in the next namespace" {
	run own ns-ipc sh -c 'ipcmk -Q >&2; ipcmk -S 3 >&2; ipcmk -M 5000 >&2; ns-ipc --list; ns-ipc ns-ipc --list' 2>/dev/null
	[ "$status" -eq 0 ]
	[[ $output == *"key 0x"*"0 bytes in 0 messages"*"3 in the set"*"5000 bytes, attached 0 times"* ]]
	[ "$(grep -c 'key 0x' <<<"$output")" -eq 3 ]
	key=$(sed -n 's/.*key \(0x[0-9a-f]*\).*5000 bytes.*/\1/p' <<<"$output")
	[ -n "$key" ]
}

@test "ns-ipc --list prints the key that ipcs prints" {
	run own ns-ipc sh -c 'ipcmk -S 1 >&2; ipcs -s; ns-ipc --list' 2>/dev/null
	key=$(grep -o '^0x[0-9a-f]*' <<<"$output")
	[ -n "$key" ]
	[[ $output == *"key $key"* ]]
}

@test "ns-ipc --list shows the POSIX message queues of this namespace, mounted or not" {
	# A file that is made in the mqueue file system is a queue.
	run own ns-ipc unshare -m sh -ec 'mount -t mqueue none "$1"
		touch "$1/strata"
		ns-ipc --list
		umount "$1"
		echo "unmounted:"
		ns-ipc --list' sh "$BATS_TEST_TMPDIR"
	[ "$status" -eq 0 ]
	[[ $output == *"/strata "*"0 bytes wait"*"unmounted:"*"/strata "*"0 bytes wait"* ]]
	run own ns-ipc ns-ipc --list
	# In /dev/shm others may have a /strata-NUMBER.
	[[ $output != *"/strata "* ]]
}

@test "ns-ipc --list does not take another namespace's queues for ours" {
	# Without the power to mount, what is mounted is all one can see.
	run own ns-ipc unshare -m sh -ec 'mount -t mqueue none "$1"
		touch "$1/strata"
		chmod 666 "$1/strata"
		setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ns-ipc --list
		echo "the next:"
		ns-ipc setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ns-ipc --list' \
		sh "$BATS_TEST_TMPDIR"
	[ "$status" -eq 0 ]
	here=${output%%the next:*}
	next=${output##*the next:}
	[[ $here == *"/strata "* ]]
	[[ $next != *"/strata "* ]]
	[[ $next == *"not shown: $BATS_TEST_TMPDIR is that of another IPC namespace"* ]]
}

@test "ns-ipc --list says when no mqueue file system is there to look at" {
	! grep -q ' - mqueue ' /proc/self/mountinfo || skip "a mqueue file system is mounted here"
	run own ns-ipc setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ns-ipc --list
	[ "$status" -eq 0 ]
	[[ $output == *"no mqueue file system is mounted"*"mount -t mqueue"* ]]
}

@test "POSIX shared memory made outside is there inside ns-ipc, as --list says" {
	[ -w /dev/shm ] || skip "no /dev/shm that we may write to"
	FILE=/dev/shm/strata-$$-$BATS_TEST_NUMBER
	printf 12345 >"$FILE"
	run own ns-ipc ns-ipc --list
	[ "$status" -eq 0 ]
	shared=${output##*POSIX shared memory}
	[[ $shared == *"isolated: no"*"/${FILE##*/} "*"5 bytes"* ]]
}

@test "ns-ipc --list lets no file name play with the terminal" {
	[ -w /dev/shm ] || skip "no /dev/shm that we may write to"
	FILE=/dev/shm/strata-$$-$'\e[31mred\n'
	: >"$FILE"
	run own ns-ipc ns-ipc --list
	[[ $output == *"strata-$$-?[31mred?"* ]]
	[[ $output != *$'\e'* ]]
}

@test "ns-ipc --list takes no program and no --sysctl" {
	run ns-ipc --list true
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
	run ns-ipc --list --sysctl kernel.shmmax=1
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "ns-ipc --list says so when its output is lost" {
	run bash -c 'ns-ipc --list >/dev/full'
	[ "$status" -eq 125 ]
}

@test "ns-ipc --join enters the namespace of a process or a file" {
	start_one 'ipcmk -M 7777'
	run enter ns-ipc --join "$PID" readlink /proc/self/ns/ipc
	[ "$output" = "$(readlink "/proc/$PID/ns/ipc")" ]
	run enter ns-ipc -j "/proc/$PID/ns/ipc" cat /proc/sysvipc/shm
	[[ $output == *7777* ]]
	run enter ns-ipc --join "$PID" --list
	[[ $output == *"7777 bytes"* ]]
}

@test "ns-ipc --join refuses the namespace of another kind" {
	run own ns-ipc --join /proc/self/ns/uts echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[NS-JOIN-TYPE]"* ]]
	not_run
}

@test "an ordinary user's ns-ipc says to put ns-user first" {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
	run ns-ipc -- echo RAN
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "ns-ipc: cannot create an IPC namespace: Operation not permitted (EPERM) [NS-PRIV]" ]
	[[ $output == *"fix: put ns-user first"* ]]
	not_run
}

@test "ns-ipc --dry-run changes nothing and needs no privilege" {
	run ns-ipc --dry-run --sysctl kernel.shmmax=4096 -- echo RAN
	[ "$status" -eq 0 ]
	[[ $output == *"unshare(CLONE_NEWIPC)"*"set kernel.shmmax to '4096'"*"would execute echo"* ]]
	not_run
	[ "$(cat /proc/sys/kernel/shmmax)" != 4096 ]
	run ns-ipc --dry-run --list
	[ "$status" -eq 0 ]
	[[ $output == *"would list"* && $output != *isolated* ]]
}

@test "ns-ipc --explain shows the namespace before and after" {
	run own ns-ipc --explain readlink /proc/self/ns/ipc
	[ "$status" -eq 0 ]
	inside=${lines[${#lines[@]} - 1]}
	[[ $output == *"$(readlink /proc/self/ns/ipc) -> $inside"* ]]
}

@test "ns-ipc --check tells whether it works here" {
	run own ns-ipc --check
	[ "$status" -eq 0 ]
	[ "$output" = "✓ ns-ipc" ]
}

@test "ns-ipc ends with the program's status" {
	run own ns-ipc sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run -127 own ns-ipc /nonexistent
}
