# lab/rootfs: a busybox root without a download.

load helper

setup() {
	ROOTFS="$BATS_TEST_DIRNAME/../../lab/rootfs"
	command -v busybox >/dev/null || skip "busybox-static is not installed"
	DIR="$BATS_TEST_TMPDIR/box"
}

# A PATH with what the script uses, and a busybox of our choice or none.
path_with() {
	mkdir -p "$BATS_TEST_TMPDIR/path"
	for name in cat cut du head grep ls mkdir ln chmod cp id chown apt-get; do
		found=$(command -v "$name") && ln -sf "$found" "$BATS_TEST_TMPDIR/path/$name"
	done
	[ $# -eq 0 ] || ln -sf "$1" "$BATS_TEST_TMPDIR/path/busybox"
	echo "$BATS_TEST_TMPDIR/path"
}

@test "rootfs makes a root with a shell and the directories of a system" {
	run "$ROOTFS" "$DIR"
	[ "$status" -eq 0 ]
	for name in bin/busybox bin/sh bin/true bin/ls etc/passwd etc/group etc/hostname; do
		[ -f "$DIR/$name" ] || { echo "no $name"; false; }
	done
	for name in usr root tmp proc sys dev run home mnt; do
		[ -d "$DIR/$name" ] || { echo "no $name"; false; }
	done
	[ "$(stat -c %a "$DIR/tmp")" = 1777 ]
	grep -q '^root:x:0:0:' "$DIR/etc/passwd"
}

@test "rootfs says what it made and where" {
	run "$ROOTFS" "$DIR"
	[ "$status" -eq 0 ]
	[[ $output == *"made $DIR"* ]]
	[[ $output == *busybox* || $output == *BusyBox* ]]
}

@test "no link of a root made by rootfs leads out of it" {
	"$ROOTFS" "$DIR"
	links=$(find "$DIR" -type l | wc -l)
	[ "$links" -gt 100 ]
	find "$DIR" -type l | while read -r link; do
		target=$(realpath -m "$link")
		[[ $target == "$(realpath "$DIR")"/* ]] || { echo "$link -> $target"; exit 1; }
	done
}

@test "a program of the new root runs with that root as /" {
	[ "$(id -u)" -eq 0 ] || unshare -U true 2>/dev/null ||
		skip "neither root nor user namespaces are to be had"
	"$ROOTFS" "$DIR"
	as_root=()
	[ "$(id -u)" -eq 0 ] || as_root=(unshare --user --map-root-user)
	run "${as_root[@]}" /usr/sbin/chroot "$DIR" /bin/sh -c 'cat /etc/hostname; /usr/bin/id -u'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = box ]
	[ "${lines[1]}" = 0 ]
}

@test "rootfs fills an empty directory, and lets all users enter it afterwards" {
	mkdir -m 700 "$DIR"
	"$ROOTFS" "$DIR"
	[ -x "$DIR/bin/busybox" ]
	[ "$(stat -c %a "$DIR")" = 755 ]
}

@test "the modes of the new root do not depend on the umask" {
	(umask 077; "$ROOTFS" "$DIR")
	[ "$(stat -c %a "$DIR/bin/busybox")" = 755 ]
	[ "$(stat -c %a "$DIR/etc/passwd")" = 644 ]
}

@test "rootfs refuses a directory that is not empty and leaves it alone" {
	mkdir "$DIR"
	touch "$DIR/.mine"
	run "$ROOTFS" "$DIR"
	[ "$status" -eq 125 ]
	[[ $output == *"not empty"* ]]
	[ "$(ls -A "$DIR")" = .mine ]
}

@test "rootfs refuses a file" {
	touch "$DIR"
	run "$ROOTFS" "$DIR"
	[ "$status" -eq 125 ]
	[[ $output == *"no directory"* ]]
	[ -f "$DIR" ]
}

@test "rootfs says what it expects when the directory is missing, empty, or one too many" {
	for arguments in '' "''" 'a b'; do
		eval "run \"\$ROOTFS\" $arguments"
		[ "$status" -eq 125 ]
		[[ $output == *"expected one directory"* ]]
	done
}

@test "rootfs refuses an option that it does not know" {
	run "$ROOTFS" -q
	[ "$status" -eq 125 ]
	[[ $output == *"'-q'"* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "after -- a directory's name may begin with a dash" {
	cd "$BATS_TEST_TMPDIR"
	"$ROOTFS" -- -box
	[ -x ./-box/bin/sh ]
}

@test "rootfs --help fits a screen and goes to stdout" {
	run "$ROOTFS" --help
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -lt 24 ]
	[[ ${lines[0]} == Usage:* ]]
	[ -z "$("$ROOTFS" -h 2>&1 >/dev/null)" ]
}

@test "without busybox rootfs says what to install, and makes nothing" {
	PATH=$(path_with) run "$ROOTFS" "$DIR"
	[ "$status" -eq 125 ]
	[[ $output == *busybox*"nstall"* ]]
	[ ! -e "$DIR" ]
}

@test "a busybox that needs a loader is refused" {
	# Any dynamic program may stand in for it.
	LC_ALL=C head -c 4096 "$(realpath "$(command -v env)")" | grep -aq /ld- ||
		skip "no dynamic program at hand"
	PATH=$(path_with "$(realpath "$(command -v env)")") run "$ROOTFS" "$DIR"
	[ "$status" -eq 125 ]
	[[ $output == *"not static"* ]]
	[ ! -e "$DIR" ]
}

@test "a directory that can't be made is reported in one line" {
	[ "$(id -u)" -ne 0 ] || skip "root may write everywhere"
	run "$ROOTFS" /proc/box
	[ "$status" -eq 125 ]
	[ "${#lines[@]}" -eq 1 ]
}
