# The order of the links: any two in the right order work, and each wrong
# order fails in the way that tools/README.md says, with its reason.

load helper

setup() {
	need_namespaces
	command -v busybox >/dev/null || skip "busybox-static is not installed"
	# Not below /tmp or /run: there a container has fresh ones.
	DIR=$(mktemp -d /var/tmp/order.XXXXXX)
	ROOT="$DIR/root"
	"$BATS_TEST_DIRNAME/../../lab/rootfs" "$ROOT" >/dev/null
	chmod 755 "$DIR"
}

teardown() {
	end_chain
	rm -rf "$DIR"
}

LINKS=(cgroup ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm)

# Whether this user may make a cgroup, which takes delegation.
may_cgroup() { cgroup --check >/dev/null 2>&1; }

# Runs a chain with cat at its end, in the background, and waits until that is
# what runs. It is looked at from outside, so that the chain needs no /proc.
start_chain() {
	mkfifo "$DIR/fifo"
	"$@" cat <"$DIR/fifo" >/dev/null 2>"$DIR/said" &
	CHAIN=$!
	exec 7>"$DIR/fifo"
	until_true has_started
	CAT=$(youngest "$CHAIN")
	[ "$(cat "/proc/$CAT/comm" 2>/dev/null)" = cat ] && return
	echo "did not start: $*"
	cat "$DIR/said"
	return 1
}
has_started() { has_become "$CHAIN" cat || ! kill -0 "$CHAIN" 2>/dev/null; }

end_chain() {
	[ -n "${CHAIN:-}" ] || return 0
	exec 7>&-
	wait "$CHAIN" || true
	CHAIN=
	rm -f "$DIR/fifo"
}

field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$CAT/status"; }

is_new() { [ "$(readlink "/proc/$CAT/ns/$1")" != "$(readlink "/proc/self/ns/$1")" ]; }

# Whether the layer of a link is there, by what the kernel shows of the process.
has_layer() {
	case $1 in
	cgroup) grep -q 'strata-' "/proc/$CAT/cgroup" ;;
	ns-user) is_new user ;;
	ns-pid) is_new pid && [[ $(field NSpid) == *$'\t1' ]] ;;
	ns-uts) is_new uts ;;
	ns-ipc) is_new ipc ;;
	ns-net) is_new net && [ "$(grep -c : "/proc/$CAT/net/dev")" -eq 1 ] ;;
	ns-mnt) is_new mnt ;;
	chroot) [ "$(stat -Lc %d:%i "/proc/$CAT/root")" != "$(stat -Lc %d:%i /)" ] ;;
	capdrop) [ "$(field CapEff)$(field CapPrm)$(field CapBnd)" = "$(printf '%048d' 0)" ] &&
		[ "$(field NoNewPrivs)" = 1 ] ;;
	lsm) [ "$(field Seccomp)" = 2 ] ;;
	esac
}

# The words of a link: chroot takes a folder.
words_of() {
	if [ "$1" = chroot ]; then
		echo "chroot $ROOT"
	else
		echo "$1"
	fi
}

# Puts two links together, behind ns-user where this user needs it, and checks
# that both layers are there.
check_pair() {
	local words
	read -ra words <<<"$(words_of "$1") $(words_of "$2")"
	if [ "$1" = ns-user ] || [ "$1" = cgroup ] || [ "$2" = ns-user ]; then
		start_chain "${words[@]}"
	else
		start_chain "${OWN[@]}" "${words[@]}"
	fi
	has_layer "$1" || { echo "$1 $2: the layer of $1 is missing"; return 1; }
	has_layer "$2" || { echo "$1 $2: the layer of $2 is missing"; return 1; }
	end_chain
}

# A pair in the right order, as a test of its own.
neighbors() {
	if [ "$1" = cgroup ] && ! may_cgroup; then
		skip "this user may make no cgroup here"
	fi
	check_pair "$1" "$2"
}

@test "cgroup, then ns-user: both layers are there" { neighbors cgroup ns-user; }
@test "ns-user, then ns-pid: both layers are there" { neighbors ns-user ns-pid; }
@test "ns-pid, then ns-uts: both layers are there" { neighbors ns-pid ns-uts; }
@test "ns-uts, then ns-ipc: both layers are there" { neighbors ns-uts ns-ipc; }
@test "ns-ipc, then ns-net: both layers are there" { neighbors ns-ipc ns-net; }
@test "ns-net, then ns-mnt: both layers are there" { neighbors ns-net ns-mnt; }
@test "ns-mnt, then chroot: both layers are there" { neighbors ns-mnt chroot; }
@test "chroot, then capdrop: both layers are there" { neighbors chroot capdrop; }
@test "capdrop, then lsm: both layers are there" { neighbors capdrop lsm; }

@test "any link before any that comes later in the order: both layers are there" {
	first=0
	may_cgroup || first=1
	for ((i = first; i < ${#LINKS[@]}; i++)); do
		for ((j = i + 1; j < ${#LINKS[@]}; j++)); do
			check_pair "${LINKS[i]}" "${LINKS[j]}"
		done
	done
}

# All ten, as compose-run puts them, with a root made of the busybox one.
type_out() {
	start_chain "$@" ns-user ns-pid ns-uts --hostname box ns-ipc ns-net ns-mnt --root /mnt \
		--ro-bind "$ROOT:/" --proc /proc --dev /dev --tmpfs /tmp chroot --pivot /mnt capdrop lsm
	for link in ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm; do
		has_layer "$link" || { echo "the layer of $link is missing"; return 1; }
	done
}

@test "all ten links typed out: all layers are there" {
	may_cgroup || skip "this user may make no cgroup here"
	type_out cgroup
	has_layer cgroup
}

@test "all links but cgroup typed out: all their layers are there" {
	type_out env
}

@test "the cgroup of all ten links is gone when the program has ended" {
	may_cgroup || skip "this user may make no cgroup here"
	type_out cgroup
	path=$(grep -o '[^:]*strata-[0-9-]*' "/proc/$CAT/cgroup" | head -n 1)
	name=${path##*/}
	[ -n "$name" ]
	find /sys/fs/cgroup/ -maxdepth 5 -name "$name" 2>/dev/null | grep -q .
	end_chain
	! find /sys/fs/cgroup/ -maxdepth 5 -name "$name" 2>/dev/null | grep -q .
}

# A wrong order: the program does not run, and the reason is named.
refused() {
	local id=$1 sentence=$2
	shift 2
	run "$@" touch "$DIR/ran"
	[ "$status" -eq 125 ] || { echo "status $status: $output"; return 1; }
	[ ! -e "$DIR/ran" ]
	[ ! -e "$ROOT/$DIR/ran" ]
	[[ $output == *"[$id]"* ]] || { echo "no [$id] in: $output"; return 1; }
	[[ $output == *"why: "*"$sentence"* ]] || { echo "no '$sentence' in: $output"; return 1; }
}

@test "ns-pid, then ns-user, then /proc: refused, as the user namespace must own the PID namespace" {
	refused PROC-PIDNS 'only for a PID namespace that it owns' \
		own ns-pid ns-user ns-mnt --proc /proc --
}

@test "ns-net, then ns-user: 'lo' cannot be set up from inside" {
	command -v ip >/dev/null || skip "ip (iproute2) is not installed"
	run own ns-net --no-lo ns-user -- ip link set lo up
	[ "$status" -ne 0 ]
	[[ $output == *"Operation not permitted"* ]]
	# In the right order it can.
	run own ns-user ns-net --no-lo -- ip link set lo up
	[ "$status" -eq 0 ]
}

@test "ns-net, then ns-user: refused, as that network namespace belongs to an outer user namespace" {
	refused NS-JOIN-PRIV 'in the user namespace that owns it' \
		own ns-net --no-lo ns-user ns-net --join /proc/self/ns/net --
}

@test "ns-uts, then ns-user: the host name cannot be set from inside" {
	before=$(uname -n)
	run own ns-uts ns-user -- sh -c 'busybox hostname box; uname -n'
	[[ $output == *"Operation not permitted"*"$before" ]]
	[ "$(uname -n)" = "$before" ]
	run own ns-user ns-uts -- sh -c 'busybox hostname box; uname -n'
	[ "$output" = box ]
}

@test "ns-uts, then ns-user: refused, as that UTS namespace belongs to an outer user namespace" {
	refused NS-JOIN-PRIV 'in the user namespace that owns it' \
		own ns-uts ns-user ns-uts --join /proc/self/ns/uts --hostname box --
}

@test "chroot, then ns-user: refused, as a chrooted process may make no user namespace" {
	refused USERNS-CHROOT 'root was changed by chroot' own chroot "$ROOT" ns-user --
}

@test "chroot to a plain directory, then ns-mnt: refused, as '/' is no mount point there" {
	refused MNT-NOTMOUNT "'/' is not a mount point" own chroot "$ROOT" ns-mnt --
}

@test "capdrop as root, then ns-user: refused, as mapping root takes CAP_SETFCAP" {
	refused MAP-SETFCAP 'CAP_SETFCAP outside' own capdrop ns-user --
	[[ $output == *"ns-user before capdrop"* ]]
}

@test "capdrop as another user, then ns-user: all capabilities come back inside the new namespace" {
	# As uid 1000, here or in a namespace where we keep our id.
	if [ "$(id -u)" -eq 0 ]; then
		first=(capdrop --user 1000:1000)
	else
		first=(ns-user -c --keep-caps capdrop)
	fi
	start_chain "${first[@]}"
	[ "$(field CapEff)$(field CapBnd)" = "$(printf '%032d' 0)" ]
	end_chain
	start_chain "${first[@]}" ns-user
	all=$(printf '%016x' $(((1 << ($(cat /proc/sys/kernel/cap_last_cap) + 1)) - 1)))
	[ "$(field CapEff)" = "$all" ]
	[ "$(field CapBnd)" = "$all" ]
	end_chain
	run "${first[@]}" ns-user true
	[[ $output == *"put capdrop behind ns-user"* ]]
	# In the right order they stay away.
	start_chain ns-user capdrop
	[ "$(field CapEff)$(field CapBnd)" = "$(printf '%032d' 0)" ]
}

@test "capdrop sys_admin, then any other ns-*: refused, as that capability is gone" {
	for link in ns-pid ns-uts ns-ipc ns-net ns-mnt; do
		refused NS-PRIV CAP_SYS_ADMIN own capdrop --drop sys_admin "$link" --
	done
}

@test "pivot_root, then /proc in a user namespace: refused, as no other /proc can be seen" {
	refused PROC-NONE 'none can be seen any more' \
		ns-user ns-pid ns-mnt chroot --pivot "$ROOT" ns-mnt --proc /proc --
}

@test "Landlock, then ns-mnt: refused, as Landlock lets no mount be changed" {
	lsm --seccomp none --rwx / -- true 2>/dev/null || skip "this kernel runs no Landlock"
	refused LL-MOUNT Landlock own lsm --seccomp none --rwx / ns-mnt --
}

@test "Landlock, then pivot_root: refused, as Landlock lets no mount be changed" {
	lsm --seccomp none --rwx / -- true 2>/dev/null || skip "this kernel runs no Landlock"
	refused LL-MOUNT Landlock own ns-mnt lsm --seccomp none --rwx / chroot --pivot "$ROOT" --
	# Where the words do not tell, the kernel does.
	run own ns-mnt lsm --seccomp none --rwx / sh -c 'exec chroot --pivot "$0" touch "$1"' \
		"$ROOT" "$DIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$DIR/ran" ]
	[[ $output =~ PIVOT-HOST|LL-MOUNT && $output == *Landlock* ]]
}

@test "a wrong order is told by the first link, before it has done anything" {
	run own ns-pid --pid-file "$DIR/pid" capdrop ns-uts --hostname box -- touch "$DIR/ran"
	[ "$status" -eq 125 ]
	[ ! -e "$DIR/pid" ]
	[ ! -e "$DIR/ran" ]
	[[ ${lines[0]} == *"this order can't work: capdrop before ns-uts [NS-PRIV]" ]]
	# The fix is the same line in the right order, and works.
	fix=$(sed -n 's/^  fix: //p' <<<"$output")
	[[ $fix == *"ns-uts --hostname box capdrop -- touch $DIR/ran" ]]
	run sh -c "$fix"
	[ "$status" -eq 0 ]
	[ -e "$DIR/ran" ]
}

@test "an order that the kernel takes is not refused, whatever its words look like" {
	run own ns-uts --hostname capdrop ns-uts --hostname ns-user true
	[ "$status" -eq 0 ]
	run own capdrop --keep sys_admin ns-uts true
	[ "$status" -eq 0 ]
	run own chroot / ns-uts true
	[ "$status" -eq 0 ]
	run own ns-pid --no-fork ns-user ns-mnt true
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	run own ns-pid ns-mnt ns-user ns-mnt true
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	# Shortened options, and short ones together with their value.
	run own ns-pid ns-user ns-mnt --no-pr -- true
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	sleep 60 &
	run ns-user chroot "$ROOT" ns-user -xj$! -- true
	kill $!
	[[ $output != *"this order can't work"* ]]
	run ns-user capdrop --minimize -- ns-uts true
	[[ $output == *"capdrop --keep sys_admin -- ns-uts true" ]]
	# Behind the program's name they are no links.
	run own capdrop -- echo ns-uts
	[ "$output" = ns-uts ]
}

@test "a warning comes once, and the program sees nothing of it" {
	first=(ns-user -c --keep-caps capdrop)
	run "${first[@]}" ns-user true
	[ "$(grep -c 'capdrop behind ns-user' <<<"$output")" -eq 1 ]
	run own ns-uts ns-ipc -- env
	[[ $output != *STRATA_ORDER* ]]
	# Where the words do not show it, ns-user says it itself: in a chain that
	# was looked at, and in compose-run.
	run "${first[@]}" sh -c 'ns-user ns-uts true'
	[ "$(grep -c 'capdrop behind ns-user' <<<"$output")" -eq 1 ]
	run "${first[@]}" sh -c 'compose-run --without cgroup -- true'
	[ "$(grep -c 'capdrop behind ns-user' <<<"$output")" -eq 1 ]
}

@test "the options with a value that are known are those of --help" {
	for link in "${LINKS[@]}"; do
		"$link" --help | grep -oE '(^ +|  |, )--?[A-Za-z][A-Za-z-]* [A-Z]' | tr -d ' ,' |
			sed 's/[A-Z]$//' | grep -oE -- '--?[a-z-]+' | sort -u >"$DIR/help"
		sed -n "/{ \"$link\",/,/ },/p" "$BATS_TEST_DIRNAME/../../tools/common/order.c" |
			grep -oE -- '--?[a-z-]+' | grep -vx -- "-${link#*-}" | sort -u >"$DIR/table"
		missing=$(comm -23 "$DIR/help" "$DIR/table")
		[ -z "$missing" ] || { echo "$link: order.c lacks $missing"; false; }
	done
}

@test "a cgroup namespace, then a cgroup: the path is not '/', as it would be the other way round" {
	may_cgroup || skip "this user may make no cgroup here"
	run cgroup --cgroupns cgroup -- cat /proc/self/cgroup
	[ "$status" -eq 0 ]
	[[ $output == *:/strata-* ]]
	run cgroup cgroup --cgroupns -- cat /proc/self/cgroup
	[ "$status" -eq 0 ]
	[[ $output != *strata-* ]]
}

@test "chroot, then cgroup: refused, as /sys/fs/cgroup is out of reach" {
	refused CG-NOMOUNT /sys/fs/cgroup own chroot "$ROOT" cgroup --
}

@test "lsm, then capdrop: the filter allows what the dropped capabilities allowed, and that is told" {
	command -v unshare >/dev/null || skip "no unshare(1)"
	run ns-user lsm capdrop -- unshare --user true
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ $output == *"note: lsm before capdrop"*"ns-user capdrop lsm -- unshare --user true"* ]]
	run ns-user capdrop lsm -- unshare --user true
	[ "$status" -ne 0 ]
	[[ $output != *note:* ]]
	# A filter that asks for no capabilities is as good there as elsewhere.
	run ns-user lsm --seccomp none --deny mkdir capdrop -- true
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "each option that takes a value is known to do so, or what is behind it would not be seen" {
	run capdrop --drop all -- cgroup --deny-device a ns-uts -- echo RAN
	[[ $output == *"can't work: capdrop before ns-uts"* ]]
	run capdrop --drop all -- ns-mnt --make-dir /x --cd / ns-uts -- echo RAN
	[[ $(flat) == *"fix: "*"ns-uts ns-mnt --make-dir /x --cd / capdrop --drop all"* ]]
	tools=$BATS_TEST_DIRNAME/../../tools
	for tool in ns-pid ns-uts ns-mnt ns-ipc ns-net ns-user chroot cgroup capdrop lsm; do
		known=$(sed -n "/\"$tool\",/,/}/p" "$tools/common/order.c" | sed '/}/q')
		for option in $(sed -n 's/.*{ "\([a-z0-9-]*\)", required_argument.*/\1/p' "$tools/$tool/$tool.c"); do
			grep -qE -e "--$option[ \"]" <<<"$known" || { echo "$tool --$option"; false; }
		done
	done
}
