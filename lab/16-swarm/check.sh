# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
# shellcheck source=lab/with-engine.sh
. "$lab/with-engine.sh"
needs_why='its own Docker makes mounts, networks and cgroups. (Who may use the socket of the Docker of a machine is root there too, by a longer way: lab 15, step 7.)'
daemons=yes
packages='docker.io containerd runc busybox-static jq procps'

run_now() { [ "$(docker ps -q | wc -l)" = "$1" ]; }
# And go on: whose program ends at once may be seen running as well.
stay() {
	run_now "$1" || return
	ids=$(docker ps -q | sort)
	sleep 2
	[ "$(docker ps -q | sort)" = "$ids" ]
}
replicas() { docker service inspect -f '{{.Spec.Mode.Replicated.Replicas}}' "$1" 2>/dev/null; }
# What the manager says of the tasks that it could not make run.
complaints() { docker service ps --no-trunc --format '{{.CurrentState}}: {{.Error}}' web | sed -n '1,2s/^/| /p' | cut -c 1-100; }

# a_swarm [NAME=REPLICAS]...: with these services, running.
a_swarm() {
	sum=0
	docker tag local/box local/box:2
	docker swarm init --advertise-addr 127.0.0.1 >"$scratch/err" 2>&1 || { no "the checker can't make a swarm:" "$(said)"; return 1; }
	for service; do
		sum=$((sum + ${service#*=}))
		docker service create -q -d --name "${service%=*}" --replicas "${service#*=}" --no-resolve-image \
			--stop-grace-period 1s local/box sleep 600 >"$scratch/err" 2>&1
	done
	until_true 60 run_now $sum || no "the checker's services do not run:" "$(said)"
	[ "$verdict" = yes ]
}

title_1="a service 'web' of 3 containers, that are 3 again within 15 seconds after one was killed"
check_1() { with_engine kept "$1"; }
kept() {
	a_swarm || return
	answer "$1"
	if ! docker service inspect web >/dev/null 2>&1; then
		if [ -n "$(docker ps -aq)" ]; then
			no "there are containers, and no service: docker run is an order, and nobody keeps a wish for 3"
		else
			no "there is no service 'web' (status $code); there are: $(docker service ls --format '{{.Name}}' | paste -sd ' ' - | sed 's/^$/none/')" "$(said)"
		fi
		return
	elif [ "$(replicas web)" != 3 ]; then
		case $(docker service inspect -f '{{json .Spec.Mode}}' web) in
		*Global*) no "a global service has one task on each node, however many nodes there are; here that is 1" ;;
		*) no "the wish is for $(replicas web), not for 3: docker service ls" ;;
		esac
		return
	elif ! until_true 15 stay 3; then
		no "3 are wished for, and $(docker ps -q | wc -l) run; docker service ps web says:" "$(complaints)"
		return
	fi
	victim=$(docker ps -q | head -n 1)
	docker kill "$victim" >/dev/null
	until_true 5 run_now 2
	until_true 15 run_now 3 && return
	condition=$(docker service inspect -f '{{.Spec.TaskTemplate.RestartPolicy.Condition}}' web)
	case $condition in
	none) no "one was killed, and after 15 seconds 2 run: --restart-condition none says that a task which has ended is not replaced" ;;
	*) no "one was killed, and after 15 seconds $(docker ps -q | wc -l) run; the policy: $(docker service inspect -f '{{json .Spec.TaskTemplate.RestartPolicy}}' web)" \
		"(Delay is in nanoseconds)" ;;
	esac
}

title_2="bring the service 'web' of 4 to local/box:2, with never fewer than 4 containers meanwhile"
check_2() { with_engine updated "$1"; }
new_ones() { docker ps --format '{{.Image}}' | grep -c '^local/box:2$'; }
all_new() { [ "$(new_ones)" = 4 ] && run_now 4; }
state() { docker service inspect -f '{{.UpdateStatus.State}}' web 2>/dev/null; }
paused() { [ "$(state)" = paused ]; }
settled() { all_new || paused || [ "$(state)" = completed ]; }
# The shims' directories are as many as the containers, and asking for them costs nothing.
count_all() {
	while :; do
		set -- engine/run/containerd/io.containerd.runtime.v2.task/moby/*
		echo $#
		sleep 0.05
	done
}
updated() {
	a_swarm web=4 || return
	id=$(docker service inspect -f '{{.ID}}' web)
	count_all >counts &
	counter=$!
	answer "$1"
	# It may go on behind a line with -d.
	image=$(docker service inspect -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}' web 2>/dev/null)
	case $image in
	local/box:*)
		[ "$image" = local/box:latest ] || until_true 60 settled
		;;
	esac
	kill $counter
	least=$(sort -n counts | head -n 1)
	if [ -z "$image" ]; then
		no "the service 'web' is gone (status $code)" "$(said)"
	elif [ "${image%%@*}" != local/box:2 ]; then
		if paused; then
			no "the wish is $image, and the first task of it did not start, so the update paused:" "$(complaints)"
		else
			no "the wish is still for $image (status $code)" "$(said)"
		fi
	elif [ "$(docker service inspect -f '{{.ID}}' web)" != "$id" ]; then
		no "this 'web' is another service: the old one was removed, and then nobody wished for 4"
	elif ! all_new; then
		no "of local/box:2 there are $(new_ones), and $(docker ps -q | wc -l) run in all:" "$(complaints)" \
			"$([ "${code%%,*}" != none ] || echo "and the line had not ended after 30 seconds, so it was ended: with -d, docker service does not wait")"
	elif [ "$least" -lt 4 ]; then
		order=$(docker service inspect -f '{{.Spec.UpdateConfig.Order}}' web 2>/dev/null)
		no "all 4 are of local/box:2 now, but meanwhile there were moments with $least" \
			"the order was ${order:-stop-first}: the old one is ended, then the new one is started; what is the other order?"
	fi
}

title_3="empty the node: no container runs any more, and the wishes for 3 web and 1 db stay"
check_3() { with_engine drained "$1"; }
drained() {
	a_swarm web=3 db=1 || return
	answer "$1"
	until_true 15 run_now 0
	left=$(docker ps -q | wc -l)
	if ! docker node ls >/dev/null 2>&1; then
		no "this machine is in no swarm any more, and the wishes are gone with it"
	elif [ -z "$(replicas web)" ] || [ -z "$(replicas db)" ]; then
		no "a service is gone: that was the wish itself" "docker service ls: $(docker service ls --format '{{.Name}}' | paste -sd ' ' -)"
	elif [ "$(replicas web) $(replicas db)" != "3 1" ]; then
		no "the wishes are $(replicas web) and $(replicas db) now, not 3 and 1: scale changes the wish, and somebody has to remember the old one"
	elif [ "$left" != 0 ]; then
		case $(docker node ls --format '{{.Availability}}') in
		Pause) no "$left still run: pause takes no new tasks on this node, and leaves those that are there" ;;
		*) no "$left run (status $code); the node is $(docker node ls --format '{{.Availability}}'), so what is ended comes back" "$(said)" ;;
		esac
	else
		# Somebody might only have killed them.
		sleep 8
		run_now 0 || no "for a moment none ran, and now there are $(docker ps -q | wc -l) again: killed is not unwanted"
	fi
}
