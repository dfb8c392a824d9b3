# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='runc jq'
# shellcheck source=lab/containers.sh
. "$lab/containers.sh"

# to_its_end LINE: run it to its end, and leave alone what goes on then. A line that
# does not end is killed, which is what happens to launchers.
to_its_end() {
	own_store
	start "$1"
	exec 9>&- # it reads nothing from us
	i=$(attempts)
	while running && [ "$i" -gt 0 ]; do
		pause
		i=$((i - 1))
	done
	ended=yes
	! running || ended=no
}

# others: the containers that there are, for the student.
others() {
	are=$(for store in runc crun strata; do names_in $store; done | tr '\n' ' ')
	echo "${are:-none}"
}

make_box() {
	rm -rf "$folder/box" "$folder/made.out"
	mkdir -p "$folder/box" && rootfs "$folder/box/rootfs" >/dev/null 2>"$scratch/err" &&
		echo 'echo started >/file; exec sleep 600' >"$folder/box/rootfs/program" &&
		(cd "$folder/box" && runc spec --rootless) 2>>"$scratch/err" &&
		jq '.process.terminal = false | .process.args = ["sh", "/program"] | .root.readonly = false' \
			"$folder/box/config.json" >"$scratch/new" && cp "$scratch/new" "$folder/box/config.json" && return
	no "the checker can't make the bundle box:" "$(said)"
	return 1
}

title_1="the container 'made', of the bundle box, created and not started"
check_1() {
	make_box || return
	to_its_end "$1"
	runtime=runc
	[ "$(names_in crun)" != made ] || runtime=crun
	status=$($runtime state made 2>/dev/null | jq -r .status)
	if [ "$(names_in strata)" ]; then
		no "compose-run runs a container in one go; it is runc that can stop between create and start"
	elif [ -e "$folder/box/rootfs/file" ] || [ "$status" = running ]; then
		no "its program has run already: the container is '${status:-gone}'" "run is create and start in one"
	elif [ -z "$status" ]; then
		no "there is no container 'made' when the line has ended; there are: $(others)" "$(said)"
	elif [ "$status" != created ]; then
		no "the container 'made' is '$status', not 'created'" "$(said)"
	elif [ $ended = no ]; then
		no "the container is created, but the line has not ended"
	elif ! timeout "$LAB_SECONDS" $runtime start made 2>"$scratch/err"; then
		no "the container was created, but can't be started:" "$(said)"
	else
		i=$(attempts)
		until [ -e "$folder/box/rootfs/file" ] || [ "$i" = 0 ]; do
			pause
			i=$((i - 1))
		done
		[ -e "$folder/box/rootfs/file" ] || no "the container was started, and its program has done nothing"
	fi
}

title_2="the container 'kept' prints 'bye' after 2 seconds and ends with 7, and one can ask for both afterwards"
check_2() {
	begun=$(date +%s%N)
	to_its_end "$1"
	if [ $ended = no ]; then kill -KILL "$line_pid"; fi
	if [ ! -d "$(kept_in)/strata/kept" ]; then
		case "$(names_in runc)$(names_in crun)" in
		?*) no "runc keeps no exit status and no output: ask runc state" ;;
		*) no "there is no container 'kept' when the launcher has ended, for compose-run wait to ask about; there are: $(others)" \
			"its output and its status were the launcher's, or nobody's" "$(said)" ;;
		esac
		return
	fi
	code=$(timeout $((LAB_SECONDS + 5)) compose-run wait kept 2>"$scratch/err")
	took=$((($(date +%s%N) - begun) / 100000000))
	printed=$(compose-run logs kept 2>/dev/null)
	log=$(kept_in)/strata/kept/log
	# To start it and to hear of its end may take two seconds as well, on a busy machine;
	# so, where files know when they were made: from then until it printed.
	born=$(stat -c %.1W "$log" 2>/dev/null | tr -d .)
	[ "${born:-0}" -le 0 ] || took=$(($(stat -c %.1Y "$log" | tr -d .) - born))
	if [ -n "$code" ] && [ ! -d "${log%/log}" ]; then
		no "it is gone with its end (--rm), and its output with it; only who was waiting just then got the status"
	elif [ -n "$code" ] && [ ! -e "$log" ]; then
		no "its output went to the launcher, and is kept nowhere: there is no shim, which -d puts behind it"
	elif [ -z "$code" ]; then
		no "compose-run wait kept: no status came within $((LAB_SECONDS + 5)) seconds" "$(said)"
	elif [ "$code" != 7 ]; then
		no "its exit status is $code, and not 7" "it printed: $(echo "$printed" | head -n 3)"
	elif [ "$printed" != bye ]; then
		no "its exit status is 7; but compose-run logs kept shows '$(echo "$printed" | head -n 3)', and not 'bye'" \
			"what goes to a file or a terminal does not get to the shim"
	elif [ "$took" -lt 20 ]; then
		no "it prints bye and ends with 7, but not two seconds after its start: all of it took $((took / 10)).$((took % 10)) s"
	fi
}

title_3="the sleep of ./orphan has a process of the line as its parent, in the machine's PID namespace"
check_3() {
	rm -f "$folder/orphan" "$folder/.sleep" "$folder/.parent"
	cat >"$folder/orphan" <<-END
		#!/bin/sh
		# Leaves a sleep behind, without a parent.
		sleep 600 &
		echo \$! >'$folder/.sleep.new'
		echo \$\$ >'$folder/.parent'
		mv '$folder/.sleep.new' '$folder/.sleep'
	END
	chmod +x "$folder/orphan"
	start "$1"
	exec 9>&-
	i=$(attempts)
	until [ -s "$folder/.sleep" ] || [ "$i" -le 0 ]; do
		pause
		i=$((i - 1))
		running || { settle; break; }
	done
	if [ ! -s "$folder/.sleep" ]; then
		no "the line did not run ./orphan" "$(said)"
		return
	fi
	settle
	look_at_orphan
}

look_at_orphan() {
	inside=$(cat "$folder/.sleep")
	if ! running; then
		no "the line has ended, and with it whoever was to be the parent; it has to go on while the sleep does" "$(said)"
		return
	fi
	# In a PID namespace of its own it has told us another number.
	if ! its_processes | grep -qx "$inside" || [ "$(cat "/proc/$inside/comm" 2>/dev/null)" != sleep ]; then
		no "the sleep (number $inside, as it says) is not there: it has ended, or is in a PID namespace of its own" \
			"there PID 1 gets orphans by right; here one has to ask for them"
		return
	fi
	parent=$(field PPid)
	if [ "$parent" = "$(cat "$folder/.parent")" ]; then
		no "the parent of the sleep is alive, and still its parent (number $parent): so it is no orphan" \
			"./orphan has to be a process of its own that ends, not read by a shell (.) nor made to wait"
	elif ! its_processes | grep -qx "$parent"; then
		no "the parent of the sleep is now process $parent ($(cat "/proc/$parent/comm")), which is none of your line's" \
			"no ancestor in your line has asked for orphans; ns-pid --reap does"
	fi
}
