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

# Runs a chain as somebody whom /etc/subuid lends 300000 to 300099, and then
# 400000 to 400004. As root only: it covers the files, in a mount namespace.
need_to_lend() {
	is_root || skip "only root can lend ids"
	command -v newuidmap >/dev/null || skip "newuidmap is not installed"
	cd "$BATS_TEST_TMPDIR"
}
as_lent() {
	cp "$BIN/ns-user" "$BIN/ns-uts" "$BIN/capdrop" .
	printf '4321:300000:100\nsomebody:500000:9\n4321:400000:5\n' >lent
	# newuidmap wants a name for everybody.
	{ cat /etc/passwd; echo 'lent:x:4321:4321::/:/bin/sh'; } >names
	chmod 755 .
	env PATH="$PATH" unshare -m sh -c 'mount --bind lent /etc/subuid && mount --bind lent /etc/subgid &&
		mount --bind names /etc/passwd && exec setpriv --reuid 4321 --regid 4321 --clear-groups "$@"' - "$@"
}

@test "ns-user --map-auto: 0 is us, and the lent ids follow, without privilege" {
	need_to_lend
	run as_lent ./ns-user --map-auto sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; id -u
		cat /proc/self/setgroups; ./capdrop --user 101:5 --groups 7 -- grep -E "^(Uid|Gid|Groups)" /proc/self/status'
	[ "$status" -eq 0 ]
	[ "${lines[0]}${lines[1]}${lines[2]}" = " 0 4321 1 1 300000 100 101 400000 5" ]
	[ "${lines[3]}${lines[4]}${lines[5]}" = " 0 4321 1 1 300000 100 101 400000 5" ]
	[ "${lines[6]}" = 0 ]
	[ "${lines[7]}" = allow ]
	[ "${lines[8]}" = "$(printf 'Uid:\t101\t101\t101\t101')" ]
	[ "${lines[9]}" = "$(printf 'Gid:\t5\t5\t5\t5')" ]
	[[ ${lines[10]} == *Groups*7* ]]
}

@test "a file of a lent user's has that owner outside" {
	need_to_lend
	mkdir -m 777 open
	run as_lent ./ns-user --map-auto -- ./capdrop --user 101:100 -- touch open/file
	[ "$status" -eq 0 ]
	[ "$(stat -c %u:%g open/file)" = 400000:300099 ]
}

@test "ns-user --map-auto with setgroups given up" {
	need_to_lend
	run as_lent ./ns-user --map-auto --setgroups deny -- cat /proc/self/setgroups
	[ "$output" = deny ]
}

@test "who is lent nothing hears so, with the line that lends" {
	cd "$BATS_TEST_TMPDIR"
	[ "$(grep -c "^$(id -un):\|^$(id -u):" /etc/subuid 2>/dev/null)" = 0 ] || skip "/etc/subuid lends to this user"
	run ns-user --map-auto -- touch ran
	[ "$status" -eq 125 ]
	[[ ${lines[0]} == "ns-user: no subordinate ids for "*" in /etc/subuid [SUBID-NONE]" ]]
	[[ $output == *"fix: sudo usermod --add-subuids "*-*" --add-subgids "* || $output == *"fix: echo $(id -u):"*" | sudo tee -a "* ]]
	[ ! -e ran ]
}

@test "without newuidmap, or where it has no power, --map-auto says why" {
	need_to_lend
	run as_lent env PATH=/nowhere ./ns-user --map-auto -- /bin/touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"(ENOENT) [SUBID-HELPER]"*"no directory of PATH"*"apt install uidmap"* ]]
	run as_lent setpriv --no-new-privs ./ns-user --map-auto -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"[SUBID-HELPER]"*"no_new_privs is set"* ]]
	mkdir programs
	cp /usr/bin/newuidmap programs/
	chmod 755 programs/newuidmap
	run as_lent env PATH="programs:$PATH" ./ns-user --map-auto -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"[SUBID-HELPER]"*"programs/newuidmap has mode 0755"*"chmod u+s programs/newuidmap"* ]]
	[ ! -e ran ]
}

@test "in a user namespace that has not the lent ids, --map-auto says so" {
	need_to_lend
	run as_lent ./ns-user --uid-map 4321:4321:1 --gid-map 4321:4321:1 -- ./ns-user --map-auto -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"[SUBID-NESTED]"*"id 300000"* ]]
	[ ! -e ran ]
}

@test "--setgroups allow without privilege is refused, and the fix works as pasted" {
	! is_root || skip "root may"
	cd "$BATS_TEST_TMPDIR"
	run ns-user --setgroups allow -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"to /proc/self/gid_map: Operation not permitted (EPERM) [MAP-SETGROUPS]"* ]]
	[ ! -e ran ]
	fix=$(sed -n 's/^  fix: //p' <<<"$output")
	[[ $fix == *"ns-user --setgroups deny -- touch ran" ]]
	sh -c "$fix"
	[ -e ran ]
	run ns-user --setgroups=allow -- true
	[[ $output == *"fix: "*"ns-user --setgroups=deny -- true"* ]]
}

@test "what may be mapped instead works as pasted" {
	! is_root || skip "root may"
	cd "$BATS_TEST_TMPDIR"
	run ns-user --uid-map 0:5:1 -- touch ran
	[[ $(flat) == *"only your own id, $(id -u), and this map asks for 5"* ]]
	sh -c "$(sed -n 's/^  fix: map your own id:  //p' <<<"$output")"
	[ -e ran ]
}

@test "without an id in here no user namespace can be made, and it says so" {
	is_root || skip "only root can map others only"
	# A 0 in there would be us.
	run ns-user --uid-map 5:100000:10 --gid-map 5:100000:10 ns-user echo RAN
	[ "$status" -eq 125 ]
	[[ $output == *"(EPERM) [USERNS-UNMAPPED]"* ]]
}

@test "ns-user --no-more: no user namespace below it, whatever one does to the limit" {
	run ns-user --no-more -- sh -c 'id -u; ns-uts --hostname box cat /proc/sys/kernel/hostname
		unshare --user echo FIRST
		echo 1000 >/proc/sys/user/max_user_namespaces || :
		unshare --user echo SECOND; unshare -p -f --mount-proc -- unshare --user echo THIRD; ns-user --map-root echo FOURTH'
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = box ]
	for word in FIRST SECOND THIRD FOURTH; do [[ $output != *$word* ]]; done
	[[ $output == *"No space left on device (ENOSPC) [NS-DEPTH]"* ]]
	# Nor as another user of it.
	if is_root; then
		run ns-user --no-more -- setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user echo RAN
		[ "$status" -ne 0 ]
		[[ $output != *RAN* ]]
	fi
	# The machine's own limit is as it was, and others are not touched.
	unshare --user true
}

@test "ns-user --no-more keeps the ids" {
	run ns-user --no-more sh -c 'id -u; tr -s " " </proc/self/uid_map'
	is_root || [ "${lines[1]}" = " 0 0 1" ]
	[ "${lines[0]}" = 0 ]
	run ns-user --map-current --no-more --keep-caps sh -c 'id -u; ns-uts hostname'
	[ "${lines[0]}" = "$(id -u)" ]
	[ "$status" -eq 0 ]
}

@test "ns-user --no-more where its limit can't be set runs nothing" {
	is_root || skip "only root can make /proc/sys read-only here"
	cd "$BATS_TEST_TMPDIR"
	run unshare -m sh -c 'mount -o bind,ro /proc/sys /proc/sys && exec ns-user --no-more touch ran'
	[ "$status" -eq 125 ]
	[[ $output == *"(EROFS) [SYSCTL-READONLY]"* ]]
	[ ! -e ran ]
}

@test "ns-user --show-map shows the ids in words, from inside and from outside" {
	cd "$BATS_TEST_TMPDIR"
	touch mine
	run ns-user --uid-map "77:$(id -u):1" --gid-map "88:$(id -g):1" ns-user --show-map
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "user ids" ]
	[[ ${lines[1]} =~ ^"  77 "\ +is\ $(id -u)(\ \(.*\))?\ outside$ ]]
	[[ ${lines[3]} =~ ^"  88 "\ +is\ $(id -g)(\ \(.*\))?\ outside$ ]]
	[[ $output =~ "  . "\ +"owner 77 inside, $(id -u) outside" ]]
	is_root || [[ $output == *"refused inside"* ]]
	is_root || [[ $output =~ /etc/passwd\ +"owner 65534: user nobody, or without an id in here" ]]
	ns-user --uid-map "77:$(id -u):1" --gid-map "88:$(id -g):1" sleep 60 3>&- &
	pid=$!
	until_true grep -q sleep "/proc/$pid/comm"
	run ns-user --show-map $pid
	kill $pid
	[[ ${lines[1]} =~ ^"  77 "\ +is\ $(id -u) ]]
	[[ $output =~ "  . "\ +"owner 77 inside, $(id -u) outside" ]]
	is_root || [[ $output =~ /etc/passwd\ +"owner 0 (root) outside, without an id in there" ]]
}

@test "ns-user --show-map of what is no process" {
	run ns-user --show-map 4194304
	[ "$status" -eq 125 ]
	run ns-user --show-map ../self
	[ "$status" -eq 125 ]
	[[ $output == *"takes the number of a process"* ]]
}

@test "a map without our own id makes us its user 0, with the powers, also over an exec" {
	is_root || skip "only root can map ids that are not its own"
	run ns-user --uid-map 0:1000:10 --gid-map 0:2000:10 -- sh -c 'id -u; id -g; grep CapEff /proc/self/status'
	[ "${lines[0]} ${lines[1]}" = "0 0" ]
	[[ ${lines[2]} == *[1-9a-f]* ]]
	run ns-user --uid-map 0:1000:10 --gid-map 0:2000:10 ns-uts --hostname box -- cat /proc/sys/kernel/hostname
	[ "$output" = box ]
	# Without a 0 there is nobody to become.
	run ns-user --uid-map 5:1000:10 --gid-map 5:2000:10 -- id -u
	[ "$output" = 65534 ]
}

@test "--show-map takes one number, and says when a process is not ours to look at" {
	for process in '' 12345678901 x; do
		run ns-user --show-map "$process"
		[ "$status" -eq 125 ]
		[[ $output == *"takes the number of a process, not '$process'"* ]]
	done
	run ns-user --show-map self true
	[ "$status" -eq 125 ]
	[[ $output == *"takes one process"* ]]
	[ "$(id -u)" -ne 0 ] || return 0
	run ns-user --show-map 1
	[ "$status" -eq 0 ] || [[ $output == *"root can"* ]]
}
