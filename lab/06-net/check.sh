# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='iproute2 iputils-ping nftables python3'

# A machine to run the line on, as its root: a network with a world behind up0.
# Sets machine to one of its processes.
# shellcheck disable=SC2016 # it is for the shell inside
start_on_machine() {
	for program in ip ping nft; do
		command -v $program >/dev/null && continue
		not_here "there is no $program (packages iproute2, iputils-ping, nftables)"
		return 1
	done
	start "exec ns-user ns-net -- sh -c '
		ns-net --veth up0 --ip 192.0.2.1/24 -- sleep 987 &
		until ip link show up0 2>/dev/null | grep -q LOWER_UP; do sleep 0.02; done
		ip address add 192.0.2.2/24 dev up0
		until ping -c 1 -W 1 192.0.2.1 >/dev/null; do sleep 0.02; done
		sleep 986 &
		$2
		eval \"\$0\"' $(quoted "$1")"
	a_shell || return 1
	machine=$(beside "sleep 986")
	if [ -z "$machine" ]; then
		no "the machine of the checker is gone; the line must leave the processes there alone"
	elif ! on_machine ping -c 1 -W 1 192.0.2.1 >/dev/null; then
		no "the machine itself reaches the world no more; what has the line changed?"
	elif [ "$(readlink "/proc/$machine/ns/net")" = "$(readlink "/proc/$inside/ns/net")" ]; then
		no "the shell is in the network of the machine; one of its own is asked for, as ns-net makes it"
	fi
	[ "$verdict" = yes ]
}

on_machine() { ns-user --join "$machine" ns-net --join "$machine" -- "$@"; }

reaches() { ask "ping -c 2 -i 0.2 -W 1 $1 >/dev/null && echo yes" | grep -q yes; }

# the_doctor ADDRESS: what is wrong, in the words that the lab has used.
the_doctor() {
	on_machine ns-net --join "$inside" "--doctor=$1" 2>&1 | sed -n -e '/^✗/,/^  see/s/^/| /p' | grep -v -e '| *see:'
}

title_1="a shell in a network of its own, with the address 10.6.6.2, where 10.6.6.1 answers"
check_1() {
	start "$1"
	a_shell || return
	own net || {
		no "the shell is in the machine's network" "compare: readlink /proc/self/ns/net"
		return
	}
	addresses=$(ask 'ip -brief -4 address' | awk '$1 != "lo" { print $3 }')
	if ! ask 'ip -brief -4 address' | grep -q '[ /]10\.6\.6\.2/'; then
		no "the shell has a network of its own, but not the address 10.6.6.2; it has: ${addresses:-none but that of lo}"
	elif ask 'ip -brief -4 address' | grep -q '[ /]10\.6\.6\.1/'; then
		no "10.6.6.1 answers, but it is an address of the box itself; a neighbor is asked for, at the other end of a cable"
	elif ! reaches 10.6.6.1; then
		no "the shell has 10.6.6.2, and 10.6.6.1 does not answer; in the shell, ping says:" \
			"$(ask 'ping -c 1 -W 1 10.6.6.1 2>&1' | sed -e '/^$/d' -e 's/^/| /')" \
			"somebody must have that address, at the other end (--gateway gives it to that end), and the other network needs a process that stays in it"
	fi
}

title_2="on a machine that neither forwards nor masquerades: a shell in a network of its own that reaches the world"
check_2() {
	start_on_machine "$1" "echo 0 >/proc/sys/net/ipv4/ip_forward" || return
	reaches 192.0.2.1 || no "the shell does not reach 192.0.2.1; the doctor says of its network:" "$(the_doctor 192.0.2.1)"
}

title_3="on a machine with the policy drop: a shell that reaches the world, and for the other box nothing changes"
check_3() {
	start_on_machine "$1" 'echo 1 >/proc/sys/net/ipv4/ip_forward
		nft "table ip nat { chain out { type nat hook postrouting priority 100; oifname up0 masquerade; }; }"
		nft "table ip guard { chain pass { type filter hook forward priority 0; policy drop; }; }"
		ns-net --veth other --ip 10.7.7.2/24 --gateway 10.7.7.1 -- sleep 985 &
		until ip link show other 2>/dev/null | grep -q LOWER_UP; do sleep 0.02; done
		until ping -c 1 -W 1 10.7.7.2 >/dev/null; do sleep 0.02; done' || return
	other=$(beside "sleep 985")
	if ! reaches 192.0.2.1; then
		no "the shell does not reach 192.0.2.1; the doctor says of its network:" "$(the_doctor 192.0.2.1)" \
			"rules of the machine: $(on_machine nft list chain ip guard pass 2>/dev/null | grep -e policy -e accept | tr -s '\t\n' ' ')"
	elif [ -z "$other" ]; then
		no "the other box is gone; the line must leave it alone"
	elif ns-user --join "$other" ns-net --join "$other" -- ping -c 2 -i 0.2 -W 1 192.0.2.1 >/dev/null; then
		no "the shell reaches the world, and now the other box does, too: the rule lets everybody through" \
			"rules of the machine: $(on_machine nft list chain ip guard pass 2>/dev/null | grep -e policy -e accept | tr -s '\t\n' ' ')"
	fi
}
