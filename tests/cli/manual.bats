# The manual pages and --help: they say the same, the examples work as typed,
# and the ids under DIAGNOSTICS are those that the tools can print.

load helper

TOOLS=(ns-pid ns-uts ns-mnt ns-ipc ns-net ns-user chroot cgroup capdrop lsm compose-run)

setup() {
	TOP=$(realpath "$BATS_TEST_DIRNAME/../..")
	cd "$BATS_TEST_TMPDIR" || return 1
	SKIPPED=
}

page() { echo "$TOP/tools/$1/$1.1"; }

# The lines of one section of a page.
section() {
	awk -v name="$2" '/^\.Sh / { inside = $0 == ".Sh " name; next } inside' "$(page "$1")"
}

# Options as "--long" and "-s", one a line: of --help, and of the page.
options_of_help() {
	"$1" --help | grep -E '^ +-' |
		grep -oE '(^ +|  |, )--?[A-Za-z][A-Za-z-]*' | tr -d ' ,' | sort -u
}
options_of_page() {
	section "$1" OPTIONS | grep -E '^\.It Fl' | grep -oE 'Fl [A-Za-z-]+' | sed 's/^Fl /-/' |
		sort -u
}

# The ids in C files: "NS-PRIV" with quotes or brackets around it.
ids_in() {
	cat "$@" | grep -oE '("|\[)[A-Z]{2,}(-[A-Z0-9]+)+("|\])' | tr -d '"[]' | sort -u
}
ids_of_page() {
	section "$1" DIAGNOSTICS | sed -nE 's/^\.It ([A-Z]{2,}(-[A-Z0-9]+)+)$/\1/p' | sort -u
}

@test "--help says first how a tool is used" {
	for tool in "${TOOLS[@]}"; do
		run "$tool" --help
		[ "$status" -eq 0 ]
		[[ ${lines[0]} == "Usage: $tool "* ]] || { echo "$tool: ${lines[0]}"; false; }
	done
}

@test "--help fits on a screen of 24 lines with 80 columns" {
	for tool in "${TOOLS[@]}"; do
		n=$("$tool" --help | wc -l)
		[ "$n" -le 24 ] || { echo "$tool: $n lines"; false; }
		long=$("$tool" --help | grep -E '.{81}' || true)
		[ -z "$long" ] || { echo "$tool: $long"; false; }
	done
}

@test "--version names the tool, Strata, and the version" {
	version=$(sed -n 's/^VERSION = //p' "$TOP/Makefile")
	for tool in "${TOOLS[@]}"; do
		run "$tool" -V
		[ "$status" -eq 0 ]
		[ "$output" = "$tool (Strata) $version" ] || { echo "$output"; false; }
		[ "$("$tool" --version)" = "$output" ]
	done
}

@test "each option of --help is in the manual page, and the other way round" {
	for tool in "${TOOLS[@]}"; do
		options_of_help "$tool" >help
		options_of_page "$tool" >page
		[ "$(wc -l <help)" -ge 8 ]
		diff help page >differ || { echo "$tool: help < > page"; cat differ; false; }
	done
}

@test "each id that a tool can print is under DIAGNOSTICS, and no other is" {
	ids_in "$TOP"/tools/common/*.c >common
	for tool in "${TOOLS[@]}"; do
		ids_of_page "$tool" >page
		ids_in "$TOP/tools/$tool"/*.c >own
		missing=$(comm -23 own page)
		[ -z "$missing" ] || { echo "$tool.1 lacks: $missing"; false; }
		stale=$(sort -u own common | comm -13 - page)
		[ -z "$stale" ] || { echo "$tool.1 has what no source has: $stale"; false; }
	done
	for tool in "${TOOLS[@]}"; do ids_of_page "$tool"; done | sort -u >pages
	missing=$(comm -23 common pages)
	[ -z "$missing" ] || { echo "no page has: $missing"; false; }
}

@test "the manual pages are good mdoc" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	for tool in "${TOOLS[@]}"; do
		run mandoc -T lint -W warning "$(page "$tool")"
		[ "$status" -eq 0 ] || { echo "$output"; false; }
		[ -z "$output" ]
	done
}

@test "the manual pages fit into 80 columns" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	for tool in "${TOOLS[@]}"; do
		# A letter printed over itself is a bold one.
		long=$(mandoc -T ascii "$(page "$tool")" | sed 's/.\x08//g' | grep -E '.{81}' || true)
		[ -z "$long" ] || { echo "$tool.1: $long"; false; }
	done
}

@test "the manual pages have the sections that all should have" {
	for tool in "${TOOLS[@]}"; do
		for name in NAME SYNOPSIS DESCRIPTION OPTIONS 'SYSTEM CALLS' ENVIRONMENT 'EXIT STATUS' \
			EXAMPLES DIAGNOSTICS 'SEE ALSO'; do
			grep -qx "\.Sh $name" "$(page "$tool")" || { echo "$tool.1: no $name"; false; }
		done
	done
}

# What runs the lines of one example, in one shell, as a person would.
write_runner() {
	export SETTLED=$BATS_TEST_DIRNAME/../settled
	cat >runner <<'END'
step() {
	eval "$1" >"$OUT" 2>&1 </dev/null 3>&-
	local status=$?
	# Who types has waited long enough for what was started with '&'.
	[[ $1 != *'&' ]] || { sleep 0.5; "$SETTLED" $$; }
	if [ "$status" -ne 0 ]; then
		printf 'status %d: %s\n' "$status" "$1"
		cat "$OUT"
		return 1
	fi
	# A note is no part of what a program prints.
	if [ "$2" ] && [ "$2" != "$(grep -v ': note: ' "$OUT")" ]; then
		printf 'printed something else: %s\n' "$1"
		printf '%s\n' "$2" | diff - "$OUT"
		return 1
	fi
}
end() {
	local all
	all=$(jobs -p)
	# shellcheck disable=SC2086 # one number a word
	[ -z "$all" ] || { kill -KILL $all; wait; } 2>/dev/null
}
END
}

# Turns the displays of EXAMPLES into files with a call of step for each
# command: the files example.N.KIND, KIND being any or root.
write_examples() {
	section "$1" EXAMPLES | awk '
	function quoted(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
	function flush() {
		if (command != "")
			printf "step %s %s || { end; exit 1; }\n", quoted(command), quoted(output) >file
		command = output = ""
	}
	/^\.Bd / { inside = 1; file = ""; next }
	/^\.Ed/ { flush(); inside = 0; if (file != "") { print "end" >file; close(file) } next }
	!inside { next }
	{ gsub(/\\e/, "\\"); gsub(/\\&/, "") }
	/^[$#] / && !continued {
		flush()
		if (file == "")
			file = "example." ++n "." (/^\$/ ? "any" : "root")
		command = substr($0, 3)
		continued = command ~ /\\$/
		next
	}
	continued { command = command "\n" $0; continued = /\\$/; next }
	{ output = output (output == "" ? "" : "\n") $0 }'
}

# What an example needs and is not here, or nothing.
lacks() {
	local word
	for word in ip ps findmnt ipcs ipcmk hostname busybox; do
		if grep -qE "(^|[^./a-z-])$word( |'|$)" "$1" && ! command -v "$word" >/dev/null; then
			echo "$word is not installed"
			return
		fi
	done
	if grep -q '\./root' "$1" && [ ! -e root ] && ! "$TOP/lab/rootfs" root >made 2>&1; then
		cat made
	elif grep -qE '(ns-|compose-run|--cgroupns)' "$1" && ! own unshare -u true 2>/dev/null; then
		echo "no namespaces for this user here"
	elif grep -qE -- '--(ro|rox|rw|rwx|scope) ' "$1"; then
		refusal lsm --ro / --best-effort
	elif grep -qE -- '--overlay|--rootfs [^:]* ' "$1" && mkdir -p empty; then
		refusal ns-user ns-mnt --overlay empty:empty
	else
		for word in '--memory 64M' '--pids-limit 20' '--cpus 0.5'; do
			# shellcheck disable=SC2086 # an option and its value
			! grep -q -- "${word% *}" "$1" || refusal cgroup $word
		done
	fi
}

# Why a chain does not work here: only a refusal that has an id. One without is
# for the example to show.
refusal() { "$@" --check | grep -E '^✗.*\[[A-Z]+-' || true; }

# Runs all examples of one kind in a page.
run_examples() {
	local page=$1 kind=$2 example reason count=0
	mkdir work
	cd work
	export HOME=$PWD SHELL=/bin/sh PATH
	unset STRATA_EXPLAIN STRATA_TRACE
	write_runner
	write_examples "$page"
	for example in example.*."$kind"; do
		[ -e "$example" ] || break
		count=$((count + 1))
		reason=$(lacks "$example")
		if [ "$reason" ]; then
			SKIPPED="${SKIPPED:+$SKIPPED; }${reason%%$'\n'*}"
			continue
		fi
		OUT=$PWD/output run timeout -k 2 300 bash --norc -c '. ./runner; . "./$1"' - "$example"
		[ "$status" -eq 0 ] || { cat "$example"; echo "$output"; return 1; }
	done
	[ "$kind" = root ] || [ "$count" -gt 0 ]
	[ -z "$SKIPPED" ] || skip "$SKIPPED"
}
as_any() { run_examples "$1" any; }
as_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	run_examples "$1" root
}

@test "ns-pid(1): the examples for every user work as typed" { as_any ns-pid; }
@test "ns-pid(1): the examples for root work as typed" { as_root ns-pid; }
@test "ns-uts(1): the examples for every user work as typed" { as_any ns-uts; }
@test "ns-uts(1): the examples for root work as typed" { as_root ns-uts; }
@test "ns-mnt(1): the examples for every user work as typed" { as_any ns-mnt; }
@test "ns-ipc(1): the examples for every user work as typed" { as_any ns-ipc; }
@test "ns-ipc(1): the examples for root work as typed" { as_root ns-ipc; }
@test "ns-net(1): the examples for every user work as typed" { as_any ns-net; }
@test "ns-net(1): the examples for root work as typed" { as_root ns-net; }
@test "ns-user(1): the examples for every user work as typed" { as_any ns-user; }
@test "ns-user(1): the examples for root work as typed" { as_root ns-user; }
@test "chroot(1): the examples for every user work as typed" { as_any chroot; }
@test "chroot(1): the examples for root work as typed" { as_root chroot; }
@test "cgroup(1): the examples for every user work as typed" { as_any cgroup; }
@test "cgroup(1): the examples for root work as typed" { as_root cgroup; }
@test "capdrop(1): the examples for every user work as typed" { as_any capdrop; }
@test "capdrop(1): the examples for root work as typed" { as_root capdrop; }
@test "lsm(1): the examples for every user work as typed" { as_any lsm; }
@test "lsm(1): the examples for root work as typed" { as_root lsm; }
@test "compose-run(1): the examples for every user work as typed" { as_any compose-run; }
@test "compose-run(1): the examples for root work as typed" { as_root compose-run; }
