# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

# The directory that the tasks are about, as new each time.
make_data() {
	chmod -f u+rwx "$folder/data" 2>/dev/null
	rm -rf "$folder/data"
	mkdir "$folder/data"
	echo "dear student" >"$folder/data/letter"
	echo "the number is 42" >"$folder/data/secret"
}

# still_fine: has the line changed the directory itself?
still_fine() {
	if here "$folder/data" || here "$folder/data/secret"; then
		no "the mount is in the machine's table, where everybody has it: the shell needs a mount namespace of its own"
	elif [ "$(cat "$folder/data/letter" 2>/dev/null)" != "dear student" ]; then
		no "data/letter was changed for everybody, outside too; only the shell's view of it should differ"
	elif [ "$(cat "$folder/data/secret" 2>/dev/null)" != "the number is 42" ] ||
		[ "$(stat -c %a "$folder/data/secret")" != "$mode" ]; then
		no "data/secret itself was changed, for everybody; only the shell's view of it should differ"
	elif ! touch "$folder/data/outside" 2>/dev/null; then
		no "data can't be written outside either; only the shell's view of it should differ"
	fi
	[ "$verdict" = yes ]
}

is_root() {
	[ "$(ask 'id -u')" = 0 ] || no "the shell is not root inside (id -u says $(ask 'id -u')); for another user it would be no trick"
	[ "$verdict" = yes ]
}

title_1="a shell that is root, and can read what is in 'data' but write nothing there"
check_1() {
	make_data
	mode=$(stat -c %a "$folder/data/secret")
	start "$1"
	a_shell || return
	is_root || return
	still_fine || return
	said=$(ask "cat '$folder/data/letter'")
	[ "$said" = "dear student" ] || {
		no "the shell can't read data/letter; it got:" "| $said"
		return
	}
	ask "echo x >>'$folder/data/letter'" >/dev/null
	ask "echo x >'$folder/data/new'" >/dev/null
	if [ "$(cat "$folder/data/letter")" != "dear student" ] || [ -e "$folder/data/new" ]; then
		no "the shell could write in data, and it is in the file outside, too" \
			"its mount says: $(mounts_of "$inside" | awk -v p="$folder/data" '$5 == p { print p, $6; n++ } END { if (!n) print "data is no mount of its own" }')"
		return
	fi
	# A copy on top is no protection against writing.
	[ "$(ask "[ -e '$folder/data/new' ] && echo there")" != there ] ||
		no "the shell can write in data, though into a layer of its own (not outside); it should be refused"
}

title_2="a root shell that can read data/letter, and not data/secret, not even after umount"
check_2() {
	make_data
	mode=$(stat -c %a "$folder/data/secret")
	start "$1"
	a_shell || return
	is_root || return
	still_fine || return
	said=$(ask "cat '$folder/data/letter'")
	[ "$said" = "dear student" ] || {
		no "data/letter should be readable; the shell got:" "| $said"
		return
	}
	case $(ask "cat '$folder/data/secret'") in
	*42*)
		no "the shell can read data/secret"
		return
		;;
	esac
	ask "umount '$folder/data/secret'; umount -l '$folder/data'" >/dev/null
	case $(ask "cat '$folder/data/secret'") in
	*42*) no "data/secret was hidden, but the shell typed 'umount $folder/data/secret', and there it was" \
		"who may make mounts may also undo them (effective capabilities: $(field CapEff))" ;;
	esac
}

title_3="a shell that sees the later mounts on 'stage', and shows its own to nobody"
check_3() {
	mkdir -p "$folder/stage"
	# A small machine of our own, so that we may mount outside of the line.
	start "exec ns-user ns-mnt -- sh -c 'mount -t tmpfs stage stage && mount --make-shared stage &&
		mkdir stage/a stage/b && { sleep 987 & } && eval \"\$0\"' $(quoted "$1")"
	a_shell || return
	machine=$(beside "sleep 987")
	[ -n "$machine" ] || {
		no "the small machine of the checker is gone; the line must leave the processes outside alone"
		return
	}
	if [ "$(readlink "/proc/$inside/ns/mnt")" = "$(readlink "/proc/$machine/ns/mnt")" ]; then
		no "the shell has no mount namespace of its own"
		return
	fi
	on_machine mount -t tmpfs later "$folder/stage/a" 2>/dev/null || {
		no "the checker could not mount on stage/a"
		return
	}
	ask "mount -t tmpfs own '$folder/stage/b'" >/dev/null
	flags=$(mounts_of "$inside" | awk -v p="$folder/stage" '$5 == p { print $7 }')
	if ! mounts_of "$inside" | grep -qF "$folder/stage/a "; then
		no "a file system was mounted on stage/a, outside, and the shell does not see it" \
			"a private mount gets nothing from the others; stage is: ${flags}"
	elif ! mounts_of "$inside" | grep -qF "$folder/stage/b "; then
		no "the shell should be able to mount on stage/b itself, and can't"
	elif mounts_of "$machine" | grep -qF "$folder/stage/b "; then
		no "the shell mounted on stage/b, and outside it can be seen" \
			"a shared mount goes both ways; stage is: ${flags} inside"
	fi
}

mounts_of() { cat "/proc/$1/mountinfo" 2>/dev/null; }
on_machine() { ns-user --join "$machine" ns-mnt --join "$machine" -- "$@"; }
