# lsm --trace-denials and --learn: which call was refused, by whom, and which
# options would do.

bats_require_minimum_version 1.5.0

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir in out
	echo inside >in/file
	echo outside >out/file
	chmod -R a+rwX "$BATS_TEST_TMPDIR"
	export HOME=/nonexistent PATH="$BIN:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
	PID=
	FOLDER=
}

teardown() {
	[ -z "$PID" ] || { kill -KILL "$PID" && wait "$PID"; } 2>/dev/null || true
	[ -z "$FOLDER" ] || rm -rf "$FOLDER"
}

# A process without any capability: what ordinary users are, and root is not.
plain=(env)
[ "$(id -u)" -ne 0 ] || plain=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# Where only root may read and write.
secret() {
	[ "$(id -u)" -eq 0 ] || { [ -e /etc/shadow ] && [ ! -r /etc/shadow ]; } || skip "needs /etc/shadow"
}

need_landlock() {
	local abi
	abi=$(lsm --status | sed -n 's/^  Landlock  *ABI \([0-9]*\).*/\1/p')
	[ "${abi:-0}" -ge "$1" ] || skip "needs Landlock ABI $1; here: ${abi:-none}"
}

# One process has one tracer.
need_tracing() {
	lsm --trace-denials -- true 2>refusal || skip "tracing is refused here: $(head -n 1 refusal)"
}

# Programs and their libraries may be used; nothing else.
system=()
for folder in /usr /bin /lib /lib64 /nix; do
	[ ! -d "$folder" ] || system+=(--rox "$folder")
done
system+=(--ro /etc --rw /dev --ro /proc)

# The lines of the tracer about one program.
said() { grep -E "^lsm: $1 \([0-9]+\): " err; }

# Runs a line with the tracer; its output to out.txt, the tracer's to err.
traced() {
	local status=0
	"$@" >out.txt 2>err || status=$?
	echo "status $status"
	cat out.txt err
	return "$status"
}

# ---- who refused ----

@test "nothing refused: the program runs as without, and that is said" {
	need_tracing
	run -7 traced lsm --trace-denials -- sh -c 'echo text; exit 7'
	[ "$(cat out.txt)" = text ]
	[ "$(cat err)" = "lsm: no call was refused" ]
}

@test "ownership: the mode and the owner of the file are told" {
	secret
	need_tracing
	run ! traced "${plain[@]}" "$BIN/lsm" --trace-denials -- cat /etc/shadow
	said cat
	[[ $(said cat) == *'): openat("/etc/shadow", O_RDONLY) refused by ownership: /etc/shadow has mode '*' root:'*"; no option of lsm allows that" ]]
}

@test "ownership: the directory on the way is the one that is told, once" {
	need_tracing
	FOLDER=$(mktemp -d /var/tmp/strata-test.XXXXXX)
	chmod 755 "$FOLDER"
	mkdir "$FOLDER/closed"
	touch "$FOLDER/closed/a" "$FOLDER/closed/b"
	[ "$(id -u)" -eq 0 ] && chmod 700 "$FOLDER/closed" || chmod 000 "$FOLDER/closed"
	run ! traced "${plain[@]}" "$BIN/lsm" --trace-denials -- cat "$FOLDER/closed/a" "$FOLDER/closed/b" "$FOLDER/closed/c"
	chmod 700 "$FOLDER/closed"
	said cat
	[ "$(said cat | wc -l)" -eq 1 ]
	[[ $(said cat) == *"refused by ownership: the directory $FOLDER/closed has mode "* ]]
	grep -q "3 times  cat: openat" err
}

@test "a directory of PATH that may not be entered is passed over, and is no refusal" {
	mkdir closed
	chmod 0 closed
	PATH=$PWD/closed:$PATH run "${plain[@]}" "$BIN/lsm" --trace-denials -- true
	[ "$status" -eq 0 ]
	[ "$output" = "lsm: no call was refused" ]
	# What is named by its place is told.
	run "${plain[@]}" "$BIN/lsm" --trace-denials -- ./closed/true
	[ "$status" -ne 0 ]
	[[ $output == *"execve("*"closed/true"*"refused by ownership"* ]]
}

@test "Landlock: a denied read, with the option that allows it" {
	need_landlock 5
	need_tracing
	run ! traced lsm --trace-denials "${system[@]}" -- cat in/file
	[[ $(said cat) == *"): openat(\"$PWD/in/file\", O_RDONLY) refused by Landlock: add --ro $PWD/in/file" ]]
	lsm "${system[@]}" --ro "$PWD/in/file" -- cat in/file
}

@test "Landlock: mkdir, write, remove, rename name the directory" {
	need_landlock 5
	need_tracing
	for what in "mkdir in/new" "rm in/file" "mv in/file in/other" "ln -s x in/link" "mkfifo in/fifo" \
		"touch in/made"; do
		# shellcheck disable=SC2086 # a command line
		run ! traced lsm --trace-denials "${system[@]}" --ro in -- $what
		[[ $(said "${what%% *}") == *"refused by Landlock: "*"add --rw $PWD/in" ]] || { echo "$what: $(cat err)"; false; }
		[ "$(ls in)" = file ]
	done
	run ! traced lsm --trace-denials "${system[@]}" --ro in -- sh -c 'echo x >in/file'
	[[ $(said sh) == *"refused by Landlock: add --rw $PWD/in/file" ]]
}

@test "Landlock: a refused execve of the program itself, and of what starts it" {
	need_landlock 5
	need_tracing
	run -126 traced lsm --trace-denials --ro in -- "$(type -P true)"
	[[ $(said lsm) == *'): execve("'*'/true") refused by Landlock: add --rox /'* ]]
	not grep -q LL-EXEC err
	printf '#!/bin/sh\nexit 0\n' >in/script
	chmod +x in/script
	run -126 traced lsm --trace-denials --rox in -- in/script
	[[ $(said lsm) == *"): execve(\"$PWD/in/script\") refused by Landlock: add --rox "* ]]
	[[ $(said lsm) != *"--rox $PWD/in"* ]]
}

@test "Landlock: a file to another directory" {
	need_landlock 5
	need_tracing
	run traced lsm --trace-denials "${system[@]}" --rw in --rwx out -- perl -e 'rename "in/file", "out/new"'
	[[ $(said perl) == *"rename("*") refused by Landlock: the file would gain rights by it"* ]]
	[ -e in/file ]
	# Between two mounts it is nobody's refusal.
	mkdir /dev/shm/strata-$$
	run traced lsm --trace-denials "${system[@]}" --rw in --rw /dev/shm -- \
		perl -e 'rename "in/file", "/dev/shm/strata-$ARGV[0]/x"' $$
	rm -r "/dev/shm/strata-$$"
	! said perl | grep rename
}

@test "Landlock: ports" {
	need_landlock 4
	need_tracing
	cat >tcp.pl <<-'END'
		use Socket;
		my ($what, $port) = @ARGV;
		socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
		my $to = pack_sockaddr_in($port, inet_aton("127.0.0.1"));
		$what eq "bind" ? bind($s, $to) : connect($s, $to);
	END
	traced lsm --trace-denials --bind-tcp 18765 -- perl tcp.pl connect 18766
	[[ $(said perl) == *"): connect(127.0.0.1:18766) refused by Landlock: add --connect-tcp 18766" ]]
	traced lsm --trace-denials --connect-tcp 18765 -- perl tcp.pl bind 18766
	[[ $(said perl) == *"): bind(127.0.0.1:18766) refused by Landlock: add --bind-tcp 18766" ]]
	traced lsm --trace-denials --connect-tcp 18765 -- perl tcp.pl connect 18765
	! said perl
}

@test "capability: a port below 1024" {
	need_tracing
	[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 81 ] || skip "all may use port 81 here"
	printf '%s\n' 'use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0);' \
		'bind($s, pack_sockaddr_in(81, inet_aton("127.0.0.1")));' >bind.pl
	traced "${plain[@]}" "$BIN/lsm" --trace-denials -- perl bind.pl
	[[ $(said perl) == *"refused by capability: it takes CAP_NET_BIND_SERVICE"* ]]
}

@test "Landlock: scopes" {
	need_landlock 6
	need_tracing
	sleep 60 3>&- &
	PID=$!
	run ! traced lsm --trace-denials --scope signal -- sh -c "kill -TERM $PID"
	[[ $(said sh) == *"): kill($PID, SIGTERM) refused by Landlock: "*"leave signal out of --scope" ]]
	kill -0 "$PID"
}

@test "Landlock forbids mounting, and that is told rather than a capability" {
	need_landlock 1
	need_tracing
	[ "$(id -u)" -eq 0 ] || own unshare -m true 2>/dev/null || skip "no namespaces for this user here"
	run ! traced "${OWN[@]}" ns-mnt lsm --seccomp none --best-effort --trace-denials --rwx / -- \
		mount -t tmpfs x in
	said mount
	[[ $(said mount) == *'): mount("'*'refused by Landlock: it forbids all mounting'* ]]
}

@test "both: where ownership refuses, and Landlock would too, both are told" {
	secret
	need_landlock 5
	need_tracing
	run ! traced "${plain[@]}" "$BIN/lsm" --trace-denials --rox /usr --rox /bin --best-effort -- cat /etc/shadow
	[[ $(said cat) == *"refused by ownership: "*"; Landlock would refuse it too: add --ro /etc/shadow"* ]]
}

@test "a read-only mount is told with its place" {
	need_tracing
	need_namespaces
	run ! traced "${OWN[@]}" ns-mnt --ro-bind "$PWD/in:$PWD/in" lsm --trace-denials -- touch in/new
	[[ $(said touch) == *"refused by a read-only mount: that of $PWD/in; no option"* ]]
}

@test "capability: the call takes one, and the program has it not" {
	need_tracing
	run ! traced "${plain[@]}" "$BIN/lsm" --seccomp none --trace-denials -- hostname strata-test
	[[ $(said hostname) == *'): sethostname("strata-test") refused by capability: it takes CAP_SYS_ADMIN'* ]]
}

@test "seccomp: --deny, the default filter, and a profile, each with what allows it" {
	need_tracing
	run ! traced lsm --trace-denials --deny mkdir,mkdirat -- mkdir in/x
	[[ $(said mkdir) == *"mkdir"*"(\"$PWD/in/x\", 0777) refused by seccomp: leave mkdir"*" out of --deny" ]]
	run ! traced lsm --trace-denials --deny mkdir,mkdirat --seccomp-action errno:ENOSPC -- mkdir in/x
	[[ $(said mkdir) == *"refused by seccomp: leave mkdir"* ]]
	run ! traced "${plain[@]}" "$BIN/lsm" --trace-denials -- unshare -U true
	[[ $(said unshare) == *"): unshare(CLONE_NEWUSER) refused by seccomp: the default filter allows it only with CAP_SYS_ADMIN; add --seccomp none"* ]]
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [ { "names": [ "symlink", "symlinkat" ],
		"action": "SCMP_ACT_ERRNO", "errnoRet": 28 } ] }' >profile.json
	run ! traced lsm --seccomp profile.json --trace-denials -- ln -s x in/link
	[[ $(said ln) == *"refused by seccomp: allow symlink"*" in profile.json" ]]
}

@test "seccomp: a filter on an argument refuses one request, and the others are nobody's refusal" {
	need_tracing
	traced lsm --trace-denials -- perl -e 'my $c = "x"; ioctl(STDIN, 0x5412, $c); ioctl(STDIN, 0x5401, $c)' </dev/null
	said perl
	[ "$(said perl | wc -l)" -eq 1 ]
	[[ $(said perl) == *'): ioctl("/dev/null", TIOCSTI) refused by seccomp: the default filter lets no program type into the terminal'* ]]
}

@test "seccomp: what the default filter hides so that C libraries fall back is no refusal" {
	need_tracing
	command -v python3 >/dev/null || skip "needs python3"
	run -0 traced "${plain[@]}" "$BIN/lsm" --trace-denials -- \
		python3 -S -c 'import _thread; said = _thread.allocate_lock(); said.acquire()
_thread.start_new_thread(lambda: (print(1, flush=True), said.release()), ()); said.acquire()'
	[ "$(cat out.txt)" = 1 ]
	! grep clone3 err
}

@test "seccomp: a filter that the program has loaded itself is told as such" {
	need_tracing
	run ! traced lsm --trace-denials -- "$BIN/lsm" --deny mkdir,mkdirat -- mkdir in/x
	[[ $(said mkdir) == *"refused by seccomp: by a filter that the program has loaded itself; no option"* ]]
}

@test "SC-KILLED: a killed call is named, with its path, and the status stays 159" {
	need_tracing
	run -159 traced lsm --trace-denials --deny mkdir,mkdirat --seccomp-action kill -- mkdir in/x
	grep -qE "^lsm: mkdir was killed for calling mkdir(at)?\(\"$PWD/in/x\", 0777\) \[SC-KILLED\]$" err
	grep -q '^  fix: leave mkdir' err
	[ ! -e in/x ]
	# A child's end is told too, and its parent goes on.
	run -3 traced lsm --trace-denials --deny mkdir,mkdirat --seccomp-action kill -- sh -c 'mkdir in/x; exit 3'
	grep -q '^lsm: mkdir was killed for calling ' err
}

@test "SIGSYS from somebody else is no killed call" {
	need_tracing
	run -159 traced lsm --trace-denials -- sh -c 'kill -SYS $$'
	! grep -q SC-KILLED err
}

@test "none of lsm's rules: who it may be is listed, with what tells" {
	need_tracing
	run ! traced lsm --trace-denials -- mkdir /proc/strata
	not said mkdir # ENOENT is no refusal
	[ "$(id -u)" -eq 0 ] || skip "root may write to /sys, and sysfs refuses that"
	need_writable_sys
	run ! traced lsm --trace-denials -- mkdir /sys/strata
	[[ $(said mkdir) == *"refused by none of lsm's rules: it may be: "*"(man 2 mkdir"* ]]
}

# ---- following ----

@test "threads, forks and executed programs are followed" {
	need_tracing
	command -v gcc >/dev/null || skip "needs gcc"
	cat >threads.c <<-'END'
		#include <pthread.h>
		#include <sys/stat.h>
		#include <unistd.h>
		static pthread_barrier_t all;
		static void *act(void *number)
		{
			if (mkdir("in/x", 0700) == 0)
				return "made it";
			pthread_barrier_wait(&all);
			if (number == (void *)3) {
				execlp("mkdir", "mkdir", "in/y", (char *)0);
			}
			sleep(30);
			return number;
		}
		int main(void)
		{
			pthread_t thread[4];
			pthread_barrier_init(&all, 0, 4);
			for (long i = 0; i < 4; i++)
				pthread_create(&thread[i], 0, act, (void *)i);
			pthread_join(thread[0], 0);
			return 0;
		}
	END
	gcc -pthread -o threads threads.c
	run ! traced lsm --trace-denials --deny mkdir,mkdirat -- sh -c './threads; exit $?'
	[[ $(said threads) == *"mkdir"*"\"$PWD/in/x\", 0700) refused by seccomp"* ]]
	[[ $(said mkdir) == *"\"$PWD/in/y\", 0777) refused by seccomp"* ]]
	grep -q "4 times  threads: mkdir" err
	[ ! -e in/x ] && [ ! -e in/y ]
}

@test "32-bit programs: their calls have other numbers, and are told by the right names" {
	[ "$(uname -m)" = x86_64 ] || skip "needs x86_64"
	need_tracing
	command -v gcc >/dev/null || skip "needs gcc"
	cat >old.c <<-'END'
		int main(void)
		{
			int result;
			/* mkdir is 39 there, and 39 is getpid on x86_64. */
			__asm__ volatile("int $0x80" : "=a"(result) : "a"(39), "b"("in/x"), "c"(0700));
			return result == -1 ? 0 : 1;
		}
	END
	gcc -static -no-pie -o old old.c
	traced lsm --trace-denials --deny mkdir -- ./old || skip "no 32-bit calls here"
	[[ $(said old) == *"): mkdir(\"$PWD/in/x\", 0700) refused by seccomp: leave mkdir out of --deny" ]]
}

@test "the tracer is nobody's child: a program that waits for all children ends" {
	need_tracing
	run -0 traced timeout 20 lsm --trace-denials -- \
		perl -e 'fork or exit 3; my $n = 0; $n++ while wait() != -1; print "$n\n"'
	[ "$(cat out.txt)" = 1 ]
	need_namespaces
	run -0 traced timeout 20 "${OWN[@]}" ns-pid ns-mnt lsm --trace-denials -- \
		perl -e 'fork or exit 3; my $n = 0; $n++ while wait() != -1; print "$$ $n\n"'
	[ "$(cat out.txt)" = "1 1" ]
}

@test "the program keeps its number, its parent and its group" {
	need_tracing
	traced sh -c 'echo $$; exec "$0" --trace-denials -- sh -c "echo \$\$ \$PPID"' "$BIN/lsm"
	{ read -r before && read -r after _; } <out.txt
	[ "$before" = "$after" ]
}

@test "the tracer sees no file of the program's, and ends with it" {
	need_tracing
	lsm --trace-denials -- sleep 60 3>&- 2>err &
	PID=$!
	until_true grep -q '^TracerPid:.[1-9]' "/proc/$PID/status"
	tracer=$(sed -n 's/^TracerPid:\t//p' "/proc/$PID/status")
	until_true grep -q sleep "/proc/$PID/comm"
	[ "$(find "/proc/$tracer/fd" -mindepth 1 | wc -l)" -eq 3 ]
	kill "$PID"
	wait "$PID" || [ $? -eq 143 ]
	PID=
	# A zombie is for init to take away.
	gone() { [ ! -e "/proc/$tracer" ] || grep -q '^State:.Z' "/proc/$tracer/status"; }
	until_true gone
}

@test "a killed tracer takes the program along" {
	need_tracing
	lsm --trace-denials -- sleep 60 3>&- 2>err &
	PID=$!
	until_true grep -q sleep "/proc/$PID/comm"
	kill -KILL "$(sed -n 's/^TracerPid:\t//p' "/proc/$PID/status")"
	status=0
	wait "$PID" || status=$?
	PID=
	[ "$status" -eq 137 ]
}

@test "what the program leaves running is followed until it ends" {
	need_tracing
	run -0 traced lsm --trace-denials --deny mkdir,mkdirat -- sh -c '(sleep 1; mkdir in/x) & echo first'
	until_true said mkdir
	[ ! -e in/x ]
}

@test "stop and go on: a traced process stays stopped until it is continued" {
	need_tracing
	lsm --trace-denials -- sleep 60 3>&- 2>err &
	PID=$!
	until_true grep -q sleep "/proc/$PID/comm"
	state() { grep -qE "^State:.$1" "/proc/$PID/status"; }
	kill -STOP "$PID"
	until_true state '[Tt]'
	sleep 0.3
	state '[Tt]'
	kill -CONT "$PID"
	until_true state S
}

@test "at a terminal: ^Z, fg, ^C and the shell in the middle work as without a tracer" {
	need_tracing
	command -v python3 >/dev/null || skip "needs python3"
	cat >terminal.py <<-'END'
		import os, pty, select, sys, time
		pid, fd = pty.fork()
		if pid == 0:
		    os.execlp('bash', 'bash', '--norc', '--noprofile', '-i')
		said = ''
		def expect(text, seconds=60):
		    global said
		    end = time.time() + seconds
		    while text not in said:
		        if time.time() > end:
		            sys.exit('expected %r in %r' % (text, said))
		        if select.select([fd], [], [], 0.1)[0]:
		            said += os.read(fd, 4096).decode(errors='replace')
		    said = said[said.index(text) + len(text):]
		def type(keys):
		    os.write(fd, keys.encode())
		# Until the shell has given the terminal to its job.
		def handed_on(shell, seconds=60):
		    end = time.time() + seconds
		    while os.tcgetpgrp(fd) == shell:
		        if time.time() > end:
		            sys.exit('the job never got the terminal')
		        time.sleep(0.05)
		# No prompt, no echo: what is said is what the programs say.
		type("PS1=; stty -echo; echo rea''dy\n")
		expect('ready\r\n')
		# exec, as a shell that waits for vfork(2) can't stop: ^Z would be late.
		type('lsm --trace-denials -- sh -c "echo begun; exec sleep 60"\n')
		expect('begun')
		type('\x1a')
		expect('Stopped')
		type('fg\n')
		expect('sleep 60')
		handed_on(pid)
		time.sleep(0.5)
		type('\x03')
		expect('no call was refused')
		type('echo "status $?"\n')
		expect('status 130')
		type('lsm --trace-denials -- bash --norc --noprofile -i\n')
		time.sleep(1)
		type("PS1=; echo inn''er\n")
		expect('inner\r\n')
		inner = os.tcgetpgrp(fd)
		type('sh -c "echo go\'\'ing; exec sleep 60"\n')
		expect('going')
		type('\x1a')
		expect('Stopped')
		type('fg\n')
		expect('sleep 60')
		handed_on(inner)
		time.sleep(0.5)
		type('\x03')
		time.sleep(0.5)
		type("echo after''wards; exit 3\n")
		expect('afterwards')
		expect('no call was refused')
		type('echo "status $?"; exit\n')
		expect('status 3')
	END
	run -0 timeout 300 python3 terminal.py
}

@test "a signal's end, an ignored SIGCHLD, closed descriptors: all as without" {
	need_tracing
	run -137 lsm --trace-denials -- sh -c 'kill -KILL $$'
	run -5 env perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' "$BIN/lsm" --trace-denials -- sh -c 'exit 5'
	run -6 sh -c 'exec "$0" --trace-denials -- sh -c "exit 6" <&- >&- 2>&-' "$BIN/lsm"
	[ "$(lsm --trace-denials -- echo text 2>/dev/null | head -n 1)" = text ]
}

@test "fails closed: when nobody may trace it, the program does not run" {
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [ { "names": [ "ptrace" ],
		"action": "SCMP_ACT_ERRNO", "errnoRet": 1 } ] }' >profile.json
	run -125 lsm --seccomp profile.json -- "$BIN/lsm" --trace-denials -- touch in/ran
	[[ ${lines[0]} == *"cannot trace process"*"(EPERM) [TRACE-SECCOMP]" ]]
	[ ! -e in/ran ]
	need_tracing
	run -125 lsm --trace-denials -- "$BIN/lsm" --trace-denials -- touch in/ran
	[[ $output == *"(EPERM) [TRACE-BUSY]"* ]]
	[ ! -e in/ran ]
}

@test "without the options nothing is traced, and no process is added" {
	run lsm -- sh -c 'grep TracerPid /proc/self/status'
	[ "$output" = "TracerPid:	0" ]
}

@test "--dry-run and --check: nothing runs" {
	need_tracing
	run -0 lsm --dry-run --trace-denials -- touch in/ran
	[[ $output == *"fork the tracer"* ]]
	run -0 lsm --check --trace-denials
	[ "$output" = "✓ lsm" ]
	[ ! -e in/ran ]
}

@test "a name with what a terminal obeys is printed as letters" {
	need_tracing
	run ! traced lsm --trace-denials --deny mkdir,mkdirat -- mkdir $'in/\e[31m"x'
	said mkdir | grep -qF 'in/\033[31m\"x"'
	! grep -q $'\e' <(said mkdir)
}

@test "the line at the end allows what was refused" {
	need_landlock 5
	need_tracing
	mkdir -p in/bin
	cp "$(type -P cat)" in/bin/copy
	more=(--rox /usr)
	for _ in 1 2 3 4 5 6; do
		line=(lsm --trace-denials "${more[@]}" -- "$PWD/in/bin/copy" "$PWD/in/file")
		traced "${line[@]}" && break
		# The last one: a program that could not be run has a fix before it.
		fix=$(tac err | sed '/^  fix: lsm /q' | tac | sed 's/^  fix: //')
		[ "$fix" ]
		eval "words=($fix)"
		more=()
		for word in "${words[@]:1}"; do
			[ "$word" != -- ] || break
			more+=("$word")
		done
	done
	[ "$(lsm "${more[@]}" -- "$PWD/in/bin/copy" "$PWD/in/file")" = inside ]
	! lsm "${more[@]}" -- "$PWD/in/bin/copy" "$PWD/out/file"
}

# ---- --learn ----

# Learns a program in $PWD/work, where there is only what was there before, and
# runs the line that was learned in the same place.
learn_and_run() {
	mkdir -p work before
	cp -r before/. work/
	(cd work && lsm --learn -- "$@" >../learned.out 2>../learned)
	cat learned
	rm -rf work
	mkdir work
	cp -r before/. work/
	line=$(grep -v '^lsm: ' learned)
	[ "$line" ]
	(cd work && bash -c "$line" >../again.out 2>../again)
	cat again
	diff learned.out again.out
}

@test "--learn: the line that it prints works, and gives no more than some directories" {
	need_landlock 5
	need_tracing
	learn_and_run cat "$PWD/in/file"
	grep -qF -- "--ro $PWD/in/file" learned
	not grep -qE -- '--r[owx]+ /( |$)' learned
	! bash -c "${line/in\/file -- */in/file} -- cat $PWD/out/file"
}

@test "--learn: what is made, moved and removed" {
	need_landlock 5
	need_tracing
	learn_and_run sh -c 'mkdir d && echo x >d/y && mv d/y d/z && ln -s z d/l && cat d/l && rm -r d && date >now'
	grep -qF -- "--rw $PWD/work" learned
	[ -s work/now ]
}

@test "--learn: a program that the program has made itself, and then executes" {
	need_landlock 5
	need_tracing
	learn_and_run sh -c 'mkdir bin && cp "$(command -v echo)" bin/say 2>/dev/null || cp /bin/echo bin/say; bin/say hello'
	[ "$(cat again.out)" = hello ]
	grep -qF -- "--rwx $PWD/work" learned
	! grep -qF -- "$PWD/work/bin" learned
}

@test "--learn: many files of a directory are the directory" {
	need_landlock 5
	need_tracing
	touch in/1 in/2 in/3 in/4
	learn_and_run cat "$PWD"/in/[1-4] "$PWD/out/file"
	grep -qE -- "--ro $PWD/in( |$)" learned
	grep -qF -- "--ro $PWD/out/file" learned
}

@test "--learn: make, with a compiler and temporary files" {
	need_landlock 5
	need_tracing
	command -v gcc >/dev/null && command -v make >/dev/null || skip "needs gcc and make"
	mkdir before
	printf 'build/p: p.c\n\tmkdir -p build\n\tgcc -o build/p p.c\n\tbuild/p\n' >before/Makefile
	printf '#include <stdio.h>\nint main(void) { puts("compiled"); return 0; }\n' >before/p.c
	learn_and_run make -s
	grep -q compiled again.out
}

@test "--learn: ports" {
	need_landlock 4
	need_tracing
	cat >tcp.pl <<-'END'
		use Socket;
		socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
		setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
		bind($s, pack_sockaddr_in(18771, inet_aton("127.0.0.1"))) or die "bind: $!";
		listen($s, 1);
		socket(my $c, PF_INET, SOCK_STREAM, 0) or die;
		connect($c, pack_sockaddr_in(18771, inet_aton("127.0.0.1"))) or die "connect: $!";
		print "met\n";
	END
	learn_and_run perl "$PWD/tcp.pl"
	[ "$(cat again.out)" = met ]
	grep -q -- '--bind-tcp 18771' learned
	grep -q -- '--connect-tcp 18771' learned
	# UDP is none of Landlock's, and no option is learned from it.
	printf '%s\n' 'use Socket; socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;' \
		'bind($s, pack_sockaddr_in(18772, inet_aton("127.0.0.1"))) or die;' >udp.pl
	learn_and_run perl "$PWD/udp.pl"
	! grep -q -- '18772' learned
}

@test "--learn: never / and never the home directory, and that is said" {
	need_landlock 5
	need_tracing
	mkdir home
	cd home
	HOME=$PWD run -0 lsm --learn -- sh -c 'echo x >new; ls / >/dev/null; rm new'
	echo "$output"
	[[ $output == *"left out: --rw $PWD, which"* ]]
	[[ $output == *"left out: --ro /, which"* ]]
	! grep -qE -- "--r[owx]+ ($PWD|/)( |$)" <(grep -v '^lsm: ' <<<"$output")
}

@test "--learn keeps the options that were given, and applies none of Landlock's" {
	need_landlock 5
	need_tracing
	run -0 lsm --learn --ro "$PWD/out" --deny mkdir -- cat "$PWD/out/file" "$PWD/in/file"
	[[ ${lines[0]} == outside ]]
	[[ ${lines[1]} == inside ]]
	[[ $output == *"lsm --ro $PWD/out --deny mkdir "* ]]
	[[ $output != *"--ro $PWD/out/file"* ]]
}

@test "--learn: a refused call and an exit status are told" {
	need_landlock 5
	need_tracing
	run -4 lsm --learn --deny mkdir,mkdirat -- sh -c 'mkdir in/x; exit 4'
	[[ $output == *"refused by seccomp: leave mkdir"* ]]
	[[ $output == *"ended with status 4"* ]]
}

@test "--learn of a program that mounts: no rule for files can be, and that is said" {
	need_landlock 5
	need_tracing
	need_namespaces
	run -0 "${OWN[@]}" ns-mnt lsm --seccomp none --learn -- mount -t tmpfs x "$PWD/in"
	[[ $output == *"it has mounted (mount("*"which Landlock forbids"* ]]
	! grep -q -- '--rox' <<<"$output"
}

@test "--learn and --trace-denials together are an error" {
	run -125 lsm --learn --trace-denials -- touch in/ran
	[ ! -e in/ran ]
}
