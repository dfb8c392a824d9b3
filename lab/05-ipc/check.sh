# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

# Something of the machine's for the shell not to see: a queue, and shared memory.
make_ours() {
	queue=$(ipcmk -Q | tr -dc 0-9)
	[ -n "$queue" ] || no "the checker can't make a message queue (ipcmk -Q)"
	key=$(awk -v id="$queue" '$2 == id { print $1 }' /proc/sysvipc/msg)
	memory=/dev/shm/strata-lab-$$-$task
	echo ours >"$memory"
}

# remove_ours, whatever has become of the line by then.
remove_ours() {
	ipcrm -q "$queue" 2>/dev/null
	rm -f "$memory"
}

no_queue_of_ours() {
	if ! own ipc; then
		no "the shell is in the machine's IPC namespace"
	elif ask 'cat /proc/sysvipc/msg' | awk '{ print $1 }' | grep -qx -e "$key"; then
		no "the shell sees the machine's message queue"
	fi
	[ "$verdict" = yes ]
}

title_1="a shell that sees no queue of the machine's, and finds one of its own, made before it"
check_1() {
	make_ours
	start "$1"
	if a_shell && no_queue_of_ours; then
		case $(ask 'ipcs -q' | awk '$1 ~ /^0x/ { print $2 }' | wc -l) in
		0) no "the shell has an IPC namespace of its own, but there is no queue in it" \
			"a new one begins empty; something in the line has to make a queue, behind ns-ipc and before the shell" ;;
		esac
	fi
	remove_ours
}

title_2="a shell that shares neither queues nor POSIX shared memory with the machine, and has its own"
check_2() {
	make_ours
	start "$1"
	if a_shell && no_queue_of_ours; then
		mine=/dev/shm/strata-mine-$$
		if [ "$(ask "cat $memory")" = ours ]; then
			no "the shell can read the machine's shared memory, $memory" \
				"POSIX shared memory is a file; IPC namespaces know nothing of files"
		elif ! ask "echo mine >$mine" >/dev/null; then
			no "the shell can't make shared memory of its own in /dev/shm; it said:" "$(ask "echo mine >$mine" | sed 's/^/| /')" "$(said)"
		elif [ -e "$mine" ]; then
			no "the shared memory of the shell is in the machine's /dev/shm as well"
		fi
		rm -f "$mine"
	fi
	remove_ours
}
