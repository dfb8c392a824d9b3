# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/with-engine.sh
. "$lab/with-engine.sh"
needs_why='its own Docker makes mounts, networks and cgroups. (Who may use the socket of the Docker of a machine is root there too, by a longer way: step 7.)'
daemons=yes
packages='docker.io containerd runc busybox-static strace jq curl procps'

# The engine, and the container of step 6.
reset_lab() {
	reset_engine
	compose-run list 2>/dev/null | grep -q '^lab15 ' || return 0
	pid=$(compose-run list | awk '$1 == "lab15" && $2 == "running" { print $3 }')
	[ -z "$pid" ] || kill -KILL "$pid"
	until_true 5 compose-run rm lab15 && echo "removed the container lab15"
}

pid_of() { docker inspect -f '{{.State.Pid}}' "$1" 2>/dev/null; }

title_1="a container 'box' that stays the same process when dockerd is stopped (SIGTERM) and started again"
check_1() { with_engine survives "$1"; }
survives() {
	answer "$1"
	if not_running "$(cat engine/run/containerd.pid)"; then
		no "containerd has ended: it knows no SIGHUP, and is not the one who reads engine/etc/daemon.json" "$(said)"
		return
	fi
	before=$(pid_of box)
	if [ "${before:-0}" = 0 ]; then
		if [ "$before" = 0 ]; then
			no "there is a container 'box', but it does not run any more: its program ends at once" "$(said)"
		else
			no "after the line there is no container 'box' (status $code)" "$(said)"
		fi
		return
	fi
	end_dockerd TERM
	engine start >"$scratch/err" 2>&1 || { no "dockerd does not start with this engine/etc/daemon.json:" "$(said)"; return; }
	after=$(pid_of box)
	[ "$after" != 0 ] || after=none
	[ "$after" != "$before" ] || return 0
	restart=$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' box 2>/dev/null)
	if ! grep -qs live-restore engine/etc/daemon.json; then
		no "dockerd ended the container with itself: the process was $before, now it is ${after:-none}" \
			"by default it does so; is there a setting for it? (Break it, dockerd)"
	else
		no "engine/etc/daemon.json has live-restore, but dockerd did not know it when it was stopped (process $before before, ${after:-none} after)" \
			"it reads its settings when it starts, or when it gets SIGHUP"
	fi
	case $restart in
	'' | no) ;;
	*) reason="$reason
--restart $restart starts a new process; what was in the memory of the old one is gone" ;;
	esac
}

title_2="print the number of a container's first process, while dockerd does not run"
check_2() { with_engine number "$1"; }
number() {
	docker run -d --name "box$$" local/box sleep 600 >"$scratch/err" 2>&1 || { no "the checker can't start a container:" "$(said)"; return; }
	right=$(pid_of "box$$")
	shim=$(ps -o ppid= -p "$right" | tr -d ' ')
	containerd=$(cat engine/run/containerd.pid)
	dockerd=$(cat engine/run/docker.pid)
	end_dockerd KILL
	answer "$1"
	printed=$(printf '%s' "$printed" | tr -d '[:space:]')
	case $printed in
	"$right") ;;
	"$shim") no "$printed is the shim, which is the parent of the process that was asked for" ;;
	"$containerd") no "$printed is containerd" ;;
	"$dockerd") no "$printed was dockerd" ;;
	1) no "1 is its number in its own PID namespace; the machine's was asked for" ;;
	'')
		case $(cat "$scratch/err") in
		*"Cannot connect to the Docker daemon"*)
			no "docker asks dockerd, and that one does not run; who else knows the number? (step 5)" "$(said)" ;;
		*) no "the line printed nothing (status $code)" "$(said)" \
			"if you asked ctr or runc: each has a list for each of its users, and shows the default one (step 5: -n, --root)" ;;
		esac
		;;
	*[!0-9]*)
		case $printed in
		*"$right"*) no "the number is in there, with other things; print it alone" "| $(printf '%s' "$printed" | cut -c 1-70)" ;;
		*) no "that is no process number" "| $(printf '%s' "$printed" | cut -c 1-70)" ;;
		esac
		;;
	*) no "$printed is not its number, $right is: $(words_of "$right")" \
		"$printed is: $(words_of "$printed")" ;;
	esac
}

title_3="a runtime of your own, which writes its words to 'calls', and a container 'spied' made by it"
check_3() { with_engine spied "$1"; }
spied() {
	answer "$1"
	runs=$(pid_of spied)
	runtime=$(docker inspect -f '{{.HostConfig.Runtime}}' spied 2>/dev/null)
	if [ -z "$runtime" ] || [ "$runs" = 0 ]; then
		case $(cat "$scratch/err") in
		*"nknown runtime"* | *"nknown or invalid runtime"*)
			no "dockerd does not know that runtime: it has not read engine/etc/daemon.json again, or not yet, or the file is wrong" "$(said)" ;;
		*"xec format error"*) no "the runtime is a text without #!/bin/sh in its first line; a shell would run it all the same, execve(2) does not" "$(said)" ;;
		*"did not terminate successfully"*) no "your runtime was started, and it failed: has runc got all the words of the call (\"\$@\")?" "$(said)" ;;
		*"ermission denied"*) no "the runtime is a file that may not be executed: chmod +x" "$(said)" ;;
		*) no "no container 'spied' runs (status $code)" "$(said)" ;;
		esac
	elif [ "$(words_of "$runs")" != "sleep 600 " ]; then
		no "'spied' runs $(words_of "$runs")and not sleep 600"
	elif [ "$runtime" = runc ] || [ "$runtime" = io.containerd.runc.v2 ]; then
		no "'spied' was made by $runtime, the default; docker run --runtime NAME chooses another"
	elif [ ! -e calls ]; then
		no "'spied' was made by '$runtime', but there is no file 'calls' beside engine" \
			"the shim starts a runtime in the directory of the bundle; what does a name without / mean there?"
	elif ! grep -q "create.*$(docker inspect -f '{{.Id}}' spied)" calls; then
		no "the file 'calls' has not the words of the call that made 'spied'; it has:" "$(cut -c 1-70 calls | sed -n '1,4s/^/| /p')"
	fi
}
