# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

# A container that was started outside of the lab's shell does not carry its name.
reset_lab() {
	pid=$(cat "$folder/mystery.pid" 2>/dev/null) || return 0
	[ "$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null)" != "sleep 31536 " ] || kill -KILL "$pid"
}

eight="ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm"

# shares PID NAMESPACE: has the process the machine's? As root the checker has a
# host name and mounts of its own; then the machine's are those of its parent.
shares() {
	for other in self $PPID; do
		[ "$(readlink "/proc/$1/ns/$2")" != "$(readlink "/proc/$other/ns/$2")" ] || return 0
	done
	return 1
}

status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }

# lacks PID LAYER: is the layer missing, by what the kernel shows?
lacks() {
	case $2 in
	ns-*) shares "$1" "${2#ns-}" ;;
	capdrop) [ $((0x$(status_of "$1" CapBnd) & 1 << 21)) != 0 ] ;;
	lsm) [ "$(status_of "$1" Seccomp)" = 0 ] ;;
	chroot) ! shares "$1" mnt && ! awk '$5 == "/" { last = $6 } END { exit last !~ /^ro/ }' "/proc/$1/mountinfo" ;;
	esac
}

missing_in() {
	for layer in $eight; do
		! lacks "$1" "$layer" || echo "$layer"
	done
}

# evidence PID LAYER: what shows that it is there.
evidence() {
	case $2 in
	ns-*) echo "its ${2#ns-} namespace is $(readlink "/proc/$1/ns/${2#ns-}"), and the machine's is $(readlink "/proc/self/ns/${2#ns-}")" ;;
	capdrop) echo "its bounding set is $(status_of "$1" CapBnd), and that is not all" ;;
	lsm) echo "it has $(status_of "$1" Seccomp_filters) filters (Seccomp: $(status_of "$1" Seccomp))" ;;
	chroot)
		if lacks "$1" ns-mnt; then
			echo "its root is the machine's, but because there is no mount table in which another could stand"
		else
			echo "its / is mounted read-only ($(awk '$5 == "/" { last = $6 } END { print last }' "/proc/$1/mountinfo")), unlike the machine's"
		fi
		;;
	esac
}

# alive PID: is it a container of mystery's?
alive() { [ "$({ tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null)" = "sleep 31536 " ]; }

title_1="the name of the layer that is missing in the container of ./mystery"
check_1() {
	pid=$(cat "$folder/mystery.pid" 2>/dev/null)
	case $1 in
	*[!a-z-]*)
		no "the answer is a name alone, one of: $eight" "(a line that finds it is task 2)"
		return
		;;
	esac
	case " $eight " in
	*" $1 "*) ;;
	*)
		case $1 in
		cgroup) no "cgroup is left out of all of these containers; what else is missing?" ;;
		ns-user) no "ns-user is never the missing one: without it an ordinary user could not have made the others" ;;
		uts | pid | ipc | net | mnt) no "'$1' is the kernel's word; the layer is called ns-$1" ;;
		*) no "there is no layer '$1'; they are called: $eight" ;;
		esac
		return
		;;
	esac
	if [ -z "$pid" ] || ! alive "$pid"; then
		no "no container of ./mystery runs here that the checker could look at; start one, find out, and leave it running"
		return
	fi
	found=$(missing_in "$pid")
	[ "$found" = "$1" ] || no "$1 is not what is missing in process $pid: $(evidence "$pid" "$1")"
}

# In a directory beside, for the student's own container to go on.
title_2="a line that prints the name of the missing layer, whichever it is"
check_2() {
	mine=$folder
	folder=$scratch/mystery
	mkdir -p "$folder"
	cp "$lab/A8-missing/files/mystery" "$folder"
	right=0
	# The two that are mistaken most easily come last.
	for layer in ns-pid ns-uts ns-ipc ns-net lsm capdrop ns-mnt chroot; do
		if ! (cd "$folder" && ./mystery "$layer" >/dev/null 2>"$scratch/err"); then
			no "the checker can't start a container:" "$(said)"
			break
		fi
		# (Whatever has our files open is ended with the line: the container too.)
		output "$1"
		[ "$printed" = "$layer" ] || {
			count_wrong "$layer"
			break
		}
		right=$((right + 1))
	done
	folder=$mine
}

count_wrong() {
	case $printed in
	'') no "where $1 was missing ($right found before), the line has printed nothing" "$(said)" ;;
	*"
"*) no "where $1 was missing ($right found before), the line has printed $(printf '%s\n' "$printed" | wc -l) lines: $(printf '%s' "$printed" | tr '\n' ' ' | cut -c1-70)" "one name is asked for: that of the cause" ;;
	*) no "where $1 was missing ($right found before), the line has printed: $(printf '%s' "$printed" | cut -c1-70)" ;;
	esac
}
