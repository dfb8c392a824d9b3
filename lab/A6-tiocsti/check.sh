# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='gcc libc6-dev bsdutils'
if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)" = 0 ]; then
	lacks="this kernel lets nobody type by TIOCSTI (since Linux 6.2); in a virtual machine of your own, as root: sysctl dev.tty.legacy_tiocsti=1"
fi

# typing LINE: run it in a terminal. Sets typist (what typist said of itself) and
# outside (what came to be typed outside).
typing() {
	gcc -o "$folder/typist" "$lab/$name/files/typist.c" 2>"$scratch/err" || {
		no "the checker can't compile typist.c:" "$(said)"
		return 1
	}
	output "LC_ALL=C ./terminal $(quoted "$1")"
	typist=$(printf '%s\n' "$printed" | grep '^typist: terminal: ' | head -n 1)
	outside=$(printf '%s\n' "$printed" | sed -n 's/^outside, the next line typed: //p' | tail -n 1)
	if [ -z "$typist" ]; then
		no "typist did not run; the line has to run it, as in: ... ./typist TEXT. It said:" \
			"$(printf '%s\n' "$printed" | sed -n '1,5s/^/| /p')" "$(said)"
	elif [ -n "$outside" ]; then
		no "the shell outside got a line typed: $outside" "$typist"
	else
		case $typist in
		*'terminal: no'*) no "typist had no terminal as its input, and so nothing to type into; it is to keep one" ;;
		esac
	fi
	[ "$verdict" = yes ]
}

title_1="a line that runs typist, in our session, where it can't type into our terminal"
check_1() {
	typing "$1" || return
	case $typist in
	*'of my session: no'*) no "typist was not in the session of its terminal; this task wants the other way" ;;
	*'; typed')
		no "typist could type, into another terminal than ours; this task wants the other way" ;;
	esac
}

title_2="a line that runs typist without a seccomp filter, where it can't type into our terminal"
check_2() {
	typing "$1" || return
	case $typist in
	*'seccomp: 0'*) ;;
	*) no "typist has a seccomp filter; this task wants the other way" ;;
	esac
}
