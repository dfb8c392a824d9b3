# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

title_1="a shell that can see no process but those of its own PID namespace"
check_1() {
	start "$1"
	a_shell || return
	if ! own pid; then
		no "the shell is in the machine's PID namespace: process $inside for everybody" \
			"compare: grep NSpid /proc/PID/status; one number means one namespace"
		return
	fi
	seen=$(ask 'set -- /proc/[0-9]*; echo $#')
	if [ "$(ask '[ -e /proc/self/status ] && echo yes')" != yes ]; then
		no "in that shell /proc is empty or hidden; ps has nothing to read there" \
			"what is wanted is a /proc that shows the new namespace"
		return
	fi
	namespace=$(readlink "/proc/$inside/ns/pid")
	are=$(find /proc/[0-9]*/ns/pid -lname "$(printf '%s' "$namespace" | sed 's/[][]/\\&/g')" 2>/dev/null | wc -l)
	[ "$seen" -le $((are + 1)) ] ||
		no "it has a PID namespace of its own, but sees $seen processes in /proc, and there are only $are in that namespace" \
			"that /proc was mounted for the machine's PID namespace, before; a fresh one is needed, in a mount namespace, behind ns-pid"
}

title_2="'sleep 600' in a PID namespace of its own, and a line that ends when it gets SIGTERM"
check_2() {
	start "$1"
	# Not a shell this time; wait for sleep.
	i=$(attempts)
	until [ -n "$inside" ] || [ "$i" -le 0 ] || ! running; do
		# There may be others, of somebody else's.
		for pid in $(pgrep -f -x 'sleep 600'); do
			its_processes | grep -qx "$pid" && inside=$pid
		done
		pause
		i=$((i - 1))
	done
	if [ -z "$inside" ]; then
		no "no process 'sleep 600' was to be found among those of the line" "$(said)"
		return
	elif ! own pid; then
		no "'sleep 600' runs, but in the machine's PID namespace"
		return
	fi
	# Let an init get ready for signals.
	settle
	# Typed at a prompt, the line has no sh -c around it, and what gets the
	# signal is its first program.
	first=$(ps -o pid= --ppid "$line_pid" | tr -d ' ')
	case $(cat "/proc/$line_pid/comm" 2>/dev/null):$first in
	sh:*[0-9]) kill -TERM "$first" ;;
	*) kill -TERM "$line_pid" ;;
	esac
	i=25
	while { running || [ -e "/proc/$inside" ]; } && [ $i -gt 0 ]; do
		pause
		i=$((i - 1))
	done
	settle
	[ -z "$(its_processes)" ] || {
		if [ "$(sed -n 's/^NSpid:.*[[:space:]]\([0-9]*\)$/\1/p' "/proc/$inside/status" 2>/dev/null)" = 1 ]; then
			no "SIGTERM was sent to the line, and it goes on: sleep is PID 1 of its namespace, and has no handler for SIGTERM" \
				"such a signal the kernel drops, for PID 1 alone; so somebody else must be PID 1"
		else
			no "SIGTERM was sent to the line, and $(its_processes | sort -u | wc -l) of its processes go on; who passed the signal on?" "$(said)"
		fi
	}
}
