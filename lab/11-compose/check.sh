# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/box.sh
. "$lab/box.sh"
needs=any
packages='busybox-static'

# has_namespaces NAME...: with a reason for the first that is the machine's.
has_namespaces() {
	for space; do
		own "$space" && continue
		case $space in
		user) no "the shell has the machine's user namespace, so its root is the machine's: ns-user is missing" ;;
		pid) no "the shell has the machine's PID namespace: ns-pid is missing" ;;
		mnt) no "the shell has the machine's mount table: ns-mnt is missing" ;;
		*) no "the shell has the machine's $space namespace: ns-$space is missing" ;;
		esac
		return 1
	done
}

docker_set=a80425fb

title_1="the container by hand: a root shell in 'box', with nine layers"
check_1() {
	case $1 in
	*compose-run*)
		no "compose-run has made it; here each layer is a link that you put there yourself"
		return
		;;
	esac
	make_box || return
	mkdir -p "$folder/box/x"
	start "$1"
	a_shell || return
	has_namespaces user pid uts ipc net mnt || return
	if [ "$(ask 'cat /etc/mark')" != "$(cat "$folder/box/etc/mark")" ]; then
		no "the root directory of the shell is not the box; in its / there are: $(ask 'echo /*' | cut -c1-60) ..."
		return
	elif [ "$(ask 'id -u')" != 0 ]; then
		no "the shell is not root inside (id -u says $(ask 'id -u'))"
		return
	elif [ "$(ask hostname)" != box ]; then
		no "the host name inside is $(ask hostname), not box"
		return
	fi
	case $(ask 'cd /; nsenter --root=x bin/busybox cat ../treasure; cd /') in
	*$treasure*)
		no "the shell got out of the box by the escape of lab 04: the old tree is still in its mount table" \
			"chroot alone only says where / is"
		return
		;;
	esac
	seen=$(ask 'set -- /proc/[0-9]*; [ -e /proc/self/status ] && echo $#')
	if [ -z "$seen" ]; then
		no "/proc is empty in the box, so ps has nothing to read; it is mounted by ns-mnt, at a place below the box"
	elif [ "$seen" -gt 5 ]; then
		no "ps shows $seen processes: that /proc is not one of the new PID namespace"
	elif [ $((0x$(field CapBnd) & ~0x$docker_set)) != 0 ] || [ $((0x$(field CapEff) & ~0x$docker_set)) != 0 ]; then
		no "the shell has more capabilities than Docker's 14; effective are: $(capdrop --print "$inside" | sed -n 's/^effective *//p')" \
			"capdrop without options drops all, and --preset docker all but those"
	elif [ "$(field NoNewPrivs)" != 1 ]; then
		no "no_new_privs is not set, so a set-user-ID program gives powers back"
	elif [ "$(field Seccomp)" != 2 ]; then
		no "the shell is under no filter for system calls: lsm is missing"
	elif [ "$(ask 'unshare -U true && echo made' 2>/dev/null)" = made ]; then
		no "the shell could make a new user namespace, in which all capabilities are back ($(field Seccomp_filters) filters)" \
			"lsm's default filter allows that to those who have CAP_SYS_ADMIN when it is loaded: it has to stand behind capdrop"
	fi
}

title_2="by compose-run: user 1000, host name 'web', no capability, the machine's network, 'shared' at /mnt"
check_2() {
	rm -rf "$folder/shared"
	mkdir "$folder/shared"
	chmod 777 "$folder/shared"
	echo "from outside" >"$folder/shared/letter"
	start "$1"
	a_shell || return
	# What is not there in whole is told first.
	has_namespaces user pid uts ipc mnt || return
	ask 'echo x >/mnt/new' >/dev/null
	if own net; then
		no "the shell has a network of its own; the machine's was asked for: --network host"
	elif [ "$(ask hostname)" != web ]; then
		no "the host name inside is $(ask hostname), not web"
	elif [ "$(ask 'id -u')" != 1000 ]; then
		no "the shell is user $(ask 'id -u') inside, not 1000"
	elif [ "$(ask 'cat /mnt/letter')" != "from outside" ]; then
		no "shared is not what the shell has at /mnt; there: $(ask 'echo /mnt/*')"
	elif [ ! -e "$folder/shared/new" ]; then
		no "the shell can't write into /mnt; it said:" "$(said)"
	elif [ "$(field CapBnd)" != 0000000000000000 ]; then
		no "capabilities are left in the bounding set: $(capdrop --print "$inside" | sed -n 's/^bounding *//p')" \
			"a user other than 0 uses none of them, and a file may give them: --cap-drop"
	elif [ "$(field Seccomp)" != 2 ]; then
		no "a layer of compose-run's is missing: there is no filter for system calls"
	fi
}
