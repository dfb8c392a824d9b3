# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

make_decoy() {
	rm -rf "$folder/decoy"
	mkdir -p "$folder/decoy"
	echo original >"$folder/decoy/file"
}

# read_only: the shell is root, sees the decoy, and a plain write fails.
read_only() {
	if [ "$(ask "cat '$folder/decoy/file'")" != original ]; then
		no "the shell can't read $folder/decoy/file"
	elif [ "$(ask 'id -u')" != 0 ]; then
		no "the shell is not root inside (id -u says $(ask 'id -u')); root was asked for"
	elif ask "echo changed >'$folder/decoy/file'" >/dev/null 2>&1; then
		no "the shell can write into the decoy, without any attack: echo changed >decoy/file" \
			"its mount table has: $(grep " $folder/decoy " "/proc/$inside/mountinfo" | cut -d' ' -f5,6 || :)"
	fi
	[ "$verdict" = yes ]
}

# held COMMAND...: after each of the attacks a write fails, as seen in the file outside.
held() {
	if ask "chmod u+w '$folder/decoy/file' 2>/dev/null && echo changed >'$folder/decoy/file'" >/dev/null; then
		no "the shell is the owner of the file, and got its way with chmod; permissions protect nobody from the owner"
		return 1
	fi
	for attack in "mount -o remount,bind,rw '$folder/decoy'" "umount '$folder/decoy'" \
		"mkdir -p '$folder/other'; mount --bind '$folder' '$folder/other'"; do
		ask "($attack) 2>/dev/null; echo changed >'$folder/decoy/file'; echo changed >'$folder/other/decoy/file'" >/dev/null
		[ "$(cat "$folder/decoy/file")" = original ] || {
			no "the shell got its way with: $(echo "$attack" | sed "s|$folder|.|g")" "$@"
			break
		}
	done
	ask "umount '$folder/other'" >/dev/null 2>&1
	rm -rf "$folder/other"
	[ "$verdict" = yes ]
}

# all_capabilities: every bit that this kernel has.
all_capabilities() {
	last=$(cat /proc/sys/kernel/cap_last_cap)
	[ "$(field CapEff)" = "$(printf '%016x' $(((1 << last + 1) - 1)))" ]
}

title_1="a root shell that can't change the decoy, whatever it mounts or unmounts"
check_1() {
	make_decoy
	start "$1"
	a_shell && read_only || return
	held "for that it needed CAP_SYS_ADMIN (bit 21 of CapEff, $(field CapEff)), in the user namespace that the mount belongs to"
}

title_2="the same, and the shell has all capabilities"
check_2() {
	make_decoy
	start "$1"
	a_shell && read_only || return
	if ! all_capabilities; then
		no "the shell has not all capabilities: CapEff is $(field CapEff)" \
			"so the mount has to belong to somebody above it"
		return
	fi
	held "its capabilities hold in the user namespace that the mount belongs to"
}
