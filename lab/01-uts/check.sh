# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

title_1="a shell whose host name is 'box', while the machine keeps its own"
check_1() {
	before=$(cat /proc/sys/kernel/hostname)
	start "$1"
	a_shell || return
	name_inside=$(ask 'cat /proc/sys/kernel/hostname')
	if [ "$(cat /proc/sys/kernel/hostname)" != "$before" ]; then
		no "the machine's own host name was changed: the shell is in the machine's UTS namespace"
	elif ! own uts; then
		no "the shell is in the machine's UTS namespace, so its host name is the machine's" \
			"compare: readlink /proc/self/ns/uts, inside and outside"
	elif [ "$name_inside" != box ]; then
		no "it has a UTS namespace of its own, but the host name in it is '$name_inside', not 'box'" \
			"a new namespace begins as a copy; somebody has to set the name"
	fi
}

title_2="a shell in a UTS namespace of its own, whose host name it can't change"
check_2() {
	start "$1"
	a_shell || return
	own uts || {
		no "the shell is in the machine's UTS namespace; one of its own is asked for"
		return
	}
	first=$(ask 'cat /proc/sys/kernel/hostname')
	ask 'hostname other' >/dev/null
	if [ "$(ask 'cat /proc/sys/kernel/hostname')" != "$first" ]; then
		no "the shell typed 'hostname other', and that worked" \
			"it still has CAP_SYS_ADMIN over the namespace (effective capabilities: $(field CapEff))"
		return
	fi
	ask 'echo other >/proc/sys/kernel/hostname' >/dev/null
	[ "$(ask 'cat /proc/sys/kernel/hostname')" = "$first" ] ||
		no "the command hostname is refused, but 'echo other >/proc/sys/kernel/hostname' works" \
			"there the kernel asks who owns the file: the machine's root, and that is who the shell still is" \
			"become somebody else as well (capdrop --user), or take the file out of reach"
}
