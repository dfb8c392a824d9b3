# chroot: where "/" is. GNU chroot's ways, and --pivot.

load helper

setup() {
	need_namespaces
	cd "$BATS_TEST_TMPDIR"
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null || skip "no busybox root: is busybox-static installed?"
	echo decoy >secret
}

is_root() { [ "$(id -u)" -eq 0 ]; }

@test "chroot makes a directory the root, and starts there" {
	run own chroot root sh -c 'pwd; ls -d /bin; ls /no-such 2>&1 || :'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = / ]
	[ "${lines[1]}" = /bin ]
}

@test "chroot takes -- behind the new root, as all tools do" {
	run own chroot root -- echo fine
	[ "$output" = fine ]
}

@test "exit statuses are those of GNU chroot: 125, 126, 127, and the program's own" {
	run own chroot root no-such-program
	[ "$status" -eq 127 ]
	run own chroot root /etc/passwd
	[ "$status" -eq 126 ]
	run own chroot /no/such/root sh
	[ "$status" -eq 125 ]
	run own chroot
	[ "$status" -eq 125 ]
	run own chroot root sh -c 'exit 9'
	[ "$status" -eq 9 ]
}

@test "chroot carries the other tools inside, where none of them is" {
	run own chroot root ns-uts --hostname inner capdrop -- sh -c 'hostname; grep CapEff /proc/self/status || echo no proc; ls /bin/ns-uts'
	[ "${lines[0]}" = inner ]
	[[ $output == *"/bin/ns-uts: No such file"* ]]
}

@test "chroot --userspec and --groups, by number and by the new root's names" {
	is_root || skip "only root has ids to choose from"
	run chroot --userspec=77:88 --groups=5,6 root id
	[[ $output == *"uid=77"*"gid=88"*"groups=5"*"6"* ]]
	echo 'box:x:333:444::/:/bin/sh' >>root/etc/passwd
	run chroot --userspec=box root sh -c 'id -u; id -g'
	[ "$output" = "$(printf '333\n444')" ]
	run chroot --userspec=54321 root touch ran
	[ "$status" -eq 125 ]
	[[ $output == *"the group too"* ]]
	run chroot --userspec=no-such-user root touch ran
	[ "$status" -eq 125 ]
	[ ! -e root/ran ]
}

@test "GNU's other ways to write --userspec: :G, +U:+G" {
	is_root || skip "only root has ids to choose from"
	run chroot --userspec=:88 root sh -c 'id -u; id -g'
	[ "$output" = "$(printf '0\n88')" ]
	run chroot --userspec=+77:+88 root sh -c 'id -u; id -g'
	[ "$output" = "$(printf '77\n88')" ]
}

@test "--dry-run of a chain with --pivot does not ask about the namespace that is not made" {
	run chroot --dry-run --pivot root true
	[ "$status" -eq 0 ]
	[[ $output == *pivot_root* ]]
}

@test "chroot --skip-chdir goes with / alone" {
	run own chroot --skip-chdir / pwd
	[ "$output" = "$PWD" ]
	run own chroot --skip-chdir root pwd
	[ "$status" -eq 125 ]
}

@test "chroot --wd begins in a directory inside" {
	run own chroot --wd /etc root pwd
	[ "$output" = /etc ]
	run own chroot --wd /no/such root pwd
	[ "$status" -eq 125 ]
}

@test "the famous way out works after chroot, and is gone after --pivot" {
	command -v python3 >/dev/null || skip "python3 is missing"
	cat >escape.py <<-'END'
		import os, sys
		os.mkdir("hole") if not os.path.isdir("hole") else None
		os.chroot("hole")
		for _ in range(64): os.chdir("..")
		os.chroot(".")
		print(open(sys.argv[1]).read(), end="")
	END
	# From a root that has python: the machine's own, bound elsewhere.
	mkdir new
	run own ns-mnt --bind "/:$PWD/new" chroot new python3 "$PWD/escape.py" /proc/self/mountinfo
	mkdir -p "$PWD/new/x"
	[ "$status" -eq 0 ] || [[ $output == *"hole"* ]]
	run own ns-mnt --ro-bind "/usr:$PWD/root/usr" chroot --pivot root sh -c "cat $PWD/secret; cd /; cat ../../../../$PWD/secret"
	[ "$status" -ne 0 ]
	[[ $output != *decoy* ]]
}

@test "after --pivot the old root is in no mount, and / is the new one" {
	run own ns-mnt --root root --tmpfs /proc chroot --pivot root true
	run own ns-pid ns-mnt --root root --proc /proc chroot --pivot root cat /proc/self/mountinfo
	[ "$status" -eq 0 ]
	[[ $output == *" / / "* ]] || [[ $output == *"/root / "* ]]
	[ "${#lines[@]}" -eq 2 ]
}

@test "--pivot refuses in a mount namespace that is shared with PID 1" {
	is_root || skip "only root could do the damage"
	[ "$(readlink /proc/self/ns/mnt)" = "$(readlink /proc/1/ns/mnt)" ] || skip "this test runs in a mount namespace of its own"
	run chroot --pivot root true
	[ "$status" -eq 125 ]
	[[ $output == *"[PIVOT-HOST]"* ]]
}

@test "--pivot without ns-mnt says that ns-mnt is missing" {
	run ns-user chroot --pivot root touch /ran
	[ "$status" -eq 125 ]
	[[ $output == *"[PIVOT-OWNER]"*"put ns-mnt first"* ]] || [[ $output == *"[PIVOT-HOST]"* ]]
	[ ! -e root/ran ]
}

# CVE-2024-21626, CVE-2016-9962.
@test "an open directory of the outside does not get in, as a descriptor or as stdin" {
	exec 7<"$PWD"
	run own chroot root sh -c 'cat /proc/self/fd/7/secret 2>/dev/null; ls -l /proc/self/fd 2>/dev/null; echo end'
	[[ $output != *decoy* ]]
	run own ns-pid ns-mnt --root root --proc /proc chroot --pivot root sh -c 'cat /proc/self/fd/7/secret; ls /proc/self/fd'
	exec 7<&-
	[[ $output != *decoy* ]]
	not grep -qx 7 <<<"$output"
	run own chroot root touch /ran <"$PWD"
	[ "$status" -eq 125 ]
	[ ! -e root/ran ]
}

@test "--keep-fd keeps one descriptor, and only that" {
	exec 7<secret 8<secret
	run own ns-pid ns-mnt --root root --proc /proc chroot --keep-fd 7 root sh -c 'cat <&7; ls /proc/self/fd'
	exec 7<&- 8<&-
	[ "${lines[0]}" = decoy ]
	grep -qx 7 <<<"$output"
	not grep -qx 8 <<<"$output"
	for n in 0 2 x 3x 99; do
		run own chroot --keep-fd "$n" root true
		[ "$status" -eq 125 ]
	done
}

# Runs the line of a fix, as a reader would paste it: the first one, behind the
# words that end in a colon, or the one below.
paste_fix() { sh -c "$(grep -o "$1" <<<"$output")"; }

@test "a program that is there, and 'not found': the message says what is missing" {
	cp "$(readlink -f "$(command -v ls)")" root/dynamic
	run own chroot root /dynamic
	[ "$status" -eq 126 ]
	[[ $(flat) == *"[EXEC-LOADER]"*"its loader, the program that loads its libraries, is not here: /"*"see: ld.so(8) " ]]
	# With what the fix copies it runs.
	paste_fix 'cp --parents .* root$'
	run own chroot root /dynamic /dynamic
	[ "$status" -eq 0 ]
	[ "$output" = /dynamic ]
	printf '#!/no/such/interpreter -x\n' >root/script
	chmod +x root/script
	run own chroot root /script
	[ "$status" -eq 126 ]
	[[ $output == *"[EXEC-SHEBANG]"*"asks for /no/such/interpreter, which"*"fix: "*"sh /script"* ]]
}

@test "what is no program for this machine: the message says what it is, and the fix mends it" {
	cd "$BATS_TEST_TMPDIR"
	printf '#!/bin/sh\r\necho hi there\n' >crlf
	printf 'echo hi there\n' >text
	printf '\177ELF\002\001\001\0\0\0\0\0\0\0\0\0\002\0\253\153\0\0' >foreign
	cp text plain
	chmod +x crlf text foreign
	mkdir directory
	run own ns-uts ./crlf
	[ "$status" -eq 126 ]
	[[ $output == *"(ENOENT) [EXEC-CRLF]"* ]]
	paste_fix 'sed -i .*'
	run own ns-uts ./crlf
	[ "$output" = "hi there" ]
	run own ns-uts ./text
	[ "$status" -eq 126 ]
	[[ $output == *"(ENOEXEC) [EXEC-FORMAT]"* ]]
	[ "$(paste_fix 'sh ./text')" = "hi there" ]
	run own ns-uts ./foreign
	[ "$status" -eq 126 ]
	[[ $output == *"(ENOEXEC) [EXEC-ARCH]"*"ELF machine 27563, and this machine is $(uname -m)"* ]]
	run own ns-uts ./plain
	[ "$status" -eq 126 ]
	[[ $output == *"(EACCES) [EXEC-PERM]"*"not marked as executable"* ]]
	paste_fix 'chmod +x ./plain'
	run own ns-uts ./directory
	[[ $output == *"[EXEC-PERM]"*"./directory is a directory"*"fix: "*"ls ./directory"* ]]
	run own ns-uts no-such-program
	[ "$status" -eq 127 ]
	[[ $output == *"[EXEC-NOENT]"*"no directory of PATH has it"*"find / -name no-such-program"* ]]
	run own ns-uts ./no/such
	[ "$status" -eq 127 ]
	[[ $output == *"[EXEC-NOENT]"*"fix: see what is there:  ls ./no"* ]]
}

@test "an empty root, and a root that is a file, are told apart" {
	mkdir empty
	run own chroot empty sh
	[ "$status" -eq 127 ]
	run own chroot secret sh
	[ "$status" -eq 125 ]
	[[ $output == *"(ENOTDIR)"* ]]
	run own chroot "" sh
	[ "$status" -eq 125 ]
}

# refused ID TEXT COMMAND...: 125, that id, and the text in the reason.
refused() {
	local id=$1 text=$2
	shift 2
	run "$@" touch /ran
	[ "$status" -eq 125 ]
	[ ! -e root/ran ] && [ ! -e /ran ]
	[[ ${lines[0]} == *"[$id]" && $output == *"why: "*"$text"*"fix: "*"see: "* ]] ||
		{ echo "no [$id] $text in: $output"; return 1; }
}

# The first line of the fix that is a command, run with a program of the image.
paste_command() {
	fix=$(sed -nE 's#^ +(fix:)? *(.*(:|[?])  )?((ns-[a-z]+|chroot) .*)#\4#p' <<<"$output" | head -n 1)
	echo "pasted: $fix"
	run sh -c "$fix"
}

@test "[CHROOT-NOENT] names the first part that is not there" {
	refused CHROOT-NOENT "'nope' is not there" own chroot nope/a
	[[ $output == *"lab/rootfs nope/a"* ]]
	refused CHROOT-NOENT "'roott' is not there" own ns-mnt chroot --pivot roott
	[[ $output == *"did you mean 'root'?  "*"chroot --pivot root touch /ran"* ]]
	refused CHROOT-NOENT "'roof' is not there" own chroot roof
	paste_command
	[ -e root/ran ]
	rm -f root/ran
	ln -s /no/where link
	refused CHROOT-NOENT "'link' is a symbolic link, and '/no/where'" own chroot link
	refused CHROOT-NOENT "inside the new root, '/et' is not there" own chroot --wd /et/x root
}

@test "[PATH-ACCESS]: a directory that one may not search" {
	is_root && skip "root may search all"
	ls /root >/dev/null 2>&1 && skip "everybody may search /root here"
	refused PATH-ACCESS "'/root' may not be searched by us" ns-user chroot /root/below
}

@test "[CHROOT-NOTDIR]: a file, and an archive" {
	refused CHROOT-NOTDIR "'secret' is an ordinary file" own chroot secret
	tar -cf image.tar root/etc
	refused CHROOT-NOTDIR "'image.tar' is an ordinary file" own ns-mnt chroot --pivot image.tar
	[[ $output == *"tar -xf image.tar -C root"*"chroot --pivot root touch /ran"* ]]
}

@test "[CHROOT-PRIV]: without CAP_SYS_CHROOT; the fix works as pasted" {
	# Root first becomes somebody else, whom a directory of root's may keep out.
	if is_root; then
		run capdrop --drop sys_chroot chroot root touch /ran
		[[ $output == *"[CHROOT-PRIV]"*"it was dropped, for good"* ]]
		[ ! -e root/ran ]
		return
	fi
	refused CHROOT-PRIV "you are uid $(id -u) without it" chroot root
	paste_command
	[ -e root/ran ]
}

@test "--pivot goes to a plain directory under each of its names" {
	mkdir root/in
	for place in '. root' 'root .' 'root ./' 'root/in ..' '. ./root/.'; do
		(cd "${place% *}" && own ns-mnt chroot --pivot "${place#* }" sh -c 'echo /*')
	done >seen
	[ "$(wc -l <seen)" = 5 ]
	[ "$(uniq seen)" = "$(head -n 1 seen)" ]
	grep -q '^/bin .* /in ' seen
}

@test "[PIVOT-SAME]: the root that is the root already" {
	refused PIVOT-SAME "nothing to swap it with" own ns-mnt chroot --pivot /
	[[ $output == *"ns-mnt --bind /:/mnt chroot --pivot /mnt touch /ran"* ]]
	run own ns-mnt --bind /:/mnt chroot --pivot /mnt true
	[ "$status" -eq 0 ]
}

@test "[PIVOT-SHARED]: a new root whose mount is shared" {
	# Private first: on most machines the bind would leak out.
	refused PIVOT-SHARED "'$PWD/root' is shared" \
		own ns-mnt ns-mnt --propagation shared chroot --pivot root
	[[ $output == *"ns-mnt chroot --pivot root touch /ran"* ]]
}

@test "[PIVOT-CHROOTED]: after a chroot there is no root mount to swap" {
	mkdir -p root/inner
	refused PIVOT-CHROOTED "'/' is a plain directory" own ns-mnt chroot root chroot --pivot /inner
	[[ $output == *"ns-mnt chroot --pivot root/inner touch /ran"* ]]
	# With a /proc, the kernel has been asked.
	refused PIVOT-CHROOTED "'/' is a plain directory" \
		own ns-pid ns-mnt --root root --proc /proc chroot root chroot --pivot /inner
	[[ $output == *"(EINVAL)"* ]]
}

@test "[MNT-LOCKED]: a mount from outside of the user namespace as the new root" {
	refused MNT-LOCKED "made outside of our user namespace" \
		own ns-mnt --bind "$PWD/root:$PWD/root" ns-user ns-mnt chroot --pivot root
	[[ $output == *"ns-mnt --bind root:root chroot --pivot root touch /ran"* ]]
	run own ns-mnt --bind "$PWD/root:$PWD/root" ns-user ns-mnt --bind root:root chroot --pivot root echo fine
	[ "$output" = fine ]
}

@test "[PIVOT-HOST] [PIVOT-OWNER]: the fix works as pasted" {
	if is_root && [ "$(readlink /proc/self/ns/mnt)" = "$(readlink /proc/1/ns/mnt)" ]; then
		refused PIVOT-HOST "shared with others" chroot --pivot root
		paste_command
		[ "$status" -eq 0 ] && [ -e root/ran ]
		rm root/ran
	fi
	run ns-user chroot --pivot root touch /ran
	[[ $output == *"[PIVOT-OWNER]"* ]] || skip "this test runs in a mount namespace of its own"
	paste_command
	[ "$status" -eq 0 ] && [ -e root/ran ]
}
