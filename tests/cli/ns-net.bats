# ns-net: a network of one's own.

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

# The devices of the namespace that we are in.
devices='sed -n "s/^ *\([^ :|]*\):.*/\1/p" /proc/net/dev'

# Starts sleep in the background behind ns-net OPTION...; its number is $PID.
start_one() {
	"${OWN[@]}" ns-net "$@" sleep 60 3>&- &
	PID=$!
	until_true is_sleep "$PID"
}

# That the chain has come to its end.
is_sleep() {
	[ "$(cat "/proc/$1/comm")" = sleep ]
}

# Enters the user namespace of $PID first, where there is one.
enter() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else ns-user --join "$PID" "$@"; fi
}

@test "ns-net gives the program another network namespace than ours" {
	run own ns-net readlink /proc/self/ns/net
	[ "$status" -eq 0 ]
	[[ $output == net:* ]]
	[ "$output" != "$(readlink /proc/self/ns/net)" ]
}

@test "ns-net leaves one device, lo" {
	run own ns-net sh -c "$devices"
	[ "$output" = lo ]
}

@test "ns-net sets lo up: 127.0.0.1 answers" {
	run own ns-net bash -c ': </dev/tcp/127.0.0.1/9'
	[[ $output == *"Connection refused"* ]]
	own ns-net grep -q 127.0.0.1 /proc/net/fib_trie
}

@test "ns-net sets lo up for IPv6 as well" {
	[ -e /proc/net/if_inet6 ] || skip "the kernel has no IPv6"
	[ "$(cat /proc/sys/net/ipv6/conf/default/disable_ipv6)" = 0 ] || skip "IPv6 is off by sysctl"
	own ns-net grep -q '^00000000000000000000000000000001 .* lo$' /proc/net/if_inet6
}

@test "ns-net --no-lo leaves lo down: 127.0.0.1 is unreachable" {
	run own ns-net --no-lo bash -c ': </dev/tcp/127.0.0.1/9'
	[[ $output == *"Network is unreachable"* ]]
	run own ns-net --no-lo cat /proc/net/fib_trie
	[[ $output != *127.0.0.1* ]]
}

@test "no packet gets out of ns-net" {
	run own ns-net bash -c ': </dev/tcp/192.0.2.1/9'
	[[ $output == *"Network is unreachable"* ]]
}

@test "a port that is taken outside is free inside ns-net, and nobody listens on it there" {
	listen='use Socket;
		socket(S, PF_INET, SOCK_STREAM, 0) or die;
		bind(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or exit 7;
		listen(S, 1) or die;
		$| = 1; print((sockaddr_in(getsockname(S)))[0], "\n"); sleep($ARGV[1]);'
	perl -e "$listen" 0 60 >"$BATS_TEST_TMPDIR/port" 3>&- &
	PID=$!
	until_true test -s "$BATS_TEST_TMPDIR/port"
	port=$(cat "$BATS_TEST_TMPDIR/port")
	# Outside it is taken.
	run perl -e "$listen" "$port" 0
	[ "$status" -eq 7 ]
	# Inside nobody is there, and it can be had.
	run own ns-net bash -c ": </dev/tcp/127.0.0.1/$port"
	[[ $output == *"Connection refused"* ]]
	run own ns-net perl -e "$listen" "$port" 0
	[ "$status" -eq 0 ]
	[ "$output" = "$port" ]
}

@test "an abstract Unix socket outside is not seen inside ns-net" {
	perl -e 'use Socket;
		socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un("\0strata-$$")) or die;
		sleep 60' 3>&- &
	PID=$!
	until_true grep -q "@strata-$PID" /proc/net/unix
	run own ns-net cat /proc/net/unix
	[ "$status" -eq 0 ]
	[[ $output != *"@strata-$PID"* ]]
}

@test "ns-net --join enters the namespace of a process, and changes no device there" {
	start_one --no-lo
	run enter ns-net --join "$PID" readlink /proc/self/ns/net
	[ "$status" -eq 0 ]
	[ "$output" = "$(readlink "/proc/$PID/ns/net")" ]
	run enter ns-net -j "$PID" bash -c ': </dev/tcp/127.0.0.1/9'
	[[ $output == *"Network is unreachable"* ]]
}

@test "ns-net --join takes a file" {
	start_one
	run enter ns-net --join "/proc/$PID/ns/net" readlink /proc/self/ns/net
	[ "$output" = "$(readlink "/proc/$PID/ns/net")" ]
}

@test "ns-net --join takes a name that ip netns gave" {
	command -v ip >/dev/null || skip "ip (iproute2) is not installed"
	# On a /run of our own, so that nothing is left behind.
	run unshare -Urmn sh -ec 'mount -t tmpfs none /run
		ip netns add blue
		ip netns exec blue readlink /proc/self/ns/net
		cd /; ns-net --join blue readlink /proc/self/ns/net'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" = "${lines[1]}" ]
	[ "${lines[0]}" != "$(readlink /proc/self/ns/net)" ]
}

@test "ns-net --join says what it looked for when there is no such thing" {
	cd "$BATS_TEST_TMPDIR"
	run ns-net --join nosuchname echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"process id, a file, or a name"*nosuchname*NS-JOIN-GONE* ]]
	not_run
}

@test "ns-net --join refuses the namespace of another kind, a plain file, and ." {
	for target in /proc/self/ns/uts /etc/passwd .; do
		run own ns-net --join "$target" echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *NS-JOIN-TYPE* ]]
		not_run
	done
}

@test "ns-net --sysctl changes a setting inside, and not outside" {
	before=$(cat /proc/sys/net/ipv4/ip_default_ttl)
	run own ns-net --sysctl net.ipv4.ip_default_ttl=77 -- cat /proc/sys/net/ipv4/ip_default_ttl
	[ "$status" -eq 0 ]
	[ "$output" = 77 ]
	[ "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = "$before" ]
}

@test "ns-net --sysctl has the effect that it should" {
	[ -e /proc/net/if_inet6 ] || skip "the kernel has no IPv6"
	run own ns-net --sysctl net.ipv6.conf.all.disable_ipv6=1 -- cat /proc/net/if_inet6
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "ns-net takes several --sysctl, lists, hexadecimal numbers and keys with slashes" {
	run own ns-net --sysctl net.ipv4.ip_local_port_range='2000 3000' \
		--sysctl net/ipv4/ip_default_ttl=0x10 --sysctl net.ipv4.tcp_congestion_control=reno \
		-- sh -c 'cd /proc/sys/net/ipv4; cat ip_local_port_range ip_default_ttl tcp_congestion_control'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$(printf '2000\t3000')" ]
	[ "${lines[1]}" = 16 ]
	[ "${lines[2]}" = reno ]
}

@test "ns-net --sysctl reaches a device with a dot in its name, as sysctl writes it" {
	command -v ip >/dev/null || skip "ip (iproute2) is not installed"
	run own ns-net --no-lo sh -ec 'ip link set lo name l.o
		ns-net --join $$ --sysctl net.ipv4.conf.l/o.forwarding=1 true
		cat /proc/sys/net/ipv4/conf/l.o/forwarding
		ns-net --join $$ --sysctl net/ipv4/conf/l.o/forwarding=0 true
		cat /proc/sys/net/ipv4/conf/l.o/forwarding'
	[ "$status" -eq 0 ]
	[ "$output" = "$(printf '1\n0')" ]
}

@test "ns-net --sysctl touches only net., whatever the spelling" {
	for key in kernel.hostname net/../kernel/hostname net.//.kernel.hostname ../kernel/hostname \
		net net. vm.swappiness /etc/passwd network.x; do
		# Behind unshare, so that a mistake does not rename the machine.
		run own unshare -u ns-net --sysctl "$key=x" -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		not_run
	done
}

@test "ns-net --sysctl says in one line what it expected" {
	for word in net.ipv4.ip_forward net.ipv4.ip_forward= 'net.ipv4.ip_forward= ' =1 = \
		"net.$(printf %0300d 0)=1" 'net.a b=1' $'net.a\e=1' net..x=1 \
		"net.x=$(printf %05000d 0)" $'net.x=1\n2'; do
		run ns-net --sysctl "$word" -- echo RAN
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == *KEY=VALUE* || $output == *net.ipv4.ip_forward* || $output == *"at most"* ]]
		not_run
	done
}

@test "ns-net --sysctl knows an unknown setting, a directory and a wrong value apart" {
	run own ns-net --sysctl net.ipv4.nosuch=1 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-NONE]"* ]]
	not_run
	run own ns-net --sysctl net.ipv4=1 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-FOLDER]"* ]]
	not_run
	for value in x 999 -1; do
		run own ns-net --sysctl "net.ipv4.ip_default_ttl=$value" -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"[SYSCTL-VALUE]"* ]]
		not_run
	done
}

@test "ns-net --sysctl says when the machine has one setting for all" {
	run own ns-net sh -c 'cat /proc/sys/net/core/rmem_max'
	[ "$status" -eq 0 ] || skip "this kernel hides net.core.rmem_max inside"
	before=$(cat /proc/sys/net/core/rmem_max)
	run own ns-net --sysctl net.core.rmem_max=4096 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-GLOBAL]"* ]]
	not_run
	[ "$(cat /proc/sys/net/core/rmem_max)" = "$before" ]
}

@test "ns-net --sysctl ends when the kernel holds another value than asked for" {
	# It writes a list of ports in its own way.
	run own ns-net --sysctl net.ipv4.ip_local_reserved_ports=8080,8081 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"8080-8081"*"[SYSCTL-HELD]"* ]]
	not_run
	run own ns-net --sysctl net.ipv4.ip_local_reserved_ports=8080-8081 -- echo RAN
	[ "$output" = RAN ]
	# It reads the first number and forgets the rest.
	run own ns-net --sysctl net.ipv4.ip_default_ttl='1 2 3' -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-HELD]"* ]]
	not_run
}

@test "ns-net ends when writing a setting did nothing at all" {
	command -v strace >/dev/null || skip "strace is not installed"
	# Another value than new networks have here.
	other=$((1 - $(cat /proc/sys/net/ipv4/ip_forward)))
	run own strace -qq -o /dev/null -e inject=write:retval=1:when=1 \
		ns-net --sysctl net.ipv4.ip_forward=$other -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-HELD]"* ]]
	not_run
}

@test "ns-net says that lo takes CAP_NET_ADMIN; --no-lo does without" {
	run own setpriv --bounding-set=-net_admin --inh-caps=-net_admin ns-net -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"cannot set the device 'lo' up"*"[NET-ADMIN]"* ]]
	not_run
	run own setpriv --bounding-set=-net_admin --inh-caps=-net_admin ns-net --no-lo -- echo RAN
	[ "$output" = RAN ]
	run own setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
		ns-net --no-lo --sysctl net.ipv4.ip_forward=1 -- echo RAN
	[[ $output == *"[SYSCTL-PRIV]"* ]]
	not_run
}

@test "an ordinary user's ns-net says to put ns-user first" {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
	run ns-net -- echo RAN
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "ns-net: cannot create a network namespace: Operation not permitted (EPERM) [NS-PRIV]" ]
	[[ $output == *"fix: put ns-user first"* ]]
	not_run
}

@test "ns-net --join and --no-lo exclude each other" {
	run ns-net --join 1 --no-lo echo RAN
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
	not_run
}

@test "ns-net --dry-run says each call, and needs no privilege" {
	before=$(readlink /proc/self/ns/net)
	run ns-net --dry-run --sysctl net.ipv4.ip_forward=1 -- echo RAN
	[ "$status" -eq 0 ]
	[[ $output == *"unshare(CLONE_NEWNET)"*"socket(AF_NETLINK"*"netlink_change("*"net.ipv4.ip_forward"*"would execute echo"* ]]
	not_run
	[[ $output != *"$before"* ]]
}

@test "ns-net --explain shows the namespace before and after" {
	run own ns-net --explain readlink /proc/self/ns/net
	[ "$status" -eq 0 ]
	inside=${lines[${#lines[@]} - 1]}
	[[ $output == *"$(readlink /proc/self/ns/net) -> $inside"* ]]
}

@test "ns-net --check tells whether it works here" {
	run own ns-net --check
	[ "$status" -eq 0 ]
	[ "$output" = "✓ ns-net" ]
	run own ns-net --check --sysctl net.ipv4.nosuch=1
	[ "$status" -eq 1 ]
	[[ $output == "✗ ns-net: "*SYSCTL-NONE* ]]
}

@test "ns-net ends with the program's status" {
	run own ns-net sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run -127 own ns-net /nonexistent
}

# A cable has an end in the network that we come from. The tests lay theirs in
# one that was made for that.

# Runs a script of bash in a network of its own, in which it may lay cables.
lab() {
	command -v ip >/dev/null || skip "ip (iproute2) is not installed"
	# With a last command of its own, lest bash become the one before. Where the
	# machine forwards (Docker's does), new networks begin so.
	own ns-net --sysctl net.ipv4.ip_forward=0 -- bash -ec "$1"$'\ntrue' lab "${@:2}"
}

# What bash says of a connection that was refused: it has got there and back.
REACHES='reaches() { timeout 30 bash -c ": </dev/tcp/$1/9" 2>&1 | grep -q "Connection refused"; }
'

@test "ns-net --veth lays a cable, with both ends up and the addresses that were asked for" {
	run lab 'ns-net --veth lab0:e1 --ip 10.0.0.2/24 --ip 10.0.1.2/16 --gateway 10.0.0.1 -- bash -ec "
		ip -brief link show e1
		ip -brief address show e1
		ip route
		ns-net --join $$ ip -brief address show lab0
		:"'  # the last of the network must not leave it: the cable would go
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "e1@"*" UP "*LOWER_UP* ]]
	[[ ${lines[1]} == *" 10.0.0.2/24 10.0.1.2/16"* ]]
	[[ $output == *"default via 10.0.0.1 dev e1"* ]]
	[[ $output == *"10.0.0.0/24 dev e1"*"src 10.0.0.2"* ]]
	[[ ${lines[-1]} == "lab0@"*" UP "*" 10.0.0.1/24"* ]]
}

@test "packets pass the cable, in both directions" {
	run lab "$REACHES"'export -f reaches
		for i in 1 2 3 4 5; do
			ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- bash -ec "
				reaches 10.0.0.1
				ns-net --join $$ bash -c \"reaches 10.0.0.2\"
				: the last of the network must not leave it"
		done
		echo all'
	echo "$output"
	[ "$output" = all ]
}

@test "packets of IPv6 pass the cable, in both directions" {
	[ -e /proc/net/if_inet6 ] || skip "the kernel has no IPv6"
	run lab "$REACHES"'export -f reaches
		for i in 1 2 3 4 5; do
			ns-net --veth lab0 --ip fd00::2/64 --gateway fd00::1 --ip 10.0.0.2/24 \
				--gateway 10.0.0.1 -- bash -ec "
				reaches fd00::1
				reaches 10.0.0.1
				ip -6 route | grep -q \"default via fd00::1 dev eth0\"
				ns-net --join $$ bash -c \"reaches fd00::2\"
				: the last of the network must not leave it"
		done
		echo all'
	echo "$output"
	[ "$output" = all ]
}

@test "the gateway may be the link-local address of IPv6" {
	[ -e /proc/net/if_inet6 ] || skip "the kernel has no IPv6"
	run lab 'ns-net --veth lab0 --gateway fe80::1 -- bash -ec "
		ip -6 route
		ns-net --join $$ ip -6 address show lab0
		:"'
	echo "$output"
	[[ $output == *"default via fe80::1 dev eth0"*"inet6 fe80::1/64"* ]]
}

@test "ns-net --veth without --gateway gives the outer end no address, and makes no route" {
	run lab 'ns-net --veth lab0 --ip 10.0.0.2/24 -- bash -ec "
		ip -4 route
		ns-net --join $$ ip -4 -brief address | grep lab0 || true"'
	[ "$status" -eq 0 ]
	[[ $output != *default* && $output != *lab0* ]]
	[[ $output == *"10.0.0.0/24 dev eth0"* ]]
}

@test "ns-net --bridge puts programs into one network" {
	run lab "$REACHES"'export -f reaches
		ip link add br0 type bridge
		ip address add 10.0.0.1/24 dev br0
		ip link set br0 up
		ns-net --veth a --bridge br0 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- sleep 60 3>&- &
		trap "kill $!" EXIT
		until grep -q sleep /proc/$!/comm; do sleep 0.05; done
		ns-net --veth b --bridge br0 --ip 10.0.0.3/24 --gateway 10.0.0.1 -- bash -ec "
			reaches 10.0.0.2; reaches 10.0.0.1
			ns-net --join $$ ip -brief link show master br0
			ns-net --join $$ ip -4 -brief address | grep b@ || true"'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"a@"*"b@"* || $output == *"b@"*"a@"* ]]
	[[ $output != *"10.0.0."* ]]
}

@test "ns-net --bridge says that the bridge is down" {
	run lab 'ip link add br0 type bridge; ns-net --veth a --bridge br0 -- echo RAN'
	[ "$status" -eq 0 ]
	[[ $output == *"note: the bridge 'br0' is down"*"ip link set br0 up"*RAN* ]]
}

@test "the cable is gone when the program has ended, and its name is free at once" {
	run lab 'until_gone() { for i in $(seq 1000); do ip link show "$1" || return 0; sleep 0.05; done; return 1; }
		for i in 1 2 3 4 5; do
			ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- ip -brief link show eth0
		done
		ns-net --veth lab1 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- sh -c "kill -9 \$\$" || true
		until_gone lab0 >/dev/null 2>&1; until_gone lab1 >/dev/null 2>&1
		ip -brief link | wc -l'
	echo "$output"
	[ "${#lines[@]}" -ge 6 ]
	[ "${lines[-1]}" -eq 1 ]
}

@test "a step that fails behind the cable takes it away at once" {
	run lab 'ns-net --veth lab0 --sysctl net.ipv4.nosuch=1 -- echo RAN || ip -brief link'
	[[ $output == *"[SYSCTL-NONE]"* && $output == *lo* && $output != *lab0@* ]]
	not_run
}

@test "ns-net --check tries the cable, and leaves none" {
	run lab 'ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 --check; ip -brief link | wc -l
		ns-net --veth lab0 --bridge nobridge --check || ip -brief link | wc -l'
	echo "$output"
	[ "${lines[0]}" = "✓ ns-net" ]
	[ "${lines[1]}" = 1 ]
	[[ ${lines[2]} == "✗ ns-net: "*"[NET-NOIF]" ]]
	[ "${lines[-1]}" = 1 ]
}

@test "ns-net --veth works in the fused form of chroot" {
	run lab 'chroot / ns-net --veth lab0 --ip 10.0.0.2/24 -- ip -brief address show eth0
		chroot / ns-net --veth x:y -- sh -c "ns-net --veth x:z -- ip -brief link; true" | wc -l'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *10.0.0.2/24* ]]
	[ "${lines[1]}" = 2 ]
}

@test "ns-net --veth --dry-run says each call, needs no privilege and makes nothing" {
	run ns-net --dry-run --veth lab0 --ip 10.0.0.2/24 --ip fd00::2/64 --gateway 10.0.0.1 -- echo RAN
	[ "$status" -eq 0 ]
	[[ $output == *"unshare(CLONE_NEWNET)"*"add_cable(cable)"*"set_up(cable->outside"*"10.0.0.2/24"*"fd00::2/64"*"10.0.0.1/24"*"add_default_route("*"would execute echo"* ]]
	not_run
	[ ! -e /proc/sys/net/ipv4/conf/lab0 ]
}

@test "ns-net --veth --explain shows both networks before and after" {
	run lab 'ns-net -x --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 --sysctl net.ipv4.ip_default_ttl=77 -- true'
	[ "$status" -eq 0 ]
	[[ $output == *"lo down -> lo up 127.0.0.1/8"* ]]
	[[ $output == *"lo up, eth0 down; outside lab0 down -> lo up, eth0 down; outside lab0 up"* ]]
	[[ $output == *"-> lo up, eth0 up 10.0.0.2/24, default via 10.0.0.1; outside lab0 up 10.0.0.1/24"* ]]
	[[ $output == *"net.ipv4.ip_default_ttl = 64 -> net.ipv4.ip_default_ttl = 77"* ]]
}

@test "ns-net --explain says that ns-user behind it can't change the network" {
	STRATA_EXPLAIN=1 run own ns-net -- ns-user -- true
	[ "$status" -eq 0 ]
	[[ $output == *"note: ns-net before ns-user"* ]]
	STRATA_EXPLAIN=1 run own ns-net -- echo ns-user
	[[ $output != *note:* ]]
}

@test "a device's name has at most 15 characters (NET-NAME15)" {
	for name in a23456789012345:x a:a23456789012345; do
		run lab 'ns-net --veth "$1" -- true' "$name"
		[ "$status" -eq 0 ]
	done
	for name in a234567890123456 x:a234567890123456; do
		run ns-net --veth "$name" -- echo RAN
		[ "$status" -eq 125 ]
		[[ ${lines[0]} == *"[NET-NAME15]" ]]
		[[ $output == *"at most 15 characters, and this has 16"*"'a23456789012345'"* ]]
		not_run
	done
}

@test "the options of a cable say in one line what they expected" {
	while read -r -a words; do
		run ns-net "${words[@]}" -- echo RAN
		echo "${words[*]}: $output"
		[ "$status" -eq 125 ]
		[ "${#lines[@]}" -eq 1 ]
		not_run
	done <<-'END'
		--veth a/b
		--veth a:b:c
		--veth :b
		--veth a:
		--veth .
		--veth a%d
		--veth lo
		--veth a:lo
		--veth a --veth b
		--ip 10.0.0.2/24
		--gateway 10.0.0.1
		--bridge br0
		--veth a --bridge a
		--veth a --ip 10.0.0.2
		--veth a --ip 10.0.0.2/33
		--veth a --ip 10.0.0.0/24
		--veth a --ip 10.0.0.255/24
		--veth a --ip 10.0.0/24
		--veth a --ip fd00::2
		--veth a --ip fd00::2/129
		--veth a --ip eth0
		--veth a --ip 10.0.0.2/24 --ip 10.0.0.2/16
		--veth a --gateway 10.0.0.1
		--veth a --ip 10.0.0.2/24 --gateway 10.0.1.1
		--veth a --ip 10.0.0.2/24 --gateway 10.0.0.2
		--veth a --ip 10.0.0.2/24 --gateway 10.0.0.255
		--veth a --ip 10.0.0.2/24 --gateway 10.0.0.1/24
		--veth a --ip 10.0.0.2/24 --gateway fd00::1
		--veth a --ip 10.0.0.2/24 --gateway 10.0.0.1 --gateway 10.0.0.3
		--join 1 --veth a
		--doctor=nowhere
	END
	run ns-net --doctor true
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "a device of that name is there already (NET-EXIST)" {
	run lab 'ip link add br0 type bridge; ns-net --veth br0 -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"File exists (EEXIST) [NET-EXIST]"*"outside there is a device 'br0' already (a bridge)"* ]]
	not_run
	run lab 'ns-net --veth a -- sleep 60 3>&- & trap "kill $!" EXIT
		until ip link show a; do sleep 0.05; done >/dev/null 2>&1
		ns-net --veth a -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $(flat) == *"[NET-EXIST]"*"(a veth: perhaps another cable whose program still runs)"* ]]
	not_run
}

@test "there is no such bridge, or it is none (NET-NOIF)" {
	run lab 'ns-net --veth a --bridge nobridge -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"No such device (ENODEV) [NET-NOIF]"*"no device 'nobridge'"*"ip link add nobridge type bridge"* ]]
	not_run
	# What is to be pasted helps.
	fix=$(sed -n 's/^ *fix: make one: *//p' <<<"$output")
	run lab "$fix; ns-net --veth a --bridge nobridge -- echo RAN"
	[ "$output" = RAN ]
	run lab 'ip link add x type veth peer name y; ns-net --veth a --bridge x -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"[NET-NOIF]"*"'x' is there and is no bridge (it is a veth)"* ]]
	not_run
}

@test "the gateway's network is outside already (NET-OVERLAP)" {
	run lab 'ip link add br0 type bridge; ip address add 10.0.7.1/16 dev br0; ip link set br0 up
		ns-net --veth a --ip 10.0.0.2/24 --gateway 10.0.0.1 -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"[NET-OVERLAP]"*"'br0' has 10.0.7.1/16"*"fix: plug the cable into that bridge:  ns-net --bridge br0 --veth a"* ]]
	not_run
	# Another network is none of it, and a bridge is meant to have the address.
	run lab 'ip link add br0 type bridge; ip address add 10.0.0.1/24 dev br0; ip link set br0 up
		ns-net --veth a --ip 10.1.0.2/24 --gateway 10.1.0.1 -- echo RAN
		ns-net --veth b --bridge br0 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- echo RAN'
	[ "$output" = "$(printf 'RAN\nRAN')" ]
	run lab 'ns-net --veth a --ip 10.0.0.2/24 --gateway 10.0.0.1 -- sleep 60 3>&- & trap "kill $!" EXIT
		until ip -4 address show a | grep -q 10.0.0.1; do sleep 0.05; done 2>/dev/null
		ns-net --veth b --ip 10.0.0.3/24 --gateway 10.0.0.1 -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"[NET-OVERLAP]"*"'a' has 10.0.0.1/24"*"type bridge"* ]]
}

@test "a cable from a network that nobody else keeps would go at once (NET-ALONE)" {
	run own ns-net ns-net --veth lab0 --ip 10.0.0.2/24 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"cannot lay a cable from 'lab0' [NET-ALONE]"*"with a shell, and lay it from that:  ns-user ns-net -- sh"* ]]
	not_run
	# Kept by a shell, by the one that waits for a new PID namespace, by a name.
	run own ns-net -- sh -c 'ns-net --veth lab0 -- echo RAN; true'
	[ "$output" = RAN ]
	run own ns-net ns-pid ns-mnt ns-net --veth lab0 -- sh -c 'sleep 0.3; ip -brief link show eth0'
	[[ $output == eth0@* ]]
	[ "$(id -u)" -eq 0 ] || return 0
	run ns-mnt sh -c 'mount -t tmpfs none /run && ip netns add kept && ip netns exec kept \
		ns-net --veth lab0 -- sh -c "sleep 0.3; ip -brief link show eth0"'
	[[ $output == eth0@* ]]
}

@test "a cable takes the power over both networks (NET-PRIV)" {
	run ns-user ns-net --veth strata0 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"cannot lay a cable from 'strata0'"*"Operation not permitted (EPERM) [NET-PRIV]"* ]]
	not_run
	[ ! -e /proc/sys/net/ipv4/conf/strata0 ]
	if [ "$(id -u)" -eq 0 ]; then
		[[ $output == *"put it behind ns-net:  ns-net --veth strata0 ns-user -- sh"* ]]
	else
		[[ $output == *"sudo ns-net --veth strata0 -- echo RAN"* ]]
		[[ $output == *"with a shell in it:  ns-user ns-net -- sh"* ]]
		[ "$(ns-user ns-net -- sh -c 'ns-net --veth strata0 -- echo RAN; true')" = RAN ]
	fi
}

@test "a cable takes CAP_NET_ADMIN, which may have been dropped (NET-ADMIN)" {
	run lab 'setpriv --bounding-set=-net_admin --inh-caps=-net_admin ns-net --no-lo --veth a -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"cannot lay a cable"*"[NET-ADMIN]"*"it was dropped"* ]]
	not_run
}

@test "IPv6 that is switched off is told apart (NET-IPV6)" {
	[ -e /proc/net/if_inet6 ] || skip "the kernel has no IPv6"
	# Outside, by a setting, for devices to come.
	run lab 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
		ns-net --veth a --ip fd00::2/64 --gateway fd00::1 -- echo RAN'
	[ "$status" -eq 125 ]
	[[ $output == *"'a' outside the address fd00::1/64"*"[NET-IPV6]"* ]]
	not_run
}

# The doctor. A laboratory of three networks: the one that is ill, the gateway,
# which lab() makes, and one outside with a machine at 198.51.100.9 that knows
# no way back.
OUTSIDE='ns-net --veth wan --ip 198.51.100.9/24 -- sleep 60 3>&- & OUTSIDE=$!
trap "kill $OUTSIDE" EXIT
until ip address add 198.51.100.1/24 dev wan; do sleep 0.05; done 2>/dev/null
until ip link show wan | grep -q "state UP"; do sleep 0.05; done
until ns-net --join $OUTSIDE ip -brief address | grep -q 198.51.100.9; do sleep 0.05; done 2>/dev/null
forward() { echo 1 >/proc/sys/net/ipv4/ip_forward; }
doctor() { ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 "$@"; }
'

# Whether a rung is the first that is broken, with that id, and those behind it
# were not tried.
broken() {	# RUNG ID
	local below=yes name
	echo "$output"
	[ "$status" -eq 1 ] || return 1
	for name in lo address gateway outside name; do
		if [ "$name" = "$1" ]; then
			grep -qE "^✗ $name +\[$2\]$" <<<"$output" || return 1
			below=
		elif [ "$below" ]; then
			grep -qE "^✓ $name " <<<"$output" || return 1
		else
			grep -qE "^- $name +not tried$" <<<"$output" || return 1
		fi
	done
	[[ $output == *"  why: "*"  fix: "*"  see: "* ]]
}

@test "--doctor: lo is down (NET-LO), and the fix helps" {
	run own ns-net --no-lo --doctor
	broken lo NET-LO
	[[ $output == *"fix: ip link set lo up"* ]]
	run lab 'ns-net --no-lo -- bash -c "ip link set lo up; ns-net --doctor"'
	broken address NET-ADDRESS
}

@test "--doctor: there is no device, it is down, its other end is, it has no address (NET-ADDRESS)" {
	run own ns-net ns-net --doctor
	broken address NET-ADDRESS
	[[ $output == *"no device but lo"*"ns-net --veth"* ]]
	run lab 'ns-net --veth lab0 -- bash -c "ip link set eth0 down; ns-net --doctor"'
	broken address NET-ADDRESS
	[[ $output == *"fix: ip link set eth0 up"* ]]
	run lab 'ns-net --veth lab0 -- bash -c "ns-net --join $$ ip link set lab0 down; ns-net --doctor"'
	broken address NET-ADDRESS
	[[ $output == *"the other end of its cable is down"* ]]
	run lab 'ns-net --veth lab0 --doctor'
	broken address NET-ADDRESS
	[[ $output == *"fix: ip address add 10.0.0.2/24 dev eth0"* ]]
}

@test "--doctor: there is no route (NET-GATEWAY), and the fix helps" {
	run lab 'ns-net --veth lab0 --ip 10.0.0.2/24 --doctor'
	broken gateway NET-GATEWAY
	[[ $output == *"no route"*"fix: ip route add default via 10.0.0.1 dev eth0"* ]]
	run lab 'ns-net --veth lab0 --ip 10.0.0.2/24 -- bash -c "
		ns-net --join $$ ip address add 10.0.0.1/24 dev lab0
		ip route add default via 10.0.0.1 dev eth0; ns-net --doctor"'
	[[ $output == *"✓ gateway  10.0.0.1 answers at eth0"* ]]
}

@test "--doctor: the gateway does not answer (NET-GATEWAY)" {
	run lab 'ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- bash -c "
		ip route replace default via 10.0.0.7; ns-net --doctor"'
	broken gateway NET-GATEWAY
	[[ $output == *"10.0.0.7"*"ARP"*"ip address add 10.0.0.7/24 dev NAME"* ]]
	# It is there, and what it answers is not all lost: an old answer is none.
	run lab 'ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 -- bash -c "
		ip neighbour replace 10.0.0.7 dev eth0 lladdr 02:00:00:00:00:07 nud stale
		ip route replace default via 10.0.0.7; ns-net --doctor"'
	broken gateway NET-GATEWAY
}

@test "--doctor: the gateway does not forward (NET-FORWARD), with a ping and without, and the fix helps" {
	run lab "$OUTSIDE"'doctor --doctor'
	broken outside NET-FORWARD
	[[ $output == *"fix: outside, as root:  sysctl -w net.ipv4.ip_forward=1"* ]]
	run lab "$OUTSIDE"'doctor --doctor=198.51.100.9'
	broken outside NET-FORWARD
}

@test "--doctor: nobody outside knows the way back (NET-MASQ), and the fix helps" {
	run lab "$OUTSIDE"'forward; doctor --doctor=198.51.100.9'
	broken outside NET-MASQ
	[[ $output == *"10.0.0.2"*"fix: outside, as root:  nft 'table ip strata"*"iptables -t nat"* ]]
	command -v nft >/dev/null || skip "nft (nftables) is not installed"
	fix=$(sed -n 's/^ *fix: outside, as root: *//p' <<<"$output")
	run lab "$OUTSIDE"'forward; eval "$1"; doctor --doctor=198.51.100.9' "$fix"
	echo "$output"
	[[ $output == *"✓ outside  198.51.100.9 answers"* ]]
	# With a rule that changes addresses, but not ours, it is the same.
	run lab "$OUTSIDE"'forward; eval "${1//10.0.0.0/10.9.0.0}"; doctor --doctor=198.51.100.9' "$fix"
	broken outside NET-MASQ
	# And a way back is as good as masquerading.
	run lab "$OUTSIDE"'forward; ns-net --join $OUTSIDE ip route add default via 198.51.100.1
		doctor --doctor=198.51.100.9'
	[[ $output == *"✓ outside  198.51.100.9 answers"* ]]
}

@test "--doctor: a firewall drops what is to be forwarded, or refuses it (NET-FILTER)" {
	command -v nft >/dev/null || skip "nft (nftables) is not installed"
	masquerade='nft "table ip nat { chain out { type nat hook postrouting priority 100; masquerade; }; }"
		'
	run lab "$OUTSIDE$masquerade"'forward
		nft "table ip f { chain x { type filter hook forward priority 0; policy drop; }; }"
		doctor --doctor=198.51.100.9'
	broken outside NET-FILTER
	[[ $output == *"iptables -I FORWARD -i lab0"* ]]
	run lab "$OUTSIDE$masquerade"'forward
		nft "table ip f { chain x { type filter hook forward priority 0; reject; }; }"
		doctor --doctor=198.51.100.9'
	broken outside NET-FILTER
	[[ $output == *"10.0.0.1 refuses"* ]]
	# The answers, not the pings.
	run lab "$OUTSIDE$masquerade"'forward
		nft "table ip f { chain x { type filter hook forward priority 0; iifname wan drop; }; }"
		doctor --doctor=198.51.100.9'
	broken outside NET-FILTER
	[[ $output == *"no answer comes through"* ]]
}

@test "--doctor: nobody is there, or no way leads there (NET-OUTSIDE)" {
	run lab "$OUTSIDE"'forward; doctor --doctor=203.0.113.7'
	broken outside NET-OUTSIDE
	[[ $output == *"10.0.0.1 says that it can't reach 203.0.113.7"* ]]
	run lab "$OUTSIDE"'forward; doctor --doctor=10.0.0.77'
	broken outside NET-OUTSIDE
	[[ $output == *10.0.0.77* ]]
}

@test "--doctor: without a view of the gateway it names all that it may be, each with what shows it" {
	run lab "$OUTSIDE"'doctor -- ns-net --doctor=198.51.100.9'
	broken outside NET-OUTSIDE
	[[ $output == *"# NET-FORWARD:"*"# NET-MASQ:"*"ping 198.51.100.9"* ]]
}

@test "--doctor: the same for IPv6" {
	[ -e /proc/net/if_inet6 ] || skip "the kernel has no IPv6"
	six='ns-net --veth wan --ip fd00:2::9/64 -- sleep 60 3>&- & OUTSIDE=$!
		trap "kill $OUTSIDE" EXIT
		until ip address add fd00:2::1/64 dev wan nodad; do sleep 0.05; done 2>/dev/null
		until ip link show wan | grep -q "state UP"; do sleep 0.05; done
		until ns-net --join $OUTSIDE ip -brief address | grep -q fd00:2::9; do sleep 0.05; done 2>/dev/null
		doctor() { ns-net --veth lab0 --ip fd00:1::2/64 --gateway fd00:1::1 "$@"; }
		'
	run lab "$six"'doctor --doctor=fd00:2::9'
	broken outside NET-FORWARD
	[[ $output == *net.ipv6.conf.all.forwarding=1* ]]
	run lab "$six"'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; doctor --doctor=fd00:2::9'
	broken outside NET-MASQ
	run lab "$six"'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		ns-net --join $OUTSIDE ip route add default via fd00:2::1
		doctor --doctor=fd00:2::9'
	echo "$output"
	[[ $output == *"✓ address  eth0 has fd00:1::2/64"*"✓ gateway  fd00:1::1 answers"*"✓ outside  fd00:2::9 answers"* ]]
	# A gateway that is new can't ask who has fd00:2::9: here for four seconds.
	run lab 'echo 4 >/proc/sys/net/ipv6/conf/default/dad_transmits
		'"$six"'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		ns-net --join $OUTSIDE ip route add default via fd00:2::1
		doctor --doctor=fd00:2::9'
	echo "$output"
	[[ $output == *"✓ outside  fd00:2::9 answers"* ]]
	run lab "$six"'doctor -- bash -c "ip route replace default via fd00:1::7; ns-net --doctor"'
	broken gateway NET-GATEWAY
}

@test "--doctor: no name server answers at lo, or anywhere (NET-DNS)" {
	cd "$BATS_TEST_TMPDIR"
	echo 'nameserver 127.0.0.53' >lo.conf
	echo '# none' >none.conf
	echo 'nameserver 10.0.0.1' >gateway.conf
	names='forward; ns-net --join $OUTSIDE ip route add default via 198.51.100.1
		doctor() { ns-net --veth lab0 --ip 10.0.0.2/24 --gateway 10.0.0.1 \
			ns-mnt --ro-bind "$PWD/$1.conf:/etc/resolv.conf" -- ns-net --doctor=198.51.100.9; }
		'
	run lab "$OUTSIDE$names"'doctor lo'
	broken name NET-DNS
	[[ $output == *"127.0.0.53, which is at lo"*"fix: "*"ns-mnt --ro-bind"* ]]
	run lab "$OUTSIDE$names"'doctor none'
	broken name NET-DNS
	[[ $output == *"names no name server"* ]]
	run lab "$OUTSIDE$names"'doctor gateway'
	broken name NET-DNS
}

@test "--doctor sends nothing farther than to the gateway, unless a target is named" {
	# The counters of the device that leads outside.
	run lab "$OUTSIDE"'forward
		sent() { ip -statistics link show wan | awk "/TX:/ { getline; print \$2 }"; }
		ip link set wan arp off multicast off
		echo 1 >/proc/sys/net/ipv6/conf/wan/disable_ipv6
		before=$(sent); doctor --doctor; [ "$(sent)" = "$before" ]; echo nothing sent'
	echo "$output"
	[[ $output == *"nothing sent"* ]]
}

@test "--doctor --dry-run sends nothing, and needs no privilege" {
	run ns-net --dry-run --doctor
	[ "$status" -eq 0 ]
	[[ $output == *"would look"* && $output != *✓* ]]
}

@test "ns-net --doctor of a running process sees what was mended meanwhile" {
	[ "$(id -u)" -eq 0 ] || skip "a cable needs root"
	cat >"$BATS_TEST_TMPDIR/mend" <<'END'
ns-net --veth strata0 --ip 10.9.9.2/24 --gateway 10.9.9.1 -- sleep 60 3>&- &
pid=$!
for _ in $(seq 1000); do grep -q sleep /proc/$pid/comm && break; sleep 0.05; done
ns-net --join $pid --doctor=192.0.2.1
echo 1 >/proc/sys/net/ipv4/ip_forward
ns-net --join $pid --doctor=192.0.2.1
kill $pid
END
	run timeout 200 ns-net --sysctl net.ipv4.ip_forward=0 -- sh "$BATS_TEST_TMPDIR/mend"
	[ "$(grep -c 'gateway  10.9.9.1 answers' <<<"$output")" = 2 ]
	[ "$(grep -c 'NET-FORWARD' <<<"$output")" = 1 ]
	[[ $output == *"[NET-OUTSIDE]"*"10.9.9.1 says that it can't reach 192.0.2.1"* ]]
}
