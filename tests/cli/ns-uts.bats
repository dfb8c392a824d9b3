# ns-uts: a host name and a domain name of one's own; and, as it is the
# simplest link, what all of them have in common.

bats_require_minimum_version 1.5.0

load helper

# That 'echo RAN' was not run. (A line to paste may have it in it.)
not_run() {
	! grep -qx RAN <<<"$output"
}

setup() {
	need_namespaces
	PID=
}

teardown() {
	[ -z "$PID" ] || { kill -KILL "$PID" && wait "$PID"; } 2>/dev/null || true
}

start_one() {
	"${OWN[@]}" ns-uts "$@" sleep 60 3>&- &
	PID=$!
	until_true is_sleep "$PID"
}

is_sleep() {
	[ "$(cat "/proc/$1/comm")" = sleep ]
}

# Enters the user namespace of $PID first, where there is one.
enter() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else ns-user --join "$PID" "$@"; fi
}

names='cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname'

@test "ns-uts gives the program another UTS namespace than ours, with the same names" {
	run own ns-uts sh -c "readlink /proc/self/ns/uts; $names"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == uts:* ]]
	[ "${lines[0]}" != "$(readlink /proc/self/ns/uts)" ]
	[ "${lines[1]}" = "$(cat /proc/sys/kernel/hostname)" ]
	[ "${lines[2]}" = "$(cat /proc/sys/kernel/domainname)" ]
}

@test "ns-uts --hostname and --domainname change the names inside, and not outside" {
	before=$($names)
	run own ns-uts --hostname box --domainname lab.example -- $names
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = box ]
	[ "${lines[1]}" = lab.example ]
	[ "$($names)" = "$before" ]
	run own ns-uts --hostname=box uname -n
	[ "$output" = box ]
}

@test "ns-uts --hostname alone leaves the domain name, and the other way round" {
	run own ns-uts --hostname box -- $names
	[ "${lines[1]}" = "$(cat /proc/sys/kernel/domainname)" ]
	run own ns-uts --domainname lab -- $names
	[ "${lines[0]}" = "$(cat /proc/sys/kernel/hostname)" ]
	[ "${lines[1]}" = lab ]
}

@test "a name may be changed inside ns-uts without anyone outside noticing" {
	before=$(uname -n)
	run own ns-uts sh -c 'hostname changed; uname -n'
	[ "$output" = changed ]
	[ "$(uname -n)" = "$before" ]
}

@test "ns-uts takes a name of 64 bytes and none of 65" {
	name=$(printf %064d 0)
	run own ns-uts --hostname "$name" --domainname "$name" -- $names
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$name" ]
	[ "${lines[1]}" = "$name" ]
	for option in --hostname --domainname; do
		run own ns-uts "$option" "1$name" -- echo RAN
		[ "$status" -eq 125 ]
		[[ ${lines[0]} == "ns-uts: cannot set this "*" name [UTS-LONG]" ]]
		[[ $output == *"why: "*"65 bytes"*"64"*"fix: "*"1${name:1}'"* ]]
		not_run
	done
}

@test "ns-uts refuses names that programs do not take, and says in one line what it expected" {
	for option in --hostname --domainname; do
		for name in 'a b' a_b a/b -a .a 'a$b' $'a\nb' ä; do
			run ns-uts "$option=$name" -- echo RAN
			[ "$status" -eq 125 ]
			[[ $output == "ns-uts: a "*" name "* ]]
			not_run
		done
		run ns-uts "$option=bär" -- echo RAN
		[[ $output == *", and 'bär' has something else: 'är'" ]]
		run ns-uts "$option" '' -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		run ns-uts "$option"
		[ "$status" -eq 125 ]
		[[ $output == *"needs a value"* ]]
	done
}

@test "ns-uts ends when sethostname fails, before the program runs" {
	command -v strace >/dev/null || skip "strace is not installed"
	for call in unshare sethostname setdomainname; do
		run own strace -qq -o /dev/null -e "inject=$call:error=EPERM" \
			ns-uts --hostname box --domainname lab -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"call: $call("* ]]
		not_run
	done
}

@test "ns-uts names a filter or a security module that refuses the name (UTS-DENIED)" {
	[ -x "$BIN/lsm" ] || skip "lsm is not built"
	for option in --hostname --domainname; do
		run own lsm --seccomp none --deny "set${option#--}" ns-uts "$option" box -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"[UTS-DENIED]"*"call: set${option#--}("*"a seccomp filter"* ]]
		not_run
	done
}

@test "ns-uts --explain shows the names before and after" {
	before=$(uname -n)
	run own ns-uts --explain --hostname box --domainname lab -- true
	[ "$status" -eq 0 ]
	[[ $output == *"host name $before, domain name "*" -> host name box, domain name "* ]]
	[[ $output == *" -> host name box, domain name lab"* ]]
	# A name that stays is no change.
	run own ns-uts --explain --hostname "$before" -- true
	[[ $output != *"-> host name"* ]]
}

@test "ns-uts --join enters the namespace of a process or a file" {
	start_one --hostname joined
	run enter ns-uts --join "$PID" sh -c 'readlink /proc/self/ns/uts; uname -n'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$(readlink "/proc/$PID/ns/uts")" ]
	[ "${lines[1]}" = joined ]
	run enter ns-uts -j "/proc/$PID/ns/uts" uname -n
	[ "$output" = joined ]
}

@test "ns-uts --join with --hostname changes the name for all that are in there" {
	start_one
	enter ns-uts --join "$PID" --hostname renamed true
	run enter ns-uts --join "$PID" uname -n
	[ "$output" = renamed ]
}

@test "ns-uts --join refuses a process that is not there, another kind, and nonsense" {
	run own ns-uts --join 999999999 echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *999999999*"[NS-JOIN-GONE]"* ]]
	not_run
	for target in /proc/self/ns/net /etc/passwd; do
		run own ns-uts --join "$target" echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"[NS-JOIN-TYPE]"* ]]
		not_run
	done
	for target in nosuchfile -1 "$(printf %05000d 0)/"; do
		run own ns-uts --join "$target" echo RAN
		[ "$status" -eq 125 ]
		not_run
	done
}

@test "an ordinary user's ns-uts says to put ns-user first, and doing so helps" {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
	run ns-uts -- echo RAN
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "ns-uts: cannot create a UTS namespace: Operation not permitted (EPERM) [NS-PRIV]" ]
	not_run
	fix=$(sed -n 's/^ *fix: put ns-user first: *//p' <<<"$output")
	[ "$fix" = "ns-user ns-uts -- echo RAN" ]
	run $fix
	[ "$output" = RAN ]
}

@test "a link ends with the program's status" {
	for n in 0 1 7 124 125 126 127 255; do
		run "-$n" own ns-uts sh -c "exit $n"
	done
}

@test "a link becomes the program: a signal ends it as it would outside" {
	run own ns-uts sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	start_one
	kill -HUP "$PID"
	status=0
	wait "$PID" || status=$?
	[ "$status" -eq 129 ]
	PID=
}

@test "the status is 127 when there is no such program, and 126 when it can't be run" {
	run -127 own ns-uts nosuchprogram
	[[ $output == *nosuchprogram* ]]
	run -127 own ns-uts /no/such/program
	run -126 own ns-uts /etc/passwd
	run -126 own ns-uts /
	# A folder in PATH that we may not enter is no program that was found.
	mkdir "$BATS_TEST_TMPDIR/locked"
	chmod 0 "$BATS_TEST_TMPDIR/locked"
	PATH="$PATH:$BATS_TEST_TMPDIR/locked" run -127 own ns-uts nosuchprogram
}

@test "options behind the program's name are the program's" {
	run own ns-uts echo --hostname box -x -- --help
	[ "$status" -eq 0 ]
	[ "$output" = "--hostname box -x -- --help" ]
	run own ns-uts -- echo -n a -- b
	[ "$output" = "a -- b" ]
}

@test "without a program a link runs the shell in SHELL, or /bin/sh" {
	printf '#!/bin/sh\necho my shell\n' >"$BATS_TEST_TMPDIR/shell"
	chmod +x "$BATS_TEST_TMPDIR/shell"
	SHELL="$BATS_TEST_TMPDIR/shell" run own ns-uts
	[ "$output" = "my shell" ]
	SHELL="$BATS_TEST_TMPDIR/shell" run own ns-uts --hostname box --
	[ "$output" = "my shell" ]
	unset SHELL
	run own ns-uts <<<'echo from sh; readlink /proc/$$/exe'
	[ "${lines[0]}" = "from sh" ]
	[ "${lines[1]}" = "$(realpath /bin/sh)" ]
}

@test "a link finds the others beside itself, whatever PATH says" {
	mkdir "$BATS_TEST_TMPDIR/path"
	printf '#!/bin/sh\necho wrong\n' >"$BATS_TEST_TMPDIR/path/ns-ipc"
	chmod +x "$BATS_TEST_TMPDIR/path/ns-ipc"
	uts=$(command -v ns-uts)
	PATH="$BATS_TEST_TMPDIR/path:$PATH" run own "$uts" ns-ipc echo right
	[ "$output" = right ]
	# A word with a slash is what it says.
	run own "$uts" "$BATS_TEST_TMPDIR/path/ns-ipc"
	[ "$output" = wrong ]
}

@test "a link looks in PATH when its own directory has too long a name for a file beside it" {
	cd "$(mktemp -d -p "$BATS_TEST_TMPDIR")"
	while [ ${#PWD} -lt 4091 ]; do
		left=$((4091 - ${#PWD} - 1))
		[ $left -le 200 ] && name=$(printf "%0${left}d" 0) || name=$(printf %0150d 0)
		mkdir "$name"
		cd "./$name"
	done
	cp "$BIN/ns-uts" u
	run own ./u ns-uts --hostname deep uname -n
	echo "$output"
	cd /
	[ "$status" -eq 0 ]
	[ "$output" = deep ]
}

@test "each link of a typed chain is a program of its own" {
	command -v strace >/dev/null || skip "strace is not installed"
	own strace -f -qq -e trace=execve -o "$BATS_TEST_TMPDIR/log" ns-uts ns-uts ns-uts true
	run grep -c ' execve("[^"]*/ns-uts".* = 0$' "$BATS_TEST_TMPDIR/log"
	[ "$output" -eq 3 ]
}

@test "two ns-uts in a row make two namespaces, and the inner one wins" {
	run own ns-uts --hostname outer ns-uts --hostname inner -- uname -n
	[ "$output" = inner ]
}

@test "a link passes stdin, stdout and other descriptors on" {
	run bash -c 'echo in | "$@" ns-uts cat - <(echo from a pipe)' bash "${OWN[@]}"
	[ "${lines[0]}" = in ]
	[ "${lines[1]}" = "from a pipe" ]
}

@test "a link prints nothing of its own" {
	run own ns-uts --hostname box true
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "--explain goes to stderr; stdout is the program's" {
	out=$(own ns-uts -x --hostname box uname -n 2>"$BATS_TEST_TMPDIR/err")
	[ "$out" = box ]
	err=$(cat "$BATS_TEST_TMPDIR/err")
	[[ $err == *"unshare(CLONE_NEWUTS)"*"uts:["*" -> uts:["*"sethostname(names->host, strlen(names->host))"* ]]
	[[ $err == *box* ]]
}

@test "STRATA_EXPLAIN=1 is --explain for the whole chain, and 0 is not" {
	run env STRATA_EXPLAIN=1 "${OWN[@]}" ns-uts ns-uts true
	[ "$(grep -c 'unshare(CLONE_NEWUTS)' <<<"$output")" -eq 2 ]
	run env STRATA_EXPLAIN=0 "${OWN[@]}" ns-uts true
	[ -z "$output" ]
}

@test "the call that --explain prints stands in the source" {
	source=$BATS_TEST_DIRNAME/../../tools/ns-uts/ns-uts.c
	[ -e "$source" ] || skip "the source is not here"
	for call in 'unshare(CLONE_NEWUTS)' 'sethostname(names->host, strlen(names->host))'; do
		run own ns-uts -x --hostname box true
		[[ $output == *"$call"* ]]
		grep -qF "$call" "$source"
	done
}

@test "--dry-run goes down the chain, changes nothing, runs nothing and needs no privilege" {
	before=$(uname -n)
	run ns-uts --dry-run --hostname box ns-uts --domainname lab -- sh -c 'echo RAN'
	[ "$status" -eq 0 ]
	[ "$(grep -c 'unshare(CLONE_NEWUTS)' <<<"$output")" -eq 2 ]
	[[ $output == *sethostname*setdomainname*"would execute sh"* ]]
	not_run
	[ "$(uname -n)" = "$before" ]
}

@test "--check says yes with 0 and no with 1, and runs no program" {
	run own ns-uts --check --hostname box echo RAN
	[ "$status" -eq 0 ]
	[ "$output" = "✓ ns-uts" ]
	run own setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ns-uts --check
	[ "$status" -eq 1 ]
	[[ $output == "✗ ns-uts: "*NS-PRIV* ]]
}

@test "--help and --version print to stdout and end with 0" {
	out=$(ns-uts --help 2>/dev/null)
	[[ $out == "Usage: ns-uts"*--hostname*--domainname*--join*Example* ]]
	[ "$(wc -l <<<"$out")" -le 24 ]
	[ "$(awk '{ if (length > 80) print }' <<<"$out")" = "" ]
	run ns-uts -V
	[[ $output == "ns-uts (Strata) "* ]]
	run bash -c 'ns-uts --help >/dev/full'
	[ "$status" -eq 125 ]
}

@test "the example that --help ends with works as typed" {
	example=$(ns-uts --help | sed -n 's/^Example[^:]*: *//p')
	[ -n "$example" ]
	run sh -c "$example"
	[ "$status" -eq 0 ]
	[ "$output" = box ]
}

@test "an unknown option gets a suggestion, and a status of 125" {
	run ns-uts --hostnam box echo RAN
	# An unambiguous beginning is the option, as everywhere.
	[[ $output != *unknown* ]]
	run ns-uts --hotsname box echo RAN
	[ "$status" -eq 125 ]
	[ "$output" = "ns-uts: unknown option '--hotsname'; did you mean '--hostname'?" ]
	run ns-uts --frobnicate echo RAN
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
	run ns-uts -q echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"'-q'"*--help* ]]
	run ns-uts --explain=yes echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"takes no value"* ]]
}
