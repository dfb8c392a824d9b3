# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/box.sh
. "$lab/box.sh"
needs=any
packages='gcc libc6-dev busybox-static'

# The box with the attack in it.
make_escape() {
	make_box || return
	gcc -static -o "$folder/box/escape" "$lab/$name/files/escape.c" 2>"$scratch/err" || {
		no "the checker can't compile escape.c:" "$(said)"
		return 1
	}
}

rooted() { root_in_the_box "that stops the attack, but root was asked for"; }

may_chroot() { [ $((0x$(field CapEff) >> 18 & 1)) = 1 ]; }

# held: the attack, run in there, does not print the decoy.
held() {
	case $(ask "/escape '$folder/treasure'") in
	*$treasure*)
		no "/escape $folder/treasure  has printed the treasure" "$@"
		return 1
		;;
	esac
}

title_1="a root shell in the box that may call chroot, and out of which escape does not come"
check_1() {
	make_escape || return
	start "$1"
	a_shell && rooted || return
	if ! may_chroot; then
		no "the shell has no CAP_SYS_CHROOT (CapEff: $(field CapEff)); that stops the attack too, but this task wants it to keep that right" \
			"so the old tree has to go"
	elif [ "$(ask 'mkdir -p x; chroot x /none 2>&1; rmdir x')" != "chroot: can't execute '/none': No such file or directory" ]; then
		no "the shell can't call chroot: something refuses the call"
	else
		held "it may call chroot, as was asked for, and the old tree is still mounted around the box, for it to climb"
	fi
}

title_2="a root shell in the box, in the machine's own mount namespace, out of which escape does not come"
check_2() {
	make_escape || return
	start "$1"
	a_shell && rooted || return
	if own mnt; then
		no "the shell has a mount namespace of its own; this task wants the other way"
		return
	fi
	held "it may call chroot: CapEff is $(field CapEff), and bit 18 of that is CAP_SYS_CHROOT"
}
