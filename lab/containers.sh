# shellcheck shell=sh
# containers.sh: for labs whose containers go on when the line has ended; their
# check.sh sources it. runc, crun and compose-run each keep a directory with one
# for each container: in /run, or an ordinary user's in $XDG_RUNTIME_DIR.

# shellcheck disable=SC2154 # what lab/lab sets

kept_in() { if [ "$me" = 0 ]; then echo /run; else echo "$XDG_RUNTIME_DIR"; fi; }

# own_store: what the line begins is not kept where the student's containers are.
# (As root that is a directory of the mount table that only we have, see lab.)
own_store() {
	if [ "$me" != 0 ]; then
		XDG_RUNTIME_DIR=$scratch/run
		(umask 077 && mkdir -p "$XDG_RUNTIME_DIR")
	elif [ "${LAB_APART-}" ]; then
		for store in /run/runc /run/crun /run/strata; do
			(umask 077 && mkdir -p "$store")
			mount -t tmpfs -o mode=700 tmpfs "$store" || return
		done
	else
		return
	fi
	store_is_ours=yes
}

# remove_container STORE NAME
remove_container() {
	if [ "$1" != strata ]; then
		"$1" delete -f "$2" 2>/dev/null
		# Of a runtime that was killed at work there is a directory, and
		# nothing in it that it knows.
		"$1" state "$2" >/dev/null 2>&1 || rm -rf "$(kept_in)/${1:?}/${2:?}"
		return
	fi
	# Not stop: that would wait 10 seconds for a program that has no ear for it.
	pid=$(sed -n 's/^ *"pid": \([1-9][0-9]*\),*$/\1/p' "$(kept_in)/strata/$2/state.json" 2>/dev/null)
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	timeout 5 compose-run wait "$2" >/dev/null 2>&1
	compose-run rm "$2" >/dev/null 2>&1
}

# names_in STORE: the containers that are there.
names_in() {
	for one in "$(kept_in)/$1"/*/; do
		[ ! -d "$one" ] || basename "$one"
	done
}

# end_line: remove what is in the store of our own; never what is in another, so it
# has to be there still.
end_line() {
	[ "${store_is_ours-}" ] || return 0
	store_is_ours=
	for store in runc crun strata; do
		if [ "$me" = 0 ]; then here "/run/$store" || continue; fi
		for one in $(names_in $store); do remove_container $store "$one"; done
	done
}

# begun_here STORE NAME: is it of this lab? The labs call their containers lab14
# or lab14-...; of the runtimes' also those from a bundle in the lab's directory.
begun_here() {
	case $2 in
	"lab${name%%-*}" | "lab${name%%-*}"-*) return 0 ;;
	esac
	[ "$1" != strata ] && "$1" state "$2" 2>/dev/null | grep -qF "\"bundle\": \"$(cd "$folder" 2>/dev/null && pwd -P)/"
}

# Whoever is just making one ends first.
reset_lab() {
	end_processes
	for store in runc crun strata; do
		for one in $(names_in $store); do
			begun_here $store "$one" || continue
			remove_container $store "$one"
			echo "removed the container $one"
		done
	done
}
