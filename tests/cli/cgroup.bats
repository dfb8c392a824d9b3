#!/usr/bin/env bats
# cgroup: what is counted and limited together, and that nothing stays behind.

bats_require_minimum_version 1.5.0
load helper

setup() {
	# Each step of ours, for teardown to know what was made.
	TRACE=$BATS_FILE_TMPDIR/trace.$BATS_TEST_NUMBER
	export STRATA_TRACE=$TRACE
	# What the program prints; a fix may show its words as well.
	hello=$'\nHELLO\n'
	where=$BATS_TEST_TMPDIR/where
	cat >"$where" <<'EOF'
# The directory of the cgroup that we are in, for a controller; of v2 for "".
c=$1
mounts=/proc/self/mountinfo
path=$(awk -F: -v c="$c" 'c != "" && ("," $2 ",") ~ ("," c ",") { print $3 }' /proc/self/cgroup)
if [ -n "$path" ]; then
	set -- $(awk -v c="$c" '/ - cgroup / && ("," $NF ",") ~ ("," c ",") { print $4, $5; exit }' $mounts)
else
	path=$(sed -n 's/^0:://p' /proc/self/cgroup)
	set -- $(awk '/ - cgroup2 / { print $4, $5; exit }' $mounts)
fi
path=${path#"${1%/}"}
[ -z "$2" ] || echo "$2${path%/}"
EOF
}

# No cgroup that this test has made is left. (Others make some meanwhile, also in
# PID namespaces, where the number in the name says nothing to us.)
teardown() {
	[ ! -e "$TRACE" ] || until_true none_left
}
none_left() {
	left=$(sed -n 's/.*"make the cgroup \([^" ]*\/strata-[0-9-]*\)".*/\1/p' "$TRACE" |
		while read -r path; do [ ! -d "$path" ] || echo "$path"; done)
	[ -z "$left" ]
}

# Others may be making and removing cgroups meanwhile.
find_cgroups() {
	find /sys/fs/cgroup -name "$1" -type d 2>/dev/null || true
}

as_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

# Skips unless a cgroup with these options can be made here.
can() {
	local status=0
	cgroup --check "$@" >"$BATS_TEST_TMPDIR/check" 2>&1 || status=$?
	[ $status -le 1 ] || { cat "$BATS_TEST_TMPDIR/check"; return 1; }
	[ $status -eq 0 ] ||
		skip "no such cgroup can be made here: $(head -1 "$BATS_TEST_TMPDIR/check")"
}

is_v2() {
	! grep -q ' - cgroup ' /proc/self/mountinfo
}

# The knob of whichever version is here: knob CONTROLLER V1 V2.
knob() {
	if grep -qE "^[1-9][0-9]*:([^:]*,)?$1(,[^:]*)?:" /proc/self/cgroup; then echo "$2"; else echo "$3"; fi
}

# The lines behind "fix:" of the last run.
fix() {
	sed -n '/^  fix: /,/^  see: /p' <<<"$output" | sed '$d; s/^  fix: //; s/^       //'
}

ordinary="setpriv --reuid 1000 --regid 1000 --clear-groups env -u STRATA_TRACE HOME=/tmp"

@test "the program is in a new cgroup, which is gone afterwards" {
	can
	before=$(cat /proc/self/cgroup)
	run cgroup -- cat /proc/self/cgroup
	[ "$status" -eq 0 ]
	[ "$output" != "$before" ]
	[[ "$output" == *strata-* ]]
	name=$(grep -o 'strata-[0-9-]*' <<<"$output" | head -1)
	[ -z "$(find_cgroups "$name")" ]
}

@test "the new cgroup is below the one we are in" {
	can
	own=$(sh "$where" "")
	[ -n "$own" ] || skip "no cgroup v2 is mounted here"
	inside=$(cgroup -- sh "$where" "")
	[ "${inside%/strata-*}" = "$own" ]
}

@test "the supervisor is not in the cgroup" {
	can
	run cgroup -- sh -c 'cat /proc/self/cgroup; echo parent; cat /proc/$PPID/cgroup'
	[[ "${output%parent*}" == *strata-* ]]
	[[ "${output#*parent}" != *strata-* ]]
}

@test "the exit status is the program's" {
	can
	run cgroup -- sh -c 'exit 42'
	[ "$status" -eq 42 ]
	run cgroup -- sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	run -127 cgroup -- /nonexistent
	[ "$status" -eq 127 ]
}

@test "--memory: the limit is in the kernel, rounded down to pages" {
	can --memory 64M
	file=$(knob memory memory.limit_in_bytes memory.max)
	run cgroup --memory 64M -- sh -c "cat \$(sh $where memory)/$file"
	[ "$output" = 67108864 ]
	run cgroup --memory 5000001 -- sh -c "cat \$(sh $where memory)/$file"
	[ "$output" = $((5000001 / $(getconf PAGESIZE) * $(getconf PAGESIZE))) ]
	run cgroup --memory max -- sh -c "cat \$(sh $where memory)/$file"
	[ "$output" = "$(knob memory 9223372036854771712 max)" ]
}

@test "--memory: who needs more is killed by the kernel" {
	can --memory 30M
	run cgroup --memory 30M --memory-swap 30M -- sh -c \
		'head -c 300000000 /dev/zero | tail -c 200000000 >/dev/null'
	[ "$status" -eq 137 ]
	run cgroup --memory 30M -- true
	[ "$status" -eq 0 ]
}

@test "--memory-swap is memory and swap together, by default twice the memory" {
	can --memory 64M --memory-swap 64M
	file=$(knob memory memory.memsw.limit_in_bytes memory.swap.max)
	run cgroup --memory 64M -- sh -c "cat \$(sh $where memory)/$file"
	[ "$output" = "$(knob memory 134217728 67108864)" ]
	run cgroup --memory 64M --memory-swap 80M -- sh -c "cat \$(sh $where memory)/$file"
	[ "$output" = "$(knob memory 83886080 16777216)" ]
	run cgroup --memory 64M --memory-swap max -- sh -c "cat \$(sh $where memory)/$file"
	[ "$output" = "$(knob memory 9223372036854771712 max)" ]
}

@test "--cpus: the kernel holds the program back" {
	can --cpus 0.1
	run cgroup --cpus 0.1 -- sh -c "d=\$(sh $where cpu); cat \$d/$(knob cpu cpu.cfs_quota_us cpu.max)
		timeout 60 sh -c 'until grep -q \"^nr_throttled [1-9]\" \$1/cpu.stat; do :; done' sh \$d
		echo throttled \$((! \$?))"
	[ "${lines[0]}" = "$(knob cpu 10000 '10000 100000')" ]
	[ "${lines[1]}" = "throttled 1" ]
}

@test "--pids-limit: the kernel refuses the next fork" {
	can --pids-limit 5
	run cgroup --pids-limit 5 -- sh -c "
		(sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & true) 2>/dev/null
		d=\$(sh $where pids) || exit 99"
	[ "$status" -ne 0 ]
	run cgroup --pids-limit 5 -- sh -c "d=\$(sh $where pids); read -r n <\$d/pids.max; echo \$n
		(sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & true) 2>/dev/null
		while read -r word n; do [ \$n -gt 0 ] && echo refused; done <\$d/pids.events"
	[ "${lines[0]}" = 5 ]
	[ "${lines[1]}" = refused ]
}

@test "--cpuset-cpus: the program sees only these CPUs" {
	can --cpuset-cpus 0
	run cgroup --cpuset-cpus 0 -- nproc
	[ "$output" = 1 ]
	run cgroup --cpuset-cpus 8000 -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-CPUSET]"* || "$output" == *"did not take effect"* ]]
	[[ $'\n'$output$'\n' != *"$hello"* ]]
}

@test "all limits at once" {
	can --memory 64M --cpus 0.5 --pids-limit 20
	run cgroup --memory 64M --cpus 0.5 --pids-limit 20 -- sh -c \
		"cat \$(sh $where memory)/$(knob memory memory.limit_in_bytes memory.max) \\
		\$(sh $where cpu)/$(knob cpu cpu.cfs_quota_us cpu.max) \$(sh $where pids)/pids.max"
	[ "${lines[0]}" = 67108864 ]
	[[ "${lines[1]}" == 50000* ]]
	[ "${lines[2]}" = 20 ]
}

@test "--set writes any knob, and says when the kernel keeps another value" {
	can --pids-limit 9
	run cgroup --set pids.max=7 -- sh -c "cat \$(sh $where pids)/pids.max"
	[ "$output" = 7 ]
	run cgroup --set pids.nosuch=7 -- echo HELLO
	[ "$status" -eq 125 ]
	[[ $'\n'$output$'\n' != *"$hello"* ]]
	run cgroup --set pids.max=abc -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-VALUE]"* ]]
	run cgroup --set nosuch.max=7 -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-UNKNOWN]"* ]]
}

@test "a knob of the other cgroup version is named in the words of this one" {
	can --memory 64M
	run cgroup --set "$(knob memory memory.max memory.limit_in_bytes)=64M" -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"calls it $(knob memory memory.limit_in_bytes memory.max)"* ]]
}

@test "nonsense gets one line that says what was expected, and nothing runs" {
	for option in --memory=abc --memory=1 --memory=-5 --memory-swap=5M --cpus=0 --cpus=1.2.3 \
		--cpus=-1 --cpus=0.001 --pids-limit=0 --pids-limit=x --pids-limit=99999999999 \
		--cpuset-cpus=0- --cpuset-cpus=2-1 --cpuset-cpus=99999 --set=foo --set=foo=1 \
		--set=../x.y=1 --set=a/b.c=1 --set=cgroup.procs=1 --name=a/b --name=.. \
		--name=strata-x --join=no/such --memory= --nosuch; do
		run cgroup $option -- echo HELLO
		echo "$option: $output"
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ "$output" != HELLO ]]
	done
	run cgroup --memory 64M --memory-swap 32M -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" != HELLO ]]
	run cgroup --join / --pids-limit 3 -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" != HELLO ]]
}

@test "what is left in the cgroup at the end is killed" {
	can
	cgroup -- sh -c "setsid sleep 300 & echo \$! >$BATS_TEST_TMPDIR/pid; setsid sleep 301 & true" 3>&-
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	until_true is_gone "$pid"
}

@test "cgroups that the program made below go as well, with what is in them" {
	can
	[ -n "$(sh "$where" "")" ] || skip "no cgroup v2 is mounted here"
	run cgroup -- sh -c "d=\$(sh $where \"\"); mkdir -p \$d/a/b \$d/c || exit 9
		sleep 300 >/dev/null 2>&1 3>&- & echo \$! >\$d/a/b/cgroup.procs; echo \$d \$!"
	[ "$status" -eq 0 ]
	set -- $output
	[ ! -d "$1" ]
	until_true is_gone "$2"
}

@test "when the supervisor is killed the program dies, and the next run removes the cgroup" {
	can
	cgroup -- sh -c "echo \$\$ >$BATS_TEST_TMPDIR/pid; exec sleep 300" 3>&- &
	owner=$!
	until_true test -s "$BATS_TEST_TMPDIR/pid"
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	name=strata-$owner-
	[ -n "$(find_cgroups "$name*")" ]
	kill -KILL $owner
	wait $owner || true
	until_true is_gone "$pid"
	swept() { cgroup -- true && [ -z "$(find_cgroups "$name*")" ]; }
	until_true swept
}

@test "the next run does not touch the cgroup of an owner that lives" {
	can
	cgroup -- sleep 300 3>&- &
	owner=$!
	until_true has_become $owner sleep
	cgroup -- true
	[ -n "$(find_cgroups "strata-$owner-*")" ]
	kill $owner
	wait $owner || true
}

@test "many at once do not disturb each other" {
	can
	for i in $(seq 30); do cgroup -- true 3>&- & done
	failed=0
	for job in $(jobs -p); do wait $job || failed=$((failed + 1)); done
	[ "$failed" -eq 0 ]
}

@test "--parent: in another place than below our own, and what was made on the way is gone" {
	is_root || skip "the top of the hierarchies is root's"
	top=strata-parent-$$
	run cgroup --parent "/$top/in" --name box --pids-limit 20 -- \
		sh -c 'grep -E "^0:|pids" /proc/self/cgroup; find /sys/fs/cgroup -path "*/$0/in/box/pids.max" -exec cat {} + 2>/dev/null || :' "$top"
	[ "$status" -eq 0 ]
	[ "$(grep -c ":/$top/in/box\$" <<<"$output")" -ge 1 ]
	[ "${lines[-1]}" = 20 ]
	[ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "$top")" ]
	# Also when a later step fails.
	run cgroup --parent "/$top/in" --set pids.max=nonsense -- echo HELLO
	[ "$status" -eq 125 ]
	[[ $output != *HELLO* ]]
	[ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "$top")" ]
	# What was there before stays.
	cgroup --parent "/$top" --name kept --keep --pids-limit 20 -- true
	cgroup --parent "/$top/kept/more" --pids-limit 20 -- true
	# Those of others may go while find looks at them.
	kept=$(find /sys/fs/cgroup -maxdepth 3 -path "*/$top/kept" 2>/dev/null || :)
	below=$(find /sys/fs/cgroup -path "*/$top/kept/?*" -type d 2>/dev/null || :)
	find /sys/fs/cgroup -depth -path "*/$top*" -type d -exec rmdir {} + 2>/dev/null || :
	[ -n "$kept" ]
	[ -z "$below" ]
	for path in relative /a/../b '' /.hidden; do
		run cgroup --parent "$path" -- echo HELLO
		[ "$status" -eq 125 ]
		[[ $output == *--parent* && $output != *HELLO* ]]
	done
}

@test "--name names it, and a name that is taken is refused" {
	can
	run cgroup --name box$$ -- cgroup --name inner$$ -- cat /proc/self/cgroup
	[ "$status" -eq 0 ]
	[[ "$output" == */box$$/inner$$* ]]
	run cgroup --name box$$ --keep -- true
	[ "$status" -eq 0 ]
	path=${output##* }
	run cgroup --name box$$ -- echo HELLO
	rmdir "$path"
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-EXISTS]"* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "--keep leaves it, limits and all, and --join enters it again" {
	can --pids-limit 9
	run cgroup --name kept$$ --keep --pids-limit 9 -- true
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -ge 1 ]
	inside=$(cgroup --join kept$$ -- cat /proc/self/cgroup)
	limit=$(cgroup --join kept$$ -- sh -c "cat \$(sh $where pids)/pids.max")
	for directory in $(grep -o '/[^ ]*$' <<<"$output"); do
		cgroup --join "$directory" -- true
		rmdir "$directory"
	done
	[[ "$inside" == *kept$$* ]]
	[ "$limit" = 9 ]
}

@test "--keep: when a step fails behind it, nothing is kept" {
	can --pids-limit 9 --cgroupns
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	unset STRATA_TRACE # its calls are none that we count
	run strace -qq -o /dev/null -e inject=unshare:error=EPERM \
		"$BIN/cgroup" --name kept$$ --keep --pids-limit 9 --cgroupns -- echo HELLO
	echo "$output"
	left=$(find_cgroups "kept$$")
	[ -z "$left" ] || rmdir $left
	[ "$status" -eq 125 ]
	[[ "$output" == *"call: unshare(CLONE_NEWCGROUP)"* && $'\n'$output$'\n' != *"$hello"* ]]
	[ -z "$left" ]
}

@test "--join forks nothing" {
	can
	own=$(sh "$where" "")
	[ -n "$own" ] || own=$(sh "$where" pids)
	run sh -c "echo \$\$; exec cgroup --join $own -- sh -c 'echo \$\$'"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "${lines[1]}" ]
}

@test "--cgroupns: the new cgroup looks like the root from inside" {
	as_root
	can --cgroupns
	run cgroup --name deep$$ --cgroupns -- cat /proc/self/cgroup
	[ "$status" -eq 0 ]
	[[ "$output" != *deep$$* ]]
	[[ "$output" == *:/* ]]
	run cgroup --cgroupns -- readlink /proc/self/ns/cgroup
	[ "$output" != "$(readlink /proc/self/ns/cgroup)" ]
}

@test "--cgroupns alone makes no cgroup and forks nothing" {
	ns=
	[ "$(id -u)" = 0 ] || ns=ns-user
	[ -z "$ns" ] || ns-user -- true 2>/dev/null || skip "no user namespace can be made here"
	run sh -c "echo \$\$; exec $ns cgroup --cgroupns -- sh -c 'echo \$\$; cat /proc/self/cgroup; readlink /proc/self/ns/cgroup'"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "${lines[1]}" ]
	[[ "$output" != *strata-* ]]
	[[ "$output" != *"$(readlink /proc/self/ns/cgroup)"* ]]
}

@test "limits after --cgroupns: says that they come first" {
	as_root
	can --memory 64M --cgroupns
	run cgroup --memory 128M --cgroupns -- sh -c \
		'cat /proc/self/cgroup; exec cgroup --memory 64M -- echo HELLO'
	[[ $'\n'$output$'\n' != *"$hello"* ]]
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-NOMOUNT]"* ]]
}

@test "--check says yes or no, and leaves nothing" {
	run cgroup --check --pids-limit 20
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ]
	if [ "$status" -eq 0 ]; then [ "$output" = "✓ cgroup" ]; else [[ "$output" == "✗ cgroup: "* ]]; fi
	[ "$(id -u)" != 0 ] || [ "$status" -eq 0 ] || is_v2
}

@test "--dry-run needs no privilege and makes nothing" {
	run cgroup --dry-run --pids-limit 5 ns-uts -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 0 ] || [[ "$output" == *"[CG-BUSY]"* || "$output" == *"[CG-NOMOUNT]"* ]] 
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "--explain shows the knobs of both versions" {
	can --memory 64M
	run cgroup --explain --memory 64M -- true
	[[ "$output" == *"limit memory to 64M ("*memory.limit_in_bytes* ]]
	[[ "$output" == *memory.max* ]]
	[[ "$output" == *"mkdir(cgroup->path, 0755)"* ]]
}

@test "--explain shows what is written to which file" {
	can --memory 5M
	run cgroup --explain --memory 5M --set pids.max=7 -- sh -c "sh $where memory; sh $where pids"
	echo "$output"
	[ "$status" -eq 0 ]
	memory=${lines[-2]} pids=${lines[-1]}
	[[ "$output" == *"write '5242880' to $memory/$(knob memory memory.limit_in_bytes memory.max);"* ]]
	[[ "$output" == *"write '7' to $pids/pids.max"* ]]
}

@test "the calls that messages name stand in the source" {
	source=$BATS_TEST_DIRNAME/../../tools/cgroup
	[ -e "$source" ] || skip "the source is not here"
	text=$(cat "$source"/*.c | tr -s '\t\n' '  ')
	pattern='step_fail\( *"([^"\\]|\\.)*"'
	without=$(sed -E "s/$pattern//g" <<<"$text")
	grep -oE "$pattern" <<<"$text" | sed -E 's/^[^"]*"//; s/"$//; s/\\(.)/\1/g' |
		sort -u >"$BATS_TEST_TMPDIR/calls"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/calls")" -ge 5 ]
	while read -r call; do
		echo "$call"
		grep -qF "$call" <<<"$without"
	done <"$BATS_TEST_TMPDIR/calls"
}

@test "a bad letter in the name of a knob is shown whole" {
	run cgroup --set memöry.high=1 -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"and has no 'öry.high' "* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "without /proc the reason is told" {
	as_root
	run unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$BIN/cgroup" -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-NOMOUNT]"*"call: cgroup_find(&work->layout)"*"no /proc here"* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "an ordinary user is told how to get a cgroup, and nothing runs" {
	as_root
	cd /
	run $ordinary "$BIN/cgroup" -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-DELEGATE]"* && "$output" == *fix:* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "an ordinary user can use a cgroup that was delegated to him" {
	as_root
	mount=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	[ -n "$mount" ] || skip "no cgroup v2 is mounted here"
	d=$mount/delegated$$
	mkdir "$d" || skip "no cgroup can be made in $mount"
	chown 1000 "$d" "$d/cgroup.procs" "$d/cgroup.subtree_control" "$d/cgroup.threads"
	cd /
	run sh -c "echo 0 >$d/cgroup.procs; exec $ordinary sh -c '$BIN/cgroup cat /proc/self/cgroup; $BIN/cgroup --check'"
	ls -d "$d"/*/ && left=1 || left=0
	rmdir "$d"
	[[ "$output" == *"/delegated$$/strata-"* ]]
	[[ "$output" == *"✓ cgroup"* ]]
	[ "$left" = 0 ]
}

@test "v1: a cpuset without CPUs can't be joined, and we say why" {
	as_root
	grep -q ':cpuset:' /proc/self/cgroup || skip "the controller cpuset is not bound to v1 here"
	d=$(sh "$where" cpuset)/empty$$
	mkdir "$d"
	run cgroup --join "$d" -- echo HELLO
	rmdir "$d"
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-CPUSET]"* && $'\n'$output$'\n' != *"$hello"* ]]
}

# v2_group NAME: a cgroup in the root of a pure v2 machine, as $d.
v2_group() {
	as_root
	is_v2 || skip "needs a machine with cgroup v2 only"
	d=/sys/fs/cgroup/$1$$
	mkdir "$d" 2>/dev/null || skip "no cgroup can be made in /sys/fs/cgroup"
}

@test "v2: alone in a cgroup, we step aside to set limits, and come back" {
	v2_group alone
	run sh -c "echo 0 >$d/cgroup.procs; exec cgroup --memory 64M -- cgroup --pids-limit 9 -- cat /proc/self/cgroup"
	echo "$output"
	left=$(find "$d" -mindepth 1 -type d) control=$(cat "$d/cgroup.subtree_control")
	rmdir "$d"
	[[ "$output" == 0::*/alone$$/strata-*/strata-* ]]
	[ -z "$left$control" ]
}

@test "v2: beside a cgroup that others are in, when nothing is lost by that" {
	v2_group session
	mkdir "$d/some.scope"
	run sh -c "echo 0 >$d/some.scope/cgroup.procs; cgroup --pids-limit 9 -- cat /proc/self/cgroup; true"
	echo "$output"
	rmdir "$d/some.scope" "$d"
	[[ "$output" == "0::/session$$/strata-"* ]]
}

@test "v2: never out of a cgroup that has a limit; says who is in the way" {
	v2_group limited
	mkdir "$d/inner"
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	echo +memory >"$d/cgroup.subtree_control"
	echo 100M >"$d/inner/memory.max"
	run sh -c "echo 0 >$d/inner/cgroup.procs; cgroup --pids-limit 9 -- echo HELLO; echo status \$?"
	echo "$output"
	# Its fix, pasted into a shell that is in there as well.
	fix | sed 1d >"$BATS_TEST_TMPDIR/fix"
	fixed=$(sh -c "echo 0 >$d/inner/cgroup.procs; . $BATS_TEST_TMPDIR/fix")
	rmdir "$d/inner/leaf" "$d/inner" "$d"
	[ "$fixed" = HELLO ]
	[[ "$output" == *"[CG-BUSY]"*" sh)"* && "$output" == *"status 125"* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "v2: an inner cgroup can't be joined" {
	v2_group inner
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	echo +memory >"$d/cgroup.subtree_control"
	run cgroup --join "$d" -- echo HELLO
	line=$(fix)
	fixed=$(sh -c "${line#*:  }")
	rmdir "$d/leaf" "$d"
	[ "$fixed" = HELLO ]
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-BUSY]"* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "v2: below a threaded cgroup, we say so" {
	v2_group threads
	echo +pids >/sys/fs/cgroup/cgroup.subtree_control
	run sh -c "echo 0 >$d/cgroup.procs; echo +pids >$d/cgroup.subtree_control; cgroup -- echo HELLO"
	echo "$output"
	line=$(fix)
	sh -c "${line#*:  }"
	fixed=$(sh -c "echo 0 >$d/cgroup.procs; cgroup -- echo HELLO")
	rmdir "$d"
	[ "$fixed" = HELLO ]
	[[ "$output" == *"[CG-THREADED]"* && $'\n'$output$'\n' != *"$hello"* ]]
}

@test "CG-PIDS: the note has the number of the kernel's own counter; the status stays" {
	can --pids-limit 5
	run cgroup --pids-limit 5 -- sh -c "d=\$(sh $where pids)
		(sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & true) 2>/dev/null
		while read -r word n; do echo counted \$n; done <\$d/pids.events; exit 7"
	echo "$output"
	[ "$status" -eq 7 ]
	n=$(sed -n 's/^counted //p' <<<"$output")
	[ "$n" -gt 0 ]
	[[ "$output" == *"cgroup: note: the pids limit 5 refused $n fork"*"[CG-PIDS]"* ]]
	run cgroup --pids-limit 50 -- true
	[ -z "$output" ]
}

@test "CG-PIDS: a limit that is not ours is not called ours" {
	can --pids-limit 5
	[ "$(knob pids v1 v2)" = v1 ] || skip "since 6.11 v2 counts these in the cgroup above"
	run cgroup --pids-limit 4 -- cgroup --pids-limit 40 -- sh -c \
		'(sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & true) 2>/dev/null; true'
	echo "$output"
	[[ "$output" == *"a pids limit of a cgroup above refused "*"not the limit 40: at most "*"[CG-PIDS]"* ||
		"$output" == *"the pids limit 40, or one of a cgroup above, refused "*"[CG-PIDS]"* ]]
	[[ "$output" != *"the pids limit 40 refused"* ]]
}

@test "CG-PIDS: no room for the program itself: says which file is the limit" {
	can --pids-limit 5
	run cgroup --pids-limit 1 -- cgroup --pids-limit 5 -- echo HELLO
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-PIDS]"*"/pids.max is 1"*"echo max > /"*"/pids.max"* ]]
	[[ $'\n'$output$'\n' != *"$hello"* ]]
}

@test "CG-OOM: the note names the process that the kernel killed" {
	as_root
	can --memory 30M
	dmesg >/dev/null 2>&1 || skip "the kernel's log can't be read here"
	run cgroup --memory 30M --memory-swap 30M -- sh -c \
		'echo $$; exec python3 -c "bytearray(200 << 20)"'
	echo "$output"
	[ "$status" -eq 137 ]
	# Seen from outside: the kernel's log has the same number. In a PID
	# namespace (these tests in a container) it has the machine's, and the
	# note says so.
	killed=$(sed -n 's/.*the memory limit 30M was hit; the kernel killed pid \([0-9]*\) (python3).*\[CG-OOM\]$/\1/p' <<<"$output")
	dmesg | grep -q "Killed process $killed (python3)"
	[ "$killed" = "${lines[0]}" ] || [[ $output == *"(the machine's number, not that in our PID namespace) [CG-OOM]"* ]]
	run cgroup --memory 300M -- true
	[ -z "$output" ]
}

@test "CG-OOM: who may not read the kernel's log is told how many, and where to look" {
	as_root
	can --memory 30M
	[ "$(cat /proc/sys/kernel/dmesg_restrict)" = 1 ] || skip "kernel.dmesg_restrict is 0 here"
	run capdrop --drop syslog,sys_admin -- cgroup --memory 30M --memory-swap 30M -- \
		python3 -c 'bytearray(200 << 20)'
	echo "$output"
	[ "$status" -eq 137 ]
	[[ "$output" == *"the memory limit 30M was hit; the kernel killed 1 process [CG-OOM]; its log says who:  sudo dmesg | grep 'task_memcg="* ]]
	line=${output##*who:  sudo }
	bash -c "$line" | grep -q 'task=python3'
}

@test "--report: what was used, beside the kernel's own counters" {
	can --report --memory 64M --pids-limit 9 --cpus 0.2
	run cgroup --report --memory 64M --memory-swap 64M --pids-limit 9 --cpus 0.2 -- sh -c "
		timeout 60 sh -c 'until grep -qE \"^nr_throttled ([5-9]|[1-9][0-9])\" \$1/cpu.stat; do :; done' sh \$(sh $where cpu)
		head -c 20m /dev/zero | tail -c 20m | wc -c
		echo PEAK \$(cat \$(sh $where memory)/$(knob memory memory.max_usage_in_bytes memory.peak))
		exit 3"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"cgroup: report:"* ]]
	[[ "$output" == *"memory: "*"the limit is 64M"* ]]
	peak=$(sed -n 's/^PEAK //p' <<<"$output")
	if [ -n "$peak" ]; then
		shown=$(sed -n 's/.*memory:     at most \([0-9]*\)\..*M at once.*/\1/p' <<<"$output")
		[ "$shown" -ge 20 ]
		[ "$shown" -ge $((peak / 1048576)) ] && [ "$shown" -le $((peak / 1048576 + 2)) ]
	fi
	# At a fifth of a CPU, most of the time goes in waiting.
	throttled=$(sed -n 's/.*throttled:  \([0-9]*\).* in \([0-9]*\) of \([0-9]*\) periods.*/\2/p' <<<"$output")
	[ "$throttled" -ge 5 ]
	[[ "$output" == *"CPU time: "*" in programs, "*" in the kernel"* ]]
	[[ "$output" == *"forks:      none"*"killed:     nobody"* ]]
}

@test "--report: what was refused and who was killed" {
	as_root
	can --report --memory 30M --pids-limit 5
	run cgroup --report --memory 30M --memory-swap 30M --pids-limit 5 -- sh -c '
		head -c 300000000 /dev/zero | tail -c 200000000 >/dev/null
		(sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & sleep 60 & true) 2>/dev/null; true'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"  forks:      the pids limit 5 refused "*"[CG-PIDS]"* ]]
	[[ "$output" == *"  killed:     the memory limit 30M was hit; the kernel killed "*"[CG-OOM]"* ]]
	[[ "$output" != *note:* ]]
}

@test "--report without limits; and not where nobody stays" {
	can --report
	before=$(find_cgroups 'strata-*' | wc -l)
	run cgroup --report -- true
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"memory:     at most "*"CPU time: "* || "$output" == *"memory:     not known: this kernel keeps no peak"*"CPU time: "* ]]
	for option in "--join /" --keep; do
		run cgroup --report $option -- echo HELLO
		[ "$status" -eq 125 ]
		[[ "$output" == *"--report needs somebody who stays"* ]]
	done
}

@test "--why: a controller that is here, one that is not, one that nobody knows" {
	run cgroup --why nosuch
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-UNKNOWN]"*"no kernel has a controller 'nosuch'"* ]]
	run cgroup --why memroy
	[ "$status" -eq 125 ]
	[ "$(fix)" = "did you mean 'memory'?  cgroup --why memory" ]
	for c in memory pids cpu io net_cls misc rdma; do
		run cgroup --why "$c"
		echo "$status: $output"
		if [ -n "$(sh "$where" "$c")" ] && grep -qE "^[1-9][0-9]*:([^:]*,)?$c(,[^:]*)?:" /proc/self/cgroup; then
			[ "$status" -eq 0 ]
			[ "$output" = "✓ cgroup: '$c' is here: v1, mounted at $(awk -v c="$c" '/ - cgroup / &&
				("," $NF ",") ~ ("," c ",") { print $5; exit }' /proc/self/mountinfo); ours is $(sh "$where" "$c")" ]
		elif d=$(sh "$where" "") && grep -qw "$c" "$d/cgroup.controllers" 2>/dev/null; then
			[ "$status" -eq 0 ]
			[[ "$output" == "✓ cgroup: '$c' is here: v2, mounted at "*"; ours is $d"* ]]
		else
			[ "$status" -eq 1 ]
			[[ "$output" == "✗ cgroup: '$c' is not in our cgroup [CG-"*"why: "*"fix: "* ]]
		fi
	done
}

@test "--why: the fix of a controller that is bound nowhere works" {
	as_root
	run cgroup --why net_cls
	[[ "$output" == *"[CG-NOMOUNT]"*"it is not in use"* ]] || skip "net_cls is in use, or not there"
	line=$(fix)
	run unshare -m sh -c "${line#as root:  } && cgroup --why net_cls; umount /sys/fs/cgroup/net_cls"
	rmdir /sys/fs/cgroup/net_cls
	echo "$output"
	[[ "$output" == *"✓ cgroup: 'net_cls' is here: v1"* ]]
}

@test "--why only looks" {
	run cgroup --why memory -- echo HELLO
	[ "$status" -eq 125 ]
	[[ "$output" == *"runs no program"* ]]
	run cgroup --why memory --pids-limit 3
	[ "$status" -eq 125 ]
	run cgroup --why memory --check
	[ "$status" -eq 125 ]
	if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
		unset STRATA_TRACE
		strace -f -o "$BATS_TEST_TMPDIR/log" "$BIN/cgroup" --why memory || true
		# Calls: a file that is read may hold the name of a mkdir that runs.
		not grep -E '^[0-9]+ +(mkdir|mkdirat|fork|vfork|clone|clone3)\(|execve.*ENOENT|O_WRONLY|O_RDWR' "$BATS_TEST_TMPDIR/log"
	fi
}

@test "--explain shows the cgroup that we are in and the limits of the new one" {
	can --pids-limit 9
	run cgroup --explain --pids-limit 9 -- sh -c "echo IN \$(sh $where pids)"
	echo "$output"
	[[ "$output" == *"; new: no limit -> in "*"; new: pids 9"* ]]
	inside=$(sed -n 's/^IN //p' <<<"$output")
	[[ "$output" == *"; new: pids 9 -> in ${inside##*/}"*": pids 9"* ]]
}

@test "fixes have the user's own words, and work when pasted" {
	as_root
	can --pids-limit 9
	run cgroup --set pids.mxa=7 -- echo "a b"
	echo "$output"
	line=$(fix)
	[ "$line" = "did you mean 'pids.max'?  cgroup --set pids.max=7 -- echo 'a b'" ]
	[ "$(sh -c "${line#*\?  }")" = "a b" ]

	run cgroup --name box$$ --keep -- true
	path=${output##* }
	run cgroup --name box$$ -- echo HELLO
	echo "$output"
	fix >"$BATS_TEST_TMPDIR/fix"
	[ "$(sh -c "$(sed -n 's/^another name:  //p' "$BATS_TEST_TMPDIR/fix")")" = HELLO ]
	[[ "$(sed -n 's/^or enter it:  //p' "$BATS_TEST_TMPDIR/fix")" == "cgroup --join $path -- sh" ]]
	sh -c "$(sed -n 's/^or, when nobody uses it:  //p' "$BATS_TEST_TMPDIR/fix")"
	[ ! -d "$path" ]
}

@test "CG-CPUSET: the fix has the CPUs that there are" {
	can --cpuset-cpus 0
	run cgroup --cpuset-cpus 8000 -- nproc
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-CPUSET]"* ]]
	[ "$(sh -c "$(fix)")" -ge 1 ]
}

@test "CG-DEPTH: names the file, and its fix works" {
	as_root
	d=$(sh "$where" "")
	[ -n "$d" ] || skip "no cgroup v2 is mounted here"
	d=$d/deep$$
	mkdir "$d"
	echo 0 >"$d/cgroup.max.depth"
	run sh -c "echo 0 >$d/cgroup.procs; exec cgroup -- echo HELLO"
	echo "$output"
	[[ "$output" == *"[CG-DEPTH]"* ]] && sh -c "$(fix)"
	depth=$(cat "$d/cgroup.max.depth")
	rmdir "$d"
	[ "$status" -eq 125 ]
	[ "$depth" = max ]
}

@test "CG-THREADED: names the cgroup that makes the others invalid" {
	as_root
	d=$(sh "$where" "")
	[ -n "$d" ] || skip "no cgroup v2 is mounted here"
	d=$d/thread$$
	mkdir -p "$d/t" "$d/u"
	echo threaded >"$d/t/cgroup.type" || { rmdir "$d/t" "$d/u" "$d"; skip "no threaded cgroup can be made here"; }
	run cgroup --join "$d/u" -- echo HELLO
	echo "$output"
	line=$(fix)
	sh -c "${line#*:  }" && run -0 cgroup --join "$d/u" -- echo HELLO
	rmdir "$d/u" "$d"
	[ "$output" = HELLO ]
}

@test "CG-READONLY: where the cgroups are mounted read-only" {
	as_root
	mount=$(awk '/ - cgroup2? / { print $5; exit }' /proc/self/mountinfo)
	v2=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	run unshare -m sh -c "mount -o remount,bind,ro ${v2:-$mount} && exec cgroup -- echo HELLO"
	[ -n "$v2" ] || skip "no cgroup v2 is mounted here"
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *"[CG-READONLY]"*"mount -o remount,rw $v2"* ]]
}

@test "CG-RMDIR: says what is left, what keeps it, and how to get rid of it" {
	as_root
	grep -q ':freezer:' /proc/self/cgroup || skip "the freezer of v1 is not here"
	f=$(sh "$where" freezer)/frozen$$
	mkdir "$f"
	# Frozen as a shell that is not yet sleep, it would hold our pipe.
	run cgroup --name left$$ -- sh -c "sleep 100 >/dev/null 2>&1 3>&- &
		until grep -qx sleep /proc/\$!/comm; do :; done; echo \$! >$f/cgroup.procs
		echo \$!; echo FROZEN >$f/freezer.state; exit 3"
	echo "$output"
	pid=${lines[0]}
	[ "$status" -eq 3 ]
	[[ "$output" == *"[CG-RMDIR]"*"1 process ($pid sleep)"*"frozen by v1's freezer: $f/freezer.state"* ]]
	output=$(sed -n '1,/see:/p' <<<"$output")
	sh -c "$(fix)"
	until_true is_gone "$pid"
	until_true rmdir "$f"
	left=$(find_cgroups "left$$")
	[ -z "$left" ] || { rmdir $left; false; }
}

@test "CG-DELEGATE: root of a user namespace is told to put cgroup first, with his line" {
	ns-user -- true 2>/dev/null || skip "no user namespace can be made here"
	[ "$(id -u)" != 0 ] || cd /
	user=
	[ "$(id -u)" != 0 ] || user=$ordinary
	run $user "$BIN/ns-user" cgroup --pids-limit 5 -- echo "a b"
	echo "$output"
	[ "$status" -ne 0 ] || skip "the cgroup here was handed over, and so works in there as well"
	[ "$status" -eq 125 ]
	if [[ "$output" == *"[CG-DELEGATE]"* ]]; then
		[[ "$(fix)" == "put cgroup before ns-user:  "*"cgroup --pids-limit 5 -- ns-user -- echo 'a b'" ]]
	else
		[[ "$output" == *"[CG-"* ]]
	fi
}

@test "whichever call fails, the program does not run and nothing stays" {
	can --pids-limit 9
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	unset STRATA_TRACE # its calls are none that we count
	name=fault$$
	calls=$(cgroup --dry-run --pids-limit 9 true 2>&1 | grep -c 'mkdir(cgroup->path')
	for fault in mkdir:1:EACCES mkdir:2:ENOSPC mkdir:1:EROFS write:1:EINVAL write:1:EBUSY \
		clone3:1:EAGAIN clone3:1:EBUSY clone3:1:EOPNOTSUPP pidfd_open:1:EMFILE \
		prctl:1:EPERM fstatfs:1:EIO; do
		IFS=: read -r call when error <<<"$fault"
		[ "$fault" != mkdir:2:ENOSPC ] || [ "$calls" -ge 2 ] || continue
		# The fork is clone3 into a cgroup of v2, and without v2 a plain one.
		if ! grep -q ' - cgroup2 ' /proc/self/mountinfo; then
			[ "$fault" != clone3:1:EAGAIN ] || call=clone
			[[ "$fault" != clone3:1:E[BO]* ]] || continue
		fi
		run strace -f -o "$BATS_TEST_TMPDIR/log" -e "inject=$call:error=$error:when=$when" \
			"$BIN/cgroup" --name "$name" --pids-limit 9 -- echo HELLO
		grep -q INJECTED "$BATS_TEST_TMPDIR/log" || { echo "$fault: not met: $status: $output"; false; }
		echo "$fault: $status: $output"
		left=$(find_cgroups "$name")
		[ -z "$left" ] || { rmdir $left; echo "left: $left"; false; }
		[ "$status" -eq 125 ]
		[[ $'\n'$output$'\n' != *"$hello"* && "$output" == *call:* ]]
	done
}

# ---- devices ----

@test "--deny-device and --allow-device: EPERM for what is not allowed, opened or made" {
	as_root
	can --deny-device a
	cd "$BATS_TEST_TMPDIR"
	run cgroup --deny-device a --allow-device 'c 1:3 rwm' --allow-device 'c 1:5 r' -- bash -c '
		mknod null c 1 3 && : >null && echo A; : </dev/zero && echo B; : >/dev/zero
		: </dev/full; mknod zero c 1 5; mknod disk b 8 0; sh -c "mknod z c 1 5"; echo C'
	echo "$output"
	[ "$(grep -c '^[ABC]$' <<<"$output")" -eq 3 ]
	[ "$(grep -c 'Operation not permitted' <<<"$output")" -eq 5 ]
	[ "$(ls)" = "$(printf 'check\nnull\nwhere')" ]
	# Outside nothing has changed.
	: </dev/full
}

@test "rules about devices on v2: a program that is asked, and gone with the cgroup" {
	as_root
	# Beside v1 it can be had where v1's is out of sight.
	v1=$(awk '/ - cgroup / && $NF ~ /devices/ { print $5; exit }' /proc/self/mountinfo)
	[ -z "$v1" ] || v1="umount $v1;"
	tried() { unshare -m sh -c "$v1"' exec "$@"' sh "$@"; }
	tried cgroup --check --deny-device a || skip "no program can be attached to a cgroup of v2 here"
	cd "$BATS_TEST_TMPDIR"
	run tried cgroup --explain --deny-device a --allow-device 'c 1:3 rwm' --allow-device 'c 1:* r' \
		--deny-device 'c 1:9 r' -- bash -c '
		mknod null c 1 3 && : >null && echo A; : </dev/zero && echo B; : >/dev/zero
		: </dev/urandom; mknod zero c 1 5; echo C'
	echo "$output"
	[ "$(grep -c '^[ABC]$' <<<"$output")" -eq 3 ]
	[ "$(grep -c 'Operation not permitted' <<<"$output")" -eq 3 ]
	[[ $output == *"syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load))"* ]]
	# A rule in a cgroup below takes nothing back.
	run tried cgroup --deny-device 'c 1:5 r' -- cgroup --allow-device a -- cat /dev/zero
	[[ $output == *"Operation not permitted"* ]]
}

@test "v1 says which rule about devices it can't keep" {
	as_root
	awk '/ - cgroup / && $NF ~ /devices/ { found = 1 } END { exit !found }' /proc/self/mountinfo ||
		skip "the controller 'devices' is not in v1 here"
	can --deny-device a
	run cgroup --deny-device a --allow-device 'c 1:* rwm' --deny-device 'c 1:5 r' -- echo HELLO
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *"'c 1:5 r' is an exception from an exception"*"[CG-DEVICES]"* ]]
	[[ $output != *$'\nHELLO'* ]]
	# A cgroup below can't allow what one above does not.
	run cgroup --deny-device a -- cgroup --deny-device a --allow-device 'c 1:5 r' -- echo HELLO
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *"[CG-DEVICES]"*"devices.list"* ]]
	[[ $output != *$'\nHELLO'* ]]
}

@test "a rule about devices that is none is refused, and so is one for --join" {
	run cgroup --allow-device '/dev/null' -- echo HELLO
	[ "$status" -eq 125 ]
	[[ $output == *"--allow-device takes 'TYPE MAJOR:MINOR ACCESS'"*"[CG-VALUE]"* ]]
	run cgroup --join / --deny-device a -- echo HELLO
	[ "$status" -eq 125 ]
	[[ $output == *"it takes no limits"* ]]
}

@test "who is not root gets no rules about devices, and is told why" {
	[ "$(id -u)" -ne 0 ] || skip "for an ordinary user"
	run cgroup --deny-device a -- echo HELLO
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *"[CG-"* ]]
	[[ $output != *$'\nHELLO'* ]]
}
