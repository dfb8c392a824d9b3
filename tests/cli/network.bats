# compose-run --network bridge, and ns-net --outside with --cable below it.
#
# The machine's own network is left alone: each test has a network that plays the
# machine's part, with a /run of its own. An ordinary user can have one, too.

bats_require_minimum_version 1.5.0

load helper

setup() {
	need_namespaces
	command -v nft >/dev/null || PATH=$PATH:/usr/sbin:/sbin
	command -v nft >/dev/null || skip "nft is not installed (nftables)"
	own ns-net ns-mnt --tmpfs /run -- nft 'add table ip t' 2>/dev/null ||
		skip "no nftables for this user on this kernel"
	own ns-net --check >/dev/null
}

# What the scripts below have at hand.
# shellcheck disable=SC2016
tools='
	bridge="compose-run --network bridge --without cgroup" # in the background, for $! to be it
	box() { $bridge "$@"; }
	# Until a command succeeds, as in helper.bash; below bash -c there is no other.
	until_true() {
		local end=$((SECONDS + 60))
		until "$@"; do [ $SECONDS -lt $end ] || { echo "not so: $*"; exit 1; }; sleep 0.05; done
	}
	silent() { "$@" >/dev/null 2>&1; }
	get() { timeout 3 busybox nc -w 3 "$@" </dev/null 2>/dev/null; }
	# A server in a container, whose supervisor is $SERVER.
	serve() { $bridge "$@" -- sh -c "while :; do echo from the box | busybox nc -l -p 80; done" & SERVER=$!; }
	answers() { [ "$(get "$@")" = "from the box" ]; }
	stop() { kill -KILL "$1"; wait "$1" 2>/dev/null; until_true no_cables; }
	no_cables() { ! ip -brief link | grep -q ^veth-; }
	# A third network, behind the machine, that knows no way to the containers.
	third() {
		ns-net --veth out0 --ip 192.0.2.9/24 sleep 600 & THIRD=$!
		until_true is_sleep $THIRD
		ip address add 192.0.2.1/24 dev out0
	}
	is_sleep() { [ "$(cat /proc/$1/comm)" = sleep ]; }
	nothing_left() {
		no_cables && ! ip link show strata0 2>/dev/null && [ -z "$(nft list tables | grep strata)" ]
	}
'

# Runs a script of bash as if on a machine of its own.
machine() {
	own ns-pid ns-net ns-mnt --tmpfs /run -- bash -c "$tools$1
		:" 2>&1 # the last command is not executed in the place of the shell
}

@test "--network bridge: an address, a way to elsewhere, and the gateway answers" {
	run machine 'box -- sh -c "ip -brief address show eth0; ip route show default; ping -c 1 -W 20 10.213.0.1"'
	[ "$status" -eq 0 ]
	[[ $output == *"10.213.0.2/24"* ]]
	[[ $output == *"default via 10.213.0.1 dev eth0"* ]]
	[[ $output == *" 0% packet loss"* ]]
}

@test "--network bridge: the network belongs to the container, and the socket to the outside is gone" {
	run machine 'box --cap-add net_admin -- sh -c "ip link add x type bridge && echo made; env; ls -l /proc/self/fd"'
	[[ $output == *made* ]]
	[[ $output != *STRATA_* ]]
	[[ $output != *socket:* ]]
}

@test "--network bridge: two containers reach each other" {
	run machine 'serve; until_true answers 10.213.0.2 80
		box -- sh -c "ip -brief address show eth0; for i in \$(seq 100); do
			timeout 3 busybox nc -w 3 10.213.0.2 80 </dev/null && break; sleep 0.2; done"; stop $SERVER'
	[[ $output == *"10.213.0.3/24"* ]]
	[[ $output == *"from the box"* ]]
}

@test "-p: the port leads into the container, from the machine and from a third network" {
	run machine 'third; serve -p 8080:80
		until_true answers 127.0.0.1 8080 && echo loopback
		until_true answers 192.0.2.1 8080 && echo own address
		from() { [ "$("$@" timeout 3 busybox nc -w 3 192.0.2.1 8080 </dev/null)" = "from the box" ]; }
		until_true from ns-net --join $THIRD && echo third
		until_true from box -- && echo neighbor
		stop $SERVER; answers 127.0.0.1 8080 || echo closed'
	for word in loopback 'own address' third neighbor closed; do
		grep -qx "$word" <<<"$output"
	done
}

@test "-p of 127.0.0.1 is for the machine alone, and one of another address for that" {
	run machine 'third; ip address add 192.0.2.2/24 dev out0; serve -p 127.0.0.1:8080:80 -p 192.0.2.2:8081:80
		until_true answers 127.0.0.1 8080 && echo here
		try() { ns-net --join $THIRD timeout 3 busybox nc -w 2 "$@" </dev/null; }
		[ "$(try 192.0.2.1 8080)" ] || echo not there
		is_there() { [ "$(try 192.0.2.2 8081)" ]; }
		until_true is_there && echo there
		[ "$(try 192.0.2.1 8081)" ] || echo not that'
	for word in here 'not there' there 'not that'; do
		grep -qx "$word" <<<"$output"
	done
}

@test "-p of udp" {
	run machine '
		$bridge -p 5353:53/udp -- python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((\"\", 53))
while True:
	data, who = s.recvfrom(100)
	s.sendto(b\"udp \" + data, who)" &
		ask() { python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.2)
s.sendto(b\"there\", (\"127.0.0.1\", 5353))
print(s.recv(100).decode())" 2>/dev/null; }
		until_true ask; stop $!'
	[[ $output == *"udp there"* ]]
}

@test "what is not published can't be reached from elsewhere, even where one knows the way" {
	run machine 'third; serve -p 8080:80; until_true answers 10.213.0.2 80
		ns-net --join $THIRD ip route add 10.213.0.0/24 via 192.0.2.1
		ns-net --join $THIRD timeout 3 busybox nc -w 2 10.213.0.2 80 </dev/null || echo out of reach'
	[[ $output != *"from the box"* ]]
	[[ $output == *"out of reach"* ]]
}

@test "what leaves has the machine's address: a third network counts its packets" {
	run machine 'third
		ns-net --join $THIRD nft "add table ip t; add chain ip t c { type filter hook input priority 0; };
			add rule ip t c ip saddr 192.0.2.1 counter; add rule ip t c ip saddr 10.0.0.0/8 counter"
		box -- ping -c 2 -i 0.2 -W 20 192.0.2.9
		ns-net --join $THIRD nft list chain ip t c'
	[[ $output == *" 0% packet loss"* ]]
	[[ $output == *"192.0.2.1 counter packets 2 "* ]]
	[[ $output == *"10.0.0.0/8 counter packets 0 "* ]]
}

@test "a container can't reach what listens at the machine's 127.0.0.1 (CVE-2020-8558)" {
	cat >"$BATS_TEST_TMPDIR/listen" <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 7777))
while True:
    print(s.recv(100).decode(), flush=True)
END
	# A packet for 127.0.0.1 to the gateway's Ethernet address.
	cat >"$BATS_TEST_TMPDIR/send" <<'END'
import socket, struct, time
def total(data):
    n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    n = (n & 0xffff) + (n >> 16)
    return ~((n & 0xffff) + (n >> 16)) & 0xffff
text = b"forged"
udp = struct.pack("!4H", 7777, 7777, 8 + len(text), 0) + text
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 9, 17, 0,
                 socket.inet_aton("10.213.0.2"), socket.inet_aton("127.0.0.1"))
ip = ip[:10] + struct.pack("!H", total(ip)) + ip[12:]
own = bytes.fromhex(open("/sys/class/net/eth0/address").read().strip().replace(":", ""))
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0x800))
while True:
    s.send(b"\x02STRAT" + own + b"\x08\x00" + ip + udp)
    time.sleep(0.1)
END
	run machine "python3 $BATS_TEST_TMPDIR/listen >/run/got &
		\$bridge -p 8080:80 -- python3 -c \"\$(cat $BATS_TEST_TMPDIR/send)\" & BOX=\$!
		dropped() { nft list chain ip strata-bridge-strata0 prerouting | grep -q 'packets [1-9]'; }
		until_true silent nft list table ip strata-port-0ad50002
		nft insert rule ip strata-bridge-strata0 prerouting ip daddr 127.0.0.1 iifname strata0 counter
		until_true dropped; [ -s /run/got ] || echo guarded
		nft flush chain ip strata-bridge-strata0 prerouting; until_true test -s /run/got; cat /run/got; kill %1; stop \$BOX"
	[[ $output == *guarded*forged* ]]
}

@test "a container can't become the machine's router, by IPv6 (CVE-2020-13401)" {
	[ -e /proc/sys/net/ipv6 ] || skip "this kernel has no IPv6"
	run machine '
		box -- python3 -c "
import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
router = bytes([134, 0, 0, 0, 64, 0, 7, 8]) + bytes(8)
for _ in range(30):
	time.sleep(0.1)
	try:
		s.sendto(router, (\"ff02::1\", 0, 0, socket.if_nametoindex(\"eth0\")))
	except OSError: # no address yet
		pass
print(\"sent\")" &
		until_true silent ip link show veth-0ad50002; sleep 2.5
		ip -6 route show default; ip -6 address show dev strata0; wait'
	[[ $output == *sent* ]]
	[[ $output != *default* ]]
	[[ $output != *inet6* ]]
}

@test "names: resolv.conf with the machine's servers or --dns, hosts with our own, as in docker" {
	run machine '
		printf "nameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch example.org\n# no\n" >/run/r
		ns-mnt --bind /run/r:"$(realpath /etc/resolv.conf)" -- compose-run --network bridge --without cgroup \
			--hostname web --domainname lan -- cat /etc/resolv.conf /etc/hosts'
	[ "$status" -eq 0 ]
	[[ $output == *"nameserver 192.0.2.53"$'\n'"search example.org"$'\n'"127.0.0.1"$'\t'localhost* ]]
	[[ $output == *"10.213.0.2"$'\t'"web.lan web"* ]]
	[[ $output != *127.0.0.53* ]]
	run machine 'box --dns 192.0.2.7 --dns 192.0.2.8 -- cat /etc/resolv.conf'
	[[ $output == *"nameserver 192.0.2.7"$'\n'"nameserver 192.0.2.8"* ]]
}

@test "names: with no server that can be reached, docker's, and a note" {
	run machine 'echo "nameserver 127.0.0.1" >/run/r; mkdir -p /run/systemd/resolve
		ns-mnt --bind /run/r:"$(realpath /etc/resolv.conf)" -- compose-run --network bridge --without cgroup -- \
			cat /etc/resolv.conf'
	[[ $(flat) == *"note: the machine's name servers can't be reached"* ]]
	[[ $output == *"nameserver 8.8.8.8"* ]]
}

@test "names: a directory as root keeps its own files" {
	"$BIN/../lab/rootfs" "$BATS_TEST_TMPDIR/root" >/dev/null
	chmod -R go+rX "$BATS_TEST_TMPDIR/root"
	before=$(cat "$BATS_TEST_TMPDIR/root/etc/hosts")
	run machine "box --rootfs $BATS_TEST_TMPDIR/root -- sh -c 'echo 192.0.2.1 more >>/etc/hosts; cat /etc/hosts'"
	[[ $output == *"10.213.0.2"$'\t'strata*"192.0.2.1 more"* ]]
	[ "$(cat "$BATS_TEST_TMPDIR/root/etc/hosts")" = "$before" ]
	[ ! -e "$BATS_TEST_TMPDIR/root/etc/resolv.conf" ]
	run machine "box --rootfs $BATS_TEST_TMPDIR/root --read-only -- sh -c 'echo x >>/etc/hosts || cat /etc/hosts'"
	[[ $output == *"Read-only"*"10.213.0.2"$'\t'strata* ]]
	[[ $(flat) == *"note: /etc/resolv.conf is not there, and this root is read-only"* ]]
}

@test "--ip is the address, also where it says which network there is to be" {
	run machine 'box --ip 10.213.0.77 -- hostname -I; box --ip 10.99.5.6 -- sh -c "hostname -I; ip route"'
	[[ $output == *"10.213.0.77"* ]]
	[[ $output == *"10.99.5.6"*"via 10.99.5.1"* ]]
}

@test "--ip of another, of the gateway, or of no network of ours is refused" {
	run machine '$bridge -- sleep 300 & until_true silent ip link show veth-0ad50002
		box --ip 10.213.0.2 -- echo RAN; box --ip 10.213.0.1 -- echo RAN; box --ip 10.213.9.1 -- echo RAN
		stop $!'
	[[ $output == *"File exists (EEXIST) [NET-TAKEN]"* ]]
	[[ $(flat) == *"another container has the address 10.213.0.2"* ]]
	[[ $(flat) == *"10.213.0.1 is the machine's own address in that network, the gateway"* ]]
	[[ $output == *"[NET-SUBNET]"*"fix: take another one in 10.213.0.0/24"* ]]
	run ! grep -x RAN <<<"$output"
}

@test "a network that the machine has something to do with is not taken" {
	run machine 'ip link add other type bridge; ip address add 10.213.0.9/16 dev other; ip link set other up
		box -- ip route show default'
	[[ $output == *"via 172.29.0.1"* ]]
	run machine 'ip link add other type bridge; ip address add 10.213.0.9/25 dev other; ip link set other up
		box -- ip route show default; box --ip 10.213.0.77 -- echo RAN'
	[[ $output == *"via 10.213.1.1"* ]]
	[[ $output == *"[NET-SUBNET]"* ]]
	run ! grep -x RAN <<<"$output"
}

@test "a port that is in use is refused, and so is an address that is not the machine's" {
	run machine 'busybox nc -l -p 8080 & serve -p 8081:80; until_true answers 127.0.0.1 8081
		until_true grep -q ":1F90 0*:0000 0A " /proc/net/tcp /proc/net/tcp6
		for port in 8080:80 8081:80 192.0.2.5:80:80; do box -p $port -- echo RAN; echo status $?; done
		kill %1; stop $SERVER; box -p 8081:80 -- echo free again'
	[ "$(grep -c 'status 125' <<<"$output")" -eq 3 ]
	[ "$(grep -c 'NET-PORT' <<<"$output")" -eq 3 ]
	[[ $output == *"fix: take another one of the machine's:  -p 8081:80"* ]]
	[[ $output == *"the machine has no address 192.0.2.5"* ]]
	[[ $output == *"free again"* ]]
	run ! grep -x RAN <<<"$output"
}

@test "all is gone at the end: cable, bridge, rules; and while one is left the bridge stays" {
	run machine 'box -p 8080:80 -- true; nothing_left && echo all gone
		$bridge -- sleep 300 & until_true silent ip link show veth-0ad50002
		box -p 8080:80 -- true; ip -brief link show strata0; nft list tables; stop $!'
	[[ $output == *"all gone"*"strata0 "*"table ip strata-bridge-strata0"* ]]
	[[ $output != *strata-port* ]]
}

@test "all is gone also when a step fails" {
	run machine 'box -p 192.0.2.5:80:80 -- true; nothing_left && echo all gone'
	[[ $output == *"NET-PORT"*"all gone"* ]]
}

@test "what the killed leave is taken away by the next" {
	run machine 'for i in 1 2 3; do
			serve -p 808$i:80; until_true answers 127.0.0.1 808$i; stop $SERVER
		done
		nft list tables; box -- true; nothing_left && echo all gone'
	[[ $output == *"table ip strata-port-0ad50002"* ]]
	[[ $output == *"all gone"* ]]
}

@test "a bridge that somebody else has made is used, and stays" {
	run machine 'ip link add strata0 type bridge; box -- echo RAN
		ip address add 10.7.0.1/29 dev strata0; ip link set strata0 up
		box -- hostname -I; ip -brief link show strata0; box --ip 10.7.0.9 -- echo RAN'
	[[ $output == *"[NET-SUBNET]"*"ip address add 10.213.0.1/24 dev strata0"* ]]
	[[ $output == *"10.7.0.2"*"strata0 "*"NET-SUBNET"* ]]
	run ! grep -x RAN <<<"$output"
}

@test "a network that is full" {
	run machine 'ip link add strata0 type bridge; ip address add 10.7.0.1/30 dev strata0; ip link set strata0 up
		$bridge -- sleep 300 & until_true silent ip link show veth-0a070002; box -- echo RAN; stop $!'
	[[ $output == *"[NET-TAKEN]"*"all addresses of 10.7.0.0/30 are taken"* ]]
	[[ $output != *RAN* ]]
}

@test "a device 'strata0' that is no bridge is left alone" {
	run machine 'ip link add strata0 type veth peer name x; box -- echo RAN; ip link show strata0'
	[[ $output == *"[NET-EXIST]"* ]]
	[[ $output == *"strata0@x"* ]]
	[[ $output != *RAN* ]]
}

@test "many that start at once get an address each, and leave nothing" {
	# They go when the last of them is there.
	run machine 'mkfifo /run/go; exec 8<>/run/go
		for i in 1 2 3 4 5 6; do box -- sh -c "hostname -I; read -r go" <&8 8<&- >>/run/addresses & done
		all_there() { [ "$(grep -c . /run/addresses)" -eq 6 ]; }
		until_true all_there; printf "go\n%.0s" 1 2 3 4 5 6 >&8; wait
		cat /run/addresses; nothing_left && echo all gone'
	[ "$(grep -o '10\.213\.0\.[0-9]*' <<<"$output" | sort -u | wc -l)" -eq 6 ]
	[[ $output == *"all gone"* ]]
	# And in and out, while the bridge comes and goes.
	run machine 'for i in 1 2 3 4; do (for j in 1 2 3 4; do box -p 80$i$j:80 -- echo RAN || echo FAILED; done) & done; wait
		nothing_left && echo all gone'
	[ "$(grep -cx RAN <<<"$output")" -eq 16 ]
	[[ $output == *"all gone"* ]]
}

@test "Docker's FORWARD policy DROP: two rules let our packets pass, and go at the end" {
	command -v iptables-nft >/dev/null || skip "iptables-nft is not installed (iptables)"
	run machine 'third; iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i docker0 -j ACCEPT
		box -- ping -c 1 -W 20 192.0.2.9; iptables-nft -S FORWARD'
	[[ $output == *" 0% packet loss"* ]]
	[[ $output == *"-P FORWARD DROP"*"-i docker0"* ]]
	[[ $output != *strata0* ]]
}

@test "forwarding is switched on, with a note; when it can't be, the container does not run" {
	run machine 'echo 0 >/proc/sys/net/ipv4/ip_forward; box -- true; cat /proc/sys/net/ipv4/ip_forward; box -- true'
	[ "$(grep -c 'ip_forward was 0 and is 1 now' <<<"$output")" -eq 1 ]
	[ "${lines[-1]}" = 1 ]
	run machine 'echo 0 >/proc/sys/net/ipv4/ip_forward; ns-mnt --remount-ro /proc/sys -- compose-run \
		--network bridge --without cgroup -- echo RAN; nothing_left && echo all gone'
	[[ $output == *"[NET-FORWARD]"* ]]
	[[ $output == *"all gone"* ]]
	[[ $output != *RAN* ]]
}

@test "the three ways are the same: fused, --chain, typed" {
	look='ip -brief address show eth0 | cut -d/ -f1; ip route; cat /etc/resolv.conf /etc/hosts; nproc; id; grep Cap /proc/self/status; ls /proc/self/fd; cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range'
	run machine "echo 1 >/proc/sys/net/ipv4/ip_forward
		options='-p 8080:80 --dns 192.0.2.7 --ip 10.213.0.8'
		box \$options -- sh -c '$look' | sed 's/@if[0-9]*//' >/run/fused
		box \$options --chain -- sh -c '$look' | sed 's/@if[0-9]*//' >/run/chain
		box \$options --print-chain -- sh -c '$look' >/run/line; sh /run/line | sed 's/@if[0-9]*//' >/run/typed
		cmp /run/fused /run/chain && cmp /run/fused /run/typed && cat /run/fused"
	[ "$status" -eq 0 ]
	[[ $output == *"10.213.0.8"*"nameserver 192.0.2.7"* ]]
}

@test "-d: it goes on, and why it can't be is told to who started it" {
	run machine 'box --init -d --name web -p 8080:80 -- sh -c "while :; do echo from the box | busybox nc -l -p 80; done"
		until_true answers 127.0.0.1 8080; compose-run exec web -- hostname -I
		box -d --name two -p 8080:80 -- true; compose-run list
		compose-run stop web; nothing_left && echo all gone'
	[[ $output == *"10.213.0.2"*"[NET-PORT]"*"all gone"* ]]
	[[ $output != *"two "* ]]
}

@test "compose-run's status and signals go through the one outside" {
	run machine 'box -- sh -c "exit 7"; echo status $?
		$bridge --init -- sh -c "echo there; exec sleep 300" >/run/said & until_true grep -q there /run/said
		kill $!; wait $!; echo status $?'
	[[ $output == *"status 7"*"status 143"* ]]
}

@test "who is not root is refused, and told of what needs none" {
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --reuid 1000 --regid 1000 --clear-groups "$BIN/compose-run" --network bridge -- echo RAN
		[ "$status" -ne 126 ] && [ "$status" -ne 127 ] || skip "user 1000 may not execute $BIN"
	else
		run compose-run --network bridge -- echo RAN
	fi
	[ "$status" -eq 125 ]
	[[ $output == *"[NET-PRIV]"*"--network user"* ]]
	[[ $output != *RAN* ]]
}

@test "ns-net --outside without a right to the network is refused" {
	[ "$(id -u)" -ne 0 ] || skip "root has it"
	run ns-net --outside --bridge b0 ns-user ns-net --cable -- echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"[NET-PRIV]"* ]]
	run ns-user ns-net --outside --bridge b0 ns-net --cable -- echo RAN
	[[ $output == *"[NET-PRIV]"* ]]
	run ! grep -x RAN <<<"$output"
}

@test "-p, --ip and --dns with another network are refused in words" {
	for network in none host; do
		for option in '-p 80:80' '--ip 10.0.0.2' '--dns 192.0.2.1'; do
			# shellcheck disable=SC2086
			run compose-run --network $network $option -- echo RAN
			[ "$status" -eq 125 ]
			[[ $output == *"does not go with --network $network: "*"--network bridge or user" ]]
		done
	done
}

@test "mistakes in -p, --ip and --dns" {
	for option in '-p 80' '-p x:80' '-p 80:0' '-p 80:65536' '-p 80-81:80-81' '-p [::1]:80:80' '-p 1.2.3:80:80' \
		'-p 80:80/sctp' '-p 80:80 -p 127.0.0.1:80:81' '-p 80:80/' '-p :80' '--ip x' '--ip ::1' '--ip 10.0.0.1/24' \
		'--dns x' '--without ns-net' '--without ns-mnt' '--network bride'; do
		# shellcheck disable=SC2086
		run compose-run -n --network bridge $option -- true
		[ "$status" -eq 125 ]
		[[ $output == "compose-run: -"* ]]
	done
	compose-run -n --network bridge -p 80:80 -p 80:80/udp -p 127.0.0.1:81:80/tcp -- true 2>/dev/null
}

@test "without nft the line that installs it is said, and nothing is made" {
	run machine 'mkdir /run/empty; ns-mnt --mask "$(command -v nft)" -- env PATH="$PATH" sh -c "
			PATH=$(dirname "$(command -v compose-run)"):/bin; chmod a-x \"$(command -v nft)\"; true"
		PATH=$(dirname "$(command -v compose-run)"):/run/empty
		ns-mnt --ro-bind /run/empty:/usr/sbin --propagation private -- ns-net --outside --bridge b0 ns-net --cable -- echo RAN
		PATH=$PATH:/bin:/usr/bin:/sbin; ip link'
	[[ $output == *"[NET-NFT]"*"apt-get install nftables"* ]]
	[[ $output != *RAN* ]]
	[[ $output != *b0* ]]
}

@test "when nft refuses the rules, its words are said" {
	run machine 'mkdir /run/bin; printf "#!/bin/sh\ncat >/dev/null\necho Error: such rules\nexit 1\n" >/run/bin/nft; chmod +x /run/bin/nft
		PATH=/run/bin:$PATH; ns-net --outside --bridge b0 ns-net --cable -- echo RAN; echo status $?; ip -brief link'
	[[ $output == *"[NET-RULES]"*"says: Error: such rules"*"status 125"* ]]
	[[ $output != *RAN* ]]
	[[ $output != *veth-* ]]
}

@test "--outside and --cable need each other (NET-CABLE)" {
	run machine 'ns-net --outside --bridge b0 -- echo RAN; ns-net --cable -- echo RAN; STRATA_CABLE=1 ns-net --cable -- echo RAN
		STRATA_CABLE=x ns-net --cable -- echo RAN; ns-net --outside --bridge b0 -- echo RAN --cable; ip -brief link'
	[ "$(grep -c NET-CABLE <<<"$output")" -eq 5 ]
	[[ $output == *"fix: "*"ns-net --outside --bridge b0 ns-user ns-net --cable -- sh"* ]]
	run ! grep -e '^RAN' -e b0@ <<<"$(grep -v fix: <<<"$output")"
}

@test "what goes with --outside, and what not" {
	for line in '--outside' '--outside --bridge a/b' '--outside --bridge b --veth x' '--outside --bridge b --no-lo' \
		'--outside --bridge b --cable' '--outside --bridge b --gateway 10.0.0.1' '--publish 80:80' '--cable --join 1' \
		'--cable --veth x' '--outside --bridge b --ip 10.0.0.2 --ip 10.0.0.3' '--outside --bridge b --publish x'; do
		# shellcheck disable=SC2086
		run ns-net $line -- ns-net --cable true
		[ "$status" -eq 125 ]
		[[ $output == "ns-net: "* ]]
	done
}

@test "another lock is waited for, and one that is held too long is said (NET-LOCK)" {
	command -v flock >/dev/null || skip "flock is not installed (util-linux)"
	run machine 'hold() { flock /run/strata-net.lock sh -c "echo >/run/held; exec sleep $1" & until_true test -e /run/held; rm /run/held; }
		hold 1; box -- echo then; hold 1000
		box -- echo RAN; no_cables && echo none'
	[[ $output == *then*"[NET-LOCK]"*none* ]]
	[[ $output != *RAN* ]]
}

@test "a dry run shows it all, as any user, and makes nothing" {
	run compose-run -n --network bridge -p 8080:80 -- true
	[ "$status" -eq 0 ]
	for word in "make the bridge 'strata0'" 'take the port 8080 of tcp' 'nft -f -' 'ask the one outside for a cable'; do
		[[ $output == *"$word"* ]]
	done
}

@test "--emit-oci can't say it, and --draw can" {
	[ "$(id -u)" -eq 0 ] || skip "an ordinary user has no --network bridge"
	run compose-run --network bridge --emit-oci "$BATS_TEST_TMPDIR/bundle" -- true
	[ "$status" -eq 125 ]
	[[ $output == *"[OCI-EMIT]"*"--network none can be written"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/bundle" ]
	compose-run --draw -- --network bridge -- true | grep -q "ns-net"
}
