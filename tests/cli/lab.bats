# lab/lab, the course's command. (The labs themselves: make test-labs.)

bats_require_minimum_version 1.5.0
load helper

setup() {
	LAB=$(realpath "$BATS_TEST_DIRNAME/../../lab")/lab
	# Not writable for others, whatever the umask.
	export STRATA_LAB_HOME=$BATS_TEST_TMPDIR/home LAB_SECONDS=20
	unset STRATA_LAB
	mkdir -m 700 "$STRATA_LAB_HOME"
	umask 022
}

answer() {
	mkdir -p "$STRATA_LAB_HOME/$1"
	echo "$3" >"$STRATA_LAB_HOME/$1/task$2"
}

# none_sleeps SECONDS: whether nobody does who would sleep for so long. Who was killed
# ends when he next runs.
none_sleeps() { ! pgrep -x -f "sleep $1" >/dev/null; }

@test "list names each lab and its title" {
	run "$LAB" list
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "00-machine   0 of 2 tasks done   Know your machine" ]]
	for text in "$(dirname "$LAB")"/[0-9A][0-9]-*.md; do
		[[ $output == *"$(basename "$text" .md)"* ]]
	done
}

@test "a lab goes by its number, its name, or both; another is refused" {
	for name in 1 01 uts 01-uts; do
		run "$LAB" text "$name"
		[ "$status" -eq 0 ]
		[[ ${lines[0]} == "# A host name of its own" ]]
	done
	run "$LAB" text 77
	[ "$status" -eq 2 ]
	[[ $output == *"there is no lab '77'"* ]]
	run "$LAB" check
	[ "$status" -eq 2 ]
	[[ $output == *"begin with: lab start 0"* ]]
}

@test "an attack lab goes by its letter and number, in any case, and comes last" {
	# A course of our own: these two labs and what the command needs.
	mkdir -p "$BATS_TEST_TMPDIR/course/lab"
	for lab in 01-uts A3-forks; do
		cp -r "${LAB%/*}/01-uts" "$BATS_TEST_TMPDIR/course/lab/$lab"
		echo "# About $lab" >"$BATS_TEST_TMPDIR/course/lab/$lab.md"
	done
	cp "$LAB" "${LAB%/*}/probe.sh" "$BATS_TEST_TMPDIR/course/lab"
	LAB=$BATS_TEST_TMPDIR/course/lab/lab
	for name in A3 a3 forks A3-forks; do
		run "$LAB" text "$name"
		[ "$output" = "# About A3-forks" ]
	done
	run "$LAB" text 3
	[ "$status" -eq 2 ]
	run "$LAB" list
	[[ ${lines[1]} == "A3-forks "* ]]
}

@test "needs says what is missing for a lab, and start and check begin nothing then" {
	run "$LAB" needs 1
	[ "$status" -eq 0 ]
	[ "$output" = "01-uts: all is there" ]
	cp -R "$(dirname "$LAB")" "$BATS_TEST_TMPDIR/lab"
	ln -s "$(dirname "$LAB")/../bin" "$BATS_TEST_TMPDIR/bin"
	echo "packages='strata-no-such-package'" >>"$BATS_TEST_TMPDIR/lab/01-uts/check.sh"
	for command in needs start check; do
		run "$BATS_TEST_TMPDIR/lab/lab" $command 1
		[ "$status" -ne 0 ]
		[[ $output == *"install"*"strata-no-such-package"* ]]
	done
	run "$BATS_TEST_TMPDIR/lab/lab" needs
	[ "$status" -eq 1 ]
	[[ $output == *"00-machine: all is there"*"lab 01-uts: "*"strata-no-such-package"*"02-pid: all is there"* ]]
	[[ $output == *"for all labs: these packages are missing:"*"strata-no-such-package"* ]]
	[ ! -e "$STRATA_LAB_HOME/01-uts" ]
}

@test "what a text says that it needs is looked for before the lab begins" {
	# make run sees to procps and iproute2, and util-linux is everywhere.
	there=" util-linux procps iproute2 "
	for text in "$(dirname "$LAB")"/[0-9A][0-9]-*.md; do
		lab=$(basename "$text" .md)
		packages=" $there $(sed -n "s/^packages='\(.*\)'.*/\1/p" "${text%.md}/check.sh") "
		named=$(sed -n '/^\*\*What you need/,/^$/p' "$text" | tr '\n' ' ' | grep -oE 'package [a-z0-9-]+' | sort -u)
		while read -r _ package; do
			[ -z "$package" ] || [[ $packages == *" $package "* ]] || { echo "$lab: $package"; false; }
		done <<<"$named"
		# Its root file system is made of a static busybox.
		not_declared=$(grep -lE '\bbusybox\b' "$text" "${text%.md}/check.sh" | wc -l)
		[ "$not_declared" -eq 0 ] || [[ $packages == *" busybox-static "* ]] || { echo "$lab: busybox-static"; false; }
	done
}

@test "the text comes without the notes for the tests" {
	grep -q '<!-- varies' "$(dirname "$LAB")/00-machine.md"
	run "$LAB" text 0
	[[ $output != *varies* ]]
}

@test "each id of an error that a lab names is one that a tool prints" {
	cd "$(dirname "$LAB")"
	for id in $(grep -oh '`[A-Z0-9]\+-[A-Z0-9-]\+`' ./*.md | tr -d '`' | sort -u); do
		grep -rq "$id" ../tools || { echo "$id: $(grep -l "$id" ./*.md)"; false; }
	done
}

@test "without an answer check says where it goes, and that the lab is not done" {
	run "$LAB" check 1
	[ "$status" -eq 1 ]
	[[ $output == *"no line yet in $STRATA_LAB_HOME/01-uts/task1"* ]]
	grep -q "^# a shell whose host name is 'box'" "$STRATA_LAB_HOME/01-uts/task1"
}

@test "check, list and report know what is done" {
	need_namespaces
	answer 01-uts 1 "ns-user ns-uts --hostname box -- sh"
	answer 01-uts 2 "sh"
	run "$LAB" check 1
	[ "$status" -eq 1 ]
	[[ $output == *"✓ task 1"*"✗ task 2"* ]]
	run "$LAB" list
	[[ $output == *"01-uts       1 of 2 tasks done"* ]]
	"$LAB" report --json | python3 -c 'import json, sys
labs = {lab["lab"]: lab["tasks"] for lab in json.load(sys.stdin)["labs"]}
assert labs["01-uts"][0]["done"].endswith("Z"), labs
assert labs["01-uts"][1]["done"] is None and labs["01-uts"][1]["checks"] == 1, labs
assert labs["02-pid"][0]["checks"] == 0, labs'
}

@test "an answer of two lines is none" {
	answer 01-uts 1 "$(printf 'true\nns-user ns-uts --hostname box -- sh')"
	run "$LAB" check 1
	[[ $output == *"the answer is one line; this file has 2"* ]]
}

@test "only one's own line is run: others could have written this one" {
	answer 01-uts 1 "touch '$BATS_TEST_TMPDIR/ran'"
	chmod o+w "$STRATA_LAB_HOME/01-uts/task1"
	run "$LAB" check 1
	[ "$status" -eq 2 ]
	[[ $output == *"only your own lines are run"* ]]
	chmod o-w "$STRATA_LAB_HOME/01-uts/task1"
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a group that may write is refused, unless it is the user's own" {
	[ "$(id -u)" -eq 0 ] || skip "only root has groups to choose from"
	answer 01-uts 1 "sh"
	chmod g+w "$STRATA_LAB_HOME/01-uts"
	run "$LAB" check 1
	[ "$status" -eq 1 ]
	chgrp 4711 "$STRATA_LAB_HOME/01-uts"
	run "$LAB" check 1
	[ "$status" -eq 2 ]
}

@test "root does not run an ordinary user's line, nor through a link" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give files away"
	answer 01-uts 1 "touch '$BATS_TEST_TMPDIR/ran'"
	chown 1000 "$STRATA_LAB_HOME/01-uts/task1"
	run "$LAB" check 1
	[ "$status" -eq 2 ]
	mv "$STRATA_LAB_HOME/01-uts/task1" "$BATS_TEST_TMPDIR/theirs"
	ln -s "$BATS_TEST_TMPDIR/theirs" "$STRATA_LAB_HOME/01-uts/task1"
	run "$LAB" check 1
	[ "$status" -eq 2 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	# Who called sudo has written it.
	rm "$STRATA_LAB_HOME/01-uts/task1"
	mv "$BATS_TEST_TMPDIR/theirs" "$STRATA_LAB_HOME/01-uts/task1"
	SUDO_UID=1000 "$LAB" check 1 || :
	[ -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "whatever a line starts is ended: in the background, in another session, without its environment" {
	answer 01-uts 1 "sleep 4711.$$ & setsid sleep 4712.$$ & env -i sleep 4713.$$ & (setsid sleep 4714.$$ &); (setsid env -i sleep 4719.$$ &); sh"
	run "$LAB" check 1
	[[ $output == *"✗ task 1"* ]]
	for n in 4711 4712 4713 4714 4719; do
		until_true none_sleeps $n.$$
	done
}

@test "a line that never answers is ended after the time limit" {
	export LAB_SECONDS=2
	answer 01-uts 1 "sleep 4715.$$"
	run "$LAB" check 1
	[[ $output == *"no shell answered within 2 seconds"* ]]
	until_true none_sleeps 4715.$$
	answer 00-machine 1 "sleep 4716.$$"
	run "$LAB" check 0
	[[ $output == *"✗ task 1"* ]]
	until_true none_sleeps 4716.$$
}

@test "a line that writes without end is stopped before the disk is full" {
	answer 01-uts 1 "yes"
	answer 00-machine 1 "yes"
	run "$LAB" check 1
	[[ $output == *"✗ task 1"*"File size limit exceeded"* ]]
	run "$LAB" check 0
	[[ $output == *"✗ task 1"* ]]
	[ "${#output}" -lt 4000 ]
}

@test "^C while a line runs ends it too" {
	answer 01-uts 1 "sleep 4717.$$"
	setsid "$LAB" check 1 3>&- &
	pid=$!
	until_true pgrep -x -f "sleep 4717.$$"
	kill -TERM $pid
	wait $pid || status=$?
	[ "$status" -eq 130 ]
	until_true none_sleeps 4717.$$
}

@test "as root, a wrong line neither renames the machine nor mounts on it" {
	[ "$(id -u)" -eq 0 ] || skip "only root could"
	before=$(hostname)
	answer 01-uts 1 "hostname box-of-a-student; mount -t tmpfs none '$STRATA_LAB_HOME'; sh"
	run "$LAB" check 1
	[[ $output == *"the machine's own host name was changed"* ]]
	[ "$(hostname)" = "$before" ]
	run grep -F "$STRATA_LAB_HOME" /proc/self/mountinfo
	[ "$status" -ne 0 ]
}

@test "a task that this machine can't judge says so, and is not done" {
	! cgroup --check --memory 50M --memory-swap 50M >/dev/null 2>&1 || skip "this one can"
	answer 08-cgroup 2 "cgroup --memory 50M --memory-swap 50M -- sh"
	run "$LAB" check 8
	[ "$status" -eq 1 ]
	[[ $output == *"- task 2"*"can't be done here:"*"cgroup --check --memory 50M"* ]]
	run "$LAB" list
	[[ $output == *"08-cgroup    0 of 3 tasks done"* ]]
}

@test "a block of a text may be for root, for a user, or for some machines; what is skipped is said" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' '<!-- root -->' '    $ echo for root' '' '<!-- user -->' '    $ echo for a user' '' \
		'<!-- where: false -->' '    $ echo nowhere' '' '<!-- where: true -->' '    $ echo here' '' '    $ echo always' >text.md
	run --separate-stderr "$(dirname "$LAB")/../tests/labs/steps" --plain text.md
	if [ "$(id -u)" -eq 0 ]; then mine=root other='a user'; else mine='a user' other=root; fi
	[ "$output" = "$(printf 'echo for %s\necho here\necho always' "$mine")" ]
	[[ $stderr == *"skipped: $ echo for $other: it is for"* ]]
	[[ $stderr == *"not so here: false"* ]]
}

@test "hints come one by one, three of them" {
	run "$LAB" hint 1 2
	[ "${#lines[@]}" -eq 1 ]
	run "$LAB" hint 1 2
	[ "${#lines[@]}" -eq 2 ]
	run "$LAB" hint 1 2
	[[ ${lines[3]} == *"there is: lab solution 01-uts 2"* ]]
	# In the shell of a lab the number alone is a task.
	STRATA_LAB=01-uts run "$LAB" hint 1
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	run "$LAB" hint 1
	[ "$status" -eq 2 ]
	[[ $output == *"lab hint 01-uts 1"* ]]
	run "$LAB" hint 1 9
	[ "$status" -eq 2 ]
}

@test "a solution is shown to those who say yes; and it is right" {
	need_namespaces
	run "$LAB" solution 1 2 </dev/null
	[[ $output == *"No. There is: lab hint 01-uts 2"* ]]
	line=$(echo y | "$LAB" solution 1 2 | tail -n 1)
	line=${line##*] }
	answer 01-uts 2 "$line"
	run "$LAB" check 1
	[[ $output == *"✓ task 2"* ]]
	# Who has solved it is not asked.
	[ "$("$LAB" solution 1 2 </dev/null)" = "$line" ]
}

@test "A8: the checker tells from the running container which layer is missing" {
	need_namespaces
	mkdir -p "$STRATA_LAB_HOME/A8-missing"
	cd "$STRATA_LAB_HOME/A8-missing"
	cp "$(dirname "$LAB")/A8-missing/files/mystery" .
	other=lsm
	for layer in ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm; do
		./mystery $layer 3>&-
		answer A8-missing 1 $layer
		run "$LAB" check A8
		[[ $output == *"✓ task 1"* ]] || { echo "$layer: $output"; false; }
		answer A8-missing 1 $other
		run "$LAB" check A8
		[[ $output == *"✗ task 1"*"$other is not what is missing in process"* ]] || { echo "$layer, $other: $output"; false; }
		other=$layer
	done
	# It is in no session of the student's, and reset ends it all the same.
	pid=$(cat mystery.pid)
	kill -KILL "$pid"
	STRATA_LAB=A8-missing ./mystery 3>&-
	pid=$(cat mystery.pid)
	"$LAB" reset A8
	gone() { ! grep -qs . "/proc/$pid/cmdline"; }
	until_true gone
	# There is no one answer to show.
	run "$LAB" solution A8 1
	[ "$status" -eq 2 ]
	[[ $output == *"lab hint A8-missing 1"* ]]
}

@test "reset ends and removes what the lab left, and keeps the answers" {
	answer 01-uts 1 "sh"
	touch "$STRATA_LAB_HOME/01-uts/litter"
	STRATA_LAB=01-uts sleep 4718.$$ 3>&- &
	mine=$!
	STRATA_LAB=01-uts STRATA_LAB_HOME=/home/another sleep 4719.$$ 3>&- &
	until_true has_become $mine sleep
	until_true has_become $! sleep
	run "$LAB" reset 1
	[ "$status" -eq 0 ]
	[[ $output == *"ended process $mine"* && $output != *"process $!"* ]]
	kill $!
	[ ! -e "$STRATA_LAB_HOME/01-uts/litter" ]
	[ "$(cat "$STRATA_LAB_HOME/01-uts/task1")" = sh ]
	until_true is_gone $mine
}

@test "reset ends what the lab itself says that it leaves, before all else" {
	cp -R "$(dirname "$LAB")" "$BATS_TEST_TMPDIR/lab"
	echo 'reset_lab() { echo "the lab ends $folder"; }' >>"$BATS_TEST_TMPDIR/lab/01-uts/check.sh"
	run "$BATS_TEST_TMPDIR/lab/lab" reset 1
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "the lab ends $STRATA_LAB_HOME/01-uts" ]
	# It is that lab's alone.
	run "$BATS_TEST_TMPDIR/lab/lab" reset 2
	[[ $output != *"the lab ends"* ]]
}

@test "a lab can be left after any step: reset leaves no process, mount, cgroup, link or file" {
	need_namespaces
	# (The labs' own run has cgroups of the same names.)
	run flock --close /var/tmp "$(dirname "$LAB")/../tests/labs/stopped" 07-user 08-cgroup
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the same for lab 06, with its networks" {
	need_namespaces
	for program in ip ping nft; do
		PATH=$PATH:/usr/sbin command -v $program || skip "there is no $program"
	done
	run "$(dirname "$LAB")/../tests/labs/stopped" 06-net
	echo "$output"
	[ "$status" -eq 0 ]
}

# Where containers are kept: a place of the test's own, but for root's.
own_runtime_dir() {
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
}

need_runtimes() {
	need_namespaces
	"$LAB" needs 12 >/dev/null 2>&1 || skip "$("$LAB" needs 12 2>&1 | head -n 1)"
}

@test "reset removes the containers of its lab, and no others" {
	need_runtimes
	own_runtime_dir
	bundle=$STRATA_LAB_HOME/14-shim/bundle other=$BATS_TEST_TMPDIR/other
	name=test-$$-$BATS_TEST_NUMBER
	for one in "$bundle" "$other"; do
		mkdir -p "$one"
		"${LAB%/*}/rootfs" "$one/rootfs" 2>/dev/null
		runc spec --rootless --bundle "$one"
		sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "610"/' "$one/config.json"
	done
	runc run --detach --bundle "$bundle" "$name-mine" </dev/null >/dev/null 2>&1 3>&-
	runc run --detach --bundle "$other" "$name-other" </dev/null >/dev/null 2>&1 3>&-
	compose-run -d --name "lab14-$name" -- sleep 610 3>&-
	compose-run -d --name "$name" -- sleep 610 3>&-
	run "$LAB" reset 14
	left=$(compose-run list; runc list)
	runc delete --force "$name-other"
	kill -KILL "$(compose-run list | awk -v n="$name" '$1 == n { print $3 }')"
	compose-run wait "$name" && compose-run rm "$name"
	[ "$status" -eq 0 ]
	[[ $output == *"removed the container $name-mine"* && $output == *"removed the container lab14-$name"* ]]
	[[ $left == *"$name-other "*running* && $left != *"$name-mine"* && $left != *"lab14-$name"* ]]
}

@test "a check does not touch the containers that the student has" {
	need_runtimes
	own_runtime_dir
	name=test-$$-$BATS_TEST_NUMBER
	compose-run -d --name "$name" -- sleep 610 3>&-
	answer 14-shim 1 'runc create --bundle box made'
	answer 14-shim 2 "compose-run -d --name kept -- sh -c 'sleep 2; echo bye; exit 7'"
	answer 14-shim 3 "ns-pid --reap -- sh -c './orphan; sleep 30'"
	run "$LAB" check 14
	left=$(compose-run list)
	kill -KILL "$(awk -v n="$name" '$1 == n { print $3 }' <<<"$left")"
	compose-run wait "$name"
	compose-run rm "$name"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $left == *"$name "*running* && $left != *kept* ]]
}

@test "an ordinary user who has no place for containers is given one" {
	[ "$(id -u)" -ne 0 ] || skip "root's are in /run"
	XDG_RUNTIME_DIR=/nonexistent run "$LAB" start 0 </dev/null
	[ "$(stat -c %a "$STRATA_LAB_HOME/.run")" = 700 ]
}

@test "reset removes a cgroup of the lab's, and takes the shell that is in it out" {
	cgroup --check --pids-limit 9 >/dev/null 2>&1 || skip "no cgroup can be made here"
	cgroup --name lab08-$$ --keep --pids-limit 9 -- true
	mkdir -p "$STRATA_LAB_HOME/08-cgroup"
	cgroup --join lab08-$$ -- sleep 4721.$$ 3>&- &
	until_true has_become $! sleep
	# shellcheck disable=SC2016 # it is for the shell inside
	STRATA_LAB=08-cgroup run cgroup --join lab08-$$ -- sh -c '"$0" reset; echo still here' "$LAB"
	[[ $output == *"removed the cgroup"*"still here" ]]
	[ -z "$(find /sys/fs/cgroup -name lab08-$$ 2>/dev/null)" ]
	until_true none_sleeps 4721.$$
}

@test "reset removes a link that the lab has left in the machine's network" {
	[ "$(id -u)" -eq 0 ] || skip "only root could make one"
	ip link add lab06-$$ type veth peer name lab06o$$ 2>/dev/null || skip "no veth here"
	mkdir -p "$STRATA_LAB_HOME/06-net"
	run "$LAB" reset 6
	[ ! -e /sys/class/net/lab06-$$ ]
	[ ! -e /sys/class/net/lab06o$$ ]
}

@test "reset from the shell of the lab does not end that shell" {
	mkdir -p "$STRATA_LAB_HOME/01-uts"
	STRATA_LAB=01-uts run sh -c '"$0" reset >/dev/null; echo still here' "$LAB"
	[ "$output" = "still here" ]
}

@test "reset from a second window ends what runs in the first, and not its shell" {
	command -v script >/dev/null || skip "no script(1) to make a terminal"
	cd "$BATS_TEST_TMPDIR"
	mkfifo keys
	PAGER=true SHELL=/bin/sh timeout 200 script -qec "$LAB start 1" /dev/null <keys >screen 2>&1 3>&- &
	exec 8>keys
	echo "sleep 4723.$$" >&8
	until_true pgrep -x -f "sleep 4723.$$"
	run "$LAB" reset 1
	[[ $output == *"ended process"* ]]
	echo 'echo the shell is $((6 * 7)); exit' >&8
	wait $!
	exec 8>&-
	grep -q 'the shell is 42' screen
}

@test "start says what is left of an earlier time, and not what the lab brings along" {
	command -v script >/dev/null || skip "no script(1) to make a terminal"
	begin() { PAGER=true SHELL=/bin/sh script -qec "$LAB start $1" /dev/null < <(sleep 1; echo exit; sleep 1); }
	for lab in 1 A1; do
		begin $lab
		run begin $lab
		[[ $output == *"This is a shell"* && $output != *"earlier time"* ]]
	done
	mkdir "$STRATA_LAB_HOME/01-uts/box"
	run begin 1
	[[ $output == *"earlier time"*box*"lab reset"* ]]
	run "$LAB" reset 1
	run begin 1
	[[ $output != *"earlier time"* ]]
}

@test "start gives the text, and in a terminal a shell in the lab's directory" {
	run "$LAB" start 1 </dev/null
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "# A host name of its own" ]]
	command -v script >/dev/null || skip "no script(1) to make a terminal"
	run timeout 60 script -qec "PAGER=head SHELL=/bin/sh $LAB start 1" /dev/null \
		< <(sleep 1; printf 'pwd; command -v ns-uts; command -v lab; lab check; exit\n'; sleep 2)
	[[ $output == *"$STRATA_LAB_HOME/01-uts"* ]]
	[[ $output == *"/bin/ns-uts"*"/lab/lab"*"- task 1"* ]]
}

@test "what a line leaves in the background neither delays check nor stays" {
	need_namespaces
	answer 00-machine 1 "sleep 4720.$$ & readlink /proc/self/ns/uts"
	SECONDS=0
	run "$LAB" check 0
	[[ $output == *"✓ task 1"* ]]
	[ $SECONDS -lt 60 ]
	until_true none_sleeps 4720.$$
}

@test "grade: a table of the answers of many; root runs none of them" {
	class=$BATS_TEST_TMPDIR/class
	mkdir -p "$class/ann/01-uts" "$class/bob, the 2nd/01-uts"
	echo "ns-user ns-uts --hostname box -- sh" >"$class/ann/01-uts/task1"
	echo "touch '$BATS_TEST_TMPDIR/ran'" >"$class/bob, the 2nd/01-uts/task1"
	ln -s "$class/ann/01-uts/task1" "$class/bob, the 2nd/01-uts/task2"
	if [ "$(id -u)" -eq 0 ]; then
		run "$LAB" grade "$class"
		[ "$status" -eq 2 ]
		[ ! -e "$BATS_TEST_TMPDIR/ran" ]
		return
	fi
	need_namespaces
	"$LAB" grade "$class" | python3 -c 'import csv, sys
rows = list(csv.DictReader(sys.stdin))
got = [(row["student"], row["task"], row["result"]) for row in rows]
assert got == [("ann", "1", "yes"), ("ann", "2", "none"),
               ("bob, the 2nd", "1", "no"), ("bob, the 2nd", "2", "none")], rows
assert "before its shell answered" in rows[2]["reason"], rows'
	[ ! -e "$STRATA_LAB_HOME/01-uts" ]
}

@test "grade: a line can't write where the teacher may, nor see his files, processes, network" {
	[ "$(id -u)" -ne 0 ] || skip "for an ordinary user: root grades nothing"
	need_namespaces
	export HOME=$BATS_TEST_TMPDIR/teacher
	mkdir -p "$HOME" "$BATS_TEST_TMPDIR/class/eve/01-uts" "$BATS_TEST_TMPDIR/open"
	echo secret >"$HOME/marks"
	sleep 77 &
	mkdir "$BATS_TEST_TMPDIR/class/eve/02-pid"
	echo 'kill -KILL -1' >"$BATS_TEST_TMPDIR/class/eve/02-pid/task1"
	echo "cat $HOME/marks >&2; touch $BATS_TEST_TMPDIR/open/ran; echo processes: \$(pgrep -fxc 'sleep 77') >&2; echo links: \$(ip -br link) >&2" \
		>"$BATS_TEST_TMPDIR/class/eve/01-uts/task1"
	run "$LAB" grade "$BATS_TEST_TMPDIR/class"
	kill %1
	echo "$output"
	[[ $output == *"marks: No such file"*"processes: 0"*"links: lo "* ]]
	[[ $output == *'"eve","02-pid","1","no"'* ]]
	[ ! -e "$BATS_TEST_TMPDIR/open/ran" ]
}

@test "an unknown command, and none" {
	run "$LAB" frobnicate
	[ "$status" -eq 2 ]
	[[ $output == *"lab --help"* ]]
	run "$LAB"
	[ "$status" -eq 2 ]
	run "$LAB" --help
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -le 24 ]
	[ "$(wc -L <<<"$output")" -le 80 ]
}
