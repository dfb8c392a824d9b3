# lab/lab, the course's command. (The labs themselves: make test-labs.)

load helper

setup() {
	LAB=$(realpath "$BATS_TEST_DIRNAME/../../lab")/lab
	# Not writable for others, whatever the umask.
	export STRATA_LAB_HOME=$BATS_TEST_TMPDIR/home LAB_SECONDS=2
	unset STRATA_LAB
	mkdir -m 700 "$STRATA_LAB_HOME"
	umask 022
}

answer() {
	mkdir -p "$STRATA_LAB_HOME/$1"
	echo "$3" >"$STRATA_LAB_HOME/$1/task$2"
}

@test "list names each lab and its title" {
	run "$LAB" list
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "00-machine   0 of 2 tasks done   Know your machine" ]]
	for text in "$(dirname "$LAB")"/[0-9][0-9]-*.md; do
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

@test "the text comes without the notes for the tests" {
	grep -q '<!-- varies' "$(dirname "$LAB")/00-machine.md"
	run "$LAB" text 0
	[[ $output != *varies* ]]
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
	answer 01-uts 1 "sleep 4711 & setsid sleep 4712 & env -i sleep 4713 & (setsid sleep 4714 &); (setsid env -i sleep 4719 &); sh"
	run "$LAB" check 1
	[[ $output == *"✗ task 1"* ]]
	for n in 4711 4712 4713 4714 4719; do
		run pgrep -x -f "sleep $n"
		[ "$status" -ne 0 ]
	done
}

@test "a line that never answers is ended after the time limit" {
	answer 01-uts 1 "sleep 4715"
	run "$LAB" check 1
	[[ $output == *"no shell answered within 2 seconds"* ]]
	run pgrep -x -f "sleep 4715"
	[ "$status" -ne 0 ]
	answer 00-machine 1 "sleep 4716"
	run "$LAB" check 0
	[[ $output == *"✗ task 1"* ]]
	run pgrep -x -f "sleep 4716"
	[ "$status" -ne 0 ]
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
	answer 01-uts 1 "sleep 4717"
	LAB_SECONDS=20 setsid "$LAB" check 1 3>&- &
	pid=$!
	until_true pgrep -x -f "sleep 4717"
	kill -TERM $pid
	wait $pid || status=$?
	[ "$status" -eq 130 ]
	run pgrep -x -f "sleep 4717"
	[ "$status" -ne 0 ]
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

@test "reset ends and removes what the lab left, and keeps the answers" {
	answer 01-uts 1 "sh"
	touch "$STRATA_LAB_HOME/01-uts/litter"
	STRATA_LAB=01-uts sleep 4718 3>&- &
	run "$LAB" reset 1
	[ "$status" -eq 0 ]
	[[ $output == *"ended process $!"* ]]
	[ ! -e "$STRATA_LAB_HOME/01-uts/litter" ]
	[ "$(cat "$STRATA_LAB_HOME/01-uts/task1")" = sh ]
	run kill -0 $!
	[ "$status" -ne 0 ]
}

@test "reset from the shell of the lab does not end that shell" {
	mkdir -p "$STRATA_LAB_HOME/01-uts"
	STRATA_LAB=01-uts run sh -c '"$0" reset >/dev/null; echo still here' "$LAB"
	[ "$output" = "still here" ]
}

@test "start gives the text, and in a terminal a shell in the lab's directory" {
	run "$LAB" start 1 </dev/null
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "# A host name of its own" ]]
	command -v script >/dev/null || skip "no script(1) to make a terminal"
	run timeout 20 script -qec "PAGER=head SHELL=/bin/sh $LAB start 1" /dev/null \
		< <(sleep 1; printf 'pwd; command -v ns-uts; command -v lab; lab check; exit\n'; sleep 2)
	[[ $output == *"$STRATA_LAB_HOME/01-uts"* ]]
	[[ $output == *"/bin/ns-uts"*"/lab/lab"*"- task 1"* ]]
}

@test "what a line leaves in the background neither delays check nor stays" {
	need_namespaces
	answer 00-machine 1 "sleep 4720 & readlink /proc/self/ns/uts"
	SECONDS=0
	run "$LAB" check 0
	[[ $output == *"✓ task 1"* ]]
	[ $SECONDS -lt 60 ]
	run pgrep -x -f "sleep 4720"
	[ "$status" -ne 0 ]
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
assert "without giving a shell" in rows[2]["reason"], rows'
	[ ! -e "$STRATA_LAB_HOME/01-uts" ]
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
