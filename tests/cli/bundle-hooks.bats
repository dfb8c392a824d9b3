# compose-run --bundle: hooks, each at its moment and in its place.

load helper
load bundle

setup() {
	make_box
	mkdir data
	cat >data/hook <<-'END'
		#!/bin/sh
		# Says which hook it is, what the state says, and in which namespaces it runs.
		state=$(/bin/cat)
		get() { echo "$state" | /bin/sed -n "s/.*\"$1\": *\"\{0,1\}\([^,\"}]*\).*/\1/p"; }
		own=
		for ns in pid net uts ipc mnt; do
			case " $HOST " in *" $(/bin/readlink "/proc/self/ns/$ns") "*) ;; *) own="$own $ns" ;; esac
		done
		case $(get pid) in '') pid=none ;; 1) pid=1 ;; *) pid=outside ;; esac
		echo "$1 <$2> V=$V$LEAK status=$(get status) pid=$pid bundle=$(get bundle) a=$(get com.example.a) own:$own" >>"$LOG"
		get id >>"$LOG.id"
	END
	chmod +x data/hook
	export LEAK=leaked
}

# All kinds of hooks, two of each, that write to data/log; statements behind.
all_hooks() {
	config "import os
host = ' '.join(os.readlink('/proc/self/ns/' + n) for n in ('pid', 'net', 'uts', 'ipc', 'mnt'))
def hook(name, place='$PWD/data'):
    return {'path': place + '/hook', 'args': ['hook', name, 'a b'], 'timeout': 10,
            'env': ['V=1', 'LOG=' + place + '/log', 'HOST=' + host]}
c['hooks'] = {n: [hook(n + '1'), hook(n + '2')] for n in
              ('prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop')}
c['hooks']['startContainer'] = [hook('startContainer1', '/mnt')]
c['annotations'] = {'com.example.a': 'b'}
mount('/mnt', type='none', source='$PWD/data', options=['bind', 'rw'])
# The poststart hooks are outside, and run beside the program.
p['args'] = ['sh', '-c', 'echo program >>/mnt/log; until grep -q poststart2 /mnt/log; do sleep 0.1; done']
${1-}"
}

# What has to be in data/log, but for the order of the program and poststart.
expected() {
	local name in="bundle=$PWD/box a=b own: pid net uts ipc mnt" out="bundle=$PWD/box a=b own:"
	for name in prestart createRuntime; do
		printf '%s <a b> V=1 status=creating pid=outside %s\n' "${name}1" "$out" "${name}2" "$out"
	done
	printf '%s <a b> V=1 status=creating pid=1 %s\n' createContainer1 "$in" createContainer2 "$in"
	echo "startContainer1 <a b> V=1 status=created pid=1 $in"
	printf '%s <a b> V=1 status=running pid=outside %s\n' poststart1 "$out" poststart2 "$out"
	printf '%s <a b> V=1 status=stopped pid=none %s\n' poststop1 "$out" poststop2 "$out"
}

@test "all six kinds: their order, their namespaces, the state, args and env; and again as --chain and typed" {
	local how
	all_hooks
	for how in fused chain typed; do
		rm -f data/log data/log.id
		case $how in
		fused) box ;;
		chain) box --chain ;;
		typed) box --print-chain >line && sh ./line ;;
		esac
		diff <(expected) <(grep -v program data/log)
		# The program comes behind startContainer, and before poststop.
		[ "$(grep -n program data/log | cut -d: -f1)" -gt 7 ]
		[ "$(grep -n program data/log | cut -d: -f1)" -lt 11 ]
		# One id for all, and another each time.
		[ "$(sort -u data/log.id | wc -l)" -eq 1 ]
		sort -u data/log.id >>ids
	done
	[ "$(sort -u ids | wc -l)" -eq 3 ]
}

@test "the same bundle under runc and crun gives the same hooks" {
	is_root || skip "runc and crun want cgroups of their own, which root has"
	local engine tested=0
	all_hooks
	box
	# runc and crun tell some statuses and numbers otherwise, and start poststart
	# hooks before the program.
	tell() { sed 's/ status=[a-z]* pid=[a-z0-9]*//' data/log | sort; }
	tell >ours
	[ "$(wc -l <ours)" -eq 12 ]
	for engine in runc crun; do
		command -v "$engine" >/dev/null || continue
		rm -f data/log
		# crun before 1.9 does not know v2 beside v1; it is in a mount namespace then.
		if [ "$engine" = runc ]; then
			runc run -b box "strata-test-$$" </dev/null || continue
			tell >theirs
		else
			ns-mnt -- sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null
				exec "$@"' sh crun run -b box "strata-test-$$" </dev/null || continue
			# In startContainer, crun has forgotten the bundle.
			tell | sed 's/own: mnt$/own:/; /^startContainer/s|bundle=[^ ]*|bundle='"$PWD/box|" >theirs
		fi
		diff theirs ours
		tested=$((tested + 1))
	done
	[ "$tested" -gt 0 ] || skip "neither runc nor crun runs here"
}

@test "a hook that fails before the start: the program does not run, the rest is skipped, poststop hooks run" {
	local kind
	for kind in prestart createRuntime createContainer startContainer; do
		for bad in '{"path": "/bin/false"}' '{"path": "/nowhere"}' '{"path": "/bin/sleep", "args": ["sleep", "60"], "timeout": 1}'; do
			rm -f data/log
			all_hooks "c['hooks']['$kind'].insert(0, $bad)
p['args'] = ['sh', '-c', 'echo program >>/mnt/log']"
			run_box
			[ "$status" -eq 125 ]
			[[ $output == *"cannot run the $kind hook"*"[HOOK-FAILED]"* ]]
			if grep -qE "program|${kind}1|poststart" data/log; then false; fi
			[ "$(grep -c poststop data/log)" -eq 2 ]
		done
	done
	[[ $output == *"longer than its timeout, 1 s"* ]]
	# The container is gone when the poststop hooks run.
	is_root || return 0
	config "l['cgroupsPath'] = 'hooks-$$'
find = 'ls -d /sys/fs/cgroup/*/hooks-$$ /sys/fs/cgroup/hooks-$$ >%s 2>/dev/null'
c['hooks'] = {'createRuntime': [{'path': '/bin/sh', 'args': ['sh', '-c', find % '$PWD/during'], 'env': ['PATH=/bin']},
  {'path': '/bin/false'}], 'poststop': [{'path': '/bin/sh', 'args': ['sh', '-c', find % '$PWD/after'], 'env': ['PATH=/bin']}]}"
	run_box
	[ "$status" -eq 125 ]
	[ -e after ]
	[ ! -s after ]
}

@test "a poststart or poststop hook that fails is told, and changes nothing" {
	all_hooks 'for k in ("poststart", "poststop"): c["hooks"][k].insert(0, {"path": "/bin/false"})'
	run_box
	[ "$status" -eq 0 ]
	[[ $output == *"note: the poststart hook /bin/false did not go well: it ended with status 1"* ]]
	[[ $output == *"note: the poststop hook /bin/false did not go well: it ended with status 1"* ]]
	diff <(expected) <(grep -v program data/log)
	all_hooks 'p["args"] = ["sh", "-c", "exit 7"]'
	run_box
	[ "$status" -eq 7 ]
}

@test "poststop hooks run when the program could not be executed, or the container not be made; poststart do not" {
	rm -f data/log
	all_hooks 'p["args"] = ["/no/such/program"]'
	status=0
	box 2>/dev/null || status=$?
	[ "$status" -eq 127 ]
	[ "$(grep -c poststart data/log)" -eq 0 ]
	[ "$(grep -c poststop data/log)" -eq 2 ]
	rm -f data/log
	all_hooks 'p["cwd"] = "/no/such/directory"'
	run_box
	[ "$status" -eq 125 ]
	[ "$(grep -c poststart data/log)" -eq 0 ]
	[ "$(grep -c poststop data/log)" -eq 2 ]
}

@test "a hook outside finds the container by the pid in its state: its network can be set up" {
	is_root || skip "an ordinary user can't enter the network of a process that nobody may look into"
	# shellcheck disable=SC2016 # it is the hook's shell that expands it
	config 'c["hooks"] = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c",
"""PATH=/usr/sbin:/sbin:/usr/bin:/bin; pid=$(sed "s/.*pid. *: *//; s/[^0-9].*//")
nsenter -t "$pid" -n ip link add hook0 type veth peer name hook1"""]}]}'
	run_box -- grep -c hook0: /proc/net/dev
	[ "$output" = 1 ]
}

@test "a createContainer hook can mount what the container then has" {
	config "c['hooks'] = {'createContainer': [{'path': '/bin/mount', 'args':
['mount', '-t', 'tmpfs', 'hook', '$PWD/box/rootfs/srv']}]}"
	mkdir -p box/rootfs/srv
	run_box -- grep -c '^hook /srv tmpfs' /proc/mounts
	[ "$output" = 1 ]
	if grep -q '^hook ' /proc/mounts; then false; fi
}

@test "a startContainer hook has no more power than the program, and neither gets a descriptor of ours" {
	cat >data/look <<-'END'
		#!/bin/sh
		cat >/dev/null
		{ id -u; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; ls /proc/self/fd | wc -l; } >/mnt/"$1"
		ls -l /proc/1/exe /proc/1/fd >>/mnt/peek 2>&1 || true
	END
	chmod +x data/look
	config "c['hooks'] = {'startContainer': [{'path': '/mnt/look', 'args': ['look', 'hook'], 'env': ['PATH=/bin']}],
  'poststart': [{'path': '/bin/true'}]}
mount('/mnt', source='$PWD/data', options=['bind', 'rw'])
l['seccomp'] = {'defaultAction': 'SCMP_ACT_ALLOW'}
p['args'] = ['/mnt/look', 'program']"
	box </dev/null 9<box/config.json
	cmp data/hook data/program || diff data/hook data/program
	[ "$(tail -n 1 data/program)" -eq 4 ]
	# Before the program is there, nobody may look into the process that becomes it.
	[ "$(grep -c 'ermission denied' data/peek)" -ge 1 ]
}

@test "what a hook prints is no output of the program's" {
	config 'c["hooks"] = {"prestart": [{"path": "/bin/echo", "args": ["echo", "from the hook"]}]}'
	box -- echo from the program >out
	[ "$(cat out)" = "from the program" ]
	grep -qx 'from the hook' errors
}

@test "a state of half a megabyte arrives whole, also at a hook that does not read it" {
	config "c['hooks'] = {'prestart': [{'path': '/bin/true'}, {'path': '/bin/sh', 'args': ['sh', '-c', '/usr/bin/wc -c >$PWD/size']}]}
c['annotations'] = {'a': 'x' * 500000}"
	box -- true
	[ "$(cat size)" -gt 500000 ]
}

@test "with -d: the launcher waits for poststart, wait for poststop, and the id is the name" {
	all_hooks 'p["args"] = ["sh", "-c", "echo program >>/mnt/log; until [ -e /mnt/end ]; do sleep 0.1; done"]'
	name=hooks-$$
	export XDG_RUNTIME_DIR=$PWD
	compose-run -d --name "$name" --bundle box 2>errors
	[ "$(grep -c poststart data/log)" -eq 2 ]
	[ "$(grep -c poststop data/log)" -eq 0 ]
	touch data/end
	[ "$(compose-run wait "$name")" = 0 ]
	[ "$(grep -c poststop data/log)" -eq 2 ]
	[ "$(sort -u data/log.id)" = "$name" ]
	compose-run rm "$name"
	all_hooks 'c["hooks"]["createRuntime"].insert(0, {"path": "/bin/false"})'
	run compose-run -d --name "$name" --bundle box
	[ "$status" -eq 125 ]
	[[ $output == *HOOK-FAILED* ]]
	if compose-run wait "$name" 2>/dev/null; then false; fi
}

@test "--dry-run runs none and tells each; --explain tells; --emit-oci writes them again" {
	all_hooks
	rm -f data/log
	run_box -n
	[ "$status" -eq 0 ]
	[ ! -e data/log ]
	for kind in prestart createRuntime createContainer startContainer poststart poststop; do
		[[ $output == *"run the $kind hook"* ]]
	done
	run_box -x
	[[ $output == *"0 hooks have run here -> 1 hooks have run here"* ]]
	mkdir again
	box --emit-oci again
	diff <(python3 -c 'import json; print(json.load(open("box/config.json"))["hooks"])') \
		<(python3 -c 'import json; c = json.load(open("again/config.json"))["hooks"]
print({k: [{n: h[n] for n in ("path", "args", "timeout", "env")} for h in c[k]] for k in
  ("prestart", "createRuntime", "createContainer", "poststart", "poststop", "startContainer")})')
}

@test "a hook that is none is refused by its place" {
	config 'c["hooks"] = {"prestart": [{"path": "true"}]}'
	refused 'hooks.prestart[0].path has a value' -- echo INSIDE
	config 'c["hooks"] = {"poststop": [{"path": "/bin/true", "timeout": 0}]}'
	refused 'hooks.poststop[0].timeout has a value' -- echo INSIDE
	config 'c["hooks"] = {"poststop": [{"args": ["true"]}]}'
	refused 'hooks.poststop[0].path has a value' -- echo INSIDE
	config 'c["hooks"] = {"prestop": []}'
	refused 'hooks.prestop is unknown [OCI-KEY]' -- echo INSIDE
	# 2^32 seconds are not the same as 0, which would be no end at all.
	for seconds in 0 -1 2147483648 4294967296; do
		run compose-run hooks --poststop "{\"path\": \"/bin/true\", \"timeout\": $seconds}" -- echo INSIDE
		[ "$status" -eq 125 ]
		[[ $output == *"timeout is a number"* && $output != *INSIDE* ]]
	done
}

@test "killed while a hook runs: the hook ends, too" {
	config "c['hooks'] = {'createRuntime': [{'path': '/bin/sh', 'args': ['sh', '-c', 'echo \$\$ >$PWD/pid; exec /bin/sleep 100']}]}"
	compose-run --bundle box -- true 2>/dev/null &
	until_true test -s pid
	kill -KILL $!
	hook=$(cat pid)
	gone() { ! kill -0 "$hook" 2>/dev/null; }
	until_true gone
}
