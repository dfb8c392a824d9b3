# ns-user: ids of one's own, and the powers over what is made after it.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
}

is_root() { [ "$(id -u)" -eq 0 ]; }

@test "ns-user makes an ordinary user root inside, and root stays root" {
	run ns-user -- id -u
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "ns-user gives another user namespace than ours" {
	run ns-user readlink /proc/self/ns/user
	[ "$output" != "$(readlink /proc/self/ns/user)" ]
}

@test "ns-user as root maps every id onto itself, and files keep their owners" {
	is_root || skip "only root can map all ids"
	run ns-user sh -c 'tr -s " " </proc/self/uid_map; stat -c %u /etc/passwd; cat /proc/self/setgroups'
	[ "${lines[0]}" = "$(tr -s ' ' </proc/self/uid_map | awk '{ print " " $1 " " $1 " " $3 }')" ]
	[ "${lines[1]}" = 0 ]
	[ "${lines[2]}" = allow ]
}

@test "ns-user as an ordinary user maps one id, and gives setgroups up" {
	! is_root || skip "root maps all ids"
	run ns-user sh -c 'tr -s " " </proc/self/uid_map; cat /proc/self/setgroups; stat -c %u /etc/passwd'
	[ "${lines[0]}" = " 0 $(id -u) 1" ]
	[ "${lines[1]}" = deny ]
	[ "${lines[2]}" = 65534 ]
}

@test "ns-user --map-current keeps the number, and --keep-caps the powers over an exec" {
	run ns-user --map-current sh -c 'id -u; grep CapEff /proc/self/status'
	[ "${lines[0]}" = "$(id -u)" ]
	is_root || [[ ${lines[1]} == *0000000000000000 ]]
	run ns-user --map-current --keep-caps ns-uts --hostname box -- cat /proc/sys/kernel/hostname
	[ "$status" -eq 0 ]
	[ "$output" = box ]
}

@test "ns-user --uid-map and --gid-map map a chosen number" {
	run ns-user --uid-map "77:$(id -u):1" --gid-map "88:$(id -g):1" sh -c 'id -u; id -g'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 77 ]
	[ "${lines[1]}" = 88 ]
}

@test "ns-user as root maps several ranges" {
	is_root || skip "only root can map several ranges"
	run ns-user --uid-map 0:100000:10 --uid-map 20:200000:5 --gid-map 0:100000:10 \
		sh -c 'tr -s " " </proc/self/uid_map'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = " 0 100000 10" ]
	[ "${lines[1]}" = " 20 200000 5" ]
}

@test "ns-user as root maps as many ranges as the kernel takes, and says when it is one more" {
	is_root || skip "only root can map several ranges"
	ranges=()
	# From the last to the first: the kernel shows them sorted.
	for i in $(seq 339 -1 0); do
		ranges+=(--uid-map "$i:$((2 * i)):1")
	done
	run ns-user "${ranges[@]}" --gid-map 0:0:1 \
		sh -c 'wc -l </proc/self/uid_map; tr -s " " </proc/self/uid_map | tail -n 1'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 340 ]
	[ "${lines[1]}" = " 339 678 1" ]
	# Such a map, taken over whole.
	run ns-user "${ranges[@]}" --gid-map 0:0:1 \
		ns-user sh -c 'wc -l </proc/self/uid_map; tr -s " " </proc/self/uid_map | tail -n 1'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 340 ]
	[ "${lines[1]}" = " 339 339 1" ]
	run ns-user "${ranges[@]}" --uid-map 340:200000:1 --gid-map 0:0:1 echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"at most 340 ranges [MAP-FORMAT]" ]]
}

@test "a map that is too long for one write is refused with this reason" {
	ranges=()
	for i in $(seq 340); do
		ranges+=(--uid-map "$((3000000000 + i)):$((3000000000 + i)):1")
	done
	[ "$(getconf PAGESIZE)" -eq 4096 ] || skip "pages of memory are larger here"
	run ns-user "${ranges[@]}" echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"shorter than 4096 bytes"*"[MAP-FORMAT]" ]]
}

@test "an ordinary user may not map somebody else's id, and hears why" {
	! is_root || skip "root may"
	run ns-user --uid-map 0:5:1 -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"(EPERM) [MAP-OUTER]"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "ns-user with SIGCHLD ignored by its parent works the same" {
	run sh -c 'trap "" CHLD; exec ns-user id -u'
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "ns-user nests" {
	run ns-user ns-user ns-user -- id -u
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "ns-user --join enters a user namespace, and has its powers" {
	ns-user sleep 60 3>&- &
	pid=$!
	until_true grep -q sleep "/proc/$pid/comm"
	run ns-user --join $pid -- readlink /proc/self/ns/user
	theirs=$(readlink "/proc/$pid/ns/user")
	kill $pid
	[ "$output" = "$theirs" ]
}

@test "ns-user --join says of a number that no process can have that there is none" {
	# 4294967295 is -1 in 32 bits, which kill(2) takes for everybody.
	for number in 0 4194305 4294967295 4294967296 18446744073709551617; do
		run ns-user --join $number echo RAN
		[ "$status" -eq 125 ]
		[ "${lines[0]}" = "ns-user: --join: there is no process $number here [NS-JOIN-GONE]" ]
	done
}

@test "ns-user refuses maps that are none, with what was expected" {
	for map in abc 0:1 0:1:2:3 0:1:0 -1:0:1 0:0:4294967296 '0: 0:1' :::; do
		run ns-user --uid-map "$map" true
		[ "$status" -eq 125 ]
		[[ $output == *"INNER:OUTER:COUNT"* ]]
		[ "${#lines[@]}" -eq 1 ]
	done
	run ns-user --map-root --map-current true
	[ "$status" -eq 125 ]
	run ns-user -r --uid-map 0:0:1 true
	[ "$status" -eq 125 ]
	run ns-user --setgroups maybe true
	[ "$status" -eq 125 ]
}

@test "in a chroot ns-user fails, and says that this is why" {
	is_root || skip "only root can chroot without ns-user"
	run chroot "$BATS_TEST_TMPDIR" ns-user -- sh
	[ "$status" -eq 125 ]
	[[ $output == *"[USERNS-CHROOT]"* ]]
}
