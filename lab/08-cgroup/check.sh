# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='python3'

# may OPTION...: can we make such a cgroup here?
may() {
	cgroup --check "$@" >"$scratch/err" 2>&1 && return
	not_here "limits take root, or a cgroup that was handed over; the text says how to get one. cgroup --check $*:" "$(said)"
	return 1
}

# group_of FILE CONTROLLER: the directory of the cgroup of a /proc/PID/cgroup,
# version 1 or 2.
group_of() {
	path=$(awk -F: -v c="$2" '("," $2 ",") ~ ("," c ",") { print $3 }' "$1")
	if [ -n "$path" ]; then
		mount=$(awk -v c="$2" '/ - cgroup / && ("," $NF ",") ~ ("," c ",") { print $4, $5; exit }' /proc/self/mountinfo)
	else
		path=$(sed -n 's/^0:://p' "$1")
		mount=$(awk '/ - cgroup2 / { print $4, $5; exit }' /proc/self/mountinfo)
	fi
	# What is mounted may be a part of the tree.
	path=${path#"$(echo "${mount% *}" | sed 's,/$,,')"}
	echo "${mount#* }${path%/}"
}

# limit CONTROLLER KNOB...: the smallest number in one of these files, from the
# shell's cgroup up to ours; or max.
limit() {
	group=$(group_of "/proc/$inside/cgroup" "$1")
	top=$(group_of /proc/self/cgroup "$1")
	shift
	smallest=max
	while [ "$group" != "$top" ] && [ -e "$group/cgroup.procs" ]; do
		for knob; do
			value=$(cat "$group/$knob" 2>/dev/null) || continue
			[ "$value" != max ] || continue
			# Version 1 writes no limit as a very large number.
			if [ "${#value}" -lt 19 ] && { [ "$smallest" = max ] || [ "$value" -lt "$smallest" ]; }; then smallest=$value; fi
		done
		group=${group%/*}
	done
	echo "$smallest"
}

title_1="a shell that sees only the processes of its own PID namespace, and may have 20 of them"
check_1() {
	may --pids-limit 20 || return
	start "$1"
	a_shell || return
	most=$(limit pids pids.max)
	if [ "$most" = max ]; then
		case $(sed -n 's/^Max processes *\([0-9]*\) .*/\1/p' "/proc/$inside/limits") in
		'' | [0-9][0-9][0-9]*) no "nothing limits the number of processes of the shell" \
			"its cgroup is $(group_of "/proc/$inside/cgroup" pids), and ours is $(group_of /proc/self/cgroup pids)" "$(said)" ;;
		*) no "no cgroup limits the shell; it has a limit of ulimit -u" \
			"that one counts all processes of the user, wherever they are, and root is exempt from it" ;;
		esac
	elif [ "$most" != 20 ]; then
		no "the shell may have $most processes, not 20"
	elif ! own pid; then
		no "the number is limited, but the shell is in the machine's PID namespace"
	elif [ "$(ask 'set -- /proc/[0-9]*; echo $#')" -gt 20 ]; then
		no "the shell sees more than 20 processes in /proc: that /proc was mounted for the machine's PID namespace" \
			"a fresh one is needed, in a mount namespace, behind ns-pid"
	fi
}

title_2="a shell that may use, with all it starts, 50 MB of memory and swap together"
check_2() {
	may --memory 50M --memory-swap 50M || return
	start "$1"
	a_shell || return
	memory=$(limit memory memory.limit_in_bytes memory.max)
	swap=$(limit memory memory.swap.max)
	both=$(limit memory memory.memsw.limit_in_bytes)
	# Version 2 limits swap alone.
	if [ "$both" = max ] && [ "$memory" != max ] && [ "$swap" != max ]; then both=$((memory + swap)); fi
	if [ "$memory" = max ]; then
		no "no cgroup limits the memory of the shell" \
			"$(grep -q '^Max address space *unlimited' "/proc/$inside/limits" || echo "it has a limit of ulimit -v; that one counts each process alone, and two may use twice as much")"
	elif [ "$both" = max ] || [ "$both" -gt 53000000 ]; then
		no "memory is limited to $(mb "$memory"), and memory and swap together to $(mb "$both"); on a machine with swap it may use all of that" \
			"--memory-swap says how much it is together"
	elif [ "$both" -lt 49990000 ]; then # the kernel takes whole pages
		no "memory is limited to $(mb "$memory"), memory and swap to $(mb "$both"); 50 MB are asked for"
	elif [ "$memory" -lt 49990000 ]; then
		no "memory and swap together are limited to $(mb "$both"), but memory alone to $(mb "$memory"): on a machine without swap it may use no more than that"
	elif [ "$(ask 'head -c 100m /dev/zero | tail -c 100m | wc -c')" = 104857600 ]; then
		no "a hog of 100 MB was not killed in there"
	elif [ "$(ask 'echo alive')" != alive ]; then
		no "with the hog the shell was killed as well"
	fi
}

mb() { [ "$1" = max ] && echo "no number" || echo "$(($1 >> 20)) MB"; }

title_3="a line that prints the directory of the cgroup in which its processes are counted"
check_3() {
	output "$1"
	is_right "$(group_of /proc/self/cgroup pids)" "here" || return
	cgroup --check --pids-limit 100 >/dev/null 2>&1 || return 0
	# The same line in another cgroup, which says itself where it is.
	# shellcheck disable=SC2016 # it is for the shell inside
	output "exec cgroup --pids-limit 100 -- sh -c 'cat /proc/self/cgroup >&2; eval \"\$0\"' $(quoted "$1")"
	is_right "$(group_of "$scratch/err" pids)" "here it is right; in another cgroup" ||
		reason="$reason
it must look at the process that runs it, each time"
}

# is_right DIRECTORY WHERE: has the line printed it, and nothing else?
is_right() {
	case $printed in
	"$1" | "$1/") return ;;
	'') no "$2 the line printed nothing" "$(said)" ;;
	*:*) no "$2 the line printed lines of /proc/self/cgroup, or other text; a directory is asked for, that is the place of the mount and this path behind it:" "$(printf '%s\n' "$printed" | sed -n '1,3s/^/| /p')" ;;
	/sys/fs/cgroup*) no "$2 the line printed $printed" "and the cgroup is $1" ;;
	*) no "$2 the line printed no directory below /sys/fs/cgroup:" "$(printf '%s\n' "$printed" | sed -n '1,3s/^/| /p')" ;;
	esac
	return 1
}
