# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='busybox-static'

title_1="a root shell in which files can be made, but no directories, by mkdir or by tar"
check_1() {
	rm -rf "$folder/place" "$scratch/archive"
	mkdir -p "$folder/place" "$scratch/archive/by-tar"
	tar -C "$scratch/archive" -cf "$folder/place/archive.tar" by-tar
	start "$1"
	a_shell || return
	place=$folder/place
	ask "echo x >'$place/file'" >/dev/null
	by_mkdir=$(ask "mkdir '$place/by-mkdir'; [ -d '$place/by-mkdir' ] && echo made")
	by_tar=$(ask "tar -C '$place' -xf '$place/archive.tar'; [ -d '$place/by-tar' ] && echo made")
	if [ "$(ask 'id -u')" != 0 ]; then
		no "the shell is not root inside (id -u says $(ask 'id -u'))"
	elif [ "$by_mkdir$by_tar" = made ]; then
		no "$([ "$by_tar" ] && echo tar || echo mkdir) could make a directory, and $([ "$by_tar" ] && echo mkdir || echo tar) could not: the two take different system calls for it" \
			"a filter knows calls by their names, and not what they do; each that does it has to be named"
	elif [ "$by_mkdir" ]; then
		no "mkdir could make a directory; the shell has $(field Seccomp_filters) filters, mode $(field Seccomp)" "$(said)"
	elif [ ! -e "$place/file" ]; then
		no "the shell can't make a file either:" "$(said)" \
			"no directories, but files: that is one kind of call and not another, which rules for paths do not tell apart"
	fi
}

has_landlock() {
	lsm --best-effort --rox / -- true 2>&1 | grep -q -e LL-EMPTY -e LL-NONE -e LL-OFF &&
		not_here "this kernel has no Landlock (lsm --status), which this task is about"
	[ "$verdict" = yes ]
}

title_2="a shell that can read and run everything, and write in 'inbox' only"
check_2() {
	has_landlock || return
	rm -rf "$folder/inbox" "$folder/beside" "$folder/letter"
	mkdir "$folder/inbox"
	echo "dear student" >"$folder/letter"
	other=$(mktemp -d)
	start "$1"
	if ! a_shell; then
		rmdir "$other"
		return
	fi
	ask "echo x >'$folder/inbox/new'" >/dev/null
	ask "echo x >'$folder/beside'; echo x >>'$folder/letter'; echo x >'$other/new'" >/dev/null
	if [ -e "$folder/beside" ] || [ -e "$other/new" ] || [ "$(cat "$folder/letter")" != "dear student" ]; then
		no "the shell could write outside of inbox: a file in $([ -e "$other/new" ] && echo "$other" || echo "$folder")" \
			"rules only allow: what one of them allows, no other takes back"
	elif [ "$(ask "cat '$folder/letter'")" != "dear student" ]; then
		no "the shell should read everything, and can't read $folder/letter" "$(said)"
	elif [ ! -e "$folder/inbox/new" ]; then
		no "the shell should write in inbox, and can't" "$(said)"
	elif [ -z "$(ask 'ls /etc')" ]; then
		no "the shell should run everything, and can't run ls" "$(said)"
	fi
	rm -rf "$other"
}

title_3="'sh post' does its work (config, spool), and can't read 'secret'"
check_3() {
	has_landlock || return
	rm -rf "$folder/spool"
	mkdir "$folder/spool"
	secret=42-$(date +%N)
	rm -f "$folder/secret" "$folder/config" "$folder/post"
	echo "$secret" >"$folder/secret"
	echo "Ann-$(date +%N)" >"$folder/config"
	cat >"$folder/post" <<'END'
# Writes a letter to whom config names.
read -r name <config || exit 1
echo "Dear $name, all is well." >spool/letter || exit 1
{ read -r it <secret && echo "$it" >spool/.x; } 2>spool/.y
true
END
	cp "$folder/post" "$scratch/post"
	mode=$(stat -c %a "$folder/secret")
	output "$1"
	if ! cmp -s "$folder/post" "$scratch/post"; then
		no "the line has changed post; it is to run as it is"
	elif [ "$(stat -c %a "$folder/secret" 2>/dev/null)" != "$mode" ] || [ "$(cat "$folder/secret")" != "$secret" ]; then
		no "the line has changed the file secret itself; only post should not be able to read it"
	elif grep -qsF "$secret" "$folder"/spool/* "$folder"/spool/.[a-z]; then
		no "post has read secret, and left it in spool/.x (ls -A spool)"
		case $1 in
		*--rox\ /\ * | *--rwx\ /\ * | *--ro\ /\ *) add "a rule for / holds for all below it, and so for secret" ;;
		*--r*\ .\ * | *--r*\ \"\$PWD\"*) add "a rule for a directory holds for all below it, and secret lies there" ;;
		*--r*\ secret*) add "--learn says what a program does, and not what it should do; leave secret out" ;;
		*lsm*) add "no rule for files was laid: a filter for system calls can't tell one file from another" ;;
		esac
	elif ! grep -qs "^Dear $(cat "$folder/config")," "$folder/spool/letter"; then
		no "post could not do its work: there is no letter in spool; it said:" "$(said)"
	fi
}

# add TEXT: one more line of the reason.
add() {
	reason="$reason
$*"
}
