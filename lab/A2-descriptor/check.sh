# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/box.sh
. "$lab/box.sh"
needs=any
packages='busybox-static'

# Outside of the box there is a letter as well.
make_letter() {
	make_box && echo "dear reader $treasure" | tr gold GOLD >"$folder/letter"
}

rooted() { root_in_the_box "root was asked for"; }

# no_directory: the shell holds none, as seen from outside.
no_directory() {
	for open in "/proc/$inside/fd"/*; do
		[ ! -d "$open" ] || no "descriptor ${open##*/} of the shell is a directory of the outside: $(readlink "$open")" \
			"seen with: ls -l /proc/$inside/fd"
	done
	[ "$verdict" = yes ]
}

title_1="started by ./launch: a root shell in the box that holds no directory of the outside"
check_1() {
	case $1 in
	*./launch\ *) ;;
	*)
		no "the line does not begin with ./launch"
		return
		;;
	esac
	make_letter || return
	start "$1"
	a_shell && rooted && no_directory
}

title_2="a root shell in the box that has 'letter' as descriptor 3, and nothing else of the outside"
check_2() {
	make_letter || return
	start "$1"
	a_shell && rooted && no_directory || return
	[ -e "/proc/$inside/fd/3" ] || {
		no "the shell has no descriptor 3; it has: $(cd "/proc/$inside/fd" && echo *)" \
			"our chroot closes all but 0, 1 and 2, unless it is told to keep one"
		return
	}
	[ "$(stat -L -c %d:%i "/proc/$inside/fd/3")" = "$(stat -c %d:%i "$folder/letter")" ] || {
		no "descriptor 3 of the shell is not the letter, but $(readlink "/proc/$inside/fd/3")"
		return
	}
	case $(sed -n 's/^flags:[[:space:]]*//p' "/proc/$inside/fdinfo/3") in
	*[12]) no "descriptor 3 is open for writing as well; the shell can change the letter outside" ;;
	esac
	if ask 'ls /letter' >/dev/null; then
		no "the letter is a file of the box now; it was to be an open descriptor only"
	fi
}
