# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='runc crun jq'
# shellcheck source=lab/containers.sh
. "$lab/containers.sh"

# The container of task 3, as a file. (No tool is taken for it: the text is to be
# had before the lab's packages are there.)
prepare_lab() {
	[ ! -e "$folder/hand/config.json" ] || return 0
	mkdir -p "$folder/hand" && cat >"$folder/hand/config.json" <<-END
		{
			"ociVersion": "1.0.2",
			"process": {
				"terminal": false,
				"user": { "uid": 0, "gid": 0 },
				"args": [ "sh" ],
				"env": [ "PATH=/bin" ],
				"cwd": "/",
				"capabilities": {
					"bounding": [], "effective": [], "permitted": [],
					"inheritable": [], "ambient": []
				},
				"noNewPrivileges": true
			},
			"root": { "path": "rootfs", "readonly": false },
			"hostname": "hand",
			"mounts": [
				{ "destination": "/proc", "type": "proc", "source": "proc" }
			],
			"linux": {
				"uidMappings": [ { "containerID": 0, "hostID": $(id -u), "size": 1 } ],
				"gidMappings": [ { "containerID": 0, "hostID": $(id -g), "size": 1 } ],
				"namespaces": [
					{ "type": "mount" },
					{ "type": "pid" },
					{ "type": "user" },
					{ "type": "uts" }
				]
			}
		}
	END
}

# make_root BUNDLE: a root directory in it, with a mark that tells it from others.
make_root() {
	rm -rf "$folder/$1/rootfs"
	mark_in_root=root-$(date +%N)
	mkdir -p "$folder/$1" && rootfs "$folder/$1/rootfs" >/dev/null 2>"$scratch/err" &&
		echo "$mark_in_root" >"$folder/$1/rootfs/etc/mark" && return
	no "the checker can't make $1/rootfs:" "$(said)"
	return 1
}

# What a runtime says when something is wrong with the file, in our words.
translate() {
	case $(cat "$scratch/err") in
	*/dev/tty* | *"allocate tty"* | *tcgetattr* | *TTY-NONE*)
		also="the config.json asks for a terminal, and the checker types through a pipe: process.terminal has to be false"
		;;
	*"unexpected end of JSON"* | *"EOF"* | *OCI-JSON* | *"parse error"*)
		also="the config.json is empty or no JSON; 'jq ... FILE >FILE' empties the file before jq reads it, so print to another one and copy that"
		;;
	*"cannot unmarshal"*)
		also="a value in the config.json is of another kind than the spec says: each namespace is an object, { \"type\": ... }"
		;;
	*"invalid character"* | *"nvalid json"*)
		also="the config.json is no JSON; jq . FILE says in which line"
		;;
	*namespace*"does not exist"* | *"invalid namespace"* | *OCI-VALUE*type*)
		also="the types in linux.namespaces are the spec's words: $(jq -c '[.linux.namespaces[].type]' "$folder"/*/config.json 2>/dev/null | tail -n 1); that of the network is called network"
		;;
	*"requires user namespaces"* | *"without {\"type\": \"user\"}"*)
		also="an ordinary user needs a user namespace first; runc spec --rootless writes one"
		;;
	*"already exists"*) also="a container of that name is there; runc list shows it, runc delete removes it" ;;
	*"specification file config.json not found"* | *"config.json: No such file"* | *"cannot read"*config.json* | *"open \`config.json\`"*)
		also="there is no config.json in the bundle (without --bundle, runc and crun look in the current directory)"
		;;
	*) return ;;
	esac
	[ "$verdict" = yes ] || reason="$reason
$also"
}

# The file may be right, and nobody runs it in front of us.
without_shell() {
	if grep -qs . "$scratch/err" || [ ! -s "$folder/box/config.json" ]; then
		translate
		return
	fi
	verdict=yes
	case $(names_in runc)$(names_in crun)$(names_in strata) in
	?*) no "the container is in the background, and your line has ended: without --detach" ;;
	*) no "box/config.json is written, and nothing runs it: the line has to end with a runtime, as in step 3" ;;
	esac
}

title_1="box/config.json, run as a shell with the host name 'oci' and a network of its own"
check_1() {
	own_store
	rm -f "$folder/box/config.json"
	make_root box || return
	start "$1"
	if ! a_shell; then
		without_shell
		return
	fi
	# A container in the background may have our pipe, and answer.
	pause
	running || no "the container is in the background, and your line has ended: without --detach"
	if [ "$(ask 'cat /etc/mark')" != "$mark_in_root" ]; then
		no "the root directory of the shell is not box/rootfs"
	elif [ ! -s "$folder/box/config.json" ]; then
		no "there is no box/config.json; what is asked for is a file that says it, and a runtime that does it"
	elif [ "$(ask hostname)" != oci ]; then
		no "the shell's host name is '$(ask hostname)', and not 'oci'" \
			"in box/config.json stands: $(jq -c .hostname "$folder/box/config.json" 2>&1)"
	elif ! own uts; then
		no "the shell has no UTS namespace of its own"
	elif ! own net; then
		no "the shell has the machine's network: what linux.namespaces does not ask for is not made" \
			"it asks for: $(jq -c '[.linux.namespaces[].type]' "$folder/box/config.json" 2>&1)"
	fi
}

# sets_of: the shell's sets of capabilities, as one word each.
only_bind() {
	for set in CapEff CapPrm CapBnd; do
		[ "$(field $set)" = 0000000000000400 ] || return
	done
}

why_not_that_one() {
	if jq -r '.process.capabilities | .. | strings' "$folder/mine/config.json" 2>/dev/null | grep -qv '^CAP_'; then
		echo "in the file their names begin with CAP_; runc passes over a name that it does not know"
	elif [ "$(field CapBnd)" = 0000000000000400 ]; then
		echo "at exec, user 0 gets what the bounding set allows, but after noNewPrivileges nothing that it did not have; so each of the sets has to say it"
	else
		echo "at exec, user 0 gets what the bounding set allows; so each of the sets has to say it"
	fi
}

# look_at_mine RUNTIME LINE
look_at_mine() {
	own_store
	start "$2"
	if ! a_shell; then
		reason="$1 could not run mine/config.json: $reason"
		translate
	elif [ "$(ask 'cat /etc/mark')" != "$mark_in_root" ]; then
		no "$1: the root directory of the shell is not mine/rootfs"
	elif ask 'touch /new' >/dev/null 2>&1; then
		no "$1: the root directory can be written to: root.readonly" \
			"in mine/config.json stands: $(jq -c .root "$folder/mine/config.json" 2>&1)"
	elif ! only_bind; then
		no "$1: the shell's capabilities are not that one: permitted $(field CapPrm), effective $(field CapEff), bounding $(field CapBnd); CAP_NET_BIND_SERVICE is 400" \
			"$(why_not_that_one)"
	fi
	finish
}

title_2="mine/config.json: a root directory to read only, and one capability, CAP_NET_BIND_SERVICE"
check_2() {
	rm -f "$folder/mine/config.json"
	make_root mine || return
	output "$1"
	if [ ! -s "$folder/mine/config.json" ]; then
		no "the line has left no mine/config.json, or an empty one; 'jq ... FILE >FILE' empties it before jq reads it" "$(said)"
		return
	fi
	look_at_mine runc "runc run --bundle mine checker-$$"
	[ "$verdict" = no ] || look_at_mine compose-run "compose-run --bundle mine"
}

title_3="hand/config.json, typed: a line of links with its layers, and no other"
check_3() {
	own_store
	make_root hand || return
	# Once more before the file goes: the student's own may have been changed.
	mv "$folder/hand/config.json" "$scratch/config.json"
	start "$1"
	look_at_hand "$1"
	mv "$scratch/config.json" "$folder/hand/config.json"
}

look_at_hand() {
	if ! a_shell; then
		case $1$(cat "$scratch/err") in
		*config.json*) no "" && reason="$reason
while your line runs there is no hand/config.json: no runtime is to read it for you" ;;
		esac
		return
	fi
	if [ "$(ask 'cat /etc/mark')" != "$mark_in_root" ]; then
		no "the root directory of the shell is not hand/rootfs (root)"
		return
	fi
	for pair in user:user mnt:mount pid:pid uts:uts; do
		own "${pair%:*}" || no "the file asks for a namespace '${pair#*:}', and the shell has the machine's"
	done
	for pair in ipc:ipc net:network cgroup:cgroup; do
		! own "${pair%:*}" || no "the shell has a namespace '${pair#*:}' of its own, and the file asks for none"
	done
	[ "$(ask hostname)" = hand ] || no "the host name is '$(ask hostname)'; the file says 'hand'"
	if [ -z "$(ask 'cat /proc/1/comm')" ] || [ "$(ask '[ -d /proc/self ]; echo $?')" != 0 ]; then
		no "/proc is empty: the file has a mount there (mounts)"
	fi
	# What is below /proc belongs to its mount.
	more=$(awk '$5 !~ "^/(proc(/.*)?)?$" { print $5 }' "/proc/$inside/mountinfo" | sort -u | head -n 4 | paste -sd ' ' -)
	[ -z "$more" ] || no "it has mounts that are not in the file: $more ..."
	ask 'touch /new' >/dev/null 2>&1 || no "the root directory can't be written to; the file says readonly: false"
	[ "$(ask 'id -u')" = 0 ] || no "the shell is user $(ask 'id -u') inside; the file says 0"
	[ "$(field CapEff):$(field CapBnd)" = 0000000000000000:0000000000000000 ] ||
		no "it has capabilities (effective $(field CapEff), bounding $(field CapBnd)); the file's lists are empty"
	[ "$(field NoNewPrivs)" = 1 ] || no "no_new_privs is not set; the file says noNewPrivileges"
	[ "$(field Seccomp)" = 0 ] || no "it has a seccomp filter, and the file has none"
}
