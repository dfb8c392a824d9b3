# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/with-engine.sh
. "$lab/with-engine.sh"
needs_why='its own Docker makes mounts, networks and cgroups.'
daemons=yes
packages='docker.io containerd runc busybox-static'

# A decoy with a new text each time, and the client in the image.
attackable() {
	mkdir host
	treasure=gold-$(date +%N)
	(umask 077 && echo "$treasure" >host/treasure)
	cp -L "$(command -v docker)" box/bin/docker
	libraries=$(ldd box/bin/docker 2>/dev/null | grep -o '/[^ ]*')
	# shellcheck disable=SC2086 # a list of words
	[ -z "$libraries" ] || cp --parents $libraries box
	tar -C box -c . | docker import -c 'CMD ["sh"]' - local/box >"$scratch/err" 2>&1 ||
		no "the checker can't make the image:" "$(said)"
	[ "$verdict" = yes ]
}

# created: the containers that were asked for since the beginning. (Its clock has
# seconds; the one that we are in is not over.)
created() { docker events --since 1h --until $(($(date +%s) + 1)) --filter event=create --filter type=container --format '{{.ID}}' | wc -l; }

title_1="print the treasure by a container that has the socket, and the one that it asks for"
check_1() { with_engine stolen "$1"; }
stolen() {
	attackable || return
	answer "$1"
	many=$(created)
	case $printed in
	*"$treasure"*)
		case $many in
		0) no "that was read by yourself, without any container; you are root already" ;;
		1) no "there was one container, which you asked for yourself; the attack comes from inside: that one has to ask for a second" ;;
		esac
		;;
	*)
		case $(cat "$scratch/err") in
		*"Cannot connect"*) no "the client in the container found no dockerd: the socket is not mounted at /run/docker.sock (or /var/run, which is the same there)" "$(said)" ;;
		*"annot open"* | *"an't open"* | *"No such file"*) no "the treasure was not there: the path in -v is read by dockerd, and is one of the machine's (containers: $many)" "$(said)" ;;
		'') no "the treasure was not printed (status $code, containers: $many)" \
			"what a container prints that was started with -d stays in its log" ;;
		*) no "the treasure was not printed (status $code, containers: $many)" "$(said)" ;;
		esac
		;;
	esac
}

title_2="a container 'ci' that has the socket mounted, and in which 'docker ps' is refused"
check_2() { with_engine refused "$1"; }
refused() {
	attackable || return
	answer "$1"
	if [ "$(docker inspect -f '{{.State.Running}}' ci 2>/dev/null)" != true ]; then
		no "no container 'ci' runs (status $code)" "$(said)"
	elif ! docker exec ci test -S /run/docker.sock 2>/dev/null; then
		no "in 'ci' there is no socket /run/docker.sock; that is the sure way, but here something else is to stop it"
	elif docker exec ci docker ps >/dev/null 2>&1; then
		inside=$(docker inspect -f '{{.State.Pid}}' ci)
		no "in 'ci', docker ps is answered; its user is $(docker exec ci id -u), its groups are $(docker exec ci id -G)" \
			"the socket is a file of mode $(stat -c %a engine/run/docker.sock), of $(stat -c '%u:%g' engine/run/docker.sock): neither capabilities ($(field CapEff)) nor a read-only mount are asked"
	elif docker exec ci docker ps 2>&1 | grep -qi -e 'not found' -e 'no such'; then
		no "in 'ci' there is no client that could be refused:" "| $(docker exec ci docker ps 2>&1 | head -n 1 | cut -c 1-90)"
	elif ! docker exec ci docker ps 2>&1 | grep -qi 'permission denied'; then
		no "in 'ci', docker ps failed, but for another reason:" "| $(docker exec ci docker ps 2>&1 | head -n 1 | cut -c 1-90)"
	fi
}
