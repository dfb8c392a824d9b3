# lsm: no_new_privs, seccomp filters, Landlock, AppArmor, SELinux.

bats_require_minimum_version 1.5.0

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir in out
	echo inside >in/file
	echo outside >out/file
	chmod -R a+rwX "$BATS_TEST_TMPDIR"
	PID=
}

teardown() {
	[ -z "$PID" ] || { kill -KILL "$PID" && wait "$PID"; } 2>/dev/null || true
}

# A process without any capability: what ordinary users are, and root is not.
plain=(env)
[ "$(id -u)" -ne 0 ] || plain=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# With root's capabilities, the filter is another one.
need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

need_landlock() {
	local abi
	abi=$(lsm --status | sed -n 's/^  Landlock  *ABI \([0-9]*\).*/\1/p')
	[ "${abi:-0}" -ge "$1" ] || skip "needs Landlock ABI $1; here: ${abi:-none}"
}

# Programs and their libraries may be used; nothing else.
system=()
for folder in /usr /bin /lib /lib64 /nix; do
	[ ! -d "$folder" ] || system+=(--rox "$folder")
done

# The number of a system call is not in every C library yet: perl, which
# Debian always has, makes it by number, and prints the errno.
call() {
	perl -e 'my ($number, @rest) = map { int } @ARGV; $! = 0; syscall($number, @rest);
		print $! + 0, "\n"' "$@"
}
export -f call

is_x86_64() {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86_64"
}

profile() {
	cat >profile.json
}

# ---- the default ----

@test "lsm alone gives the program no_new_privs and two filters more" {
	before=$(sed -n 's/^Seccomp_filters:\t//p' /proc/self/status)
	run lsm -- cat /proc/self/status
	[ "$status" -eq 0 ]
	[[ $output == *"NoNewPrivs:	1"* ]]
	[[ $output == *"Seccomp:	2"* ]]
	[[ $output == *"Seccomp_filters:	$((before + 2))"* ]]
}

@test "the default filter forbids an ordinary user a user namespace" {
	"${plain[@]}" "$BIN/lsm" --seccomp none -- unshare -U true || skip "no user namespaces here"
	run "${plain[@]}" "$BIN/lsm" -- unshare -U true
	[ "$status" -eq 1 ]
	[[ $output == *"Operation not permitted"* ]]
}

@test "the default filter follows the capabilities: with CAP_SYS_ADMIN unshare is allowed" {
	need_root
	lsm -- unshare -u true
	run ! setpriv --bounding-set -sys_admin --inh-caps -sys_admin env lsm -- unshare -u true
}

@test "the default filter forbids key rings, io_uring, userfaultfd and kexec to everybody" {
	is_x86_64
	for number in 248 249 250 425 426 427 323 246; do
		run lsm -- bash -c "call $number 0 0 0 0 0"
		[ "$output" = 1 ]
	done
}

@test "the default filter allows sockets of all families but AF_ALG and AF_VSOCK" {
	is_x86_64
	for family in 38 40; do
		run lsm -- bash -c "call 41 $family 1 0"
		[ "$output" = 1 ]
	done
	for family in 1 2 10 16; do
		run lsm -- bash -c "call 41 $family 2 0"
		[ "$output" = 0 ]
	done
	# 39 is NFC, which may not be there; but it is the kernel that says so.
	run lsm -- bash -c "call 41 39 1 0"
	[ "$output" != 1 ]
}

# Arguments that are an int to the kernel, in a register of 64 bits. perl's
# numbers have as many.
@test "a number with something in its upper half is no way around the rules" {
	is_x86_64
	# 2^32 + 38 is AF_ALG, and 2^32 + 40 AF_VSOCK.
	for family in 38 40 41; do
		run lsm -- bash -c "call 41 $((0x100000000 + family)) 1 0"
		[ "$output" = 1 ]
	done
	# ADDR_NO_RANDOMIZE; no one could tell whether all the bits were "all".
	for persona in $((0x100040000)) $((0x40000)) -1; do
		run lsm -- bash -c "call 135 $persona"
		[ "$output" = 1 ]
	done
	# clone(CLONE_NEWUSER | SIGCHLD)
	for high in 0 $((0x100000000)); do
		run "${plain[@]}" "$BIN/lsm" -- bash -c "$(declare -f call); call 56 $((high + 0x10000011)) 0 0 0 0"
		[ "$output" = 1 ]
	done
	# The last family that there is; it is the kernel that answers.
	for family in 41 42 43 44 45; do
		run lsm -- bash -c "call 41 $family 99 0"
		[ "$output" != 1 ]
	done
}

# TIOCSTI 0x5412, TIOCLINUX 0x541c. A filter answers before the kernel sees
# that -1 is no descriptor (EBADF, 9): no terminal is needed for these.
typing() {
	for request in $((0x5412)) $((0x541c)) $((0x100005412)) $((0xffffffff0000541c)); do
		run "$@" -- bash -c "$(declare -f call); call 16 -1 $request 0"
		echo "$request: $output"
		[ "$output" = "$expected" ]
	done
}

@test "the default filter forbids to type into the terminal, whatever the upper half" {
	is_x86_64
	expected=1
	typing lsm
	typing lsm --deny mkdir,mkdirat
	typing "${plain[@]}" "$BIN/lsm"
	# TCGETS, and the neighbors.
	for request in $((0x5401)) $((0x5411)) $((0x5413)) $((0x541b)) $((0x541d)) $((0x541200005401)); do
		run lsm -- bash -c "call 16 -1 $request 0"
		[ "$output" = 9 ]
	done
}

@test "a profile of one's own, or none, has no rule about terminals" {
	is_x86_64
	expected=9
	profile <<<'{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [ { "names": [ "getppid" ],
		"action": "SCMP_ACT_LOG" } ] }'
	typing lsm --seccomp profile.json
	typing lsm --seccomp none
	typing lsm --seccomp none --deny mkdir
}

@test "personality may be asked for, and may not switch off the random layout of memory" {
	run ! lsm -- setarch -R true
	lsm --seccomp none -- setarch -R true
	is_x86_64
	run lsm -- bash -c "call 135 4294967295"
	[ "$output" = 0 ]
}

@test "a call that is newer than the rules gives ENOSYS, so that programs fall back" {
	is_x86_64
	for number in 467 470 500 1000; do
		run lsm -- bash -c "call $number 0 0 0 0 0"
		[ "$output" = 38 ]
	done
}

@test "clone3 gives ENOSYS to an ordinary user, and threads and processes work" {
	is_x86_64
	run "${plain[@]}" "$BIN/lsm" -- bash -c "$(declare -f call); call 435 0 0"
	[ "$output" = 38 ]
	run "${plain[@]}" "$BIN/lsm" -- sh -c 'echo $(echo a process)'
	[ "$output" = "a process" ]
}

@test "calls that came after libseccomp 2.5.4 are allowed where Docker allows them" {
	is_x86_64
	# mseal, by number: what the kernel says to nonsense, and no EPERM.
	for number in 451 462 464; do
		run lsm -- bash -c "call $number -1 1 -1 0 0"
		[ "$output" -gt 1 ]
	done
}

@test "the filter holds for 32-bit calls too" {
	is_x86_64
	command -v gcc >/dev/null || skip "needs gcc"
	cat >old.c <<-'END'
	#include <stdio.h>
	int main(void)
	{
		long result;
		/* keyctl of i386, by its own gate: int 0x80 */
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(288), "b"(0), "c"(-3), "d"(0) : "memory");
		printf("%ld\n", result);
		return 0;
	}
	END
	gcc -o old old.c
	run ./old || skip "this kernel runs no 32-bit calls"
	[ "$output" != -1 ]
	run lsm -- ./old
	[ "$output" = -1 ]
	# ioctl of i386, with TIOCSTI
	sed -i 's/"a"(288), "b"(0), "c"(-3)/"a"(54), "b"(-1), "c"(0x5412)/' old.c
	gcc -o old old.c
	run ./old
	[ "$output" = -9 ]
	run lsm -- ./old
	[ "$output" = -1 ]
}

@test "the filters that are loaded are said, each with its length" {
	run lsm -x -- true
	[ "$(grep -c '^lsm: load the seccomp filter default, ' <<<"$output")" -eq 2 ]
	[[ $output == *"load the seccomp filter default, for the terminal ("*" instructions)"* ]]
	run lsm -n --deny mkdir -- true
	[ "$(grep -c '^lsm: load the seccomp filter ' <<<"$output")" -eq 3 ]
	run lsm -n --seccomp none --deny mkdir -- true
	[ "$(grep -c '^lsm: load the seccomp filter ' <<<"$output")" -eq 1 ]
}

@test "--deny seccomp and --deny prctl work on top of the default filters" {
	before=$(sed -n 's/^Seccomp_filters:\t//p' /proc/self/status)
	run lsm --deny seccomp,prctl -- grep Seccomp_filters /proc/self/status
	[ "$status" -eq 0 ]
	[[ $output == *"	$((before + 3))" ]]
	run -125 lsm --deny seccomp -- lsm -- true
}

@test "filters add up: the second one goes on top" {
	run lsm -- lsm --deny mkdir,mkdirat -- sh -c 'grep Seccomp_filters /proc/self/status; mkdir in/x'
	[ "$status" -ne 0 ]
	[[ $output == *"Operation not permitted"* ]]
	[ ! -e in/x ]
	one=$(lsm -- sed -n 's/^Seccomp_filters:\t//p' /proc/self/status)
	[[ ${lines[0]} == *"	$((one + 3))" ]]
}

@test "set-user-ID programs gain nothing under no_new_privs" {
	need_root
	cp "$(type -P id)" out/id
	chmod 4755 out/id
	[ "$(setpriv --reuid 65534 --clear-groups out/id -u)" = 0 ] || skip "mounted nosuid"
	run setpriv --reuid 65534 --clear-groups "$BIN/lsm" -- out/id -u
	[ "$output" = 65534 ]
}

@test "--allow-new-privs takes CAP_SYS_ADMIN" {
	run -125 "${plain[@]}" "$BIN/lsm" --allow-new-privs -- touch out/new
	[[ ${lines[0]} == *"Permission denied (EACCES) [SC-NNP]" ]]
	[[ $output == *"  fix: leave --allow-new-privs out, or:  sudo $BIN/lsm --allow-new-privs -- touch out/new"* ]]
	[ ! -e out/new ]
	need_landlock 1
	run -125 "${plain[@]}" "$BIN/lsm" --allow-new-privs --seccomp none --rox / --best-effort -- touch out/new
	[[ $output == *"Operation not permitted (EPERM) [LL-NNP]"$'\n  call: '* ]]
	[ ! -e out/new ]
}

@test "--allow-new-privs as root: the filter without no_new_privs" {
	need_root
	run lsm --allow-new-privs -- cat /proc/self/status
	[[ $output == *"NoNewPrivs:	0"* ]]
	[[ $output == *"Seccomp:	2"* ]]
}

@test "a process without any capability may do all of it" {
	need_landlock 5
	run "${plain[@]}" "$BIN/lsm" "${system[@]}" --ro in --deny chmod,fchmodat -- cat in/file
	[ "$status" -eq 0 ]
	[ "$output" = inside ]
}

# ---- --deny and --seccomp-action ----

@test "--deny refuses a call with EPERM, and no other" {
	run lsm --deny mkdir,mkdirat -- mkdir in/x
	[ "$status" -eq 1 ]
	[[ $output == *"Operation not permitted"* ]]
	[ ! -e in/x ]
	lsm --deny mkdir,mkdirat -- touch in/y
	[ -e in/y ]
}

@test "--seccomp-action errno:NAME is the error that the program sees" {
	run lsm --deny mkdir,mkdirat --seccomp-action errno:ENOSPC -- mkdir in/x
	[[ $output == *"No space left on device"* ]]
	run lsm --deny mkdir,mkdirat --seccomp-action errno:28 -- mkdir in/x
	[[ $output == *"No space left on device"* ]]
	[ ! -e in/x ]
}

@test "--seccomp-action kill ends the program with SIGSYS: 159 in the shell" {
	run lsm --deny mkdir,mkdirat --seccomp-action kill -- mkdir in/x
	[ "$status" -eq 159 ]
	[ ! -e in/x ]
}

@test "--seccomp-action log lets the call through" {
	lsm --deny mkdir,mkdirat --seccomp-action log -- mkdir in/x
	[ -d in/x ]
}

@test "--seccomp none leaves the default filter out; --deny stays" {
	before=$(sed -n 's/^Seccomp_filters:\t//p' /proc/self/status)
	run lsm --seccomp none -- cat /proc/self/status
	[[ $output == *"NoNewPrivs:	1"* ]]
	[[ $output == *"Seccomp_filters:	$before"* ]]
	run lsm --seccomp none --deny mkdir,mkdirat -- mkdir in/x
	[ "$status" -eq 1 ]
}

@test "--deny fork and --deny open: a note names the calls that C libraries take instead" {
	run -0 lsm --deny fork -- true
	[[ ${lines[0]} == "lsm: note: --deny fork: "*"--deny fork,vfork,clone,clone3" ]]
	run -0 lsm --deny open,fork,clone -- true
	[[ $output == "lsm: note: --deny open: "*"--deny open,openat,openat2,creat" ]]
	run lsm --deny fork,vfork,clone,clone3 -- sh -c '(true); echo made'
	[[ $output != *note* ]] && [[ $output != *made* ]]
}

@test "SC-EXEC: a filter under which no program, or this one, can start" {
	run -125 lsm --deny execve -- touch in/ran
	[[ ${lines[0]} == "lsm: cannot run a program under the seccomp filter of --deny [SC-EXEC]" ]]
	[[ $output == *"  fix: leave execve out of --deny"* ]]
	[ ! -e in/ran ]
	readelf -l "$(type -P true)" 2>/dev/null | grep -q interpreter || skip "needs readelf, and a dynamic true"
	run -127 lsm --deny openat,open -- true
	[[ ${lines[0]} == "lsm: note: the seccomp filter of --deny refuses openat, and "*" [SC-EXEC]" ]]
	# A static program needs none of that.
	run -0 lsm --deny openat,open -- "$BIN/ns-uts" --version
	[[ $output == "ns-uts (Strata)"* ]]
}

@test "--explain shows what the steps have changed" {
	need_landlock 1
	run -0 lsm -x --best-effort --rox /usr -- /usr/bin/true
	[[ $output == *"no_new_privs "*", filters "*", / opens -> no_new_privs 1, filters "*", / opens"* ]]
	[[ $output == *", / opens -> no_new_privs 1, filters "*", / is closed"* ]]
	# Under a filter that kills who looks, nobody looks.
	run -0 lsm -x --deny openat,open,read,close --seccomp-action kill -- "$BIN/ns-uts" --version
}

@test "an unknown name in --deny is an error with the one that was meant" {
	run -125 lsm --deny mkdir,mkdirrat -- touch in/ran
	[[ ${lines[0]} == *"'mkdirrat'; did you mean 'mkdirat'? [SC-NAME]" ]]
	[[ $output == *"lsm --deny mkdir,mkdirat -- touch in/ran"* ]]
	[ ! -e in/ran ]
	for bad in '' , mkdir, ,mkdir 'mkdir, mkdirat' "$(printf 'x%.0s' {1..5000})"; do
		run -125 lsm --deny "$bad" -- touch in/ran
		[ ! -e in/ran ]
	done
}

@test "calls that libseccomp has no name for yet can be denied all the same" {
	is_x86_64
	run lsm --deny mseal,cachestat,uretprobe --seccomp-action errno:EXDEV -- bash -c 'call 462 1 1 1'
	[ "$output" = 18 ]
	run lsm --deny mseal,cachestat --seccomp-action errno:EXDEV -- bash -c 'call 451 1 1 1'
	[ "$output" = 18 ]
}

@test "an unknown --seccomp-action is an error that says what was expected" {
	for bad in '' kil errno: errno:EFOO errno:0 errno:5000 errnox allow; do
		run -125 lsm --deny mkdir --seccomp-action "$bad" -- touch in/ran
		[ ! -e in/ran ]
	done
	run -125 lsm --deny mkdir --seccomp-action kil -- true
	[[ $output == *"expected kill, errno, errno:NAME"* ]]
	run -125 lsm --seccomp-action kill -- true
	[[ $output == *"needs it"* ]]
}

@test "a filter that would refuse execve is refused itself" {
	run -125 lsm --deny execve -- touch in/ran
	[[ ${lines[0]} == *"[SC-EXEC]" ]]
	[ ! -e in/ran ]
}

# ---- profiles ----

@test "a profile as Docker writes it: names, archMap, includes, excludes, args" {
	is_x86_64
	profile <<-'END'
	{
		"defaultAction": "SCMP_ACT_ALLOW",
		"defaultErrnoRet": 1,
		"archMap": [
			{
				"architecture": "SCMP_ARCH_X86_64",
				"subArchitectures": [ "SCMP_ARCH_X86", "SCMP_ARCH_X32" ]
			},
			{ "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": [ "SCMP_ARCH_ARM" ] }
		],
		"syscalls": [
			{ "names": [ "getppid" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 101 },
			{ "names": [ "getpgid" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 102,
			  "includes": { "minKernel": "4.8" } },
			{ "names": [ "getpgrp" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 103,
			  "excludes": { "minKernel": "4.8" } },
			{ "names": [ "sysinfo" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 104,
			  "includes": { "arches": [ "s390x", "arm64" ] }, "comment": "not here" },
			{ "names": [ "getsid" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 105,
			  "excludes": { "caps": [ "CAP_SYS_ADMIN" ] } },
			{ "names": [ "alarm" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 106,
			  "args": [ { "index": 0, "value": 255, "valueTwo": 7,
			              "op": "SCMP_CMP_MASKED_EQ" } ] },
			{ "name": "getpriority", "action": "SCMP_ACT_ERRNO", "errnoRet": 107,
			  "args": [ { "index": 0, "value": 5, "op": "SCMP_CMP_EQ" },
			            { "index": 1, "value": 6, "op": "SCMP_CMP_GE" } ] },
			{ "names": [ "no_such_call_yet" ], "action": "SCMP_ACT_ERRNO" }
		]
	}
	END
	run "${plain[@]}" "$BIN/lsm" --seccomp fd:9 -- bash -c "$(declare -f call)
		call 110; call 121 0; call 111; call 99 0; call 124 0
		call 37 7; call 37 263; call 37 8; call 140 5 6; call 140 5 5" 9<profile.json
	[ "$(echo $output)" = "101 102 0 14 105 106 106 0 107 22" ]
}

@test "with CAP_SYS_ADMIN the entries that exclude it do not apply" {
	need_root
	is_x86_64
	profile <<-'END'
	{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{ "names": [ "getsid" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 105,
		  "excludes": { "caps": [ "CAP_SYS_ADMIN" ] } },
		{ "names": [ "getpgid" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 106,
		  "includes": { "caps": [ "CAP_SYS_ADMIN" ] } } ] }
	END
	run lsm --seccomp profile.json -- bash -c "call 124 0; call 121 0"
	[ "$(echo $output)" = "0 106" ]
}

@test "two conditions on one argument mean 'or', as in runc" {
	is_x86_64
	profile <<-'END'
	{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{ "names": [ "alarm" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 105,
		  "args": [ { "index": 0, "value": 3, "op": "SCMP_CMP_EQ" },
		            { "index": 0, "value": 4, "op": "SCMP_CMP_EQ" } ] } ] }
	END
	run lsm --seccomp profile.json -- bash -c "call 37 3; call 37 4; call 37 5"
	[ "$(echo $output)" = "105 105 0" ]
}

@test "a list of what is allowed: the rest gets the default errno, and newer calls ENOSYS" {
	is_x86_64
	# What perl and bash call to start, and 451 and 467 by no name.
	profile <<-'END'
	{ "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13, "architectures": [ "SCMP_ARCH_X86_64" ],
	  "syscalls": [ { "action": "SCMP_ACT_ALLOW", "names": [
		"access", "arch_prctl", "brk", "clone", "clone3", "close", "dup2", "execve", "exit_group",
		"fcntl", "fstat", "futex", "getegid", "geteuid", "getgid", "getpgrp", "getpid",
		"getrandom", "getuid", "ioctl", "lseek", "mmap", "mprotect", "munmap", "newfstatat",
		"openat", "pread64", "prlimit64", "read", "readlink", "rseq", "rt_sigaction",
		"rt_sigprocmask", "set_robust_list", "set_tid_address", "stat", "sysinfo", "uname",
		"vfork", "wait4", "write", "statx", "faccessat2", "getdents64", "getppid", "getcwd",
		"rt_sigreturn", "pipe2", "getrusage", "gettimeofday", "clock_gettime", "lstat",
		"getgroups", "mremap", "madvise", "cachestat" ] } ] }
	END
	run lsm --seccomp profile.json -- bash -c 'call 83; call 452; call 451 -1 0 0 0'
	[ "$(echo $output)" = "13 38 9" ] || [ "$(echo $output)" = "13 38 38" ]
}

@test "an error in a profile names the line, and the program does not run" {
	expect() {
		cat >profile.json
		run -125 lsm --seccomp profile.json -- touch in/ran
		[ ! -e in/ran ]
		[[ $output == "lsm: profile.json:$1: "*"$2"* ]] || { echo "not: $1 $2: $output"; return 1; }
	}
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"syscalls": [\n{ "names": ["mkdir"],\n"action": "SCMP_ACT_ERNO" } ] }' |
		expect 4 'did you mean "SCMP_ACT_ERRNO"? [SC-JSON]'
	printf '{ "defaultAction":\n"SCMP_ACT_DENY" }' | expect 2 'unknown action'
	printf '{ "defaultAction":\n "SCMP_ACT_ALLOW", ' | expect 2 'this is no JSON'
	printf '' | expect 1 'this is no JSON'
	printf '[]' | expect 1 'an object'
	printf '{}' | expect 1 'no "defaultAction"'
	printf '{ "defaultAction": 5 }' | expect 1 'must be a string'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"syscalls": {} }' | expect 2 'must be a list'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"syscals": [] }' | expect 2 'did you mean "syscalls"?'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"defaultAction": "SCMP_ACT_ALLOW" }' | expect 2 'duplicate'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"architectures": ["SCMP_ARCH_PDP11"] }' | expect 2 'unknown architecture'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"flags": ["FOO"] }' | expect 2 'unknown flag'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [\n{ "names": ["a"], "action": "SCMP_ACT_KILL" },\n{ "names": ["mkdir"], "action": "SCMP_ACT_KILL",\n"args": [{ "index": 6, "value": 0,\n"op": "SCMP_CMP_EQ" }] } ] }' |
		expect 4 'from 0 to 5'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["mkdir"], "action": "SCMP_ACT_KILL",\n"args": [{ "index": 0, "value": 0,\n"op": "SCMP_CMP_QE" }] } ] }' |
		expect 3 'unknown operator'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["mkdir"], "action": "SCMP_ACT_KILL",\n"includes": { "caps": ["CAP_FOO"] } }] }' |
		expect 2 'unknown capability'
	printf '{ "defaultAction": "SCMP_ACT_ALLOW",\n"syscalls": [{ "action": "SCMP_ACT_KILL" }] }' | expect 2 'needs "names"'
	printf '{ "defaultAction": "SCMP_ACT_NOTIFY" }' | expect 1 'asks another program'
}

@test "a profile may come through a pipe, and no descriptor of it is left" {
	profile <<-'END'
	{ "defaultAction": "SCMP_ACT_ALLOW",
	  "syscalls": [ { "names": [ "mkdir", "mkdirat" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 28 } ] }
	END
	run lsm --seccomp <(cat profile.json) -- mkdir in/x
	[[ $output == *"No space left on device"* ]]
	run lsm --seccomp fd:9 -- sh -c 'ls /proc/self/fd' 9<profile.json
	[ "$status" -eq 0 ]
	[[ $'\n'$output$'\n' != *$'\n'9$'\n'* ]]
}

@test "a profile that is not there, no file, or no descriptor is an error" {
	for bad in '' nowhere in fd: fd:x fd:-1 fd:987 fd:99999999999999999999; do
		run -125 lsm --seccomp "$bad" -- touch in/ran
		[ ! -e in/ran ]
	done
}

@test "a profile of 300 KB works, and one of more than 1 MiB is refused" {
	{
		echo '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": ['
		for i in $(seq 4500); do
			echo "{ \"names\": [ \"newer_call_$i\", \"getppid\" ], \"action\": \"SCMP_ACT_LOG\" },"
		done
		echo '{ "names": [ "mkdir", "mkdirat" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 28 } ] }'
	} >profile.json
	[ "$(stat -c %s profile.json)" -gt 300000 ]
	run lsm --seccomp profile.json -- mkdir in/x
	[[ $output == *"No space left on device"* ]]
	run -125 lsm --seccomp /dev/zero -- touch in/ran
	[[ ${lines[0]} == *"1048576 bytes [SC-JSON]" ]]
	[ ! -e in/ran ]
}

@test "a profile that kills a process for asking what it has can be loaded" {
	profile <<-'END'
	{ "defaultAction": "SCMP_ACT_ALLOW",
	  "syscalls": [ { "names": [ "prctl" ], "action": "SCMP_ACT_KILL_PROCESS" } ] }
	END
	run lsm --seccomp profile.json -- echo alive
	[ "$status" -eq 0 ]
	[ "$output" = alive ]
}

# ---- Landlock ----

@test "--ro allows to read below a path, and nothing else, nowhere else" {
	need_landlock 5
	run lsm "${system[@]}" --ro in -- cat in/file
	[ "$output" = inside ]
	run lsm "${system[@]}" --ro in -- cat out/file
	[ "$status" -eq 1 ]
	[[ $output == *"Permission denied"* ]]
	run ! lsm "${system[@]}" --ro in -- sh -c 'echo changed >>in/file'
	run ! lsm "${system[@]}" --ro in -- mkdir in/x
	run ! lsm "${system[@]}" --ro in -- ls out
	[ "$(cat in/file)" = inside ]
	[ ! -e in/x ]
}

@test "--rw allows to write, make, move and remove below a path, and not to execute" {
	need_landlock 5
	lsm "${system[@]}" --rw in -- sh -c '
		echo changed >in/file; mkdir in/a in/b; echo x >in/a/x; mv in/a/x in/b/; rm -r in/a
		mkfifo in/fifo; ln -s file in/link; truncate -s 3 in/file'
	[ "$(cat in/file)" = cha ]
	[ -e in/b/x ] && [ -p in/fifo ] && [ -L in/link ] && [ ! -e in/a ]
	run ! lsm "${system[@]}" --rw in -- sh -c 'echo changed >out/file'
	[ "$(cat out/file)" = outside ]
	cp "$(type -P true)" in/true
	run -126 lsm "${system[@]}" --rw in -- in/true
	lsm "${system[@]}" --rwx in -- in/true
	lsm "${system[@]}" --rox in -- in/true
}

@test "a rule may be on a single file, whose rights are then those of a file" {
	need_landlock 5
	echo other >in/other
	run lsm "${system[@]}" --rw in/file -- cat in/file
	[ "$output" = inside ]
	lsm "${system[@]}" --rw in/file -- sh -c 'echo changed >in/file'
	[ "$(cat in/file)" = changed ]
	run ! lsm "${system[@]}" --rw in/file -- cat in/other
	run ! lsm "${system[@]}" --rw in/file -- rm in/file
	lsm "${system[@]}" --rw /dev/null -- sh -c 'echo x >/dev/null'
}

@test "Landlock alone leaves the default filter on" {
	need_landlock 5
	run lsm --ro / --rox / -- cat /proc/self/status
	[[ $output == *"Seccomp:	2"* ]]
	[[ $output == *"NoNewPrivs:	1"* ]]
}

@test "a path that is not there is an error, and the program does not run" {
	need_landlock 5
	for option in --ro --rox --rw --rwx; do
		run -125 lsm --rwx / "$option" nowhere -- touch in/ran
		[[ ${lines[0]} == *"'nowhere'"*"(ENOENT)"* ]]
		run -125 lsm --rwx / "$option" '' -- touch in/ran
		[ ! -e in/ran ]
	done
}

tcp='
use Socket;
my ($what, $port) = @ARGV;
socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
my $to = pack_sockaddr_in($port, inet_aton("127.0.0.1"));
$! = 0;
$what eq "bind" ? bind($s, $to) : connect($s, $to);
print $! + 0, "\n"'

@test "--bind-tcp allows one port to listen on, and no other TCP port at all" {
	need_landlock 4
	run lsm --bind-tcp 18765 -- perl -e "$tcp" bind 18765
	[ "$output" = 0 ]
	run lsm --bind-tcp 18765 -- perl -e "$tcp" bind 18766
	[ "$output" = 13 ]
	run lsm --bind-tcp 18765 -- perl -e "$tcp" connect 18766
	[ "$output" = 13 ]
}

@test "--connect-tcp allows one port to connect to: refused by nobody there, and not by Landlock" {
	need_landlock 4
	run lsm --connect-tcp 18767 -- perl -e "$tcp" connect 18767
	[ "$output" = 111 ]
	run lsm --connect-tcp 18767 -- perl -e "$tcp" connect 18768
	[ "$output" = 13 ]
	run lsm --connect-tcp 18767 --bind-tcp 18768 -- perl -e "$tcp" bind 18768
	[ "$output" = 0 ]
}

@test "a port is a number up to 65535" {
	for bad in '' x -1 65536 99999999999999999999 80x 80,81; do
		run -125 lsm --bind-tcp "$bad" -- touch in/ran
		run -125 lsm --connect-tcp "$bad" -- touch in/ran
		[ ! -e in/ran ]
	done
}

@test "--scope signal keeps signals inside" {
	need_landlock 6
	sleep 60 3>&- &
	PID=$!
	lsm -- kill -0 "$PID"
	run ! lsm --scope signal -- sh -c "kill -TERM $PID"
	kill -0 "$PID"
	lsm --scope signal -- sh -c 'sleep 60 & kill -TERM $!'
}

@test "--scope abstract-unix-socket keeps connections to abstract sockets inside" {
	need_landlock 6
	cat >abstract.pl <<-'END'
	use Socket;
	my $name = pack_sockaddr_un("\0strata-test-$ARGV[0]");
	socket(my $server, PF_UNIX, SOCK_STREAM, 0) or die;
	bind($server, $name) or die; listen($server, 1) or die;
	exec("lsm", @ARGV[1 .. $#ARGV], "--", "perl", "-e", q{
		use Socket;
		socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die;
		$! = 0; connect($s, pack_sockaddr_un("\0strata-test-$ARGV[0]")); print $! + 0, "\n"; },
		$ARGV[0]);
	END
	run perl -e '$^F = 100; do "./abstract.pl"' "$$" --scope signal
	[ "$output" = 0 ]
	run perl -e '$^F = 100; do "./abstract.pl"' "$$" --scope signal,abstract-unix-socket
	[ "$output" = 1 ]
}

@test "an unknown scope is an error with the two that there are" {
	for bad in '' signals signal, ,signal signal,foo; do
		run -125 lsm --scope "$bad" -- touch in/ran
		[ ! -e in/ran ]
	done
	run -125 lsm --scope foo -- true
	[[ $output == *"expected signal or abstract-unix-socket"* ]]
}

@test "a path that is not there: the part that is missing is named" {
	need_landlock 5
	run -125 lsm --rwx / --ro in/a/b/c -- touch in/ran
	[[ ${lines[0]} == "lsm: cannot open 'in/a/b/c' for --ro: No such file or directory (ENOENT) [LL-PATH]" ]]
	[[ $output == *"  why: there is no in/a; "* ]]
	run -125 lsm --rwx / --ro in/file/x -- touch in/ran
	[[ ${lines[0]} == *"(ENOTDIR) [LL-PATH]" ]]
	[ ! -e in/ran ]
}

@test "the kernel's limit of 16 rulesets is told as such" {
	need_landlock 1
	one=(lsm --best-effort --seccomp none --rwx /)
	chain=()
	for _ in $(seq 17); do chain+=("${one[@]}"); done
	run -125 "${chain[@]}" touch in/ran
	[[ $output == *"(E2BIG) [LL-LAYERS]"$'\n  call: '* ]]
	[ ! -e in/ran ]
}

@test "a rule on a file system of the kernel's own is told as such" {
	need_landlock 5
	run -125 lsm --ro /proc/self/ns/net -- touch in/ran
	[[ $output == *"(EBADFD) [LL-FS]"$'\n  call: '* ]]
	[[ $output == *"  fix: leave  --ro /proc/self/ns/net  out"* ]]
	[ ! -e in/ran ]
}

# The line behind "fix:", as words.
# That of the note, before the program's own refusal.
fix_line() { sed -n 's/^  fix: //p' <<<"$output" | head -n 1; }

@test "a program that may not be executed, or whose loader may not: the line that works" {
	need_landlock 5
	run -126 lsm --ro in -- "$(type -P true)"
	[[ ${lines[0]} == "lsm: note: "*"/true can't be executed under these rules [LL-EXEC]" ]]
	[[ ${lines[1]} == "  why: no --rox or --rwx is on it or above it" ]]
	[[ ${lines[2]} == "  fix: lsm --rox /"*" --ro in -- "*/true ]]
	eval "$(fix_line)"
	loader=$(readelf -l "$(type -P true)" 2>/dev/null | sed -n 's/.*interpreter: \(.*\)]/\1/p')
	[ -n "$loader" ] || skip "needs readelf, and a dynamic true"
	run -126 lsm --rox "$(type -P true)" -- "$(type -P true)"
	[[ ${lines[1]} == "  why: it may be, but what starts it, $(realpath "$loader"), may not" ]]
	eval "$(fix_line)"
}

# The wish of all beginners: "/" may be read, and nothing starts.
@test "--ro / alone: the note names --rox /usr, and with it the program runs" {
	need_landlock 5
	[ -d /usr/bin ] && [ "$(realpath "$(type -P true)")" != "$(type -P true)" ] || [ -x /usr/bin/true ] || skip "no /usr/bin/true"
	run -126 lsm --ro / -- /usr/bin/true
	[[ $(fix_line) == "lsm --rox /usr --ro / -- /usr/bin/true" ]]
	lsm --rox /usr --ro / -- /usr/bin/true
}

@test "a script: each program that starts it is asked for" {
	need_landlock 5
	printf '#!%s\n' "$(type -P sh)" >in/script
	chmod +x in/script
	run -126 lsm --rox in/script -- in/script
	[[ ${lines[1]} == "  why: it may be, but what starts it, "*", may not" ]]
	eval "$(fix_line)"
}

@test "the program that is named is the one that would have been executed" {
	need_landlock 5
	mkdir -p in/path
	printf '#!/bin/sh\n' >in/path/ns-uts
	chmod +x in/path/ns-uts
	PATH=$PWD/in/path:$PATH run -126 lsm --ro in -- ns-uts true
	[[ ${lines[0]} == *" $BIN/ns-uts can't be executed under these rules [LL-EXEC]" ]]
	run -126 env -u SHELL "$BIN/lsm" --ro in
	[[ ${lines[0]} == *" /bin/sh can't be executed under these rules [LL-EXEC]" ]]
	# What is forbidden is passed over, and nothing is said.
	cp "$BIN/ns-uts" in/path/prog
	mkdir in/other
	cp "$BIN/ns-uts" in/other/prog
	PATH=$PWD/in/path:$PWD/in/other:$PATH run lsm --rox in/other -- prog --version
	[ "$status" -eq 0 ]
	[[ $output == "ns-uts (Strata)"* ]]
}

@test "--best-effort alone is an error: it is about Landlock" {
	run -125 lsm --best-effort -- true
	[[ $output == *"needs one of its options"* ]]
}

@test "without a kernel that can, Landlock options are an error, and say which ABI they need" {
	abi=$(lsm --status | sed -n 's/^  Landlock  *ABI \([0-9]*\).*/\1/p')
	[ "${abi:-0}" -lt 6 ] || skip "this kernel's Landlock knows all of it"
	run -125 lsm --scope signal -- touch in/ran
	[[ ${lines[0]} == *"[LL-"* ]]
	[ ! -e in/ran ]
	[ "${abi:-0}" -ge 1 ] || return 0
	run lsm --best-effort --scope signal -- touch in/ran
	[[ ${lines[0]} == *"[LL-ABI]" ]]
	[ -e in/ran ]
}

# ---- AppArmor, SELinux ----

@test "without AppArmor, --apparmor-profile is an error" {
	! grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null || skip "AppArmor runs here"
	run -125 lsm --apparmor-profile unconfined -- touch in/ran
	[[ ${lines[0]} == *"'unconfined' [AA-OFF]" ]]
	[ ! -e in/ran ]
}

@test "with AppArmor, an unknown profile is an error" {
	grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null || skip "no AppArmor here"
	run -125 lsm --apparmor-profile strata-no-such-profile -- touch in/ran
	[[ ${lines[0]} == *"[AA-NOPROFILE]" ]]
	[ ! -e in/ran ]
}

@test "with AppArmor, the program runs under the profile that was named" {
	grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null || skip "no AppArmor here"
	need_root
	command -v apparmor_parser >/dev/null || skip "needs apparmor_parser"
	cat >profile <<-END
	profile strata-test {
		file,
		capability,
		deny $PWD/out/file r,
	}
	END
	apparmor_parser -r profile
	run lsm --apparmor-profile strata-test -- sh -c 'cat /proc/self/attr/current; cat out/file in/file'
	apparmor_parser -R profile
	[ "${lines[0]}" = "strata-test (enforce)" ]
	[[ $output == *"Permission denied"* ]]
	[[ $output == *inside* ]]
	[[ $output != *outside* ]]
}

@test "without SELinux, --selinux-label is an error" {
	! grep -q selinuxfs /proc/filesystems || skip "SELinux is there"
	run -125 lsm --selinux-label system_u:system_r:container_t:s0 -- touch in/ran
	[[ ${lines[0]} == *"[SE-OFF]" ]]
	[ ! -e in/ran ]
}

@test "a profile or context with a space or a line break in it is an error" {
	for bad in 'a b' $'a\nb' ''; do
		run -125 lsm --apparmor-profile "$bad" -- touch in/ran
		run -125 lsm --selinux-label "$bad" -- touch in/ran
		[ ! -e in/ran ]
	done
}

# ---- --status, and what all tools have ----

@test "--status tells what confines a process, by its number" {
	lsm -- lsm --deny mkdir -- sleep 60 3>&- &
	PID=$!
	until_true grep -q sleep "/proc/$PID/comm"
	filters=$(sed -n 's/^Seccomp_filters:\t//p' "/proc/$PID/status")
	run lsm --status "$PID"
	[ "$status" -eq 0 ]
	[[ $output == *"Process $PID (sleep)"* ]]
	[[ $output == *"no_new_privs      yes"* ]]
	[[ $output == *"seccomp           $filters filters"* ]]
	[[ $output == *"Linux $(uname -r)"* ]]
	run lsm --seccomp none -- lsm --status
	[[ $output == *"no_new_privs      yes"* ]]
}

@test "--status of a process that is not there, or of nonsense, is an error" {
	run -125 lsm --status 4194303
	[[ $output == *"no process 4194303"* ]]
	for bad in x -1 0 99999999999999 1x; do
		run -125 lsm --status -- "$bad"
		run -125 lsm --status "$bad"
	done
}

@test "--dry-run makes no call, needs no privilege, and shows each" {
	run lsm --dry-run --ro in --bind-tcp 80 --scope signal --apparmor-profile p --selinux-label a:b:c:d \
		--deny mkdir -- touch in/ran
	[ "$status" -eq 0 ]
	[[ $output == *"prctl(PR_SET_NO_NEW_PRIVS"* ]]
	[[ $output == *"SYS_landlock_restrict_self"* ]]
	[[ $output == *"SECCOMP_SET_MODE_FILTER"* ]]
	[[ $output == *"would execute touch"* ]]
	[ ! -e in/ran ]
}

@test "--check says that it works, and leaves us as we were" {
	run lsm --check
	[ "$status" -eq 0 ]
	[ "$output" = "✓ lsm" ]
	run lsm --check --ro nowhere
	[ "$status" -eq 1 ]
	[[ $output == "✗ lsm"* ]]
}

@test "--seccomp takes the profile in an OCI bundle's config.json, and names its lines" {
	cd "$BATS_TEST_TMPDIR"
	cat >config.json <<-'END'
		{ "ociVersion": "1.0.2", "other": { "seccomp": { "syscalls": [ 1 ] } },
		  "linux": { "z": "seccomp", "seccomp": { "defaultAction": "SCMP_ACT_ALLOW",
		    "syscalls": [ { "names": ["uname"], "action": "SCMP_ACT_ERRNO" },
		      { "names": ["mkdir", "mkdirat"],
		        "action": "SCMP_ACT_ERRNO", "errnoRet": 13 } ] } } }
	END
	run lsm --seccomp config.json -- mkdir new
	[ "$status" -eq 1 ]
	[[ $output == *"Permission denied"* ]]
	sed -i '5s/ERRNO/ERNO/' config.json
	run lsm --seccomp config.json -- mkdir new
	[ "$status" -eq 125 ]
	[[ $output == "lsm: config.json:5: "*'did you mean "SCMP_ACT_ERRNO"'* ]]
	echo '{ "ociVersion": "1.0.2", "linux": {} }' >config.json
	run lsm --seccomp config.json -- mkdir new
	[ "$status" -eq 125 ]
	[[ $output == *"no linux.seccomp"* ]]
	[ ! -e new ]
}
