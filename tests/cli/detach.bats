# compose-run -d: a container that goes on, and what one does with it then.

load helper

setup() {
	need_namespaces
	cd "$BATS_TEST_TMPDIR"
	export XDG_RUNTIME_DIR=$PWD
	NAME=test-$BATS_TEST_NUMBER-$$
	STATE=$PWD/strata/$NAME
	[ "$(id -u)" -ne 0 ] || STATE=/run/strata/$NAME
	TO_RUN=(compose-run --without cgroup)
}

teardown() {
	# A PID 1 like sleep does not hear SIGTERM, and stop would wait.
	pid=$(pid_of 2>/dev/null) && [ "$pid" -gt 0 ] && kill -KILL "$pid" 2>/dev/null || :
	compose-run stop "$NAME" >stopped 2>&1 || :
	compose-run rm "$NAME" >removed 2>&1 || :
}

pid_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pid"])' "$STATE/state.json"; }
status_of() { compose-run list | awk -v name="$NAME" '$1 == name { print $2 $3 }' | sed 's/)[0-9]*$/)/; s/-$//; s/[0-9]*$//'; }

@test "-d prints the name, ends at once, and the container goes on" {
	SECONDS=0
	run "${TO_RUN[@]}" -d --name "$NAME" -- sh -c 'echo "in $(hostname)"; sleep 100'
	[ "$status" -eq 0 ]
	[ "$output" = "$NAME" ]
	[ $SECONDS -lt 50 ]
	pid=$(pid_of)
	[ "$(cat "/proc/$pid/comm")" = sh ]
	[ "$(readlink "/proc/$pid/ns/pid")" != "$(readlink /proc/self/ns/pid)" ]
	[ "$(status_of)" = running ]
	until_true grep -qx 'in strata' "$STATE/log"
	[ "$(compose-run logs "$NAME")" = 'in strata' ]
	# Of a session of its own, without our terminal, and nothing of ours open.
	[ "$(ps -o sid= -p "$pid" | tr -d ' ')" != "$(ps -o sid= -p $$ | tr -d ' ')" ]
	[ "$(readlink "/proc/$pid/fd/0")" = /dev/null ]
	[ -z "$(find "/proc/$pid/fd" -mindepth 1 | grep -v '/[012]$')" ]
	python3 - "$STATE/state.json" "$NAME" <<'END'
import json, sys
state = json.load(open(sys.argv[1]))
assert state["id"] == sys.argv[2] and state["status"] == "running", state
assert state["ociVersion"] and state["bundle"].startswith("/"), state
END
}

@test "the exit status is kept, and wait tells it" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sh -c 'sleep 0.3; exit 7'
	run compose-run wait "$NAME"
	[ "$status" -eq 0 ]
	[ "$output" = 7 ]
	[ "$(status_of)" = 'stopped(7)' ]
	# Also for those who come later.
	[ "$(compose-run wait "$NAME")" = 7 ]
	run compose-run exec "$NAME" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"does not run: it is stopped (7)"* ]]
	run compose-run rm "$NAME"
	[ "$output" = "$NAME" ]
	[ ! -e "$STATE" ]
}

@test "a program that is killed has 128 and the signal as its status" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	pid=$(pid_of)
	[ "$pid" -gt 0 ]
	kill -KILL "$pid"
	[ "$(compose-run wait "$NAME")" = 137 ]
}

@test "stop sends SIGTERM first" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sh -c 'trap "echo ended by TERM; exit 5" TERM; echo ready; while :; do sleep 0.1; done'
	until_true grep -q ready "$STATE/log"
	SECONDS=0
	run compose-run stop "$NAME"
	[ "$output" = "$NAME" ]
	[ $SECONDS -lt 9 ]
	[ "$(compose-run logs "$NAME")" = $'ready\nended by TERM' ]
	[ "$(status_of)" = 'stopped(5)' ]
}

@test "exec runs one more program in it, as confined as the first" {
	"${TO_RUN[@]}" -d --name "$NAME" --hostname box --cap-drop chown -- sleep 100
	pid=$(pid_of)
	for kind in user pid uts ipc net mnt; do
		[ "$(compose-run exec "$NAME" -- readlink "/proc/self/ns/$kind")" = "$(readlink "/proc/$pid/ns/$kind")" ]
	done
	run compose-run exec "$NAME" -- sh -c 'hostname; grep -E "^(CapBnd|CapEff|NoNewPrivs|Seccomp|Seccomp_filters|Uid)" /proc/self/status'
	[ "${lines[0]}" = box ]
	diff <(printf '%s\n' "${lines[@]:1}") \
		<(grep -E "^(CapBnd|CapEff|NoNewPrivs|Seccomp|Seccomp_filters)|^Uid" "/proc/$pid/status" |
			if [ "$(id -u)" -eq 0 ]; then cat; else sed "s/^Uid.*/$(printf 'Uid:\t0\t0\t0\t0')/"; fi)
	run compose-run exec "$NAME" -- sh -c 'exit 9'
	[ "$status" -eq 9 ]
	run compose-run exec "$NAME" -- /no/such/program
	[ "$status" -eq 127 ]
	# What it prints is the same.
	compose-run exec --print-chain "$NAME" -- hostname >line
	[ "$(PATH="$BIN:$PATH" bash ./line)" = box ]
}

@test "what can't be started is reported as without -d, and leaves no name behind" {
	run "${TO_RUN[@]}" -d --name "$NAME" -- /no/such/program
	[ "$status" -eq 127 ]
	[[ $output == "compose-run: cannot run /no/such/program: "*"[EXEC-NOENT]"* ]]
	[ ! -e "$STATE" ]
	run "${TO_RUN[@]}" -d --name "$NAME" -v /no/such/directory:/mnt -- true
	[ "$status" -eq 125 ]
	[ ! -e "$STATE" ]
	run "${TO_RUN[@]}" -d --name "$NAME" --rootfs /etc -- true
	[ "$status" -ne 0 ]
	[ ! -e "$STATE" ]
}

@test "a name can be taken once" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	run "${TO_RUN[@]}" -d --name "$NAME" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"'$NAME' runs"* ]]
	run compose-run rm "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"stop it first"* ]]
	pid=$(pid_of)
	[ "$pid" -gt 0 ]
	kill -KILL "$pid"
	compose-run wait "$NAME"
	run "${TO_RUN[@]}" -d --name "$NAME" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"compose-run rm $NAME"* ]]
	compose-run rm "$NAME"
	run "${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	[ "$status" -eq 0 ]
}

@test "of many who want a name at once, one gets it" {
	for i in 1 2 3 4 5 6; do
		"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100 >"out.$i" 2>&1 3>&- &
	done
	wait
	[ "$(cat out.* | grep -cx "$NAME")" = 1 ]
	[ "$(cat out.* | grep -c "another name")" = 5 ]
}

@test "a shim that is killed takes the container with it, and the name is not blocked" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	pid=$(pid_of)
	shim=$pid
	# The outermost of its processes.
	while parent=$(ps -o ppid= -p "$shim" | tr -d ' ') && [ "$(cat "/proc/$parent/comm")" = compose-run ]; do
		shim=$parent
	done
	kill -KILL "$shim"
	until_true [ ! -d "/proc/$pid/root/" ]
	[ "$(status_of)" = lost ]
	run timeout 10 compose-run wait "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"nobody knows how"* ]]
	compose-run rm "$NAME"
	run "${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	[ "$output" = "$NAME" ]
}

@test "what a start that was cut off left behind does not block the name" {
	mkdir -p "$STATE"
	[ "$(id -u)" -eq 0 ] || chmod 700 strata
	touch "$STATE/lock"
	run "${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	[ "$output" = "$NAME" ]
}

@test "on a full disk nothing is started, and an exit status is not lost" {
	[ "$(id -u)" -eq 0 ] || skip "only root can make a full file system here"
	mkdir small
	# In a mount namespace of our own.
	cat >script <<'END'
mount -t tmpfs -o size=64k none /run || exit 99
compose-run --without cgroup -d --name a -- sh -c 'until [ -e /tmp/go ]; do sleep 0.1; done; exit 6' || exit 98
pid=$(compose-run list | awk '$1 == "a" { print $3 }')
head -c 1000000 /dev/zero >/run/filler 2>/dev/null
compose-run --without cgroup -d --name b -- sleep 100 && exit 97
touch "/proc/$pid/root/tmp/go"
compose-run wait a
compose-run list
compose-run rm a
END
	run timeout 60 ns-mnt -- sh ./script
	echo "$output"
	grep -qx 6 <<<"$output"
	[[ $output == *"stopped (6)"* ]]
	[[ $output == *"(ENOSPC)"* ]]
	[ "${lines[-1]}" = a ]
}

@test "--rm keeps nothing" {
	"${TO_RUN[@]}" -d --rm --name "$NAME" -- sh -c 'sleep 0.2; exit 3'
	until_true [ ! -e "$STATE" ]
	run compose-run list
	[[ $output != *"$NAME"* ]]
}

@test "pause freezes it by its cgroup, and unpause lets it go on" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no cgroup here"
	run compose-run -d --name "$NAME" -- sh -c 'while :; do echo x; sleep 0.05; done'
	[ "$status" -eq 0 ]
	grep -q '^0::/.*strata' "/proc/$(pid_of)/cgroup" || skip "no cgroup v2 here"
	until_true test -s "$STATE/log"
	run compose-run pause "$NAME"
	[ "$status" -eq 0 ] || skip "${lines[0]}"
	[ "$(status_of)" = paused ]
	size=$(stat -c %s "$STATE/log")
	sleep 0.4
	[ "$(stat -c %s "$STATE/log")" = "$size" ]
	compose-run unpause "$NAME"
	[ "$(status_of)" = running ]
	until_true eval '[ "$(stat -c %s "$STATE/log")" -gt "$size" ]'
	compose-run pause "$NAME"
	# Stopping one that is paused works as well.
	timeout 30 compose-run stop "$NAME"
	[[ $(status_of) == stopped* ]]
}

@test "without a cgroup of its own it can't be paused, and says so" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	run compose-run pause "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"no cgroup of its own"* ]]
	[ "$(status_of)" = running ]
}

@test "names that are none, and containers that are not there" {
	for name in '' . .. ../x a/b -x 'a b' "$(printf 'a%.0s' {1..65})"; do
		run "${TO_RUN[@]}" -d --name "$name" -- true
		[ "$status" -eq 125 ]
	done
	for word in logs wait stop pause unpause rm; do
		run compose-run $word no-such-container
		[ "$status" -eq 125 ]
		[[ $output == *"there is no container 'no-such-container'"* ]]
		run compose-run $word
		[ "$status" -eq 125 ]
		run compose-run $word ../strata
		[ "$status" -eq 125 ]
	done
	run compose-run exec no-such-container -- true
	[ "$status" -eq 125 ]
	run "${TO_RUN[@]}" --name "$NAME" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"use it with -d"* ]]
}

@test "a directory that others may write to is not believed" {
	[ "$(id -u)" -ne 0 ] || skip "root's is /run/strata"
	mkdir strata
	chmod 777 strata
	run "${TO_RUN[@]}" -d --name "$NAME" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"nobody else may write to it"* ]]
	rmdir strata
	XDG_RUNTIME_DIR='' run "${TO_RUN[@]}" -d --name "$NAME" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"XDG_RUNTIME_DIR"* ]]
}

@test "exec: the limits hold in each hierarchy, and the cgroup looks like the topmost" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no cgroup here"
	compose-run -d --name "$NAME" --memory 64m --pids-limit 50 -- sleep 100
	pid=$(pid_of)
	compose-run exec "$NAME" -- sh -c 'cat /proc/self/cgroup; touch /tmp/ready; sleep 100' >seen 3>&- &
	exec=$!
	until_true test -e "/proc/$pid/root/tmp/ready"
	for status in /proc/[0-9]*/status; do
		# Of the processes in there, each.
		[ "$(readlink "${status%/status}/ns/mnt")" = "$(readlink "/proc/$pid/ns/mnt")" ] || continue
		diff "/proc/$pid/cgroup" "${status%/status}/cgroup"
	done
	kill -KILL "$pid"
	wait "$exec" || :
	! grep -v ':/$' seen
}

@test "exec: a root that is only chroot's is the root of this one, too" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no such root: see --without ns-mnt"
	mkdir -p root/bin root/tmp
	for program in sh sleep ls; do
		file=$(command -v $program)
		cp -L "$file" root/bin/
		ldd "$file" | grep -o '/[^ ]*' | while read -r library; do
			mkdir -p "root${library%/*}"
			cp -L "$library" "root$library"
		done
	done
	touch root/only-here
	"${TO_RUN[@]}" -d --name "$NAME" --rootfs "$PWD/root:rw" --without ns-mnt -- sleep 100
	run compose-run exec "$NAME" -- ls /
	[ "$status" -eq 0 ]
	grep -qx only-here <<<"$output"
	! grep -qx "proc" <<<"$output"
}

@test "exec: a filter from a file can't be had again, so nothing is run" {
	echo '{ "defaultAction": "SCMP_ACT_ALLOW" }' >filter.json
	"${TO_RUN[@]}" -d --name "$NAME" --security-opt seccomp=filter.json -- sleep 100
	run compose-run exec "$NAME" -- sh -c 'echo RAN' 3<filter.json
	[ "$status" -eq 125 ]
	[[ $output == *"filter from a file"* ]]
	[[ $output != *RAN* ]]
}

@test "exec: a container that is paused is not entered" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no cgroup here"
	compose-run -d --name "$NAME" -- sleep 100
	grep -q '^0::/.*strata' "/proc/$(pid_of)/cgroup" || skip "no cgroup v2 here"
	compose-run pause "$NAME" || skip "it can't be paused here"
	run timeout 10 compose-run exec "$NAME" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"unpause $NAME"* ]]
	# And stopped, it says its name once.
	kill -KILL "$(pid_of)"
	run timeout 30 compose-run stop "$NAME"
	[ "$output" = "$NAME" ]
}

@test "pause never freezes the cgroup that a container was only started in" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no cgroup here"
	cgroups=/sys/fs/cgroup
	[ ! -d $cgroups/unified ] || cgroups=$cgroups/unified
	mkdir "$cgroups/$NAME" || skip "no cgroup v2 here"
	sh -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' sh "$cgroups/$NAME" \
		"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	run compose-run pause "$NAME"
	frozen=$(cat "$cgroups/$NAME/cgroup.freeze")
	echo 0 >"$cgroups/$NAME/cgroup.freeze"
	kill -KILL "$(pid_of)"
	compose-run wait "$NAME"
	until_true rmdir "$cgroups/$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"no cgroup of its own"* ]]
	[ "$frozen" = 0 ]
}

@test "any bytes in the command line, and any length" {
	long=$(printf 'é%.0s' {1..150})
	for text in $'\xff' $'a\nb\e[31m' "$long" "x$long"; do
		run "${TO_RUN[@]}" -d --name "$NAME" -e "WORD=$text" -- sh -c "sleep 100 # $text"
		[ "$output" = "$NAME" ]
		[ "$(compose-run exec "$NAME" -- printenv WORD)" = "$text" ]
		[ "$(compose-run list | grep -c "^$NAME .*sleep 100")" = 1 ]
		! compose-run list | grep -q $'\e'
		kill -KILL "$(pid_of)"
		compose-run wait "$NAME"
		compose-run rm "$NAME"
	done
}

@test "--rm: who waits is told the status all the same" {
	"${TO_RUN[@]}" -d --rm --name "$NAME" -- sh -c 'sleep 1; exit 3'
	run compose-run wait "$NAME"
	[ "$output" = 3 ]
	until_true [ ! -e "$STATE" ]
}

@test "nothing that the launcher was given stays open: a pipe ends with it" {
	SECONDS=0
	("${TO_RUN[@]}" -d --name "$NAME" -- sleep 100 7>&1 >out 3>&-) | timeout 20 cat
	[ $SECONDS -lt 19 ]
	[ "$(cat out)" = "$NAME" ]
}

@test "a program that is not killed with its shim is not forgotten" {
	setpriv --help 2>&1 | grep -q pdeathsig || skip "setpriv knows no --pdeathsig"
	"${TO_RUN[@]}" -d --name "$NAME" -- setpriv --pdeathsig clear sleep 100
	pid=$(pid_of)
	until_true grep -q sleep "/proc/$pid/comm"
	# The shim leads their session.
	kill -KILL "$(ps -o sid= -p "$pid" | tr -d ' ')"
	until_true eval '[ "$(status_of)" = lost ]'
	run compose-run wait "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"goes on without it"* ]]
	run compose-run rm "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"compose-run stop $NAME"* ]]
	run compose-run stop "$NAME"
	[ "$status" -eq 0 ]
	[ ! -d "/proc/$pid/root/" ]
	compose-run rm "$NAME"
}
