# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/box.sh
. "$lab/box.sh"
needs=any
packages='busybox-static'

rooted() { root_in_the_box "for another user the escape would be no trick"; }

# no_way_out: the treasure can't be read by the ways of this lab.
no_way_out() {
	case $(ask "cd /; mkdir -p x; nsenter --root=x bin/busybox cat ../treasure; cd /; rmdir x") in
	*$treasure*)
		no "the shell got out: mkdir x; nsenter --root=x bin/busybox cat ../treasure  has printed the treasure" \
			"chroot only says where / is; the shell stays in the old tree of mounts, and may call chroot again (capabilities: $(field CapEff))"
		return 1
		;;
	esac
	case $(ask "cat /proc/[0-9]*/root$folder/treasure") in
	*$treasure*)
		no "the shell got out through another process: cat /proc/PID/root$folder/treasure"
		return 1
		;;
	esac
}

title_1="a root shell in the box which can't get out by the escape of step 4"
check_1() {
	make_box || return
	start "$1"
	a_shell || return
	rooted && no_way_out
}

title_2="a root shell in the box where ps shows the shell as process 1, and with no way out"
check_2() {
	make_box || return
	start "$1"
	a_shell || return
	rooted || return
	own pid || {
		no "the shell has no PID namespace of its own, so it can't be process 1"
		return
	}
	if [ "$(ask '[ -e /proc/self/status ] && echo yes')" != yes ]; then
		no "/proc is empty in the box, so ps has nothing to read; it said:" "$(ask ps | sed 's/^/| /')" "$(said)" \
			"a proc can be mounted as long as the old one is in sight, so before the pivot"
		return
	elif ! ask ps | grep -q '^ *1 '; then
		no "ps shows no process 1; it said:" "$(ask ps | sed 's/^/| /' | head -n 5)"
		return
	elif [ "$(ask 'set -- /proc/[0-9]*; echo $#')" -gt 10 ]; then
		no "ps shows the processes of the machine, $(ask 'set -- /proc/[0-9]*; echo $#') of them: that /proc is the machine's, not a new one"
		return
	fi
	no_way_out
}

title_3="the machine's own sh as a shell in 'tiny', a root with just what it needs"
check_3() {
	rm -rf "$folder/tiny"
	mkdir -p "$folder/tiny/mark-$$"
	start "$1"
	if ! a_shell; then
		grep -q 'error while loading shared libraries' "$scratch/err" &&
			reason="$reason
its loader was found, and then a library was missing; ldd lists them all"
		return
	fi
	case $(ask 'echo /*') in
	*/mark-$$*) ;;
	*)
		no "the root directory of the shell is not tiny" "in its / there are: $(ask 'echo /*' | cut -c1-60) ..."
		return
		;;
	esac
	[ -n "$(find "$folder/tiny" -name 'ld-*' -print)" ] ||
		no "there is no loader in tiny: this shell is static and needs none; the machine's own sh is asked for"
}
