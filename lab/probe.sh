# shellcheck shell=sh
# probe.sh: run a student's line, and look from outside at what it has built.
# lab/lab sources it, and sets scratch (a temporary directory) and folder (the
# student's); the check.sh of each lab is written in its words.
#
# The line runs as whoever runs lab, in a session of its own. A task asks for
# a shell: we type into that shell through a pipe, ask it for its number, and find
# its process outside among those of the line. Whatever the line was, it and all
# that it started is killed at the end.

# shellcheck disable=SC2154,SC2034 # what lab/lab sets, and what it reads

# How long a line may take to give us a shell, and a command in it to answer.
: "${LAB_SECONDS:=10}"

# no TEXT...: the answer is wrong, for this reason, a line for each TEXT. Only
# the first reason counts: what goes wrong later often follows from it.
no() {
	[ "$verdict" = yes ] || return 0
	verdict=no
	reason=$(printf '%s\n' "$@")
}

# not_here TEXT...: this machine, or this user, has not what the task takes; the
# line is not judged.
not_here() {
	verdict=none
	reason=$(printf '%s\n' "$@")
}

# The processes of the line: its session, what descends from it, and, since who
# has lost his parents may be in another session, what carries our mark in the
# environment, or reads or writes our files.
its_processes() {
	ps -A -o pid=,ppid=,sess=,stat= | awk -v top="$line_pid" -v our="$$" '
		{ parent[$1] = $2; dead[$1] = $4 ~ /^Z/; if ($3 == top) mine[$1] = 1 }
		END {
			mine[top] = 1
			do {
				more = 0
				for (p in parent)
					if (!(p in mine) && (parent[p] in mine)) { mine[p] = 1; more = 1 }
			} while (more)
			for (p in mine) if (p in parent && p != our && !dead[p]) print p
		}'
	grep -lsz "^STRATA_LAB_LINE=$mark\$" /proc/[0-9]*/environ 2>/dev/null |
		sed 's,/proc/\([0-9]*\)/.*,\1,'
	find /proc/[0-9]*/fd/[012] -prune -lname "$scratch/*" 2>/dev/null | cut -d / -f 3
}

# quoted TEXT: as one word of a shell's line.
quoted() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# Milliseconds do for most lines; the time limit is for the others.
pause() { sleep 0.04; }
attempts() { echo $((LAB_SECONDS * 25)); }

# settle: wait until all processes of the line sleep, in two looks: what they had begun
# is done then, also on a busy machine; some do something all the time, so not for ever.
settle() {
	i=$(attempts) quiet=0
	while [ $quiet -lt 2 ] && [ "$i" -gt 0 ]; do
		if rests; then quiet=$((quiet + 1)); else quiet=0; fi
		pause
		i=$((i - 1))
	done
}

rests() {
	its=$(its_processes | sort -u | paste -s -d , -)
	# (The state of a process is that of its first thread, and a runtime in Go has more.)
	[ -z "$its" ] || ! ps -L -o stat= -p "$its" | grep -q '^[RD]'
}

# A line that writes without end fills no disk (64 MB; some shells count in kB).
limit_files() { ulimit -f 131072; }

# start LINE: run it, with our pipe as its input.
start() {
	mark=$$-$(date +%s%N)
	inside=
	rm -f "$scratch/in" "$scratch/asked"
	mkfifo "$scratch/in"
	: >"$scratch/out"
	: >"$scratch/err"
	# Opened for both, a pipe does not wait for the other end.
	exec 9<>"$scratch/in"
	(limit_files && cd "$folder" && exec env STRATA_LAB_LINE="$mark" setsid sh -c "$1") \
		<"$scratch/in" >"$scratch/out" 2>"$scratch/err" 9>&- &
	line_pid=$!
}

# finish: end the line, and all that it started.
finish() {
	end_line
	[ -n "$line_pid" ] || return 0
	exec 9>&-
	i=0
	while left=$(its_processes) && [ -n "$left" ] && [ $i -lt 100 ]; do
		# shellcheck disable=SC2086 # a list of numbers
		kill -KILL $left 2>/dev/null
		i=$((i + 1))
	done
	wait "$line_pid" 2>/dev/null
	line_pid=
	# What it mounted where we are is gone too. (As root that is a table
	# of our own, see lab.)
	if [ "${LAB_APART-}" ]; then
		mounts | grep -vxFf "$scratch/mounts" | sort -r | while read -r point; do
			umount -l "$point" 2>/dev/null
		done
	fi
}

mounts() { awk '{ print $5 }' /proc/self/mountinfo; }

running() { kill -0 "$line_pid" 2>/dev/null && ! grep -qs '^State:.*Z' "/proc/$line_pid/status"; }

# said: what the line wrote to standard error, for the student to read.
said() { sed -n -e '1,8s/^/| /p' "$scratch/err"; }

# ask COMMAND...: type it into the shell; prints what it wrote there, and ends
# with its status. 99: no answer came.
ask() {
	asked=$(($(cat "$scratch/asked" 2>/dev/null || echo 0) + 1))
	echo $asked >"$scratch/asked"
	printf 'echo "<%s>"; %s\necho "</%s $?>"\n' "$mark.$asked" "$*" "$mark.$asked" >&9
	i=$(attempts)
	until grep -q "^</$mark\.$asked [0-9]*>" "$scratch/out"; do
		i=$((i - 1))
		if [ $i -le 0 ] || ! running; then return 99; fi
		pause
	done
	awk -v from="<$mark.$asked>" -v to="</$mark.$asked " '
		index($0, to) == 1 { exit }
		on { print }
		$0 == from { on = 1 }' "$scratch/out"
	return "$(sed -n "s,^</$mark\.$asked \([0-9]*\)>.*,\1,p" "$scratch/out")"
}

# a_shell: wait for the shell, and find its process; else say what came
# instead. Sets inside to its number outside.
a_shell() {
	ask : >/dev/null && :
	status=$?
	if [ $status = 99 ] && ! running; then
		wait "$line_pid"
		status=$?
		if [ -s "$scratch/err" ]; then
			no "the line ended (status $status) before its shell answered; it said:" "$(said)"
		else
			no "the line ended (status $status) without giving a shell; it must end in one, as in: ... -- sh" \
				"$(sed -n '1,2s/^/| /p' "$scratch/out")"
		fi
		return 1
	elif [ $status = 99 ]; then
		no "no shell answered within $LAB_SECONDS seconds; the line must end in a shell that reads commands, as in: ... -- sh" "$(said)"
		return 1
	fi
	# Its own number, the last one of NSpid, tells it from those around it.
	number=$(ask 'echo $$')
	for pid in $(its_processes | sort -nu); do
		[ "$(sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$pid/status" 2>/dev/null)" != "$number" ] || inside=$pid
	done
	[ -n "$inside" ] || no "a shell answered, but its process is not to be found among those of the line"
	[ -n "$inside" ]
}

# beside WORDS: prints the number of the process of the line with this command line.
# What was begun in the background before the shell may not have got to it yet when the
# shell answers; when all of them sleep it has, or is gone.
beside() {
	for turn in now settled; do
		[ $turn = now ] || settle
		for pid in $(its_processes | sort -u); do
			[ "$(words_of "$pid")" != "$1 " ] || { echo "$pid" && return; }
		done
	done
}

# Looks from outside at the shell's process.

# own NAMESPACE: has it another one than we have?
own() { [ "$(readlink "/proc/$inside/ns/$1")" != "$(readlink "/proc/self/ns/$1")" ]; }

# field NAME: a line of its /proc/PID/status.
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$inside/status" 2>/dev/null; }

# words_of PID: its command line, with a space behind each word.
# shellcheck disable=SC2002 # the process may be gone; cat says so to nobody
words_of() { cat "/proc/$1/cmdline" 2>/dev/null | tr '\0' ' '; }

# here POINT: the same, in the table that we are in: did it leak?
here() { mounts | grep -qxF "$1"; }

# output LINE: run a line that needs no shell, to its end or the time limit. Sets
# printed to what it wrote to standard output.
output() {
	mark=$$-$(date +%s%N)
	# To a file: who stays in the background would keep a pipe open.
	(limit_files && cd "$folder" && exec env STRATA_LAB_LINE="$mark" setsid timeout -k 1 "$LAB_SECONDS" sh -c "$1") \
		</dev/null >"$scratch/out" 2>"$scratch/err" &
	line_pid=$!
	wait "$line_pid"
	finish
	printed=$(cat "$scratch/out")
}
