# STRATA_TRACE=FILE: the steps of a chain as a timeline.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	need_namespaces
	export STRATA_TRACE=$BATS_TEST_TMPDIR/trace.json
}

# Evaluates a Python expression over the events, all of them in the form that
# the Trace Event Format asks for.
events() {
	python3 - "$1" <<-'END'
		import json, sys
		events = json.load(open('trace.json'))
		steps = [e for e in events if 'args' in e]
		links = [e for e in events if 'args' not in e]
		for e in events:
		    assert {'name', 'ph', 'pid', 'tid', 'ts', 'dur'} <= set(e), e
		    assert e['ph'] == 'X', e
		for e in steps:
		    assert e['ts'] > 0 and e['dur'] >= 0 and e['cat'] and e['args']['to'], e
		print(eval(sys.argv[1]))
	END
}

@test "STRATA_TRACE writes each step with its start and duration, over exec and fork" {
	own ns-pid ns-uts --hostname 'a-b' -- true
	run events '[e["name"] for e in steps if "HOST" in e["name"].upper()]'
	[ "$output" = "['sethostname(names->host, strlen(names->host))']" ]
	run events 'sorted({e["cat"] for e in steps} - {"ns-user"})'
	[ "$output" = "['ns-pid', 'ns-uts']" ]
	# The fork is told by the parent, what is behind it by the child.
	run events 'any("fork" in e["name"] for e in steps) and any("PDEATHSIG" in e["name"] for e in steps)'
	[ "$output" = True ]
	# A link is an event around those of its steps, up to the next link.
	run events '[l["name"] for l in links][-2:]'
	[ "$output" = "['ns-pid', 'ns-uts']" ]
	run events '[l["ts"] <= e["ts"] and e["ts"] + e["dur"] <= l["ts"] + l["dur"] for l in links
		for e in steps if l["name"] == e["cat"] == "ns-uts"]'
	[ "$output" = "[True, True, True]" ]
}

@test "a second run goes on in the same file, and it stays one JSON array" {
	own ns-uts true
	first=$(events 'len(steps)')
	own ns-uts true
	[ "$(events 'len(steps)')" -eq $((2 * first)) ]
}

@test "many at once write one array" {
	own ns-uts true
	one=$(events 'len(steps)')
	rm trace.json
	for _ in 1 2 3 4 5 6 7 8; do own ns-uts true & done
	wait
	python3 -c 'import json; print(sum("args" in e for e in json.load(open("trace.json"))))' >count
	[ "$(cat count)" -eq $((8 * one)) ]
}

@test "a failed step is in the file, with its errno" {
	run ns-user capdrop -- sh -c 'ns-uts true'
	[ "$status" -eq 125 ]
	[ "$(events 'steps[-1]["args"].get("error")')" = EPERM ]
}

@test "the whole of compose-run is traced, behind the change of the root too" {
	run compose-run --without cgroup -- sh -c 'ls /proc/self/fd | wc -l'
	[ "$status" -eq 0 ]
	# The program does not get the file: 0, 1, 2, and that of ls.
	[ "$output" = 4 ]
	run events '[t for t in ("ns-user", "ns-pid", "ns-mnt", "chroot", "capdrop", "lsm")
		if t not in {e["cat"] for e in steps}]'
	[ "$output" = '[]' ]
}

@test "a link behind chroot is traced" {
	ns-user chroot / ns-uts --hostname inside true
	[ "$(events 'links[-1]["name"]')" = ns-uts ]
}

@test "a trace that can't be written ends the tool before it does anything" {
	STRATA_TRACE=/no/such/place run ns-user touch made
	[ "$status" -eq 125 ]
	[[ $output == "ns-user: cannot open '/no/such/place', which STRATA_TRACE names: "* ]]
	mkfifo pipe
	STRATA_TRACE=pipe run ns-user touch made
	[ "$status" -eq 125 ]
	[[ $output == *"no regular file"* ]]
	[ ! -e made ]
}
