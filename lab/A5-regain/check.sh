# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

# bare: the shell is user 1000, and has no capability to begin with.
bare() {
	if [ "$(ask 'id -u')" != 1000 ]; then
		no "the shell is not user 1000 (id -u says $(ask 'id -u')); ./as1000 makes it that, and another ns-user behind it makes root again, unless its --uid-map says 1000:1000:1"
	elif [ "$(field CapEff)$(field CapPrm)" != 00000000000000000000000000000000 ]; then
		no "the shell still has capabilities: CapEff is $(field CapEff), CapPrm is $(field CapPrm)"
	elif [ "$(ask 'sh -c "echo alive"')" != alive ]; then
		no "the shell can't start other programs any more, and is of no use"
	fi
	[ "$verdict" = yes ]
}

# held: it gets none from a user namespace of its own.
held() {
	got=$(ask 'unshare -Ur grep CapEff /proc/self/status 2>&1')
	case $got in
	CapEff:*) no "the shell got them back: unshare -Ur grep CapEff /proc/self/status  prints" "| $got" "$@" ;;
	esac
	[ "$verdict" = yes ]
}

title_1="a shell of user 1000 without capabilities, that gets none back by a user namespace"
check_1() {
	start "$1"
	a_shell && bare || return
	case $(field Seccomp) in
	0) held "nothing refuses the call that makes user namespaces" ;;
	*) held "it has a seccomp filter that lets the call pass; the default one does when it is made for somebody who has CAP_SYS_ADMIN at that moment" ;;
	esac
}

title_2="the same, and without a seccomp filter"
check_2() {
	start "$1"
	a_shell && bare || return
	if [ "$(field Seccomp)" != 0 ]; then
		no "the shell has a seccomp filter (Seccomp: $(field Seccomp) in /proc/$inside/status)"
		return
	fi
	held "the number of user namespaces that may be made in there is $(ask 'cat /proc/sys/user/max_user_namespaces')"
}
