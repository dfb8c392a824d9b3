# shellcheck shell=sh
# box.sh: for labs about a root shell in a box, and a file outside of it that must not
# be read from in there; their check.sh sources it.

# shellcheck disable=SC2154,SC2034 # what lab/lab sets, and what a check.sh reads

# make_box: the directory box, if it is not there yet, and beside it a treasure, with a
# new text each time. A mark in the box, which is new as well, tells it from others.
make_box() {
	[ -x "$folder/box/bin/busybox" ] || rootfs "$folder/box" >/dev/null 2>"$scratch/err" || {
		no "the checker can't make the directory box:" "$(said)"
		return 1
	}
	treasure=gold-$(date +%N)
	echo "$treasure" >"$folder/treasure"
	echo "$treasure" | tr gold GOLD >"$folder/box/etc/mark"
}

# root_in_the_box WHY: is the shell's / the box, and is it root? WHY says what is wrong
# about another user.
root_in_the_box() {
	if [ "$(ask 'cat /etc/mark')" != "$(cat "$folder/box/etc/mark")" ]; then
		no "the root directory of the shell is not the box" \
			"in its / there are: $(ask 'echo /*' | cut -c1-60) ..."
	elif [ "$(ask 'id -u')" != 0 ]; then
		no "the shell is not root inside (id -u says $(ask 'id -u')); $1"
	fi
	[ "$verdict" = yes ]
}
