# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='python3'

is_root() {
	[ "$(ask 'id -u')" = 0 ] || no "the shell is not root inside (id -u says $(ask 'id -u'))"
	[ "$verdict" = yes ]
}

has_own_user() {
	own user || no "the shell has no user namespace of its own"
	[ "$verdict" = yes ]
}

# Its table, in a line, to be shown.
map() { tr -s ' \n' ' ' <"/proc/$inside/uid_map"; }

title_1="a shell that is user 1234 inside, and whose files are yours outside"
check_1() {
	rm -f "$folder/made-inside"
	start "$1"
	a_shell || return
	number=$(ask 'id -u')
	outside=$(field Uid | cut -f 1)
	if [ "$number" != 1234 ]; then
		no "the shell is user $number inside, not 1234; its map: $(map)" \
			"INNER:OUTER:COUNT: the first number is the one inside"
	elif [ "$outside" != "$me" ]; then
		no "the shell is user 1234 inside, and $outside outside as well: another user, not you" \
			"who calls setuid becomes somebody else; a map gives the same user another number"
	elif ask 'touch made-inside' >/dev/null; [ "$(stat -c %u "$folder/made-inside" 2>/dev/null)" != "$me" ]; then
		no "the shell is user 1234, and can't make a file of yours in $folder; it said:" "$(said)"
	fi
	rm -f "$folder/made-inside"
}

# What it takes to call clone(2) directly; the shell itself is not harmed.
clone_user='python3 -c "
import ctypes, os
number = {\"x86_64\": 56, \"aarch64\": 220}[os.uname().machine]
child = ctypes.CDLL(None).syscall(number, 0x10000011, 0, 0, 0, 0)
if child == 0: os._exit(0)
print(\"yes\" if child > 0 else \"no\")" 2>/dev/null'

title_2="a shell that is root, with all capabilities, and can make no further user namespace"
check_2() {
	start "$1"
	a_shell || return
	has_own_user || return
	is_root || return
	all=$(ns-user -r -- sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
	if [ "$(field CapEff)" != "$all" ]; then
		no "the shell has not all capabilities (CapEff $(field CapEff), all are $all)" \
			"without some it may also not make a user namespace, but that is not what was asked for"
	elif [ "$(ask 'unshare --user true 2>/dev/null && echo yes')" = yes ]; then
		no "the shell typed 'unshare --user true', and that worked"
	elif [ "$(ask "$clone_user")" = yes ]; then
		no "unshare(2) is refused, but clone(2) makes a user namespace as well, and that one worked"
	else
		ask 'echo 1000 >/proc/sys/user/max_user_namespaces' >/dev/null
		[ "$(ask 'unshare --user true 2>/dev/null && echo yes')" != yes ] ||
			no "first it was refused; then the shell typed 'echo 1000 >/proc/sys/user/max_user_namespaces', and it worked" \
				"root over the namespace that has the limit can raise it again; so the shell must not be root over that one"
	fi
}

title_3="a root shell that can give a file to user 33, and where nobody is the machine's root"
check_3() {
	if [ "$me" != 0 ] && ! ns-user --map-auto -- true 2>"$scratch/err"; then
		not_here "you have been lent no numbers; ns-user --map-auto says:" "$(said)"
		return
	fi
	rm -rf "$folder/open"
	mkdir "$folder/open"
	chmod 777 "$folder/open"
	start "$1"
	if a_shell && has_own_user && is_root; then
		made=$(ask 'touch open/gift 2>&1')
		answer=$(ask 'chown 33 open/gift 2>&1 && stat -c %u open/gift')
		owner=$(stat -c %u "$folder/open/gift" 2>/dev/null)
		# As we see it: for us the machine's root is 0.
		if awk '$2 == 0 { found = 1 } END { exit !found }' "/proc/$inside/uid_map"; then
			no "the machine's root is in the table: $(map)" \
				"who becomes that user inside owns all of root's files outside"
		elif [ -z "$owner" ]; then
			no "the shell can't make a file in open: $made"
		elif [ "$answer" != 33 ]; then
			no "the shell could not give the file to user 33: $answer" \
				"its table: $(map) (from INNER on, from OUTER on, how many); 33 is not in it"
		elif [ "$owner" = 33 ]; then
			no "the file belongs to user 33 outside as well, who is the machine's own; its table: $(map)"
		fi
	fi
	rm -rf "$folder/open"
}
