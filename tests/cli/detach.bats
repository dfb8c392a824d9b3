# compose-run -d: a container that goes on, and what one does with it then.

bats_require_minimum_version 1.5.0

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
	until_true runs "$pid" sh
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
	run compose-run exec -w /tmp "$NAME" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"env -C DIR"* ]]
	run compose-run exec "$NAME" -- sh -c 'exit 9'
	[ "$status" -eq 9 ]
	run compose-run exec "$NAME" -- /no/such/program
	[ "$status" -eq 127 ]
	# What it prints is the same.
	compose-run exec --print-chain "$NAME" -- hostname >line
	[ "$(PATH="$BIN:$PATH" bash ./line)" = box ]
}

@test "exec begins in the directory of --workdir, in which the container began" {
	"${TO_RUN[@]}" -d --name "$NAME" -w /usr/bin -- sleep 100
	[ "$(compose-run exec "$NAME" -- pwd)" = /usr/bin ]
	compose-run exec --print-chain "$NAME" -- pwd >line
	[ "$(PATH="$BIN:$PATH" bash ./line)" = /usr/bin ]
}

@test "exec begins in the directory of --workdir, with a filter from a file too" {
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}' >profile
	"${TO_RUN[@]}" -d --name "$NAME" -w /usr --security-opt seccomp=profile -- sleep 100
	run compose-run exec "$NAME" -- sh -c 'pwd; mkdir /tmp/x'
	[ "${lines[0]}" = /usr ]
	[[ ${lines[1]} == *"not permitted"* ]]
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
	until_true is_gone "$pid"
	[ "$(status_of)" = lost ]
	run timeout 60 compose-run wait "$NAME"
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
compose-run list | grep '^b ' && exit 96
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
	# The last line may still be on its way to the log.
	log_rests() { size=$(stat -c %s "$STATE/log"); sleep 0.4; [ "$(stat -c %s "$STATE/log")" = "$size" ]; }
	until_true log_rests
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
	for with in --chain --step; do
		run "${TO_RUN[@]}" $with --name "$NAME" -- true
		[ "$status" -eq 125 ]
		[[ $output == *"does not go with --chain or --step"* ]]
	done
}

@test "of several names, one that is wrong does not keep the others" {
	"${TO_RUN[@]}" -d --name "$NAME" -- true
	compose-run wait "$NAME"
	run compose-run wait no-such-container "$NAME"
	[ "$status" -eq 125 ]
	[ "${lines[-1]}" = 0 ]
	run compose-run rm "$NAME" no-such-container
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "$NAME" ]
	[ ! -e "$STATE" ]
}

@test "an option of docker's is no name, and is said" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	for line in 'rm -f' 'stop -t' 'logs -f' 'wait --x'; do
		# shellcheck disable=SC2086 # words
		run compose-run $line "$NAME"
		[ "$status" -eq 125 ]
		[[ $output == *"no options but names"* ]]
	done
	[ "$(status_of)" = running ]
}

@test "after a reboot the number in the state may be another's, and nothing is sent to it" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	kill -KILL "$(pid_of)"
	compose-run wait "$NAME"
	# As when the machine went down while the container ran.
	sleep 100 3>&- &
	other=$!
	python3 - "$STATE" "$other" <<'END'
import json, sys
path = sys.argv[1] + "/state.json"
state = json.load(open(path))
state["status"], state["pid"] = "running", int(sys.argv[2])
notes = state["annotations"]
notes["strata.start"] = open("/proc/%s/stat" % sys.argv[2]).read().rsplit(")", 1)[1].split()[19]
assert notes["strata.boot"] == open("/proc/sys/kernel/random/boot_id").read().strip()
notes["strata.boot"] = "11111111-2222-3333-4444-555555555555"
json.dump(state, open(path, "w"))
open(sys.argv[1] + "/exit", "w").write("   \n")
END
	[ "$(status_of)" = lost ]
	run compose-run stop "$NAME"
	[ "$status" -eq 0 ]
	kill -0 "$other"
	run compose-run rm "$NAME"
	[ "$status" -eq 0 ]
	kill "$other"
	[ ! -e "$STATE" ]
}

@test "root of a user namespace only keeps its containers where it may" {
	[ "$(id -u)" -ne 0 ] || skip "root may write to /run"
	run ns-user "${TO_RUN[@]}" -d --name "$NAME" -- true
	[ "$output" = "$NAME" ]
	[ -d "$STATE" ]
}

@test "--name without -d: it is found while it runs, and its status is kept" {
	"${TO_RUN[@]}" --name "$NAME" --hostname box -- sh -c 'echo "here: $(cat)"; until [ -e /tmp/go ]; do sleep 0.05; done; exit 3' <<<input >printed 3>&- &
	all=$!
	until_true eval '[ "$(status_of)" = running ]'
	[ "$(compose-run exec "$NAME" -- hostname)" = box ]
	# The name is taken, and what is printed is not in a log.
	run "${TO_RUN[@]}" --name "$NAME" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"the container '$NAME' runs"* ]]
	run compose-run logs "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"in the foreground"* ]]
	compose-run exec "$NAME" -- touch /tmp/go
	status=0; wait $all || status=$?
	[ "$status" -eq 3 ]
	[ "$(cat printed)" = 'here: input' ]
	[ "$(status_of)" = 'stopped(3)' ]
	[ "$(compose-run wait "$NAME")" = 3 ]
	compose-run rm "$NAME"
	# Nothing of the store is open to the program.
	run "${TO_RUN[@]}" --name "$NAME" --rm -- sh -c 'ls /proc/self/fd | tr "\n" " "' 3>&-
	[ "$output" = '0 1 2 3 ' ]
	[ ! -e "$STATE" ]
	# What never ran leaves no name.
	run -127 "${TO_RUN[@]}" --name "$NAME" -- /no/such/program
	[ ! -e "$STATE" ]
}

@test "--name without -d: stop ends it, and so does the death of its supervisor" {
	"${TO_RUN[@]}" --name "$NAME" -- sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done' >printed 3>&- &
	all=$!
	until_true grep -q ready printed
	until_true eval '[ "$(status_of)" = running ]'
	compose-run stop "$NAME"
	status=0; wait $all || status=$?
	[ "$status" -eq 5 ]
	[ "$(status_of)" = 'stopped(5)' ]
	compose-run rm "$NAME"
	"${TO_RUN[@]}" --name "$NAME" -- sleep 100 3>&- &
	all=$!
	until_true eval '[ "$(status_of)" = running ]'
	pid=$(pid_of)
	kill -KILL $all
	until_true eval '! grep -qs "^State:.[^Z]" "/proc/$pid/status"'
	[ "$(status_of)" = lost ]
}

@test "-d -t: a terminal with nobody at it, whose output is in the log" {
	"${TO_RUN[@]}" -d -t --name "$NAME" -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo a terminal; stty size; exit 6' </dev/null
	[ "$(compose-run wait "$NAME")" = 6 ]
	[ "$(compose-run logs "$NAME")" = $'a terminal\r\n24 80\r' ]
	compose-run rm "$NAME"
	# One that prints much is not held up, and nothing of ours is open.
	SECONDS=0
	"${TO_RUN[@]}" -dt --name "$NAME" -- sh -c 'seq 20000; sleep 100' | cat
	[ $SECONDS -lt 50 ]
	until_true eval '[ "$(compose-run logs "$NAME" | tail -n 1)" = "$(printf "20000\r")" ]'
	[ -z "$(find "/proc/$(pid_of)/fd" -mindepth 1 | grep -v '/[012]$')" ]
}

@test "attach sits down at the terminal, ^P ^Q leaves it, and its end is the program's" {
	"${TO_RUN[@]}" -dt --name "$NAME" -- sh
	run timeout 300 python3 - "$NAME" "$(pid_of)" <<'END'
import os, pty, select, sys, time

def attach():
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("compose-run", ["compose-run", "attach", sys.argv[1]])
    return pid, fd

def until(fd, word):
    seen = b""
    end = time.time() + 60
    while word not in seen and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 4096)
            except OSError:
                break
    assert word in seen, (word, seen)
    return seen

def status(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

pid, fd = attach()
os.write(fd, b"echo sum $((20+22))\n")
until(fd, b"sum 42")
# Somebody else is told that one is there.
other, second = attach()
until(second, b"somebody else")
assert status(other) == 125
# ^C is for what runs in the front there.
os.write(fd, b"echo begun; sleep 77\n")
until(fd, b"begun\r\n")
comm = ""
while comm != "sleep\n":
    time.sleep(0.05)
    try:
        below = open("/proc/%s/task/%s/children" % (sys.argv[2], sys.argv[2])).read().split()
        comm = open("/proc/%s/comm" % below[0]).read()
    except (OSError, IndexError):
        pass
os.write(fd, b"\x03")
os.write(fd, b"echo sum $((1+1))\n")
until(fd, b"sum 2")
os.write(fd, b"\x10\x11")
until(fd, b"goes on")
assert status(pid) == 0
pid, fd = attach()
os.write(fd, b"exit 7\n")
assert status(pid) == 7
END
	echo "$output"
	[ "$status" -eq 0 ]
	compose-run logs "$NAME" >log
	grep -q 'sum 42' log
	grep -q 'exit 7' log
	[ "$(status_of)" = 'stopped(7)' ]
	# Without -t there is none.
	compose-run rm "$NAME"
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	run compose-run attach "$NAME"
	[ "$status" -eq 125 ]
	[[ $output == *"has no terminal"* ]]
}

@test "exec -t gives the program a terminal; without one of ours it is refused" {
	"${TO_RUN[@]}" -d --name "$NAME" -- sleep 100
	script -qec "compose-run exec -it $NAME -- sh -c 'test -t 1 && echo a terminal'" /dev/null </dev/null >seen
	grep -q 'a terminal' seen
	run compose-run exec -t "$NAME" -- touch /tmp/ran </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *"[TTY-NONE]"* ]]
	run compose-run exec --user 0 "$NAME" -- true
	[ "$status" -eq 125 ]
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
	until_true has_become "$exec" sleep
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

@test "exec: a filter from a file is loaded again, from the copy that was kept" {
	echo '{ "defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{ "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95 }] }' >filter.json
	"${TO_RUN[@]}" -d --name "$NAME" --security-opt seccomp=filter.json -- sleep 100
	# Whatever becomes of that file.
	echo '{ "defaultAction": "SCMP_ACT_ALLOW" }' >filter.json
	run compose-run exec "$NAME" -- sh -c 'mkdir /tmp/made; ls /proc/self/fd; grep Seccomp_filters /proc/self/status'
	[[ ${lines[0]} == *"Operation not supported"* ]]
	[ "${lines[*]:1:4}" = "0 1 2 3" ] # 3 is that of ls
	[ "${lines[5]}" = "$(grep Seccomp_filters "/proc/$(pid_of)/status")" ]
	compose-run exec --print-chain "$NAME" -- mkdir /tmp/made >line
	run sh ./line
	[[ $output == *"Operation not supported"* ]]
	# Without it there is none, and nothing is run.
	rm "$STATE/seccomp.json"
	run compose-run exec "$NAME" -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output != *RAN* ]]
}

@test "exec --print-chain: the tools may lie where the container has a mount" {
	mkdir tools
	cp "$BIN"/* tools
	"${TO_RUN[@]}" -d --name "$NAME" --tmpfs "$PWD/tools" -- sleep 100
	tools/compose-run exec --print-chain "$NAME" -- sh -c 'hostname; ls "$1" | wc -l' sh "$PWD/tools" >line
	run env PATH=/usr/bin:/bin sh ./line
	[ "${lines[*]}" = "strata 0" ]
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

@test "stop lets go on what was paused, whatever the kernel says of it meanwhile" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no cgroup here"
	command -v strace >/dev/null || skip "strace is not installed"
	compose-run -d --name "$NAME" -- sleep 100
	pid=$(pid_of)
	cgroup=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	[[ $cgroup == *strata* ]] || skip "no cgroup v2 here"
	compose-run pause "$NAME" || skip "it can't be paused here"
	# Who has to fetch it is frozen as well. While a killed one leaves, "frozen" is 0:
	# here it can't be read.
	kill -KILL "$pid"
	events=$(ls /sys/fs/cgroup{/unified,}"$cgroup/cgroup.events" 2>/dev/null | head -n 1)
	status=0
	timeout 30 strace -o trace -P "$events" -e inject=openat:error=ENOENT \
		compose-run stop "$NAME" >out 2>&1 3>&- || status=$?
	cat trace out
	echo 0 >"${events%events}freeze" || :
	[ "$status" -eq 0 ]
	[ "$(cat out)" = "$NAME" ]
	[ "$(status_of)" = 'stopped(137)' ]
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
		not grep -q $'\e' <(compose-run list)
		kill -KILL "$(pid_of)"
		compose-run wait "$NAME"
		compose-run rm "$NAME"
	done
}

@test "--rm: who waits is told the status all the same" {
	"${TO_RUN[@]}" -d --rm --name "$NAME" -- sh -c 'until [ -e /tmp/go ]; do sleep 0.05; done; exit 3'
	compose-run wait "$NAME" >told 3>&- &
	waits() { ls -l "/proc/$!/fd" 2>/dev/null | grep -q "/$NAME/lock\$"; }
	until_true waits
	compose-run exec "$NAME" -- touch /tmp/go
	wait $!
	[ "$(cat told)" = 3 ]
	until_true [ ! -e "$STATE" ]
}

@test "nothing that the launcher was given stays open: a pipe ends with it" {
	SECONDS=0
	("${TO_RUN[@]}" -d --name "$NAME" -- sleep 100 7>&1 >out 3>&-) | timeout 60 cat
	[ $SECONDS -lt 59 ]
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
