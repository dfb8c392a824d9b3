# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

count() { its_processes | sort -u | wc -l; }

# bombed MORE: type the bomb into the shell, and watch it spread until there are MORE
# processes than before, or it has come to rest: on a busy machine it takes its time,
# and of a bomb that is refused its forks little is left a moment later. Sets grown to
# the most by which the processes of the line grew, as counted outside.
bombed() {
	if ! ask "[ -x '$folder/bomb' ]"; then
		no "the shell can't run $folder/bomb, which is there outside"
		return 1
	fi
	before=$(count) grown=0 quiet=0 i=$(attempts)
	ask "setsid '$folder/bomb' 6 >/dev/null 2>&1 &" >/dev/null
	while [ "$grown" -le "$1" ] && [ $quiet -lt 5 ] && [ "$i" -gt 0 ]; do
		pause
		i=$((i - 1))
		if rests; then quiet=$((quiet + 1)); else quiet=0; fi
		now=$(($(count) - before))
		[ "$now" -le "$grown" ] || grown=$now
	done
}

title_1="a shell in which the bomb, and the shell itself, come to no more than 20 processes"
check_1() {
	start "$1"
	if ! a_shell; then
		! said | grep -q CG-DELEGATE || reason="$reason
a user who may make no cgroup has another limit: step 5"
		return
	fi
	if [ "$(ask 'setsid sh -c "echo alive"')" != alive ]; then
		no "the shell can't start any program: its limit is reached before the bomb; it said:" "$(said)"
		return
	fi
	bombed 25 || return
	if [ "$grown" -gt 25 ]; then
		no "the bomb came to $grown processes or more, counted outside" \
			"limit of the user's processes: $(sed -n 's/^Max processes *\([^ ]*\).*/\1/p' "/proc/$inside/limits") (never counted for the machine's root); cgroups: $(own cgroup && echo its own || echo as ours)"
	fi
}

title_2="a shell from which no process of the bomb is left when the first process in there is killed"
check_2() {
	start "$1"
	a_shell && bombed 10 || return
	# The first process of its PID namespace, or the shell where it has none.
	first=$inside
	if own pid; then
		for pid in $(its_processes); do
			[ "$(readlink "/proc/$pid/ns/pid")" != "$(readlink "/proc/$inside/ns/pid")" ] ||
				[ "$(sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$pid/status" 2>/dev/null)" != 1 ] || first=$pid
		done
	fi
	kill -KILL "$first"
	settle
	left=$(pgrep -xfc "/bin/sh $folder/bomb [0-9]" || :)
	[ "$left" = 0 ] || no "its first process was killed (number $first outside), and $left processes of the bomb went on" \
		"they belong to nobody now: new parents, same life"
}
