# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

title_1="a line that prints the number of the UTS namespace that it runs in"
check_1() {
	here=$(readlink /proc/self/ns/uts | tr -dc 0-9)
	output "$1"
	digits=$(printf '%s' "$printed" | sed -n 's/^\(uts:\[\)\{0,1\}\([0-9][0-9]*\)\]\{0,1\}$/\2/p')
	if [ -z "$printed" ]; then
		no "the line printed nothing" "$(said)"
		return
	elif [ -z "$digits" ]; then
		no "expected one number, as $here or uts:[$here]; the line printed:" "$(printf '%s\n' "$printed" | sed -n '1,5s/^/| /p')"
		return
	elif [ "$digits" != "$here" ]; then
		no "the line printed $digits, and the number here is $here"
		return
	fi
	# The same line where the number is another one.
	output "exec ns-user ns-uts -- sh -c 'readlink /proc/self/ns/uts | tr -dc 0-9; echo; eval \"\$0\"' $(quoted "$1")"
	there=$(printf '%s\n' "$printed" | sed -n 1p)
	digits=$(printf '%s\n' "$printed" | sed 1d | sed -n 's/^\(uts:\[\)\{0,1\}\([0-9][0-9]*\)\]\{0,1\}$/\2/p')
	[ "$digits" = "$there" ] ||
		no "here it is right. Run again, in a new UTS namespace, the line printed '$digits', and the number there is $there" \
			"it must look at the process that runs it, not at another one, and not remember"
}

title_2="a line that prints yes where a user namespace can be made, and no where not"
check_2() {
	if unshare --user true 2>/dev/null; then truth=yes; else truth=no; fi
	output "$1"
	case $printed in
	yes | no) ;;
	*)
		no "expected one word, yes or no; the line printed:" "$(printf '%s\n' "$printed" | sed -n '1,5s/^/| /p')" "$(said)"
		return
		;;
	esac
	[ "$printed" = $truth ] || { no "the line says $printed, but here the answer is $truth (try: unshare --user true; echo \$?)"; return; }
	[ $truth = yes ] || return 0
	# The same line where none can be made, though the limit that one can read is as it was.
	output "exec ns-user --no-more -- sh -c 'eval \"\$0\"' $(quoted "$1")"
	[ "$printed" = no ] ||
		no "here it is right. Run again, where no user namespace can be made, the line still said '$printed'" \
			"a setting says what might be; only trying it shows what the kernel does"
}
