# compose-run: the options that docker run has too, by their effects.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	cd "$BATS_TEST_TMPDIR" || return 1
	# Without a cgroup of one's own a note says so each time.
	C=()
	is_root || C=(--without cgroup)
}

is_root() { [ "$(id -u)" -eq 0 ]; }

make_root() {
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
}

run_box() { run compose-run "${C[@]}" "$@"; }

# refused TEXT OPTION...: not run, and the message has the text.
refused() {
	local text=$1
	shift
	run_box "$@" -- touch ran
	if [ "$status" -ne 125 ] || [[ $output != *"$text"* ]] || [ -e ran ]; then
		echo "$*: status $status, expected '$text': $output"
		return 1
	fi
}

# --- Files ---

@test "--overlay shows layers, and throws away what is written" {
	mkdir low high
	echo low | tee low/a low/b >/dev/null
	echo high >high/a
	run_box --overlay high:low:/srv -- sh -c 'cat /srv/a /srv/b; echo new >/srv/a; rm /srv/b; cat /srv/*'
	[ "$output" = $'high\nlow\nnew' ]
	[ "$(cat high/a low/a low/b)" = $'high\nlow\nlow' ]
}

@test "--overlay with upper= and work= keeps what is written" {
	mkdir low up work
	echo old >low/a
	run_box --overlay "low:/srv,upper=up,work=work" -- sh -c 'echo new >/srv/a'
	[ "$status" -eq 0 ]
	[ "$(cat up/a low/a)" = $'new\nold' ]
}

@test "--overlay DIR makes one directory of the machine's writable, for this time" {
	D=$(mktemp -d /var/tmp/strata-overlay.XXXXXX)
	echo old >"$D/a"
	run_box --overlay "$D" -- sh -c 'echo new >"$1/a"; cat "$1/a"' sh "$D"
	[ "$output" = new ]
	[ "$(cat "$D/a")" = old ]
	rm -r "$D"
}

@test "--overlay / lets one change what the machine has, and changes nothing" {
	is_root || skip "an ordinary user may change nothing that belongs to others"
	run_box --overlay / -- sh -c 'rm /etc/passwd && touch /usr/made && ls /etc/passwd /usr/made'
	[[ $output == *"/usr/made"* ]]
	[[ $output == *"passwd"*"No such file"* ]]
	[[ $output == *"note: --overlay /: read-only stay "*"/mnt"* ]]
	[ -e /etc/passwd ] && [ ! -e /usr/made ]
}

@test "--overlay refuses what can be no layer" {
	touch file
	refused 'takes a directory' --overlay file:/srv
	refused 'cannot find' --overlay nowhere:/srv
	refused "'/' itself" --overlay .:/
	refused 'upper=DIR and work=DIR' --overlay .:/srv,lower=.
	refused 'exclude each other' --overlay / --read-only
	refused 'has its overlay' --overlay / --rootfs "$PWD"
}

@test "--mount type=bind shows a directory or a file, readonly to be read" {
	make_root
	mkdir data
	echo ours >data/file
	run_box --rootfs root --mount type=bind,source=data,target=/data \
		--mount 'type=bind,src=data/file,dst=/one,readonly' \
		--mount type=bind,src=data,destination=/ro,ro=true,consistency=cached -- sh -c '
		cat /data/file /one; touch /data/new; touch /ro/x; echo x >/one; :'
	[ "${lines[0]}" = ours ]
	[ "${lines[1]}" = ours ]
	[ "$(grep -c 'Read-only' <<<"$output")" -eq 2 ]
	[ -e data/new ]
	[ ! -e data/x ]
}

@test "--mount type=tmpfs takes docker's size and mode, and is noexec" {
	run_box --mount type=tmpfs,dst=/srv,tmpfs-size=1m,tmpfs-mode=1711 -- sh -c '
		stat -c %a /srv; grep " /srv " /proc/self/mountinfo'
	[ "${lines[0]}" = 1711 ]
	[[ ${lines[1]} == *" rw,nosuid,nodev,noexec,"*"size=1024k"* ]]
	run_box --mount type=tmpfs,dst=/srv,ro -- touch /srv/x
	[[ $output == *"Read-only"* ]]
}

@test "a volume without a source begins with what the root has, and is thrown away" {
	make_root
	mkdir root/data
	echo image >root/data/file
	for option in '-v /data' '--mount dst=/data' '--mount type=volume,dst=/data'; do
		# shellcheck disable=SC2086 # two words
		run_box --rootfs root --read-only $option -- sh -c 'cat /data/file; echo new >/data/file; cat /data/file'
		[ "$output" = $'image\nnew' ]
	done
	[ "$(cat root/data/file)" = image ]
	run_box --rootfs root --mount dst=/data,volume-nocopy -- sh -c 'ls -A /data; touch /data/x && echo empty'
	[ "$output" = empty ]
	run_box --rootfs root --mount dst=/data,ro -- touch /data/x
	[[ $output == *"Read-only"* ]]
}

@test "a volume's mount point is looked up in the root, whose links lead nowhere else" {
	make_root
	mkdir outside
	touch outside/secret
	ln -s "$PWD/outside" root/data
	run_box --rootfs root -v /data -- sh -c 'ls -A /data/'
	[[ $output != *secret* ]]
}

@test "--volume refuses the words that Docker has behind the colon, each with what to do" {
	refused 'chcon' -v /usr:/srv:ro,z
	refused 'chcon' -v /usr:/srv:Z
	refused '--propagation' -v /usr:/srv:rslave
	refused ':ro or :rw' -v /usr:/srv:nocopy
	refused 'mkdir -p ./new' -v ./new:/srv
	[ ! -e new ]
}

@test "--mount refuses what it can't do, each with what to do instead" {
	refused 'named volumes' --mount type=volume,src=name,dst=/srv
	refused 'type=bind,src=./name,dst=/srv' --mount src=name,dst=/srv
	refused 'needs dst=' --mount type=tmpfs
	refused 'needs src=' --mount type=bind,dst=/srv
	refused 'cannot find' --mount type=bind,src=/no/such,dst=/srv
	refused 'absolute path inside' --mount type=tmpfs,dst=srv
	refused "no 'size'" --mount type=tmpfs,dst=/srv,size=1
	refused 'has no src' --mount type=tmpfs,src=/x,dst=/srv
	refused 'octal' --mount type=tmpfs,dst=/srv,tmpfs-mode=9
	refused 'a size' --mount type=tmpfs,dst=/srv,tmpfs-size=x
	refused 'true or false' --mount type=tmpfs,dst=/srv,ro=maybe
	refused 'does not go with type=tmpfs' --mount type=tmpfs,dst=/srv,bind-propagation=rprivate
	refused 'rprivate here' --mount type=bind,src=/usr,dst=/srv,bind-propagation=shared
	refused "can't be had" --mount type=bind,src=/usr,dst=/srv,bind-nonrecursive
	refused "mkdir -p" --mount type=bind,src=/usr,dst=/srv,bind-create-src
	refused "no 'bind-recusive'" --mount type=bind,src=/usr,dst=/srv,bind-recusive=false
	refused 'no images' --mount type=image,src=x,dst=/srv
	refused "not 'npipe'" --mount type=npipe,src=x,dst=/srv
	refused 'leave it out' --mount dst=/srv,volume-driver=local
}

@test "--device lets one device in, under its name or another" {
	run_box --device /dev/zero:/dev/my/zero -- sh -c 'head -c 4 /dev/my/zero | wc -c'
	[ "$output" = 4 ]
	[ -c /dev/kmsg ] || skip "there is no /dev/kmsg here"
	run_box -- sh -c '[ -e /dev/kmsg ] || echo none'
	[ "$output" = none ]
	for option in /dev/kmsg /dev/kmsg:rwm /dev/kmsg:/dev/kmsg:rw; do
		run_box --device $option -- sh -c '[ -c /dev/kmsg ] && echo there'
		[ "$output" = there ]
	done
}

@test "--device refuses what is no device, and rights that a mount can't give" {
	refused 'is none; for a file' --device /etc/passwd
	refused 'cannot find' --device /dev/no-such
	refused 'rw, or nothing' --device /dev/zero:r
	refused 'rw, or nothing' --device /dev/zero:/dev/z:wm
	refused 'letters of rwm' --device /dev/zero:/dev/z:x
	refused 'absolute paths' --device vendor.com/gpu=0
	refused '--privileged' --device /dev
}

@test "a device node made inside is none that can be opened" {
	is_root || skip "only root can make a device node"
	for place in /dev /tmp; do
		run_box --userns host -- sh -c 'mknod "$1/node" c 1 5 && head -c 4 "$1/node"' sh $place
		[[ $output == *"ermission denied"* ]]
	done
}

# --- Power ---

@test "--privileged: all capabilities, no filter, nothing masked, /sys and all devices" {
	need_writable_sys
	run_box --privileged -- sh -c '
		grep -E "^(CapEff|CapBnd|Seccomp|NoNewPrivs):" /proc/self/status
		sed -n "s/^[0-9]* [0-9]* [^ ]* [^ ]* \(\/[^ ]*\) \([^,]*\),.*/\1 \2/p" /proc/self/mountinfo
		ls /dev; : </dev/ptmx && echo terminals'
	[ "$status" -eq 0 ]
	[ "$(grep -c '^Cap.*000001ffffffffff$' <<<"$output")" -eq 2 ]
	grep -q '^Seccomp:.*0$' <<<"$output"
	grep -q '^NoNewPrivs:.*0$' <<<"$output"
	# The last mount on a place is the one that is seen.
	[ "$(grep '^/sys ' <<<"$output" | tail -n 1)" = '/sys rw' ]
	[ "$(grep '^/dev/pts ' <<<"$output" | tail -n 1)" = '/dev/pts rw' ]
	if grep -qE '^/proc/(kcore|keys|sys) ' <<<"$output"; then false; fi
	grep -qx terminals <<<"$output"
	for device in /dev/*; do
		[ -c "$device" ] || continue
		grep -qx "${device#/dev/}" <<<"$output"
	done
}

@test "--privileged still is in a user namespace, and keeps what is asked for" {
	need_writable_sys
	run_box --privileged -- readlink /proc/self/ns/user
	[ "$output" != "$(readlink /proc/self/ns/user)" ]
	run_box --privileged --cap-drop CHOWN --security-opt no-new-privileges -- \
		grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status
	[[ ${lines[0]} == *000001fffffffffe ]]
	[[ ${lines[1]} == *1 ]]
	[[ ${lines[2]} == *0 ]]
	echo '{ "defaultAction": "SCMP_ACT_ALLOW" }' >profile.json
	run_box --privileged --security-opt seccomp=profile.json -- grep '^Seccomp:' /proc/self/status
	[[ $output == *2 ]]
	refused 'all capabilities' --privileged --cap-drop ALL
}

# --- Environment ---

@test "--env-file: docker's format, and -e wins" {
	# A mark of Windows' editors and its line ends, comments, blanks, quotes.
	printf '\xef\xbb\xbfA=1\r\n# no\n\n  \t B=it'"'"'s "x" # y \nPASSED \nUNSET_NAME\nEMPTY=\nLAST=x=y' >file
	echo 'A=2' >second
	export PASSED=outside
	run_box -e A=3 --env-file file --env-file second -- env
	[ "$(grep -c '^A=' <<<"$output")" -eq 1 ]
	grep -qx 'A=3' <<<"$output"
	grep -Fqx "B=it's \"x\" # y " <<<"$output"
	grep -qx 'PASSED=outside' <<<"$output"
	grep -qx 'EMPTY=' <<<"$output"
	grep -qx 'LAST=x=y' <<<"$output"
	if grep -q 'UNSET_NAME' <<<"$output"; then false; fi
	run_box --env-file file --env-file second -- sh -c 'echo $A'
	[ "$output" = 2 ]
	run_box --env-file <(echo C=pipe) -- sh -c 'echo $C'
	[ "$output" = pipe ]
}

@test "--env-file: what is no such file is told by its line" {
	printf 'A=1\nB C=2\n' >file
	refused "line 2 of 'file' has a blank" --env-file file
	printf '\n\n =2\n' >file
	refused "line 3 of 'file' has no name" --env-file file
	printf 'A=\0\n' >file
	refused 'no text' --env-file file
	refused 'cannot open' --env-file none
	refused 'cannot read' --env-file /
	refused 'too long' --env-file /dev/zero
}

# --- Limits ---

@test "--ulimit sets soft and hard limits, of the same process" {
	run_box --ulimit nofile=100:200 --ulimit core=-1:-1 --ulimit core=0 --ulimit nofile=64:128 -- \
		grep -E 'Max (open files|core)' /proc/self/limits
	[[ $(tr -s ' ' <<<"${lines[0]}") == "Max core file size 0 0 "* ]]
	[[ $(tr -s ' ' <<<"${lines[1]}") == "Max open files 64 128 "* ]]
}

@test "--ulimit: a container needs few descriptors to start" {
	for way in '' --chain; do
		# shellcheck disable=SC2086 # no word or one
		run_box $way --ulimit nofile=24 -- sh -c 'ulimit -n'
		[ "$output" = 24 ]
	done
}

@test "--ulimit nofile: too few to start is told with the reason" {
	run_box --ulimit nofile=5:5 -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"[FILES-MANY]"*"may have 5 files open"* ]]
	[ ! -e ran ]
}

@test "--ulimit: a small stack is the program's, and does not end the chain" {
	make_root
	run_box --rootfs root --ulimit stack=65536 -- sh -c 'ulimit -s'
	[ "$status" -eq 0 ]
	[ "$output" = 64 ]
	# As programs of their own the links have it too, and say so.
	refused 'leave --chain away' --chain --rootfs root --ulimit stack=65536
	run_box --chain --rootfs root --ulimit stack=2097152 -- sh -c 'ulimit -s'
	[ "$output" = 2048 ]
}

@test "--ulimit: what can't be had is an error with its reason, and nothing runs" {
	for way in '' --chain; do
		# shellcheck disable=SC2086 # no word or one
		run_box $way --ulimit nofile=1:999999999999 -- touch ran
		[ "$status" -eq 125 ]
		[[ $output == *"cannot set the limit nofile=1:999999999999: "*"[ULIMIT-"* ]]
	done
	[ ! -e ran ]
	refused "did you mean nofile" --ulimit nofiles=3
	refused 'NAME=SOFT[:HARD]' --ulimit nofile
	refused 'a number, or -1' --ulimit nofile=many
	refused 'a number, or -1' --ulimit nofile=1:
	refused 'above the hard' --ulimit nofile=2:1
}

@test "--ulimit: the fix of a refusal works" {
	run_box --ulimit nice=40 -- true
	[ "$status" -ne 0 ] || skip "this user may raise hard limits"
	[[ $output == *"[ULIMIT-HARD]"* ]]
	fix=$(sed -n 's/.*:  \(--ulimit [^ ]*\).*/\1/p' <<<"$output")
	# shellcheck disable=SC2086 # two words
	run_box $fix -- true
	[ "$status" -eq 0 ]
}

@test "a dry run of --ulimit needs no right, and sets nothing" {
	for way in '' --chain; do
		# shellcheck disable=SC2086 # no word or one
		run_box -n $way --ulimit nice=40 -- touch ran
		[ "$status" -eq 0 ]
		[[ $output == *'prlimit(0, resource, &limit, NULL)'* ]]
		[ ! -e ran ]
	done
}

@test "--memory-swap and --cpuset-cpus limit, -1 is no limit" {
	is_root || skip "limits need a cgroup, which this user has none of"
	cpu=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*\([0-9]*\).*/\1/p' /proc/self/status)
	run compose-run -m 64m --memory-swap 64m --cpuset-cpus "$cpu" --pids-limit -1 -- sh -c '
		cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max 2>/dev/null
		sed -n "s/^Cpus_allowed_list:[[:space:]]*//p" /proc/self/status'
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "$cpu" ]
	# v1 counts both together, v2 the swap alone. Without swap accounting, neither.
	[ "${#lines[@]}" -eq 1 ] || [[ ${lines[0]} = 67108864 || ${lines[0]} = 0 ]]
	# Docker's defaults: as if they were not given, or no limit.
	run compose-run -m 0 --memory-swap 0 --cpus 0 --pids-limit 0 -- cat /proc/self/cgroup
	[ "$status" -eq 0 ]
	run compose-run -m 0.0625g -- sh -c '
		cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max'
	[ "${lines[-1]}" = 67108864 ]
	refused 'needs --memory' --memory-swap 1g
	refused 'list of CPUs' --cpuset-cpus x
}

@test "--ulimit holds for exec, too" {
	name=ulimit-$$
	run_box -d --rm --name $name --ulimit nofile=60:70 -- sleep 30
	[ "$status" -eq 0 ] || skip "no -d here: $output"
	run compose-run exec $name -- sh -c 'ulimit -n; ulimit -Hn'
	compose-run stop $name >/dev/null 2>&1 &
	compose-run exec $name -- kill -KILL 1 2>/dev/null || true
	wait $!
	[ "$output" = $'60\n70' ]
}

# --- Settings ---

@test "--sysctl goes to the namespace that has the setting" {
	run_box --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=9000 --sysctl fs.mqueue.queues_max=11 \
		--sysctl kernel.domainname=dom -- sh -c '
		cd /proc/sys; cat net/ipv4/ip_forward kernel/msgmax fs/mqueue/queues_max kernel/domainname'
	[ "$output" = $'1\n9000\n11\ndom' ]
	run_box --domainname other -- cat /proc/sys/kernel/domainname
	[ "$output" = other ]
}

@test "--sysctl refuses what would change the whole machine" {
	before=$(cat /proc/sys/vm/swappiness)
	refused 'whole machine' --sysctl vm.swappiness=3
	refused 'whole machine' --sysctl kernel.panic=3
	refused 'option of its own' --sysctl kernel.hostname=x
	refused 'user namespace' --sysctl user.max_user_namespaces=3
	refused 'change the machine' --sysctl net.ipv4.ip_forward=1 --network host
	refused 'change the machine' --sysctl kernel.msgmax=9000 --ipc host
	refused 'rename the machine' --sysctl kernel.domainname=x --uts host
	refused 'not without ns-net' --sysctl net.ipv4.ip_forward=1 --without ns-net
	refused 'KEY=VALUE' --sysctl net.ipv4.ip_forward
	[ "$(cat /proc/sys/vm/swappiness)" = "$before" ]
}

# --- The process ---

@test "-i and --rm are taken, together as well, and change nothing" {
	[ "$(echo in | compose-run "${C[@]}" -i --rm -- cat)" = in ]
	[ "$(echo in | compose-run "${C[@]}" --interactive -- cat)" = in ]
}

@test "a truth value may stand behind an option without one, as docker has it" {
	run_box --rm=true --tty=false --init=0 --interactive=1 --detach=F -- sh -c 'echo $$'
	[ "$output" = 1 ]
	run_box --init=true -- sh -c 'test $$ -gt 1 && echo below an init'
	[ "$output" = 'below an init' ]
	make_root
	run_box --rootfs root --read-only=true -- touch /x
	[ "$status" -eq 1 ]
	run_box --rootfs root --read-only --read-only=false -- touch /x
	[ "$status" -eq 0 ]
	refused 'true or false' --rm=maybe
	refused 'true or false' --privileged=no
}

@test "--pid-file has the number outside, while it runs" {
	compose-run "${C[@]}" --pid-file pid -- sleep 30 3>&- &
	wait_for=$!
	until_true grep -q . pid
	until_true grep -qx sleep "/proc/$(cat pid)/comm"
	kill -KILL "$(cat pid)"
	wait "$wait_for" || true
	[ ! -e pid ]
	refused '--pid host' --pid-file pid --pid host
	refused 'not without ns-pid' --pid-file pid --without ns-pid
}

@test "--preserve-fds N: so many descriptors from 3 on, and no other" {
	echo three >three
	echo four >four
	echo '{ "defaultAction": "SCMP_ACT_ALLOW" }' >profile.json
	for more in '' '--security-opt seccomp=profile.json' '--init'; do
		# shellcheck disable=SC2086 # words
		run compose-run "${C[@]}" --preserve-fds 2 $more -- sh -c '
			cat <&3; cat <&4; for n in 5 6 7; do [ -e /proc/self/fd/$n ] && echo $n; done; :' \
			3<three 4<four 5<three 7<four
		[ "$output" = $'three\nfour' ]
	done
	run compose-run "${C[@]}" -- sh -c '[ -e /proc/self/fd/4 ] || echo closed' 3<three 4<four
	[ "$output" = closed ]
	run compose-run "${C[@]}" --preserve-fds 2 -- true 3<three 4<&-
	[ "$status" -eq 125 ]
	[[ $output == *"descriptor 4 is not open"* ]]
	refused 'a number from 0' --preserve-fds x
}

@test "--preserve-fds: the printed line has the same descriptors" {
	echo three >three
	echo '{ "defaultAction": "SCMP_ACT_ALLOW" }' >profile.json
	line=$(compose-run "${C[@]}" --print-chain --preserve-fds 1 --security-opt seccomp=profile.json \
		-- cat /proc/self/fd/3 3<three)
	run sh -c "$line" 3<three
	[ "$output" = three ]
}

# --- What is not taken ---

@test "an option of docker run that is not taken says what to use instead" {
	refused 'name it as PROGRAM' --entrypoint sh
	refused 'ns-net --join PID' --link=a:b
	refused "'-P' is not taken" -P
	refused 'logs NAME' --log-driver none
	refused '--device' --gpus all
	refused 'until compose-run' --restart always
	refused 'no images' --platform linux/arm64
	refused 'name the directories again' --volumes-from x
	refused '/dev/shm:size=' --shm-size 1g
	refused '/etc/resolv.conf' --dns-opt ndots:1
	refused 'compose-run exec other -- PROGRAM' --network container:other
	refused 'ns-pid --join PID' --pid container:other
	refused 'say which one' --network default
}

@test "some of what is said instead is tried" {
	run_box --tmpfs /dev/shm:size=1m,mode=1777 -- sh -c 'grep -c " /dev/shm .*size=1024k" /proc/self/mountinfo'
	[ "$output" = 1 ]
	echo '192.0.2.1 other' >hosts
	make_root
	run_box --rootfs root -v ./hosts:/etc/hosts:ro -- cat /etc/hosts
	[ "$output" = '192.0.2.1 other' ]
	run choom -n 500 -- compose-run "${C[@]}" -- cat /proc/self/oom_score_adj
	[ "$output" = 500 ]
}
