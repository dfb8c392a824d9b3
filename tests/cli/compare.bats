# compose-run --compare: the layers of one process beside another's. What it
# says is held against processes that were made with one layer, or with all.

load helper

bats_require_minimum_version 1.5.0

LAYERS=(cgroup ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm)

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PIDS=() TARGETS=()
}

# The program is killed first: who stands behind it then cleans up.
teardown() {
	local pid
	for pid in "${TARGETS[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
	# They need no tenth of a second for that; who has no target waits for nothing.
	for _ in $(seq "$((${#TARGETS[@]} * 100))"); do
		kill -0 "${PIDS[@]}" 2>/dev/null || break
		sleep 0.05
	done
	for pid in "${PIDS[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
	wait
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Starts a chain whose program waits, and sets TARGET to the program's number.
# $1 is a mark: the number of seconds that it sleeps, which nobody else has.
start() {
	local mark="7${RANDOM}$RANDOM"
	"$@" sleep "$mark" 3>&- &
	PIDS+=("$!")
	until_true find_target "$mark"
	TARGETS+=("$TARGET")
}
find_target() {
	TARGET=$(pgrep -n -x -f "sleep $1") && [ -r "/proc/$TARGET/status" ]
}

compare() { run compose-run --compare "$@"; }

# The word behind a layer's name: same, different or unknown:
verdict() { awk -v layer="$1" '$1 == layer { print $2 }' <<<"$output"; }

# The layers with that verdict, on one line.
layers_that_are() { awk -v verdict="$1" '$2 == verdict { printf "%s ", $1 }' <<<"$output"; }

# A row with all its lines, as one.
row() {
	awk -v layer="$1" '/^[^ ]/ { inside = $1 == layer } inside' <<<"$output" |
		tr -s ' \n' ' '
}

# Who runs these tests may be under a filter, and then nothing is known of it.
has_filter() { ! grep -q '^Seccomp:.0' /proc/self/status; }

@test "a process beside itself: all ten the same, in the order of the chain, status 0" {
	compare $$ $$
	[ "$status" -eq 0 ]
	[ "$(awk 'NR > 1 && /^[^ ]/ { print $1 }' <<<"$output" | xargs)" = "${LAYERS[*]}" ]
	[ "$(layers_that_are same | xargs)" = "${LAYERS[*]}" ]
	[[ ${lines[0]} == "$$ ("*") beside $$ ("*")" ]]
}

@test "without a second process it is compared with our own" {
	has_filter && skip "a seccomp filter is on us, and can't be compared"
	compare $$
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ ${lines[0]} == "$$ ("*") beside "*" (compose-run, our own)" ]]
	[ "$(layers_that_are same | xargs)" = "${LAYERS[*]}" ]
}

@test "one namespace more: that row differs, with both names of the namespace, and no other" {
	is_root || skip "needs root: as a user ns-user comes along"
	has_filter && skip "a seccomp filter is on us, and can't be compared"
	for kind in uts ipc net mnt; do
		start "ns-$kind"
		compare "$TARGET"
		[ "$status" -eq 1 ]
		[ "$(layers_that_are different | xargs)" = "ns-$kind" ] || { echo "$output"; false; }
		[ "$(layers_that_are same | wc -w)" -eq 9 ]
		[[ $(row "ns-$kind") == *"$TARGET: $(readlink "/proc/$TARGET/ns/$kind")"* ]]
		[[ $(row "ns-$kind") == *": $(readlink "/proc/self/ns/$kind")"* ]]
	done
}

@test "ns-pid: its number inside, and the processes that its own /proc shows" {
	need_namespaces
	start own ns-pid ns-mnt
	compare "$TARGET"
	[[ $(row ns-pid) == *"$TARGET: pid:["*"]; pid 1; sees 1 process "* ]] || { echo "$output"; false; }
	# Without a fresh /proc it sees all those of the outside.
	start own ns-pid
	compare "$TARGET"
	[[ $(row ns-pid) == *"$TARGET: pid:["*"]; pid 1; sees "* ]]
	[[ $(row ns-pid) != *"$TARGET: pid:["*"]; pid 1; sees 1 process "* ]]
}

@test "ns-uts, ns-net, ns-ipc: what only who enters can see" {
	need_namespaces
	start own ns-uts --hostname box ns-net ns-ipc
	compare "$TARGET"
	[[ $(row ns-uts) == *"$TARGET: uts:["*"]; host name box "* ]] || { echo "$output"; false; }
	[[ $(row ns-uts) == *"; host name $(uname -n) "* ]]
	[[ $(row ns-net) == *"$TARGET: net:["*"]; lo (up: 127.0.0.1"* ]]
	[[ $(row ns-ipc) == *"$TARGET: ipc:["*"]; no System V objects "* ]]
	start own ns-net --no-lo
	compare "$TARGET"
	[[ $(row ns-net) == *"]; lo (down) "* ]]
}

@test "nested user namespaces of a user's own can be looked into" {
	need_namespaces
	start own ns-uts --hostname nested ns-net ns-user
	compare "$TARGET"
	[[ $(row ns-uts) == *"host name nested "* ]] || { echo "$output"; false; }
	[[ $(row ns-net) == *"lo (up: 127.0.0.1"* ]]
}

@test "ns-ipc: segments and queues of System V are counted" {
	need_namespaces
	command -v ipcmk >/dev/null || skip "ipcmk is not installed"
	start own ns-ipc sh -c 'ipcmk -M 4096 >&2; ipcmk -Q >&2; exec "$@"' -
	compare "$TARGET"
	[[ $(row ns-ipc) == *"$TARGET: ipc:["*"]; 1 memory segment, 0 semaphore sets, 1 queue "* ]] ||
		{ echo "$output"; false; }
}

@test "ns-user: the id map in words" {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	start ns-user --map-current
	compare "$TARGET"
	[ "$(verdict ns-user)" = different ]
	[[ $(row ns-user) == *"$TARGET: user:["* ]]
	is_root || [[ $(row ns-user) == *"ids of users: $(id -u) is $(id -u) outside"* ]] ||
		[[ $(row ns-user) == *"ids: $(id -u) is $(id -u) outside"* ]]
}

@test "ns-mnt and chroot: mounts counted as the process sees them; where its root is" {
	is_root || skip "needs root: a user's chroot needs ns-user first"
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null || skip "no busybox root here"
	start chroot root
	compare "$TARGET"
	[ "$(verdict chroot)" = different ]
	[ "$(verdict ns-mnt)" = same ]
	[[ $(row chroot) == *"$TARGET: root $PWD/root; inode $(stat -c %i root) of device "*"; not read-only"* ]] ||
		{ echo "$output"; false; }
	[[ $(row ns-mnt) == *"its / is no mount"* ]]
	start ns-mnt --bind root:root --remount-ro "$PWD/root" -- chroot root
	compare "$TARGET"
	[[ $(row chroot) == *"; read-only"* ]] || { echo "$output"; false; }
	[[ $(row ns-mnt) == *" $(wc -l <"/proc/$TARGET/mountinfo") mount"* ]]
}

@test "capdrop: the sets that differ, by their names, and no_new_privs" {
	need_namespaces
	start own capdrop --keep chown,kill
	compare "$TARGET"
	[ "$(verdict capdrop)" = different ]
	[[ $(row capdrop) == *"$TARGET: uid "*"permitted, effective, bounding: chown,kill; no_new_privs yes "* ]] ||
		{ echo "$output"; false; }
	[ "$(verdict lsm)" = same ] || has_filter
}

@test "capdrop: another user is another process, with the same capabilities" {
	is_root || skip "needs root to become two users"
	start capdrop --user 1000:1000
	first=$TARGET
	start capdrop --user 1001:1001
	compare "$first" "$TARGET"
	[ "$(layers_that_are different | xargs)" = capdrop ] || { echo "$output"; false; }
	[[ $(row capdrop) == *"$first: uid 1000; "*"$TARGET: uid 1001; "* ]]
}

@test "lsm: filters are counted; as many filters are no proof of the same ones" {
	n=$(awk '/^Seccomp_filters/ { print $2 }' /proc/self/status)
	start lsm --seccomp none --deny mkdir
	first=$TARGET
	compare "$first"
	[ "$(verdict lsm)" = different ]
	[[ $(row lsm) == *"$first: $((n + 1)) seccomp filter"* ]]
	start lsm --seccomp none --deny rmdir
	compare "$first" "$TARGET"
	[ "$status" -eq 1 ]
	[ "$(verdict lsm)" = unknown: ]
	[[ $(row lsm) == *"the kernel does not show what they refuse"* ]]
	compare "$first" "$first"
	[ "$(verdict lsm)" = same ]
}

@test "cgroup: path and limits of both" {
	is_root || skip "needs root, or a delegated cgroup"
	cgroup --memory 64M --pids-limit 20 --cpus 0.5 true 2>/dev/null || skip "no limits can be set here"
	start cgroup --memory 64M --pids-limit 20 --cpus 0.5
	compare "$TARGET"
	[ "$(layers_that_are different | xargs)" = cgroup ] || has_filter || { echo "$output"; false; }
	[[ $(row cgroup) == *"$TARGET: "*"/strata-"* ]]
	for limit in 'memory: 64M' 'cpu: 0.5 CPUs' 'pids: 20'; do
		[[ $(row cgroup) == *"limit of $limit"* ]] || { echo "$limit: $output"; false; }
	done
	# A limit above counts for those below.
	start cgroup --memory 64M cgroup --memory 128M
	compare "$TARGET"
	[[ $(row cgroup) == *"limit of memory: 64M"* ]] || { echo "$output"; false; }
}

@test "a whole container: all ten differ" {
	need_namespaces
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null || skip "no busybox root here"
	without=()
	is_root || without=(--without cgroup)
	start compose-run "${without[@]}" --rootfs root --hostname box --
	compare "$TARGET"
	[ "$status" -eq 1 ]
	different=$(layers_that_are different | xargs)
	if is_root; then
		[ "$different" = "${LAYERS[*]}" ] || { echo "$output"; false; }
	else
		[ "$different" = "${LAYERS[*]:1}" ] || { echo "$output"; false; }
	fi
	# Two containers differ as well, and one beside itself does not.
	first=$TARGET
	start compose-run "${without[@]}" --rootfs root --hostname box --
	compare "$first" "$TARGET"
	for layer in ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot; do
		[ "$(verdict "$layer")" = different ] || { echo "$layer: $output"; false; }
	done
	[ "$(verdict capdrop)" = same ]
	compare "$TARGET" "$TARGET"
	[ "$status" -eq 0 ]
}

@test "--alike: two containers made by one line; what was left out of one is the only difference" {
	need_namespaces
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null || skip "no busybox root here"
	without=()
	is_root || without=(--without cgroup)
	start compose-run "${without[@]}" --rootfs root --
	first=$TARGET
	# As it is typed, which is what --print-chain is for.
	start sh -c "$(compose-run "${without[@]}" --rootfs root --print-chain -- sh -c 'exec "$@"' - 2>/dev/null) \"\$@\"" -
	compare "$first" "$TARGET" --alike
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[ "$(layers_that_are alike | xargs)" = "${LAYERS[*]}" ]
	[[ $(row ns-net) == *"a namespace of its own"* ]]
	# Against ourselves nothing is.
	compare "$first" --alike
	[ "$status" -eq 1 ]
	[[ $(layers_that_are different) == *"ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot "* ]]
	for layer in ns-uts ns-ipc ns-net lsm capdrop; do
		start compose-run "${without[@]}" --without "$layer" --rootfs root --
		compare "$first" "$TARGET" --alike
		[ "$status" -eq 1 ]
		# Without ns-net the machine's /sys is bound, which is more mounts.
		[ "$(layers_that_are different | xargs)" = "$layer" ] || [ "$layer" = ns-net ] || { echo "$layer: $output"; false; }
		[ "$(verdict "$layer")" = different ] || { echo "$layer: $output"; false; }
	done
	start compose-run "${without[@]}" --rootfs root --hostname other --
	compare "$first" "$TARGET" --alike
	[ "$(layers_that_are different | xargs)" = ns-uts ]
	compose-run --json --alike --compare "$first" "$first" | grep -q '"result": *"alike"'
}

@test "two programs of one container: the same, but for filters that nobody can compare" {
	need_namespaces
	without=()
	is_root || without=(--without cgroup)
	start compose-run "${without[@]}" --security-opt seccomp=unconfined --without lsm -- \
		sh -c 'sleep 1000 & exec "$@"' -
	find_other() { other=$(pgrep -f '^sleep 1000$' --ns "$TARGET" --nslist pid | head -n 1) && [ "$other" ]; }
	until_true find_other
	compare "$TARGET" "$other"
	[ "$status" -eq 0 ] || has_filter || { echo "$output"; false; }
}

@test "containers of others: bubblewrap, unshare, runc, crun" {
	need_namespaces
	tried=
	start own unshare -u -i -n -m
	compare "$TARGET"
	for layer in ns-uts ns-ipc ns-net ns-mnt; do
		[ "$(verdict "$layer")" = different ]
	done
	if command -v bwrap >/dev/null && bwrap --ro-bind / / --unshare-all true 2>/dev/null; then
		tried+=bwrap
		start bwrap --ro-bind / / --unshare-all --proc /proc --hostname box
		compare "$TARGET"
		for layer in ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot; do
			[ "$(verdict "$layer")" = different ] || is_root || { echo "$output"; false; }
		done
		[[ $(row ns-uts) == *"host name box "* ]] || { echo "$output"; false; }
		[[ $(row chroot) == *"; read-only"* ]]
	fi
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null || skip "no busybox root here"
	for runtime in runc crun; do
		command -v "$runtime" >/dev/null || continue
		is_root || continue
		mkdir -p bundle && cp -r root bundle/rootfs 2>/dev/null || true
		rm -f bundle/config.json
		(cd bundle && "$runtime" spec) || continue
		mark="8$RANDOM$RANDOM"
		python3 - "$mark" <<-'END'
			import json, sys
			config = json.load(open("bundle/config.json"))
			config["process"]["args"] = ["sleep", sys.argv[1]]
			config["process"]["terminal"] = False
			config["hostname"] = "of-others"
			json.dump(config, open("bundle/config.json", "w"))
		END
		# crun 1.8 refuses cgroup v2 beside v1: it gets a table without v2.
		hide=()
		if [ "$runtime" = crun ] && mountpoint -q /sys/fs/cgroup/unified; then
			hide=(unshare -m sh -c 'umount /sys/fs/cgroup/unified && exec "$@"' -)
		fi
		"${hide[@]}" "$runtime" run --bundle bundle "compare-$$" </dev/null >log 2>&1 3>&- &
		if ! until_true find_target "$mark" >/dev/null; then
			cat log
			continue
		fi
		compare "$TARGET"
		"$runtime" kill "compare-$$" KILL
		wait "$!" || true
		tried+=" $runtime"
		for layer in ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop; do
			[ "$(verdict "$layer")" = different ] || { echo "$runtime: $output"; false; }
		done
		[[ $(row ns-uts) == *"host name of-others "* ]]
	done
	[ "$tried" ] || skip "neither bubblewrap nor, as root, runc or crun works here"
}

@test "what may not be read is unknown, with the reason, and never the same" {
	is_root && skip "root may read all"
	[ "$(stat -c %u /proc/1)" -eq 0 ] || skip "process 1 is not root's here"
	! readlink /proc/1/ns/uts >/dev/null || skip "process 1 may be read here"
	compare 1
	[ "$status" -eq 1 ]
	for layer in ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt; do
		[ "$(verdict "$layer")" = unknown: ] || { echo "$output"; false; }
		[[ $(row "$layer") == *"/proc/1/ns/${layer#ns-}: Permission denied (EACCES)"* ]]
	done
	[ "$(verdict chroot)" = unknown: ]
	# What everybody may read is told all the same.
	[[ $(row ns-net) == *"lo"* ]]
	[[ $output == *"note: process 1 is not yours"*"sudo "*"compose-run --compare 1"* ]]
	# Beside itself it is unknown, too: nothing was read.
	compare 1 1
	[ "$status" -eq 1 ]
}

@test "a user who may not read root's process: as root, the same is known" {
	is_root || skip "needs root to become another user"
	start capdrop
	run setpriv --reuid 1000 --regid 1000 --clear-groups compose-run --compare "$TARGET"
	[[ $status -eq 1 || $output == *"ermission denied"* ]]
	[[ $output != *"compose-run: "*"Permission denied"* ]] || skip "uid 1000 can't reach the tools"
	[ "$(verdict ns-uts)" = unknown: ]
	compare "$TARGET"
	[ "$(verdict ns-uts)" = same ]
}

@test "no such process: 125 and COMPARE-GONE; a thread is named with its process" {
	compare 4194304
	[ "$status" -eq 125 ]
	[[ $output == *"there is no process 4194304 here [COMPARE-GONE]"* ]]
	sh -c 'exit 0' &
	gone=$!
	wait "$gone"
	compare "$gone"
	[ "$status" -eq 125 ]
	compare "$$" "$gone"
	[ "$status" -eq 125 ]
	command -v python3 >/dev/null || skip "python3 is not installed"
	cat >thread.py <<-'END'
		import os, sys, threading, time
		def tell():
		    print(threading.get_native_id(), os.getpid(), flush=True)
		    time.sleep(100)
		threading.Thread(target=tell).start()
	END
	python3 thread.py >numbers 3>&- &
	PIDS+=("$!")
	until_true test -s numbers
	read -r thread process <numbers
	compare "$thread"
	[ "$status" -eq 125 ]
	[[ $output == *"$thread is a thread of process $process"* ]]
}

@test "a process that has ended and was not fetched is gone, and has no layers" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	python3 -c 'import os, time
pid = os.fork()
if pid == 0: os._exit(0)
print(pid, flush=True)
time.sleep(100)' >number 3>&- &
	PIDS+=("$!")
	until_true test -s number
	until_true grep -q '^State:.Z' "/proc/$(cat number)/status"
	compare "$(cat number)"
	[ "$status" -eq 125 ]
	[[ $output == *"[COMPARE-GONE]"*"it has ended"* ]]
}

@test "a process that ends while we look is an error, and no half of a table" {
	strace -f -o /dev/null true 2>/dev/null || skip "strace does not work here"
	start env
	# Waiting for the child that looks inside takes five seconds.
	strace -f -o trace -e trace=wait4 -e inject=wait4:delay_enter=5000000:when=1 \
		compose-run --compare "$TARGET" >out 2>err &
	until_true calls_begun wait4 1
	kill -KILL "$TARGET"
	status=0
	wait "$!" || status=$?
	[ "$status" -eq 125 ]
	[ ! -s out ]
	grep -q 'COMPARE-GONE' err
	grep -q 'has ended while we looked' err
}

@test "a /proc of another PID namespace is refused: its numbers are not ours" {
	need_namespaces
	run own ns-pid compose-run --compare 1
	[ "$status" -eq 125 ]
	[[ $output == *"[COMPARE-PROC]"*"of another PID namespace"*"ns-mnt"* ]]
	run own ns-pid ns-mnt compose-run --compare 1 1
	[ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "a /proc that hides the processes of others is told from a process that is gone" {
	is_root || skip "needs root to mount a /proc"
	cp "$BIN/compose-run" /tmp/compare-run.$$
	run unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc &&
		setpriv --reuid 1000 --regid 1000 --clear-groups "$1" --compare 1' - /tmp/compare-run.$$
	rm -f /tmp/compare-run.$$
	[ "$status" -eq 125 ] || skip "no /proc with hidepid here: $output"
	[[ $output == *"[COMPARE-PROC]"*"hidepid"* ]] || { echo "$output"; false; }
}

@test "a container's name is as good as its number, also to --draw" {
	is_root || export XDG_RUNTIME_DIR=$PWD
	local name=cmp-$$ pid
	compose-run --without cgroup -d --name "$name" -- sleep 100
	pid=$(compose-run list | awk -v name="$name" '$1 == name { print $3 }')
	TARGETS+=("$pid")
	until_true runs "$pid" sleep
	run compose-run --compare "$name" --json
	[ "$(jq '.processes[0].pid' <<<"$output")" = "$pid" ]
	[ "$status" -eq 1 ]
	compare "$name" "$name"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "$pid (sleep) beside $pid (sleep)" ]]
	compare $$ "$name"
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == "$$ "*" beside $pid (sleep)" ]]
	compose-run --draw "$name" | grep -q "Process $pid (sleep)"
	kill -KILL "$pid"
	compose-run wait "$name"
	compare "$name"
	[ "$status" -eq 125 ]
	[[ $output == *"does not run: it is stopped (137)"* ]]
	compose-run rm "$name"
	compare "$name"
	[ "$status" -eq 125 ]
	[[ $output == *"there is no container '$name'"* ]]
}

@test "values that are none are refused" {
	for value in 0 -1 x 1x 99999999999999999999; do
		compare "$value"
		[ "$status" -eq 125 ]
	done
	compare $$ $$ $$
	[ "$status" -eq 125 ]
	[[ $output == *"is a third"* ]]
	run compose-run --json -- true
	[ "$status" -eq 125 ]
	[[ $output == *"--json goes with --compare"* ]]
}

@test "--json says the same as the table, before or behind the numbers" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	need_namespaces
	start own ns-uts --hostname box
	compare "$TARGET" $$
	table=$output
	run --separate-stderr compose-run --json --compare "$TARGET" $$
	[ "$status" -eq 1 ]
	first=$output
	python3 -c 'import json, sys
seen = json.load(sys.stdin)
assert [p["pid"] for p in seen["processes"]] == [int(sys.argv[1]), int(sys.argv[2])]
assert seen["same"] is False
for layer in seen["layers"]:
    print(layer["layer"], layer["result"])
    if layer["layer"] == "ns-uts":
        facts = {fact["name"]: fact["values"] for fact in layer["facts"]}
        assert facts["host name"][0] == "box"' "$TARGET" $$ <<<"$first" >rows
	awk 'NR > 1 && /^[^ ]/ { sub(":", "", $2); print $1, $2 }' <<<"$table" | diff - rows
	run --separate-stderr compose-run --compare "$TARGET" $$ --json
	[ "$(grep -c '"layer"' <<<"$output")" -eq 10 ]
}

@test "a name with control characters does no harm to terminal or JSON" {
	bash -c 'printf "\033[31m\"\\\\\377x" >/proc/$BASHPID/comm; echo "$BASHPID" >number; while :; do sleep 0.1; done' 3>&- &
	PIDS+=("$!")
	until_true test -s number
	pid=$(cat number)
	[ "$(cat "/proc/$pid/comm")" != bash ]
	compose-run --compare "$pid" >out || true
	not grep -q "$(printf '\033')" out
	grep -qF "$pid (?[31m\"\\?x)" out || { cat out; false; }
	compose-run --json --compare "$pid" >out.json || true
	python3 -c 'import json; print(json.load(open("out.json"))["processes"][0]["command"])' ||
		skip "python3 is not installed"
}

@test "the table fits into 80 columns, but for a word that is longer" {
	need_namespaces
	start own ns-pid ns-mnt capdrop --preset docker
	compare "$TARGET"
	long=$(grep -E '.{81}' <<<"$output" | grep -vE '^ *[^ ]+$' || true)
	[ -z "$long" ] || { echo "$long"; false; }
}

@test "colors only on a terminal, and not with NO_COLOR" {
	command -v script >/dev/null || skip "script is not installed"
	escape=$(printf '\033')
	compare $$ $$
	[[ $output != *"$escape"* ]]
	run env -u NO_COLOR script -qec "compose-run --compare $$ $$" /dev/null </dev/null
	[[ $output == *"${escape}[32msame"* ]] || { echo "$output"; false; }
	run env NO_COLOR=1 script -qec "compose-run --compare $$ $$" /dev/null </dev/null
	[[ $output != *"$escape"* ]]
}

@test "it executes nothing, and its own namespaces stay what they are" {
	strace -f -o /dev/null true 2>/dev/null || skip "strace does not work here"
	need_namespaces
	start own ns-uts ns-net ns-ipc
	# The first process is never in setns; only the child that looks is.
	strace -f -o calls -e trace=execve,setns,unshare,mount compose-run --compare "$TARGET" >/dev/null || true
	[ "$(grep -c 'execve(' calls)" -eq 1 ]
	main=$(awk '/execve\(/ { print $1; exit }' calls)
	grep -q 'setns(' calls
	! grep "^$main " calls | grep -qE '(setns|unshare|mount)\('
}

@test "what can't be written is an error" {
	[ -e /dev/full ] || skip "no /dev/full here"
	run sh -c 'compose-run --compare $$ $$ >/dev/full'
	[ "$status" -eq 125 ]
}

# ---- --draw ----

# The boxes of the picture in the file $1, a line each: "NAME: WHO".
boxes() {
	python3 - "$1" <<-'END'
		import sys, xml.etree.ElementTree as tree
		svg = "{http://www.w3.org/2000/svg}"
		outer = None
		for box in tree.parse(sys.argv[1]).iter(svg + "g"):
		    texts = {t.get("class"): t.text for t in box.iter(svg + "text")}
		    rect = [float(box.find(svg + "rect").get(k)) for k in ("x", "y", "width", "height")]
		    rect[2] += rect[0]
		    rect[3] += rect[1]
		    if outer:
		        assert rect[0] > outer[0] and rect[1] > outer[1], "not inside"
		        assert rect[2] < outer[2] and rect[3] < outer[3], "not inside"
		    outer = rect
		    print("%s: %s" % (texts["n"], texts["w"]))
	END
}

@test "--draw -- OPTIONS: a box for each link in the one before, and who makes it; nothing runs" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	need_namespaces
	compose-run --draw -- --without cgroup --init -v /etc:/mnt/a --hostname box -- touch ran >out.svg
	[ ! -e ran ]
	boxes out.svg >seen
	grep -q '>--hostname box<' out.svg
	grep -q 'Left out: cgroup<' out.svg
	cat >wanted <<-'END'
		ns-user: made by the supervisor
		ns-pid: made by the supervisor
		ns-uts: made by PID 1
		ns-ipc: made by PID 1
		ns-net: made by PID 1
		ns-mnt: made by PID 1
		chroot: made by PID 1
		capdrop: made by PID 1
		lsm: made by PID 1
		init (ns-pid): PID 1 stays here, as the init
		the program: a child of the init
	END
	diff wanted seen
	compose-run --draw -- --without cgroup -- sh -c 'echo "a<b>&c"' >out.svg
	boxes out.svg | tail -n 1 | grep -qx 'the program: PID 1 becomes it'
	grep -qF 'a&lt;b&gt;&amp;c' out.svg
}

@test "--draw PID: the layers that a process has, and since which process" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	need_namespaces
	start own ns-pid ns-mnt sh -c 'ns-uts --hostname box -- "$@"; :' -
	parent=$(awk '/^PPid/ { print $2 }' "/proc/$TARGET/status")
	run --separate-stderr compose-run --draw "$TARGET"
	[ "$status" -eq 0 ]
	echo "$output" >out.svg
	boxes out.svg >seen
	[ "$(cut -d: -f1 seen | xargs)" = "${LAYERS[*]} sleep" ] || { cat seen; false; }
	# PID 1 is the shell; the host name is of its child, the program.
	grep -qx "ns-pid: first in it: $parent (sh), PID 1 inside" seen || { cat seen; false; }
	grep -qx "ns-mnt: first in it: $parent (sh), PID 1 inside" seen
	grep -qx "ns-uts: first in it: $TARGET (sleep)" seen
	grep -qx "ns-net: not its own: the same as ours" seen
	grep -q 'host name box<' out.svg
	is_root || grep -qE '^ns-user: first in it: [0-9]+ \(ns-pid\), a supervisor$' seen
}

@test "--draw: what can't be read is not drawn as ours, and what can't be drawn is an error" {
	run compose-run --draw 4194304
	[ "$status" -eq 125 ]
	[[ $output == *COMPARE-GONE* ]]
	run compose-run --draw $$ $$
	[ "$status" -eq 125 ]
	run sh -c 'compose-run --draw $$ >/dev/full'
	[ "$status" -eq 125 ]
	is_root && skip "root may read all"
	! readlink /proc/1/ns/uts >/dev/null || skip "process 1 may be read here"
	compose-run --draw 1 >out.svg
	boxes out.svg | grep -qx 'ns-uts: not known whether it is its own'
}
