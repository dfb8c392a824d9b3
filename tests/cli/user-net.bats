# ns-net --user-net, compose-run --network user: a network through pasta or
# slirp4netns.

bats_require_minimum_version 1.5.0

load helper

setup() {
	need_namespaces
	cd "$BATS_TEST_TMPDIR"
	export XDG_RUNTIME_DIR=$PWD
	PATH=$PATH:/usr/sbin:/sbin
	machine true || skip "this user can make no network that plays the machine"
	TO_RUN=(compose-run --without cgroup)
}

# Runs a command on a machine with one network card: 192.0.2.1, a default route.
# `curl` and a server by busybox are what talks.
machine() {
	own ns-net -- sh -c '
		ip link add card type veth peer name other && ip link set card up && ip link set other up &&
		ip address add 192.0.2.1/24 dev card && ip route add default via 192.0.2.254 && "$@"' sh "$@"
}

need() {
	command -v "$1" >path || skip "$1 is not installed"
	[ -r /dev/net/tun ] && [ -w /dev/net/tun ] || skip "this user may not open /dev/net/tun here"
}

# A program of that name that does as it is told, first in PATH.
fake() {
	mkdir -p fake
	printf '#!/bin/sh\n%s\n' "$2" >"fake/$1"
	chmod +x "fake/$1"
	PATH=$PWD/fake:$PATH
}

# What a container sees of the machine, by one program.
sees() {
	need "$1"
	mkdir -p web
	echo from outside >web/index.html
	cat >look <<'END'
busybox httpd -f -p 192.0.2.1:8000 -h web & one=$!
busybox httpd -f -p 127.0.0.1:8001 -h web & two=$!
trap 'kill $one $two' EXIT
until bash -c ': </dev/tcp/192.0.2.1/8000 && : </dev/tcp/127.0.0.1/8001' 2>/dev/null; do sleep 0.05; done
compose-run --without cgroup --network "$1" -- bash -c '
	get() { exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && tail -n 1 <&3; }
	get 192.0.2.1 8000
	ip -o -4 address show eth0 | grep -o "10.0.2.100/24 "
	ip route show default
	cat /etc/resolv.conf
	for address in 10.0.2.2 127.0.0.1 192.0.2.1; do
		! timeout 2 bash -c ": </dev/tcp/$address/8001" 2>/dev/null || echo "reached $address"
	done'
END
	machine sh look "$1" >seen
	diff seen - <<'END'
from outside
10.0.2.100/24 
default via 10.0.2.2 dev eth0 
nameserver 10.0.2.3
END
}

@test "pasta: the container reaches the network, and not the machine's own loopback" { sees pasta; }
@test "slirp4netns: the container reaches the network, and not the machine's own loopback" { sees slirp4netns; }

alone() {
	need "$1"
	cat >look <<'END'
lives() { grep -qs '^State:.[^Z]' "/proc/$1/status"; }
exec 9<secret
OURS=1 compose-run --without cgroup --network "$1" -- sh -c 'set -- /proc/[0-9]*; echo $#; sleep 50' >inside & all=$!
until grep -q . inside; do sleep 0.05; kill -0 $all || exit 1; done
for keeper in $(ps -o pid= --ppid $all); do
	for helper in $(ps -o pid= --ppid "$keeper"); do
		case $(tr '\0' ' ' <"/proc/$helper/cmdline") in "$1 "*) break 2 ;; esac
	done
	helper=
done
echo "helper: ${helper:+there}"
helper=$(echo $helper) keeper=$(echo $keeper)
for pid in $keeper $helper; do
	ls -l "/proc/$pid/fd" | grep -c "secret\|inside"
done
tr '\0' '\n' <"/proc/$helper/environ"
grep NoNewPrivs "/proc/$helper/status"
grep CapEff "/proc/$keeper/status"
printf '%d\n' $((0x$(awk '/^CapEff/ { print $2 }' "/proc/$helper/status") & ~0x200400))
echo processes inside: $(cat inside)
# The whole of it ends with the supervisor.
kill -KILL $all
for n in $(seq 600); do
	lives "$helper" || lives "$keeper" || break
	sleep 0.1
done
! lives "$helper" || echo "the helper goes on"
! lives "$keeper" || echo "its keeper goes on"
END
	echo secret >secret
	machine sh look "$1" >seen
	diff seen - <<'END'
helper: there
0
0
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
NoNewPrivs:	1
CapEff:	0000000000000000
0
processes inside: 1
END
}

@test "pasta is outside of the container, has nothing of ours, and ends with a killed supervisor" { alone pasta; }
@test "slirp4netns is outside of the container, has nothing of ours, and ends with a killed supervisor" { alone slirp4netns; }

# Without a PID namespace they are in the container's /proc, and whose root is there
# is the machine's.
no_way_out() {
	need "$1"
	decoy=$(mktemp -d /var/tmp/decoy.XXXXXX)
	chmod 755 "$decoy"
	echo secret >"$decoy/file"
	for without in '--pid host' '--without ns-pid'; do
		# Its own /var/tmp is empty. The network is still there when pasta has looked.
		# shellcheck disable=SC2086,SC2016 # words; not ours to expand
		run machine "${TO_RUN[@]}" --network "$1" $without --tmpfs /var/tmp -- sh -c '
			for process in /proc/[0-9]*; do
				[ $process = /proc/$$ ] || cat $process/root$1 2>/dev/null
			done
			sleep 2; ip -o -4 address show eth0' sh "$decoy/file"
		[[ $output != *secret* ]]
		[[ $output == *10.0.2.100/24* ]]
	done
	rm -r "$decoy"
}
@test "--network user is not for those who see the machine's processes and may trace them" {
	local more
	for more in '--pid host --cap-add SYS_PTRACE' '--without ns-pid --cap-add all' \
		'--pid host --without capdrop' '--pid host --privileged'; do
		# shellcheck disable=SC2086 # words
		run compose-run --without cgroup --network user $more -- touch "$BATS_TEST_TMPDIR/ran"
		[ "$status" -eq 125 ]
		[[ $output == *"would be a way out"* ]]
	done
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "pasta and its keeper are no way out of a container without ns-pid" { no_way_out pasta; }
@test "slirp4netns and its keeper are no way out of a container without ns-pid" { no_way_out slirp4netns; }

@test "the helper is gone when the program has ended, whose status is ours" {
	need pasta
	run machine sh -c 'ns-net --user-net=pasta -- sh -c "exit 3"; echo $?; ps -e -o ppid=,args= | grep -c "[p]asta --quiet.*--netns /proc"'
	[ "${lines[0]}" = 3 ]
	run machine sh -c 'ns-net --user-net=slirp4netns -- sh -c "kill -TERM \$\$"'
	[ "$status" -eq 143 ]
}

@test "a helper that fails: the program is not run, and its words are told" {
	fake pasta 'echo "Failed to send 5 bytes to syslog" >&2; echo "no luck today" >&2; exit 1'
	run machine ns-net --user-net -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ ${lines[0]} == "ns-net: cannot have pasta connect the new network: "*"[NET-"* ]]
	[[ $output != *"has ended"* ]]
	[ -w /dev/net/tun ] || skip "why it failed is here that this user may not open /dev/net/tun"
	[[ $(flat) == *"fake/pasta says: no luck today see"* ]]
	fake slirp4netns 'kill -SEGV $$'
	run machine ns-net --user-net=slirp4netns -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ $(flat) == *"says: nothing, and ended with signal 11"* ]]
}

@test "a helper that says it is ready and is not: the program is not run" {
	fake pasta 'exit 0'
	run machine ns-net --user-net=pasta -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ $output == *"cannot find 'eth0' there"* ]]
	fake slirp4netns 'for word; do case $word in --ready-fd=*) echo 1 >&${word#*=} ;; esac; done; sleep 100'
	run machine ns-net --user-net=slirp4netns -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ $output == *"cannot find 'eth0' there"* ]]
}

@test "without such a program it is refused, with the line that installs one" {
	mkdir empty
	ln -s "$BIN"/ns-* empty
	PATH=$PWD/empty run "$PWD/empty/ns-user" "$PWD/empty/ns-net" --user-net -- touch ran
	[ "$status" -eq 125 ]
	[[ $(flat) == *"[NET-HELPER]"*"neither pasta nor slirp4netns is in PATH"*"apt-get install passt"* ]]
	PATH=$PWD/empty run "$PWD/empty/ns-user" "$PWD/empty/ns-net" --user-net=slirp4netns -- touch ran
	[[ $(flat) == *"slirp4netns is not in PATH fix: install it, as root: apt-get install slirp4netns see:"* ]]
	[ ! -e ran ]
}

@test "a machine without a way out: pasta can't, and it is said which can" {
	need pasta
	run own ns-net ns-net --user-net=pasta -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ $(flat) == *"[NET-HELPER]"*"not connected fix: "*"--user-net=slirp4netns"* ]]
}

@test "when the helper ends too early, that is told, and the program goes on" {
	need pasta
	cat >look <<'END'
ns-net --user-net=pasta -- sh -c 'touch begun; until [ -e killed ]; do sleep 0.05; done
	for n in $(seq 600); do [ $(ip -o link | wc -l) != 1 ] || break; sleep 0.1; done
	# Its device goes a moment before it has ended, and who looks after it has to hear of that.
	ip -o link | wc -l
	for n in $(seq 600); do ! grep -q note: said || break; sleep 0.1; done; exit 4' 2>said & all=$!
# When the program runs, pasta has split in two and left the number it began with.
until [ -e begun ]; do sleep 0.05; kill -0 $all || exit 1; done
helper=
until [ "$helper" ]; do
	kill -0 $all || exit 1
	for keeper in $(ps -o pid= --ppid $all); do
		for pid in $(ps -o pid= --ppid "$keeper"); do
			case $(tr '\0' ' ' <"/proc/$pid/cmdline") in "pasta "*) helper=$pid ;; esac
		done
	done
done
kill -KILL $helper
touch killed
wait $all
status=$?
cat said
echo $status
END
	run machine sh look
	[[ $output == *"ns-net: note: pasta has ended, and with it the way out of this network"* ]]
	[ "${lines[-1]}" = 4 ]
	grep -qx 1 <<<"$output"
}

@test "ns-pid before ns-net --user-net is refused: the helper would be inside" {
	run own ns-pid ns-net --user-net ns-mnt -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ $output == *"[NET-INSIDE]"* ]]
	[[ $output == *"ns-net --user-net ns-pid ns-mnt -- touch ran"* ]]
	run own ns-net --user-net --veth a -- touch ran
	[ "$status" -eq 125 ]
	run own ns-net --user-net=ssh -- touch ran
	[[ $output == *"takes pasta or slirp4netns"* ]]
}

@test "--network user: the printed line does the same, and --chain, and -d lets go of its launcher" {
	need pasta
	compose-run --without cgroup --network pasta --print-chain -- ip route show default >line
	grep -q '^ns-net --user-net=pasta' line
	[ "$(machine sh ./line)" = "default via 10.0.2.2 dev eth0 " ]
	[ "$(machine "${TO_RUN[@]}" --chain --network user -- ip route show default)" = "default via 10.0.2.2 dev eth0 " ]
	[ "$(id -u)" -eq 0 ] || skip "who plays root here has no /run to keep containers in"
	cat >look <<'END'
compose-run --without cgroup --network user -d --name "$1" -- sleep 500 | cat
compose-run exec "$1" -- ip route show default
compose-run stop "$1" >/dev/null & wait=$!
kill -KILL $(compose-run list | awk -v name="$1" '$1 == name { print $3 }')
wait $wait
compose-run rm "$1"
ps -e -o args= | grep -c '^[p]asta .*--netns'
END
	run machine timeout 200 sh look "net-$$"
	[ "${lines[0]}" = "net-$$" ]
	[ "${lines[1]}" = "default via 10.0.2.2 dev eth0 " ]
	[ "${lines[2]}" = "net-$$" ]
}

@test "ns-net --user-net --check tries it" {
	need pasta
	run machine ns-net --user-net --check
	[ "$output" = "✓ ns-net" ]
	fake pasta 'exit 1'
	run machine ns-net --user-net --check
	[ "$status" -eq 1 ]
	[[ $output == "✗ ns-net: cannot have pasta connect"* ]]
}
