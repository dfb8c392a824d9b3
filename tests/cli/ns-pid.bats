# ns-pid: process ids of one's own. What happens at a terminal is tested with
# a terminal, elsewhere.

bats_require_minimum_version 1.5.0

load helper

setup() {
	need_namespaces
	PID=
	FILE="$BATS_TEST_TMPDIR/pid"
	OUT="$BATS_TEST_TMPDIR/out"
}

teardown() {
	# The program goes with its supervisor.
	[ -z "$PID" ] || { kill -KILL "$PID" && wait "$PID"; } 2>/dev/null || true
}

# Starts a chain behind ns-pid in the background. $PID is the supervisor's
# number, $CHILD the program's, seen from here.
start_one() {
	# A shell has its background jobs ignore these two.
	env --default-signal=INT,QUIT "${OWN[@]}" ns-pid --pid-file "$FILE" "$@" \
		>"$OUT" 2>&1 3>&- &
	PID=$!
	until_true test -s "$FILE"
	CHILD=$(cat "$FILE")
}

# Waits for the supervisor, and puts its status into $status.
finish() {
	until_true is_gone "$PID"
	status=0
	wait "$PID" || status=$?
	PID=
}

has_child() { [ -n "$(cat "/proc/$1/task/$1/children")" ]; }
became() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ]; }

# Enters the user namespace of $PID first, where there is one.
enter() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else ns-user --join "$PID" "$@"; fi
}

# A Perl program that prints how its arguments ended: "exit N" or "signal N".
how_it_ended='open STDERR, ">", "/dev/null"; system @ARGV;
	print $? & 127 ? "signal " . ($? & 127) : "exit " . ($? >> 8), "\n"'

@test "ns-pid makes the program PID 1 of another namespace than ours" {
	run own ns-pid sh -c 'echo $$'
	[ "$status" -eq 0 ]
	[ "$output" = 1 ]
	start_one sleep 60
	[ "$(readlink "/proc/$CHILD/ns/pid")" != "$(readlink /proc/self/ns/pid)" ]
	run grep NSpid "/proc/$CHILD/status"
	[ "$(awk '{ print $2, $NF }' <<<"$output")" = "$CHILD 1" ]
}

@test "ns-pid stays outside: the supervisor is in our namespace" {
	start_one sleep 60
	[ "$(readlink "/proc/$PID/ns/pid")" = "$(readlink /proc/self/ns/pid)" ]
	[ "$(awk '/^PPid:/ { print $2 }' "/proc/$CHILD/status")" = "$PID" ]
}

@test "ns-pid in ns-pid is PID 1 twice" {
	run own ns-pid ns-pid sh -c 'echo $$'
	[ "$output" = 1 ]
	start_one ns-pid sleep 60
	until_true has_child "$CHILD"
	inner=$(tr -d ' ' <"/proc/$CHILD/task/$CHILD/children")
	run awk '/^NSpid:/ { print $3, $4 }' "/proc/$inner/status"
	[ "$output" = "2 1" ]
}

@test "ns-pid ends with the program's status" {
	for n in 0 1 7 125 126 127 255; do
		run "-$n" own ns-pid sh -c "exit $n"
	done
	run -127 own ns-pid nosuchprogram
	run -126 own ns-pid /etc/passwd
}

@test "a signal that ends the program is seen as 128+n in a shell" {
	# From outside SIGKILL ends a PID 1.
	start_one sleep 60
	until_true became "$CHILD" sleep
	kill -KILL "$CHILD"
	finish
	[ "$status" -eq 137 ]
	# A fault ends it from inside.
	run own ns-pid perl -e 'unpack "p", pack "J", 1'
	[ "$status" -eq 139 ]
}

@test "ns-pid ends by the signal that ended the program, and not only with its number" {
	run perl -e "$how_it_ended" "${OWN[@]}" ns-pid perl -e 'unpack "p", pack "J", 1'
	[ "$output" = "signal 11" ]
	run perl -e "$how_it_ended" "${OWN[@]}" ns-pid sh -c 'exit 139'
	[ "$output" = "exit 139" ]
}

@test "ns-pid leaves no core file when the program did" {
	cd "$BATS_TEST_TMPDIR"
	ulimit -c unlimited 2>/dev/null || skip "no core files for this user"
	run own ns-pid sh -c 'ulimit -c 0; exec perl -e "unpack q(p), pack q(J), 1"'
	[ "$status" -eq 139 ]
	run ls
	[[ $output != *core* ]]
}

@test "a signal to ns-pid reaches the program" {
	for signal in TERM HUP INT USR1 USR2 QUIT WINCH; do
		start_one sh -c "trap 'echo got $signal; exit 3' $signal; echo ready
			while :; do sleep 0.05; done"
		until_true grep -q ready "$OUT"
		kill "-$signal" "$PID"
		finish
		[ "$status" -eq 3 ]
		grep -q "got $signal" "$OUT"
		rm -f "$FILE"
	done
}

@test "a real-time signal to ns-pid reaches the program" {
	start_one perl -e '$| = 1; $SIG{NUM37} = sub { print "got 37\n"; exit 3 }; print "ready\n"; sleep 60'
	until_true grep -q ready "$OUT"
	kill -37 "$PID"
	finish
	[ "$status" -eq 3 ]
	grep -q 'got 37' "$OUT"
}

@test "ns-pid says when PID 1 has no handler for the signal" {
	start_one sleep 60
	until_true became "$CHILD" sleep
	kill -TERM "$PID"
	until_true grep -q 'PID-TERM' "$OUT"
	grep -q 'SIGTERM' "$OUT"
	until_true grep -q 'ns-pid --reap' "$OUT"
	[ -e "/proc/$CHILD" ]
	[ -e "/proc/$PID" ]
}

# In an orphaned process group, as of a job that a daemon started, there is no
# shell that could continue what SIGTSTP stops, and so it stops nothing.
need_job_control() {
	sleep 60 3>&- &
	until_true became $! sleep
	kill -TSTP $!
	# It stops when it next runs, or never.
	for _ in $(seq 40); do
		state=$(sed -n 's/^State:[[:space:]]*//p' /proc/$!/status)
		[[ $state != T* ]] || break
		sleep 0.05
	done
	kill -KILL $!
	[[ $state == T* ]] || skip "this run's process group is orphaned"
}

@test "stopping ns-pid's program and continuing it goes over the border" {
	need_job_control
	start_one sh -c 'trap "exit 4" TERM; echo ready; while :; do sleep 0.05; done'
	until_true grep -q ready "$OUT"
	kill -STOP "$CHILD"
	# The supervisor stops with it, as a shell expects of its job.
	until_true grep -q '^State:.T' "/proc/$PID/status"
	kill -CONT "$PID"
	until_true grep -q '^State:.[SR]' "/proc/$CHILD/status"
	kill -TERM "$PID"
	finish
	[ "$status" -eq 4 ]
}

@test "SIGCHLD inherited as ignored does not make ns-pid wait for ever" {
	run timeout -s KILL 10 env --ignore-signal=CHLD "${OWN[@]}" ns-pid sh -c 'exit 7'
	[ "$status" -eq 7 ]
}

@test "ns-pid gives the program the signals as they were: ignored and blocked ones too" {
	run env --ignore-signal=CHLD --ignore-signal=USR1 --block-signal=USR2 \
		grep -E '^Sig(Blk|Ign):' /proc/self/status
	outside=$output
	[[ $outside != *"SigBlk:	0000000000000000"* ]]
	run env --ignore-signal=CHLD --ignore-signal=USR1 --block-signal=USR2 \
		"${OWN[@]}" ns-pid grep -E '^Sig(Blk|Ign):' /proc/self/status
	[ "$status" -eq 0 ] || skip "/proc/self is nothing in here"
	[ "$output" = "$outside" ]
}

@test "a supervisor that is killed takes the program along, and all below it" {
	start_one sh -c 'sleep 61 & echo ready; wait; :'
	until_true grep -q ready "$OUT"
	below=$(tr -d ' ' <"/proc/$CHILD/task/$CHILD/children")
	[ -n "$below" ]
	kill -KILL "$PID"
	finish
	[ "$status" -eq 137 ]
	until_true is_gone "$CHILD"
	until_true is_gone "$below"
}

@test "when PID 1 ends, everything in the namespace is killed" {
	start_one sh -c 'setsid sleep 61 & echo ready
		until [ -e "$1" ]; do sleep 0.05; done; exit 5' sh "$OUT.go"
	until_true grep -q ready "$OUT"
	below=$(cut -d ' ' -f 1 "/proc/$CHILD/task/$CHILD/children")
	[ -n "$below" ]
	touch "$OUT.go"
	finish
	[ "$status" -eq 5 ]
	until_true is_gone "$below"
}

@test "--pid-file holds the program's number outside, and is gone at the end" {
	start_one sh -c 'until [ -e "$1" ]; do sleep 0.05; done; exit 6' sh "$OUT.go"
	[ "$(awk '/^NSpid:/ { print $NF }' "/proc/$CHILD/status")" = 1 ]
	[ "$(wc -l <"$FILE")" -eq 1 ]
	touch "$OUT.go"
	finish
	[ ! -e "$FILE" ]
	run -127 own ns-pid --pid-file "$FILE" nosuchprogram
	[ ! -e "$FILE" ]
}

@test "ns-pid ends when the --pid-file can't be written, before the program runs" {
	for file in /nonexistent/pid "$BATS_TEST_TMPDIR" /dev/full; do
		[ "$file" != /dev/full ] || [ "$(id -u)" -ne 0 ] || continue
		run own ns-pid --pid-file "$file" echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"cannot "*"'$file'"* && $output != *RAN* ]]
	done
}

@test "--no-fork: the program keeps its number, and its first child is PID 1" {
	run own ns-pid --no-fork sh -c 'echo "$$"; sh -c "echo \$\$"; :'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" != 1 ]
	[ "${lines[1]}" = 1 ]
}

@test "--no-fork: once the first child has ended, fork gives ENOMEM" {
	run own ns-pid --no-fork perl -e '
		defined(my $pid = fork) or die; $pid or exit; waitpid $pid, 0;
		print defined(fork) ? "forked\n" : 0 + $! . "\n"'
	[ "$output" = 12 ]
	# And a link that meets it says that it is not about memory.
	run own ns-pid --no-fork sh -c 'env true; exec ns-pid --reap true'
	[ "$status" -eq 125 ]
	[[ $output == *"cannot fork"*"ENOMEM"*"[PID-DEAD]"*"not about memory"* ]]
}

@test "two ns-pid without a fork between say so" {
	run own ns-pid --no-fork ns-pid echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[PID-TWICE]"* && $output != *RAN* ]]
}

@test "PID 1 that does not care leaves orphans as zombies; --reap reaps them" {
	# The child of a child that ended is given to PID 1.
	orphan='echo $$ >&2; (sleep 0.1 &); echo ready'
	zombies() {
		for stat in /proc/[0-9]*/stat; do
			# pid (comm) state ppid
			sed -n "s/^\([0-9]*\) (sleep) Z $CHILD .*/\1/p" "$stat" 2>/dev/null || true
		done
	}
	has_zombies() { [ -n "$(zombies)" ]; }
	start_one perl -e '$| = 1; system q((sleep 0.1 &)); print "ready\n"; sleep 60'
	until_true grep -q ready "$OUT"
	until_true has_zombies
	kill -KILL "$PID"
	finish

	rm -f "$FILE"
	start_one ns-pid --reap perl -e '$| = 1; system q((sleep 0.1 & echo $!)); print "ready\n"; sleep 60'
	until_true grep -q ready "$OUT"
	only_the_program() { [ "$(wc -w <"/proc/$CHILD/task/$CHILD/children")" -eq 1 ]; }
	until_true only_the_program
	! has_zombies
}

@test "--reap is a parent to orphans also where it is not PID 1" {
	ns-pid --reap sh -c '(sleep 61 & echo $! >"$1"); exec sleep 62' sh "$FILE" 3>&- &
	parent=$!
	until_true test -s "$FILE"
	orphan=$(cat "$FILE")
	adopted() { [ "$(ps -o ppid= -p "$orphan" | tr -d ' ')" = "$parent" ]; }
	until_true adopted
	# And it waits for them: no zombie stays.
	kill -KILL "$orphan"
	gone() { [ ! -e "/proc/$orphan" ]; }
	until_true gone
	kill -TERM "$parent"
	status=0
	wait "$parent" || status=$?
	[ "$status" -eq 143 ]
}

@test "--reap ends with the program's status, and not with an orphan's" {
	run own ns-pid ns-mnt ns-pid --reap sh -c '(sh -c "sleep 0.1; echo \$\$ >$1; exit 9" &)
		until [ -s "$1" ] && ! [ -e "/proc/$(cat "$1")" ]; do sleep 0.05; done; exit 7' sh "$FILE"
	[ "$status" -eq 7 ]
	run own ns-pid ns-pid --reap sh -c 'kill -KILL $$'
	[ "$status" -eq 137 ]
	run own ns-pid ns-pid --reap sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	run -127 own ns-pid ns-pid --reap nosuchprogram
}

@test "--reap makes the program number 2, and it dies of SIGTERM as anyone" {
	start_one ns-pid --reap sleep 60
	until_true has_child "$CHILD"
	program=$(tr -d ' ' <"/proc/$CHILD/task/$CHILD/children")
	until_true became "$program" sleep
	[ "$(awk '/^NSpid:/ { print $NF }' "/proc/$program/status")" = 2 ]
	kill -TERM "$PID"
	finish
	[ "$status" -eq 143 ]
	run cat "$OUT"
	[[ $output != *PID-TERM* ]]
}

@test "--reap passes every signal on to the program" {
	for signal in TERM HUP USR1 QUIT INT; do
		rm -f "$FILE"
		start_one ns-pid --reap sh -c "trap 'echo got $signal; exit 3' $signal; echo ready
			while :; do sleep 0.05; done"
		until_true grep -q ready "$OUT"
		kill "-$signal" "$PID"
		finish
		[ "$status" -eq 3 ]
		grep -q "got $signal" "$OUT"
	done
}

@test "--reap takes the program along when it is killed" {
	start_one ns-pid --reap sh -c 'echo ready; exec sleep 61'
	until_true grep -q ready "$OUT"
	program=$(tr -d ' ' <"/proc/$CHILD/task/$CHILD/children")
	kill -KILL "$CHILD"
	finish
	[ "$status" -eq 137 ]
	until_true is_gone "$program"
}

@test "--reap is not fooled by SIGCHLD inherited as ignored" {
	run timeout -s KILL 10 env --ignore-signal=CHLD "${OWN[@]}" ns-pid ns-pid --reap sh -c 'exit 7'
	[ "$status" -eq 7 ]
}

@test "--join enters the namespace of a process or a file, with a number of its own there" {
	start_one sh -c 'echo ready; exec sleep 60'
	until_true grep -q ready "$OUT"
	enter ns-pid --join "$CHILD" --pid-file "$FILE.2" sleep 61 3>&- &
	join=$!
	until_true test -s "$FILE.2"
	joined=$(cat "$FILE.2")
	[ "$(readlink "/proc/$joined/ns/pid")" = "$(readlink "/proc/$CHILD/ns/pid")" ]
	number=$(awk '/^NSpid:/ { print $NF }' "/proc/$joined/status")
	[ "$number" -gt 1 ]
	# It goes with PID 1 of that namespace.
	kill -KILL "$CHILD"
	status=0
	wait "$join" || status=$?
	[ "$status" -eq 137 ]
	finish
}

@test "--join takes a file, and says when it is of another kind" {
	start_one sh -c 'echo ready; exec sleep 60'
	until_true grep -q ready "$OUT"
	run enter ns-pid --join "/proc/$CHILD/ns/pid" sh -c 'echo $$'
	[ "$status" -eq 0 ]
	[ "$output" -gt 1 ]
	run own ns-pid --join /proc/self/ns/uts echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[NS-JOIN-TYPE]"* && $output != *RAN* ]]
	run own ns-pid --join 999999999 echo RAN
	[ "$status" -eq 125 ]
	[[ $output != *RAN* ]]
}

@test "an ordinary user's ns-pid says to put ns-user first" {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
	run ns-pid -- echo RAN
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "ns-pid: cannot create a PID namespace: Operation not permitted (EPERM) [NS-PRIV]" ]
	# The fix is the line that was typed, with ns-user before it, and works.
	fix=$(sed -n 's/^  fix: put ns-user first:  //p' <<<"$output")
	[ "$fix" = "ns-user ns-pid -- echo RAN" ]
	not grep -qx RAN <<<"$output"
	need_namespaces
	run sh -c "$fix"
	[ "$output" = RAN ]
}

@test "ns-pid ends when any of its calls fails, before the program runs" {
	command -v strace >/dev/null || skip "strace is not installed"
	# fork is clone(2) in the C library.
	for fault in unshare:error=EPERM:when=1 clone:error=EAGAIN:when=1 \
		pidfd_open:error=EMFILE prctl:error=EINVAL; do
		run own strace -f -qq -o /dev/null -e "inject=$fault" ns-pid -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"ns-pid: cannot "* && $output != *RAN* ]]
	done
}

@test "ns-pid refuses options that contradict each other, in one line" {
	for options in "--reap --no-fork" "--reap --pid-file $FILE" "--reap --join 1" \
		"--no-fork --pid-file $FILE"; do
		run ns-pid $options -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output != *RAN* ]]
		[ ! -e "$FILE" ]
	done
	for option in --pid-file --join; do
		run ns-pid "$option" ''
		[ "$status" -eq 125 ]
		run ns-pid "$option"
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
	done
	run ns-pid --pidfile x echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"did you mean '--pid-file'"* ]]
}

@test "ns-pid --dry-run forks nobody, and writes no file" {
	run ns-pid --dry-run --pid-file "$FILE" -- echo RAN
	[ "$status" -eq 0 ]
	[[ $output == *"unshare(CLONE_NEWPID)"*fork*"would execute echo"* && $output != *RAN* ]]
	[ ! -e "$FILE" ]
}

@test "ns-pid --check tells whether it works here, and leaves nobody behind" {
	run own ns-pid --check
	[ "$status" -eq 0 ]
	[ "$output" = "✓ ns-pid" ]
	# What lasts longer than a check does not go with it.
	echo precious >"$FILE"
	run own ns-pid --check --pid-file "$FILE"
	[ "$status" -eq 125 ]
	[ "$(cat "$FILE")" = precious ]
}

@test "ns-pid --pid-file that is no file is not removed" {
	mkfifo "$FILE.fifo"
	cat "$FILE.fifo" >/dev/null 3>&- &
	run own ns-pid --pid-file "$FILE.fifo" -- true
	[ -p "$FILE.fifo" ]
}

@test "ns-pid works in a pipeline" {
	run bash -c 'yes | "$@" ns-pid head -n 3 | wc -l' bash "${OWN[@]}"
	[ "$output" -eq 3 ]
	# SIGPIPE ends the supervisor as it would end the program itself.
	run bash -c '"$@" ns-pid ns-pid --reap yes | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"' bash "${OWN[@]}"
	[ "$output" -eq 141 ]
}

@test "ns-pid --explain shows the process's number before, and inside and outside after" {
	need_namespaces
	run own ns-pid -x true
	[ "$status" -eq 0 ]
	[[ $output =~ "process "[0-9]+" -> process 1, and "[0-9]+" outside" ]]
}

@test "behind ns-pid --join a number of the outside is told apart from one that is gone" {
	need_namespaces
	"${OWN[@]}" ns-pid ns-mnt sleep 60 3>&- &
	outer=$!
	until_true pgrep -P "$outer" sleep
	pid=$(pgrep -P "$outer" sleep)
	enter=()
	[ "$(id -u)" -eq 0 ] || enter=(ns-user --join "$pid")
	run "${enter[@]}" ns-pid --join "$pid" ns-mnt --join "$pid" -- readlink /proc/self
	[ "$status" -eq 125 ]
	[[ $output == *"no process $pid here [NS-JOIN-GONE]"*"/proc still shows"* ]]
	fix=$(grep -o 'ns-mnt --join /proc/.*' <<<"$output")
	run "${enter[@]}" ns-pid --join "$pid" sh -c "$fix"
	kill "$outer"
	[ "$status" -eq 0 ]
	[[ $output =~ ^[0-9]$ ]]
}
