# ns-mnt: a mount table of one's own, and the mounts in it.

load helper

is_root() { [ "$(id -u)" -eq 0 ]; }

setup() {
	need_namespaces
	cd "$BATS_TEST_TMPDIR"
	mkdir -p from/below to
	echo here >from/file
	before=$(cat /proc/self/mountinfo)
}

# Nothing of what a test mounts may be seen out here.
teardown() {
	[ "$(cat /proc/self/mountinfo)" = "$before" ]
}

# The mounts at a place, as the program at the end of the chain sees them.
seen() { own ns-mnt "$@" -- sh -c 'cat /proc/self/mountinfo'; }

@test "ns-mnt gives another mount namespace, whose mounts are private" {
	run own ns-mnt -- sh -c 'readlink /proc/self/ns/mnt; cat /proc/self/mountinfo'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" != "$(readlink /proc/self/ns/mnt)" ]
	[[ $output != *" shared:"* ]]
	[[ $output != *" master:"* ]]
}

@test "--propagation slave and shared are what mountinfo shows" {
	# In a private one, since on most machines shared mounts would leak out.
	run own ns-mnt ns-mnt --propagation shared --tmpfs "$PWD/to" -- cat /proc/self/mountinfo
	[[ $output == *"$PWD/to "*" shared:"* ]]
	run own ns-mnt --propagation sideways true
	[ "$status" -eq 125 ]
}

@test "--bind shows a directory and what is below it in another place" {
	run own ns-mnt --tmpfs from/below --bind "$PWD/from:$PWD/to" -- \
		sh -c 'cat to/file; touch to/new to/below/deep; ls from; stat -f -c %T to/below'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = here ]
	[[ $output == *new* ]]
	[[ $output == *tmpfs* ]]
	[ -e from/new ]
	[ ! -e from/below/deep ]
}

@test "--bind works for a file" {
	touch target
	run own ns-mnt --bind from/file:target -- cat target
	[ "$output" = here ]
}

@test "--ro-bind is read-only, below it as well" {
	run own ns-mnt --tmpfs from/below --ro-bind "$PWD/from:$PWD/to" -- \
		sh -c 'touch to/x; touch to/below/x'
	[ "$status" -ne 0 ]
	[[ ${lines[0]} == *"Read-only"* ]]
	[[ ${lines[1]} == *"Read-only"* ]]
	[ ! -e from/x ]
}

@test "--tmpfs takes sizes and flags, and is nosuid and nodev" {
	run seen --tmpfs "$PWD/to:size=64k,mode=700,noexec"
	line=$(grep " $PWD/to " <<<"$output")
	[[ $line == *"rw,nosuid,nodev,noexec"* ]]
	[[ $line == *"size=64k,mode=700"* ]]
}

@test "a tmpfs of 64k can't be filled further" {
	run own ns-mnt --tmpfs to:size=64k -- sh -c 'head -c 100000 /dev/zero >to/full'
	[ "$status" -ne 0 ]
}

@test "behind ns-pid a fresh /proc is mounted, with --no-proc it is not" {
	run own ns-pid ns-mnt -- sh -c 'readlink /proc/self'
	[[ $output =~ ^[0-9]$ ]]
	run own ns-pid ns-mnt --no-proc -- sh -c 'readlink /proc/self'
	[[ ! $output =~ ^[0-9]$ ]]
}

@test "--proc, --sys and --dev below --root" {
	mkdir -p to/proc to/sys to/dev
	run own ns-pid ns-net ns-mnt --root to --proc /proc --sys /sys --dev /dev -- sh -c '
		stat -f -c %T to/proc to/sys to/dev to/dev/pts
		ls to/dev; echo gone >to/dev/null; head -c 4 to/dev/zero | wc -c
		echo x >to/dev/full || echo full
		touch to/sys/x || echo read-only'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = proc ]
	[ "${lines[1]}" = sysfs ]
	[ "${lines[2]}" = tmpfs ]
	[ "${lines[3]}" = devpts ]
	for name in null zero full random urandom tty pts ptmx shm fd stdin stdout stderr; do
		grep -qx "$name" <<<"$output"
	done
	grep -qx 4 <<<"$output"
	grep -qx full <<<"$output"
	grep -qx read-only <<<"$output"
}

# In a user namespace the kernel takes overlays since 5.11.
need_overlay() {
	[ "$(id -u)" -eq 0 ] && return
	printf '%s\n' 5.11 "$(uname -r)" | sort -V -C || skip "an ordinary user's overlay needs Linux 5.11"
}

@test "--overlay shows the layers as one, and throws away what is written" {
	need_overlay
	mkdir one two
	echo 1 >one/a
	echo 2 >two/a
	echo 2 >two/b
	run own ns-mnt --overlay "one:two:$PWD/to" -- sh -c 'cat to/a to/b; echo new >to/a; rm to/b; cat to/a; ls to'
	[ "$status" -eq 0 ]
	[ "$output" = "$(printf '1\n2\nnew\na')" ]
	[ "$(cat one/a two/a two/b)" = "$(printf '1\n2\n2')" ]
	[ -z "$(ls to)" ]
}

@test "--overlay covers the very directory that is its layer" {
	need_overlay
	run own ns-mnt --overlay "$PWD/from:$PWD/from" -- sh -c 'cat from/file; echo other >from/file; cat from/file'
	[ "$output" = "$(printf 'here\nother')" ]
	[ "$(cat from/file)" = here ]
}

@test "--overlay takes a layer and a place with very long names" {
	need_overlay
	long=$(printf '%0240d' 0)
	mkdir -p "$long/$long" "other/$long"
	echo deep >"$long/$long/a"
	run own ns-mnt --overlay "$long/$long:from:$PWD/to" -- cat to/a to/file
	[ "$output" = "$(printf 'deep\nhere')" ]
	run own ns-mnt --root other --overlay "$long/$long:/$long/$long" -- cat "other/$long/$long/a"
	[ "$output" = deep ]
}

@test "--overlay fails where it can't be told in which user namespace we are" {
	run own ns-mnt --no-proc --tmpfs /proc --overlay "from:$PWD/to" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"cannot tell in which user namespace"*"(ENOENT)"* ]]
	[ ! -e ran ]
}

@test "--overlay with a colon in a layer's name" {
	mkdir 'a:b'
	touch 'a:b/x'
	# A colon parts layers; so does our option: it can't be named, and that is said.
	run own ns-mnt --overlay "a:b:$PWD/to" -- ls to
	[ "$status" -eq 125 ]
}

@test "--overlay keeps what is written with upper= and work=" {
	need_overlay
	mkdir upper work
	run own ns-mnt --overlay "from:to,upper=$PWD/upper,work=$PWD/work" -- sh -c 'echo kept >to/kept'
	if [ "$status" -ne 0 ]; then
		[[ $output == *"kernel: "* ]]
		skip "the file system of $PWD is no upper layer: ${lines[0]}"
	fi
	[ "$(cat upper/kept)" = kept ]
	[ ! -e from/kept ]
	run own ns-mnt --overlay "from:to,upper=$PWD/upper" -- true
	[ "$status" -eq 125 ]
}

@test "--mount says the same in docker's words" {
	run own ns-mnt --mount "type=bind,src=$PWD/from,dst=$PWD/to,readonly" -- sh -c 'cat to/file; touch to/x'
	[ "${lines[0]}" = here ]
	[[ ${lines[1]} == *Read-only* ]]
	run own ns-mnt --mount "type=tmpfs,target=$PWD/to,size=4k" -- stat -f -c %T to
	[ "$output" = tmpfs ]
	for spec in type=tmpfs dst=/tmp type=,dst=/tmp type=bind,dst=/tmp type=tmpfs,dst= nonsense; do
		run own ns-mnt --mount "$spec" true
		[ "$status" -eq 125 ]
	done
	run own ns-mnt --mount "type=no-such-fs,dst=$PWD/to" true
	[ "$status" -eq 125 ]
	[[ $output == *"(ENODEV)"* ]]
}

@test "--mount type=bind takes noatime and the like" {
	# Of a mount from outside a user namespace may not change the times.
	run seen --tmpfs from --mount "type=bind,src=$PWD/from,dst=$PWD/to,noatime,nodiratime,noexec"
	[ "$status" -eq 0 ]
	[[ $(grep " $PWD/to " <<<"$output") == *noexec*noatime*nodiratime* ]]
}

@test "--mount takes a word for a key only as a whole" {
	# The keys with a letter less and one more, and without a value.
	for word in srcs=x typ=bind dst src types=x targe=/; do
		run own ns-mnt --mount "type=bind,src=$PWD/from,dst=$PWD/to,$word" -- touch ran
		[ "$status" -eq 125 ]
		[[ $output == *"$word"* ]]
		[ ! -e ran ]
	done
}

@test "below --root a mount point with too long a name is refused, and none is made with a part of it" {
	mkdir image
	long=$(printf '%0256d' 0)
	run own ns-mnt --root image --tmpfs "/a/$long" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"(ENAMETOOLONG)"* ]]
	deep=$(for _ in $(seq 40); do printf '/%0120d' 0; done)
	run own ns-mnt --root image --tmpfs "$deep" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"(ENAMETOOLONG)"* ]]
	[ ! -e ran ]
	[ -z "$(find image -name '00*')" ]
}

@test "--remount-ro makes a part read-only that was no mount" {
	run own ns-mnt --remount-ro from/below -- sh -c 'touch from/ok; touch from/below/x'
	[ -e from/ok ]
	[[ $output == *Read-only* ]]
}

@test "--mask hides a directory and a file" {
	run own ns-mnt --mask from/below --mask from/file -- sh -c 'wc -c <from/file; ls -A from/below; touch from/below/x'
	[ "${lines[0]}" = 0 ]
	[[ ${lines[1]} == *Read-only* ]]
}

@test "a bind that was just made can be masked, a file too" {
	touch target
	run own ns-mnt --bind "$PWD/from/file:$PWD/target" --mask "$PWD/target" -- sh -c 'wc -c <target'
	[ "$output" = 0 ]
	run own ns-mnt --bind "$PWD/from:$PWD/to" --remount-ro "$PWD/to" -- touch to/x
	[[ $output == *Read-only* ]]
}

@test "what is to be masked and is not there is an error, not a layer that is silently missing" {
	run own ns-mnt --mask /no/such/path true
	[ "$status" -eq 125 ]
	run own ns-mnt --remount-ro /no/such/path true
	[ "$status" -eq 125 ]
}

@test "without --root a missing mount point is an error and is not made on the machine" {
	run own ns-mnt --tmpfs "$PWD/missing" true
	[ "$status" -eq 125 ]
	[ ! -e missing ]
}

@test "below --root missing mount points are made, directories and files" {
	run own ns-mnt --root to --tmpfs / --bind "$PWD/from:/a/b" --bind "$PWD/from/file:/c/file" -- \
		sh -c 'cat to/a/b/file to/c/file'
	[ "$output" = "$(printf 'here\nhere')" ]
	[ -z "$(ls to)" ]
}

# CVE-2021-30465, CVE-2019-16884 and their family.
@test "symbolic links in an image can't lead a mount out of --root" {
	mkdir -p image decoy "image$PWD/decoy"
	ln -s "$PWD/decoy" image/absolute
	ln -s ../../../../../../../../../../../../../.."$PWD/decoy" image/relative
	for link in absolute relative; do
		run own ns-mnt --root image --tmpfs "/$link" -- sh -c 'stat -f -c %T decoy "image$PWD/decoy"'
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = "$(stat -f -c %T decoy)" ]
		[ "${lines[1]}" = tmpfs ]
	done
}

@test "a mount point whose last part is a dangling link is refused" {
	mkdir image
	ln -s nowhere image/link
	run own ns-mnt --root image --tmpfs /link -- true
	[ "$status" -eq 125 ]
}

@test "lists with holes and unknown words are refused before anything is mounted" {
	for spec in "$PWD/to:ro,,noexec" "$PWD/to:," ":size=1m"; do
		run own ns-mnt --tmpfs "$spec" -- touch ran
		[ "$status" -eq 125 ]
		[ ! -e ran ]
	done
	run own ns-mnt --bind nocolon true
	[ "$status" -eq 125 ]
	run own ns-mnt --bind "/no/such:$PWD/to" true
	[ "$status" -eq 125 ]
	[[ $output == *"(ENOENT)"* ]]
}

@test "--dev on /dev itself has the devices of the machine" {
	run own ns-mnt --dev /dev -- sh -c '[ -c /dev/null ] && [ -c /dev/zero ] && head -c 4 /dev/zero | wc -c
		echo x >/dev/null; cat /dev/null'
	[ "$status" -eq 0 ]
	[ "$output" -eq 4 ]
}

# A process has its root and its current directory whatever is put over them.
@test "--remount-ro of / and of the current directory is true for the program" {
	for place in / . "$PWD" ..; do
		run own ns-mnt --remount-ro "$place" -- sh -c 'pwd; touch here || touch "$PWD/there"'
		[ "${lines[0]}" = "$PWD" ]
		[ "$status" -ne 0 ]
		[[ ${lines[1]} == *"Read-only"* && ${lines[2]} == *"Read-only"* ]]
	done
	[ ! -e here ] && [ ! -e there ]
	# And further mounts are made in there, by relative names as well.
	run own ns-mnt --remount-ro / --tmpfs to --bind from:from/below -- sh -c 'touch to/x; unshare -U ls from/below'
	[ "$output" = "$(printf 'below\nfile')" ]
}

@test "a mount over the current directory is what the program sees" {
	cd from
	run own ns-mnt --tmpfs "$PWD" -- sh -c 'ls; touch x; pwd'
	[ "$output" = "$PWD" ]
	[ ! -e x ]
	# Where it is gone by that, the program stays where it was.
	run own ns-mnt --tmpfs .. -- cat file
	[ "$output" = here ]
}

@test "--no-symlinks: none in a source, nor in a mount point of the machine's own" {
	ln -s to link
	run own ns-mnt --bind from:link -- true
	[ "$status" -eq 0 ]
	for spec in from:link "$PWD/link:to"; do
		run own ns-mnt --no-symlinks --bind "$spec" -- echo RAN
		[ "$status" -eq 125 ]
		[[ $output == *"[MNT-LINK]"*"realpath "*link* ]]
	done
	run own ns-mnt --no-symlinks --bind from:to -- cat to/file
	[ "$status" -eq 0 ]
}

# Ids that are mapped.

need_idmap() {
	[ "$(id -u)" -eq 0 ] || skip "only root may map the ids of a disk's files"
	printf '%s\n' 5.12 "$(uname -r)" | sort -V -C || skip "mapped ids need Linux 5.12"
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:0:1" -- true
	[[ $output != *"takes no map: its type"* ]] || skip "the file system of $PWD can't map ids"
}

@test "idmap= shows files with other owners, and writes new ones back" {
	need_idmap
	touch from/seven
	chown 7:8 from/seven
	chown 0:0 from/file
	chmod 777 from
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:100000:65536" -- \
		sh -c 'stat -c %u:%g to/file to/seven from/file'
	[ "$output" = "$(printf '100000:100000\n100007:100008\n0:0')" ]
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:100000:65536" -- \
		setpriv --reuid 100005 --regid 100006 --clear-groups touch to/new
	[ "$status" -eq 0 ]
	[ "$(stat -c %u:%g from/new)" = 5:6 ]
}

@test "idmap= takes ranges as mount(8) does, and leaves the kind that is not named" {
	need_idmap
	touch from/seven
	chown 7:8 from/seven
	chown 0:0 from/file
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=u:7:1007:1 u:0:2000:1" -- \
		stat -c %u:%g to/seven to/file
	[ "$output" = "$(printf '1007:8\n2000:0')" ]
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=u:7:1007:1 g:8:9:1,ro" -- \
		sh -c 'stat -c %u:%g to/seven to/file; touch to/x'
	[ "${lines[0]}" = 1007:9 ]
	# Without a place in the map.
	[ "${lines[1]}" = 65534:65534 ]
	[[ ${lines[2]} == *Read-only* ]]
}

@test "idmap= takes the map of a process, and what its user namespace was bound to" {
	need_idmap
	chown 0:0 from/file
	# It has begun when its maps are written, that of the groups last.
	ns-user --uid-map 0:100000:10 --gid-map 0:200000:10 sleep 30 3>&- &
	pid=$!
	until_true grep -q 200000 "/proc/$pid/gid_map"
	for who in "$pid" "/proc/$pid/ns/user"; do
		run ns-mnt --mount "type=bind,src=from,dst=to,idmap=$who" -- stat -c %u:%g to/file
		[ "$output" = 100000:200000 ]
	done
	kill "$pid"
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=$$" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"[MNT-IDMAP]"*"first user namespace"* ]]
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=4194304" -- touch ran
	[[ $output == *"idmap: there is no process 4194304"*"[NS-JOIN-GONE]"* ]]
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=/proc/$$/ns/uts" -- touch ran
	[[ $output == *"[NS-JOIN-TYPE]"* ]]
	[ ! -e ran ]
}

@test "idmap= works in a PID namespace whose /proc is the one outside" {
	need_idmap
	chown 0:0 from/file
	run ns-pid ns-mnt --no-proc --mount "type=bind,src=from,dst=to,idmap=0:5:1" -- stat -c %u to/file
	[ "$output" = 5 ]
	run ns-pid ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:5:1" -- stat -c %u to/file
	[ "$output" = 5 ]
}

@test "idmap= leaves no process behind, and its image serves a container" {
	need_idmap
	chown 0:0 from/file
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:100000:65536" \
		ns-user --uid-map 0:100000:65536 --gid-map 0:100000:65536 -- \
		stat -c %u to/file
	[ "$output" = 0 ]
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:5:1" -- \
		sh -c 'read -r all </proc/$$/task/$$/children; echo "$all"'
	[ -z "$output" ]
}

@test "[MNT-IDMAP]: a file system that can't, one that is mapped, one of the outside" {
	need_idmap
	run ns-mnt --mount "type=bind,src=/proc,dst=to,idmap=0:5:1" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"(EINVAL) [MNT-IDMAP]"*"'/proc' takes no map: its type, proc"* ]]
	# Below the source, too: all is mapped, or nothing.
	run ns-mnt --proc from/below --mount "type=bind,src=from,dst=to,idmap=0:5:1" -- touch ran
	[[ $output == *"[MNT-IDMAP]"*"/from/below' takes no map: its type, proc"* ]]
	run ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:5:1" \
		--mount "type=bind,src=to,dst=from/below,idmap=0:5:1" -- touch ran
	[[ $output == *"(EPERM) [MNT-IDMAP]"*"mapped already"* ]]
	run ns-user ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:5:1" -- touch ran
	[[ $output == *"(EPERM) [MNT-IDMAP]"*"mounted outside of the user namespace"*"sudo "*"ns-mnt --mount"* ]]
	[ ! -e ran ]
}

@test "idmap= for an ordinary user: refused for a disk, and why" {
	[ "$(id -u)" -ne 0 ] || skip "this is about others than root"
	run ns-user ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:0:1" -- touch ran
	[ "$status" -eq 125 ]
	if printf '%s\n' 5.12 "$(uname -r)" | sort -V -C; then
		[[ $output == *"[MNT-IDMAP]"*"sudo "* ]]
	else
		[[ $output == *"(ENOSYS) [MNT-IDMAP]"*"came with Linux 5.12"* ]]
	fi
	run ns-user ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:5:1" -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"[MAP-OUTER]"*"id 5 has no number"* ]]
	[ ! -e ran ]
}

@test "idmap= that is no map is refused before anything is mounted" {
	for value in "" 0:1 x:0:1:2 0:1:0 "u:"; do
		run own ns-mnt --mount "type=bind,src=from,dst=to,idmap=$value" -- touch ran
		[ "$status" -eq 125 ]
	done
	run own ns-mnt --mount "type=bind,src=from,dst=to,idmap" -- touch ran
	[ "$status" -eq 125 ]
	run own ns-mnt --mount "type=tmpfs,dst=to,idmap=0:1:2" -- touch ran
	[[ $output == *"goes with --mount type=bind"* ]]
	run own ns-mnt --mount "type=bind,src=from,dst=to,idmap=0:1:3 1:7:2" -- touch ran
	[[ $output == *"[MAP-FORMAT]"* || $output == *"[MAP-OUTER]"* ]]
	[ ! -e ran ]
}

# What has changed.

@test "--diff says what is new, hidden and changed, on stderr, before the program runs" {
	mkdir from/below/deep
	own ns-mnt --tmpfs from/below ns-mnt --diff --tmpfs to:ro --tmpfs from -- echo done >out 2>said
	[ "$(cat out)" = done ]
	[ "$(cat said)" = "ns-mnt: the mount table, before and after:
  new: $PWD/to (tmpfs, read-only)
  new: $PWD/from (tmpfs)
  hidden: $PWD/from/below, behind the new mount on $PWD/from" ]
	run own ns-mnt --tmpfs to ns-mnt --diff --remount-ro to --remount-ro from -- true
	[ "$output" = "ns-mnt: the mount table, before and after:
  new: $PWD/from ($(findmnt -nro FSTYPE --target .), the same files as before, read-only)
  changed: $PWD/to is read-only now" ]
}

@test "--diff: many equal changes are one line" {
	run own ns-mnt --propagation shared ns-mnt --diff -- true
	[[ ${lines[1]} =~ ^"  changed: "[0-9]+" mounts: "("slave and ")?"shared -> private"$ ]]
	[ "${#lines[@]}" -eq 2 ]
	run own ns-mnt ns-mnt --diff -- true
	[ "$output" = "ns-mnt: the mount table, before and after: no difference" ]
	run own ns-pid ns-mnt ns-mnt --diff --proc /proc -- true
	[ "${lines[1]}" = "  new: /proc (proc), over the proc that was there" ]
}

@test "--diff is right when /proc is covered, and fails where there is none" {
	run own ns-mnt --diff --tmpfs /proc -- true
	[ "$status" -eq 0 ]
	[[ $output == *"  new: /proc (tmpfs), over the proc that was there"* ]]
	run own ns-mnt --tmpfs /proc ns-mnt --diff -- touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"cannot read the mount table"*"(ENOENT)"* ]]
	[ ! -e ran ]
	run own ns-mnt --diff --check
	[[ $output == "✓ ns-mnt"* ]]
	[ "${#lines[@]}" -eq 1 ]
}

# Why it did not work.

# refused ID TEXT COMMAND...: 125, that id, and the text in the reason or the fix.
refused() {
	local id=$1 text=$2
	shift 2
	run "$@" -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
	[[ ${lines[0]} == *"[$id]" && $output == *"why: "*"$text"* ]] || { echo "no [$id] $text in: $output"; return 1; }
	[[ $output == *"fix: "*"see: "* ]]
}

# The first line of the fix that is a command, run.
paste_fix() {
	fix=$(sed -nE 's#^ +(fix:)? *(.*(:|[?])  )?((ns-[a-z]+|chroot) .*)#\4#p' <<<"$output" | head -n 1)
	echo "pasted: $fix"
	run sh -c "$fix"
}

@test "[PROC-PIDNS] [SYSFS-NETNS]: /proc and /sys belong to others; the fix works as pasted" {
	refused PROC-PIDNS "PID namespace" ns-user ns-mnt --proc "$PWD/to"
	paste_fix
	[ "$status" -eq 0 ] && [ -e ran ]
	rm ran
	refused SYSFS-NETNS "network namespace" ns-user ns-mnt --sys "$PWD/to"
	paste_fix
	[ "$status" -eq 0 ] && [ -e ran ]
	rm ran
	refused MNT-OWNER "IPC namespace" ns-user ns-mnt --mount "type=mqueue,dst=$PWD/to"
	paste_fix
	[ "$status" -eq 0 ] && [ -e ran ]
}

@test "[PROC-MASKED]: a covered /proc keeps the kernel from showing a fresh one" {
	refused PROC-MASKED "is covered: '/proc/version'" \
		own ns-mnt --mask /proc/version ns-user ns-pid ns-mnt
	paste_fix
	[ "$status" -eq 0 ] && [ -e ran ]
	rm ran
	refused PROC-MASKED "'/proc/version', '/proc/cpuinfo'" own ns-mnt --mask /proc/version \
		--mask /proc/cpuinfo ns-user ns-pid ns-mnt --no-proc --proc "$PWD/to"
	[[ $output == *"ns-mnt --bind /proc:$PWD/to --no-proc"* ]]
	refused PROC-MASKED "'/sys/kernel/uevent_seqnum'" \
		own ns-mnt --mask /sys/kernel/uevent_seqnum ns-user ns-net ns-mnt --sys "$PWD/to"
}

@test "[MNT-BLOCKDEV]: the file system of a disk, in a user namespace" {
	refused MNT-BLOCKDEV "type ext4" ns-user ns-mnt --mount "type=ext4,src=/dev/null,dst=$PWD/to"
	[[ $output == *"sudo "*"ns-mnt --mount type=ext4,src=/dev/null,dst=$PWD/to -- touch ran"* ]]
	refused MNT-TYPE "type 'tmfps'" own ns-mnt --mount "type=tmfps,dst=$PWD/to"
	[[ $output == *"did you mean:"*"type=tmpfs,dst=$PWD/to"* ]]
}

@test "[MNT-LOCKED]: times of a mount that came from outside" {
	refused MNT-LOCKED "locked" ns-user ns-mnt --mount "type=bind,src=/,dst=$PWD/to,noatime"
}

@test "[MNT-SRC] and [MNT-DST] name the first part that is not there" {
	refused MNT-SRC "the source: '$PWD/form' is not there" \
		own ns-mnt --bind "$PWD/form/below:$PWD/to"
	[[ $output == *"did you mean '$PWD/from'?"* ]]
	paste_fix
	[ "$status" -eq 0 ]
	rm -f ran
	refused MNT-SRC "'from/file' is an ordinary file" own ns-mnt --bind "from/file/x:$PWD/to"
	ln -s /no/where dangling
	refused MNT-SRC "'dangling' is a symbolic link, and '/no/where'" own ns-mnt --bind dangling:to
	refused MNT-SRC "'nope' is not there" own ns-mnt --overlay from:nope/a:to
	refused MNT-DST "the mount point: 'nope' is not there" own ns-mnt --bind from:nope/a
	[[ $output == *"mkdir -p nope/a"* ]]
	refused MNT-DST "'nope'" own ns-mnt --bind from/file:nope/a
	[[ $output == *"mkdir -p nope && touch nope/a"* ]]
	refused MNT-DST "'to' is a directory, and what goes there is a file" own ns-mnt --bind from/file:to
	refused MNT-DST "is a file, and what goes there is a directory" own ns-mnt --tmpfs from/file
	refused MNT-DST "'nope' is not there" own ns-mnt --mask nope/a
}

@test "[MNT-DST]: links where the kernel's files go, and dangling ones" {
	mkdir image image/other
	ln -s other image/proc
	ln -s nowhere image/link
	refused MNT-DST "CVE-2019-19921" own ns-pid ns-mnt --root image --proc /proc
	refused MNT-DST "'image/link' is a symbolic link, and 'nowhere'" own ns-mnt --root image --tmpfs /link
}

@test "[PATH-ACCESS]: a directory that one may not search" {
	[ "$(id -u)" -ne 0 ] || skip "root may search all"
	ls /root >/dev/null 2>&1 && skip "everybody may search /root here"
	refused PATH-ACCESS "'/root' may not be searched by us: it belongs to uid" \
		ns-user ns-mnt --bind /root/below:to
	refused PATH-ACCESS "'/root' may not be searched by us" ns-user ns-mnt --tmpfs /root/below
}

@test "[OVL-UPPER]: directories that an overlay can't write to" {
	need_overlay
	refused OVL-UPPER "'nope' is not there" own ns-mnt --overlay "from:to,upper=nope/u,work=nope/w"
	[[ $output == *"mkdir -p nope/u nope/w"* ]]
	mkdir upper work
	refused OVL-UPPER "same directory, or one lies in the other" \
		own ns-mnt --overlay "from:to,upper=$PWD/upper,work=$PWD/upper"
	refused OVL-UPPER "same mount" own ns-mnt --tmpfs work --overlay "from:to,upper=$PWD/upper,work=$PWD/work"
	refused OVL-UPPER "type overlay" own ns-mnt --overlay "from:to" ns-mnt --no-proc \
		-- sh -c 'mkdir to/u to/w; exec ns-mnt --overlay "from:from,upper=$PWD/to/u,work=$PWD/to/w" "$@"' sh
}

@test "--devices puts the files of --dev into a /dev with options of its own" {
	run own ns-mnt --tmpfs "$PWD/to:size=99k,nodev,mode=755" --devices "$PWD/to" -- sh -c '
		ls to | tr "\n" " "; echo; echo x >to/null; head -c 2 to/zero | wc -c; grep " $PWD/to " /proc/self/mountinfo'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "fd full null ptmx random stderr stdin stdout tty urandom zero " ]
	[ "${lines[1]}" -eq 2 ]
	[[ ${lines[2]} == *"size=100k"* ]]
}

@test "--devices follows no link of an image's" {
	mkdir image decoy
	ln -s ../decoy image/dev
	run own ns-mnt --root image --devices /dev -- true
	[ "$status" -eq 125 ]
	[ -z "$(ls decoy)" ]
}

@test "--console is the terminal that is our input" {
	touch console
	chain=$(printf '%q ' "${OWN[@]}" ns-mnt --console "$PWD/console" --)
	run script -qec "$chain sh -c 'stat -c %t:%T console; stat -c %t:%T -L /proc/self/fd/0; echo written >console'" /dev/null </dev/null
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "${lines[1]}" ]
	[[ $output == *written* ]]
	run own ns-mnt --console "$PWD/console" -- touch ran </dev/null
	[ "$status" -eq 125 ]
	[ ! -e ran ]
}

@test "bind-recursive=disabled leaves out what is mounted below" {
	is_root || skip "the mounts that an ordinary user gets are tied together"
	mkdir -p from/in
	touch from/in/covered
	run ns-mnt --tmpfs "$PWD/from/in" --mount "type=bind,src=$PWD/from,dst=$PWD/to,bind-recursive=disabled" -- \
		sh -c 'echo $(ls from/in) - $(ls to/in)'
	[ "$output" = '- covered' ]
	run own ns-mnt --mount "type=tmpfs,dst=$PWD/to,bind-recursive=disabled" -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
}

@test "slave and private: which bind mount hears of what is mounted outside" {
	is_root || skip "only root can mount outside"
	mkdir shared one two
	# Outside is another namespace of ours, where nothing is left behind.
	run ns-mnt -- sh -c '
		mount -t tmpfs tmpfs shared; mount --make-shared shared; mkdir shared/in
		ns-mnt --propagation slave --mount "type=bind,src=$PWD/shared,dst=$PWD/one,rslave" \
			--mount "type=bind,src=$PWD/shared,dst=$PWD/two,rprivate" -- sh -c "
			touch ready; until [ -e seen ]; do sleep 0.05; done; stat -f -c %T one/in; ls one/in; ls two/in; echo end" &
		until [ -e ready ] || ! kill -0 $!; do sleep 0.05; done; mount -t tmpfs tmpfs shared/in; touch shared/in/file; touch seen; wait'
	[ "$(tr '\n' ' ' <<<"$output")" = "tmpfs file end " ]
}

@test "slave and private on Linux before 5.12, which has no mount_setattr()" {
	is_root || skip "only root has a shared mount to bind here"
	command -v strace >/dev/null || skip "strace is missing"
	mkdir -p from to
	run ns-mnt -- sh -c 'mount -t tmpfs tmpfs from; mount --make-shared from
		for word in slave private unbindable; do
			strace -qq -o /dev/null -e inject=mount_setattr:error=ENOSYS ns-mnt --propagation slave \
				--mount "type=bind,src=$PWD/from,dst=$PWD/to,r$word" -- grep -F " $PWD/to " /proc/self/mountinfo
		done'
	[[ ${lines[0]} == *" master:"* ]]
	[[ ${lines[1]} != *"master:"* && ${lines[1]} != *"shared:"* && ${lines[1]} != *"unbindable"* ]]
	[[ ${lines[2]} == *" unbindable "* ]]
}

@test "strictatime, noatime and relatime: the last word counts" {
	run own ns-mnt --tmpfs "$PWD/to:noatime,strictatime" -- grep " $PWD/to " /proc/self/mountinfo
	[[ $output != *atime* ]]
	run own ns-mnt --tmpfs "$PWD/to:strictatime,relatime" -- grep " $PWD/to " /proc/self/mountinfo
	[[ $output == *relatime* ]]
	run own ns-mnt --tmpfs "$PWD/to:relatime,noatime" -- grep " $PWD/to " /proc/self/mountinfo
	[[ $output == *noatime* ]]
}
