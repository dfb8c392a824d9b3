# ns-net: a network of one's own.

bats_require_minimum_version 1.5.0

load helper

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
	[[ $output != *RAN* ]]
}

@test "ns-net --join refuses the namespace of another kind, a plain file, and ." {
	for target in /proc/self/ns/uts /etc/passwd .; do
		run own ns-net --join "$target" echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *NS-JOIN-TYPE* && $output != *RAN* ]]
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
		[[ $output != *RAN* ]]
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
		[[ $output != *RAN* ]]
	done
}

@test "ns-net --sysctl knows an unknown setting, a folder and a wrong value apart" {
	run own ns-net --sysctl net.ipv4.nosuch=1 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-NONE]"* && $output != *RAN* ]]
	run own ns-net --sysctl net.ipv4=1 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-FOLDER]"* && $output != *RAN* ]]
	for value in x 999 -1; do
		run own ns-net --sysctl "net.ipv4.ip_default_ttl=$value" -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"[SYSCTL-VALUE]"* && $output != *RAN* ]]
	done
}

@test "ns-net --sysctl says when the machine has one setting for all" {
	run own ns-net sh -c 'cat /proc/sys/net/core/rmem_max'
	[ "$status" -eq 0 ] || skip "this kernel hides net.core.rmem_max inside"
	before=$(cat /proc/sys/net/core/rmem_max)
	run own ns-net --sysctl net.core.rmem_max=4096 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-GLOBAL]"* && $output != *RAN* ]]
	[ "$(cat /proc/sys/net/core/rmem_max)" = "$before" ]
}

@test "ns-net --sysctl ends when the kernel holds another value than asked for" {
	# It writes a list of ports in its own way.
	run own ns-net --sysctl net.ipv4.ip_local_reserved_ports=8080,8081 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"8080-8081"*"[SYSCTL-HELD]"* && $output != *RAN* ]]
	run own ns-net --sysctl net.ipv4.ip_local_reserved_ports=8080-8081 -- echo RAN
	[ "$output" = RAN ]
	# It reads the first number and forgets the rest.
	run own ns-net --sysctl net.ipv4.ip_default_ttl='1 2 3' -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-HELD]"* && $output != *RAN* ]]
}

@test "ns-net ends when writing a setting did nothing at all" {
	command -v strace >/dev/null || skip "strace is not installed"
	run own strace -qq -o /dev/null -e inject=write:retval=1:when=1 \
		ns-net --sysctl net.ipv4.ip_forward=1 -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[SYSCTL-HELD]"* && $output != *RAN* ]]
}

@test "ns-net says that lo takes CAP_NET_ADMIN; --no-lo does without" {
	run own setpriv --bounding-set=-net_admin --inh-caps=-net_admin ns-net -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"cannot set the device 'lo' up"*"[NET-ADMIN]"* && $output != *RAN* ]]
	run own setpriv --bounding-set=-net_admin --inh-caps=-net_admin ns-net --no-lo -- echo RAN
	[ "$output" = RAN ]
	run own setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
		ns-net --no-lo --sysctl net.ipv4.ip_forward=1 -- echo RAN
	[[ $output == *"[SYSCTL-PRIV]"* && $output != *RAN* ]]
}

@test "an ordinary user's ns-net says to put ns-user first" {
	[ "$(id -u)" -ne 0 ] || skip "needs an ordinary user"
	run ns-net -- echo RAN
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "ns-net: cannot create a network namespace: Operation not permitted (EPERM) [NS-PRIV]" ]
	[[ $output == *"fix: put ns-user first"* && $output != *RAN* ]]
}

@test "ns-net --join and --no-lo exclude each other" {
	run ns-net --join 1 --no-lo echo RAN
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output != *RAN* ]]
}

@test "ns-net --dry-run says each call, and needs no privilege" {
	before=$(readlink /proc/self/ns/net)
	run ns-net --dry-run --sysctl net.ipv4.ip_forward=1 -- echo RAN
	[ "$status" -eq 0 ]
	[[ $output == *"unshare(CLONE_NEWNET)"*"socket(AF_NETLINK"*"send("*"net.ipv4.ip_forward"*"would execute echo"* ]]
	[[ $output != *RAN* ]]
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
