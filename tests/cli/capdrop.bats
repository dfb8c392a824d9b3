# capdrop: which powers are left, and who the process is.

load helper

setup() {
	need_namespaces
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# A field of /proc/self/status, as the program at the end sees it.
status_of() {
	field=$1
	shift
	"$@" sed -n "s/^$field:[[:space:]]*//p" /proc/self/status
}

none=0000000000000000

@test "capdrop leaves nothing in any of the five sets, and no way back" {
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		[ "$(status_of $set own capdrop)" = $none ]
	done
	[ "$(status_of NoNewPrivs own capdrop)" = 1 ]
}

@test "root without capabilities is stopped by the mode of a file" {
	echo here >"$BATS_TEST_TMPDIR/file"
	chmod 0 "$BATS_TEST_TMPDIR/file"
	run own capdrop -- cat "$BATS_TEST_TMPDIR/file"
	[ "$status" -ne 0 ]
	[[ $output == *"Permission denied"* ]]
	run own capdrop --keep dac_override -- cat "$BATS_TEST_TMPDIR/file"
	[ "$output" = here ]
}

@test "--keep keeps what it names, in all spellings" {
	for name in net_raw NET_RAW cap_net_raw CAP_NET_RAW; do
		[ "$(status_of CapEff own capdrop --keep $name)" = 0000000000002000 ]
	done
	[ "$(status_of CapBnd own capdrop --keep net_raw,chown)" = 0000000000002001 ]
}

@test "--drop alone leaves the others" {
	eff=$(status_of CapEff own capdrop --drop chown)
	[ "$((0x$eff & 1))" -eq 0 ]
	[ "$((0x$eff & 0x2000))" -ne 0 ]
	[ "$(status_of NoNewPrivs own capdrop --drop chown)" = 1 ]
}

@test "presets, with --add and --drop on top" {
	[ "$(status_of CapEff own capdrop --preset docker)" = 00000000a80425fb ]
	[ "$(status_of CapEff own capdrop --preset none)" = $none ]
	[ "$(status_of CapEff own capdrop --preset none --add kill)" = 0000000000000020 ]
	[ "$(status_of CapEff own capdrop --preset docker --drop chown --add sys_time)" = 00000000aa0425fa ]
	[ "$(status_of CapBnd own capdrop --drop all --keep kill)" = 0000000000000020 ]
	run own capdrop --preset lxc true
	[ "$status" -eq 125 ]
}

@test "--ambient survives an exec as another user than root" {
	is_root || skip "only root can become another user"
	[ "$(status_of CapEff capdrop --user 1000:1000 --ambient net_raw)" = 0000000000002000 ]
	[ "$(status_of CapAmb capdrop --user 1000:1000 --ambient net_raw)" = 0000000000002000 ]
	[ "$(status_of CapEff capdrop --user 1000:1000 --keep net_raw)" = $none ]
}

@test "--user and --groups change all ids, real, effective, saved and of the file system" {
	is_root || skip "only root can become another user"
	[ "$(status_of Uid capdrop --user 77:88)" = "$(printf '77\t77\t77\t77')" ]
	[ "$(status_of Gid capdrop --user 77:88)" = "$(printf '88\t88\t88\t88')" ]
	[ "$(status_of Groups capdrop --user 77:88 --groups 5,6)" = "5 6 " ]
	[ "$(status_of Groups capdrop --clear-groups)" = " " ] || [ -z "$(status_of Groups capdrop --clear-groups | tr -d ' ')" ]
	run capdrop --user no-such-user -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a user without an entry needs a group: ours is not handed to it" {
	is_root || skip "only root can become another user"
	run capdrop --user 54321 -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	[ "$(status_of Gid capdrop --user 54321:54321)" = "$(printf '54321\t54321\t54321\t54321')" ]
}

@test "a program in a directory that the new user may not enter: that is said" {
	is_root || skip "only root can become another user"
	mkdir -m 700 "$BATS_TEST_TMPDIR/closed"
	cp "$(type -P true)" "$BATS_TEST_TMPDIR/closed/mine"
	PATH=$BATS_TEST_TMPDIR/closed:/usr/bin:/bin run "$BIN/capdrop" --user 1000:1000 -- mine
	[ "$status" -eq 127 ]
	[[ $output == *"[EXEC-NOENT]"*"that uid 1000 may enter"*"may not enter:"*"$BATS_TEST_TMPDIR/closed"* ]]
	[[ $output == *"namei -m $BATS_TEST_TMPDIR/closed"* ]]
	# Without one, PATH is shown.
	PATH=/usr/bin:/bin run "$BIN/capdrop" --user 1000:1000 -- mine
	[[ $output == *"PATH=/usr/bin:/bin"* ]]
}

@test "--allow-new-privs leaves the bit off" {
	[ "$(status_of NoNewPrivs own capdrop --allow-new-privs --drop chown)" = 0 ]
}

@test "an ordinary user without ns-user is refused, where setpriv silently drops nothing" {
	! is_root || skip "root may drop"
	[ "$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)" != $none ] || skip "there is nothing to drop"
	run capdrop -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-SETPCAP]"*"you are uid $(id -u) without it"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	# The fix is the same line, and works.
	fix=$(sed -n 's/.*put ns-user first:  //p' <<<"$output")
	[[ $fix == *"ns-user capdrop -- touch $BATS_TEST_TMPDIR/ran" ]]
	sh -c "$fix"
	[ -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "what was dropped before can be neither kept nor made ambient" {
	run own capdrop --keep chown,setpcap capdrop --keep net_raw -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"cannot keep net_raw [CAP-REGAIN]"*"can only shrink"*"chown,setpcap"* ]]
	run own capdrop --keep chown,setpcap capdrop --ambient kill -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"cannot make kill ambient [CAP-AMBIENT]"*"chown,setpcap"* ]]
	run own capdrop --drop setpcap,net_raw capdrop -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-SETPCAP]"*"uid 0 without it"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	# A preset is what is there of it, as with --drop.
	[ "$(status_of CapEff own capdrop --keep chown,setpcap capdrop --preset docker)" = 0000000000000101 ]
	[ "$(status_of CapEff own capdrop --keep chown,setpcap capdrop --keep all)" = 0000000000000101 ]
}

@test "a securebit that forbids ambient capabilities is named" {
	command -v capsh >/dev/null || skip "capsh (libcap2-bin) is not installed"
	bits() { capsh --secbits=64 -- -c "$1"; }
	# Behind ns-user, for those who are not root.
	export -f bits
	run own bash -c 'bits "capdrop --ambient kill -- touch $0"' "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-AMBIENT]"*NO_CAP_AMBIENT_RAISE* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a call that was answered with success and changed nothing is an error, with both sets" {
	command -v strace >/dev/null || skip "strace is not installed"
	for inject in capset:retval=0 prctl:retval=0:when=60+; do
		run own strace -o /dev/null -e "inject=$inject" capdrop --keep kill -- touch "$BATS_TEST_TMPDIR/ran"
		[ "$status" -eq 125 ] || { echo "$inject: $status: $output"; false; }
		[[ $output == *"[CAP-"* ]]
		[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	done
	run own strace -o /dev/null -e inject=capset:retval=0 capdrop --keep kill -- true
	[[ $output == *"[CAP-NOTAPPLIED]"*"permitted    wanted 0000000000000020 (kill), is 0"* ]]
	# A refusal is told from that.
	run own strace -o /dev/null -e inject=capset:error=EPERM capdrop --keep kill -- true
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-REGAIN]"*"security module"* ]]
}

@test "--user in a user namespace of one id: the reason, and the line that does it" {
	run ns-user -r --setgroups deny capdrop --user 5:6 -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[SETGROUPS-DENIED]"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	sh -c "$(grep -o 'ns-user --uid-map .*' <<<"$output")"
	[ -e "$BATS_TEST_TMPDIR/ran" ]
	run ns-user -r --setgroups deny capdrop --keep=kill --user=5:6 --clear-groups --ambient kill -- id
	fix=$(grep -o 'ns-user --uid-map .*' <<<"$output")
	[[ $fix == *"--gid-map 6:"*" --keep-caps capdrop --keep=kill --ambient kill -- id" ]]
	run sh -c "$fix"
	[ "$status" -eq 0 ]
	[[ $output == "uid=5"*" gid=6"* ]]
}

@test "--user with an id that has no mapping names the map" {
	is_root || skip "only root may leave setgroups allowed"
	run ns-user -r --setgroups allow capdrop --user 5:0 --clear-groups -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[ID-UNMAPPED]"*"user id 5 has no mapping"*"0 stands for 0 outside"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "--user without CAP_SETUID is told so" {
	run own capdrop --drop setuid,setgid capdrop --user 5:5 -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"[SETGROUPS-DENIED]"* || $output == *"[ID-PRIV]"*CAP_SETGID* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a note says when user 0 gets its powers back by executing a program" {
	is_root || skip "only root has a real id of 0 and another effective one"
	command -v setpriv >/dev/null || skip "setpriv (util-linux) is not installed"
	line=(setpriv --euid 65534 capdrop --preset all)
	run "${line[@]}" --allow-new-privs -- sed -n 's/^CapPrm:[[:space:]]*//p' /proc/self/status
	[ "$status" -eq 0 ]
	[[ $output == *"[CAP-UID0]"* ]]
	[ "${lines[-1]}" != $none ]
	# It is so, and is not so without the option.
	run "${line[@]}" -- sed -n 's/^CapPrm:[[:space:]]*//p' /proc/self/status
	[ "$output" = $none ]
}

@test "a file with capabilities that it can't have is not started, and the reason is told" {
	is_root || skip "only root can give capabilities to a file"
	command -v setcap >/dev/null || skip "setcap (libcap2-bin) is not installed"
	cp "$(type -P true)" "$BATS_TEST_TMPDIR/with"
	setcap cap_net_raw+ep "$BATS_TEST_TMPDIR/with" || skip "no file capabilities on this file system"
	run capdrop -- "$BATS_TEST_TMPDIR/with"
	[ "$status" -eq 126 ]
	[[ $output == *"[EXEC-CAPS]"*getcap* ]]
	run capdrop --keep net_raw -- "$BATS_TEST_TMPDIR/with"
	[ "$status" -eq 0 ]
}

@test "where there is nothing left to drop, capdrop again is no fault" {
	run own capdrop capdrop -- true
	[ "$status" -eq 0 ]
}

@test "an unknown capability gets a proposal" {
	run own capdrop --keep sys_amdin true
	[ "$status" -eq 125 ]
	[[ ${lines[0]} == *"[CAP-UNKNOWN]" ]]
	[[ $output == *"did you mean sys_admin?  "*"capdrop --keep sys_admin true"* ]]
	run own capdrop --keep "" true
	[ "$status" -eq 125 ]
	run own capdrop --keep 63 true
	[ "$status" -eq 125 ]
}

@test "--print shows the five sets in words" {
	run own capdrop --keep kill -- capdrop --print
	[ "$status" -eq 0 ]
	[[ $output == *"permitted    kill"* ]]
	[[ $output == *"bounding     kill"* ]]
	[[ $output == *"no_new_privs yes"* ]]
	# Of a nearly full set those that are missing.
	run own capdrop --drop kill,chown -- capdrop --print
	[[ $output == *"permitted    all but chown,kill"* || $output == *"all but chown,kill,sys_resource"* ]]
	[[ $output == *"inheritable  none"* ]]
	run capdrop --print $$
	[ "$status" -eq 0 ]
	run capdrop --print nonsense
	[ "$status" -eq 125 ]
}

@test "the child of a supervisor dies with it although capdrop changed its user" {
	is_root || skip "only root can become another user"
	ns-pid capdrop --user 1000:1000 -- sleep 300 3>&- &
	pid=$!
	child=
	has_child() { child=$(cat "/proc/$pid/task/$pid/children") && [ -n "$child" ]; }
	until_true has_child
	child=${child%% *}
	is_sleep() { [ "$(cat "/proc/$child/comm")" = sleep ]; }
	until_true is_sleep
	kill -KILL "$pid"
	wait "$pid" || true
	gone() { [ ! -e "/proc/$child" ]; }
	until_true gone
}

# The table of --explain: what the program will have, foreseen and measured.
@test "--explain foresees what executing the file makes of the sets, and measures it" {
	run own capdrop -x --keep kill,chown -- true
	[ "$status" -eq 0 ]
	[[ $output == *"when $(type -P true) is executed"* ]]
	[[ $output == *"permitted    all"*" -> chown,kill -> chown,kill"* ]]
	[[ $output == *"measured: the same"* ]]
	[[ $output == *"user 0 gets its bounding set, cut to what was permitted (no_new_privs)"* ]]
	# An ordinary user's program has only the ambient ones.
	if ! is_root; then
		run ns-user -c --keep-caps capdrop -x --keep kill --ambient chown -- true
		[ "$status" -eq 0 ]
		[[ $output == *"effective    all -> chown -> chown"*"measured: the same"* ]]
	fi
	# The next link is a file as well; a script is read by another.
	printf '#!/bin/sh\ntrue\n' >"$BATS_TEST_TMPDIR/script"
	chmod 755 "$BATS_TEST_TMPDIR/script"
	run own capdrop -x -- "$BATS_TEST_TMPDIR/script"
	[ "$status" -eq 0 ]
	[[ $output == *"what counts is its interpreter, /bin/sh"*"measured: the same"* ]]
}

@test "--explain and files with capabilities, with bits, on a nosuid mount" {
	is_root || skip "only root can give capabilities to a file"
	command -v setcap >/dev/null || skip "setcap (libcap2-bin) is not installed"
	cd "$BATS_TEST_TMPDIR"
	chmod 755 .
	for name in with bit; do cp "$(type -P true)" $name; done
	setcap cap_net_raw+ep with || skip "no file capabilities on this file system"
	chmod 4755 bit
	run capdrop -x --user 1000:1000 --ambient net_raw,kill -- ./with
	[[ $output == *"ambient      none -> kill,net_raw -> none"*"measured: the same"* ]]
	run capdrop -x --user 1000:1000 --ambient sys_ptrace,kill --allow-new-privs -- ./bit
	[[ $output == *"set-user-ID, of user 0"*"measured: the same"* ]]
	run capdrop -x --user 1000:1000 --ambient kill -- ./bit
	[[ $output == *"such a bit counts for nothing"*"measured: the same"* ]]
	run ns-mnt --mount type=tmpfs,dst=/mnt,nosuid sh -c 'cp bit with /mnt; chmod 4755 /mnt/bit
		setcap cap_net_raw+ep /mnt/with
		capdrop -x --user 1000:1000 --ambient kill --allow-new-privs -- /mnt/bit
		capdrop -x --user 1000:1000 --ambient kill --allow-new-privs -- /mnt/with'
	[ "$(grep -c "its mount has nosuid" <<<"$output")" -eq 2 ]
	[ "$(grep -c "measured: the same" <<<"$output")" -eq 2 ]
	# What the kernel refuses is foreseen.
	run capdrop -x -- ./with
	[ "$status" -eq 126 ]
	[[ $output == *"the kernel will refuse it"*"measured: refused"* ]]
}

@test "--explain runs the program once" {
	run own capdrop --keep dac_override -x -- sh -c 'echo ran >>"$0"' "$BATS_TEST_TMPDIR/ran"
	[ "$(cat "$BATS_TEST_TMPDIR/ran")" = ran ]
}

# A program that needs the capabilities in $1, and one of those in $2 if any:
# numbers. It notes each of its runs.
write_needy() {
	cat >"$BATS_TEST_TMPDIR/needy" <<-'END'
	#!/bin/bash
	echo "$*" >>"$0.runs"
	eff=$((16#$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)))
	for cap in $1; do ((eff >> cap & 1)) || exit 1; done
	[ "$2" ] || exit 0
	for cap in $2; do ((eff >> cap & 1)) && exit 0; done
	exit 1
	END
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/needy"
	: >"$BATS_TEST_TMPDIR/needy.runs"
	chmod 666 "$BATS_TEST_TMPDIR/needy.runs"
}

# One by one, as it is to be: the answer of the naive way.
naive() {
	local set=" $3 " cap rest need ok
	for cap in $3; do
		rest=${set/ $cap / }
		ok=1
		for need in $1; do [[ $rest == *" $need "* ]] || ok=; done
		if [ "$2" ]; then
			need=
			for one in $2; do [[ $rest != *" $one "* ]] || need=1; done
			[ "$need" ] || ok=
		fi
		[ -z "$ok" ] || set=$rest
	done
	echo $set
}

@test "--minimize finds the same set as leaving out one after the other" {
	write_needy
	names=(chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
		net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio
		sys_chroot sys_ptrace sys_pacct sys_admin)
	for needs in '0|' '21|' '|' '1 8 13|' '|1 2' '5|1 2 12' '|21 0' '0 1 2 3|20 21'; do
		and=${needs%|*} or=${needs#*|}
		want=$(naive "$and" "$or" "$(seq -s ' ' 0 21)")
		list=
		for cap in $want; do list+=${list:+,}${names[cap]}; done
		run own capdrop --minimize -- "$BATS_TEST_TMPDIR/needy" "$and" "$or"
		[ "$status" -eq 0 ]
		[[ $output == *"capdrop${list:+ --keep $list} -- "* ]] ||
			{ echo "$needs: wanted $list, got $output"; false; }
		# The line works as it is, and nothing of it can go.
		own sh -c "$output"
		for cap in ${list//,/ }; do
			rest=$(tr , '\n' <<<"$list" | grep -vx "$cap" | paste -sd ,)
			run own capdrop ${rest:+--keep "$rest"} -- "$BATS_TEST_TMPDIR/needy" "$and" "$or"
			[ "$status" -ne 0 ]
		done
	done
}

@test "--minimize takes fewer runs than there are capabilities" {
	write_needy
	own capdrop --minimize -- "$BATS_TEST_TMPDIR/needy" 13
	[ "$(wc -l <"$BATS_TEST_TMPDIR/needy.runs")" -le 20 ]
	: >"$BATS_TEST_TMPDIR/needy.runs"
	own capdrop --minimize -- "$BATS_TEST_TMPDIR/needy"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/needy.runs")" -eq 3 ]
}

@test "--minimize of real programs" {
	run own capdrop --minimize -- chroot / true
	[[ $output == *"capdrop --keep sys_chroot -- chroot / true" ]]
	echo >"$BATS_TEST_TMPDIR/file"
	chmod 0 "$BATS_TEST_TMPDIR/file"
	run own capdrop --minimize -- cat "$BATS_TEST_TMPDIR/file"
	[[ $output == *"capdrop --keep dac_read_search -- cat $BATS_TEST_TMPDIR/file" ]]
	run own capdrop --minimize -- true
	[[ $output == *"capdrop -- true" ]]
}

@test "--minimize begins with the set that other options give" {
	write_needy
	run own capdrop --minimize --keep chown,kill,net_raw -- "$BATS_TEST_TMPDIR/needy" 5
	[[ $output == *"capdrop --keep kill -- "* ]]
	run own capdrop --minimize --preset docker --add sys_time -- "$BATS_TEST_TMPDIR/needy" '' '12 25'
	[[ $output == *"capdrop --keep sys_time -- "* ]]
	# 21 is not in it.
	run own capdrop --minimize --preset docker -- "$BATS_TEST_TMPDIR/needy" 21
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-FAILS]"*"with 14 of "*"it exits with 1"* ]]
	run own capdrop --minimize --allow-new-privs -- "$BATS_TEST_TMPDIR/needy" 13
	[[ $output == *"capdrop --keep net_raw --allow-new-privs -- "* ]]
}

@test "--minimize for a user other than root finds an ambient set" {
	write_needy
	run ns-user -c --keep-caps capdrop --minimize -- "$BATS_TEST_TMPDIR/needy" 13
	if is_root; then
		[[ $output == *"capdrop --keep net_raw -- "* ]]
		# Another user may not enter the folder of the test.
		run capdrop --minimize --user 1000:1000 -- \
			sh -c 'eff=$(sed -n "s/^CapEff:[[:space:]]*//p" /proc/self/status)
				[ $((0x$eff & 0x2020)) -eq $((0x2020)) ]'
		[[ $output == *"capdrop --user 1000:1000 --ambient kill,net_raw -- "* ]]
	else
		[[ $output == *"capdrop --ambient net_raw -- "* ]]
	fi
}

@test "--minimize: a program that fails with all, or the second time, is told from others" {
	run own capdrop --minimize -- false
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-FAILS]"*"capdrop --preset all -- false"* ]]
	run own capdrop --minimize -- no-such-program
	[ "$status" -eq 125 ]
	[[ $(flat) == *"[CAP-FAILS]"*"exits with 127"* ]]
	run own capdrop --minimize -- mkdir "$BATS_TEST_TMPDIR/once"
	[ "$status" -eq 125 ]
	[[ $output == *"[CAP-UNSTEADY]"* ]]
	[[ $output != *"capdrop --keep"* ]]
	run own capdrop --minimize
	[ "$status" -eq 125 ]
	[[ $output == *"needs the program"* ]]
	# Who may not drop is told that, and no run is made.
	if ! is_root; then
		run capdrop --minimize -- touch "$BATS_TEST_TMPDIR/ran"
		[ "$status" -eq 125 ]
		[[ $output == *"[CAP-SETPCAP]"* ]]
		[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	fi
}

@test "--minimize: only the result is on stdout, and each run gets all of stdin" {
	run own capdrop --minimize -- sh -c 'echo noise; echo noise >&2; chroot / true'
	[ "${#lines[@]}" -eq 1 ]
	out=$(own capdrop -x --minimize -- sh -c 'echo noise; chroot / true' 2>"$BATS_TEST_TMPDIR/err")
	[[ $out == *"--keep sys_chroot"* ]]
	[ "$(grep -c '^noise$' "$BATS_TEST_TMPDIR/err")" -gt 5 ]
	grep -q 'run 1, with the whole set: exits with 0' "$BATS_TEST_TMPDIR/err"
	read_it='read -r line && [ "$line" = second ] && chroot / true'
	printf 'first\nsecond\n' >"$BATS_TEST_TMPDIR/in"
	out=$({ read -r _; own capdrop --minimize -- sh -c "$read_it"; } <"$BATS_TEST_TMPDIR/in")
	[[ $out == *"--keep sys_chroot"* ]]
	out=$(echo second | own capdrop --minimize -- sh -c "$read_it")
	[[ $out == *"--keep sys_chroot"* ]]
}

@test "--minimize ends with an interrupt, and so does the run" {
	"${OWN[@]}" capdrop --minimize -- sleep 321 3>&- &
	pid=$!
	has_child() { read -r child _ <"/proc/$pid/task/$pid/children"; [ "$(cat "/proc/$child/comm")" = sleep ]; }
	until_true has_child 2>/dev/null
	kill -KILL "$pid"
	wait "$pid" || true
	gone() { [ ! -e "/proc/$child" ]; }
	until_true gone
	# A run that is interrupted ends the search: no capability is needed for that.
	run own capdrop --minimize -- sh -c 'kill -INT $$'
	[ "$status" -eq 130 ]
	[ -z "$output" ]
}

@test "--minimize with --dry-run runs nothing, and --check does not go with it" {
	run own capdrop -n --minimize -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 0 ]
	run own capdrop --check --minimize -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "--bounding leaves in that set what the others lose; without no_new_privs user 0 gets it back" {
	[ "$(status_of CapBnd own capdrop --bounding chown,kill)" = 0000000000000021 ]
	for set in CapInh CapPrm CapEff CapAmb; do
		[ "$(status_of $set own capdrop --bounding chown,kill)" = $none ]
	done
	[ "$(status_of CapEff own capdrop --bounding chown --keep kill)" = 0000000000000020 ]
	run own capdrop --bounding chown --allow-new-privs -- sed -n 's/^CapEff:.//p' /proc/self/status
	[ "$status" -eq 0 ]
	[[ $output == *"that means: chown;"*"[CAP-UID0]"*0000000000000001 ]]
}

@test "--inheritable puts into that set what is kept, and nothing else" {
	run own capdrop --keep chown,kill --inheritable kill -- grep -E '^Cap(Inh|Prm|Amb|Bnd)' /proc/self/status
	[ "$(tr -d '\n' <<<"$output" | tr -s '\t' ' ')" = \
		"CapInh: 0000000000000020CapPrm: 0000000000000021CapBnd: 0000000000000021CapAmb: 0000000000000000" ]
	run own capdrop --keep chown --inheritable kill -- touch "$BATS_TEST_TMPDIR/ran"
	[ "$status" -eq 125 ]
	[[ $output == *"--inheritable kill: keep it as well"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "--umask is the program's" {
	cd "$BATS_TEST_TMPDIR"
	run own capdrop --umask 027 -- sh -c 'umask; touch file; mkdir folder'
	[ "$output" = 0027 ]
	[ "$(stat -c %a file folder | tr '\n' ' ')" = "640 750 " ]
	for mode in 9 1000 u=rwx "''" -1; do
		run own capdrop --umask "$mode" -- touch ran
		[ "$status" -eq 125 ]
		[ ! -e ran ]
	done
}
