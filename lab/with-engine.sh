# shellcheck shell=sh
# with-engine.sh: for the labs that have a Docker of their own (see engine). Their
# check.sh sources it. Each answer gets an engine that was just started, in an
# empty directory: what the student has done to his own decides nothing, and what
# an answer does to this one harms nobody.

# shellcheck disable=SC2154,SC2034 # what lab/lab sets, and what it reads

needs=root
needs_why='its own Docker makes mounts, networks and cgroups. (Who may use the socket of the Docker of a machine is root there too, by a longer way: lab A7.)'
daemons=yes

# an_engine: start it, with the image local/box, and go into its directory.
an_engine() {
	if [ "$me" != 0 ]; then
		not_here "it takes root, for an engine: $needs_why"
		return 1
	fi
	engine_of=$folder
	# Not in scratch: what writes there is ended with the line.
	here=$(mktemp -d) || exit 2
	folder=$here
	cd "$here" || exit 2
	# shellcheck disable=SC1091 # it comes into being
	if engine start >"$scratch/err" 2>&1 && . engine/env &&
		rootfs box >"$scratch/err" 2>&1 &&
		tar -C box -c . | docker import -c 'CMD ["sh"]' - local/box >"$scratch/err" 2>&1; then
		return
	fi
	no "the checker can't start an engine:" "$(said)"
	return 1
}

# answer LINE: run it to its end; daemons take their time. Sets printed and code.
answer() {
	limit=$LAB_SECONDS
	LAB_SECONDS=30
	output "$1; echo \$? >'$scratch/code'"
	LAB_SECONDS=$limit
	code=$(cat "$scratch/code" 2>/dev/null || echo 'none, it did not end')
}

here=

# The engine of a check that was broken off ends with it, see lab.
end_check() {
	[ -d "${here-}" ] || return 0
	(cd "$here" && engine remove) >/dev/null 2>&1
	rm -rf "$here"
}

# with_engine FUNCTION LINE: all of it, around a check.
with_engine() {
	an_engine && "$1" "$2"
	cd / && end_check
	folder=$engine_of
}

# until_true SECONDS COMMAND...
until_true() {
	turns=$(($1 * 4))
	shift
	until "$@" >/dev/null 2>&1; do
		turns=$((turns - 1))
		[ $turns -gt 0 ] || return 1
		sleep 0.25
	done
}

# end_dockerd SIGNAL: and wait until it is gone.
end_dockerd() {
	victim=$(cat engine/run/docker.pid)
	kill "-$1" "$victim"
	until_true 30 not_running "$victim"
}
not_running() { ! grep -qs . "/proc/$1/cmdline"; }

# The lab's own, in the student's directory; lab reset calls this.
reset_lab() { reset_engine; }
reset_engine() {
	[ -d "$folder/engine" ] || return 0
	(cd "$folder" && engine remove) && echo "ended and removed the engine"
}
