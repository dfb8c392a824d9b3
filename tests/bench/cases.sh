# shellcheck shell=bash disable=SC2004,SC2034,SC2154 # half of it lives in bench
# cases.sh: what the bench starts. A part of bench, which sets what is used
# here: $root, $bin, $cgroup, as_user, without_v2, ...
#
# A container of each program is set up alike as far as the program can: all
# namespaces, the same root folder, /proc, /sys, /dev, Docker's capabilities,
# masks and filter (config.jq). What a peer leaves out is named here:
#   unshare     /dev, overlay, masks, capabilities, seccomp, lo, the cgroup
#   bubblewrap  overlay, masks, seccomp, /sys, the cgroup; it drops all
#               capabilities
#   crun, runc  overlay
#   lxc-execute, firejail, systemd-nspawn: as they come

# Prints words quoted: for hyperfine, which splits them again.
quote() {
	local word line=
	for word; do
		line+=" '${word//\'/\'\\\'\'}'"
	done
	echo "${line# }"
}

skip() {
	skipped+=("$1: $2")
}

# case_of ID GROUP WHO LABEL WORD... Runs it once; what does not work here is
# skipped with its own message.
case_of() {
	local id=$1 complaint line
	group[$id]=$2 who[$id]=$3 label[$id]=$4
	shift 4
	front[$id]=
	[ "${who[$id]}" = root ] || front[$id]=$(quote "${as_user[@]}")
	if [[ $id == crun* && ${#without_v2[@]} -gt 0 ]]; then
		front[$id]="$(quote "${without_v2[@]}") ${front[$id]}"
	fi
	words[$id]=$(quote "$@")
	line="${front[$id]} ${words[$id]//\{\}/bench-try}"
	if complaint=$(eval "$line" 2>&1 </dev/null); then
		ids+=("$id")
	else
		skip "${label[$id]} (${who[$id]})" "does not work here: $(sed '/: note: /d; q' <<<"$complaint")"
	fi
}

# peer PROGRAM PACKAGE: whether it is installed.
peer() {
	command -v "$1" >/dev/null && return
	skip "$1" "not installed (package $2)"
	return 1
}

# Whether Strata's tools are there.
built() {
	local tool
	for tool; do
		[ -x "$work/bin/$tool" ] && continue
		skip "$tool" "not built (make bin/$tool)"
		return 1
	done
}

# A cgroup made, joined and removed by a shell: what one types without Strata.
# shellcheck disable=SC2016 # for the inner shell
cgroup_by_shell=(sh -c 'mkdir "$0" && echo $$ >"$0/cgroup.procs" || exit 125
"$@"
status=$?
echo $$ >"${0%/*}/cgroup.procs"
rmdir "$0"
exit $status' "$cgroup/by-shell")

gnu_chroot=$(PATH=/usr/sbin:/sbin:/usr/bin:/bin command -v chroot || echo chroot)
all=(--user --map-root-user --pid --fork --kill-child --mount --uts --ipc --net --cgroup)

# The ten tools as one would type them, each with its default, and the same of
# util-linux and coreutils, which drop and isolate as far as they can: without
# a seccomp filter, without `lo` up.
ours=(ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop lsm)
typed=("$bin/ns-user" "$bin/ns-pid" "$bin/ns-uts" "$bin/ns-ipc" "$bin/ns-net" "$bin/ns-mnt"
	"$bin/chroot" / "$bin/capdrop" "$bin/lsm")
theirs=(unshare --user --map-root-user unshare --pid --fork --kill-child unshare --uts unshare --ipc
	unshare --net unshare --mount --mount-proc "$gnu_chroot" /
	setpriv --bounding-set=-all --inh-caps=-all setpriv --no-new-privs)

# The floor is a measure only while it builds the same container.
same_inside() {
	local as=$1 place=$2 namespaces line
	namespaces=$(quote "$(readlink /proc/self/ns/*)")
	line="${front[floor-$as]} $bin/floor $place $root /bin/sh -s $namespaces"
	eval "$line" <"$here/probe.sh" >"$work/inside-floor" 2>/dev/null || true
	line="${front[floor-$as]} $bin/compose-run --rootfs $root -- /bin/sh -s $namespaces"
	eval "$line" <"$here/probe.sh" >"$work/inside-compose" 2>/dev/null || true
	diff "$work/inside-floor" "$work/inside-compose" >"$work/diff" ||
		skip "floor as a measure ($as)" \
			"it builds another container than compose-run (<, >):"$'\n'"$(grep '^[<>]' "$work/diff")"
}

# The containers and the chains, for one of the two.
containers() {
	local as=$1 place=- bundle=$work/bundle-$1 root=$root
	[ "$as" = root ] || root=$work/root-user
	[ "$as" = root ] && place=${cgroup:--}

	case_of "floor-$as" container "$as" 'floor (raw system calls)' \
		"$bin/floor" "$place" "$root" /bin/true
	if built compose-run; then
		case_of "compose-run-$as" container "$as" compose-run \
			"$bin/compose-run" --rootfs "$root" -- /bin/true
		case_of "compose-run-chain-$as" container "$as" 'compose-run --chain' \
			"$bin/compose-run" --rootfs "$root" --chain -- /bin/true
		same_inside "$as" "$place"
	fi
	case_of "unshare-$as" container "$as" 'unshare, all namespaces' \
		unshare "${all[@]}" --mount-proc "--root=$root" /bin/true
	if peer bwrap bubblewrap; then
		case_of "bwrap-$as" container "$as" bubblewrap bwrap --unshare-all --unshare-user \
			--hostname bench --die-with-parent --bind "$root" / --proc /proc --dev /dev \
			--mqueue /dev/mqueue --tmpfs /tmp /bin/true
	fi
	mkdir -p "$bundle"
	jq --arg who "$as" --arg root "$root" --arg uid "$uid" --arg gid "$gid" \
		-f "$here/config.jq" "$build/filter.json" >"$bundle/config.json"
	# The same bundle for the three.
	if built compose-run; then
		case_of "compose-run-bundle-$as" container "$as" 'compose-run --bundle' \
			"$bin/compose-run" --bundle "$bundle"
	fi
	if peer crun crun; then
		case_of "crun-$as" container "$as" crun crun run -b "$bundle" {}
	fi
	if peer runc runc; then
		case_of "runc-$as" container "$as" runc runc run -b "$bundle" {}
	fi

	if [ "$as" = root ]; then
		if [ "$cgroup" ] && built cgroup "${ours[@]}"; then
			case_of typed-root chain root 'the ten tools, typed' \
				"$bin/cgroup" "${typed[@]}" "${true[@]}"
			case_of theirs-root chain root 'sh, 6 unshare, chroot, 2 setpriv' \
				"${cgroup_by_shell[@]}" "${theirs[@]}" "${true[@]}"
		fi
	elif built "${ours[@]}"; then
		case_of typed-user chain user 'nine tools, typed (no cgroup)' "${typed[@]}" "${true[@]}"
		case_of theirs-user chain user '6 unshare, chroot, 2 setpriv' "${theirs[@]}" "${true[@]}"
	fi
}

# pair NAME OUR-OPTION... -- THEIR-WORD...: one tool and its counterpart.
pair() {
	local name=$1 own=() their
	shift
	while [ "$1" != -- ]; do
		own+=("$1")
		shift
	done
	shift
	their=${1##*/}
	built "$name" || return 0
	[ "$1" != "$gnu_chroot" ] || their='chroot of coreutils'
	case_of "one-$name" single root "$name ${own[*]}" "$bin/$name" "${own[@]}" "${true[@]}"
	case_of "their-$name" single root "$their ${*:2}" "$@" "${true[@]}"
}

cases() {
	if $am_root; then
		case_of true container root 'busybox true, alone' "${true[@]}"
		containers root
	else
		skip "root's half" "needs root (sudo make bench)"
	fi
	containers user
	if $am_root; then
		pair ns-pid -- unshare --pid --fork
		pair ns-uts -- unshare --uts
		pair ns-mnt -- unshare --mount
		pair ns-ipc -- unshare --ipc
		pair ns-net -- unshare --net
		pair ns-user --map-root -- unshare --user --map-root-user
		pair cgroup --cgroupns -- unshare --cgroup
		pair chroot / -- "$gnu_chroot" /
		pair capdrop -- setpriv --bounding-set=-all --inh-caps=-all --no-new-privs
		pair lsm -- setpriv --no-new-privs
	fi
	optional_peers
}

# Others that are measured where they are installed.
optional_peers() {
	$am_root || return 0
	if peer lxc-execute lxc; then
		printf '%s\n' "lxc.rootfs.path = dir:$root" 'lxc.net.0.type = empty' >"$work/lxc.conf"
		case_of lxc container root lxc-execute lxc-execute -P "$work/home" -n {} \
			-f "$work/lxc.conf" -- /bin/true
	fi
	if peer firejail firejail; then
		case_of firejail container root firejail firejail --quiet --noprofile --net=none \
			--caps.drop=all --seccomp --private-dev "${true[@]}"
	fi
	if peer systemd-nspawn systemd-container; then
		case_of nspawn container root systemd-nspawn systemd-nspawn --quiet --register=no \
			--keep-unit --private-network --private-users=identity "--directory=$root" /bin/true
	fi
}
